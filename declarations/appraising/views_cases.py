"""One form before a panel: stating interests, filling alone, closing, settling, printing.

What a member reads of the form is shown here and nowhere else; the pages of the declaration itself stay closed to them.
"""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.appraising import typed
from declarations.appraising.filling import about_of
from declarations.appraising.reading import paper_of
from declarations.appraising.views import fill_context, pdf_answer, posted_number
from declarations.models import Declaration
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.appraising import panels, settling
from perfgoals.appraising.models import Kind, PanelCase, ReviewForm
from perfgoals.appraising.panels import Seat
from perfgoals.workflow import Incomplete, StateConflict


def _case_in_scope(request: SignedInRequest, panel: int, pk: int) -> PanelCase:
    """404 for everybody whom the panel does not concern."""
    found = panels.visible_cases(request.user).select_related("panel", "revision", "organization", "chair")
    case = get_object_or_404(found, pk=pk, panel__pk=panel)  # __pk: a number beyond 64 bits finds nothing
    if not isinstance(case.filing, Declaration):
        raise Http404
    return case


@require_http_methods(["GET", "POST"])
def case_page(request: SignedInRequest, panel: int, pk: int) -> HttpResponse:
    """What this person may see and do: a statement first, then their own form, then the result."""
    case = _case_in_scope(request, panel, pk)
    if request.method == "GET":
        return _page(request, case)
    match request.POST.get("act"):
        case "statement":
            return _state(request, case)
        case "close":
            return _close(request, case)
        case _:
            return _answer(request, case)


def _state(request: SignedInRequest, case: PanelCase) -> HttpResponse:
    choice, words = (
        request.POST.get("conflict", ""),
        typed.words(request.POST.get("words", ""))[: typed.LONGEST],
    )
    raw = {"conflict": choice, "words": words}
    if panels.seat_of(case, request.user) is None:
        raise PermissionDenied("利害关系声明由会审成员自己来作。")
    if choice not in ("yes", "no"):
        return _page(request, case, 422, errors={"conflict": "选一项：没有利害关系，还是要回避。"}, stated=raw)
    try:
        panels.state_interest(case, actor=request.user, has_conflict=choice == "yes", words=words)
    except ValidationError as refused:
        errors = {key: found[0] for key, found in refused.message_dict.items()}
        return _page(request, case, 422, errors=errors, stated=raw)
    except StateConflict:
        messages.info(request, "声明已经作过，或者已经收表，没有再记。")
    return _back(case)


