"""The form as files: official PDF, Excel, JSON. What is in them is decided by ``official``."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header, parse_etags
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
from perfgoals.filling.addresses import place_url
from perfgoals.findings import Finding, Level

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 60
# What file systems refuse or people cannot see, on any of the desks this may land on.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]+')


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
    """The file under its Chinese name. A revision never changes, so its fingerprint (or ``key``) is its ETag; a draft is
    not kept.
    """
    if printed.revision is None:
        response = HttpResponse(make(printed), content_type=content_type)
        response["Cache-Control"] = "private, no-store"
    else:
        etag = f'"{key or printed.revision.fingerprint}-{ending}"'
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if etag in known:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(make(printed), content_type=content_type)
        response["ETag"] = etag
        # Asked again each time: whoever leaves the unit must not find it in a shared browser without signing in.
        response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=file_name(declaration, printed, ending)
    )
    return response


def file_name(declaration: Declaration, printed: Official, ending: str) -> str:
    """“2020 办公用房修缮 财政项目支出绩效目标申报表（草稿）.pdf”."""
    name = _NOT_IN_NAMES.sub(" ", printed.document.project_name or "").strip()[:LONGEST_NAME] or "未命名项目"
    draft = "（草稿）" if printed.watermark else ""
    return f"{declaration.fiscal_year} {name} {declaration.edition.title}{draft}.{ending}"


def _without_glyph(
    request: SignedInRequest, declaration: Declaration, printed: Official, missing: MissingGlyph
) -> HttpResponse:
    """Which character cannot be printed, and where it stands; never a box on official paper."""
    here = Finding("missing_glyph", Level.ERROR, missing.path, "")
    context = {
        "nav": "list",
        "declaration": declaration,
        "character": missing.character,
        "code": f"U+{ord(missing.character):04X}",
        "place": describe(here, printed.document, declaration.edition),
        "url": place_url(declaration, missing.path) if declaration.is_editable else "",
    }
    return render(request, "declarations/missing_glyph.html", context, status=422)
