"""A kind that follows a declaration as campaigns see it: whom it is expected of, and how a season is opened."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from declarations.following.kind import Following
from declarations.following.opening import not_opened
from declarations.following.season import Season
from declarations.models import Project
from perfgoals.campaigns.kinds import Expected, FormKind, Opening
from perfgoals.campaigns.models import Campaign
from perfgoals.workflow import State


def expected(kind: Following, campaign: Campaign, units: Sequence[int]) -> Expected:
    """The projects of these units whose targets of the year are approved and that have no form in this campaign."""
    if campaign.is_archived:
        return Expected(Project.objects.none())
    missing = not_opened(kind, campaign).filter(organization__in=units).order_by()
    projects = Project.objects.filter(pk__in=missing.values("project"))
    return Expected(projects, f"{campaign.fiscal_year} 年的目标已批复、还没有建{kind.noun}的项目")


def form_kind(
    kind: Following,
    season: Season,
    *,
    settled: State,
    progress_title: str,
    money: Any,
    money_of: Callable[[Any], Decimal | None],
    money_label: str,
    titles: Mapping[str, str],
) -> FormKind:
    """What ``perfgoals.campaigns.kinds.register`` wants; addresses are ``new`` and ``list`` of the kind's namespace."""

    def missing(campaign: Campaign) -> int:
        return not_opened(kind, campaign).order_by().values("project").distinct().count()

    names = kind.model.namespace
    return FormKind(
        model=kind.model,
        settled=settled,
        progress_title=progress_title,
        money=money,
        money_of=money_of,
        money_label=money_label,
        expected=lambda campaign, units: expected(kind, campaign, units),
        new_url=lambda campaign: f"{reverse(f'{names}:new')}?campaign={campaign.pk}",
        list_url_of_year=lambda year: f"{reverse(f'{names}:list')}?year={year}",
        titles=lambda: titles,
        opening=Opening(
            job=season.name,
            noun=kind.noun,
            missing=missing,
            start=lambda campaign, owner: season.start(campaign, owner=owner),
            permitted=kind.may_open_season,
        ),
    )
