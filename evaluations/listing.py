"""The list of self-evaluations: which year, what is looked for, one page of it, and what comes first."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.http import QueryDict
from django.urls import reverse

from declarations import listing
from declarations.listing import FINDINGS, PAGE_SIZE, Group, ShownGroup, count_by_state
from evaluations.models import Evaluation, EvaluationMark, EvaluationQuerySet, EvaluationRow
from evaluations.next_step import next_step_in_list
from evaluations.opening import campaigns_open_to, not_opened
from evaluations.permissions import may_start
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind, Extension
from perfgoals.documents.evaluation import TEXT_KEYS
from perfgoals.editions import get_edition
from perfgoals.filling.next_step import NextStep
from perfgoals.filling.returned import sections_to_mend
from perfgoals.searching import plain, words
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

_ROW_TEXTS = ("name", "target", "actual", "deviation_reason", "evidence_note", "remark")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person looks for. Anything unreadable in the address counts as not asked for."""

    text: str = ""
    state: str = ""
    grade: str = ""
    findings: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Wanted":
        asked = {key: plain(query.get(key, "")) for key in ("q", "state", "grade", "findings")}
        return cls(
            text=asked["q"],
            state=asked["state"] if asked["state"] in State.values else "",
            grade=asked["grade"][:20],
            findings=asked["findings"] if asked["findings"] in FINDINGS else "",
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.state or self.grade or self.findings)


def narrowed(evaluations: EvaluationQuerySet, wanted: Wanted) -> EvaluationQuerySet:
    """Those that fit everything that is wanted."""
    if wanted.state:
        evaluations = evaluations.filter(state=wanted.state)
    if wanted.grade:
        evaluations = evaluations.filter(computed_grade=wanted.grade)
    if wanted.findings == "error":
        evaluations = evaluations.filter(open_errors__gt=0)
    elif wanted.findings == "doubt":
        evaluations = evaluations.filter(open_doubts__gt=0)
    elif wanted.findings == "none":
        evaluations = evaluations.filter(open_errors=0, open_doubts=0)
    for word in words(wanted.text):
        evaluations = evaluations.filter(_says(word))
    return evaluations


def _says(word: str) -> Q:
    lookup = "contains" if word.lower() == word.upper() else "icontains"
    columns = (*TEXT_KEYS, "project__code", "project__name", "organization__name", "organization__code")
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{lookup}": word})
    in_row = Q()
    for column in _ROW_TEXTS:
        in_row |= Q(**{f"{column}__{lookup}": word})
    return found | Q(Exists(EvaluationRow.objects.filter(in_row, evaluation=OuterRef("pk"))))


def groups_for(user: User) -> tuple[Group, ...]:
    """Every state once, grouped by who must act, as in the list of declarations; the last step is 确认."""
    return (*listing.groups_for(user)[:-1], Group("已办完", (State.CONFIRMED,)))


def page_of(
    evaluations: EvaluationQuerySet, groups: Sequence[Group], counts: dict[str, int], number: str | None
) -> tuple[Page[Evaluation], list[ShownGroup]]:
    """One page and its groups; ``counts`` are those of what was found. A number out of range gives the nearest page."""
    order = [state for group in groups for state in group.states]
    rank = Case(
        *(When(state=state, then=Value(at)) for at, state in enumerate(order)),
        default=Value(len(order)),
        output_field=IntegerField(),
    )
    last_mark = EvaluationMark.objects.filter(evaluation=OuterRef("pk")).order_by("-saved_at", "-pk")
    shown = (
        evaluations.for_list()
        .select_related("submitted_by")
        .with_deadline()
        .annotate(changed_by=Subquery(last_mark.values("saved_by__name")[:1]))
        .order_by(rank, "-changed_at", "-pk")
    )
    page = Paginator(shown, PAGE_SIZE).get_page(number)
    rows = list(page.object_list)
    parts = [
        ShownGroup(
            group.title,
            sum(counts.get(state, 0) for state in group.states),
            [row for row in rows if row.state in group.states],
        )
        for group in groups
    ]
    return page, [part for part in parts if part.rows]


