"""What the list, the new-form page and the task list show around their rows."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse

from declarations import permissions
from declarations.inbox.waiting import waiting_for
from declarations.listing import count_by_state, groups_for
from declarations.models import Declaration, DeclarationQuerySet, Project
from declarations.next_step import next_step_in_list
from declarations.starting import FILLED_BY_UNITS, campaigns_open_to, sources_for, start_key
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, Extension
from perfgoals.editions import get_edition
from perfgoals.filling.next_step import NextStep
from perfgoals.filling.returned import sections_to_mend
from perfgoals.reviewing.inbox import has_inbox
from perfgoals.workflow import EDITABLE, IN_REVIEW, State


@dataclass
class Season:
    """One year of the list: its declarations, campaigns, and the years beside it."""

    user: User
    year: int | None
    campaigns: list[Campaign]

    @property
    def declarations(self) -> DeclarationQuerySet:
        visible = Declaration.objects.visible_to(self.user)
        return visible.none() if self.year is None else visible.filter(fiscal_year=self.year)

    @cached_property
    def counts(self) -> dict[str, int]:
        return count_by_state(self.declarations)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def years(self) -> list[int]:
        """Every year of which there is a campaign, newest first."""
        return sorted({campaign.fiscal_year for campaign in self.campaigns}, reverse=True)

    @property
    def of_year(self) -> list[Campaign]:
        return [campaign for campaign in self.campaigns if campaign.fiscal_year == self.year]

    @property
    def closes_at(self) -> datetime.datetime | None:
        """The next deadline of the year, for those who still have something to send; one unit's own where it has one."""
        running = [campaign for campaign in self.of_year if campaign.closes_at and not campaign.is_archived]
        own: dict[int, datetime.datetime] = {}
        if self.user.role in (Role.FILER, Role.UNIT_REVIEWER):
            given = Extension.objects.filter(campaign__in=running, organization=self.user.organization_id)
            own = dict(given.values_list("campaign", "closes_at"))
        dates = [campaign.later_of(own.get(campaign.pk)) for campaign in running]
        return min((date for date in dates if date is not None), default=None)

    @cached_property
    def money(self) -> Decimal | None:
        """当年预算合计 of one unit, each project once, summed exactly; None across units, where it means little."""
        if self.user.role not in (Role.FILER, Role.UNIT_REVIEWER):
            return None
        current = self.declarations.once_per_project().exclude(current_year=None)
        amounts = current.values_list("current_year", flat=True)
        return sum((amount for amount in amounts if amount is not None), start=Decimal(0))

    @property
    def performance_types(self) -> list[str]:
        """The words of 绩效类型 (in 2018: 资金用途) on the forms of this year."""
        words: dict[str, None] = {}
        for campaign in self.of_year:
            edition = get_edition(campaign.edition_id)
            for key in ("performance_type", "fund_use"):
                words.update((choice.label, None) for choice in edition.choices(key))
        return list(words)

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """The states that occur in this year, with their counts, in list order."""
        order = [state for group in groups_for(self.user) for state in group.states]
        return [(s.value, s.label, self.counts[s]) for s in order if self.counts.get(s)]


def season_for(user: User, asked: str) -> Season:
    """The year asked for or, where none was, the latest of which this person has forms."""
    campaigns = list(
        Campaign.objects.filter(region=user.organization.region_id, kind__in=FILLED_BY_UNITS).order_by(
            "-fiscal_year", "name"
        )
    )
    season = Season(user, None, campaigns)
    if asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in season.years:
        season.year = int(asked)
        return season
    mine = Declaration.objects.visible_to(user).order_by("-fiscal_year")
    season.year = mine.values_list("fiscal_year", flat=True).first()
    if season.year is None:
        season.year = season.years[0] if season.years else None
    return season


def lines(rows: Sequence[Declaration], user: User) -> list[tuple[Declaration, NextStep]]:
    places = sections_to_mend(rows)
    return [(row, next_step_in_list(row, user, places.get(row.pk, ""))) for row in rows]


def first_row(groups: Sequence[tuple[object, Sequence[tuple[Any, NextStep]]]], step: NextStep) -> int | None:
    """The key of the row that bears the page's filled button: the form that the next step names, if it is shown.

    Where the next step names none, it is the first row that has something to press.
    """
    rows = [(row.pk, own) for _, shown in groups for row, own in shown]
    if step.about is not None:
        return next((key for key, _ in rows if key == step.about), None)
    return next((key for key, own in rows if own.url), None)


