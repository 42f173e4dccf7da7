"""Reviewing monitoring reports: the desk, the form with its margin, 通过, 退回, 确认, 撤销."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring import desk
from monitoring.desk import Wanted
from monitoring.listing import LIGHTS
from monitoring.models import MonitoringReport
from monitoring.review_page import ReviewPage
from monitoring.reviewing import REVIEWED
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.comment_pages import board
from perfgoals.reviewing import inbox
from perfgoals.reviewing.return_pages import ReturnPages
from perfgoals.reviewing.submitted import submitted


class MonitoringReview(ReturnPages):
    kind = REVIEWED
    model = MonitoringReport
    wanted = Wanted
    template = "monitoring/review.html"

    def whole(self, forms: QuerySet[Any]) -> QuerySet[Any]:
        return super().whole(forms).select_related("declaration").prefetch_related("indicators")

    def make_page(self, request: SignedInRequest, filing: Any, **typed: Any) -> ReviewPage | None:
        form = submitted(filing)
        if form is None:
            return None
        return ReviewPage(filing, form, request.user, board(filing, request.user), **typed)


PAGES = MonitoringReview()


@never_cache
@require_GET
def desk_page(request: SignedInRequest) -> HttpResponse:
    """待审核: the reports that wait for this person, the reddest first."""
    if not inbox.has_inbox(request.user):
        raise PermissionDenied
    wanted = Wanted.from_query(request.GET)
    page, rows = desk.page_of(request.user, wanted, request.GET.get("page"))
    counts = desk.counts(request.user)
    total = sum(counts.values())
    context = {
        "nav": "inbox",
        "desks": inbox.tabs(request.user, MonitoringReport, total),
        "wanted": wanted,
        "page": page,
        "rows": rows,
        "total": total,
        "lights": [(key, label, counts[key]) for key, label in LIGHTS.items()],
    }
    return render(request, "monitoring/inbox.html", context)


@never_cache
@require_GET
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.review(request, pk)


@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.keep(request, pk)


@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.give_back(request, pk)


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.decide(request, pk)


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.undo(request, pk)
