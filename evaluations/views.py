"""The list of self-evaluations, opening one, and its task list."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.models import Declaration, Project
from evaluations import listing, opening, permissions, task_list
from evaluations.models import Evaluation
from evaluations.opening import NothingApproved
from evaluations.scope import in_scope
from evaluations.spot_checks.rights import may_look
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.listing import Shelf, list_context
from perfgoals.filling.permissions import may_edit
from perfgoals.workflow import StateConflict

LONGEST_NAME = Project._meta.get_field("name").max_length or 300


@require_GET
def evaluation_list(request: SignedInRequest) -> HttpResponse:
    """The self-evaluations of one year, grouped by who must act."""
    if request.user.is_keeper:
        raise PermissionDenied
    season = listing.season_for(request.user, request.GET.get("year", ""))
    wanted = listing.Wanted.from_query(request.GET)
    found = listing.narrowed(season.of_kind, wanted)
    shelf = Shelf(found, season.groups, listing.shown_rows, read_once=bool(wanted.text))
    step = listing.next_for_list(season, request.user)
    context = {
        "nav": "evaluations",
        "noun": "自评表",
        "unit": "张",
        "wanted": wanted,
        "may_start": permissions.may_start(request.user),
        "may_spot_check": may_look(request.user),
    } | list_context(
        request.user, season, shelf, request.GET.get("page"), lines=listing.lines, step=step, own_columns=2
    )
    return render(request, "evaluations/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Choose a campaign, then approved targets to open a form from, or a project whose targets are not in here.

    ``?declaration=`` leads to the form of these targets where there is one, and shows them first where there is none.
    """
    if not permissions.may_start(request.user):
        raise PermissionDenied
    campaigns = list(opening.campaigns_open_to(request.user).order_by("-fiscal_year", "name"))
    asked_for = _asked_for(request)
    if request.method == "GET" and asked_for is not None:
        there = Evaluation.objects.visible_to(request.user).filter(
            project=asked_for.project_id, fiscal_year=asked_for.fiscal_year
        )
        if found := there.first():
            return redirect("evaluations:tasks", pk=found.pk)
    campaign = _campaign(request, campaigns, asked_for)
    error = ""
    if request.method == "POST":
        if campaign is None or str(campaign.pk) != request.POST.get("campaign"):
            error = "这个批次已经不能建表。请另选一个批次。"
        else:
            evaluation, error = _open(request, campaign)
            if evaluation is not None:
                return redirect("evaluations:tasks", pk=evaluation.pk)
    context = {
        "nav": "evaluations",
        "campaigns": campaigns,
        "campaign": campaign,
        "closes_at": campaign.deadline_for(request.user.organization) if campaign else None,
        "choices": _choices(request, campaign, asked_for) if campaign else [],
        "key": uuid.uuid4(),
        "name": request.POST.get("name", ""),
        "asked_for": asked_for,
        "error": error,
    }
    return render(request, "evaluations/new.html", context, status=422 if error else 200)


def _asked_for(request: SignedInRequest) -> Declaration | None:
    """The approved targets that the address names, where they are the person's own."""
    found: Declaration | None = (
        _own_targets(request).filter(pk=_number(request.GET.get("declaration", ""))).first()
    )
    return found


def _own_targets(request: SignedInRequest) -> Any:
    return Declaration.objects.visible_to(request.user).filter(organization=request.user.organization)


def _campaign(
    request: SignedInRequest, campaigns: list[Campaign], asked_for: Declaration | None
) -> Campaign | None:
    asked = request.POST.get("campaign") or request.GET.get("campaign") or ""
    for one in campaigns:
        if str(one.pk) == asked or (not asked and asked_for and one.fiscal_year == asked_for.fiscal_year):
            return one
    return campaigns[0] if campaigns else None


def _choices(request: SignedInRequest, campaign: Campaign, asked_for: Declaration | None) -> list[Declaration]:
    """Targets of the unit without a form, each project once, those asked for first."""
    waiting = opening.not_opened(campaign).filter(organization=request.user.organization)
    latest = {one.project_id: one for one in waiting.select_related("project")}
    first = asked_for.pk if asked_for else None
    return sorted(latest.values(), key=lambda one: (one.pk != first, one.project_name))


def _open(request: SignedInRequest, campaign: Campaign) -> tuple[Evaluation | None, str]:
    """The form that this click opens, or why there is none."""
    choice, _, number = request.POST.get("choice", "").partition("-")
    if choice == "targets":
        source = get_object_or_404(_own_targets(request), pk=_number(number))
        try:
            return opening.open_evaluation(source.project, campaign, actor=request.user), ""
        except NothingApproved as nothing:
            return None, str(nothing)
    name = " ".join(request.POST.get("name", "").replace("\0", "").split())
    if not name:
        return None, "写上项目名称，再建表。"
    if len(name) > LONGEST_NAME:
        return None, f"项目名称最多 {LONGEST_NAME} 个字，现在是 {len(name)} 个字。"
    project = Project.objects.filter(organization=request.user.organization, name=name).order_by("pk").first()
    there = project and Evaluation.objects.filter(project=project, campaign=campaign).first()
    if there:
        messages.info(request, "这个项目在本批次已经有一张自评表，就是这一张。")
        return there, ""
    evaluation = opening.start_alone(
        campaign=campaign, project=project, name=name, key=_posted_key(request), actor=request.user
    )
    return evaluation, ""


def _posted_key(request: SignedInRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _number(text: str) -> int:
    """A key from a posted value; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


@require_GET
def tasks(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form's sections with their state, the score so far, what happened and what comes next."""
    evaluation = in_scope(request, pk)
    context = task_list.task_list(evaluation, request.user)
    return render(request, "evaluations/tasks.html", {"nav": "evaluations", "evaluation": evaluation} | context)


@require_POST
def fetch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Copy the targets in force today again; what was typed stays."""
    evaluation = in_scope(request, pk)
    if not may_edit(request.user, evaluation) or evaluation.stands_alone:
        raise PermissionDenied("重新取目标由填报单位的填报人在填报时来做。")
    try:
        fetched = opening.fetch_targets(evaluation, actor=request.user)
    except NothingApproved as nothing:
        messages.error(request, str(nothing))
    except StateConflict:
        messages.error(request, "没有取：这张表现在不能改，或者退回时只开放了几处。")
    else:
        messages.success(request, opening.told(evaluation, fetched))
    return redirect("evaluations:tasks", pk=pk)
