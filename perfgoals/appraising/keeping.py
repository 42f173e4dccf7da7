"""Keeping a review form: drafts, and handing it in.

These acts ask whether the form is the actor's own and still a draft. Whether this person may judge this filing now is
asked by their callers, in the same transaction (``declarations.appraising``, ``panels``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.appraising import grading
from perfgoals.appraising.grading import Given, Outcome
from perfgoals.appraising.models import Kind, ReviewAnswer, ReviewForm
from perfgoals.appraising.questionnaire import POINTS, Questionnaire
from perfgoals.appraising.sheet import About, By, Sheet, SheetMember, compose
from perfgoals.audit.trail import record
from perfgoals.findings import Finding, Level
from perfgoals.workflow import Incomplete, State, StateConflict


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands on a form: its answers by question, the overall grade and opinion."""

    mode: str
    given: Mapping[str, Given] = field(default_factory=dict)
    grade: str = ""
    opinion: str = ""


@transaction.atomic
def save_draft(form: ReviewForm, filled: Filled, *, actor: User, version: int) -> None:
    """Keep what stands on the page; a new form is kept for the first time.

    ``version`` is that of the page, 0 for a new form. Raises ``StateConflict`` where another page was faster or the form
    has been handed in, ``BadAnswer`` for what is not on the questionnaire; then nothing was changed.
    """
    came = grading.outcome(form.questionnaire, filled.mode, filled.given)
    _write(form, filled, came, actor=actor, version=version)
    record(
        actor=actor,
        action="appraise",
        subject=form.filing,
        changes={"paper": form.get_kind_display(), "answered": len(came.questions) - came.open_questions},
    )


@transaction.atomic
def hand_in(
    form: ReviewForm,
    filled: Filled,
    *,
    actor: User,
    version: int,
    about: About,
    members: Sequence[SheetMember] = (),
    spreads: Mapping[str, str] | None = None,
    more: Sequence[Finding] = (),
) -> Sheet:
    """Hand the form in: from now on it never changes.

    Raises ``Incomplete`` with everything that is missing (``more``: what the caller found besides), or what
    ``save_draft`` raises. Returns the frozen sheet.
    """
    questionnaire = form.questionnaire
    came = grading.outcome(questionnaire, filled.mode, filled.given)
    missing = [*missing_from(questionnaire, filled, came), *more]
    if missing:
        raise Incomplete(missing)
    _write(form, filled, came, actor=actor, version=version)
    now = timezone.now()
    by = By(
        kind=form.get_kind_display(),
        step=State(form.step).label.removeprefix("待"),
        author=actor.name,
        organization=actor.organization.name,
        day=timezone.localdate(now).isoformat(),
        members=tuple(members),
    )
    sheet = compose(
        questionnaire,
        came,
        grade=form.grade,
        opinion=form.opinion,
        about=about,
        by=by,
        spreads=dict(spreads or {}),
    )
    mine = ReviewForm.objects.filter(pk=form.pk, submitted_at__isnull=True)
    if not mine.update(submitted_at=now, document=sheet.to_json(), fingerprint=sheet.fingerprint):
        raise StateConflict
    record(
        actor=actor,
        action=_ACTS[Kind(form.kind)],
        subject=form.filing,
        comment="" if form.kind == Kind.MEMBER else form.opinion,
        # A member's answers are not to be read in the trail before the chair settles.
        changes={"fingerprint": sheet.fingerprint}
        | ({} if form.kind == Kind.MEMBER else {"paper_grade": sheet.grade, "paper_total": sheet.total}),
    )
    form.refresh_from_db()
    return sheet


_ACTS = {Kind.REVIEW: "appraised", Kind.MEMBER: "panel_answered", Kind.PANEL: "panel_settled"}


