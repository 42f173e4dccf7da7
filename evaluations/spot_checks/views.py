"""抽查 on screen: the list, preparing a draw, one drawn sample."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from evaluations.spot_checks import drawing, typed
from evaluations.spot_checks.changes import since_drawn
from evaluations.spot_checks.drawing import DrawnMeanwhile, ListChanged, NothingToDraw, Preview
from evaluations.spot_checks.models import Population, SpotCase, SpotCheck, Stage
from evaluations.spot_checks.rights import may_assign, may_look, recheckers
from evaluations.spot_checks.scheme import UnknownScheme
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.papers import file_response

PAGE = 50
NO_SCHEME = "这个区划这一年没有抽查办法，不能抽。请系统管理员放入办法文件。"


def bureau_only(request: SignedInRequest) -> None:
    if not may_look(request.user):
        raise PermissionDenied("抽查复核由财政审核人和业务管理员办理；单位在得分卡上看复核结果。")


def check_in_scope(request: SignedInRequest, pk: int) -> SpotCheck:
    """The spot check, without its long list of candidates; 404 outside the region."""
    bureau_only(request)
    visible = SpotCheck.objects.visible_to(request.user).defer("population")
    found: SpotCheck = get_object_or_404(visible.select_related("campaign__region", "drawn_by"), pk=pk)
    return found


@require_GET
def spot_checks(request: SignedInRequest) -> HttpResponse:
    """Every spot check of the region, what waits for this person first."""
    bureau_only(request)
    found = SpotCheck.objects.visible_to(request.user).defer("population", "scheme_data")
    counted = found.select_related("campaign", "drawn_by").annotate(
        forms=Count("cases"),
        done=Count("cases", filter=Q(cases__stage=Stage.DONE)),
        unassigned=Count("cases", filter=Q(cases__rechecker__isnull=True)),
        mine=Count("cases", filter=Q(cases__rechecker=request.user) & ~Q(cases__stage=Stage.DONE)),
    )
    page = Paginator(counted.order_by("-drawn_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    rows: list[Any] = list(page)
    context = {
        "nav": "evaluations",
        "page": page,
        "rows": rows,
        "campaigns": list(_campaigns(request.user)),
        "chosen": request.GET.get("campaign", ""),
        "mine": next((one for one in rows if one.mine), None),
        "unassigned": next((one for one in rows if one.unassigned), None),
    }
    return render(request, "evaluations/spot_checks/list.html", context)


def _campaigns(user: User) -> QuerySet[Campaign]:
    """Where one can draw: evaluation campaigns of the region, the newest first."""
    return Campaign.objects.visible_to(user).filter(kind=CampaignKind.EVALUATION).select_related("region")


def _campaign_asked(request: SignedInRequest, asked: QueryDict) -> Campaign:
    """404 for none of the person's own."""
    text = asked.get("campaign", "")
    key = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    found: Campaign = get_object_or_404(_campaigns(request.user), pk=key)
    return found


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Say from what and how many; look at what that means; draw.

    The preview is a GET: nothing happens yet, and its address can be sent to a colleague.
    """
    bureau_only(request)
    asked_for = request.POST if request.method == "POST" else request.GET
    if not asked_for.get("campaign"):
        return redirect("evaluations:spot_checks")
    campaign = _campaign_asked(request, asked_for)
    asked = typed.read(asked_for, asked_for.getlist("department"), campaign)
    if request.method == "GET" and "by" not in asked_for:
        return _page(request, campaign, typed.Asked({"count": "10", "departments": set()}))
    if request.method == "POST" and not asked.errors:
        return _draw(request, campaign, asked)
    return _page(request, campaign, asked, with_preview=True)


def _draw(request: SignedInRequest, campaign: Campaign, asked: typed.Asked) -> HttpResponse:
    number = request.POST.get("number", "")
    try:
        check = drawing.draw_sample(
            campaign,
            asked.wanted,
            asked.size,
            asked.seed,
            actor=request.user,
            seen=request.POST.get("seen", ""),
            number=int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0,
            key=_key(request.POST.get("key", "")),
        )
    except ListChanged:
        asked.errors["list"] = (
            "没有抽：预览以后候选名单变了（有表送审、确认、撤回或改了分）。看过新的名单再抽。"
        )
    except DrawnMeanwhile as meanwhile:
        other = meanwhile.other
        asked.errors["list"] = (
            f"没有抽：您看预览的时候，{other.drawn_by.name}已经从这个批次抽了第 {other.number} 次。"
            "已抽中的表不会再抽；还要抽的话，看过新的名单再抽。"
        )
    except NothingToDraw:
        asked.errors["list"] = "没有抽：按现在的条件，一张候选表也没有。"
    except UnknownScheme:
        asked.errors["list"] = NO_SCHEME
    else:
        messages.success(request, f"抽出 {check.size} 张，种子已经记下，不能再改。下一步指派复核人。")
        return redirect("evaluations:spot_check", pk=check.pk)
    return _page(request, campaign, asked, with_preview=True, status=409)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _page(
    request: SignedInRequest,
    campaign: Campaign,
    asked: typed.Asked,
    *,
    with_preview: bool = False,
    status: int = 0,
) -> HttpResponse:
    found: Preview | None = None
    if with_preview and not asked.errors.keys() - {"list", "seed", "seed_note"}:
        try:
            found = drawing.preview(campaign, asked.wanted, asked.size)
        except UnknownScheme:
            asked.errors["list"] = NO_SCHEME
    context = {
        "nav": "evaluations",
        "campaign": campaign,
        "asked": asked,
        "raw": asked.raw,
        "errors": asked.errors,
        "departments": typed.departments_of(campaign),
        "scopes": Population.choices,
        "found": found,
        "absent": [line for line in found.by_reason if not line.forms and line.weight] if found else [],
        "query": _query(campaign, asked.raw),
        "most": max((line.forms for line in found.by_weight), default=0) if found else 0,
        "key": uuid.uuid4(),
    }
    return render(
        request,
        "evaluations/spot_checks/new.html",
        context,
        status=status or (422 if asked.errors and request.method == "POST" else 200),
    )


def _query(campaign: Campaign, raw: dict[str, Any]) -> str:
    """What the list of candidates is asked with: range and size, as they stand on the page."""
    query = QueryDict(mutable=True)
    query.update({key: raw.get(key, "") for key in ("scope", "units", "by", "count", "share")})
    query["campaign"] = str(campaign.pk)
    query.setlist("department", sorted(raw.get("departments", ())))
    return query.urlencode()


@require_GET
def candidates(request: SignedInRequest) -> HttpResponse:
    """The list of candidates as JSON before the draw, to be handed out before a public one."""
    bureau_only(request)
    campaign = _campaign_asked(request, request.GET)
    asked = typed.read(request.GET, request.GET.getlist("department"), campaign)
    if asked.errors.keys() - {"seed", "seed_note"}:
        raise Http404
    try:
        found = drawing.preview(campaign, asked.wanted, asked.size)
    except UnknownScheme as unknown:
        raise Http404 from unknown
    data = drawing.open_candidates(campaign, found)
    name = f"{campaign.name} 第 {found.number} 次抽查候选名单.json"
    return file_response(request, lambda: json_bytes(data), "application/json", name)


def json_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


@require_GET
def spot_check(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sample: seed, every form with lot number and reasons, who rechecks it, what became of it since."""
    return show_check(request, check_in_scope(request, pk))


