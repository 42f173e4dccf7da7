"""Rows of a self-evaluation that stands alone: there nobody has approved which indicators there are, so people add them.

On a form with copied targets rows come and go with the targets (``opening.fetch_targets``) and in no other way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from evaluations.models import Evaluation, EvaluationRow
from evaluations.permissions import may_fill
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.filling.editing import claim
from perfgoals.reviewing.returning import openness_of
from perfgoals.workflow import State, StateConflict

MOST = 200


def add_row(evaluation: Evaluation, level1: str, level2: str = "", *, actor: User) -> EvaluationRow:
    """An empty row at the end of a group of this form's frame.

    Raises ``PermissionDenied``, ``StateConflict`` when the form (or its table, after a return) is closed, or
    ``ValidationError`` (Chinese).
    """
    if (level1, level2 or None) not in evaluation.edition.groups:
        raise ValidationError("这张表没有这一组，请在列出的里面选。")
    with _changing(evaluation, actor, f"在“{level1}{'/' if level2 else ''}{level2}”加了一行"):
        rows = EvaluationRow.objects.filter(evaluation=evaluation)
        if rows.count() >= MOST:
            raise ValidationError(f"一张表最多 {MOST} 行指标。")
        last = rows.aggregate(last=Max("position"))["last"] or 0
        return EvaluationRow.objects.create(
            evaluation=evaluation, position=last + 1, level1=level1, level2=level2
        )


def delete_row(evaluation: Evaluation, row_id: str, *, actor: User) -> None:
    """Take a row out, with the marks of its cells. A row that is gone already is no error; evidence keeps its row.

    Raises as ``add_row``; ``ValidationError`` where files hang at the row.
    """
    row = next((one for one in evaluation.indicators.all() if one.row_id == row_id), None)
    if row is None:
        return
    with _changing(evaluation, actor, f"删了“{row.name or '没有名称的一行'}”"):
        if evaluation.evidence.filter(row_id=row_id).exists():
            raise ValidationError("这一行有佐证材料，请先删去材料，再删这一行。")
        EvaluationRow.objects.filter(pk=row.pk).delete()
        evaluation.marks.filter(path__startswith=f"indicators.{row_id}.").delete()


@contextmanager
def _changing(evaluation: Evaluation, actor: User, label: str) -> Iterator[None]:
    """The right, the form held for this transaction, and afterwards its counts and the record."""
    if not (may_fill(actor, evaluation) and evaluation.stands_alone):
        raise PermissionDenied
    if not openness_of(evaluation).allows("indicators", evaluation.edition):
        raise StateConflict
    try:
        with transaction.atomic():
            claim(evaluation)
            yield
            evaluation.after_saving()
            _record(evaluation, label, actor)
    except Exception:
        evaluation.refresh_from_db(fields=["version"])  # what was counted up is rolled back
        raise


def _record(evaluation: Evaluation, label: str, actor: User) -> None:
    """Once a reviewer has seen the form, every change is on record (操作留痕)."""
    if evaluation.state == State.RETURNED:
        record(
            actor=actor,
            action="edit_rows",
            subject=evaluation,
            from_state=evaluation.state,
            to_state=evaluation.state,
            changes={"rows": label},
        )