def next_for_list(season: Season, user: User) -> NextStep:
    """What this person should do first."""
    counts = season.counts
    if permissions.may_start(user):
        return _next_for_officer(season, counts)
    if has_inbox(user):
        waiting = waiting_for(user).filter(fiscal_year=season.year or 0).count()
        if waiting:
            text = f"{season.year} 年度有 {waiting} 张表等您审核，按要紧程度排在“待审核”里。"
            return NextStep(text, "去审核", reverse("declarations:inbox"))
    if user.role == Role.BUSINESS_ADMIN:
        waiting = sum(counts.get(state, 0) for state in groups_for(user)[0].states)
        reviewing = sum(counts.get(state, 0) for state in IN_REVIEW)
        text = f"{season.year} 年度有 {waiting} 张表还在填报，{reviewing} 张在审核。"
        return NextStep(text, tone="wait")
    return NextStep(f"{season.year} 年度没有等您审核的表。", tone="wait")


def _next_for_officer(season: Season, counts: dict[str, int]) -> NextStep:
    new = reverse("declarations:new")
    returned, drafts = counts.get(State.RETURNED, 0), counts.get(State.DRAFT, 0)
    if not returned and not drafts:
        if fresh := _campaign_without_forms(season):
            url = f"{new}?campaign={fresh.pk}"
            return NextStep(f"“{fresh.name}”已经开始，您的单位还没有建表。", "去建表", url)
        if not season.total:
            return NextStep("还没有可以填报的批次。批次由财政部门开放，开放后会出现在这里。", tone="wait")
        waiting = sum(counts.get(state, 0) for state in IN_REVIEW)
        if waiting:
            return NextStep(f"{waiting} 张表在审核，现在没有要您做的。", tone="wait")
        return NextStep("这一年的表都办完了。", tone="done")
    order = Case(When(state=State.RETURNED, then=Value(0)), default=Value(1), output_field=IntegerField())
    first = (
        season.declarations.filter(state__in=EDITABLE)
        .order_by(order, "-open_errors", "-changed_at", "-pk")
        .values_list("pk", "project_name")
        .first()
    )
    name = (first[1] if first else "") or "未命名项目"
    about = first[0] if first else None
    url = reverse("declarations:tasks", args=[first[0]]) if first else new
    if returned:
        others = f"；另有 {drafts} 个草稿要送审" if drafts else ""
        return NextStep(f"先改“{name}”的退回意见{others}。", "去改", url, about=about)
    if drafts == 1:
        return NextStep(f"填好“{name}”，检查以后送审。", "接着填", url, about=about)
    return NextStep(f"{drafts} 个草稿要送审，先看“{name}”。", "接着填", url, about=about)


def _campaign_without_forms(season: Season) -> Campaign | None:
    """The newest open campaign in which this unit has no form yet."""
    user = season.user
    begun = Declaration.objects.filter(organization=user.organization).values("campaign")
    return campaigns_open_to(user).exclude(pk__in=begun).first()


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """A project of the unit to start a form for: its latest earlier form, and the open one if there is one."""

    project: Project
    source: Declaration | None
    existing: Declaration | None


def project_choices(user: User, campaign: Campaign) -> list[ProjectChoice]:
    """Every project of the unit, those with an earlier form first. Three queries."""
    sources = {source.project_id: source for source in sources_for(user, campaign)}
    there = {
        d.project_id: d
        for d in Declaration.objects.filter(organization=user.organization, campaign=campaign)
        .exclude(state=State.SUPERSEDED)
        .only("project", "state", "project_name")
    }
    projects = Project.objects.filter(organization=user.organization).order_by("name", "pk")
    choices = [ProjectChoice(p, sources.get(p.pk), there.get(p.pk)) for p in projects]
    return sorted(choices, key=lambda c: (c.existing is not None, c.source is None))


def name_trouble(name: str, campaign: Campaign, key: UUID, user: User, longest: int) -> str:
    """Why a new project cannot be called ``name``; "" if it can. A project opened by the same click is no trouble."""
    if len(name) > longest:
        return f"项目名称最多 {longest} 个字，现在是 {len(name)} 个字。"
    if not name:
        return ""
    twin = Project.objects.filter(organization=user.organization, name=name).first()
    if twin is None:
        return ""
    if twin.declarations.filter(start_key=start_key(key, user, campaign, f"/{name}")).exists():
        return ""
    return f"本单位已经有叫“{name}”的项目，请在上面的表里选它；确实是另一个项目的，名称要分得开。"