def _close(request: SignedInRequest, case: PanelCase) -> HttpResponse:
    try:
        panels.close(case, actor=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return _back(case)
    messages.success(request, "收表了。成员不能再填，现在可以看各人的评定，逐问定稿。")
    return redirect("declarations:panel_settle", panel=case.panel_id, pk=case.pk)


def _answer(request: SignedInRequest, case: PanelCase) -> HttpResponse:
    if not panels.may_read(case, request.user):
        if panels.seat_of(case, request.user) is None or case.settled_at is None:
            raise PermissionDenied("个人审核表由声明过没有利害关系的成员来填。")
        return _page(request, case, 409, raw=request.POST, conflict=True)
    if panels.member_form(case, request.user).is_handed_in:
        messages.info(request, "您的个人审核表已经交了，不用再交一次。")
        return _back(case)
    hand_in = request.POST.get("act") == "hand_in"
    about = about_of(_declaration(case), case.revision)
    version = posted_number(request, "version")
    keep = partial(panels.answer, case, actor=request.user, version=version, about=about)
    try:
        filled = typed.posted(case.panel.questionnaire, case.panel.mode, request.POST)
        try:
            keep(filled, hand_in=hand_in)
        except Incomplete:
            keep(filled, hand_in=False)  # every button keeps what was typed
            raise
    except typed.Unreadable as unreadable:
        return _page(request, case, 422, raw=request.POST, errors=dict(unreadable.errors))
    except Incomplete as incomplete:
        errors = {finding.path: finding.message for finding in incomplete.findings}
        return _page(request, case, 422, raw=request.POST, errors=errors, is_kept=True)
    except StateConflict:
        return _page(
            request, _case_in_scope(request, case.panel_id, case.pk), 409, raw=request.POST, conflict=True
        )
    messages.success(
        request, "个人审核表已交，不能再改。" if hand_in else "存为草稿，还没有交。别的成员看不到。"
    )
    return _back(case)


def _page(
    request: SignedInRequest,
    case: PanelCase,
    status: int = 200,
    *,
    raw: typed.Raw | None = None,
    errors: dict[str, str] | None = None,
    stated: dict[str, str] | None = None,
    conflict: bool = False,
    is_kept: bool = False,
) -> HttpResponse:
    seat = panels.seat_of(case, request.user)
    context = {
        **_facts(case),
        "seat": seat,
        "errors": errors or {},
        "stated": stated or {},
        "conflict": conflict,
        "is_kept": is_kept,
        "is_chair": case.chair_id == request.user.pk,
        "may_close": panels.may_close(case, request.user),
        "may_settle": panels.may_settle(case, request.user),
        "is_current": panels.is_current(case),
    }
    if seat is None or (seat.is_out is False and seat.statement is not None):
        context |= _settled(case)
    if seat is None or _organizes(request, case):  # who is in and who is out, never what anybody wrote
        context |= {"seats": _parts(case), "may_organize": _organizes(request, case)}
    if seat is not None and (raw is not None or panels.may_read(case, request.user)):
        context |= _own(request, case, seat, raw, errors)
    return render(request, "declarations/panel_case.html", context, status=status)


def _own(
    request: SignedInRequest, case: PanelCase, seat: Seat, raw: typed.Raw | None, errors: dict[str, str] | None
) -> dict:
    """The member's own form beside the official one; who else has handed in, never what."""
    form = panels.member_form(case, request.user)
    context: dict = {"mine": form if form.pk else None, "seats": _parts(case)}
    if form.is_handed_in:
        context |= {"sheet": form.sheet(), "grade": form.questionnaire.grade(form.grade)}
    elif raw is not None or panels.may_fill(case, request.user):
        context |= fill_context(form, typed_raw=raw, errors=errors, mode=case.panel.mode)
    if panels.may_read(case, request.user):
        context["paper"] = paper_of(_declaration(case), case.revision)
    context["may_fill"] = panels.may_fill(case, request.user)
    return context


@require_http_methods(["GET", "POST"])
def settle(request: SignedInRequest, panel: int, pk: int) -> HttpResponse:
    """The chair sees the spread and settles each question."""
    case = _case_in_scope(request, panel, pk)
    if case.settled_at is not None:
        return _back(case)
    if not panels.may_settle(case, request.user):
        if (
            request.method == "POST"
            and case.is_closed
            and case.chair_id == request.user.pk
            and panels.may_read(case, request.user)
        ):
            return _settle_page(request, case, 409, raw=request.POST, conflict=True)
        raise PermissionDenied("定稿由组长在收表以后来做；申报表要还在审核中。")
    if request.method == "GET":
        return _settle_page(request, case)
    version = posted_number(request, "version")
    try:
        filled = typed.posted(case.panel.questionnaire, case.panel.mode, request.POST)
        if request.POST.get("act") == "hand_in":
            about = about_of(_declaration(case), case.revision)
            try:
                settling.settle(case, filled, actor=request.user, version=version, about=about)
            except Incomplete:
                settling.save_draft(case, filled, actor=request.user, version=version)
                raise
            messages.success(request, "会审审核表定稿了。它不改变审核状态，通过或退回由审核人办理。")
            return _back(case)
        settling.save_draft(case, filled, actor=request.user, version=version)
    except typed.Unreadable as unreadable:
        return _settle_page(request, case, 422, raw=request.POST, errors=dict(unreadable.errors))
    except Incomplete as incomplete:
        errors = {finding.path: finding.message for finding in incomplete.findings}
        return _settle_page(request, case, 422, raw=request.POST, errors=errors, is_kept=True)
    except StateConflict:
        return _settle_page(request, case, 409, raw=request.POST, conflict=True)
    messages.success(request, "存为草稿，还没有定稿。")
    return redirect("declarations:panel_settle", panel=case.panel_id, pk=case.pk)


def _settle_page(
    request: SignedInRequest,
    case: PanelCase,
    status: int = 200,
    *,
    raw: typed.Raw | None = None,
    errors: dict[str, str] | None = None,
    conflict: bool = False,
    is_kept: bool = False,
) -> HttpResponse:
    spreads = settling.spreads_of(case)
    form = settling.panel_form(case, request.user)
    if raw is None and form.pk is None:
        start = typed.raw_of(settling.first_draft(case, spreads))
        raw = start | {"mode": case.panel.mode}
        context = fill_context(form, typed_raw=raw, errors=errors, spreads=spreads)
    else:
        context = fill_context(form, typed_raw=raw, errors=errors, mode=case.panel.mode, spreads=spreads)
    context |= {
        **_facts(case),
        "mine": form if form.pk else None,
        "seats": _parts(case),
        "errors": errors or {},
        "conflict": conflict,
        "is_kept": is_kept,
        "is_panel": True,
        "paper": paper_of(_declaration(case), case.revision),
    }
    return render(request, "declarations/panel_settle.html", context, status=status)


@require_POST
def chair(request: SignedInRequest, panel: int, pk: int) -> HttpResponse:
    """Another chair for this form."""
    case = _case_in_scope(request, panel, pk)
    if not _organizes(request, case):
        raise PermissionDenied("组长由组织会审的财政审核人来换。")
    value = request.POST.get("chair", "")
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
    member = case.panel.members.filter(user=number).select_related("user__organization").first()
    try:
        if member is None:
            raise ValidationError({"chair": "组长要在成员里选。"})
        panels.change_chair(case, actor=request.user, chair=member.user)
    except ValidationError as refused:
        return _page(request, case, 422, errors={"chair": refused.message_dict["chair"][0]})
    except StateConflict:
        messages.info(request, "这张表的会审已经定稿，不用再换组长。")
    return _back(case)


@require_GET
def case_pdf(request: SignedInRequest, panel: int, pk: int) -> HttpResponse:
    """The settled form, with the members' list."""
    case = _case_in_scope(request, panel, pk)
    settled = _settled_form(case)
    seat = panels.seat_of(case, request.user)
    if settled is None or (seat is not None and (seat.is_out or seat.statement is None)):
        raise Http404
    return pdf_answer(request, settled, _back(case))


def _facts(case: PanelCase) -> dict:
    declaration = _declaration(case)
    return {
        "nav": "panels",
        "case": case,
        "panel": case.panel,
        "declaration": declaration,
        "name": about_of(declaration, case.revision).project,
        "revision": case.revision,
    }


def _settled_form(case: PanelCase) -> ReviewForm | None:
    return case.forms.handed_in().filter(kind=Kind.PANEL).first()


def _settled(case: PanelCase) -> dict:
    settled = _settled_form(case)
    if settled is None:
        return {}
    grade = settled.questionnaire.grade(settled.grade)
    return {"settled": settled, "settled_sheet": settled.sheet(), "settled_grade": grade}


def _parts(case: PanelCase) -> list[tuple[Seat, str]]:
    return [(seat, settling.part_of(case, seat)) for seat in panels.seats(case)]


def _organizes(request: SignedInRequest, case: PanelCase) -> bool:
    user = request.user
    return panels.may_organize(user) and user.organization.region_id == case.panel.region_id


def _declaration(case: PanelCase) -> Declaration:
    filing = case.filing
    assert isinstance(filing, Declaration)  # _case_in_scope lets nothing else through
    return filing


def _back(case: PanelCase) -> HttpResponse:
    return redirect("declarations:panel_case", panel=case.panel_id, pk=case.pk)
