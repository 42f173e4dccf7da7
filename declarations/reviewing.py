"""The acts of reviewers and what they undo: pass, return, approve, recall, adjust.

Each is one transaction around ``perform``; what the page offers comes from ``workflow.available``.
"""

import datetime
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from declarations import notifying, permissions
from declarations.models import Declaration
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
    """Take back one's own last 通过, 退回 or 批复 within a minute, unless the next person has opened it (F65).

    Raises ``StateConflict`` when it is too late, ``PermissionDenied`` for somebody else's act.
    """
    last = last_act(declaration)
    if last is None or last.actor_id != actor.pk:
        raise PermissionDenied
    is_late = timezone.now() - last.at > datetime.timedelta(seconds=UNDO_SECONDS)
    if is_late or declaration.opened_at is not None or declaration.state != last.to_state:
        raise StateConflict
    step = Transition(
        action="undo",
        label="撤销",
        sources=frozenset({State(last.to_state)}),
        target=State(last.from_state),
        permitted=lambda user, filing: user.pk == last.actor_id,
        unopened_only=True,
        stamps=lambda user: {"opened_by": user, "opened_at": timezone.now()},
    )
    with transaction.atomic():
        perform(step, declaration, actor=actor, version=declaration.version)
        notifying.tell_undone(declaration)
        if last.action == RETURN.action and (latest := returning.last_round(declaration)):
            latest.delete()
        if last.action == APPROVE.action and declaration.adjusts_id is not None:
            _bring_back(declaration.adjusts_id, actor)


def last_act(declaration: Declaration) -> AuditRecord | None:
    """The latest change of state, if it was a 通过, 退回 or 批复: what may be undone, or was done by a first click."""
    from django.contrib.contenttypes.models import ContentType

    acts = {PASS.action, RETURN.action, APPROVE.action}
    latest = (
        AuditRecord.objects.filter(
            content_type=ContentType.objects.get_for_model(Declaration), object_id=declaration.pk
        )
        .exclude(to_state="")
        .order_by("-sequence")
        .first()
    )
    return latest if latest is not None and latest.action in acts else None


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

    Asking twice returns the adjustment that is under way. Raises ``PermissionDenied``, or ``ValidationError``
    (Chinese) without a reason.
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
    except IntegrityError:  # declaration_open_once: the same click came twice at the same moment
        return open_ones.get()
    write_rows(document_of(declaration), new)
    record(
        actor=actor,
        action="adjust",
        subject=new,
        to_state=State.DRAFT,
        comment=reason.strip(),
        changes={"adjusts": declaration.pk},
    )
    return new
