"""Checking the answers of a self-evaluation, 送审 with its receipt, and taking it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from declarations import late
from declarations.views_submit import posted_moment, posted_version
from evaluations import check_page
from evaluations.checking import keep
from evaluations.models import Evaluation
from evaluations.permissions import may_fill, may_see_rows
from evaluations.scope import in_scope
from evaluations.views_comments import PAGES
from evaluations.views_steps import note_asked
from evaluations.workflow import RECALL, SUBMIT
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.models import Revision
from perfgoals.documents.receipts import receipt_for
from perfgoals.filling.check_page import changes_since
from perfgoals.filling.papers import mark_of
from perfgoals.filling.recall_pages import RecallPages, taking_back
from perfgoals.reviewing.timeline import review_chain
from perfgoals.workflow import IN_REVIEW, Incomplete, StateConflict, perform


@require_GET
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """All findings with their reasons, the form beside them, and 送审."""
    evaluation = in_scope(request, pk)
    if not may_see_rows(request.user, evaluation):
        return redirect("evaluations:tasks", pk=pk)
    if may_fill(request.user, evaluation):
        note_asked(request, evaluation)
    return _check_page(request, evaluation)


def _check_page(
    request: SignedInRequest, evaluation: Evaluation, *, status: int = 200, **more: object
) -> HttpResponse:
    # The clock is read before the form: what is saved in between counts as changed meanwhile, never as seen.
    opened_at = timezone.now()
    context = {"nav": "evaluations", "evaluation": evaluation, "opened_at": opened_at.isoformat()} | more
    said = {"reason": request.POST.get("late_reason", ""), "words": request.POST.get("late_words", "")}
    context |= {"late_reasons": late.choices(), "late_said": said}
    context |= check_page.check_page(evaluation, request.user)
    return render(request, "evaluations/check.html", context, status=status)


@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST sends the form that the page showed; GET is the receipt of what was sent."""
    evaluation = in_scope(request, pk)
    if request.method == "GET":
        return _receipt(request, evaluation)
    if not may_fill(request.user, evaluation):
        raise PermissionDenied("送审由填报单位的填报人来做。")
    comment = late.comment_of(request.POST) if evaluation.is_overdue else ""
    try:
        perform(SUBMIT, evaluation, actor=request.user, version=posted_version(request), comment=comment)
    except Incomplete as incomplete:
        keep(evaluation)
        in_form = [finding for finding in incomplete.findings if finding.code != "comment_missing"]
        lacks_reason = len(in_form) < len(incomplete.findings)
        return _check_page(request, evaluation, status=422, refused=len(in_form), lacks_reason=lacks_reason)
    except StateConflict:
        return _overtaken(request, in_scope(request, pk))
    return redirect("evaluations:submit", pk=pk)


def _overtaken(request: SignedInRequest, evaluation: Evaluation) -> HttpResponse:
    """Somebody was faster. Where it was the same person's first click, the work is done and the receipt says so."""
    if evaluation.state in IN_REVIEW and evaluation.submitted_by_id == request.user.pk:
        messages.info(request, "这张表已经送审，不用再送一次。")
        return redirect("evaluations:submit", pk=evaluation.pk)
    changes = changes_since(evaluation, posted_moment(request))
    return _check_page(request, evaluation, status=409, conflict=True, changes=changes)


def _receipt(request: SignedInRequest, evaluation: Evaluation) -> HttpResponse:
    kept = (
        None
        if evaluation.is_editable
        else Revision.objects.filter(
            content_type__app_label="evaluations",
            content_type__model="evaluation",
            object_id=evaluation.pk,
            reason=SUBMIT.action,
        )
        .select_related("made_by__organization")
        .order_by("number")
        .last()
    )
    if kept is None:
        return redirect(
            "evaluations:check" if evaluation.is_editable else "evaluations:tasks", pk=evaluation.pk
        )
    context = {
        "nav": "evaluations",
        "evaluation": evaluation,
        "revision": kept,
        "fingerprint": mark_of(kept),
        "receipt": receipt_for(kept),
        "chain": [check_page.CHAIN_WORDS[state] for state in review_chain(evaluation)],
        "is_mine": evaluation.submitted_by_id == request.user.pk,
        "taking_back": taking_back(evaluation, request.user),
    }
    return render(request, "evaluations/submitted.html", context)


class EvaluationRecall(RecallPages):
    step = RECALL
    remarks = PAGES


_RECALL = EvaluationRecall()


@require_http_methods(["GET", "POST"])
def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST takes back what was sent; GET leads to the page where the button stands."""
    if request.method == "GET":
        return redirect("evaluations:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.recall(request, pk)


@require_http_methods(["GET", "POST"])
def ask_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST asks the reviewer to return the form; GET leads to the page where the question stands."""
    if request.method == "GET":
        return redirect("evaluations:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.ask_back(request, pk)
