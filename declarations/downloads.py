"""The form as files: official PDF, Excel, JSON. What is in them is decided by ``official``."""

from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from declarations.annexes import annexes_of
from declarations.checkup import describe
from declarations.models import Declaration
from declarations.official import Official, official
from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.annex import Annex
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.documents.printing import MissingGlyph, PrintingFailed, render_pdf
from perfgoals.editions import get_edition
from perfgoals.filling.papers import XLSX, file_name, file_response, without_glyph
from perfgoals.findings import Finding, Level


@require_GET
def form_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    declaration = in_scope(request, pk)
    printed = official(declaration, request.user)
    annexes = annexes_of(declaration, printed, with_year=request.GET.get("with") == "year")
    make = partial(_pdf, annexes=annexes)
    key = key_of(printed.revision.fingerprint, annexes) if printed.revision else ""
    try:
        return _file(request, declaration, printed, "pdf", "application/pdf", make, key=key)
    except MissingGlyph as missing:
        return _without_glyph(request, declaration, printed, missing)
    except PrintingFailed as failed:
        messages.error(request, f"没有生成 PDF：{failed}")
        return redirect("declarations:preview", pk=pk)


@require_GET
def form_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    declaration = in_scope(request, pk)
    return _file(request, declaration, official(declaration, request.user), "xlsx", XLSX, _workbook)


@require_GET
def form_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """The canonical JSON; of a revision, byte for byte what its fingerprint was taken of."""
    declaration = in_scope(request, pk)
    return _file(request, declaration, official(declaration, request.user), "json", "application/json", _json)


def _pdf(printed: Official, annexes: Sequence[Annex]) -> bytes:
    def make() -> bytes:
        text = _json(printed).decode("utf-8", "surrogatepass")
        return render_pdf(text, watermark=printed.watermark, annexes=annexes)

    return kept_pdf(key_of(printed.revision.fingerprint, annexes), make) if printed.revision else make()


def _workbook(printed: Official) -> bytes:
    from perfgoals.documents.workbook import make_workbook

    return make_workbook(printed.document, get_edition(printed.document.form))


def _json(printed: Official) -> bytes:
    text = printed.revision.document if printed.revision else printed.document.to_json()
    return text.encode("utf-8", "surrogatepass")


def _file(
    request: SignedInRequest,
    declaration: Declaration,
    printed: Official,
    ending: str,
    content_type: str,
    make: Callable[[Official], bytes],
    *,
    key: str = "",
) -> HttpResponse:
    """A revision never changes, so its fingerprint (or ``key``) is its ETag; a draft is not kept."""
    etag = f"{key or printed.revision.fingerprint}-{ending}" if printed.revision else ""
    name = file_name(
        declaration.fiscal_year,
        printed.document.project_name,
        declaration.edition.title,
        ending,
        is_draft=bool(printed.watermark),
    )
    return file_response(request, partial(make, printed), content_type, name, etag=etag)


def _without_glyph(
    request: SignedInRequest, declaration: Declaration, printed: Official, missing: MissingGlyph
) -> HttpResponse:
    here = Finding("missing_glyph", Level.ERROR, missing.path, "")
    place = describe(here, printed.document, declaration.edition)
    return without_glyph(request, declaration, missing, place, "tasks")
