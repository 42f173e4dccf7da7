"""What reviewers of declarations do beside the common acts, and 目标调整 of what they approved."""

from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from declarations import built_on, permissions
from declarations.models import Declaration, FindingReason
from declarations.speaking import document_of, write_rows
from declarations.workflow import APPROVE, ARROWS
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import record
from perfgoals.reviewing import acts
from perfgoals.reviewing.acts import Reviewed
from perfgoals.workflow import State, StateConflict, Transition, perform

ADJUSTING = "单位已经开始目标调整，撤不了"


def _stands(declaration: Declaration, act: AuditRecord) -> str:
    """An approval stands once the unit has gone on from it."""
    if act.action != APPROVE.action:
        return ""
    if declaration.adjustment_under_way is not None:
        return ADJUSTING
    return built_on.why(declaration)


def _taken_back(declaration: Declaration, act: AuditRecord, actor: User) -> None:
    """The version that was superseded by the approval now undone is in force again."""
    if act.action != APPROVE.action or declaration.adjusts_id is None:
        return
    old = Declaration.objects.get(pk=declaration.adjusts_id)
    restore = Transition(
        action="restore",
        label="恢复",
        sources=frozenset({State.SUPERSEDED}),
        target=State.APPROVED,
        permitted=lambda user, filing: True,
    )
    perform(restore, old, actor=actor, version=old.version)


REVIEWED = Reviewed(ARROWS, stands=_stands, taken_back=_taken_back)
send_back = partial(acts.send_back, ARROWS.send_back)
undo = partial(acts.undo, REVIEWED)
last_act = partial(acts.last_act, REVIEWED)


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
