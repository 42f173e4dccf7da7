"""A filing's papers on their way out: how files of every kind are named, kept by browsers, and refused."""

import re
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, parse_etags

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents.models import Revision
from perfgoals.documents.printing import MissingGlyph
from perfgoals.filling.addresses import page_url, place_url
from perfgoals.filling.filing import FilledFiling

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 60
# What file systems refuse or people cannot see, on any of the desks this may land on.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]+')


def file_response(
    request: SignedInRequest, make: Callable[[], bytes], content_type: str, name: str, *, etag: str = ""
) -> HttpResponse:
    """The file under its Chinese name. ``etag`` names what never changes; what has none is a draft and is not kept."""
    if not etag:
        response = HttpResponse(make(), content_type=content_type)
        response["Cache-Control"] = "private, no-store"
    else:
        etag = f'"{etag}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(make(), content_type=content_type)
        response["ETag"] = etag
        # Asked again each time: whoever leaves the unit must not find it in a shared browser without signing in.
        response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def file_name(
    year: int, project: str | None, words: str, ending: str, *, is_draft: bool, longest: int = LONGEST_NAME
) -> str:
    """“2020 办公用房修缮 财政项目支出绩效目标申报表（草稿）.pdf”."""
    name = _NOT_IN_NAMES.sub(" ", project or "").strip()[:longest] or "未命名项目"
    return f"{year} {name} {words}{'（草稿）' if is_draft else ''}.{ending}"


def mark_of(revision: Revision) -> str:
    """The 校验码 as paper prints it: twelve digits in groups of four."""
    return " ".join(revision.fingerprint[at : at + 4] for at in (0, 4, 8))


def without_glyph(
    request: SignedInRequest, filing: FilledFiling, missing: MissingGlyph, place: str, back: str
) -> HttpResponse:
    """Which character cannot be printed, and where it stands; never a box on official paper. ``back``: a page's name."""
    is_typed = filing.is_editable and filing.place_of(missing.path) is not None
    context = {
        "character": missing.character,
        "code": f"U+{ord(missing.character):04X}",
        "place": place,
        "url": place_url(filing, missing.path) if is_typed else "",
        "back": page_url(filing, back),
        "nav": "list",
    }
    return render(request, "filling/missing_glyph.html", context, status=422)
