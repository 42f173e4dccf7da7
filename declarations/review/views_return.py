"""How often each return reason was used, for the business administrator."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from declarations.review.statistics import return_statistics, years_with_forms
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest


@require_GET
def reasons(request: SignedInRequest) -> HttpResponse:
    """The table of one year, or of all."""
    if request.user.role != Role.BUSINESS_ADMIN:
        raise PermissionDenied
    years = years_with_forms(request.user)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and int(asked[:5]) in years else None
    context = {
        "nav": "returns",
        "years": years,
        "year": year,
        "statistics": return_statistics(request.user, year),
    }
    return render(request, "declarations/return_reasons.html", context)
