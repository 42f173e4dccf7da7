"""Year rollover (F115): next year's campaigns from this year's, shown before anything is written, and reversible."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from perfgoals.accounts.models import Role, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign
from perfgoals.editions import UnknownEdition, get_edition


@dataclass(frozen=True)
class Planned:
    """One campaign to be, and why it is not made where it is not."""

    source: Campaign
    name: str
    opens_at: datetime.datetime | None
    closes_at: datetime.datetime | None
    problem: str = ""
    doubt: str = ""  # it can be made, but somebody should look at it afterwards


def plan(from_year: int, *, actor: User) -> list[Planned]:
    """What a rollover to the following year would make. Writes nothing. Raises ``PermissionDenied``."""
    if actor.role != Role.BUSINESS_ADMIN:
        raise PermissionDenied
    campaigns = Campaign.objects.visible_to(actor).filter(fiscal_year=from_year).order_by("name")
    return [_planned(campaign) for campaign in campaigns]


def _planned(campaign: Campaign) -> Planned:
    year, following = str(campaign.fiscal_year), str(campaign.fiscal_year + 1)
    name = (
        campaign.name.replace(year, following) if year in campaign.name else f"{following}年度 {campaign.name}"
    )
    problem = ""
    if Campaign.objects.filter(name=name).exists():
        problem = f"已经有“{name}”。"
    opens_at, closes_at = _next_year(campaign.opens_at), _next_year(campaign.closes_at)
    return Planned(campaign, name, opens_at, closes_at, problem, _doubt(campaign))


def _doubt(campaign: Campaign) -> str:
    """A form edition may end before the new year begins."""
    try:
        last = get_edition(campaign.edition_id).year_to
    except UnknownEdition:
        return "表式已不在系统里，转过去以后要另选。"
    if last is not None and last <= campaign.fiscal_year:
        return f"表式只用到 {last} 年，转过去以后看看要不要另选。"
    return ""


def _next_year(moment: datetime.datetime | None) -> datetime.datetime | None:
    """The same day a year later; the last of February stays the last of February."""
    if moment is None:
        return None
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, day=28)


@transaction.atomic
def roll_over(from_year: int, *, actor: User) -> list[Campaign]:
    """Make the planned campaigns, not yet announced, and archive their sources. Doing it twice makes nothing new."""
    made = []
    for item in plan(from_year, actor=actor):
        if item.problem:
            continue
        source = item.source
        campaign = Campaign.objects.create(
            name=item.name,
            kind=source.kind,
            fiscal_year=source.fiscal_year + 1,
            region=source.region,
            edition_id=source.edition_id,
            opens_at=item.opens_at,
            closes_at=item.closes_at,
            has_unit_review=source.has_unit_review,
            cutoff_month=source.cutoff_month,
            rolled_from=source,
            archived_source=not source.is_archived,
        )
        Campaign.objects.filter(pk=source.pk).update(is_archived=True)
        record(actor=actor, action="roll_over", subject=campaign, changes={"from": source.name})
        made.append(campaign)
    return made


@transaction.atomic
def undo(campaigns: list[Campaign], *, actor: User) -> None:
    """Take a rollover back: the new campaigns go, their sources open again.

    Raises ``PermissionDenied``, and ``ValidationError`` (Chinese) for a campaign that was announced or was not made by
    a rollover. One that holds forms is protected by the database (``ProtectedError``). Then nothing is undone.
    """
    for campaign in campaigns:
        home = actor.organization
        if actor.role != Role.BUSINESS_ADMIN or home is None or campaign.region_id != home.region_id:
            raise PermissionDenied
        if campaign.announced_at is not None:
            raise ValidationError(f"“{campaign.name}”已经通知各单位，不能撤回。可以归档。")
        if campaign.rolled_from_id is None:
            raise ValidationError(f"“{campaign.name}”不是转年转出来的。")
        if campaign.archived_source:
            Campaign.objects.filter(pk=campaign.rolled_from_id).update(is_archived=False)
        record(actor=actor, action="undo_roll_over", changes={"campaign": campaign.name})
        campaign.delete()
