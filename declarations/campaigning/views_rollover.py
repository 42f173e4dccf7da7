"""转年: what a rollover would make, doing it, and taking it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from declarations.campaigning.views import NAV, edition_title, for_admins
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns import kinds
from perfgoals.campaigns import rollover as rolling
from perfgoals.campaigns.models import Campaign


@for_admins
@require_http_methods(["GET", "POST"])
def rollover(request: SignedInRequest) -> HttpResponse:
    """GET shows what would be made and writes nothing; POST makes it."""
    seen = Campaign.objects.visible_to(request.user)
    years = sorted(set(seen.values_list("fiscal_year", flat=True)), reverse=True)
    asked = request.POST.get("year") or request.GET.get("year", "")
    year = next((y for y in years if str(y) == asked), years[0] if years else None)
    if request.method == "POST" and year is not None and str(year) == asked:
        made = rolling.roll_over(year, actor=request.user)
        words = (
            f"转出了 {len(made)} 个 {year + 1} 年的批次，还没有通知各单位。{year} 年的批次已归档。"
            if made
            else "没有转出新的批次：都已经有了。"
        )
        messages.success(request, words)
        return redirect("declarations:campaigns")
    planned = rolling.plan(year, actor=request.user) if year is not None else []
    context = {
        "nav": NAV,
        "years": years,
        "year": year,
        "next_year": year + 1 if year is not None else None,
        "planned": [(item, edition_title(item.source)) for item in planned],
        "number": sum(not item.problem for item in planned),
    }
    return render(request, "declarations/campaigning/rollover.html", context)


@for_admins
@require_POST
def rollover_undo(request: SignedInRequest) -> HttpResponse:
    """Take back every rolled-over campaign that nobody was told of and that holds no form."""
    rolled = Campaign.objects.visible_to(request.user).filter(announced_at=None, rolled_from__isnull=False)
    waiting = kinds.without_forms(rolled)
    try:
        found = list(waiting.select_related("rolled_from"))
        rolling.undo(found, actor=request.user)
    except (ValidationError, ProtectedError):
        messages.error(request, "没有撤回：有的批次刚刚通知了单位，或已经有表。")
    else:
        messages.success(
            request, f"撤回了 {len(found)} 个批次，原来的批次照旧。" if found else "没有可以撤回的批次。"
        )
    return redirect("declarations:campaigns")
