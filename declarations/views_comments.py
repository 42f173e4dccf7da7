"""批注 of a form: the page of all remarks, writing, answering, resolving.

Where the buttons stand inside the form that is being filled in (``nested``), the fields of the page are posted along
and saved first, so that a remark never costs a typed text. With htmx only the remarks of the place are drawn anew.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from declarations import notifying
from declarations.models import Declaration
from declarations.reviewing import is_on_form
from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.editing import clean, save_fields
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.filling.posting import posted_changes
from perfgoals.filling.words import in_form_order, words_of
from perfgoals.reviewing import commenting, history
from perfgoals.reviewing.commenting import WHOLE_FORM, Board
from perfgoals.reviewing.history import Change
from perfgoals.reviewing.models import Comment
from perfgoals.templatetags.commenting import thread_id
from perfgoals.workflow import StateConflict

ACTS = ("reply", "resolve", "reopen")
RESOLVED = "这条批注刚刚标为已解决，回复没有发出。要接着说，先重新打开。"


def board(declaration: Declaration, request: SignedInRequest) -> Board:
    """The remarks of a form for a page that shows them (``{% threads board path %}``)."""
    address = reverse("declarations:comments", args=[declaration.pk])
    return commenting.board_of(declaration, request.user, address=address)


@require_http_methods(["GET", "POST"])
def comments(request: SignedInRequest, pk: int) -> HttpResponse:
    """All remarks by place, or those of ``?path=``; POST begins a thread at the posted ``path``."""
    declaration = in_scope(request, pk)
    if request.method == "GET":
        path = request.GET.get("path", WHOLE_FORM)
        if not path.isprintable():
            raise Http404
        if path and not is_on_form(declaration, path) and not Comment.objects.of(declaration).filter(path=path):
            raise Http404
        return _page(request, declaration, path)
    path = request.POST.get("path", WHOLE_FORM)
    if not commenting.may_comment(request.user, declaration):
        raise PermissionDenied
    if path and not is_on_form(declaration, path):
        raise Http404
    key = f"new:{path}"
    text = clean(request.POST.get(key, ""), single_line=False)
    _save_typed(request, declaration)
    try:
        with transaction.atomic():
            _tell(declaration, commenting.write(declaration, path=path, text=text, author=request.user))
    except ValidationError as refused:
        return _refuse(request, declaration, path, key, text, refused.messages[0])
    return _answer(request, declaration, path, "批注已发出，双方都看得到。")


@require_POST
def act(request: SignedInRequest, pk: int, comment: int, act: str) -> HttpResponse:
    """回复, 标为已解决 or 重新打开 of one thread."""
    declaration = in_scope(request, pk)
    if not commenting.may_comment(request.user, declaration):
        raise PermissionDenied
    about = get_object_or_404(
        Comment.objects.of(declaration).select_related("author", "answers__author"), pk=comment
    )
    if act not in ACTS:
        raise Http404
    _save_typed(request, declaration)
    if act != "reply":
        (commenting.resolve if act == "resolve" else commenting.reopen)(about, declaration, actor=request.user)
        return _answer(
            request, declaration, about.path, "已标为已解决。" if act == "resolve" else "已重新打开。"
        )
    key = f"reply:{about.pk}"
    text = clean(request.POST.get(key, ""), single_line=False)
    try:
        with transaction.atomic():
            _tell(declaration, commenting.reply(about, declaration, text=text, author=request.user))
    except ValidationError as refused:
        return _refuse(request, declaration, about.path, key, text, refused.messages[0])
    except StateConflict:
        return _refuse(request, declaration, about.path, f"new:{about.path}", text, RESOLVED, status=409)
    return _answer(request, declaration, about.path, "回复已发出。")


def _tell(declaration: Declaration, comment: Comment) -> None:
    place = words_of(declaration, [comment.path])[comment.path]
    notifying.tell_of_comment(declaration, comment, f"“{place}”")


def _save_typed(request: SignedInRequest, declaration: Declaration) -> None:
    """Without script the page around the remarks was posted too: what was typed on it is saved first."""
    if request.htmx or not may_edit(request.user, declaration):
        return
    changes = posted_changes(request.POST)
    if not changes:
        return
    try:
        outcome = save_fields(declaration, changes, actor=request.user)
    except StateConflict:
        messages.error(request, "这张表刚刚送审，填的内容没有保存。")
        return
    lost = [*(one.yours for one in outcome.conflicts), *(one.value for one in outcome.refused)]
    if lost:
        texts = "；".join(lost)[:2000]
        messages.error(request, f"填的内容有 {len(lost)} 处没有保存：同事改过，或者写得太长。您写的是：{texts}")


def _answer(request: SignedInRequest, declaration: Declaration, path: str, said: str) -> HttpResponse:
    if request.htmx:
        return _part(request, declaration, path)
    messages.success(request, said)
    back = request.GET.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("declarations:comments", args=[declaration.pk])
    return redirect(f"{back}#{thread_id(path)}")


def _refuse(
    request: SignedInRequest,
    declaration: Declaration,
    path: str,
    key: str,
    text: str,
    error: str,
    *,
    status: int = 422,
) -> HttpResponse:
    """The remarks of the place with the text as typed, and what is wrong with it."""
    draft = {"key": key, "text": text, "error": error}
    show = _part if request.htmx else _page
    return show(request, declaration, path, comment_draft=draft, status=status)


def _part(
    request: SignedInRequest, declaration: Declaration, path: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "board": board(declaration, request),
        "path": path,
        "label": words_of(declaration, [path])[path],
        "back": request.GET.get("next", ""),
        "nested": request.GET.get("nested") == "1",
        "is_part": True,  # the keyboard goes on where it was
    } | more
    return render(request, "reviewing/part.html", context, status=status)


def _page(
    request: SignedInRequest, declaration: Declaration, path: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    here = board(declaration, request)
    context = {
        "nav": "list",
        "declaration": declaration,
        "board": here,
        "path": path,
        "label": words_of(declaration, [path])[path],
        "places": [] if path else _places(declaration, here),
        "back": reverse("declarations:comments", args=[declaration.pk]) + (f"?path={path}" if path else ""),
        "changes": _changes(request, declaration, path) if path else [],
    } | more
    return render(request, "declarations/comments.html", context, status=status)


def _changes(request: SignedInRequest, declaration: Declaration, path: str) -> list[Change]:
    """What became of the place; reviewers see of it what was sent."""
    is_own = may_fill(request.user, declaration)
    return history.in_row(history.changes_of(declaration, sent_only=not is_own), path)


def _places(declaration: Declaration, here: Board) -> list[tuple[str, str]]:
    """The places that have remarks, in the order of the form, with their words; those of the whole form apart."""
    paths = in_form_order(declaration.edition, (path for path in here.by_path if path))
    return list(words_of(declaration, paths).items())
