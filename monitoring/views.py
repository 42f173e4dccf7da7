"""The list of monitoring reports, opening one, and its task list."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.following.opening import NothingApproved, told
from declarations.models import Declaration
from monitoring import correcting, listing, opening, task_list
from monitoring.models import MonitoringReport, Stage
from monitoring.permissions import may_edit, may_start
from monitoring.scope import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.listing import Shelf, list_context
from perfgoals.workflow import StateConflict

NAV = "monitoring"


@require_GET
def report_list(request: SignedInRequest) -> HttpResponse:
    """The reports of one year, or of one of its periods, grouped by who must act."""
    if request.user.is_keeper:
        raise PermissionDenied
    season = listing.season_for(request.user, request.GET.get("year", ""), request.GET.get("month", ""))
    wanted = listing.Wanted.from_query(request.GET)
    found = listing.narrowed(season.of_kind, wanted)
    shelf = Shelf(found, season.groups, listing.shown_rows, read_once=bool(wanted.text))
    step = listing.next_for_list(season, request.user)
    context = {
        "nav": NAV,
        "noun": opening.MONITORED.noun,
        "unit": "张",
        "wanted": wanted,
        "may_start": may_start(request.user),
        "lights": listing.LIGHTS,
        "open_corrections": correcting.visible_tasks(request.user).exclude(stage=Stage.CLOSED).count(),
    } | list_context(
        request.user, season, shelf, request.GET.get("page"), lines=listing.lines, step=step, own_columns=2
    )
    return render(request, "monitoring/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Choose a campaign, then approved targets to open a report from."""
    if not may_start(request.user):
        raise PermissionDenied
    campaigns = list(opening.campaigns_open_to(request.user).order_by("-fiscal_year", "-cutoff_month", "name"))
    asked = request.POST.get("campaign") or request.GET.get("campaign") or ""
    campaign = next((one for one in campaigns if str(one.pk) == asked), next(iter(campaigns), None))
    error = ""
    if request.method == "POST":
        if campaign is None or str(campaign.pk) != asked:
            error = "这个批次已经不能建表。请另选一个批次。"
        else:
            report, error = _open(request, campaign)
            if report is not None:
                return redirect("monitoring:tasks", pk=report.pk)
    context = {
        "nav": NAV,
        "campaigns": campaigns,
        "campaign": campaign,
        "closes_at": campaign.deadline_for(request.user.organization) if campaign else None,
        "choices": _choices(request, campaign) if campaign else [],
        "error": error,
    }
    return render(request, "monitoring/new.html", context, status=422 if error else 200)


def _choices(request: SignedInRequest, campaign: Campaign) -> list[Declaration]:
    """Targets of the unit without a report, each project once."""
    waiting = opening.not_opened(campaign).filter(organization=request.user.organization)
    latest = {one.project_id: one for one in waiting.select_related("project")}
    return sorted(latest.values(), key=lambda one: one.project_name)


def _open(request: SignedInRequest, campaign: Campaign) -> tuple[MonitoringReport | None, str]:
    """The report that this click opens, or why there is none."""
    own: Any = Declaration.objects.visible_to(request.user).filter(organization=request.user.organization)
    source = get_object_or_404(own, pk=_number(request.POST.get("targets", "")))
    try:
        return opening.open_report(source.project, campaign, actor=request.user), ""
    except NothingApproved as nothing:
        return None, str(nothing)


def _number(text: str) -> int:
    """A key from a posted value; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


@require_GET
def tasks(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form's sections with their state, the lights so far, what happened and what comes next."""
    report = in_scope(request, pk)
    context = task_list.task_list(report, request.user)
    return render(request, "monitoring/tasks.html", {"nav": NAV, "report": report} | context)


@require_POST
def fetch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Copy the targets in force today again; what was typed stays."""
    report = in_scope(request, pk)
    if not may_edit(request.user, report):
        raise PermissionDenied("重新取目标由填报单位的填报人在填报时来做。")
    try:
        fetched = opening.fetch_targets(report, actor=request.user)
    except NothingApproved as nothing:
        messages.error(request, str(nothing))
    except StateConflict:
        messages.error(request, "没有取：这张表现在不能改，或者退回时只开放了几处。")
    else:
        messages.success(request, told(report, fetched))
    return redirect("monitoring:tasks", pk=pk)
