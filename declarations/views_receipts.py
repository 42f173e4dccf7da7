"""The receipt as PDF, and the page where anybody who is signed in can check one (X-4).

Checking needs the code, which only the receipt bears, and answers with what the receipt says and nothing more: so it
is open to every role, auditors included, whatever forms they may see.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from declarations.receipts import receipt_pdf, receipts_of
from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.printing import MissingGlyph, PrintingFailed
from perfgoals.documents.receipts import Receipt, verify


@require_GET
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The receipt of ``?number=``, or of the latest 送审."""
    declaration = in_scope(request, pk)
    receipt = _asked(receipts_of(declaration), request.GET.get("number", ""))
    try:
        data = receipt_pdf(receipt, declaration)
    except (MissingGlyph, PrintingFailed) as problem:
        context = {"nav": "list", "declaration": declaration, "problem": str(problem)}
        return render(request, "declarations/receipt_failed.html", context, status=422)
    name = f"{declaration.fiscal_year}-{declaration.project_name or '未命名项目'}-送审回执-第{receipt.number}稿.pdf"
    headers = {"Content-Disposition": content_disposition_header(True, name.replace("/", "-"))}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _asked(receipts: list[Receipt], number: str) -> Receipt:
    """The receipt with this number; the latest where none is named. 404 for a form that was never sent."""
    found = [one for one in receipts if not number or str(one.number) == number]
    if not found:
        raise Http404
    return found[0]


@require_GET
def receipts(request: SignedInRequest) -> HttpResponse:
    """Write a receipt's code, see whether it is right."""
    code = request.GET.get("code", "").strip()[:80]
    verdict = verify(code) if code else None
    context = {"nav": "", "code": code, "verdict": verdict}
    return render(request, "declarations/receipts.html", context)
