"""The receipt as PDF, and the page where anybody who is signed in can check one (X-4).

Checking needs the code, which only the receipt bears, and answers with what the receipt says and nothing more: so it
is open to every role, auditors included, whatever forms they may see.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.receipts import verify
from perfgoals.reviewing.receipt_pages import receipt_file


@require_GET
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The receipt of ``?number=``, or of the latest 送审."""
    return receipt_file(request, in_scope(request, pk), nav="list")


@require_GET
def receipts(request: SignedInRequest) -> HttpResponse:
    """Write a receipt's code, see whether it is right."""
    code = request.GET.get("code", "").strip()[:80]
    verdict = verify(code) if code else None
    context = {"nav": "", "code": code, "verdict": verdict}
    return render(request, "declarations/receipts.html", context)
