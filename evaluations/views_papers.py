"""A self-evaluation as paper: on screen, as PDF, Excel and JSON, and its score for whoever does the sums again.

What is in them is decided by ``official.scored``: drafts are the unit's, everybody else gets what was sent.
"""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from evaluations.fields import words_for
from evaluations.models import Evaluation
from evaluations.official import Scored, printed
from evaluations.paper import score_text
from evaluations.permissions import may_edit
from evaluations.scope import in_scope, scored_for
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.documents import paper
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.documents.printing import MissingGlyph, PrintingFailed, render_pdf
from perfgoals.documents.rendering import Printed, one_file
from perfgoals.filling.papers import XLSX, file_name, file_response, mark_of, without_glyph

SCORE = "得分"


@require_safe
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official form on screen, printed by the same template as the PDF."""
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    form = printed(evaluation, found)
    context = {
        "nav": "evaluations",
        "evaluation": evaluation,
        "revision": found.revision,
        "fingerprint": mark_of(found.revision) if found.revision else "",
        "paper": paper.html(
            found.document,
            evaluation.edition,
            for_screen=True,
            watermark=found.watermark,
            points=form.points,
        ),
        "may_edit": may_edit(request.user, evaluation),
    }
    return render(request, "evaluations/preview.html", context)


@require_safe
def form_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The official PDF; ``?details=1`` adds 评分明细. Sent forms are printed once and kept."""
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    form = printed(evaluation, found, with_details=request.GET.get("details") == "1")
    key = _key(found, form) if found.revision else ""
    make = partial(kept_pdf, key, partial(_pdf, form)) if key else partial(_pdf, form)
    try:
        return _file(request, evaluation, found, "pdf", "application/pdf", make, key=key)
    except MissingGlyph as missing:
        place = words_for(evaluation, missing.path, found.document)
        return without_glyph(request, evaluation, missing, place, "preview")
    except PrintingFailed as failed:
        messages.error(request, f"没有生成 PDF：{failed}")
        return redirect("evaluations:preview", pk=pk)


@require_safe
def form_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    form = printed(evaluation, found)
    return _file(
        request, evaluation, found, "xlsx", XLSX, partial(one_file, form, "xlsx"), key=_key(found, form)
    )


@require_safe
def form_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """The canonical JSON; of a revision, byte for byte what its fingerprint was taken of."""
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    text = found.revision.document if found.revision else found.document.to_json()
    make = partial(text.encode, "utf-8", "surrogatepass")
    return _file(request, evaluation, found, "json", "application/json", make, key=found.document.fingerprint)


@require_safe
def score_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """What ``manage.py score_form`` prints of form.json, with the score that was kept when the form was sent."""
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    text = score_text(found.document, evaluation.edition, found.sheet)
    name = file_name(
        evaluation.fiscal_year,
        found.document.project_name,
        f"{evaluation.edition.title}{SCORE}",
        "json",
        is_draft=not found.revision,
    )
    # No tag: what contradicts itself is found anew, by the rules of today.
    return file_response(request, partial(text.encode, "utf-8", "surrogatepass"), "application/json", name)


def _pdf(form: Printed) -> bytes:
    text = form.document.to_json()
    return render_pdf(text, watermark=form.watermark, annexes=form.annexes(), points=form.points)


def _key(found: Scored, form: Printed) -> str:
    """Covers the form and all that is printed beside and behind it."""
    return key_of(found.document.fingerprint, form.annexes(), form.points)


def _file(
    request: SignedInRequest,
    evaluation: Evaluation,
    found: Scored,
    ending: str,
    content_type: str,
    make: Callable[[], bytes],
    *,
    key: str,
) -> HttpResponse:
    name = file_name(
        evaluation.fiscal_year,
        found.document.project_name,
        evaluation.edition.title,
        ending,
        is_draft=not found.revision,
    )
    etag = f"{key}-{ending}" if found.revision else ""
    return file_response(request, make, content_type, name, etag=etag)
