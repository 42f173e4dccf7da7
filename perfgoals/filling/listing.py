"""The list of one kind of filing: a year of it, grouped by who must act, and one page.

The order inside the database is (state, last change): a page is cut from at most a few index walks, and its fifty rows
are the only ones that are read whole, whatever the size of the table.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, Extension
from perfgoals.filling.next_step import NextStep
from perfgoals.workflow import EDITABLE, State

PAGE_SIZE = 50
FINDINGS = {"error": "有错误", "doubt": "有疑问", "none": "没有问题"}


@dataclass(frozen=True, slots=True)
class Group:
    """Forms that wait for the same side, in the order of their states."""

    title: str
    states: tuple[State, ...]


_REVIEW = (State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW)
_WITH_OFFICER = (State.RETURNED, State.DRAFT)
_REVIEWERS_STEP = {
    Role.UNIT_REVIEWER: State.UNIT_REVIEW,
    Role.DEPARTMENT_REVIEWER: State.DEPARTMENT_REVIEW,
    Role.FINANCE_REVIEWER: State.FINANCE_REVIEW,
}


def groups_for(user: User, done: Iterable[State]) -> tuple[Group, ...]:
    """Every state once, grouped by who must act, seen from this person's desk; ``done`` are those nothing follows."""
    last = Group("已办完", tuple(done))
    if user.role == Role.FILER:
        return (Group("要您处理", _WITH_OFFICER), Group("等别人处理", _REVIEW), last)
    step = _REVIEWERS_STEP.get(Role(user.role))
    if step is None:
        return (Group("在填报", _WITH_OFFICER), Group("在审核", _REVIEW), last)
    others = tuple(state for state in (*_REVIEW, *_WITH_OFFICER) if state != step)
    return (Group("要您处理", (step,)), Group("等别人处理", others), last)


def with_findings(filings: Any, wanted: str) -> Any:
    """Those with open 错误, with open 疑问, or with neither, by a key of ``FINDINGS``; all where it is none of them."""
    match wanted:
        case "error":
            return filings.filter(open_errors__gt=0)
        case "doubt":
            return filings.filter(open_doubts__gt=0)
        case "none":
            return filings.filter(open_errors=0, open_doubts=0)
        case _:
            return filings


def any_contains(columns: Iterable[str], word: str) -> Q:
    """Rows in which ``word`` stands in one of these columns."""
    # 汉字 have no case, and folding the case of every long text is most of the time of a search over a region.
    lookup = "contains" if word.lower() == word.upper() else "icontains"
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{lookup}": word})
    return found


def count_by_state(filings: QuerySet[Any]) -> dict[str, int]:
    """How many in each state, in one query."""
    counted = filings.order_by().values_list("state").annotate(number=Count("pk"))
    return dict(counted)


@dataclass
class Shelf(Sequence[Any]):
    """The whole result in list order, of which a paginator takes one slice.

    ``shown`` reads what the list shows of the filings with these keys, in one query. ``read_once``: the condition is dear
    (a search through all texts), so the keys are fetched together with the counts; otherwise each state counts and cuts
    its own index.
    """

    filings: QuerySet[Any]
    groups: Sequence[Group]
    shown: Callable[[Sequence[int]], Iterable[Any]]
    read_once: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.read_once:
            self.counts = count_by_state(self.filings)
            return
        found = self.filings.order_by("-changed_at", "-pk").values_list("pk", "state")
        for key, state in found:
            self._keys.setdefault(state, []).append(key)
        self.counts = {state: len(keys) for state, keys in self._keys.items()}

    def __len__(self) -> int:
        return sum(self.counts.values())

    @overload
    def __getitem__(self, window: int) -> Any: ...

    @overload
    def __getitem__(self, window: slice) -> list[Any]: ...

    def __getitem__(self, window: int | slice) -> Any:
        if isinstance(window, int):
            return self[window : window + 1][0]
        keys: list[int] = []
        before = 0
        for state in (state for group in self.groups for state in group.states):
            number = self.counts.get(state, 0)
            first, last = max(window.start - before, 0), min(window.stop - before, number)
            if first < last:
                keys.extend(self._keys_in(state, first, last))
            before += number
        rows = {row.pk: row for row in self.shown(keys)}
        return [rows[key] for key in keys if key in rows]

    def _keys_in(self, state: State, first: int, last: int) -> Sequence[int]:
        if self.read_once:
            return self._keys[state][first:last]
        in_state = self.filings.filter(state=state).order_by("-changed_at", "-pk")
        return list(in_state.values_list("pk", flat=True)[first:last])

    def total_of(self, group: Group) -> int:
        return sum(self.counts.get(state, 0) for state in group.states)


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group's part of one page; ``total`` counts the whole group, not the page."""

    title: str
    total: int
    rows: list[Any]


