"""The self-evaluation as one canonical document: what the form says, as typed, and nothing else.

Targets are those of the approved declaration, copied. Values are kept as typed; computed points stand in a score sheet
(``evaluations.sheet``), never in here: ``self_score`` is what the unit gave itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfgoals.documents.canonical import Canonical, DateValue

SCHEMA = "perfgoals-evaluation/1"

TEXT_KEYS = (
    "project_name",
    "competent_department",
    "implementing_department",
    "grade",
    "annual_goal",
    "actual_completion",
    "target_column",
    "main_results",
    "main_problems",
    "improvement_measures",
)
BOOLEAN_KEYS = ("is_recurring", "is_finished")


@dataclass(frozen=True, slots=True)
class GroupPoints:
    """The points of a group as the form prints them; ``level2`` is None for a level-1 group."""

    level1: str
    level2: str | None
    points: str


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One indicator with what was promised, what came of it and the points.

    ``operator`` is what a person confirmed where the target wrote none; ``band`` the key of a qualitative band.
    """

    row_id: str
    level1: str
    level2: str | None
    name: str
    target: str
    weight: str | None = None
    rule: str = ""
    actual: str = ""
    operator: str = ""
    band: str = ""
    self_score: str | None = None
    reviewer_score: str | None = None
    deviation_reason: str = ""
    evidence: str = ""
    remark: str = ""
    not_applicable: bool = False
    is_key: bool = False  # 核心指标


@dataclass(frozen=True, slots=True)
class EvaluationDocument(Canonical):
    """One project's self-evaluation of one year, on one form edition.

    ``budget`` holds amounts in 元 as decimal strings (``initial``, ``current_year``, ``executed``, each also by source:
    ``executed_fiscal`` …, ``previous_year_budget``), the printed ``execution_rate`` and ``execution_score``; ``totals`` the
    printed ``weight`` and ``self_score``.
    """

    schema = SCHEMA
    what = "绩效自评"

    form: str
    fiscal_year: int
    budget_unit: str
    project_code: str = ""
    project_name: str | None = None
    competent_department: str | None = None
    implementing_department: str | None = None
    is_recurring: bool | None = None
    is_finished: bool | None = None
    evaluation_date: DateValue | None = None
    grade: str | None = None
    annual_goal: str | None = None
    actual_completion: str | None = None
    budget: Mapping[str, str | None] = field(default_factory=dict)
    groups: tuple[GroupPoints, ...] = ()
    target_column: str | None = None  # the printed head over the targets
    indicators: tuple[EvaluationRow, ...] = ()
    totals: Mapping[str, str | None] = field(default_factory=dict)
    main_results: str | None = None
    main_problems: str | None = None
    improvement_measures: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
