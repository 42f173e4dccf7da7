"""What the list, the new-form page and the task list show around their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from declarations import permissions
from declarations.inbox.waiting import waiting_for
from declarations.listing import DONE
from declarations.models import Declaration, DeclarationQuerySet, Project
from declarations.next_step import next_step_in_list
from declarations.starting import FILLED_BY_UNITS, campaigns_open_to, sources_for, start_key
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.editions import get_edition
from perfgoals.filling.listing import Group, Season, campaigns_of, groups_for
from perfgoals.filling.next_step import NextStep
from perfgoals.filling.returned import sections_to_mend
from perfgoals.reviewing.inbox import has_inbox
from perfgoals.workflow import IN_REVIEW, State


@dataclass
class DeclarationSeason(Season):
    """One year of the list of declarations."""

    def filings(self) -> DeclarationQuerySet:
        return Declaration.objects.visible_to(self.user)

    @property
    def groups(self) -> tuple[Group, ...]:
        return groups_for(self.user, DONE)

    @cached_property
    def money(self) -> Decimal | None:
        """当年预算合计 of one unit, each project once, summed exactly; None across units, where it means little."""
        if self.user.role not in (Role.FILER, Role.UNIT_REVIEWER):
            return None
        current = self.of_kind.once_per_project().exclude(current_year=None)
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


def season_for(user: User, asked: str) -> DeclarationSeason:
    """The year asked for or, where none was, the latest of which this person has forms."""
    season = DeclarationSeason(user, None, campaigns_of(user, FILLED_BY_UNITS))
    season.choose(asked)
    return season


def lines(rows: Sequence[Declaration], user: User) -> list[tuple[Declaration, NextStep]]:
    places = sections_to_mend(rows)
    return [(row, next_step_in_list(row, user, places.get(row.pk, ""))) for row in rows]


def next_for_list(season: DeclarationSeason, user: User) -> NextStep:
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
        waiting, reviewing = season.count_in(season.groups[0].states), season.count_in(IN_REVIEW)
        text = f"{season.year} 年度有 {waiting} 张表还在填报，{reviewing} 张在审核。"
        return NextStep(text, tone="wait")
    return NextStep(f"{season.year} 年度没有等您审核的表。", tone="wait")


def _next_for_officer(season: DeclarationSeason, counts: dict[str, int]) -> NextStep:
    new = reverse("declarations:new")
    returned, drafts = counts.get(State.RETURNED, 0), counts.get(State.DRAFT, 0)
    if not returned and not drafts:
        if fresh := _campaign_without_forms(season):
            url = f"{new}?campaign={fresh.pk}"
            return NextStep(f"“{fresh.name}”已经开始，您的单位还没有建表。", "去建表", url)
        if not season.total:
            return NextStep("还没有可以填报的批次。批次由财政部门开放，开放后会出现在这里。", tone="wait")
        waiting = season.count_in(IN_REVIEW)
        if waiting:
            return NextStep(f"{waiting} 张表在审核，现在没有要您做的。", tone="wait")
        return NextStep("这一年的表都办完了。", tone="done")
    about, name, _ = season.first_to_fill("-open_errors") or (None, "未命名项目", "")
    url = reverse("declarations:tasks", args=[about]) if about else new
    if returned:
        others = f"；另有 {drafts} 个草稿要送审" if drafts else ""
        return NextStep(f"先改“{name}”的退回意见{others}。", "去改", url, about=about)
    if drafts == 1:
        return NextStep(f"填好“{name}”，检查以后送审。", "接着填", url, about=about)
    return NextStep(f"{drafts} 个草稿要送审，先看“{name}”。", "接着填", url, about=about)


def _campaign_without_forms(season: DeclarationSeason) -> Campaign | None:
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
