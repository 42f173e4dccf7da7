"""The acts of reviewers around the door: 退回 with its places, and 撤销 of one's own last act within a minute.

Each is one transaction around ``perform``. What a kind of filing gives to be reviewed is a ``Reviewed``
(docs/decisions/0025).
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.words import is_on_form
from perfgoals.reviewing import notifying, returning
from perfgoals.reviewing.arrows import Arrows
from perfgoals.reviewing.latest_act import acts_on, latest_act, told
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, StateConflict, Transition, perform

UNDO_SECONDS = 60
TOO_LATE = f"过了 {UNDO_SECONDS} 秒，撤不了"
OPENED = "下一位已经打开，撤不了"


class NotUndone(StateConflict):
    """The act stands; the text says why, for people, without a full stop."""


def _nothing_stands(filing: Any, act: AuditRecord) -> str:
    return ""


def _nothing_else(filing: Any, act: AuditRecord, actor: User) -> None:
    """Nothing else comes back with the state."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the acts of reviewers must know of a kind of filing.

    ``stands``: why the act cannot be taken back although its minute is not over (the unit goes on from it), without a full
    stop; "" where it can. ``taken_back``: what else comes back, in the same transaction.
    """

    arrows: Arrows
    stands: Callable[[Any, AuditRecord], str] = _nothing_stands
    taken_back: Callable[[Any, AuditRecord, User], None] = _nothing_else


@transaction.atomic
def send_back(
    step: Transition,
    filing: FilledFiling,
    *,
    actor: User,
    version: int,
    comment: str,
    places: Sequence[NamedPlace] = (),
    reason_code: str = "",
    clause: str = "",
) -> None:
    """退回 along ``step``: with places only these open again, without any the whole form does.

    Raises what ``perform`` raises, and ``ValidationError`` (Chinese) for a place that is not on the form.
    """
    unknown = [place.path for place in places if not is_on_form(filing, place.path)]
    if unknown:
        raise ValidationError(f"表上没有这一处：{'、'.join(unknown)}。")
    perform(step, filing, actor=actor, version=version, comment=comment)
    kept = returning.keep_round(
        filing, actor=actor, comment=comment, places=places, reason_code=reason_code, clause=clause
    )
    notifying.tell_returned(filing, kept, actor=actor)


def last_act(kind: Reviewed, filing: FilledFiling) -> AuditRecord | None:
    """The latest act, if it was a reviewer's: what may be undone, or was done by a first click."""
    latest = latest_act(filing)
    return latest if latest is not None and latest.action in kind.arrows.undoable else None


def undo(kind: Reviewed, filing: FilledFiling, *, actor: User) -> None:
    """Take back one's own last 通过, 退回, 批复 or 确认 within a minute, unless the next person has begun with it (F65).

    Taking it back twice does no harm. Raises ``NotUndone`` with the reason, ``PermissionDenied`` for who has done nothing.
    """
    last = latest_act(filing)
    mine = acts_on(type(filing), [filing.pk]).filter(actor=actor, action__in=kind.arrows.undoable)
    if last is None or not mine.exists():
        raise PermissionDenied
    if last.action == "undo" and last.actor_id == actor.pk:
        return
    _require_undoable(kind, filing, last, actor)
    step = Transition(
        action="undo",
        label="撤销",
        sources=frozenset({State(last.to_state)}),
        target=State(last.from_state),
        permitted=lambda user, one: user.pk == last.actor_id,
        unopened_only=True,
        stamps=lambda user: {"opened_by": user, "opened_at": timezone.now()},
    )
    try:
        _take_back(kind, filing, step, last, actor)
    except NotUndone:
        raise
    except StateConflict as overtaken:
        latest = latest_act(filing)
        moved = latest is not None and latest.pk != last.pk
        raise NotUndone(f"{told(latest, actor)}，撤不了" if latest and moved else OPENED) from overtaken
    except IntegrityError as begun:  # the unit was faster by a moment
        raise NotUndone(kind.stands(filing, last) or OPENED) from begun


def _require_undoable(kind: Reviewed, filing: FilledFiling, last: AuditRecord, actor: User) -> None:
    if last.actor_id != actor.pk or last.action not in kind.arrows.undoable:
        raise NotUndone(f"{told(last, actor)}，撤不了")
    if filing.opened_at is not None:
        raise NotUndone(OPENED)
    if timezone.now() - last.at > datetime.timedelta(seconds=UNDO_SECONDS):
        raise NotUndone(TOO_LATE)
    if why := kind.stands(filing, last):
        raise NotUndone(why)


@transaction.atomic
def _take_back(kind: Reviewed, filing: FilledFiling, step: Transition, last: AuditRecord, actor: User) -> None:
    perform(step, filing, actor=actor, version=filing.version)
    # Asked again, now that the row is ours: somebody may have begun with it since.
    if why := kind.stands(filing, last):
        raise NotUndone(why)
    notifying.tell_undone(filing)
    if last.action == kind.arrows.send_back.action and (latest := returning.last_round(filing)):
        latest.delete()
    kind.taken_back(filing, last, actor)
