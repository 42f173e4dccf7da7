"""The acts of an evaluation's reviewers: return named places, give points beside the unit's."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaluations.checkup import is_stock
from evaluations.models import Evaluation, EvaluationRow
from evaluations.permissions import may_review
from evaluations.scoring import score
from evaluations.scoring.arithmetic import read_points, show
from evaluations.scoring.sheet import points_of
from evaluations.speaking import set_points
from evaluations.workflow import ARROWS
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import record
from perfgoals.documents.glyphs import unprintable_words
from perfgoals.filling.editing import clean
from perfgoals.filling.places import TEXT_LIMIT, is_row_id
from perfgoals.reviewing import acts
from perfgoals.reviewing.acts import Reviewed
from perfgoals.workflow import StateConflict


def _taken_back(evaluation: Evaluation, act: AuditRecord, actor: User) -> None:
    """With 确认 goes what it kept and told of the reviewers' points; the points themselves stay."""
    from evaluations.carrying import ask_later_targets

    if act.action == ARROWS.settle.action:
        Evaluation.objects.filter(pk=evaluation.pk).update(reviewed_total=None, reviewed_grade="")
        evaluation.refresh_from_db(fields=["reviewed_total", "reviewed_grade"])
        ask_later_targets(evaluation)


REVIEWED = Reviewed(ARROWS, taken_back=_taken_back)
send_back = partial(acts.send_back, ARROWS.send_back)
undo = partial(acts.undo, REVIEWED)


@dataclass(frozen=True, slots=True)
class Judged:
    """A reviewer's points of one row beside the unit's."""

    row: EvaluationRow
    points: Decimal | None
    version: int  # of the evaluation


@transaction.atomic
def give_points(
    evaluation: Evaluation, row_id: str, typed: str, reason: str, *, actor: User, version: int
) -> Judged:
    """Keep the reviewer's points of a row; empty text takes them back. Points other than the unit's need a reason.

    ``version`` is the one on the reviewer's page. Raises ``PermissionDenied``, ``StateConflict``, or
    ``ValidationError`` (Chinese).
    """
    if not may_review(actor, evaluation):
        raise PermissionDenied
    row = _row(evaluation, row_id)
    before = {"reviewer_score": row.reviewer_score_typed, "reviewer_reason": row.reviewer_reason}
    said, words = clean(typed, single_line=True).strip(), clean(reason, single_line=False).strip()
    points = _points(row, said)
    _check_reason(evaluation, row_id, points, words)
    set_points(row, "reviewer_score", said)
    row.reviewer_reason, row.reviewed_by = words, actor if said else None
    after = {"reviewer_score": row.reviewer_score_typed, "reviewer_reason": row.reviewer_reason}
    if before == after:
        return Judged(row, points, evaluation.version)
    growth = {"version": F("version") + 1, "changed_at": timezone.now()}
    if not Evaluation.objects.filter(pk=evaluation.pk, state=evaluation.state, version=version).update(
        **growth
    ):
        raise StateConflict
    row.save(update_fields=["reviewer_score_typed", "reviewer_score", "reviewer_reason", "reviewed_by"])
    changes = {
        f"indicators.{row_id}.{key}": [before[key], after[key]] for key in after if before[key] != after[key]
    }
    record(
        actor=actor,
        action="evaluation_points",
        subject=evaluation,
        from_state=evaluation.state,
        to_state=evaluation.state,
        changes=changes,
    )
    evaluation.refresh_from_db(fields=["version", "changed_at"])
    return Judged(row, points, evaluation.version)


def _row(evaluation: Evaluation, row_id: str) -> EvaluationRow:
    found = is_row_id(row_id) and evaluation.indicators.filter(row_id=row_id, is_vanished=False).first()
    if not found:
        raise ValidationError("表上没有这一行。")
    return found


def _points(row: EvaluationRow, said: str) -> Decimal | None:
    if not said:
        return None
    points = read_points(said)
    if points is None or points != round(points, 2):
        raise ValidationError(
            f"“{said[:20]}”不是分数。写 0 到 {row.weight_typed or '分值'} 之间的数，最多两位小数。"
        )
    if points < 0 or row.weight is None or points > row.weight:
        raise ValidationError(f"审核分 {show(points)} 要在 0 和分值 {row.weight_typed or '（没有写）'} 之间。")
    return points


def _check_reason(evaluation: Evaluation, row_id: str, points: Decimal | None, words: str) -> None:
    """Points other than those the form has for the row, computed or given, are explained."""
    if len(words) > TEXT_LIMIT:
        raise ValidationError(f"写了 {len(words)} 字，最多 {TEXT_LIMIT} 字。")
    if printed := unprintable_words(words):
        raise ValidationError(printed)
    if points is None:
        return
    theirs = points_of(score(evaluation.document(), evaluation.edition))[row_id]
    if points != theirs and is_stock(words):
        ours = "表上还没有得分" if theirs is None else f"表上得 {show(theirs)} 分"
        raise ValidationError(f"审核 {show(points)} 分，{ours}：写明为什么不同。")
