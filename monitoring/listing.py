"""The list of monitoring reports: which year and period, what is looked for, one page of it, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import QueryDict
from django.urls import reverse

from evaluations.pace import Light
from monitoring.models import MonitoringMark, MonitoringQuerySet, MonitoringReport, MonitoringRow
from monitoring.next_step import next_step_in_list
from monitoring.opening import campaigns_open_to, not_opened
from monitoring.permissions import may_start
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind, period_words
from perfgoals.documents.monitoring import TEXT_KEYS
from perfgoals.filling.listing import (
    FINDINGS,
    Group,
    Season,
    any_contains,
    campaigns_of,
    groups_for,
    with_findings,
)
from perfgoals.filling.next_step import NextStep
from perfgoals.filling.returned import sections_to_mend
from perfgoals.searching import plain, words
from perfgoals.workflow import IN_REVIEW, State

LIGHTS = {light.value: light.label for light in (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)}
_ROW_TEXTS = ("name", "target", "actual", "expected", "deviation_reason", "remark")
# What a row of the list does not show stays where it is.
_LONG = ("annual_goal", "budget", "extra")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person looks for. Anything unreadable in the address counts as not asked for."""

    text: str = ""
    state: str = ""
    light: str = ""
    findings: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Wanted":
        asked = {key: plain(query.get(key, "")) for key in ("q", "state", "light", "findings")}
        return cls(
            text=asked["q"],
            state=asked["state"] if asked["state"] in State.values else "",
            light=asked["light"] if asked["light"] in LIGHTS else "",
            findings=asked["findings"] if asked["findings"] in FINDINGS else "",
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.state or self.light or self.findings)


def narrowed(reports: MonitoringQuerySet, wanted: Wanted) -> MonitoringQuerySet:
    """Those that fit everything that is wanted."""
    if wanted.state:
        reports = reports.filter(state=wanted.state)
    if wanted.light:
        reports = reports.filter(light=wanted.light)
    reports = with_findings(reports, wanted.findings)
    for word in words(wanted.text):
        reports = reports.filter(_says(word))
    return reports


def _says(word: str) -> Q:
    columns = (*TEXT_KEYS, "project__code", "project__name", "organization__name", "organization__code")
    in_row = MonitoringRow.objects.filter(any_contains(_ROW_TEXTS, word), report=OuterRef("pk"))
    return any_contains(columns, word) | Q(Exists(in_row))


def shown_rows(keys: Sequence[int]) -> MonitoringQuerySet:
    """What the list shows of these reports, in one query: with ``changed_by``."""
    last_mark = MonitoringMark.objects.filter(report=OuterRef("pk")).order_by("-saved_at", "-pk")
    rows: MonitoringQuerySet = MonitoringReport.objects.filter(pk__in=keys).for_list().with_deadline()
    changed_by = Subquery(last_mark.values("saved_by__name")[:1])
    found: MonitoringQuerySet = rows.select_related("submitted_by").defer(*_LONG)
    shown: MonitoringQuerySet = found.annotate(changed_by=changed_by)
    return shown


@dataclass
class MonitoringSeason(Season):
    """One year of the list, or one period of it."""

    month: int | None = None

    def filings(self) -> MonitoringQuerySet:
        return MonitoringReport.objects.visible_to(self.user)

    @property
    def groups(self) -> tuple[Group, ...]:
        return groups_for(self.user, (State.CONFIRMED,))

    @property
    def of_kind(self) -> MonitoringQuerySet:
        found: MonitoringQuerySet = super().of_kind
        return found.filter(cutoff_month=self.month) if self.month else found

    @property
    def of_year(self) -> list[Campaign]:
        return [one for one in super().of_year if not self.month or one.cutoff_month == self.month]

    @property
    def months(self) -> list[tuple[int, str]]:
        """The periods of the year, with their words."""
        found = {one.cutoff_month for one in super().of_year if one.cutoff_month}
        return [(month, period_words(month)) for month in sorted(found)]

    @cached_property
    def to_open(self) -> int:
        """Approved targets of the person's unit that have no report in a campaign that is open to them."""
        if not may_start(self.user):
            return 0
        mine = campaigns_open_to(self.user).filter(fiscal_year=self.year or 0)
        if self.month:
            mine = mine.filter(cutoff_month=self.month)
        unit = self.user.organization_id
        return sum(
            not_opened(campaign).filter(organization=unit).values("project").distinct().count()
            for campaign in mine
        )


def season_for(user: User, asked: str, month: str = "") -> MonitoringSeason:
    """The year asked for or, where none was, the latest of which this person has reports; one period where asked for."""
    season = MonitoringSeason(user, None, campaigns_of(user, [CampaignKind.MONITORING]))
    season.choose(asked)
    if month in {str(one) for one, _ in season.months}:
        season.month = int(month)
    return season


def lines(rows: Sequence[MonitoringReport], user: User) -> list[tuple[MonitoringReport, NextStep]]:
    places = sections_to_mend(rows)
    return [(row, next_step_in_list(row, user, places.get(row.pk, ""))) for row in rows]


def next_for_list(season: MonitoringSeason, user: User) -> NextStep:
    """What this person should do first."""
    waiting = season.count_in(IN_REVIEW)
    if not may_start(user):
        mine = season.count_in(season.groups[0].states)
        if user.role == Role.BUSINESS_ADMIN:
            text = f"{season.year or ''} 年度有 {mine} 张监控表还在填报，{waiting} 张在审核。"
            return NextStep(text.strip(), tone="wait")
        if mine:
            return NextStep(f"{season.year} 年度有 {mine} 张监控表等您审核，排在最前面。", tone="wait")
        return NextStep("没有等您审核的监控表。", tone="wait")
    first = season.first_to_fill()
    if first is not None:
        pk, name, state = first
        url = reverse("monitoring:tasks", args=[pk])
        words_ = f"先改“{name}”的退回意见。" if state == State.RETURNED else f"接着填“{name}”，检查以后送审。"
        return NextStep(words_, "去改" if state == State.RETURNED else "接着填", url, about=pk)
    if season.to_open:
        return NextStep(
            f"有 {season.to_open} 个项目的目标已批复，还没有建监控表。", "去建表", reverse("monitoring:new")
        )
    if not season.total:
        return NextStep("还没有可以填的监控批次。批次由财政部门开放，开放后会出现在这里。", tone="wait")
    if waiting:
        return NextStep(f"{waiting} 张监控表在审核，现在没有要您做的。", tone="wait")
    return NextStep("这一年的监控表都办完了。", tone="done")
