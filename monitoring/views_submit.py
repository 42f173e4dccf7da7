"""Checking the answers of a monitoring report, 送审 with its receipt, and taking it back."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from monitoring import check_page
from monitoring.checking import keep
from monitoring.models import MonitoringReport
from monitoring.scope import in_scope
from monitoring.views_comments import PAGES
from monitoring.views_steps import CHECKUP, note_asked
from monitoring.workflow import RECALL, SUBMIT
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.reasons import Unkept
from perfgoals.filling.recall_pages import RecallPages
from perfgoals.filling.submit_pages import SubmitPages


class MonitoringSubmit(SubmitPages):
    checkup = CHECKUP
    step = SUBMIT
    template = "monitoring/check.html"
    receipt_template = "monitoring/submitted.html"
    nav = "monitoring"

    def find(self, request: SignedInRequest, pk: int) -> MonitoringReport:
        return in_scope(request, pk)

    def page(self, filing: MonitoringReport, user: User, unkept: Sequence[Unkept]) -> dict[str, Any]:
        return {"report": filing} | check_page.check_page(filing, user, unkept)

    def before_drawing(self, request: SignedInRequest, filing: MonitoringReport) -> None:
        if may_fill(request.user, filing):
            note_asked(request, filing)

    def keep(self, filing: MonitoringReport) -> None:
        keep(filing)


_PAGES = MonitoringSubmit()


@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """All findings with their reasons, the form beside them, and 送审. POST takes fixes and reasons."""
    return _PAGES.check(request, pk)


@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST sends the form that the page showed; GET is the receipt of what was sent."""
    return _PAGES.submit(request, pk)


@require_GET
def receipt_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The receipt of ``?number=``, or of the latest 送审."""
    return _PAGES.receipt_pdf(request, pk)


class MonitoringRecall(RecallPages):
    step = RECALL
    remarks = PAGES


_RECALL = MonitoringRecall()


@require_http_methods(["GET", "POST"])
def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST takes back what was sent; GET leads to the page where the button stands."""
    if request.method == "GET":
        return redirect("monitoring:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.recall(request, pk)


@require_http_methods(["GET", "POST"])
def ask_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST asks the reviewer to return the form; GET leads to the page where the question stands."""
    if request.method == "GET":
        return redirect("monitoring:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.ask_back(request, pk)