def show_check(
    request: SignedInRequest,
    check: SpotCheck,
    *,
    error: str = "",
    chosen: set[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    cases = check.cases.select_related("evaluation__organization", "revision", "rechecker").order_by("place")
    only_mine = request.GET.get("mine") == "1"
    shown = cases.filter(rechecker=request.user) if only_mine else cases
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    moved = since_drawn(rows)
    again = None
    if request.GET.get("verify") == "1":
        check.refresh_from_db(fields=["population"])
        again = drawing.draw_again(check)
    counts = _counts(check, request.user)
    context = {
        "nav": "evaluations",
        "check": check,
        "page": page,
        "rows": [(case, moved.get(case.pk, "")) for case in rows],
        "only_mine": only_mine,
        "counts": counts,
        "again": again,
        "may_assign": may_assign(request.user, check),
        "people": list(recheckers(check).order_by("organization__code", "name", "pk")),
        "assign_error": error,
        "ticked": chosen or set(),
        "first_mine": cases.filter(rechecker=request.user).exclude(stage=Stage.DONE).first(),
        "back": reverse("evaluations:spot_check", args=[check.pk]),
    }
    return render(request, "evaluations/spot_checks/check.html", context, status=status)


def _counts(check: SpotCheck, user: User) -> dict[str, int]:
    found: dict[str, int] = SpotCase.objects.filter(check_of=check).aggregate(
        total=Count("pk"),
        unassigned=Count("pk", filter=Q(rechecker__isnull=True)),
        left=Count("pk", filter=Q(rechecker__is_active=False) & ~Q(stage=Stage.DONE)),
        waiting=Count("pk", filter=Q(stage=Stage.WAITING)),
        working=Count("pk", filter=Q(stage=Stage.WORKING)),
        done=Count("pk", filter=Q(stage=Stage.DONE)),
        mine=Count("pk", filter=Q(rechecker=user) & ~Q(stage=Stage.DONE)),
    )
    return found
