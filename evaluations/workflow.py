"""The arrows of an evaluation, as data: the table is the state diagram. The last step is 确认, not 批复."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from evaluations import permissions
from evaluations.models import Evaluation
from perfgoals.accounts.models import User
from perfgoals.findings import Finding
from perfgoals.reviewing import returning
from perfgoals.workflow import (
    EDITABLE,
    IN_REVIEW,
    State,
    Transition,
    first_review_step,
    next_review_step,
)


def _blocking(evaluation: Evaluation) -> list[Finding]:
    """错误, and 疑问 without a written reason."""
    from evaluations.checking import blocking_findings

    return blocking_findings(evaluation)


def _submitted(actor: User) -> dict[str, Any]:
    now = timezone.now()
    first = Coalesce(F("first_submitted_at"), Value(now))
    return {"submitted_by": actor, "submitted_at": now, "first_submitted_at": first}


def _is_late(evaluation: Evaluation) -> bool:
    """After the unit's own deadline a reason is needed (X-6); asked once, inside ``perform``, which has stamped it."""
    return evaluation.was_late and evaluation.first_submitted_at == evaluation.submitted_at


def _recalled_to(evaluation: Evaluation) -> State:
    """A form that was being mended after a return goes back to that, with its locks; a first submission to draft."""
    return State.RETURNED if returning.last_round(evaluation) is not None else State.DRAFT


def _keep_what_is_sent(evaluation: Evaluation, actor: User) -> None:
    """Counts for lists, and the score with all it was computed from.

    Before the state changes, in the same transaction: whoever saves in between makes the version stale and the act fail.
    """
    from evaluations.checking import keep, keep_score

    keep(Evaluation.objects.get(pk=evaluation.pk))
    keep_score(evaluation)


def _answer_returns(evaluation: Evaluation, actor: User) -> None:
    returning.close_rounds(evaluation)
    _keep_what_is_sent(evaluation, actor)


def _reopen_returns(evaluation: Evaluation, actor: User) -> None:
    """A form that goes back to draft counts as never sent."""
    if _recalled_to(evaluation) == State.DRAFT:
        Evaluation.objects.filter(pk=evaluation.pk).update(first_submitted_at=None)
    returning.reopen_last_round(evaluation)


SUBMIT = Transition(
    action="submit",
    label="送审",
    sources=EDITABLE,
    target=first_review_step,
    permitted=permissions.may_fill,
    blocking=_blocking,
    needs_comment=_is_late,
    freezes=True,
    stamps=_submitted,
    prepare=_answer_returns,
)
RECALL = Transition(
    action="recall",
    label="撤回",
    sources=IN_REVIEW,
    target=_recalled_to,
    permitted=permissions.may_recall,
    unopened_only=True,
    prepare=_reopen_returns,
)
PASS = Transition(
    action="pass",
    label="通过",
    sources=frozenset({State.UNIT_REVIEW, State.DEPARTMENT_REVIEW}),
    target=next_review_step,
    permitted=permissions.may_review,
)
RETURN = Transition(
    action="return",
    label="退回",
    sources=IN_REVIEW,
    target=State.RETURNED,
    permitted=permissions.may_review,
    needs_comment=lambda evaluation: True,
)
CONFIRM = Transition(
    action="confirm",
    label="确认",
    sources=frozenset({State.FINANCE_REVIEW}),
    target=State.CONFIRMED,
    permitted=permissions.may_review,
    freezes=True,
    prepare=_keep_what_is_sent,
)
TRANSITIONS = (SUBMIT, RECALL, PASS, RETURN, CONFIRM)
