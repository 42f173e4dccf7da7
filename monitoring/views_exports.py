"""The export screen of monitoring reports."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from monitoring.exporting import EXPORTED
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.export_pages import exports_page


@require_http_methods(["GET", "POST"])
def exports(request: SignedInRequest) -> HttpResponse:
    return exports_page(request, EXPORTED)
