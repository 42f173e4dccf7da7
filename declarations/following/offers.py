"""What follows from approved targets, for the person who looks at them: self-evaluation and whatever else is registered.

``perfgoals.campaigns.kinds`` knows which kinds there are; those that are opened from targets have an ``opening``.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from declarations import permissions
from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.campaigns import kinds
from perfgoals.campaigns.kinds import FormKind
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.addresses import page_url
from perfgoals.workflow import EDITABLE, State


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that follows: ``label`` says which; ``url`` leads there; without one, ``why`` says why not."""

    label: str
    url: str = ""
    word: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What a unit has still to do of one kind: forms that are written on, and projects without a form."""

    label: str
    noun: str
    url: str
    waiting: int
    first: str
    returned: int
    missing: int


def _following() -> Iterator[tuple[CampaignKind, FormKind]]:
    for key, kind in kinds.registered().items():
        if kind.opening is not None:
            yield CampaignKind(key), kind


def offers_for(declaration: Declaration, user: User) -> list[Offer]:
    """What follows from these targets. Nothing before they are approved. Two queries per kind."""
    if declaration.state != State.APPROVED or declaration.campaign.kind != CampaignKind.DECLARATION:
        return []
    is_officer = permissions.may_adjust(user, declaration)
    found = (_offer(key, kind, declaration, user, is_officer=is_officer) for key, kind in _following())
    return [offer for offer in found if offer is not None]


def _offer(
    key: CampaignKind, kind: FormKind, declaration: Declaration, user: User, *, is_officer: bool
) -> Offer | None:
    """The newest form where there is one, else the campaign to open it in, else why there is none to open."""
    there = kind.model.objects.visible_to(user).filter(
        project=declaration.project_id, campaign__kind=key, campaign__fiscal_year=declaration.fiscal_year
    )
    form = there.order_by("campaign__is_archived", "-pk").first()
    if form is not None:
        return Offer(key.label, page_url(form, "tasks"), form.get_state_display())
    if not is_officer:
        return None
    campaigns = list(
        Campaign.objects.visible_to(user)
        .filter(kind=key, fiscal_year=declaration.fiscal_year)
        .order_by("is_archived", "opens_at", "pk")
    )
    now = timezone.now()
    for campaign in campaigns:
        if not campaign.is_archived and (campaign.opens_at is None or campaign.opens_at <= now):
            return Offer(key.label, f"{kind.new_url(campaign)}&declaration={declaration.pk}")
    return Offer(key.label, why=_why_not(campaigns, declaration.fiscal_year))


def _why_not(campaigns: list[Campaign], year: int) -> str:
    coming = [one.opens_at for one in campaigns if one.opens_at and not one.is_archived]
    if coming:
        return f"{_day(coming[0])}开始"
    return f"{year} 年的批次已结束，没有建过表" if campaigns else f"{year} 年的批次还没有开放"


def _day(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日"


def open_work(user: User) -> list[OpenWork]:
    """What the person's unit has to do beside its targets: one query, and two or three more per open campaign."""
    if not permissions.may_start(user):
        return []
    following = dict(_following())
    campaigns: dict[str, list[Campaign]] = {}
    running = Campaign.objects.visible_to(user).filter(kind__in=following).open_at(timezone.now())
    for campaign in running.order_by("-fiscal_year", "pk"):
        campaigns.setdefault(campaign.kind, []).append(campaign)
    found = (_open_work(key, following[key], campaigns[key], user) for key in following if key in campaigns)
    return [work for work in found if work is not None]


def _open_work(key: CampaignKind, kind: FormKind, campaigns: list[Campaign], user: User) -> OpenWork | None:
    mine: Any = kind.model.objects.visible_to(user).filter(state__in=EDITABLE, campaign__in=campaigns)
    stands = mine.order_by().aggregate(
        waiting=Count("pk"),
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        first=Min("project_name"),
        year=Max("fiscal_year"),
    )
    missing, begin = 0, ""
    for campaign in campaigns:
        number = kind.expected(campaign, [user.organization_id or 0]).projects.count()
        if number and not begin:
            begin = kind.new_url(campaign)
        missing += number
    if not stands["waiting"] and not missing:
        return None
    return OpenWork(
        label=key.label,
        noun=kind.opening.noun if kind.opening else "表",
        url=kind.list_url_of_year(stands["year"]) if stands["waiting"] else begin,
        waiting=stands["waiting"],
        first=stands["first"] or "未命名项目",
        returned=stands["returned"],
        missing=missing,
    )
