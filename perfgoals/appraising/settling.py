"""What the chair of a panel does when filling has ended: see how far the members are apart, and settle each question."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.appraising import grading, keeping
from perfgoals.appraising.keeping import Filled
from perfgoals.appraising.models import Kind, PanelCase, ReviewForm
from perfgoals.appraising.panels import Seat, current_case, may_read, may_settle, new_form, seats
from perfgoals.appraising.questionnaire import GRADES, Questionnaire
from perfgoals.appraising.sheet import About, Sheet, SheetMember
from perfgoals.appraising.spread import Spread, Vote, spread
from perfgoals.findings import Finding, Level
from perfgoals.workflow import StateConflict


def spreads_of(case: PanelCase) -> dict[str, Spread]:
    """Question by question what the members gave; only forms that were handed in. Three queries.

    Only for the chair, after filling has ended: ``panels.may_settle`` says when.
    """
    forms = case.forms.handed_in().filter(kind=Kind.MEMBER).select_related("author").prefetch_related("answers")
    votes: dict[str, list[Vote]] = {}
    for form in forms:
        for one in form.answers.all():
            votes.setdefault(one.question, []).append(Vote(form.author.name, one.grade, one.remark, one.points))
    grades = case.panel.questionnaire.grades
    return {key: spread(given, grades) for key, given in votes.items()}


def panel_form(case: PanelCase, user: User) -> ReviewForm:
    """The form that the chair settles, kept or new."""
    return case.forms.filter(kind=Kind.PANEL).first() or new_form(case, user, Kind.PANEL)


def first_draft(case: PanelCase, spreads: Mapping[str, Spread]) -> Filled:
    """What a new panel form starts from: the majority's grade; by points, the deductions of the member in the middle."""
    if case.panel.mode == GRADES:
        given = {key: grading.Given(one.majority) for key, one in spreads.items() if one.majority}
        return Filled(case.panel.mode, given)
    middle: dict[str, grading.Given] = {}
    for form in case.forms.handed_in().filter(kind=Kind.MEMBER).prefetch_related("answers"):
        for answer in form.answers.all():
            if answer.question not in middle and answer.points == spreads[answer.question].median:
                middle[answer.question] = grading.Given(defects=keeping.given_of(answer).defects)
    return Filled(case.panel.mode, middle)


def unexplained(
    questionnaire: Questionnaire, filled: Filled, came: grading.Outcome, spreads: Mapping[str, Spread]
) -> list[Finding]:
    """Questions that the chair settles otherwise than the majority, without a written reason."""
    found = []
    for judged in came.questions:
        key = judged.question.key
        one = spreads.get(key)
        is_other = one is not None and bool(judged.grade) and judged.grade != one.majority
        if one is None or not is_other or judged.remark.strip():
            continue
        if grading.needs_remark(questionnaire, judged):
            continue  # the form itself asks for words there
        label = questionnaire.grade(judged.grade).label
        than = f"多数成员评“{questionnaire.grade(one.majority).label}”" if one.majority else "成员没有多数意见"
        message = f"“{judged.question.label}”{than}（{one.words}），定为“{label}”要写明理由。"
        found.append(Finding("settled_otherwise", Level.ERROR, f"answers.{key}.remark", message))
    return found


@transaction.atomic
def save_draft(case: PanelCase, filled: Filled, *, actor: User, version: int) -> None:
    """Keep what the chair has settled so far. Raises ``PermissionDenied``, ``StateConflict``."""
    case, form = _chairs(case, actor)
    keeping.save_draft(form, filled, actor=actor, version=version)


@transaction.atomic
def settle(case: PanelCase, filled: Filled, *, actor: User, version: int, about: About) -> Sheet:
    """Hand in the panel's form, with the members' list and the spread of each question; nothing else moves.

    Raises ``PermissionDenied``, ``StateConflict``, or ``Incomplete`` — also where a question is settled otherwise than
    the majority gave it, without a reason.
    """
    case, form = _chairs(case, actor)
    spreads = spreads_of(case)
    came = grading.outcome(form.questionnaire, filled.mode, filled.given)
    sheet = keeping.hand_in(
        form,
        filled,
        actor=actor,
        version=version,
        about=about,
        members=[_member(case, seat) for seat in seats(case)],
        spreads={key: one.words for key, one in spreads.items()},
        more=unexplained(form.questionnaire, filled, came, spreads),
    )
    PanelCase.objects.filter(pk=case.pk).update(settled_at=timezone.now())
    return sheet


def _chairs(case: PanelCase, actor: User) -> tuple[PanelCase, ReviewForm]:
    """The case and its form as they are now, the actor's to settle."""
    case = current_case(case)
    if case.settled_at is not None and case.chair_id == actor.pk:
        raise StateConflict
    if not (may_read(case, actor) and case.chair_id == actor.pk):
        raise PermissionDenied
    if not may_settle(case, actor):
        raise StateConflict
    form = panel_form(case, actor)
    if form.pk and form.author_id != actor.pk:  # another chair takes over the draft of the one before
        ReviewForm.objects.filter(pk=form.pk, submitted_at__isnull=True).update(author=actor)
        form.refresh_from_db()
    return case, form


def _member(case: PanelCase, seat: Seat) -> SheetMember:
    user = seat.member.user
    return SheetMember(user.name, user.organization.name, part_of(case, seat))


def part_of(case: PanelCase, seat: Seat) -> str:
    """How a member is named: 组长, 成员, 回避."""
    if seat.is_out:
        return "回避"
    if case.chair_id == seat.member.user_id:
        return "组长"
    return "成员" if seat.is_in else "成员（未交表）"
