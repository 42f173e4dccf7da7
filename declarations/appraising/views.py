"""审核表: filling it beside the form, reading it, printing it."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from declarations.appraising import filling, typed
from declarations.appraising.reading import paper_of
from declarations.models import Declaration
from declarations.permissions import may_review
from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.appraising import keeping, paper
from perfgoals.appraising.grading import outcome
from perfgoals.appraising.models import ModeChoice, ReviewForm
from perfgoals.appraising.questionnaire import POINTS
from perfgoals.appraising.spread import Spread
from perfgoals.documents.printing import MissingGlyph, PrintingFailed
from perfgoals.workflow import Incomplete, StateConflict


@require_http_methods(["GET", "POST"])
def appraisal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person's own form where it is their turn, and the forms that were handed in."""
    declaration = in_scope(request, pk)
    if request.method == "GET":
        return _page(request, declaration)
    mine = filling.own_form(declaration, filling.judged_revision(declaration), request.user)
    if not may_review(request.user, declaration):
        if mine is None or mine.is_handed_in:
            raise PermissionDenied("审核表由现在轮到的审核人来填。")
        return _page(request, declaration, status=409, typed_raw=request.POST, conflict="moved")
    if mine is not None and mine.is_handed_in:
        return _overtaken(request, declaration)
    return _posted(request, declaration)


def _posted(request: SignedInRequest, declaration: Declaration) -> HttpResponse:
    raw = request.POST
    questionnaire = filling.questionnaire_of(declaration)
    mode = raw.get("mode") if raw.get("mode") in ModeChoice.values else ModeChoice.BY_GRADES
    version, revision = posted_number(request, "version"), posted_number(request, "revision")
    act = filling.hand_in if raw.get("act") == "hand_in" else filling.save
    try:
        filled = typed.posted(questionnaire, str(mode), raw)
        act(declaration, filled, actor=request.user, version=version, revision=revision)
    except typed.Unreadable as unreadable:
        return _page(request, declaration, status=422, typed_raw=raw, errors=unreadable.errors)
    except Incomplete as incomplete:
        try:  # every button keeps what was typed
            filling.save(declaration, filled, actor=request.user, version=version, revision=revision)
        except StateConflict:
            return _overtaken(request, declaration)
        errors = {finding.path: finding.message for finding in incomplete.findings}
        return _page(request, declaration, status=422, typed_raw=raw, errors=errors, is_kept=True)
    except StateConflict:
        return _overtaken(request, declaration)
    if act is filling.hand_in:
        messages.success(request, "审核表已交，不能再改。现在可以按它的等级通过或退回。")
    else:
        messages.success(request, "审核表存为草稿，还没有交。")
    return redirect("declarations:appraisal", pk=declaration.pk)


def _overtaken(request: SignedInRequest, declaration: Declaration) -> HttpResponse:
    """Another page was faster. A second click on the button that handed it in finds the work done."""
    mine = filling.own_form(declaration, filling.judged_revision(declaration), request.user)
    if mine is not None and mine.is_handed_in:
        messages.info(request, "这张审核表已经交了，不用再交一次。")
        return redirect("declarations:appraisal", pk=declaration.pk)
    return _page(request, declaration, status=409, typed_raw=request.POST, conflict="overtaken")


def _page(
    request: SignedInRequest,
    declaration: Declaration,
    *,
    status: int = 200,
    typed_raw: typed.Raw | None = None,
    errors: typed.Errors | None = None,
    conflict: str = "",
    is_kept: bool = False,
) -> HttpResponse:
    """The page of a declaration's review forms; with ``typed_raw`` as it was typed, else as it was kept."""
    revision = filling.judged_revision(declaration)
    may_fill = revision is not None and may_review(request.user, declaration)
    mine = filling.own_form(declaration, revision, request.user)
    context = {
        "nav": "list",
        "declaration": declaration,
        "revision": revision,
        "forms": [
            (form, form.questionnaire.grade(form.grade))
            for form in filling.forms_shown(declaration, revision, request.user)
        ],
        "mine": mine,
        "may_fill": may_fill,
        "conflict": conflict,
        "errors": errors or {},
        "is_kept": is_kept,
    }
    if mine is not None and mine.is_handed_in:
        context |= {"sheet": mine.sheet(), "grade": mine.questionnaire.grade(mine.grade)}
    elif revision is not None and (may_fill or typed_raw is not None):
        form = mine or filling.new_form(declaration, revision, request.user)
        earlier = filling.earlier_answers(declaration, revision, request.user)
        asked = request.GET.get("mode", "")
        context |= fill_context(
            form, typed_raw=typed_raw, errors=errors, earlier=earlier, mode="" if mine else asked
        )
        context["paper"] = paper_of(declaration, revision)
    return render(request, "declarations/appraisal.html", context, status=status)


