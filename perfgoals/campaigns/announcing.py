"""Announcing a campaign to the units, and extending it for one of them."""

import datetime
from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts.models import Organization, Role, User
from perfgoals.audit.trail import record
from perfgoals.campaigns import kinds
from perfgoals.campaigns.models import Campaign, Extension, Participation
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import tell


def may_run(user: User, campaign: Campaign) -> bool:
    """The 业务管理员 of the campaign's region."""
    home = user.organization
    return user.role == Role.BUSINESS_ADMIN and home is not None and home.region_id == campaign.region_id


@transaction.atomic
def announce(campaign: Campaign, *, actor: User) -> int:
    """Put the campaign before every active unit of the region; returns how many are new.

    Doing it again adds only units that came since, so a double click does no harm. Raises ``PermissionDenied``, and
    ``ValidationError`` (Chinese) for an archived campaign.
    """
    if not may_run(actor, campaign):
        raise PermissionDenied
    if campaign.is_archived:
        raise ValidationError("这个批次已归档，不能再通知。")
    known = Participation.objects.filter(campaign=campaign).values("organization")
    new = Organization.objects.filter(region=campaign.region_id, is_active=True).exclude(pk__in=known)
    made = Participation.objects.bulk_create(
        [Participation(campaign=campaign, organization=unit) for unit in new], ignore_conflicts=True
    )
    if campaign.announced_at is None:
        Campaign.objects.filter(pk=campaign.pk).update(announced_at=timezone.now())
        campaign.refresh_from_db(fields=["announced_at"])
    if made:
        tell_units(
            campaign,
            [participation.organization_id for participation in made],
            NoticeKind.ANNOUNCED,
            f"“{campaign.name}”开始填报，{_until(campaign.closes_at)}。",
            actor=actor,
        )
        record(actor=actor, action="announce", subject=campaign, changes={"units": len(made)})
    return len(made)


@transaction.atomic
def extend(
    campaign: Campaign, organization: Organization, *, until: datetime.datetime, reason: str, actor: User
) -> Extension:
    """Give one unit more time, with a reason; a second extension replaces the first and both are on record.

    Raises ``PermissionDenied``, and ``ValidationError`` (Chinese, by field) for a missing reason, a unit of another
    region, or a date that is not later than the campaign's own.
    """
    if not may_run(actor, campaign):
        raise PermissionDenied
    problems = {}
    if not reason.strip():
        problems["reason"] = "要写延期的原因，审核人会看到。"
    if campaign.closes_at is None:
        problems["until"] = "这个批次没有截止时间，不用延期。"
    elif until <= campaign.closes_at:
        problems["until"] = "延期要晚于批次的截止时间。"
    if organization.region_id != campaign.region_id:
        problems["organization"] = "这个单位不在本区划。"
    if problems:
        raise ValidationError(problems)
    extension, _ = Extension.objects.update_or_create(
        campaign=campaign,
        organization=organization,
        defaults={"closes_at": until, "reason": reason.strip(), "granted_by": actor},
    )
    text = f"“{campaign.name}”给您的单位延期，{_until(until)}：{reason.strip()}"
    tell_units(campaign, [organization.pk], NoticeKind.EXTENDED, text, actor=actor)
    record(
        actor=actor,
        action="extend",
        subject=campaign,
        comment=reason.strip(),
        changes={"organization": organization.name, "until": until.isoformat()},
    )
    return extension


def tell_units(campaign: Campaign, units: Collection[int], kind: NoticeKind, text: str, *, actor: User) -> None:
    """A notice for the officers of these units, leading to where the campaign's forms are filled in."""
    officers = User.objects.filter(organization__in=units, role=Role.FILER, is_active=True)
    forms = kinds.find(campaign)
    url = reverse("home")
    if forms is not None:
        url = forms.new_url(campaign) if kind == NoticeKind.ANNOUNCED else forms.list_url(campaign)
    tell(officers, kind, text, url, about=campaign, by=actor)


def tell_opened(campaign: Campaign, organization: Organization, number: int, noun: str, *, by: User) -> None:
    """The officers of a unit hear that forms were opened for them: they lie in their list."""
    forms = kinds.find(campaign)
    if not number or forms is None:
        return
    officers = User.objects.filter(organization=organization, role=Role.FILER, is_active=True)
    text = f"“{campaign.name}”：给您的单位建好了 {number} 张{noun}，可以填了，{_until(campaign.closes_at)}。"
    tell(officers, NoticeKind.ANNOUNCED, text, forms.list_url(campaign), about=campaign, by=by)


def _until(closes_at: datetime.datetime | None) -> str:
    if closes_at is None:
        return "没有截止时间"
    local = timezone.localtime(closes_at)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M} 截止"
