"""催办: telling units that a campaign still waits for them, at most once a day each."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import Organization, Role, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.announcing import tell_units
from perfgoals.campaigns.models import Campaign, Participation
from perfgoals.notices.models import NoticeKind

_REMINDERS = frozenset({Role.BUSINESS_ADMIN, Role.FINANCE_REVIEWER, Role.DEPARTMENT_REVIEWER})


@dataclass(frozen=True, slots=True)
class Reminded:
    """Who was told now, and how many had been told today already."""

    units: tuple[Organization, ...]
    already: int


def may_remind(user: User, campaign: Campaign) -> bool:
    """Reviewers of department and finance, and the 业务管理员, each for the units in their scope."""
    home = user.organization
    return user.role in _REMINDERS and home is not None and home.region_id == campaign.region_id


@transaction.atomic
def remind(campaign: Campaign, units: Collection[int], *, actor: User) -> Reminded:
    """Remind those of ``units`` that the actor may see; whoever was reminded today is left alone.

    Raises ``PermissionDenied``, and ``ValidationError`` (Chinese) for an archived campaign.
    """
    if not may_remind(actor, campaign):
        raise PermissionDenied
    if campaign.is_archived:
        raise ValidationError("这个批次已归档，不用再催。")
    seen = list(Organization.objects.visible_to(actor).filter(pk__in=units).order_by("code"))
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    told = Participation.objects.filter(campaign=campaign, organization__in=seen)
    recently = set(told.filter(reminded_at__gte=midnight).values_list("organization", flat=True))
    due = tuple(unit for unit in seen if unit.pk not in recently)
    if not due:
        return Reminded((), len(recently))
    Participation.objects.bulk_create(
        [Participation(campaign=campaign, organization=unit) for unit in due], ignore_conflicts=True
    )
    Participation.objects.filter(campaign=campaign, organization__in=due).update(reminded_at=now)
    text = f"催办：“{campaign.name}”还等您的单位送审。"
    tell_units(campaign, [unit.pk for unit in due], NoticeKind.REMINDED, text, actor=actor)
    names = "、".join(unit.name for unit in due)
    record(actor=actor, action="remind", subject=campaign, changes={"units": len(due), "names": names})
    return Reminded(due, len(recently))
