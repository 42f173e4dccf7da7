"""The door of a spot check's forms: assign, save, finish, open again. Arrows are data, one function walks them.

Every act is one conditional UPDATE on stage, version and rechecker; whoever comes second is told (``StateConflict``).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaluations.official import Scored, scored_revision
from evaluations.scoring.arithmetic import read_points
from evaluations.spot_checks.judging import Judged, Page, Said, judge, rows_before
from evaluations.spot_checks.models import SpotAnswer, SpotCase, SpotCheck, SpotRowScore, Stage
from evaluations.spot_checks.rights import (
    may_assign,
    may_reopen,
    may_write,
    recheckers,
    refusal,
    who_answered,
)
from evaluations.spot_checks.telling import tell_assigned, tell_finished, tell_reopened
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import settle
from perfgoals.workflow import StateConflict

SHORTEST_REASON = 5


@dataclass(frozen=True)
class Arrow:
    """One act on a drawn form: from which stages, to which, and who may."""

    action: str
    sources: frozenset[Stage]
    target: Stage
    permitted: Callable[[User, SpotCase], bool]


SAVE = Arrow("spot_case_save", frozenset({Stage.WAITING, Stage.WORKING}), Stage.WORKING, may_write)
FINISH = Arrow("spot_case_finish", frozenset({Stage.WORKING}), Stage.DONE, may_write)
REOPEN = Arrow("spot_case_reopen", frozenset({Stage.DONE}), Stage.WORKING, may_reopen)
ARROWS = (SAVE, FINISH, REOPEN)


class NotFinished(Exception):
    """Something is missing; what was typed is saved. ``judged`` says what."""

    def __init__(self, judged: Judged) -> None:
        super().__init__(f"{len(judged.errors)} things are missing")
        self.judged = judged


def move(arrow: Arrow, case: SpotCase, *, actor: User, version: int, **columns: Any) -> Stage:
    """Walk one arrow in the caller's transaction; returns the stage it came from. ``case`` is current afterwards."""
    if case.stage not in arrow.sources:
        raise StateConflict
    if not arrow.permitted(actor, case):
        raise PermissionDenied
    source = Stage(case.stage)
    mine = SpotCase.objects.filter(
        pk=case.pk, stage__in=arrow.sources, version=version, rechecker=case.rechecker_id
    )
    changes = columns | {"stage": arrow.target, "version": F("version") + 1, "changed_at": timezone.now()}
    if not mine.update(**changes):
        raise StateConflict
    case.refresh_from_db(fields=[*changes])
    return source


def at_draw(case: SpotCase) -> Scored:
    """The form as it was drawn, with the score kept for it."""
    return scored_revision(case.evaluation, case.revision)


def page_of(case: SpotCase) -> Page:
    """What the rechecker has saved so far. Two queries."""
    return Page(
        {one.question: Said(one.points_typed, one.reason) for one in case.answers.all()},
        {one.row_id: Said(one.points_typed, one.reason) for one in case.row_scores.all()},
        case.findings_text,
    )


def judged_page(case: SpotCase, page: Page, found: Scored | None = None) -> Judged:
    found = found or at_draw(case)
    return judge(page, case.check_of.scheme, rows_before(found.document, found.sheet), found.sheet)


@transaction.atomic
def save(case: SpotCase, page: Page, *, actor: User, version: int) -> Judged:
    """Keep the page as it was typed, finished or not.

    Raises ``StateConflict``, ``PermissionDenied``, or ``NotFinished`` where a text is too long to be kept.
    """
    judged = judged_page(case, page)
    if judged.unkeepable:
        raise NotFinished(judged)
    if case.stage == Stage.WORKING and may_write(actor, case) and _is_same(case, page):
        return judged  # a second click, or nothing new
    source = move(SAVE, case, actor=actor, version=version, findings_text=page.opinion)
    _write(case, page)
    record(
        actor=actor,
        action=SAVE.action,
        subject=case,
        from_state=source,
        to_state=Stage.WORKING,
        changes={"answered": judged.answered, "rubric": str(judged.rubric)},
    )
    return judged


def _is_same(case: SpotCase, page: Page) -> bool:
    kept = page_of(case)
    return (
        kept.opinion == page.opinion
        and kept.answers == {key: said for key, said in page.answers.items() if said}
        and kept.rows == {key: said for key, said in page.rows.items() if said}
    )


def _write(case: SpotCase, page: Page) -> None:
    case.answers.all().delete()
    case.row_scores.all().delete()
    SpotAnswer.objects.bulk_create(
        SpotAnswer(case=case, question=key, **_columns(said)) for key, said in page.answers.items() if said
    )
    SpotRowScore.objects.bulk_create(
        SpotRowScore(case=case, row_id=row_id, **_columns(said)) for row_id, said in page.rows.items() if said
    )


