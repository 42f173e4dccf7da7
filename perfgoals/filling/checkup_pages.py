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
from perfgoals.filling.addresses import page_url, place_url
from perfgoals.filling.editing import FieldChange
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.pages import StepPages, json_body, json_problem, live, section_of, status_of
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.posting import plain, posted_changes, read_changes
from perfgoals.filling.reasons import ReasonRefused, give_reason
from perfgoals.filling.steps import Remark, Step
from perfgoals.filling.telling import told
from perfgoals.workflow import StateConflict

LIVE = "filling/live.html"


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
            return _fix_problem(request, filing, "没有看懂要改什么，什么都没有改。", HTTPStatus.BAD_REQUEST)
        if not is_script:
            typed = posted_changes(request.POST)
            left = self._save_typed(request, filing, typed, changes[0].path)
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
            return _fix_problem(request, filing, "这张表已经送审，什么都没有改。", HTTPStatus.CONFLICT)
        if is_script:
            return JsonResponse(told(filing, outcome), status=status_of(outcome))
        for refused in outcome.refused:
            messages.error(request, refused.message)
        for conflict in outcome.conflicts:
            who = "您在另一个页面" if conflict.own else conflict.theirs_by or "别人"
            messages.warning(request, f"{who}刚改过这一项，没有替您改。看过再决定。")
        if outcome.saved:
            messages.success(request, "已改好。")
        return redirect(_return(request, filing, changes[0].path if changes else ""))

    def reason(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Answer a 疑问 with a written reason, in place; a refused one stays on screen with what is wrong."""
        filing = self.pages.find(request, pk)
        code, path, text = _written(request)
        refusal, status = "", HTTPStatus.OK
        half = "本节有内容没有保存，理由也还没有存。先看上面的说明。"
        left = self._save_typed(
            request,
            filing,
            posted_changes(request.POST),
            path,
            keep=lambda at: _refused(at, code, path, text, half),
        )
        if left:
            return left
        filing = self.pages.find(request, pk)
        try:
            if give_reason(filing, code, path, text, actor=request.user) is None:
                refusal, status = "这一处刚刚变了，理由没有存。看一看现在的问题。", HTTPStatus.CONFLICT
        except ReasonRefused as refused:
            refusal, status = str(refused), HTTPStatus.UNPROCESSABLE_ENTITY
        except StateConflict:
            refusal, status = "这张表已经送审，理由没有存。", HTTPStatus.CONFLICT
        if not filing.is_editable:
            messages.error(request, refusal)
            return redirect(page_url(filing, "tasks"))
        at = self.pages.at(request, filing, filing.edition.section_for_path(path))
        shown = _refused(at, code, path, text, refusal)
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
        keys = {section.key: section for section in filing.edition.sections}
        section = keys.get(request.POST.get("section", "")) or filing.edition.section_for_path(path)
        return self.pages.save_posted(request, filing, section, typed, keep=keep)


def _written(request: SignedInRequest) -> tuple[str, str, str]:
    """Code, path and text of a reason: of its own form, or the one of a whole step whose button was pressed."""
    key = request.POST.get("answer", "")
    code, _, path = key.partition("|")
    if not key:
        code, path = request.POST.get("code", ""), request.POST.get("path", "")
    return code, path, plain(request.POST.get(f"reason:{key}" if key else "reason", ""))


def _refused(at: Step, code: str, path: str, text: str, refusal: str) -> tuple[Remark, ...]:
    if not refusal:
        return ()
    found = [f for f in at.here if (f.code, f.path) == (code, path)]
    return tuple(at.remark(finding, typed_reason=text, refusal=refusal) for finding in found)


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
