"""The review page and what is done from it: notes, suggestions, 通过, 批复, 撤销. Returning has ``views_return``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from declarations import permissions, reviewing
from declarations.inbox.waiting import Wanted
from declarations.models import Declaration
from declarations.review import returning, suggesting
from declarations.review.overtaken import overtaken as tell_overtaken
from declarations.review.page import READERS, ReviewPage, compared, nav_of, submitted_form, whole
from declarations.review.returning import Listed
from declarations.workflow import APPROVE, PASS
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest, wants_json
from perfgoals.filling.comment_pages import board
from perfgoals.filling.posting import plain
from perfgoals.filling.words import is_on_form
from perfgoals.reviewing.acts import NotUndone
from perfgoals.reviewing.inbox import SOURCE, Beside, beside
from perfgoals.reviewing.models import ReturnNote, Suggestion
from perfgoals.workflow import Incomplete, StateConflict, mark_opened, perform

SECOND = "没有批复：这个项目在本批次已经有一张批复的表。请退回这一张，要改目标的，在批复的那一张上做目标调整。"
DONE = {"pass": "已通过", "approve": "已批复", "return": "已退回"}


def form_for(request: SignedInRequest, pk: int) -> Declaration:
    """The form with all that the page shows; 404 outside the person's scope."""
    return get_object_or_404(whole(Declaration.objects.visible_to(request.user)), pk=pk)


def page_for(request: SignedInRequest, declaration: Declaration, **more: Any) -> ReviewPage:
    """The page, for reviewers and administrators, once the form was handed in; 403 otherwise."""
    if request.user.role not in READERS:
        raise PermissionDenied("审核页给审核人看。您的表在任务清单里看退回意见。")
    form = submitted_form(declaration)
    if form is None:
        raise PermissionDenied("这张表还没有送审，没有可以审的稿。")
    wanted = request.GET.get("compare", "")
    return ReviewPage(declaration, form, request.user, board(declaration, request.user), wanted, **more)


@never_cache
@require_GET
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form as printed with its margin. That the reviewer has opened it is noted: from then on it is not recalled."""
    declaration = form_for(request, pk)
    page = page_for(request, declaration)
    if page.is_mine:
        mark_opened(declaration, reviewer=request.user)
    context = page.context() | {"beside": beside_of(request, declaration) if page.is_mine else None}
    return render(request, "declarations/review.html", context)


def beside_of(request: SignedInRequest, declaration: Declaration) -> Beside | None:
    """The neighbours in the list that the address names, else in the reviewer's whole list."""
    query = request.GET if request.GET.get("from") == SOURCE else QueryDict(f"from={SOURCE}")
    return beside(request.user, Wanted, query, declaration.pk)


def review_url(request: SignedInRequest, pk: int, anchor: str = "") -> str:
    """The page of this form, keeping the list and the comparison that the address names."""
    query = request.GET.urlencode()
    return f"{reverse('declarations:review', args=[pk])}{'?' if query else ''}{query}{anchor}"


@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """What stands in the margin: ticks and notes are kept, then what the pressed button says is done.

    ``do``: ``stay``, ``return``, ``list:<band>``, ``suggest:<path>``, ``propose:<band>`` or ``withdraw:<id>``. A script gets
    the state of the list as JSON.
    """
    declaration = form_for(request, pk)
    if not permissions.may_review(request.user, declaration):
        return overtaken(request, declaration)
    act, _, about = request.POST.get("do", "stay").partition(":")
    entries = posted_notes(request.POST)
    path, text = about, plain(request.POST.get(f"suggest:{about}", ""))
    if act in ("list", "propose"):
        path, text = request.POST.get(f"new-path:{about}", ""), plain(request.POST.get(f"new-note:{about}", ""))
    if act == "list":
        entries.append(Listed(path, text))
    try:
        with transaction.atomic():
            returning.keep_notes(declaration, entries, actor=request.user)
            if act in ("suggest", "propose"):
                suggesting.suggest(declaration, path, text, actor=request.user)
            elif act == "withdraw":
                _withdraw(request, declaration, about)
    except ValidationError as refused:
        return _refused(request, declaration, entries, refused.messages[0], {path: text})
    if wants_json(request):
        return _told(request, declaration)
    if act == "return":
        query = request.GET.urlencode()
        return redirect(f"{reverse('declarations:review_return', args=[pk])}{'?' if query else ''}{query}")
    return redirect(review_url(request, pk, f"#card-{path.replace('.', '-')}" if path else ""))


def posted_notes(post: Mapping[str, Any]) -> list[Listed]:
    """What a page says of the places that it showed (``shown``): ``listed`` ones, and ``note:<path>``."""
    ticked = set(post.getlist("listed"))  # type: ignore[attr-defined]
    paths = dict.fromkeys(post.getlist("shown"))  # type: ignore[attr-defined]
    return [Listed(path, plain(post.get(f"note:{path}", "")), path in ticked) for path in paths]


def _withdraw(request: SignedInRequest, declaration: Declaration, number: str) -> None:
    key = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    suggestion = get_object_or_404(Suggestion.objects.of(declaration), pk=key)
    try:
        suggesting.withdraw(declaration, suggestion, actor=request.user)
    except StateConflict as gone:
        raise ValidationError("单位已经答复过这条建议，收不回了。") from gone


