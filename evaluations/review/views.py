"""The desk of self-evaluations, and the page on which one is judged."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations.models import Evaluation
from evaluations.outcome import outcome_of
from evaluations.review import desk
from evaluations.review.page import ReviewPage
from evaluations.review.points import Typed, keep_points, kept_as, posted_points
from evaluations.review.waiting import FINDINGS, ORDERS, Wanted
from evaluations.reviewing import REVIEWED
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.comment_pages import board
from perfgoals.reviewing.inbox import SOURCE, has_inbox, tabs
from perfgoals.reviewing.return_pages import ReturnPages
from perfgoals.reviewing.submitted import submitted


@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """The self-evaluations whose turn it is for this person, by risk, oldest or lowest first."""
    if not has_inbox(request.user):
        raise PermissionDenied("待审核的清单只有审核人有。")
    wanted = Wanted.from_query(request.GET)
    everything = desk.Desk(request.user)
    page, rows = desk.page_of(request.user, wanted, request.GET.get("page"))
    desks = tabs(request.user, Evaluation, everything.total)
    context = {
        "nav": SOURCE,
        "counted": sum(tab.count for tab in desks),
        "desks": desks,
        "desk": everything,
        "wanted": wanted,
        "page": page,
        "rows": [(row, wanted.form_url(row.form.pk)) for row in rows],
        "tabs": everything.tabs(wanted),
        "orders": ORDERS,
        "findings": FINDINGS,
    }
    return render(request, "evaluations/inbox.html", context)


class EvaluationReview(ReturnPages):
    kind = REVIEWED
    model = Evaluation
    wanted = Wanted
    template = "evaluations/review.html"

    def make_page(self, request: SignedInRequest, filing: Any, **typed: Any) -> ReviewPage | None:
        form = submitted(filing)
        if form is None:
            return None
        given = posted_points(request.POST) if request.method == "POST" else {}
        wanted = request.GET.get("compare", "")
        remarks = board(filing, request.user)
        return ReviewPage(filing, form, request.user, remarks, wanted, given=given, **typed)

    def also_keep(self, request: SignedInRequest, filing: Any) -> dict[str, str]:
        return keep_points(filing, posted_points(request.POST), actor=request.user)

    def told(self, request: SignedInRequest, filing: Any, wrong: Mapping[str, str]) -> dict[str, Any]:
        typed = posted_points(request.POST)
        kept = {row.row_id: kept_as(row) for row in filing.indicators.filter(row_id__in=typed)}
        theirs, judged = outcome_of(filing)
        return {
            "points": {
                f"indicators.{row_id}": {
                    "was": typed[row_id].was if row_id in wrong else kept.get(row_id, Typed()).was,
                    "error": wrong.get(row_id, ""),
                }
                for row_id in typed
            },
            "judged": f"自评 {theirs.in_words}，审核 {judged.in_words}" if judged else "",
        }


PAGES = EvaluationReview()


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
