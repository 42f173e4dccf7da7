"""My projects, starting a form, its task list, and what to look at again after copying."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from declarations import copying, listing, overview, permissions, starting, task_list
from declarations.following.offers import open_work
from declarations.models import Declaration, Project
from declarations.starting import AlreadyApproved, AlreadyOpen
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.listing import Shelf, list_context
from perfgoals.filling.permissions import may_edit

LONGEST_NAME = Project._meta.get_field("name").max_length or 300


def in_scope(request: SignedInRequest, pk: int) -> Declaration:
    """The declaration, if this person may see it; 404 otherwise, whether it exists or not."""
    visible = Declaration.objects.visible_to(request.user).select_related(
        "project", "organization", "campaign", "submitted_by", "copied_from"
    )
    return get_object_or_404(visible, pk=pk)


@require_GET
def declaration_list(request: SignedInRequest) -> HttpResponse:
    """The forms of one year, grouped by who must act."""
    if request.user.is_keeper:
        raise PermissionDenied
    season = overview.season_for(request.user, request.GET.get("year", ""))
    wanted = listing.Wanted.from_query(request.GET)
    found = listing.narrowed(season.of_kind, wanted)
    shelf = Shelf(found, season.groups, listing.shown_rows, read_once=bool(wanted.text))
    step = overview.next_for_list(season, request.user)
    context = {
        "nav": "list",
        "noun": "项目",
        "unit": "个",
        "wanted": wanted,
        "may_start": permissions.may_start(request.user),
        "open_work": open_work(request.user),
    } | list_context(
        request.user, season, shelf, request.GET.get("page"), lines=overview.lines, step=step, own_columns=1
    )
    return render(request, "declarations/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Choose a campaign, then an earlier form to start from, a project, or a new project."""
    if not permissions.may_start(request.user):
        raise PermissionDenied
    campaigns = list(starting.campaigns_open_to(request.user))
    asked = request.POST.get("campaign") or request.GET.get("campaign") or ""
    campaign = next((c for c in campaigns if str(c.pk) == asked), campaigns[0] if campaigns else None)
    error = ""
    if request.method == "POST" and campaign is not None and str(campaign.pk) == asked:
        declaration, error = _start(request, campaign)
        if declaration is not None:
            return redirect("declarations:tasks", pk=declaration.pk)
    elif request.method == "POST":
        error = "这个批次已经不能新建。请另选一个批次。"
    context = {
        "nav": "list",
        "campaigns": campaigns,
        "campaign": campaign,
        "closes_at": campaign.deadline_for(request.user.organization) if campaign else None,
        "choices": overview.project_choices(request.user, campaign) if campaign else [],
        "key": uuid.uuid4(),
        "name": request.POST.get("name", ""),
        "error": error,
    }
    return render(request, "declarations/new.html", context, status=422 if error else 200)


def _start(request: SignedInRequest, campaign: Campaign) -> tuple[Declaration | None, str]:
    """The form that this click opens, or why there is none."""
    choice, _, number = request.POST.get("choice", "").partition("-")
    key = _posted_key(request)
    try:
        if choice == "copy":
            source = get_object_or_404(_own(request), pk=_number(number))
            declaration = starting.copy_from(source, campaign=campaign, key=key, actor=request.user)
        elif choice == "project":
            own = Project.objects.filter(organization=request.user.organization)
            project = get_object_or_404(own, pk=_number(number))
            declaration = starting.start_declaration(
                campaign=campaign, project=project, key=key, actor=request.user
            )
        else:
            name = " ".join(request.POST.get("name", "").replace("\0", "").split())
            if error := overview.name_trouble(name, campaign, key, request.user, LONGEST_NAME):
                return None, error
            declaration = starting.start_declaration(campaign=campaign, name=name, key=key, actor=request.user)
    except AlreadyOpen as there_is:
        messages.info(request, "这个项目在本批次已经有一张表，就是这一张。")
        declaration = there_is.declaration
    except AlreadyApproved as there_is:
        messages.info(request, "这个项目在本批次已经批复，就是这一张。要改目标，在这里做目标调整。")
        declaration = there_is.declaration
    return declaration, ""


def _own(request: SignedInRequest):
    return Declaration.objects.visible_to(request.user).filter(organization=request.user.organization)


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
    """The form's sections with their state, what happened so far and what comes next."""
    declaration = in_scope(request, pk)
    context = task_list.task_list(declaration, request.user)
    return render(request, "declarations/tasks.html", {"nav": "list", "declaration": declaration} | context)


@require_http_methods(["GET", "POST"])
def copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """What must be looked at again in a copied form; POST ticks or unticks places."""
    declaration = in_scope(request, pk)
    is_editor = may_edit(request.user, declaration)
    groups = copying.look_groups(declaration)
    if request.method == "POST":
        if not is_editor:
            raise PermissionDenied
        _tick(request, declaration, groups)
        return redirect(f"{request.path}#{request.POST.get('back', '')[:60]}")
    context = {
        "nav": "list",
        "declaration": declaration,
        "source": declaration.copied_from,
        "groups": groups,
        "open_count": sum(group.open_count for group in groups),
        "may_edit": is_editor,
    }
    return render(request, "declarations/copy.html", context)


def _tick(request: SignedInRequest, declaration: Declaration, groups: list[copying.LookGroup]) -> None:
    """Only places that are on the list now can be ticked: a page from before shows an older text."""
    known = {listed.look.key for group in groups for listed in group.looks}
    asked = request.POST.getlist("seen")
    stale = [key for key in asked if key not in known]
    copying.tick(declaration, [key for key in asked if key in known], actor=request.user)
    copying.untick(declaration, request.POST.getlist("unseen"))
    if stale:
        messages.warning(request, "有的地方在您打开本页之后改过了，请看现在的内容再勾。")