def fill_context(
    form: ReviewForm,
    *,
    typed_raw: typed.Raw | None,
    errors: typed.Errors | None,
    earlier: dict | None = None,
    mode: str = "",
    spreads: Mapping[str, Spread] | None = None,
) -> dict:
    """What ``declarations/includes/appraisal_form.html`` draws. ``mode`` is what a new form is asked to be."""
    kept = keeping.filled_of(form)
    raw = typed_raw if typed_raw is not None else typed.raw_of(kept)
    chosen = (typed_raw.get("mode") if typed_raw is not None else mode) or form.mode
    if chosen not in ModeChoice.values:
        chosen = form.mode
    came = outcome(form.questionnaire, form.mode, kept.given) if form.pk and chosen == form.mode else None
    return {
        "form": form,
        "questionnaire": form.questionnaire,
        "mode": form.questionnaire.mode(chosen),
        "modes": form.questionnaire.modes,
        "by_points": chosen == POINTS,
        "parts": typed.parts_of(
            form.questionnaire, raw, errors=errors or {}, came=came, earlier=earlier, spreads=spreads
        ),
        "options": typed.options_of(form.questionnaire, raw),
        "opinion": raw.get("opinion", ""),
        "came": came,
        "proposed": form.questionnaire.grade(came.grade) if came and came.grade else None,
        "grade_error": (errors or {}).get("grade", ""),
        "opinion_error": (errors or {}).get("opinion", ""),
        "version": form.version if form.pk else 0,
    }


@require_GET
def form(request: SignedInRequest, pk: int, form_pk: int) -> HttpResponse:
    """One form that was handed in."""
    declaration = in_scope(request, pk)
    shown = _shown(request, declaration, form_pk)
    context = {
        "nav": "list",
        "declaration": declaration,
        "form": shown,
        "sheet": shown.sheet(),
        "grade": shown.questionnaire.grade(shown.grade),
    }
    return render(request, "declarations/appraisal_form.html", context)


@require_GET
def form_pdf(request: SignedInRequest, pk: int, form_pk: int) -> HttpResponse:
    declaration = in_scope(request, pk)
    shown = _shown(request, declaration, form_pk)
    return pdf_answer(request, shown, redirect("declarations:appraisal", pk=pk))


def _shown(request: SignedInRequest, declaration: Declaration, form_pk: int) -> ReviewForm:
    revision = filling.judged_revision(declaration)
    return get_object_or_404(filling.forms_shown(declaration, revision, request.user), pk=form_pk)


def pdf_answer(request: SignedInRequest, shown: ReviewForm, otherwise: HttpResponse) -> HttpResponse:
    """The PDF of a form that was handed in; what keeps it from being printed is said on the page ``otherwise``."""
    try:
        made = paper.pdf_of(shown.document, shown.fingerprint)
    except (MissingGlyph, PrintingFailed) as failed:
        messages.error(request, f"没有生成 PDF：{failed}")
        return otherwise
    response = HttpResponse(made, content_type="application/pdf")
    sheet = shown.sheet()
    name = f"{sheet.about.fiscal_year} {sheet.about.project[:60]} {sheet.title}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=safe_name(name))
    response["Cache-Control"] = "private, no-cache"
    return response


def safe_name(name: str) -> str:
    """Without what desktops refuse in the name of a file."""
    return "".join(" " if c in '\\/:*?"<>|' or not c.isprintable() else c for c in name)


def posted_number(request: SignedInRequest, name: str) -> int:
    """A number printed on the posted page, or 0, which is never current (or says: nothing kept yet)."""
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