@dataclass
class Season:
    """One year of the list: its evaluations, campaigns, and the years beside it."""

    user: User
    year: int | None
    campaigns: list[Campaign]

    @property
    def evaluations(self) -> EvaluationQuerySet:
        visible = Evaluation.objects.visible_to(self.user)
        return visible.none() if self.year is None else visible.filter(fiscal_year=self.year)

    @cached_property
    def counts(self) -> dict[str, int]:
        return count_by_state(self.evaluations)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def years(self) -> list[int]:
        return sorted({campaign.fiscal_year for campaign in self.campaigns}, reverse=True)

    @property
    def of_year(self) -> list[Campaign]:
        return [campaign for campaign in self.campaigns if campaign.fiscal_year == self.year]

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """The states that occur in this year, with their counts, in list order."""
        order = [state for group in groups_for(self.user) for state in group.states]
        return [(s.value, s.label, self.counts[s]) for s in order if self.counts.get(s)]

    @property
    def grades(self) -> list[str]:
        """The grades of this year's forms, best first."""
        found: dict[str, None] = {}
        for campaign in self.of_year:
            if rules := get_edition(campaign.edition_id).scoring:
                best_first = sorted(rules.grades, key=lambda one: one.floor, reverse=True)
                found.update((grade.label, None) for grade in best_first)
        return list(found)

    @cached_property
    def closes_at(self) -> datetime.datetime | None:
        """The next deadline of the year; one unit's own where it has one."""
        running = [one for one in self.of_year if one.closes_at and not one.is_archived]
        own: dict[int, datetime.datetime] = {}
        if self.user.role in (Role.FILER, Role.UNIT_REVIEWER):
            given = Extension.objects.filter(campaign__in=running, organization=self.user.organization_id)
            own = dict(given.values_list("campaign", "closes_at"))
        dates = [campaign.later_of(own.get(campaign.pk)) for campaign in running]
        return min((date for date in dates if date is not None), default=None)

    @cached_property
    def to_open(self) -> int:
        """Approved targets of the person's unit that have no self-evaluation in a campaign that is open to them."""
        if not may_start(self.user):
            return 0
        mine = campaigns_open_to(self.user).filter(fiscal_year=self.year or 0)
        return sum(
            not_opened(campaign)
            .filter(organization=self.user.organization_id)
            .values("project")
            .distinct()
            .count()
            for campaign in mine
        )


def season_for(user: User, asked: str) -> Season:
    """The year asked for or, where none was, the latest of which this person has forms."""
    region = user.organization.region_id if user.organization else None
    campaigns = list(
        Campaign.objects.filter(region=region, kind=CampaignKind.EVALUATION).order_by("-fiscal_year", "name")
    )
    season = Season(user, None, campaigns)
    if asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in season.years:
        season.year = int(asked)
        return season
    mine = Evaluation.objects.visible_to(user).order_by("-fiscal_year")
    season.year = mine.values_list("fiscal_year", flat=True).first() or next(iter(season.years), None)
    return season


def lines(rows: Sequence[Evaluation], user: User) -> list[tuple[Evaluation, NextStep]]:
    places = sections_to_mend(rows)
    return [(row, next_step_in_list(row, user, places.get(row.pk, ""))) for row in rows]


def next_for_list(season: Season, user: User) -> NextStep:
    """What this person should do first."""
    counts = season.counts
    waiting = sum(counts.get(state, 0) for state in IN_REVIEW)
    if not may_start(user):
        mine = sum(counts.get(state, 0) for state in groups_for(user)[0].states)
        if user.role == Role.BUSINESS_ADMIN:
            text = f"{season.year or ''} 年度有 {mine} 张自评表还在填报，{waiting} 张在审核。"
            return NextStep(text.strip(), tone="wait")
        if mine:
            return NextStep(f"{season.year} 年度有 {mine} 张自评表等您审核，排在最前面。", tone="wait")
        return NextStep("没有等您审核的自评表。", tone="wait")
    first = _first(season)
    if first is not None:
        pk, name, state = first
        url = reverse("evaluations:tasks", args=[pk])
        words_ = f"先改“{name}”的退回意见。" if state == State.RETURNED else f"接着填“{name}”，检查以后送审。"
        return NextStep(words_, "去改" if state == State.RETURNED else "接着填", url, about=pk)
    if season.to_open:
        url = f"{reverse('evaluations:new')}"
        return NextStep(f"有 {season.to_open} 个项目的目标已批复，还没有建自评表。", "去建表", url)
    if not season.total:
        return NextStep("还没有可以自评的批次。批次由财政部门开放，开放后会出现在这里。", tone="wait")
    if waiting:
        return NextStep(f"{waiting} 张自评表在审核，现在没有要您做的。", tone="wait")
    return NextStep("这一年的自评表都办完了。", tone="done")


def _first(season: Season) -> tuple[int, str, str] | None:
    order = Case(When(state=State.RETURNED, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = (
        season.evaluations.filter(state__in=EDITABLE)
        .order_by(order, "-changed_at", "-pk")
        .values_list("pk", "project_name", "state")
        .first()
    )
    return None if found is None else (found[0], found[1] or "未命名项目", found[2])
