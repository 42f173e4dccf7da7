"""The acts of reviewers and what they undo: pass, return, approve, recall, adjust.

Each is one transaction around ``perform``; what the page offers comes from ``workflow.available``.
"""

import datetime
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from declarations import notifying, permissions
from declarations.latest_act import acts_on, latest_act, told
from declarations.models import Declaration, FindingReason
from declarations.speaking import document_of, write_rows
from declarations.workflow import APPROVE, PASS, RETURN
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import record
from perfgoals.filling.words import is_on_form
from perfgoals.reviewing import returning
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, StateConflict, Transition, perform

UNDO_SECONDS = 60
TOO_LATE = f"过了 {UNDO_SECONDS} 秒，撤不了"
OPENED = "下一位已经打开，撤不了"
ADJUSTING = "单位已经开始目标调整，撤不了"
_UNDOABLE = frozenset({PASS.action, RETURN.action, APPROVE.action})


class NotUndone(StateConflict):
    """The act stands; the text says why, for people, without a full stop."""


@transaction.atomic
def send_back(
    declaration: Declaration,
    *,
    actor: User,
    version: int,
    comment: str,
    places: Sequence[NamedPlace] = (),
    reason_code: str = "",
    clause: str = "",
) -> None:
    """退回: with places only these open again, without any the whole form does.

    Raises what ``perform`` raises, and ``ValidationError`` (Chinese) for a place that is not on the form.
    """
    unknown = [place.path for place in places if not is_on_form(declaration, place.path)]
    if unknown:
        raise ValidationError(f"表上没有这一处：{'、'.join(unknown)}。")
    perform(RETURN, declaration, actor=actor, version=version, comment=comment)
    kept = returning.keep_round(
        declaration, actor=actor, comment=comment, places=places, reason_code=reason_code, clause=clause
    )
    notifying.tell_returned(declaration, kept, actor=actor)


def undo(declaration: Declaration, *, actor: User) -> None:
    """Take back one's own last 通过, 退回 or 批复 within a minute, unless the next person has begun with it (F65).

    Taking it back twice does no harm. Raises ``NotUndone`` with the reason, ``PermissionDenied`` for who has done nothing.
    """
    last = latest_act(declaration)
    if last is None or not acts_on([declaration.pk]).filter(actor=actor, action__in=_UNDOABLE).exists():
        raise PermissionDenied
    if last.action == "undo" and last.actor_id == actor.pk:
        return
    _require_undoable(declaration, last, actor)
    step = Transition(
        action="undo",
        label="撤销",
        sources=frozenset({State(last.to_state)}),
        target=State(last.from_state),
        permitted=lambda user, filing: user.pk == last.actor_id,
        unopened_only=True,
        stamps=lambda user: {"opened_by": user, "opened_at": timezone.now()},
    )
    try:
        _take_back(declaration, step, last, actor)
    except StateConflict as overtaken:
        latest = latest_act(declaration)
        moved = latest is not None and latest.pk != last.pk
        raise NotUndone(f"{told(latest, actor)}，撤不了" if latest and moved else OPENED) from overtaken
    except IntegrityError as adjusting:  # declaration_open_once: the unit was faster by a moment
        raise NotUndone(ADJUSTING) from adjusting


def _require_undoable(declaration: Declaration, last: AuditRecord, actor: User) -> None:
    if last.actor_id != actor.pk or last.action not in _UNDOABLE:
        raise NotUndone(f"{told(last, actor)}，撤不了")
    if declaration.opened_at is not None:
        raise NotUndone(OPENED)
    if timezone.now() - last.at > datetime.timedelta(seconds=UNDO_SECONDS):
        raise NotUndone(TOO_LATE)
    if last.action == APPROVE.action and declaration.adjustment_under_way is not None:
        raise NotUndone(ADJUSTING)


@transaction.atomic
def _take_back(declaration: Declaration, step: Transition, last: AuditRecord, actor: User) -> None:
    perform(step, declaration, actor=actor, version=declaration.version)
    notifying.tell_undone(declaration)
    if last.action == RETURN.action and (latest := returning.last_round(declaration)):
        latest.delete()
    if last.action == APPROVE.action and declaration.adjusts_id is not None:
        _bring_back(declaration.adjusts_id, actor)


def last_act(declaration: Declaration) -> AuditRecord | None:
    """The latest act, if it was a 通过, 退回 or 批复: what may be undone, or was done by a first click."""
    latest = latest_act(declaration)
    return latest if latest is not None and latest.action in _UNDOABLE else None


def _bring_back(pk: int, actor: User) -> None:
    """The version that was superseded by the approval now undone is in force again."""
    old = Declaration.objects.get(pk=pk)
    restore = Transition(
        action="restore",
        label="恢复",
        sources=frozenset({State.SUPERSEDED}),
        target=State.APPROVED,
        permitted=lambda user, filing: True,
    )
    perform(restore, old, actor=actor, version=old.version)


@transaction.atomic
def adjust(declaration: Declaration, *, actor: User, reason: str) -> Declaration:
    """目标调整: a new version in DRAFT with the same content; the old one stays in force until that is approved.

    Asking twice returns the adjustment that is under way. Raises ``PermissionDenied``, ``StateConflict`` where the
    approval was taken back this very moment, or ``ValidationError`` (Chinese) without a reason.
    """
    if not permissions.may_adjust(actor, declaration):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": "要写调整的原因。批复过的目标一般不动，原因要给审核人看。"})
    open_ones = declaration.adjustments.exclude(state__in=[State.APPROVED, State.SUPERSEDED])
    if (under_way := open_ones.first()) is not None:
        return under_way
    new = Declaration(
        project=declaration.project,
        organization=declaration.organization,
        campaign=declaration.campaign,
        fiscal_year=declaration.fiscal_year,
        edition_id=declaration.edition_id,
        adjusts=declaration,
        adjustment_reason=reason.strip(),
    )
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as open_once:  # declaration_open_once
        if (under_way := open_ones.first()) is None:
            raise StateConflict from open_once
        return under_way  # the same click came twice at the same moment
    write_rows(document_of(declaration), new)
    _copy_reasons(declaration, new)
    record(
        actor=actor,
        action="adjust",
        subject=new,
        to_state=State.DRAFT,
        comment=reason.strip(),
        changes={"adjusts": declaration.pk},
    )
    return new


def _copy_reasons(source: Declaration, new: Declaration) -> None:
    """What was answered for the approved version is answered: its rows keep their names, so the places are the same."""
    reasons = list(source.reasons.all())
    for reason in reasons:
        reason.pk, reason.declaration = None, new
    FindingReason.objects.bulk_create(reasons)
