"""移交 on screen: people with open work, and one person's counts with the act. Counts only, never contents."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from declarations.handing_over import moving, open_work
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.handover.models import Handover

NAV = "handover"
PER_PAGE = 50


def for_those_in_charge(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not moving.may_hand_over(request.user):
            raise PermissionDenied("移交由业务管理员或系统管理员办。")
        return view(request, *args, **kwargs)

    return guarded


@for_those_in_charge
@require_GET
def handovers(request: SignedInRequest) -> HttpResponse:
    """Everybody of the region, closed accounts first, with how much is open."""
    people = moving.people_for(request.user).select_related("organization")
    page = Paginator(people.order_by("is_active", "organization__code", "username"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    totals = open_work.totals_of(page.object_list)
    rows = [(person, totals[person.pk]) for person in page.object_list]
    context = {
        "nav": NAV,
        "page": page,
        "rows": rows,
        "left": [person for person, number in rows if number and not person.is_active],
        "recent": Handover.objects.filter(giver__in=people)
        .select_related("giver", "taker", "made_by", "giver__organization")
        .order_by("-pk")[:10],
    }
    return render(request, "declarations/handing_over/handovers.html", context)


@for_those_in_charge
@require_http_methods(["GET", "POST"])
def handover(request: SignedInRequest, pk: int) -> HttpResponse:
    giver = get_object_or_404(moving.people_for(request.user).select_related("organization"), pk=pk)
    takers = list(moving.takers_for(giver))
    errors: dict[str, str] = {}
    reason = request.POST.get("reason", "").replace("\0", "")
    if request.method == "POST":
        taker = next((person for person in takers if str(person.pk) == request.POST.get("taker")), None)
        errors = _hand_over(request, giver, taker, reason)
        if not errors:
            return redirect("declarations:handovers")
    counts = open_work.counts_of(giver)
    context = {
        "nav": NAV,
        "giver": giver,
        "takers": takers,
        "counts": counts,
        "total": sum(number for _, number in counts),
        "errors": errors,
        "reason": reason,
        "chosen": request.POST.get("taker", ""),
    }
    return render(request, "declarations/handing_over/handover.html", context, status=422 if errors else 200)


def _hand_over(request: SignedInRequest, giver: User, taker: User | None, reason: str) -> dict[str, str]:
    """What was wrong, by field; empty when it is done."""
    if taker is None:
        return {"taker": "选接手人。"}
    try:
        act = moving.hand_over(giver, taker, reason=reason, actor=request.user)
    except ValidationError as refused:
        return {field: "".join(words) for field, words in refused.message_dict.items()}
    number = sum(act.moved.values())
    words = f"移交了 {number} 件事。" if number else "现在没有挂在名下的事；以前送审的表，由接手人撤回。"
    messages.success(request, f"“{giver.name}”→“{taker.name}”：{words}")
    return {}
