"""Checking the answers, 送审, and the form as it will be printed."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from declarations import checking
from declarations.annexes import last_year_of
from declarations.checkup import findings_of, refresh_counts
from declarations.models import Declaration
from declarations.official import official
from declarations.views import in_scope
from declarations.views_steps import CHECKUP
from declarations.workflow import SUBMIT
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents import paper
from perfgoals.filling.check_page import Change
from perfgoals.filling.papers import mark_of
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.reasons import Unkept
from perfgoals.filling.returned import unsent_changes
from perfgoals.filling.submit_pages import SubmitPages


class DeclarationSubmit(SubmitPages):
    checkup = CHECKUP
    step = SUBMIT
    template = "declarations/check.html"
    receipt_template = "declarations/submitted.html"
    elsewhere = "preview"

    def find(self, request: SignedInRequest, pk: int) -> Declaration:
        return in_scope(request, pk)

    def page(self, filing: Declaration, user: User, unkept: Sequence[Unkept]) -> dict[str, Any]:
        return {"declaration": filing} | checking.check_page(filing, user, unkept)

    def keep(self, filing: Declaration) -> None:
        refresh_counts(filing, findings_of(filing))

    def changes_since(self, filing: Declaration, moment: datetime.datetime) -> list[Change]:
        return checking.changes_since(filing, moment)


_PAGES = DeclarationSubmit()


@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """All findings with their fixes and reasons, the form beside them, and 送审. POST takes fixes and reasons."""
    return _PAGES.check(request, pk)


@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST sends the form that the page showed; GET is the receipt of what was sent."""
    return _PAGES.submit(request, pk)


@require_GET
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official form on screen, printed by the same template as the PDF."""
    declaration = in_scope(request, pk)
    printed = official(declaration, request.user)
    context = {
        "nav": "list",
        "declaration": declaration,
        "revision": printed.revision,
        "fingerprint": mark_of(printed.revision) if printed.revision else "",
        "watermark": printed.watermark,
        "paper": paper.html(
            printed.document, declaration.edition, for_screen=True, watermark=printed.watermark
        ),
        "may_edit": may_edit(request.user, declaration),
        "has_last_year": last_year_of(declaration) is not None,
        "unsent": unsent_changes(declaration, printed.document, request.user),
    }
    return render(request, "declarations/preview.html", context)
