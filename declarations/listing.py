"""The list of declarations: what is looked for, in which order, and one page of it.

Rows are grouped by who must act. The order inside the database is (state, last change): a page is cut from at most a
few index walks, and its fifty rows are the only ones that are read whole, whatever the size of the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from declarations.models import Declaration, FieldMark, Indicator, SubProject
from perfgoals.accounts.models import Role, User
from perfgoals.documents.declaration import TEXT_KEYS
from perfgoals.searching import plain, words
from perfgoals.workflow import State

PAGE_SIZE = 50
FINDINGS = {"error": "有错误", "doubt": "有疑问", "none": "没有问题"}

_INDICATOR_TEXTS = (
    "name",
    "target",
    "definition",
    "calculation_method",
    "data_source",
    "setting_basis",
    "baseline",
)
# The columns of one row on the page; the long texts stay where they are.
_SHOWN = (
    "state",
    "version",
    "changed_at",
    "submitted_at",
    "first_submitted_at",
    "adjusts",
    "fiscal_year",
    "edition_id",
    "source_id",
    "project_name",
    "project_category",
    "performance_type",
    "current_year",
    "current_year_typed",
    "open_errors",
    "open_doubts",
    "copied_from",
    "project__name",
    "project__code",
    "organization__name",
    "organization__parent",
    "organization__region",
    "campaign__name",
    "campaign__closes_at",
    "submitted_by__name",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person looks for. Anything unreadable in the address counts as not asked for."""

    text: str = ""
    state: str = ""
    performance_type: str = ""
    findings: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Wanted":
        asked = {key: plain(query.get(key, "")) for key in ("q", "state", "type", "findings")}
        return cls(
            text=asked["q"],
            state=asked["state"] if asked["state"] in State.values else "",
            performance_type=asked["type"][:60],
            findings=asked["findings"] if asked["findings"] in FINDINGS else "",
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.state or self.performance_type or self.findings)


def narrowed(declarations: QuerySet[Declaration], wanted: Wanted) -> QuerySet[Declaration]:
    """The declarations that fit everything that is wanted."""
    if wanted.state:
        declarations = declarations.filter(state=wanted.state)
    if wanted.performance_type:
        # The form of 2018 asks 资金用途 where that of 2020 asks 绩效类型; one filter serves both years.
        kind = wanted.performance_type
        declarations = declarations.filter(Q(performance_type=kind) | Q(fund_use=kind))
    if wanted.findings == "error":
        declarations = declarations.filter(open_errors__gt=0)
    elif wanted.findings == "doubt":
        declarations = declarations.filter(open_doubts__gt=0)
    elif wanted.findings == "none":
        declarations = declarations.filter(open_errors=0, open_doubts=0)
    return containing(declarations, wanted.text)


def containing(declarations: QuerySet[Declaration], text: str) -> QuerySet[Declaration]:
    """Those in which every word of ``text`` stands somewhere: names, codes, any text of the form or its tables."""
    for word in words(text):
        declarations = declarations.filter(_says(word))
    return declarations


def _says(word: str) -> Q:
    own = _any_contains((*TEXT_KEYS, "project__code", "project__name"), word)
    unit = _any_contains(("organization__name", "organization__code"), word)
    rows = Indicator.objects.filter(_any_contains(_INDICATOR_TEXTS, word), declaration=OuterRef("pk"))
    parts = SubProject.objects.filter(_any_contains(("name",), word), declaration=OuterRef("pk"))
    return own | unit | Q(Exists(rows)) | Q(Exists(parts))


def _any_contains(columns: Iterable[str], word: str) -> Q:
    # 汉字 have no case, and folding the case of every long text is most of the time of a search over a region.
    lookup = "contains" if word.lower() == word.upper() else "icontains"
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{lookup}": word})
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """Forms that wait for the same side, in the order of their states."""

    title: str
    states: tuple[State, ...]


_REVIEW = (State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW)
_WITH_OFFICER = (State.RETURNED, State.DRAFT)
_DONE = Group("已办完", (State.APPROVED, State.SUPERSEDED))
_REVIEWERS_STEP = {
    Role.UNIT_REVIEWER: State.UNIT_REVIEW,
    Role.DEPARTMENT_REVIEWER: State.DEPARTMENT_REVIEW,
    Role.FINANCE_REVIEWER: State.FINANCE_REVIEW,
}


