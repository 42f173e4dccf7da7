"""The arrows that every kind of filing has, from what only the kind knows: 送审, 撤回, 通过, 退回 and its last one.

The last one is 批复 or 确认 (``Last``). Returns, notices and lateness go along with the arrows, so that no kind can
forget them. ``Arrows`` is a table: iterating it gives what ``available`` draws buttons from.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.filling.permissions import may_fill
from perfgoals.findings import Finding
from perfgoals.notices.models import NoticeKind
from perfgoals.reviewing import notifying, returning
from perfgoals.reviewing.rights import may_recall, may_review
from perfgoals.workflow import (
    EDITABLE,
    IN_REVIEW,
    State,
    Transition,
    first_review_step,
    next_review_step,
)

Judging = Callable[[Any], list[Finding]]
Preparing = Callable[[Any, User], None]


def _no_findings(filing: Any) -> list[Finding]:
    return []


def _nothing(filing: Any, actor: User) -> None:
    """Nothing else changes along with the state."""


@dataclass(frozen=True, slots=True)
class Last:
    """The step that ends the review. ``says`` are the words of its notice, after the name of the form."""

    action: str
    label: str
    target: State
    notice: NoticeKind
    says: Callable[[Any], str]
    prepare: Preparing = _nothing  # before the state changes, in the same transaction
    settled: Callable[[Any], None] = lambda filing: (
        None
    )  # once the form is in its new state, in the same transaction


@dataclass(frozen=True, slots=True)
class Arrows:
    """The state diagram of one kind."""

    submit: Transition
    recall: Transition
    pass_on: Transition
    send_back: Transition
    settle: Transition

    def __iter__(self) -> Iterator[Transition]:
        return iter((self.submit, self.recall, self.pass_on, self.send_back, self.settle))

    @property
    def onward(self) -> tuple[Transition, Transition]:
        """What a reviewer does with a form that is in order."""
        return (self.pass_on, self.settle)

    @property
    def undoable(self) -> frozenset[str]:
        """The acts of reviewers, by name: for a minute they can be taken back."""
        return frozenset({self.pass_on.action, self.send_back.action, self.settle.action})


def arrows(
    last: Last,
    *,
    blocking: Judging,
    judged: Judging = _no_findings,
    before_sending: Preparing = _nothing,
    sent: Callable[[Any], None] = lambda filing: None,
) -> Arrows:
    """The arrows of a kind.

    ``blocking`` says what keeps a form from being sent, ``judged`` what keeps it from being passed; ``before_sending`` is done
    before the state changes, ``sent`` once nothing blocks and the form is in its new state.
    """

    def send(filing: Any, actor: User) -> None:
        returning.close_rounds(filing)
        before_sending(filing, actor)
        notifying.tell_sent(filing)
        notifying.tell_waiting(filing, first_review_step(filing), actor=actor)

    def hand_on(filing: Any, actor: User) -> None:
        notifying.tell_waiting(filing, next_review_step(filing), actor=actor)

    def settle(filing: Any, actor: User) -> None:
        last.prepare(filing, actor)
        notifying.tell_settled(filing, last.notice, last.says(filing), actor=actor)

    return Arrows(
        submit=Transition(
            action="submit",
            label="送审",
            sources=EDITABLE,
            target=first_review_step,
            permitted=may_fill,
            blocking=blocking,
            needs_comment=_is_late,
            freezes=True,
            stamps=_submitted,
            prepare=send,
            settle=sent,
        ),
        recall=Transition(
            action="recall",
            label="撤回",
            sources=IN_REVIEW,
            target=_recalled_to,
            permitted=may_recall,
            unopened_only=True,
            prepare=_reopen_returns,
        ),
        pass_on=Transition(
            action="pass",
            label="通过",
            sources=frozenset({State.UNIT_REVIEW, State.DEPARTMENT_REVIEW}),
            target=next_review_step,
            permitted=may_review,
            blocking=judged,
            prepare=hand_on,
        ),
        send_back=Transition(
            action="return",
            label="退回",
            sources=IN_REVIEW,
            target=State.RETURNED,
            permitted=may_review,
            needs_comment=lambda filing: True,
        ),
        settle=Transition(
            action=last.action,
            label=last.label,
            sources=frozenset({State.FINANCE_REVIEW}),
            target=last.target,
            permitted=may_review,
            blocking=judged,
            freezes=True,
            prepare=settle,
            settle=last.settled,
        ),
    )


def _submitted(actor: User) -> dict[str, Any]:
    now = timezone.now()
    first = Coalesce(F("first_submitted_at"), Value(now))
    return {"submitted_by": actor, "submitted_at": now, "first_submitted_at": first}


def _is_late(filing: Any) -> bool:
    """After the unit's own deadline a reason is needed, and the reviewer sees it (X-6).

    Asked once: a form that was sent in time is not late when it comes back from a return, an adjustment never is.
    Asked inside ``perform``, which has stamped this submission by then.
    """
    return bool(filing.was_late and filing.first_submitted_at == filing.submitted_at)


def _recalled_to(filing: Any) -> State:
    """A form that was being mended after a return goes back to that, with its locks; a first submission to draft."""
    return State.RETURNED if returning.last_round(filing) is not None else State.DRAFT


def _reopen_returns(filing: Any, actor: User) -> None:
    """A form that goes back to draft counts as never sent."""
    if _recalled_to(filing) == State.DRAFT:
        type(filing)._default_manager.filter(pk=filing.pk).update(first_submitted_at=None)
    returning.reopen_last_round(filing)
