"""Campaigns: the list for everybody in business, opening and changing them for the 业务管理员."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.campaigning import progress
from declarations.campaigning.forms import CampaignForm
from declarations.campaigning.season import season_state
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns import announcing, kinds, running
from perfgoals.campaigns.models import Campaign
from perfgoals.campaigns.workdays import working_days_left
from perfgoals.editions import UnknownEdition, get_edition
from perfgoals.reviewing.desks import units_without_reviewer

NAV = "campaigns"


def for_admins(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for everybody but the 业务管理员, whatever the address names."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.role != Role.BUSINESS_ADMIN:
            raise PermissionDenied("批次由业务管理员管理。")
        return view(request, *args, **kwargs)

    return guarded


def in_region(request: SignedInRequest, pk: int) -> Campaign:
    """The campaign, if this person may see it; keepers see no business data and are refused."""
    if request.user.is_keeper:
        raise PermissionDenied
    return get_object_or_404(Campaign.objects.visible_to(request.user).select_related("region"), pk=pk)


@require_GET
def campaigns(request: SignedInRequest) -> HttpResponse:
    """Every campaign of the region: open ones first, then the archive."""
    if request.user.is_keeper:
        raise PermissionDenied
    manages = request.user.role == Role.BUSINESS_ADMIN
    found = list(
        Campaign.objects.visible_to(request.user)
        .annotate(unit_count=Count("participations"))
        .order_by("is_archived", "-fiscal_year", "name")
    )
    forms = _form_counts(found, request)
    for campaign in found:
        campaign.form_count = forms.get(campaign.pk, 0)  # type: ignore[attr-defined]
        campaign.edition_title = edition_title(campaign)  # type: ignore[attr-defined]
    waiting = [c for c in found if not c.is_archived and c.announced_at is None]
    context = {
        "nav": NAV,
        "manages": manages,
        "running": [campaign for campaign in found if not campaign.is_archived],
        "archived": [campaign for campaign in found if campaign.is_archived],
        "waiting": waiting,
        "undoable": [c for c in waiting if c.rolled_from_id and not forms.get(c.pk)] if manages else [],
    }
    return render(request, "declarations/campaigning/campaigns.html", context)


def _form_counts(found: Sequence[Campaign], request: SignedInRequest) -> dict[int, int]:
    """Forms of each campaign in this person's scope, each project once. One query per model."""
    units = progress.Organization.objects.visible_to(request.user)
    counted: dict[int, int] = {}
    for kind in {kind.model: kind for kind in kinds.registered().values()}.values():
        forms = kind.once(kind.model.objects.filter(campaign__in=found, organization__in=units))
        counted.update(forms.order_by().values_list("campaign").annotate(number=Count("pk")))
    return counted


def edition_title(campaign: Campaign) -> str:
    try:
        return get_edition(campaign.edition_id).title
    except UnknownEdition:
        return campaign.edition_id


@for_admins
@require_http_methods(["GET", "POST"])
def campaign_new(request: SignedInRequest) -> HttpResponse:
    form = CampaignForm(request.POST if request.method == "POST" else None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        campaign = form.save(commit=False)
        running.open_campaign(campaign, actor=request.user)
        messages.success(request, f"“{campaign.name}”建好了。看过以后通知各单位。")
        return redirect("declarations:campaign", pk=campaign.pk)
    context = {"nav": NAV, "form": form}
    return render(
        request, "declarations/campaigning/campaign.html", context, status=422 if form.errors else 200
    )


@for_admins
@require_http_methods(["GET", "POST"])
def campaign(request: SignedInRequest, pk: int) -> HttpResponse:
    """One campaign: change it, announce it, see its extensions, archive it."""
    row = in_region(request, pk)
    form = CampaignForm(request.POST if request.method == "POST" else None, instance=row, actor=request.user)
    if request.method == "POST" and form.is_valid():
        running.change_campaign(row, form.changed_data, actor=request.user)
        messages.success(request, f"“{row.name}”已保存。")
        return redirect("declarations:campaign", pk=pk)
    kept = in_region(request, pk)  # the form has written what was typed into its own instance
    context = {
        "nav": NAV,
        "form": form,
        "campaign": kept,
        "edition_title": edition_title(kept),
        "told": kept.participations.count(),
        "untold": _untold(kept),
        "without_reviewer": _without_reviewer(kept),
        "season": season_state(kept, request.user),
        "extensions": kept.extensions.select_related("organization", "granted_by").order_by("closes_at"),
        "days_left": working_days_left(kept.closes_at) if kept.closes_at else None,
    }
    return render(
        request, "declarations/campaigning/campaign.html", context, status=422 if form.errors else 200
    )


def _untold(campaign: Campaign) -> int:
    """Active units of the region that have not been told yet."""
    units = progress.Organization.objects.filter(region=campaign.region_id, is_active=True)
    return units.filter(~Q(pk__in=campaign.participations.values("organization"))).count()


def _without_reviewer(campaign: Campaign) -> list[progress.Organization]:
    """Where the campaign wants 单位审核 and the unit has nobody for it: what they send would wait for ever."""
    if not campaign.has_unit_review or campaign.is_archived:
        return []
    units = progress.Organization.objects.filter(region=campaign.region_id, is_active=True)
    return list(units_without_reviewer(units).order_by("code"))


@for_admins
@require_POST
def campaign_announce(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put it before every unit: each gets its to-do."""
    row = in_region(request, pk)
    try:
        number = announcing.announce(row, actor=request.user)
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    else:
        words = f"通知了 {number} 个单位。" if number else "各单位都通知过了，没有新的单位。"
        messages.success(request, words)
    return redirect("declarations:campaign", pk=pk)


@for_admins
@require_POST
def campaign_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    row = in_region(request, pk)
    archived = request.POST.get("archived") == "1"
    running.archive(row, archived=archived, actor=request.user)
    words = "已归档，不能再建新表；已有的表照常办" if archived else "不再归档，单位又能建表"
    messages.success(request, f"“{row.name}”{words}。")
    return redirect("declarations:campaign", pk=pk)