def missing_from(questionnaire: Questionnaire, filled: Filled, came: Outcome) -> list[Finding]:
    """What keeps a form from being handed in: open questions, words where words are needed, the grade, the opinion."""
    found: list[Finding] = []
    for judged in came.questions:
        key, label = judged.question.key, judged.question.label
        if not judged.grade:
            words = "记缺陷，或勾“没有缺陷”" if filled.mode == POINTS else "评一档"
            found.append(_error("answer_missing", f"answers.{key}.grade", f"“{label}”还没有评。请{words}。"))
        elif not judged.remark.strip() and grading.needs_remark(questionnaire, judged):
            found.append(
                _error(
                    "remark_missing",
                    f"answers.{key}.remark",
                    f"“{label}”{_why(questionnaire, judged.grade)}，要写明问题在哪里，单位才知道改什么。",
                )
            )
    grade = overall_grade(filled, came)
    if came.grade and not grade:
        found.append(_error("grade_missing", "grade", "综合评定等级还没有选。"))
    if grade and not filled.opinion.strip():
        if questionnaire.grade(grade).needs_remark:
            label = questionnaire.grade(grade).label
            found.append(_error("opinion_missing", "opinion", f"综合评为“{label}”，要写总体意见。"))
        elif came.grade and grade != came.grade:
            proposed, label = questionnaire.grade(came.grade).label, questionnaire.grade(grade).label
            found.append(
                _error("opinion_missing", "opinion", f"按各问算出的是“{proposed}”，您评“{label}”，要写明原因。")
            )
    return found


def overall_grade(filled: Filled, came: Outcome) -> str:
    """By points the grade is computed; by grades it is the reviewer's."""
    return came.grade if filled.mode == POINTS else filled.grade


def filled_of(form: ReviewForm) -> Filled:
    """What is kept of a form; one query, none for a new one."""
    answers = form.answers.all() if form.pk else []
    return Filled(form.mode, {one.question: given_of(one) for one in answers}, form.grade, form.opinion)


def given_of(answer: ReviewAnswer) -> Given:
    found = answer.defects
    amounts = None if found is None else {key: grading.amount(value) for key, value in found.items()}
    return Given(answer.grade, answer.remark, amounts)


def _write(form: ReviewForm, filled: Filled, came: Outcome, *, actor: User, version: int) -> None:
    if form.author_id != actor.pk:
        raise PermissionDenied
    form.mode = filled.mode
    form.grade = overall_grade(filled, came)
    if form.grade not in {"", *(grade.key for grade in form.questionnaire.grades)}:
        raise grading.BadAnswer(f"没有“{form.grade}”这一档。")
    form.opinion = filled.opinion.strip()
    columns = {
        "mode": form.mode,
        "grade": form.grade,
        "opinion": form.opinion,
        "proposed": came.grade,
        "total": came.total,
    }
    if form.pk is None:
        form.proposed, form.total = came.grade, came.total
        try:
            with transaction.atomic():
                form.save(force_insert=True)
        except IntegrityError as error:  # review_form_once: another page of the same person was first
            form.pk = None
            raise StateConflict from error
    else:
        mine = ReviewForm.objects.filter(pk=form.pk, version=version, submitted_at__isnull=True)
        if not mine.update(version=F("version") + 1, changed_at=timezone.now(), **columns):
            raise StateConflict
        form.answers.all().delete()
    ReviewAnswer.objects.bulk_create(
        ReviewAnswer(
            form=form,
            question=judged.question.key,
            grade=judged.grade,
            points=judged.points,
            remark=judged.remark.strip(),
            defects=_plain(filled.given.get(judged.question.key)) if filled.mode == POINTS else None,
        )
        for judged in came.questions
        if judged.question.key in filled.given
    )
    form.refresh_from_db()


def _plain(given: Given | None) -> dict[str, str] | None:
    if given is None or given.defects is None:
        return None
    return {key: str(amount) for key, amount in given.defects.items()}


def _why(questionnaire: Questionnaire, grade: str) -> str:
    one = questionnaire.grade(grade)
    return f"评为“{one.label}”" if one.needs_remark else "有酌情扣的分"


def _error(code: str, path: str, message: str) -> Finding:
    return Finding(code, Level.ERROR, path, message)
