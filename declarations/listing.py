"""The list of declarations: what is looked for, and what is shown of one row (``perfgoals.filling.listing`` pages it)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from declarations.models import Declaration, FieldMark, Indicator, SubProject
from perfgoals.documents.declaration import TEXT_KEYS
from perfgoals.filling.listing import FINDINGS, any_contains, with_findings
from perfgoals.searching import plain, words
from perfgoals.workflow import State

# The states that nothing follows from by itself.
DONE = (State.APPROVED, State.SUPERSEDED)
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
    return containing(with_findings(declarations, wanted.findings), wanted.text)


def containing(declarations: QuerySet[Declaration], text: str) -> QuerySet[Declaration]:
    """Those in which every word of ``text`` stands somewhere: names, codes, any text of the form or its tables."""
    for word in words(text):
        declarations = declarations.filter(_says(word))
    return declarations


def _says(word: str) -> Q:
    own = any_contains((*TEXT_KEYS, "project__code", "project__name"), word)
    unit = any_contains(("organization__name", "organization__code"), word)
    rows = Indicator.objects.filter(any_contains(_INDICATOR_TEXTS, word), declaration=OuterRef("pk"))
    parts = SubProject.objects.filter(any_contains(("name",), word), declaration=OuterRef("pk"))
    return own | unit | Q(Exists(rows)) | Q(Exists(parts))


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