def page_of(shelf: Shelf, number: str | int | None) -> tuple[Page, list[ShownGroup]]:
    """One page and its groups. A page number out of range gives the nearest page."""
    page = Paginator(shelf, PAGE_SIZE).get_page(number)
    rows = list(page.object_list)
    shown = [
        ShownGroup(group.title, shelf.total_of(group), [row for row in rows if row.state in group.states])
        for group in shelf.groups
    ]
    return page, [group for group in shown if group.rows]


@dataclass
class Season:
    """One year of the list: its filings, campaigns, and the years beside it. A kind derives its own."""

    user: User
    year: int | None
    campaigns: list[Campaign]

    def filings(self) -> Any:
        """What this person may see of this kind, of all years: a query set."""
        raise NotImplementedError

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every state of this kind once, grouped by who must act."""
        raise NotImplementedError

    @property
    def of_kind(self) -> Any:
        """The filings of the year."""
        found = self.filings()
        return found.none() if self.year is None else found.filter(fiscal_year=self.year)

    @cached_property
    def counts(self) -> dict[str, int]:
        return count_by_state(self.of_kind)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def count_in(self, states: Iterable[State]) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def years(self) -> list[int]:
        """Every year of which there is a campaign, newest first."""
        return sorted({campaign.fiscal_year for campaign in self.campaigns}, reverse=True)

    @property
    def of_year(self) -> list[Campaign]:
        return [campaign for campaign in self.campaigns if campaign.fiscal_year == self.year]

    @cached_property
    def closes_at(self) -> datetime.datetime | None:
        """The next deadline of the year, for those who still have something to send; one unit's own where it has one."""
        running = [campaign for campaign in self.of_year if campaign.closes_at and not campaign.is_archived]
        own: dict[int, datetime.datetime] = {}
        if self.user.role in (Role.FILER, Role.UNIT_REVIEWER):
            given = Extension.objects.filter(campaign__in=running, organization=self.user.organization_id)
            own = dict(given.values_list("campaign", "closes_at"))
        dates = [campaign.later_of(own.get(campaign.pk)) for campaign in running]
        return min((date for date in dates if date is not None), default=None)

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """The states that occur in this year, with their counts, in list order."""
        order = [state for group in self.groups for state in group.states]
        return [(s.value, s.label, self.counts[s]) for s in order if self.counts.get(s)]

    def choose(self, asked: str) -> None:
        """The year asked for or, where none was, the latest of which this person has forms."""
        if asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in self.years:
            self.year = int(asked)
            return
        mine = self.filings().order_by("-fiscal_year")
        self.year = mine.values_list("fiscal_year", flat=True).first() or next(iter(self.years), None)

    def first_to_fill(self, *order: str) -> tuple[int, str, str] | None:
        """What the officer does first, returned forms before drafts: key, name, state. ``order`` settles the rest."""
        rank = Case(When(state=State.RETURNED, then=Value(0)), default=Value(1), output_field=IntegerField())
        found = (
            self.of_kind.filter(state__in=EDITABLE)
            .order_by(rank, *order, "-changed_at", "-pk")
            .values_list("pk", "project_name", "state")
            .first()
        )
        return None if found is None else (found[0], found[1] or "未命名项目", found[2])


def campaigns_of(user: User, kinds: Iterable[str]) -> list[Campaign]:
    """The campaigns of these kinds in the person's region, newest year first."""
    region = user.organization.region_id if user.organization else None
    found = Campaign.objects.filter(region=region, kind__in=list(kinds))
    return list(found.order_by("-fiscal_year", "name"))


def first_row(groups: Sequence[tuple[object, Sequence[tuple[Any, NextStep]]]], step: NextStep) -> int | None:
    """The key of the row that bears the page's filled button: the form that the next step names, if it is shown.

    Where the next step names none, it is the first row that has something to press.
    """
    rows = [(row.pk, own) for _, shown in groups for row, own in shown]
    if step.about is not None:
        return next((key for key, _ in rows if key == step.about), None)
    return next((key for key, own in rows if own.url), None)


def list_context(
    user: User,
    season: Season,
    shelf: Shelf,
    number: str | None,
    *,
    lines: Callable[[Sequence[Any], User], list[tuple[Any, NextStep]]],
    step: NextStep,
    own_columns: int,
) -> dict[str, Any]:
    """What the page of a list shows: one page of the shelf by groups, with the next step of each row and of the person.

    ``own_columns``: how many the kind adds to those that every list has.
    """
    page, shown = page_of(shelf, number)
    rows = [(group, lines(group.rows, user)) for group in shown]
    first = first_row(rows, step)
    shows_unit = user.role not in (Role.FILER, Role.UNIT_REVIEWER)
    return {
        "season": season,
        "page": page,
        "groups": rows,
        "next": step,
        "first": first,
        "is_plain": bool(first) or not rows,  # the page's filled button is on a row or in the empty state
        "shows_unit": shows_unit,
        "width": 5 + own_columns + shows_unit,
        "findings": FINDINGS,
    }
