"""撤回, and once the reviewer has opened the form the request to give it back (F16).

A kind of filing has both in its namespace as ``recall`` and ``ask_back``; the panel ``filling/taking_back.html`` stands
on its task list. A request is a remark on the whole form that names the reviewer: both sides see it, it can be
answered, and the reviewer is told.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.addresses import page_url
from perfgoals.filling.comment_pages import CommentPages
from perfgoals.filling.editing import clean
from perfgoals.filling.filing import FilledFiling
from perfgoals.reviewing import commenting
from perfgoals.reviewing.models import Comment
from perfgoals.reviewing.rights import may_ask_back, may_recall
from perfgoals.workflow import State, StateConflict, Transition, perform

OPENED = "审核人已经打开了这张表，不能直接撤回。可以请审核人退回。"
ASKS = "请求退回："


@dataclass(frozen=True, slots=True)
class TakingBack:
    """What the person may do about a form that has been sent; nothing of it for most people and states."""

    may_recall: bool = False
    may_ask: bool = False
    opened_by: User | None = None
    asked: Comment | None = None  # a request that has not been settled


def taking_back(filing: FilledFiling, user: User) -> TakingBack:
    """At most one query where the form is not in review, three where it is."""
    if may_recall(user, filing):
        return TakingBack(may_recall=True)
    if not may_ask_back(user, filing):
        return TakingBack()
    asked = Comment.objects.of(filing).filter(
        path=commenting.WHOLE_FORM, answers=None, resolved_at=None, text__startswith=ASKS
    )
    return TakingBack(may_ask=True, opened_by=filing.opened_by, asked=asked.order_by("-pk").first())


class RecallPages:
    """Both acts of one kind of filing, each answering with its task list."""

    step: Transition
    remarks: CommentPages

    def recall(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Take back what was sent. The second click finds the work done."""
        filing: Any = self.remarks.find(request, pk)
        try:
            perform(self.step, filing, actor=request.user, version=filing.version)
        except (StateConflict, PermissionDenied):
            current = self.remarks.find(request, pk)
            if current.is_editable and may_recall(request.user, current) is False and current.submitted_at:
                messages.info(request, f"这张表现在是“{current.get_state_display()}”，不用再撤回。")
            elif may_ask_back(request.user, current):
                messages.warning(request, OPENED)
            else:
                raise PermissionDenied("送审人在审核人打开以前可以撤回。") from None
        else:
            words = "接着改退回的地方" if filing.state == State.RETURNED else "接着改"
            messages.success(request, f"撤回了，审核人不再看到这一稿。{words}，改好再送审。")
        return redirect(page_url(filing, "tasks"))

    def ask_back(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask the reviewer who opened it to return it, with a reason."""
        filing: Any = self.remarks.find(request, pk)
        if not may_ask_back(request.user, filing):
            raise PermissionDenied("请求退回由送审人在审核人打开以后提出。")
        reason = clean(request.POST.get("ask", ""), single_line=False).strip()
        address = page_url(filing, "tasks")
        if not reason:
            messages.error(request, "没有发出：写明为什么要退回，审核人好判断。")
            return redirect(f"{address}#ask-back")
        text = f"{ASKS}{reason}　@{filing.opened_by.name}"
        try:
            with transaction.atomic():
                said = commenting.write(filing, path=commenting.WHOLE_FORM, text=text, author=request.user)
                self.remarks.tell(filing, said, "整张表")
        except ValidationError as refused:
            messages.error(request, f"没有发出：{refused.messages[0]}您写的是：{reason[:1000]}")
            return redirect(f"{address}#ask-back")
        messages.success(request, f"已请{filing.opened_by.name}退回，记在批注里。退回以前不能改。")
        return redirect(address)
