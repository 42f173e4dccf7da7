"""The receipt of a 送审 as a file, for every kind of filing (X-4)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.printing import MissingGlyph, PrintingFailed
from perfgoals.documents.receipts import Receipt
from perfgoals.reviewing.receipts import receipt_pdf, receipts_of


def receipt_file(request: SignedInRequest, filing: Any, *, nav: str) -> HttpResponse:
    """The receipt of ``?number=``, or of the latest 送审, as PDF. 404 for a form that was never sent."""
    receipt = _asked(receipts_of(filing), request.GET.get("number", ""))
    try:
        data = receipt_pdf(receipt, filing)
    except (MissingGlyph, PrintingFailed) as problem:
        context = {"nav": nav, "filing": filing, "problem": str(problem)}
        return render(request, "reviewing/receipt_failed.html", context, status=422)
    name = f"{filing.fiscal_year}-{filing.project_name or '未命名项目'}-送审回执-第{receipt.number}稿.pdf"
    headers = {"Content-Disposition": content_disposition_header(True, name.replace("/", "-"))}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _asked(receipts: list[Receipt], number: str) -> Receipt:
    found = [one for one in receipts if not number or str(one.number) == number]
    if not found:
        raise Http404
    return found[0]
