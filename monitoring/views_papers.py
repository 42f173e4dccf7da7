"""A monitoring report as paper: on screen, as PDF, Excel and JSON.

What is in them is decided by ``official.official``: drafts are the unit's, everybody else gets what was sent.
"""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from monitoring.fields import words_for
from monitoring.models import MonitoringReport
from monitoring.official import NeverSent, Official, official, printed
from monitoring.permissions import may_edit
from monitoring.scope import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents import paper
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.documents.printing import MissingGlyph, PrintingFailed, render_pdf
from perfgoals.documents.rendering import Printed, one_file
from perfgoals.filling.papers import XLSX, file_name, file_response, mark_of, without_glyph


def _found(request: SignedInRequest, report: MonitoringReport) -> Official:
    """What this person may see of it; 404 where that is nothing."""
    try:
        return official(report, request.user)
    except NeverSent as nothing:
        raise Http404 from nothing


@require_safe
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official form on screen, printed by the same template as the PDF."""
    report = in_scope(request, pk)
    found = _found(request, report)
    context = {
        "nav": "monitoring",
        "report": report,
        "revision": found.revision,
        "fingerprint": mark_of(found.revision) if found.revision else "",
        "paper": paper.html(found.document, report.edition, for_screen=True, watermark=found.watermark),
        "may_edit": may_edit(request.user, report),
    }
    return render(request, "monitoring/preview.html", context)


@require_safe
def form_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official PDF with 整改任务 as they stand. Sent forms are printed once and kept until a task moves."""
    report = in_scope(request, pk)
    found = _found(request, report)
    form = printed(report, found)
    key = _key(form) if found.revision else ""
    make = partial(kept_pdf, key, partial(_pdf, form)) if key else partial(_pdf, form)
    try:
        return _file(request, report, found, "pdf", "application/pdf", make, key=key)
    except MissingGlyph as missing:
        place = words_for(report, missing.path, found.document)
        return without_glyph(request, report, missing, place, "preview")
    except PrintingFailed as failed:
        messages.error(request, f"没有生成 PDF：{failed}")
        return redirect("monitoring:preview", pk=pk)


@require_safe
def form_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    report = in_scope(request, pk)
    found = _found(request, report)
    form = printed(report, found)
    return _file(request, report, found, "xlsx", XLSX, partial(one_file, form, "xlsx"), key=_key(form))


@require_safe
def form_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """The canonical JSON; of a revision, byte for byte what its fingerprint was taken of."""
    report = in_scope(request, pk)
    found = _found(request, report)
    text = found.revision.document if found.revision else found.document.to_json()
    make = partial(text.encode, "utf-8", "surrogatepass")
    return _file(request, report, found, "json", "application/json", make, key=found.document.fingerprint)


def _pdf(form: Printed) -> bytes:
    return render_pdf(form.document.to_json(), watermark=form.watermark, annexes=form.annexes())


def _key(form: Printed) -> str:
    return key_of(form.document.fingerprint, form.annexes(), form.points)


def _file(
    request: SignedInRequest,
    report: MonitoringReport,
    found: Official,
    ending: str,
    content_type: str,
    make: Callable[[], bytes],
    *,
    key: str,
) -> HttpResponse:
    name = file_name(
        report.fiscal_year,
        found.document.project_name,
        f"{report.edition.title}（{report.period}）",
        ending,
        is_draft=not found.revision,
    )
    etag = f"{key}-{ending}" if found.revision else ""
    return file_response(request, make, content_type, name, etag=etag)
