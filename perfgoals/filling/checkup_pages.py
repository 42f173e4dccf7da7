"""The 体检 column of a step: refreshed after every save, with fixes to apply and reasons to give in place."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions.model import Section
from perfgoals.filling.addresses import page_url, place_url
from perfgoals.filling.editing import FieldChange, SaveOutcome
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.pages import StepPages, json_body, json_problem, live, section_of, status_of
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.posting import plain, posted_changes, read_changes
from perfgoals.filling.reasons import Given, Unkept, give_reasons, posted_reasons, waiting
from perfgoals.filling.steps import Remark, Step
from perfgoals.filling.telling import told
from perfgoals.workflow import StateConflict

LIVE = "filling/live.html"
SENT = "这张表已经送审，什么都没有改。"
UNREADABLE = "没有看懂要改什么，什么都没有改。"


@dataclass(frozen=True)
class CheckupPages:
    """What the column of these pages answers."""

    pages: StepPages

    def column(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """The 体检 column and the section list of ``?section=``, as they are now."""
        filing = self.pages.find(request, pk)
        if not may_edit(request.user, filing):
            raise PermissionDenied
        here = section_of(filing, request.GET.get("section", ""))
        return render(request, LIVE, live(self.pages.at(request, filing, here)))

    def fix(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write the ready fix of a finding. It goes through the same doors as typing and moving, and so do its conflicts."""
        filing = self.pages.find(request, pk)
        is_script = request.content_type == "application/json"
        changes = _fix_changes(filing, json_body(request) if is_script else _form_body(request))
        if changes is None:
            return _fix_problem(request, filing, UNREADABLE, HTTPStatus.BAD_REQUEST)
        if not is_script:
            typed = posted_changes(request.POST)
            reasons = posted_reasons(request.POST)
            left = self._save_typed(
                request, filing, typed, changes[0].path, keep=lambda at: at.refused(waiting(reasons))
            )
            if left:
                return left
            filing = self.pages.find(request, pk)
            if {change.path for change in typed} & {change.path for change in changes}:
                # The fix was made for the text before: what was typed over it is what the person wants.
                messages.warning(request, "您刚改过这一处，已照您写的保存，没有再替您改。")
                return redirect(_return(request, filing, changes[0].path))
        try:
            outcome = self.pages.mend(filing, changes, actor=request.user)
        except StateConflict:
            return _fix_problem(request, filing, SENT, HTTPStatus.CONFLICT)
        if is_script:
            return JsonResponse(told(filing, outcome), status=status_of(outcome))
        _tell(request, outcome)
        left = self.pages.keep_reasons(request, filing.pk, _section(request, filing, changes[0].path), reasons)
        return left or redirect(_return(request, filing, changes[0].path))

    def answer(self, request: SignedInRequest, filing: FilledFiling) -> list[Unkept]:
        """What the check page posts: every reason typed on it, and the fix that was pressed. Returns what was not kept.

        Whatever was pressed, no typed reason is lost: the page is to be drawn again with those that come back.
        """
        unkept = give_reasons(filing, posted_reasons(request.POST), actor=request.user)
        if "fix" not in request.POST:
            return unkept
        changes = _fix_changes(filing, _form_body(request))
        if changes is None:
            messages.error(request, UNREADABLE)
            return unkept
        try:
            _tell(request, self.pages.mend(filing, changes, actor=request.user))
        except StateConflict:
            messages.error(request, SENT)
        return unkept

    def reason(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Answer a 疑问 with a written reason, in place; a refused one stays on screen with what is wrong.

        Without script the whole step is posted, and every reason typed on it is kept with the one that was pressed.
        """
        filing = self.pages.find(request, pk)
        typed = posted_reasons(request.POST) or [_of_own_form(request)]
        path = typed[0].path
        left = self._save_typed(
            request,
            filing,
            posted_changes(request.POST),
            path,
            keep=lambda at: at.refused(waiting(typed)),
        )
        if left:
            return left
        filing = self.pages.find(request, pk)
        unkept = give_reasons(filing, typed, actor=request.user)
        refusal, status = _said(filing, unkept)
        if not filing.is_editable:
            messages.error(request, refusal)
            return redirect(page_url(filing, "tasks"))
        at = self.pages.at(request, filing, filing.edition.section_for_path(path))
        shown = at.refused(unkept)
        if request.headers.get("X-Part") == "1":
            context = live(at, refused=shown) | {"said": refusal or "理由已存，审核人会看到。"}
            return render(request, LIVE, context, status=status)
        if refusal and shown:
            return self.pages.draw(request, at, refused=shown, status=status)
        (messages.error if refusal else messages.success)(request, refusal or "理由已存，审核人会看到。")
        return redirect(_return(request, filing, path))

    def _save_typed(
        self,
        request: SignedInRequest,
        filing: FilledFiling,
        typed: list[FieldChange],
        path: str,
        *,
        keep: Callable[[Step], tuple[Remark, ...]] = lambda at: (),
    ) -> HttpResponse | None:
        """Without script a button of 体检 posts the whole step: what was typed there is saved first, or shown again."""
        if not typed:
            return None
        return self.pages.save_posted(request, filing, _section(request, filing, path), typed, keep=keep)


def _section(request: SignedInRequest, filing: FilledFiling, path: str) -> Section:
    """The step that was posted; that of ``path`` where the page does not say."""
    keys = {section.key: section for section in filing.edition.sections}
    return keys.get(request.POST.get("section", "")) or filing.edition.section_for_path(path)


def _of_own_form(request: SignedInRequest) -> Given:
    """The one reason that a script posts by itself."""
    post = request.POST
    return Given(post.get("code", ""), post.get("path", ""), plain(post.get("reason", "")), is_pressed=True)


def _said(filing: FilledFiling, unkept: list[Unkept]) -> tuple[str, HTTPStatus]:
    """What is said of the first that was not kept, and the status of the answer."""
    if not unkept:
        return "", HTTPStatus.OK
    is_late = unkept[0].is_gone or not filing.is_editable
    return unkept[0].message, HTTPStatus.CONFLICT if is_late else HTTPStatus.UNPROCESSABLE_ENTITY


def _tell(request: SignedInRequest, outcome: SaveOutcome) -> None:
    for refused in outcome.refused:
        messages.error(request, refused.message)
    for conflict in outcome.conflicts:
        who = "您在另一个页面" if conflict.own else conflict.theirs_by or "别人"
        messages.warning(request, f"{who}刚改过这一项，没有替您改。看过再决定。")
    if outcome.saved:
        messages.success(request, "已改好。")


def _form_body(request: SignedInRequest) -> dict[str, Any] | None:
    """A plain form names each change by ``path``, ``value`` and, where the page knows it, ``seen``; a button by ``fix``."""
    post = request.POST
    if "fix" in post:
        try:
            return {"changes": json.loads(post["fix"])}
        except (ValueError, RecursionError):
            return None
    paths, values, seen = post.getlist("path"), post.getlist("value"), post.getlist("seen")
    if len(paths) != len(values) or any(not (at.isascii() and at.isdigit() and len(at) < 10) for at in seen):
        return None
    if len(seen) != len(paths):
        return {"changes": [list(pair) for pair in zip(paths, values, strict=True)]}
    return {"changes": [[*pair, int(at)] for *pair, at in zip(paths, values, seen, strict=True)]}


def _fix_changes(filing: FilledFiling, body: dict[str, Any] | None) -> list[FieldChange] | None:
    """``[[path, value, seen], …]``; without ``seen`` the field as it is now is meant."""
    items = body.get("changes") if body else None
    if not isinstance(items, list) or not items:
        return None
    versions = dict(filing.marks.values_list("path", "version"))
    changes = []
    for item in items:
        if not isinstance(item, list) or len(item) not in (2, 3) or not isinstance(item[0], str):
            return None
        seen = item[2] if len(item) == 3 else versions.get(item[0], 0)
        changes.append({"path": item[0], "value": item[1], "seen": seen})
    return read_changes(changes)


def _fix_problem(request: SignedInRequest, filing: FilledFiling, message: str, status: int) -> HttpResponse:
    if request.content_type == "application/json":
        return json_problem(message, status)
    messages.error(request, message)
    return redirect(_return(request, filing, ""))


def _return(request: SignedInRequest, filing: FilledFiling, path: str) -> str:
    """Back to the page that asked (``next``), or to the place that was changed."""
    wanted = request.POST.get("next", "")
    # A word without a slash would be taken for the name of an address.
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    if not filing.is_editable:
        return page_url(filing, "tasks")
    return place_url(filing, path)
