"""审核统计 for the bureau and its admin: counts and shares by question and department, and the same as Excel."""

import io

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from declarations.appraising.views_panels import sees_statistics
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.appraising import statistics as counting
from perfgoals.audit.trail import record
from perfgoals.excel import write_list
from perfgoals.filling.papers import XLSX


@require_GET
def statistics(request: SignedInRequest) -> HttpResponse:
    wanted = _wanted(request)
    years = counting.years_of(request.user)
    if wanted["year"] is None and years and "year" not in request.GET:
        wanted["year"] = years[0]
    found = counting.statistics(counting.forms_counted(request.user, **wanted))
    context = {
        "nav": "panels",
        "found": found,
        "wanted": wanted,
        "years": years,
        "departments": counting.departments_of(request.user),
        "sources": counting.SOURCES,
        "grades": found.questionnaire.grades,
    }
    return render(request, "declarations/appraisal_statistics.html", context)


@require_POST
def statistics_xlsx(request: SignedInRequest) -> HttpResponse:
    """One row per department and question; at most as many departments as the region has."""
    wanted = _wanted(request)
    found = counting.statistics(counting.forms_counted(request.user, **wanted))
    out = io.BytesIO()
    rows = write_list(out, "审核统计", counting.EXCEL_COLUMNS, counting.excel_rows(found))
    record(actor=request.user, action="export", changes={"title": "审核统计 Excel", "items": rows})
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    name = f"{wanted['year'] or '各'}年度审核统计 {timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _wanted(request: SignedInRequest) -> dict:
    """The filter; what is not a number or a known word selects nothing away."""
    if not sees_statistics(request.user):
        raise PermissionDenied("审核统计由财政审核人和业务管理员来看。")
    asked = request.POST if request.method == "POST" else request.GET
    return {
        "year": _number(asked.get("year", "")),
        "department": _number(asked.get("department", "")),
        "source": asked.get("source", "") if asked.get("source") in counting.SOURCES else "",
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
