"""The arrows of a declaration, as data: the table is the state diagram (README.md draws it)."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from declarations import notifying, permissions
from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.filling.permissions import may_fill
from perfgoals.findings import Finding
from perfgoals.reviewing import returning
from perfgoals.workflow import (
    EDITABLE,
    IN_REVIEW,
    State,
    Transition,
    first_review_step,
    next_review_step,
    perform,
)


def _blocking(declaration: Declaration) -> list[Finding]:
    """错误, and 疑问 without a written reason."""
    from declarations.checkup import blocking_findings

    return blocking_findings(declaration)


def _count(declaration: Declaration) -> None:
    """The reviewer's list shows the form from this moment, with its open findings and in its place."""
    from declarations.checkup import findings_of, refresh_counts

    refresh_counts(declaration, findings_of(declaration))


def _appraised_below(declaration: Declaration) -> list[Finding]:
    """A review form (审核表) that says 中 or 差."""
    from declarations.appraising.filling import blocking

    return blocking(declaration)


def _submitted(actor: User) -> dict[str, Any]:
    now = timezone.now()
    first = Coalesce(F("first_submitted_at"), Value(now))
    return {"submitted_by": actor, "submitted_at": now, "first_submitted_at": first}


def _is_late(declaration: Declaration) -> bool:
    """After the unit's own deadline a reason is needed, and the reviewer sees it (X-6).

    Asked once: a form that was sent in time is not late when it comes back from a return, an adjustment never is.
    Asked inside ``perform``, which has stamped this submission by then.
    """
    return declaration.was_late and declaration.first_submitted_at == declaration.submitted_at


def _recalled_to(declaration: Declaration) -> State:
    """A form that was being mended after a return goes back to that, with its locks; a first submission to draft."""
    return State.RETURNED if returning.last_round(declaration) is not None else State.DRAFT


def _supersede(declaration: Declaration, actor: User) -> None:
    """The version in force gives way to the adjustment that is being approved, in the same transaction."""
    if declaration.adjusts_id is not None:
        old = Declaration.objects.get(pk=declaration.adjusts_id)
        perform(SUPERSEDE, old, actor=actor, version=old.version)
    notifying.tell_approved(declaration, actor=actor)


def _hand_on(declaration: Declaration, actor: User) -> None:
    notifying.tell_waiting(declaration, next_review_step(declaration), actor=actor)


def _answer_returns(declaration: Declaration, actor: User) -> None:
    returning.close_rounds(declaration)
    notifying.tell_sent(declaration)
    notifying.tell_waiting(declaration, first_review_step(declaration), actor=actor)


def _reopen_returns(declaration: Declaration, actor: User) -> None:
    """A form that goes back to draft counts as never sent."""
    if _recalled_to(declaration) == State.DRAFT:
        Declaration.objects.filter(pk=declaration.pk).update(first_submitted_at=None)
    returning.reopen_last_round(declaration)


SUBMIT = Transition(
    action="submit",
    label="送审",
    sources=EDITABLE,
    target=first_review_step,
    permitted=may_fill,
    blocking=_blocking,
    needs_comment=_is_late,
    freezes=True,
    stamps=_submitted,
    prepare=_answer_returns,
    settle=_count,
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
    blocking=_appraised_below,
    prepare=_hand_on,
)
RETURN = Transition(
    action="return",
    label="退回",
    sources=IN_REVIEW,
    target=State.RETURNED,
    permitted=permissions.may_review,
    needs_comment=lambda declaration: True,
)
APPROVE = Transition(
    action="approve",
    label="批复",
    sources=frozenset({State.FINANCE_REVIEW}),
    target=State.APPROVED,
    permitted=permissions.may_review,
    blocking=_appraised_below,
    freezes=True,
    prepare=_supersede,
)
# Walked only inside APPROVE of the version that replaces it; no button leads here.
SUPERSEDE = Transition(
    action="supersede",
    label="被替代",
    sources=frozenset({State.APPROVED}),
    target=State.SUPERSEDED,
    permitted=lambda user, declaration: declaration.adjustments.filter(state=State.FINANCE_REVIEW).exists(),
)
TRANSITIONS = (SUBMIT, RECALL, PASS, RETURN, APPROVE)
