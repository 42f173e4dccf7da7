"""The check-answers page and 送审, for whatever kind of filing is filled in.

Everything typed on the page is kept or comes back: reasons, 逾期原因, and on 送审 what was typed a moment before. Who was
overtaken is told by what.
"""

import datetime
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling import late
from perfgoals.filling.addresses import page_url
from perfgoals.filling.check_page import CHAIN_WORDS, Change, changes_since
from perfgoals.filling.checkup_pages import CheckupPages
from perfgoals.filling.papers import mark_of
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.reasons import Unkept, give_reasons, posted_reasons
from perfgoals.filling.recall_pages import taking_back
from perfgoals.reviewing.receipt_pages import receipt_file
from perfgoals.reviewing.receipts import receipts_of
from perfgoals.reviewing.rights import may_see_rows
from perfgoals.reviewing.timeline import review_chain
from perfgoals.workflow import IN_REVIEW, Incomplete, StateConflict, Transition, perform


class SubmitPages:
    """The addresses ``check``, ``submit`` and ``receipt`` of one kind. A kind derives its own and says what stands on them."""

    checkup: CheckupPages
    step: Transition  # 送审
    template: str  # extends filling/check.html
    receipt_template: str  # extends filling/submitted.html
    nav: str = "list"  # the link of the main navigation that these pages belong to
    elsewhere: str = (
        "tasks"  # where people are led who may not see what is being typed, or before there is a receipt
    )

    def find(self, request: SignedInRequest, pk: int) -> Any:
        """The filing; 404 outside the person's scope."""
        raise NotImplementedError

    def page(self, filing: Any, user: User, unkept: Sequence[Unkept]) -> dict[str, Any]:
        """What the page shows: ``groups``, ``verdict``, ``first``, ``next``, ``may_edit``, ``goes_to``, ``paper`` …"""
        raise NotImplementedError

    def before_drawing(self, request: SignedInRequest, filing: Any) -> None:
        """Called whenever the page is about to be shown; what a kind notes of that goes here."""

    def keep(self, filing: Any) -> None:
        """Bring up to date what lists keep of the findings."""

    def changes_since(self, filing: Any, moment: datetime.datetime) -> list[Change]:
        """What happened to the form after a page of it was opened, oldest first."""
        return changes_since(filing, moment)

    # 检查 --------------------------------------------------------------------------------------------------------------

    def check(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """All findings with their fixes and reasons, the form beside them, and 送审. POST takes fixes and reasons."""
        filing = self.find(request, pk)
        if request.method == "POST":
            return self._answered(request, filing)
        if not may_see_rows(request.user, filing):
            return redirect(page_url(filing, self.elsewhere))
        return self._draw(request, filing)

    def _answered(self, request: SignedInRequest, filing: Any) -> HttpResponse:
        """Back to the page; it is drawn at once where something typed is not kept, 逾期原因 included."""
        unkept = self.checkup.answer(request, filing)
        fresh = self.find(request, filing.pk)
        self.keep(fresh)
        if unkept:
            return self._draw(request, fresh, status=HTTPStatus.UNPROCESSABLE_ENTITY, unkept=unkept)
        if request.POST.get("late_reason") or request.POST.get("late_words"):
            return self._draw(request, fresh)
        at = request.GET.get("at", "")
        anchor = f"#{at}" if re.fullmatch(r"r-[\w-]+", at, re.ASCII) else ""
        return redirect(f"{page_url(filing, 'check')}{anchor}")

    def _draw(
        self,
        request: SignedInRequest,
        filing: Any,
        *,
        status: int = HTTPStatus.OK,
        unkept: Sequence[Unkept] = (),
        **more: object,
    ) -> HttpResponse:
        self.before_drawing(request, filing)
        # The clock is read before the form: what is saved in between counts as changed meanwhile, never as seen.
        opened_at = timezone.now()
        said = {"reason": request.POST.get("late_reason", ""), "words": request.POST.get("late_words", "")}
        context = {
            "nav": self.nav,
            "filing": filing,
            "opened_at": opened_at.isoformat(),
            "late_reasons": late.choices(),
            "late_said": said,
        } | more
        context |= self.page(filing, request.user, unkept)
        return render(request, self.template, context, status=status)

    # 送审 --------------------------------------------------------------------------------------------------------------

    def submit(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """POST sends the form that the page showed; GET is the receipt of what was sent."""
        filing = self.find(request, pk)
        if request.method == "GET":
            return self._receipt(request, filing)
        if not may_fill(request.user, filing):
            raise PermissionDenied("送审由本单位的填报人来做。")
        typed = posted_reasons(request.POST)
        # A reason that nothing asks for any more keeps nobody from sending.
        unkept = [one for one in give_reasons(filing, typed, actor=request.user) if not one.is_gone]
        if unkept and filing.is_editable:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._draw(request, filing, status=status, unkept=unkept, halted=len(unkept))
        comment = late.comment_of(request.POST) if filing.is_overdue else ""
        try:
            perform(self.step, filing, actor=request.user, version=posted_version(request), comment=comment)
        except Incomplete as incomplete:
            return self._refused(request, filing, incomplete)
        except StateConflict:
            return self._overtaken(request, self.find(request, pk), unkept)
        return redirect(page_url(filing, "submit"))

    def _receipt(self, request: SignedInRequest, filing: Any) -> HttpResponse:
        receipts = [] if filing.is_editable else receipts_of(filing)
        if not receipts:
            return redirect(page_url(filing, "check" if filing.is_editable else self.elsewhere))
        revision = receipts[0].revision
        context = {
            "nav": self.nav,
            "filing": filing,
            "revision": revision,
            "fingerprint": mark_of(revision),
            "receipt": receipts[0],
            "earlier": receipts[1:],
            "chain": [CHAIN_WORDS[state] for state in review_chain(filing)],
            "is_mine": filing.submitted_by_id == request.user.pk,
            "taking_back": taking_back(filing, request.user),
        }
        return render(request, self.receipt_template, context)

    def receipt_pdf(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """The receipt of ``?number=``, or of the latest 送审, as PDF."""
        return receipt_file(request, self.find(request, pk), nav=self.nav)

    def _refused(self, request: SignedInRequest, filing: Any, incomplete: Incomplete) -> HttpResponse:
        self.keep(filing)
        in_form = [finding for finding in incomplete.findings if finding.code != "comment_missing"]
        lacks_reason = len(in_form) < len(incomplete.findings)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return self._draw(request, filing, status=status, refused=len(in_form), lacks_reason=lacks_reason)

    def _overtaken(self, request: SignedInRequest, filing: Any, unkept: Sequence[Unkept]) -> HttpResponse:
        """Somebody was faster. Where it was the same person's first click, the work is done and the receipt says so."""
        if filing.state in IN_REVIEW and filing.submitted_by_id == request.user.pk:
            messages.info(request, "这张表已经送审，不用再送一次。")
            return redirect(page_url(filing, "submit"))
        changes = self.changes_since(filing, posted_moment(request))
        return self._draw(
            request, filing, status=HTTPStatus.CONFLICT, unkept=unkept, conflict=True, changes=changes
        )


def posted_version(request: SignedInRequest) -> int:
    """The version printed on the posted page, or 0, which is never current."""
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def posted_moment(request: SignedInRequest) -> datetime.datetime:
    """When the posted page was opened; an hour ago where it does not say."""
    try:
        moment = parse_datetime(request.POST.get("opened_at", ""))
        if moment is not None and timezone.is_aware(moment):
            moment = moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):  # a day that is none, or one before the first in UTC
        moment = None
    if moment is None or timezone.is_naive(moment):
        return timezone.now() - datetime.timedelta(hours=1)
    return moment
