"""The pages on which a declaration is filled in: a step per section, autosave, and its 体检 column."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.checkup.mending import mend
from declarations.models import Declaration
from declarations.review.suggesting import open_for_officer
from declarations.steps import DeclarationStep
from declarations.tables import INDICATORS, TABLES
from declarations.views import in_scope
from declarations.views_tables import table_context
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.checkup_pages import CheckupPages
from perfgoals.filling.editing import FieldChange, SaveOutcome
from perfgoals.filling.forms import Block
from perfgoals.filling.pages import StepPages


class DeclarationPages(StepPages):
    """Two tables with rows to add and to move, and what reviewers suggest beside the fields."""

    model = Declaration
    step = DeclarationStep
    template = "declarations/step.html"

    def whole(self, rows: Any) -> Any:
        return rows.select_related("project", "organization", "campaign").prefetch_related(
            "indicators", "sub_projects"
        )

    def blocks(self, request: SignedInRequest, at: Any) -> dict[str, Block]:
        here = {field.key for field in at.section.fields}
        return {
            key: partial(table_context, request, at.filing, kind, at.marks, at.open, at.beside)
            for key, kind in TABLES.items()
            if key in here
        }

    def context(self, request: SignedInRequest, at: Any) -> dict[str, Any]:
        section_for_path = at.filing.edition.section_for_path
        return {
            "declaration": at.filing,
            "is_wide": INDICATORS.key in {field.key for field in at.section.fields},
            "suggestions": [
                one
                for one in open_for_officer(at.filing, request.user)
                if section_for_path(one.path).key == at.section.key
            ],
        }

    def mend(self, filing: Any, changes: Sequence[FieldChange], *, actor: User) -> SaveOutcome:
        return mend(filing, changes, actor=actor)


PAGES = DeclarationPages()
CHECKUP = CheckupPages(PAGES)


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form."""
    return PAGES.answer(request, pk, section)


@require_POST
def save(request: SignedInRequest, pk: int) -> JsonResponse:
    """Autosave."""
    return PAGES.save(request, pk)


@never_cache
@require_GET
def checkup(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 体检 column and the section list of ``?section=``, as they are now."""
    return CHECKUP.column(request, pk)


@require_POST
def fix(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the ready fix of a finding."""
    return CHECKUP.fix(request, pk)


@require_http_methods(["GET", "POST"])
def reason(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a 疑问 with a written reason, in place. GET, of a refused one opened again, leads to all findings."""
    if request.method == "GET":
        return redirect("declarations:check", pk=in_scope(request, pk).pk)
    return CHECKUP.reason(request, pk)
