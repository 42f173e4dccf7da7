"""进度 of one campaign: everybody, a department, a unit; reminding from there; the list as Excel."""

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.campaigning import progress
from declarations.campaigning.chart import chart_of
from declarations.campaigning.forms import ExtensionForm
from declarations.campaigning.troubles import most_frequent
from declarations.campaigning.views import NAV, in_region
from perfgoals.accounts.models import Organization, Role
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns import announcing, reminding
from perfgoals.campaigns.models import Campaign
from perfgoals.campaigns.workdays import working_days_left
from perfgoals.excel import write_list
from perfgoals.filling.addresses import page_url

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    ("主管部门", "", 30),
    ("单位", "", 30),
    ("项目", "", 8),
    ("{settled}", "", 8),
    ("审核中", "", 8),
    ("已退回", "", 8),
    ("草稿", "", 8),
    ("未开始", "", 8),
    ("逾期未送审", "", 11),
    ("逾期送审", "", 10),
    ("{money}（元）", "", 18),
    ("截止时间", "", 18),
    ("上次催办", "", 18),
)


@require_GET
def campaign_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """By department or, inside one (``?department=``), by unit; ``?open=1`` leaves out who has sent everything."""
    campaign = in_region(request, pk)
    inside = _department(request)
    found = progress.progress_of(campaign, request.user, places=_units_of(inside))
    only_open = request.GET.get("open") == "1"
    lines = found.departments
    seen = [unit.organization.pk for unit in found.units]
    by_unit = inside is not None or len(lines) == 1
    context = {
        "nav": NAV,
        "campaign": campaign,
        "progress": found,
        "kind": found.kind,
        "inside": inside,
        "by_unit": by_unit,
        "departments": [line for line in lines if line.waited_for or not only_open],
        "units": [unit for unit in found.units if unit.is_waited_for or not only_open] if by_unit else [],
        "only_open": only_open,
        "may_remind": reminding.may_remind(request.user, campaign) and not campaign.is_archived,
        "manages": request.user.role == Role.BUSINESS_ADMIN,
        "chart": chart_of(campaign, seen, found.counts.total),
        "troubles": most_frequent(campaign, seen),
        "others": Campaign.objects.visible_to(request.user)
        .filter(is_archived=False)
        .order_by("-fiscal_year", "name"),
        "now": timezone.now(),
        **_time_left(campaign),
    }
    return render(request, "declarations/campaigning/progress.html", context)


def _time_left(campaign: Campaign) -> dict[str, object]:
    closes_at = campaign.closes_at
    return {
        "is_past": campaign.is_past_deadline,
        "days_left": working_days_left(closes_at) if closes_at and not campaign.is_past_deadline else None,
    }


def _department(request: SignedInRequest) -> Organization | None:
    """The department asked for, within scope; 404 where there is none such."""
    asked = request.GET.get("department") or request.POST.get("department") or ""
    if not asked:
        return None
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else 0
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=number, parent=None)


def _units_of(department: Organization | None) -> list[int] | None:
    if department is None:
        return None
    return [department.pk, *department.units.values_list("pk", flat=True)]


@require_http_methods(["GET", "POST"])
def campaign_unit(request: SignedInRequest, pk: int, unit: int) -> HttpResponse:
    """One unit's forms; POST gives it more time (业务管理员)."""
    campaign = in_region(request, pk)
    place = get_object_or_404(progress.units_in(campaign, request.user).select_related("parent"), pk=unit)
    may_extend = announcing.may_run(request.user, campaign) and campaign.closes_at is not None
    form = _extension_form(request, campaign, place) if may_extend else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("延期由业务管理员办，批次要有截止时间。")
        if form.is_valid() and _extended(request, campaign, place, form):
            messages.success(request, f"{place.name}延期好了。")
            return redirect("declarations:campaign_unit", pk=pk, unit=unit)
    return render(
        request,
        "declarations/campaigning/unit.html",
        _unit_page(request, campaign, place) | {"form": form, "may_extend": may_extend},
        status=422 if form is not None and form.errors else 200,
    )


def _extension_form(request: SignedInRequest, campaign: Campaign, place: Organization) -> ExtensionForm:
    posted = request.POST if request.method == "POST" else None
    return ExtensionForm(posted, deadline=campaign.deadline_for(place))


