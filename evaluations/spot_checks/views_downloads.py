"""The drawn list and the statistics as files; each download is on record."""

import io

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from evaluations.spot_checks import drawing, listing
from evaluations.spot_checks import statistics as counting
from evaluations.spot_checks.models import SpotCheck
from evaluations.spot_checks.views import check_in_scope, json_bytes
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.audit.trail import record
from perfgoals.excel import write_list, write_lists
from perfgoals.filling.papers import XLSX, file_response


@require_POST
def check_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """Seed, candidates with weights, and the sample: what a third party needs to draw again."""
    check = check_in_scope(request, pk)
    data = drawing.open_data(check)
    _on_record(request, check, "JSON", len(data["candidates"]))
    return file_response(request, lambda: json_bytes(data), "application/json", f"{check}.json")


@require_POST
def check_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sample with lots, reasons, recheckers and results; behind it the candidates and how it was drawn."""
    check = check_in_scope(request, pk)
    data = drawing.open_data(check)
    sheets = [
        ("抽查名单", listing.COLUMNS, listing.lines(check)),
        ("候选名单", listing.POPULATION_COLUMNS, listing.population_lines(data)),
        ("怎么抽的", listing.METHOD_COLUMNS, listing.method_lines(data)),
    ]
    out = io.BytesIO()
    count = write_lists(out, sheets)
    _on_record(request, check, "Excel", count)
    return file_response(request, out.getvalue, XLSX, f"{check}.xlsx")


@require_GET
def statistics(request: SignedInRequest, pk: int) -> HttpResponse:
    """By unit and by question."""
    check = check_in_scope(request, pk)
    context = {"nav": "evaluations", "check": check, "found": counting.statistics(check)}
    return render(request, "evaluations/spot_checks/statistics.html", context)


@require_POST
def statistics_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same by unit."""
    check = check_in_scope(request, pk)
    out = io.BytesIO()
    rows = counting.excel_rows(counting.statistics(check))
    count = write_list(out, "抽查统计", counting.COLUMNS, rows)
    _on_record(request, check, "统计 Excel", count)
    return file_response(request, out.getvalue, XLSX, f"{check} 统计.xlsx")


def _on_record(request: SignedInRequest, check: SpotCheck, kind: str, items: int) -> None:
    record(
        actor=request.user,
        action="export",
        subject=check,
        changes={"title": f"{check} {kind}", "items": items},
    )
