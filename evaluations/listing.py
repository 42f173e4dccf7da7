"""The list of self-evaluations: which year, what is looked for, one page of it, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import QueryDict
from django.urls import reverse

from evaluations.models import Evaluation, EvaluationMark, EvaluationQuerySet, EvaluationRow
from evaluations.next_step import next_step_in_list
from evaluations.opening import campaigns_open_to, not_opened
from evaluations.permissions import may_start
from evaluations.review.waiting import waiting_for
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import CampaignKind
from perfgoals.documents.evaluation import TEXT_KEYS
from perfgoals.editions import get_edition
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
from perfgoals.reviewing.inbox import has_inbox
from perfgoals.searching import plain, words
from perfgoals.workflow import IN_REVIEW, State

_ROW_TEXTS = ("name", "target", "actual", "deviation_reason", "evidence_note", "remark")
# What a row of the list does not show stays where it is.
_LONG = ("annual_goal", "actual_completion", "main_results", "main_problems", "improvement_measures", "extra")


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
    evaluations = with_findings(evaluations, wanted.findings)
    for word in words(wanted.text):
        evaluations = evaluations.filter(_says(word))
    return evaluations


def _says(word: str) -> Q:
    columns = (*TEXT_KEYS, "project__code", "project__name", "organization__name", "organization__code")
    in_row = EvaluationRow.objects.filter(any_contains(_ROW_TEXTS, word), evaluation=OuterRef("pk"))
    return any_contains(columns, word) | Q(Exists(in_row))


def shown_rows(keys: Sequence[int]) -> EvaluationQuerySet:
    """What the list shows of these evaluations, in one query: with ``changed_by``."""
    last_mark = EvaluationMark.objects.filter(evaluation=OuterRef("pk")).order_by("-saved_at", "-pk")
    rows: EvaluationQuerySet = Evaluation.objects.filter(pk__in=keys).for_list().with_deadline()
    changed_by = Subquery(last_mark.values("saved_by__name")[:1])
    found: EvaluationQuerySet = rows.select_related("submitted_by").defer(*_LONG)
    shown: EvaluationQuerySet = found.annotate(changed_by=changed_by)
    return shown


@dataclass
class EvaluationSeason(Season):
    """One year of the list of self-evaluations."""

    def filings(self) -> EvaluationQuerySet:
        return Evaluation.objects.visible_to(self.user)

    @property
    def groups(self) -> tuple[Group, ...]:
        return groups_for(self.user, (State.CONFIRMED,))

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


def season_for(user: User, asked: str) -> EvaluationSeason:
    """The year asked for or, where none was, the latest of which this person has forms."""
    season = EvaluationSeason(user, None, campaigns_of(user, [CampaignKind.EVALUATION]))
    season.choose(asked)
    return season


def lines(rows: Sequence[Evaluation], user: User) -> list[tuple[Evaluation, NextStep]]:
    places = sections_to_mend(rows)
    return [(row, next_step_in_list(row, user, places.get(row.pk, ""))) for row in rows]


def next_for_list(season: EvaluationSeason, user: User) -> NextStep:
    """What this person should do first."""
    waiting = season.count_in(IN_REVIEW)
    if not may_start(user):
        mine = season.count_in(season.groups[0].states)
        if user.role == Role.BUSINESS_ADMIN:
            text = f"{season.year or ''} 年度有 {mine} 张自评表还在填报，{waiting} 张在审核。"
            return NextStep(text.strip(), tone="wait")
        if has_inbox(user) and (here := waiting_for(user).filter(fiscal_year=season.year or 0).count()):
            text = f"{season.year} 年度有 {here} 张自评表等您审核，按要紧程度排在“待审核”里。"
            return NextStep(text, "去审核", reverse("evaluations:inbox"))
        return NextStep("没有等您审核的自评表。", tone="wait")
    first = season.first_to_fill()
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