def _extended(request: SignedInRequest, campaign: Campaign, place: Organization, form: ExtensionForm) -> bool:
    """Whether the extension was given; what was refused stands at its field."""
    try:
        announcing.extend(
            campaign,
            place,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"].replace("\0", ""),
            actor=request.user,
        )
    except ValidationError as refused:
        for name, words in refused.message_dict.items():
            form.add_error(name if name in form.fields else None, words)
        return False
    return True


def _unit_page(request: SignedInRequest, campaign: Campaign, place: Organization) -> dict[str, object]:
    found = progress.progress_of(campaign, request.user, places=[place.pk])
    kind = found.kind
    seen = (
        kind.forms(campaign)
        .visible_to(request.user)
        .filter(organization=place)
        .select_related("campaign", "organization", "submitted_by")
        .with_deadline()
        .order_by("state", "project_name", "pk")
    )
    counted = list(kind.once(seen))
    line = found.units[0]
    shown = [form for form in counted if form.is_editable]
    expected = kind.expected(campaign, [place.pk])
    return {
        "nav": NAV,
        "campaign": campaign,
        "kind": kind,
        "line": line,
        "counts": line.counts,
        "forms": [(form, page_url(form, "tasks"), kind.money_of(form)) for form in counted],
        "hidden": line.counts.draft + line.counts.returned - len(shown),
        "missing": expected.projects,
        "missing_note": expected.note,
        "list_url": kind.list_url(campaign),
        "extension": campaign.extensions.filter(organization=place).select_related("granted_by").first(),
        "may_remind": reminding.may_remind(request.user, campaign) and not campaign.is_archived,
        "is_own": request.user.organization_id == place.pk,
        "days_left": working_days_left(line.deadline) if line.deadline else None,
        "now": timezone.now(),
    }


@require_POST
def campaign_remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remind one unit, one department's, or all that something is still waited for from."""
    campaign = in_region(request, pk)
    if not reminding.may_remind(request.user, campaign):
        raise PermissionDenied("催办由业务管理员、财政审核人和主管部门审核人来做。")
    inside = _department(request)
    unit = request.POST.get("unit", "")
    places = _units_of(inside)
    if unit:
        places = [int(unit)] if unit.isascii() and unit.isdecimal() and len(unit) < 16 else []
    found = progress.progress_of(campaign, request.user, places=places)
    try:
        done = reminding.remind(
            campaign, [line.organization.pk for line in found.waited_for], actor=request.user
        )
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    else:
        _say(request, done)
    if unit and request.POST.get("back") == "unit" and found.units:
        return redirect("declarations:campaign_unit", pk=pk, unit=found.units[0].organization.pk)
    address = reverse("declarations:campaign_progress", args=[pk])
    kept = request.POST.get("within", "")
    within = f"?department={kept}" if kept.isascii() and kept.isdecimal() else ""
    return redirect(address + within)


def _say(request: SignedInRequest, done: reminding.Reminded) -> None:
    if not done.units:
        words = f"{done.already} 个单位今天都催过了，明天可以再催。" if done.already else "没有要催的单位。"
        messages.info(request, words)
        return
    names = "、".join(unit.name for unit in done.units[:3])
    more = f"等 {len(done.units)} 个单位" if len(done.units) > 3 else ""
    also = f"另有 {done.already} 个今天已经催过。" if done.already else ""
    messages.success(request, f"催办了{names}{more}。{also}")


@require_GET
def campaign_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same numbers, one row per unit, as an Excel list."""
    campaign = in_region(request, pk)
    inside = _department(request)
    found = progress.progress_of(campaign, request.user, places=_units_of(inside))
    out = io.BytesIO()
    rows = [_cells(line.department, unit) for line in found.departments for unit in line.units]
    title = found.kind.progress_title
    words = {"settled": found.kind.settled.label, "money": found.kind.money_label}
    write_list(out, title, [(head.format(**words), key, width) for head, key, width in _COLUMNS], rows)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{campaign.name} {title} {today}.xlsx"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(department: Organization, unit: progress.UnitLine) -> tuple[object, ...]:
    counts = unit.counts
    return (
        department.name,
        unit.organization.name,
        counts.total,
        counts.settled,
        counts.review,
        counts.returned,
        counts.draft,
        counts.not_started,
        counts.overdue,
        counts.late,
        counts.money,
        _naive(unit.deadline),
        _naive(unit.reminded_at),
    )


def _naive(moment: object) -> object:
    """Excel knows no time zones: local time, to the minute."""
    if moment is None:
        return None
    return timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0)  # type: ignore[arg-type]