def groups_for(user: User) -> tuple[Group, ...]:
    """Every state once, grouped by who must act, seen from this person's desk."""
    if user.role == Role.FILER:
        return (Group("要您处理", _WITH_OFFICER), Group("等别人处理", _REVIEW), _DONE)
    step = _REVIEWERS_STEP.get(Role(user.role))
    if step is None:
        return (Group("在填报", _WITH_OFFICER), Group("在审核", _REVIEW), _DONE)
    others = tuple(state for state in (*_REVIEW, *_WITH_OFFICER) if state != step)
    return (Group("要您处理", (step,)), Group("等别人处理", others), _DONE)


def count_by_state(declarations: QuerySet[Declaration]) -> dict[str, int]:
    """How many in each state, in one query."""
    counted = declarations.order_by().values_list("state").annotate(number=Count("pk"))
    return dict(counted)


@dataclass
class Shelf(Sequence[Declaration]):
    """The whole result in list order, of which a paginator takes one slice.

    ``read_once``: the condition is dear (a search through all texts), so the keys are fetched together with the counts;
    otherwise each state counts and cuts its own index.
    """

    declarations: QuerySet[Declaration]
    groups: Sequence[Group]
    read_once: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.read_once:
            self.counts = count_by_state(self.declarations)
            return
        found = self.declarations.order_by("-changed_at", "-pk").values_list("pk", "state")
        for key, state in found:
            self._keys.setdefault(state, []).append(key)
        self.counts = {state: len(keys) for state, keys in self._keys.items()}

    def __len__(self) -> int:
        return sum(self.counts.values())

    @overload
    def __getitem__(self, window: int) -> Declaration: ...

    @overload
    def __getitem__(self, window: slice) -> list[Declaration]: ...

    def __getitem__(self, window: int | slice) -> Declaration | list[Declaration]:
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
        rows = {row.pk: row for row in shown_rows(keys)}
        return [rows[key] for key in keys if key in rows]

    def _keys_in(self, state: State, first: int, last: int) -> Sequence[int]:
        if self.read_once:
            return self._keys[state][first:last]
        in_state = self.declarations.filter(state=state).order_by("-changed_at", "-pk")
        return list(in_state.values_list("pk", flat=True)[first:last])

    def total_of(self, group: Group) -> int:
        return sum(self.counts.get(state, 0) for state in group.states)


def shown_rows(keys: Sequence[int]) -> QuerySet[Declaration]:
    """What the list shows of these declarations, in one query: with ``rows`` and ``changed_by``."""
    last_mark = FieldMark.objects.filter(declaration=OuterRef("pk")).order_by("-saved_at", "-pk")
    rows = (
        Indicator.objects.filter(declaration=OuterRef("pk"))
        .order_by()
        .values("declaration")
        .annotate(number=Count("pk"))
    )
    return (
        Declaration.objects.filter(pk__in=keys)
        .select_related("project", "organization", "campaign", "submitted_by")
        .only(*_SHOWN)
        .with_deadline()
        .annotate(
            row_count=Subquery(rows.values("number")),
            changed_by=Subquery(last_mark.values("saved_by__name")[:1]),
        )
    )


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group's part of one page; ``total`` counts the whole group, not the page."""

    title: str
    total: int
    rows: list[Any]


def page_of(
    declarations: QuerySet[Declaration],
    groups: Sequence[Group],
    number: str | int | None,
    *,
    read_once: bool = False,
) -> tuple[Page, list[ShownGroup]]:
    """One page and its groups. A page number out of range gives the nearest page."""
    shelf = Shelf(declarations, groups, read_once)
    page = Paginator(shelf, PAGE_SIZE).get_page(number)
    rows = list(page.object_list)
    shown = [
        ShownGroup(group.title, shelf.total_of(group), [row for row in rows if row.state in group.states])
        for group in groups
    ]
    return page, [group for group in shown if group.rows]
