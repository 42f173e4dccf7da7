"""Handing over: one transaction, one record, and history keeps the names it had."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from declarations.handing_over.open_work import KINDS, Kind
from perfgoals.accounts.models import Role, User
from perfgoals.appraising.models import PanelCase, PanelMember
from perfgoals.appraising.panels import may_sit
from perfgoals.audit.trail import record
from perfgoals.handover.models import Handover

_IN_CHARGE = frozenset({Role.BUSINESS_ADMIN, Role.SYSTEM_ADMIN})
LONGEST_REASON = 200


def may_hand_over(actor: User) -> bool:
    """业务管理员 and 系统管理员 of the region. What they see of it are counts, never contents."""
    return actor.role in _IN_CHARGE and actor.organization is not None


def people_for(actor: User) -> QuerySet[User]:
    """Whose work the actor may hand over: everybody of the own region."""
    if not may_hand_over(actor):
        return User.objects.none()
    return User.objects.filter(organization__region=actor.organization.region_id)


def takers_for(giver: User) -> QuerySet[User]:
    """Who may take over: active people of the same role in the same unit."""
    same = User.objects.filter(organization=giver.organization_id, role=giver.role, is_active=True)
    return same.exclude(pk=giver.pk).order_by("username")


@transaction.atomic
def hand_over(giver: User, taker: User, *, reason: str, actor: User) -> Handover:
    """Give all open work of ``giver`` to ``taker``. Doing it again moves what has come since.

    Raises ``PermissionDenied``, and ``ValidationError`` (Chinese, by field) without a reason or for somebody who may
    not take over.
    """
    if not people_for(actor).filter(pk=giver.pk).exists():
        raise PermissionDenied
    problems = {}
    if not reason.strip():
        problems["reason"] = "要写移交的原因，会记在操作留痕里。"
    elif len(reason.strip()) > LONGEST_REASON:
        problems["reason"] = f"原因最多 {LONGEST_REASON} 个字。"
    if not takers_for(giver).filter(pk=taker.pk).exists():
        problems["taker"] = "接手人要是同一单位、同一角色、账号启用的人。"
    if problems:
        raise ValidationError(problems)
    moved = {kind.key: number for kind in KINDS if (number := _move(kind, giver, taker))}
    act = Handover.objects.create(giver=giver, taker=taker, reason=reason.strip(), moved=moved, made_by=actor)
    record(
        actor=actor,
        action="hand_over",
        subject=giver,
        comment=reason.strip(),
        changes={"taker": taker.name, "count": sum(moved.values())},
    )
    return act


def _move(kind: Kind, giver: User, taker: User) -> int:
    """How many moved. Who sent a form stays written on it: the right to recall follows the handover (permissions)."""
    rows = kind.of(giver)
    match kind.key:
        case "recalls":
            return rows.count()
        case "mentions":
            comments = list(rows)
            for comment in comments:
                comment.mentions.add(taker)
                comment.mentions.remove(giver)
            return len(comments)
        case "seats":
            return _move_seats(rows, giver, taker)
        case _:
            return rows.update(**{kind.person: taker})


def _move_seats(rows: QuerySet[PanelMember], giver: User, taker: User) -> int:
    """Seats that the taker may sit on; where they sit already, or sent one of the forms, the seat is left."""
    taken = PanelMember.objects.filter(user=taker).values("panel")
    free = rows.exclude(panel__in=taken).prefetch_related("panel__cases__filing")
    panels = [
        member.panel_id
        for member in free
        if all(may_sit(taker, case.filing) for case in member.panel.cases.all())
    ]
    PanelCase.objects.filter(panel__in=panels, chair=giver, settled_at__isnull=True).update(chair=taker)
    return PanelMember.objects.filter(panel__in=panels, user=giver).update(user=taker)
