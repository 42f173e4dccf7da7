"""The declaration as one canonical document: what the form says, as typed, and nothing else.

Writers (PDF, Excel, JSON, preview) and readers (import) know this class and editions, never database rows. Values are
kept as typed; ``None`` means the place is empty or does not exist on the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfgoals.documents.canonical import BadDocument, Canonical, DateValue, read_amount, read_date

__all__ = [
    "BadDocument",
    "DateValue",
    "DeclarationDocument",
    "IndicatorRow",
    "SubProjectRow",
    "read_amount",
    "read_date",
]

SCHEMA = "perfgoals-declaration/1"

TEXT_KEYS = (
    "project_name",
    "project_category",
    "fund_use",
    "performance_type",
    "project_overview",
    "legal_basis",
    "necessity",
    "safeguards",
    "implementation_plan",
    "overall_goal",
    "annual_goal",
    "remarks",
)
DATE_KEYS = ("start_date", "end_date")
INDICATOR_TEXT_KEYS = (
    "name",
    "target",
    "weight",
    "definition",
    "calculation_method",
    "data_source",
    "setting_basis",
    "baseline",
)


@dataclass(frozen=True, slots=True)
class SubProjectRow:
    row_id: str
    name: str
    amount: str | None  # decimal string where it can be read, else as typed


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One row of the indicator table; ``row_id`` is stable across versions, files and years of editing."""

    row_id: str
    level1: str
    level2: str | None
    name: str
    target: str
    weight: str | None = None
    definition: str = ""
    calculation_method: str = ""
    data_source: str = ""
    setting_basis: str = ""
    baseline: str = ""
    origin: str = "own"  # own, default, library, last_year, import


@dataclass(frozen=True, slots=True)
class DeclarationDocument(Canonical):
    """One project's declared targets for one year, on one form edition."""

    schema = SCHEMA
    what = "绩效目标申报"

    form: str
    fiscal_year: int
    declaring_unit: str
    project_code: str = ""
    project_name: str | None = None
    project_category: str | None = None
    fund_use: str | None = None
    performance_type: str | None = None
    includes_government_purchase: bool | None = None
    start_date: DateValue | None = None
    end_date: DateValue | None = None
    project_overview: str | None = None
    legal_basis: str | None = None
    necessity: str | None = None
    safeguards: str | None = None
    implementation_plan: str | None = None
    overall_goal: str | None = None
    annual_goal: str | None = None
    budget: Mapping[str, str | None] = field(default_factory=dict)  # total, current_year, previous_year_…
    sub_projects: tuple[SubProjectRow, ...] = ()
    indicators: tuple[IndicatorRow, ...] = ()
    remarks: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)  # fields that only some editions have
