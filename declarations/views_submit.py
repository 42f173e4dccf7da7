"""Checking the answers, 送审, and the form as it will be printed."""

import datetime
import re
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods

from declarations import checking, late, permissions
from declarations.annexes import last_year_of
from declarations.checkup import findings_of, refresh_counts
from declarations.models import Declaration
from declarations.official import official
from declarations.receipts import receipts_of
from declarations.views import in_scope
from declarations.views_steps import CHECKUP
from declarations.workflow import SUBMIT
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents import paper
from perfgoals.filling.papers import mark_of
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.filling.reasons import Unkept, give_reasons, posted_reasons
from perfgoals.filling.recall_pages import taking_back
from perfgoals.filling.returned import unsent_changes
from perfgoals.workflow import IN_REVIEW, Incomplete, StateConflict, perform


@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """All findings with their fixes and reasons, the form beside them, and 送审. POST takes fixes and reasons."""
    declaration = in_scope(request, pk)
    if request.method == "POST":
        return _answered(request, declaration)
    if not permissions.may_see_rows(request.user, declaration):
        return redirect("declarations:preview", pk=pk)
    return _check_page(request, declaration)


def _answered(request: SignedInRequest, declaration: Declaration) -> HttpResponse:
    """Back to the page; it is drawn at once where something typed is not kept, 逾期原因 included."""
    unkept = CHECKUP.answer(request, declaration)
    fresh = in_scope(request, declaration.pk)
    refresh_counts(fresh, findings_of(fresh))
    if unkept:
        return _check_page(request, fresh, status=422, unkept=unkept)
    if request.POST.get("late_reason") or request.POST.get("late_words"):
        return _check_page(request, fresh)
    at = request.GET.get("at", "")
    anchor = f"#{at}" if re.fullmatch(r"r-[\w-]+", at, re.ASCII) else ""
    return redirect(f"{reverse('declarations:check', args=[declaration.pk])}{anchor}")


def _check_page(
    request: SignedInRequest,
    declaration: Declaration,
    *,
    status: int = 200,
    unkept: Sequence[Unkept] = (),
    **more: object,
) -> HttpResponse:
    # The clock is read before the form: what is saved in between counts as changed meanwhile, never as seen.
    opened_at = timezone.now()
    context = {"nav": "list", "declaration": declaration, "opened_at": opened_at.isoformat()} | more
    said = {"reason": request.POST.get("late_reason", ""), "words": request.POST.get("late_words", "")}
    context |= {"late_reasons": late.choices(), "late_said": said}
    context |= checking.check_page(declaration, request.user, unkept)
    return render(request, "declarations/check.html", context, status=status)


@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST sends the form that the page showed; GET is the receipt of what was sent."""
    declaration = in_scope(request, pk)
    if request.method == "GET":
        return _receipt(request, declaration)
    if not may_fill(request.user, declaration):
        raise PermissionDenied("送审由申报单位的填报人来做。")
    typed = posted_reasons(request.POST)
    # A reason that nothing asks for any more keeps nobody from sending.
    unkept = [one for one in give_reasons(declaration, typed, actor=request.user) if not one.is_gone]
    if unkept and declaration.is_editable:
        return _check_page(request, declaration, status=422, unkept=unkept, halted=len(unkept))
    comment = late.comment_of(request.POST) if declaration.is_overdue else ""
    try:
        perform(SUBMIT, declaration, actor=request.user, version=posted_version(request), comment=comment)
    except Incomplete as incomplete:
        refresh_counts(declaration, findings_of(declaration))
        in_form = [finding for finding in incomplete.findings if finding.code != "comment_missing"]
        lacks_reason = len(in_form) < len(incomplete.findings)
        return _check_page(request, declaration, status=422, refused=len(in_form), lacks_reason=lacks_reason)
    except StateConflict:
        return _overtaken(request, in_scope(request, pk), unkept)
    return redirect("declarations:submit", pk=pk)


def _overtaken(request: SignedInRequest, declaration: Declaration, unkept: Sequence[Unkept]) -> HttpResponse:
    """Somebody was faster. Where it was the same person's first click, the work is done and the receipt says so."""
    if declaration.state in IN_REVIEW and declaration.submitted_by_id == request.user.pk:
        messages.info(request, "这张表已经送审，不用再送一次。")
        return redirect("declarations:submit", pk=declaration.pk)
    changes = checking.changes_since(declaration, posted_moment(request))
    return _check_page(request, declaration, status=409, unkept=unkept, conflict=True, changes=changes)


def _receipt(request: SignedInRequest, declaration: Declaration) -> HttpResponse:
    receipts = [] if declaration.is_editable else receipts_of(declaration)
    if not receipts:
        page = "check" if declaration.is_editable else "preview"
        return redirect(f"declarations:{page}", pk=declaration.pk)
    revision = receipts[0].revision
    context = {
        "nav": "list",
        "declaration": declaration,
        "revision": revision,
        "fingerprint": mark_of(revision),
        "receipt": receipts[0],
        "earlier": receipts[1:],
        "chain": [checking.CHAIN_WORDS[state] for state in checking.review_chain(declaration)],
        "is_mine": declaration.submitted_by_id == request.user.pk,
        "taking_back": taking_back(declaration, request.user),
    }
    return render(request, "declarations/submitted.html", context)


@require_GET
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official form on screen, printed by the same template as the PDF."""
    declaration = in_scope(request, pk)
    printed = official(declaration, request.user)
    context = {
        "nav": "list",
        "declaration": declaration,
        "revision": printed.revision,
        "fingerprint": mark_of(printed.revision) if printed.revision else "",
        "watermark": printed.watermark,
        "paper": paper.html(
            printed.document, declaration.edition, for_screen=True, watermark=printed.watermark
        ),
        "may_edit": may_edit(request.user, declaration),
        "has_last_year": last_year_of(declaration) is not None,
        "unsent": unsent_changes(declaration, printed.document, request.user),
    }
    return render(request, "declarations/preview.html", context)


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
