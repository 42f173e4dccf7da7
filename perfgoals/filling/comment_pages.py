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
from django.utils.http import url_has_allowed_host_and_scheme

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.addresses import page_url
from perfgoals.filling.editing import clean, save_fields
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.filling.posting import posted_changes
from perfgoals.filling.words import in_form_order, is_on_form, words_of
from perfgoals.reviewing import commenting, history
from perfgoals.reviewing.commenting import WHOLE_FORM, Board
from perfgoals.reviewing.history import Change
from perfgoals.reviewing.models import Comment
from perfgoals.templatetags.commenting import thread_id
from perfgoals.workflow import StateConflict

ACTS = ("reply", "resolve", "reopen")
RESOLVED = "这条批注刚刚标为已解决，回复没有发出。要接着说，先重新打开。"


def board(filing: FilledFiling, user: User) -> Board:
    """The remarks of a form for a page that shows them (``{% threads board path %}``)."""
    return commenting.board_of(filing, user, address=page_url(filing, "comments"))


class CommentPages:
    """The pages of remarks of one kind of filing: ``comments`` and ``comment_act`` in its namespace."""

    template: str  # extends filling/comments.html
    nav: str = "list"  # the link of the main navigation that these pages belong to

    def find(self, request: SignedInRequest, pk: int) -> Any:
        """The filing with its project and unit; 404 outside the person's scope."""
        raise NotImplementedError

    def tell(self, filing: Any, comment: Comment, place: str) -> None:
        """Notices to those whom a new remark concerns; ``place`` in words, in quotation marks."""
        raise NotImplementedError

    def comments(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """All remarks by place, or those of ``?path=``; POST begins a thread at the posted ``path``."""
        filing = self.find(request, pk)
        if request.method == "GET":
            path = request.GET.get("path", WHOLE_FORM)
            if not path.isprintable():
                raise Http404
            if path and not is_on_form(filing, path) and not Comment.objects.of(filing).filter(path=path):
                raise Http404
            return self._page(request, filing, path)
        path = request.POST.get("path", WHOLE_FORM)
        if not commenting.may_comment(request.user, filing):
            raise PermissionDenied
        if path and not is_on_form(filing, path):
            raise Http404
        key = f"new:{path}"
        text = clean(request.POST.get(key, ""), single_line=False)
        self._save_typed(request, filing)
        try:
            with transaction.atomic():
                self._tell(filing, commenting.write(filing, path=path, text=text, author=request.user))
        except ValidationError as refused:
            return self._refuse(request, filing, path, key, text, refused.messages[0])
        return self._answer(request, filing, path, "批注已发出，双方都看得到。")

    def act(self, request: SignedInRequest, pk: int, comment: int, act: str) -> HttpResponse:
        """回复, 标为已解决 or 重新打开 of one thread."""
        filing = self.find(request, pk)
        if not commenting.may_comment(request.user, filing):
            raise PermissionDenied
        about = get_object_or_404(
            Comment.objects.of(filing).select_related("author", "answers__author"), pk=comment
        )
        if act not in ACTS:
            raise Http404
        self._save_typed(request, filing)
        if act != "reply":
            (commenting.resolve if act == "resolve" else commenting.reopen)(about, filing, actor=request.user)
            return self._answer(
                request, filing, about.path, "已标为已解决。" if act == "resolve" else "已重新打开。"
            )
        key = f"reply:{about.pk}"
        text = clean(request.POST.get(key, ""), single_line=False)
        try:
            with transaction.atomic():
                self._tell(filing, commenting.reply(about, filing, text=text, author=request.user))
        except ValidationError as refused:
            return self._refuse(request, filing, about.path, key, text, refused.messages[0])
        except StateConflict:
            return self._refuse(request, filing, about.path, f"new:{about.path}", text, RESOLVED, status=409)
        return self._answer(request, filing, about.path, "回复已发出。")

    def _tell(self, filing: FilledFiling, comment: Comment) -> None:
        place = words_of(filing, [comment.path])[comment.path]
        self.tell(filing, comment, f"“{place}”")

    def _save_typed(self, request: SignedInRequest, filing: FilledFiling) -> None:
        """Without script the page around the remarks was posted too: what was typed on it is saved first."""
        if request.htmx or not may_edit(request.user, filing):
            return
        changes = posted_changes(request.POST)
        if not changes:
            return
        try:
            outcome = save_fields(filing, changes, actor=request.user)
        except StateConflict:
            messages.error(request, "这张表刚刚送审，填的内容没有保存。")
            return
        lost = [*(one.yours for one in outcome.conflicts), *(one.value for one in outcome.refused)]
        if lost:
            texts = "；".join(lost)[:2000]
            messages.error(
                request, f"填的内容有 {len(lost)} 处没有保存：同事改过，或者写得太长。您写的是：{texts}"
            )

    def _answer(self, request: SignedInRequest, filing: FilledFiling, path: str, said: str) -> HttpResponse:
        if request.htmx:
            return self._part(request, filing, path)
        messages.success(request, said)
        back = request.GET.get("next", "")
        if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            back = page_url(filing, "comments")
        return redirect(f"{back}#{thread_id(path)}")

    def _refuse(
        self,
        request: SignedInRequest,
        filing: FilledFiling,
        path: str,
        key: str,
        text: str,
        error: str,
        *,
        status: int = 422,
    ) -> HttpResponse:
        """The remarks of the place with the text as typed, and what is wrong with it."""
        draft = {"key": key, "text": text, "error": error}
        show = self._part if request.htmx else self._page
        return show(request, filing, path, comment_draft=draft, status=status)

    def _part(
        self, request: SignedInRequest, filing: FilledFiling, path: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {
            "board": board(filing, request.user),
            "path": path,
            "label": words_of(filing, [path])[path],
            "back": request.GET.get("next", ""),
            "nested": request.GET.get("nested") == "1",
            "is_part": True,  # the keyboard goes on where it was
        } | more
        return render(request, "reviewing/part.html", context, status=status)

    def _page(
        self, request: SignedInRequest, filing: FilledFiling, path: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        here = board(filing, request.user)
        context = {
            "nav": self.nav,
            "filing": filing,
            "board": here,
            "path": path,
            "label": words_of(filing, [path])[path],
            "places": [] if path else _places(filing, here),
            "back": page_url(filing, "comments") + (f"?path={path}" if path else ""),
            "changes": self._changes(request, filing, path) if path else [],
        } | more
        return render(request, self.template, context, status=status)

    def _changes(self, request: SignedInRequest, filing: FilledFiling, path: str) -> list[Change]:
        """What became of the place; reviewers see of it what was sent."""
        is_own = may_fill(request.user, filing)
        return history.in_row(history.changes_of(filing, sent_only=not is_own), path)


def _places(filing: FilledFiling, here: Board) -> list[tuple[str, str]]:
    """The places that have remarks, in the order of the form, with their words; those of the whole form apart."""
    paths = in_form_order(filing.edition, (path for path in here.by_path if path))
    return list(words_of(filing, paths).items())
