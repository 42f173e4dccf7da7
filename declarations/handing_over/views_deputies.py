"""代理 on screen: naming a deputy for some days, acting for a colleague, and stopping."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.handover import acting
from perfgoals.handover.models import Deputy


@require_http_methods(["GET", "POST"])
def deputies(request: SignedInRequest) -> HttpResponse:
    """Who acts for me and for whom I may act; POST names a deputy."""
    me = User.objects.select_related("organization").get(
        pk=request.user.pk
    )  # the own role, whoever one acts for
    if me.is_keeper:
        raise PermissionDenied("三员不办业务，没有代理。")
    errors: dict[str, str] = {}
    candidates = acting.candidates_for(me)
    if request.method == "POST":
        errors = _named(request, me, candidates)
        if not errors:
            return redirect("declarations:deputies")
    today = timezone.localdate()
    context = {
        "nav": "deputies",
        "candidates": candidates,
        "mine": me.deputies.filter(ended_at__isnull=True, last_day__gte=today).select_related("deputy"),
        "offers": acting.offers_to(me),
        "errors": errors,
        "typed": request.POST,
        "today": today,
    }
    return render(request, "declarations/handing_over/deputies.html", context, status=422 if errors else 200)


def _named(request: SignedInRequest, me: User, candidates: list[User]) -> dict[str, str]:
    """What was wrong, by field; empty when the deputy is named."""
    chosen = next((person for person in candidates if str(person.pk) == request.POST.get("deputy")), None)
    me.acting_for = request.user.acting_for
    try:
        named = acting.name_deputy(
            me,
            chosen,
            first_day=_day(request.POST.get("first_day", "")),
            last_day=_day(request.POST.get("last_day", "")),
            reason=request.POST.get("reason", "").replace("\0", ""),
            actor=me,
        )
    except ValidationError as refused:
        return {field: "".join(words) for field, words in refused.message_dict.items()}
    messages.success(request, f"{named.first_day} 至 {named.last_day}，由“{named.deputy.name}”代理您。")
    return {}


def _day(text: str) -> Any:
    try:
        return parse_date(text.strip())
    except ValueError:  # a day that is none
        return None


@require_POST
def deputy_begin(request: SignedInRequest, pk: int) -> HttpResponse:
    """Act for a colleague from now on; 404 unless they named me for today."""
    named = get_object_or_404(acting.offers_to(request.user), pk=pk)
    acting.begin(request, named)
    messages.success(
        request, f"您正在代理“{named.principal.name}”，办的事都写“代”。自己送审的表，代理时也不能批。"
    )
    return redirect("home")


@require_POST
def deputy_stop(request: SignedInRequest) -> HttpResponse:
    acting.stop(request)
    messages.success(request, "代理结束了，现在是您自己的角色。")
    return redirect("home")


@require_POST
def deputy_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a deputy's days early."""
    me = request.user
    named = get_object_or_404(
        Deputy.objects.filter(principal=me.pk) | Deputy.objects.filter(deputy=me.pk), pk=pk
    )
    acting.end_deputy(named, actor=me)
    messages.success(request, "代理已提前结束。")
    return redirect("declarations:deputies")