def _columns(said: Said) -> dict[str, Any]:
    """The reading beside the typed points, none where the column could not hold it."""
    points = read_points(said.points)
    fits = points is not None and 0 <= points < 1000 and points == round(points, 2)
    return {"points_typed": said.points, "points": points if fits else None, "reason": said.reason}


def finish(case: SpotCase, page: Page, *, actor: User, version: int) -> None:
    """Save, then finish. What is saved stays saved where finishing is refused.

    Raises what ``save`` raises, and ``NotFinished`` with what is missing.
    """
    judged = save(case, page, actor=actor, version=version)
    if judged.result is None:
        raise NotFinished(judged)
    _finish(case, judged, actor=actor)


@transaction.atomic
def _finish(case: SpotCase, judged: Judged, *, actor: User) -> None:
    result = judged.result
    assert result is not None  # the caller's
    source = move(
        FINISH,
        case,
        actor=actor,
        version=case.version,
        finished_at=timezone.now(),
        rubric_total=result.rubric,
        total_before=result.before,
        total_after=result.after,
        grade_before=result.grade_before,
        grade_after=result.grade_after,
        corrected_rows=len(result.corrected),
    )
    settle(case, {NoticeKind.SPOT_CHECK})
    tell_finished(case, by=actor)
    record(
        actor=actor,
        action=FINISH.action,
        subject=case,
        from_state=source,
        to_state=Stage.DONE,
        changes={
            "rubric": str(result.rubric),
            "rows": len(result.corrected),
            "before": str(result.before or ""),
            "after": str(result.after or ""),
        },
    )


@transaction.atomic
def reopen(case: SpotCase, reason: str, *, actor: User, version: int) -> None:
    """已完成 → 复核中, with a reason. Raises ``ValidationError`` (Chinese), ``StateConflict``, ``PermissionDenied``."""
    words = reason.strip()
    if len(words) < SHORTEST_REASON:
        raise ValidationError("写明为什么重新打开，单位和复核人都看得到。")
    if len(words) > 1000:
        raise ValidationError(f"原因写了 {len(words)} 个字，最多 1000 个。")
    emptied: dict[str, Any] = dict.fromkeys(("finished_at", "rubric_total", "total_before", "total_after"))
    move(
        REOPEN,
        case,
        actor=actor,
        version=version,
        **emptied,
        grade_before="",
        grade_after="",
        corrected_rows=0,
    )
    tell_reopened(case, words, by=actor)
    record(
        actor=actor,
        action=REOPEN.action,
        subject=case,
        from_state=Stage.DONE,
        to_state=Stage.WORKING,
        comment=words,
    )


@transaction.atomic
def assign(check: SpotCheck, cases: Collection[int], person: User | None, *, actor: User) -> int:
    """Give these forms to ``person``; what somebody has written on them so far stays. Returns how many changed hands.

    Raises ``PermissionDenied``, or ``ValidationError`` (Chinese): none chosen, or a form this person may not recheck.
    """
    if not may_assign(actor, check):
        raise PermissionDenied
    if person is None or not recheckers(check).filter(pk=person.pk).exists():
        raise ValidationError("选一个复核人。")
    found = list(
        check.cases.filter(pk__in=cases).select_related("evaluation", "check_of__campaign").order_by("place")
    )
    if not found:
        raise ValidationError("勾上要指派的表。")
    answered = who_answered(case.evaluation_id for case in found)
    refused = [(case, why) for case in found if (why := refusal(person, case, answered))]
    if refused:
        raise ValidationError(f"没有指派：{person.name}{_listed(refused)}，换一个人。")
    open_ones = [case.pk for case in found if not case.is_done and case.rechecker_id != person.pk]
    changed = (
        SpotCase.objects.filter(pk__in=open_ones)
        .exclude(stage=Stage.DONE)
        .update(
            rechecker=person,
            assigned_at=timezone.now(),
            version=F("version") + 1,
            changed_at=timezone.now(),
        )
    )
    if changed:
        tell_assigned(check, person, (case for case in found if case.pk in open_ones), by=actor)
        places = "、".join(str(case.place) for case in found if case.pk in open_ones)
        record(
            actor=actor,
            action="spot_check_assign",
            subject=check,
            changes={"person": person.name, "forms": changed, "places": places},
        )
    return changed


def _listed(refused: Collection[tuple[SpotCase, str]]) -> str:
    """“是被查单位的人（第 3、7 张）”."""
    by_reason: dict[str, list[int]] = {}
    for case, why in refused:
        by_reason.setdefault(why, []).append(case.place)
    return "，".join(
        f"{why}（第 {'、'.join(map(str, places[:8]))}{' 等' if len(places) > 8 else ''} 张）"
        for why, places in by_reason.items()
    )