def _refused(
    request: SignedInRequest, declaration: Declaration, entries: list[Listed], why: str, drafts: dict[str, str]
) -> HttpResponse:
    """The page again with everything as it was typed, and what is wrong."""
    if wants_json(request):
        return JsonResponse({"message": why}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    known = [entry for entry in entries if is_on_form(declaration, entry.path)]
    typed = {e.path: ReturnNote(path=e.path, note=e.note, is_listed=e.is_listed) for e in known}
    page = page_for(request, declaration, typed={k: n for k, n in typed.items() if n.note or n.is_listed})
    for card in page.margin.cards:
        if card.path in drafts and card.may_suggest:
            card.draft, card.error = drafts[card.path], why
    lost = "" if any(card.error for card in page.margin.cards) else "".join(drafts.values())
    context = page.context() | {"refusal": why, "lost": lost, "beside": beside_of(request, declaration)}
    return render(request, "declarations/review.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _told(request: SignedInRequest, declaration: Declaration) -> JsonResponse:
    paths = [note.path for note in returning.listed(returning.notes_of(declaration, request.user))]
    words = returning.said(declaration, declaration.document(), paths)
    saved_at = f"{timezone.localtime():%H:%M:%S}"
    return JsonResponse({"count": len(paths), "words": words, "listed": paths, "saved_at": saved_at})


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """通过 or 批复 of the form that the page showed. A form with places on the return list is not passed."""
    declaration = form_for(request, pk)
    action = request.POST.get("decision", "")
    if not permissions.may_review(request.user, declaration):
        return overtaken(request, declaration, action)
    step = next((one for one in (PASS, APPROVE) if one.action == action), None)
    if step is None:
        raise Http404
    try:
        returning.keep_notes(declaration, posted_notes(request.POST), actor=request.user)
    except ValidationError as refused:
        return _refused(request, declaration, posted_notes(request.POST), refused.messages[0], {})
    if count := len(returning.listed(returning.notes_of(declaration, request.user))):
        messages.warning(request, f"退回清单上有 {count} 处，没有{step.label}。先移出清单，或退回。")
        return redirect(review_url(request, pk))
    way = beside_of(request, declaration)
    try:
        perform(step, declaration, actor=request.user, version=posted_version(request))
    except StateConflict:
        return overtaken(request, declaration, step.action)
    except Incomplete as incomplete:
        messages.error(request, incomplete.findings[0].message)
        return redirect(review_url(request, pk))
    except IntegrityError:  # declaration_in_force_once
        messages.error(request, SECOND)
        return redirect(review_url(request, pk))
    return onward(request, declaration, step.action, way)


def overtaken(request: SignedInRequest, declaration: Declaration, action: str = "") -> HttpResponse:
    """The form is no longer as the page showed it: the same person's first click, or somebody was faster."""
    way = beside_of(request, declaration)
    last = reviewing.last_act(declaration)
    if last is not None and last.actor_id == request.user.pk and last.action == action:
        return onward(request, declaration, action, way)
    page = review_url(request, declaration.pk)
    return tell_overtaken(request, declaration, way=way, page=page)


def onward(request: SignedInRequest, declaration: Declaration, action: str, way: Beside | None) -> HttpResponse:
    """Say what was done, offer to take it back, and go to the next form that waits, else to the list.

    ``way`` was asked for before the act: afterwards the form has left the list.
    """
    name = declaration.project_name or "未命名项目"
    undo = reverse("declarations:review_undo", args=[declaration.pk])
    messages.success(request, f"{DONE[action]}“{name}”。", extra_tags=undo)
    return redirect((way.next_url or way.list_url) if way else Wanted().list_url())


def posted_version(request: SignedInRequest) -> int:
    """The version printed on the posted page, or 0, which is never current."""
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """撤销 of one's own last act within a minute."""
    declaration = form_for(request, pk)
    try:
        reviewing.undo(declaration, actor=request.user)
    except NotUndone as refused:
        name = declaration.project_name or "未命名项目"
        messages.error(request, f"“{name}”没有撤销：{refused}。要改，请与对方联系。")
        return redirect("declarations:inbox")
    messages.success(
        request, f"已撤销。“{declaration.project_name}”回到“{declaration.get_state_display()}”，等您办。"
    )
    return redirect("declarations:review", pk=pk)


@require_GET
def comparison(request: SignedInRequest, pk: int) -> HttpResponse:
    """The submitted form against an earlier one, all of it, to be read or printed."""
    declaration = form_for(request, pk)
    form = submitted_form(declaration)
    if form is None or (request.user.role not in READERS and request.user.role != Role.FILER):
        raise PermissionDenied("这张表还没有送审，没有可以比较的稿。")
    earlier = form.find(request.GET.get("with", "")) or next(iter(form.earlier), None)
    context = {
        "nav": nav_of(request.user),
        "declaration": declaration,
        "form": form,
        "earlier": earlier,
        "comparison": compared(declaration, form, earlier) if earlier else None,
        "reads_review": request.user.role in READERS,
    }
    return render(request, "declarations/review_compare.html", context)
