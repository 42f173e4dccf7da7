"""The self-evaluation as one canonical document: what the form says, as typed, and nothing else.

Targets are those of the approved declaration, copied. Values are kept as typed; computed points stand in a score sheet
(``evaluations.sheet``), never in here: ``self_score`` is what the unit gave itself. The JSON is canonical, so equal
documents have equal fingerprints.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from perfgoals.documents.declaration import BadDocument, DateValue, read_amount

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
PLAIN_KEYS = ("form", "budget_unit", "project_code")
BOOLEAN_KEYS = ("is_recurring", "is_finished")
TABLE_KEYS = ("budget", "totals", "extra")
_ROW_ID = re.compile(r"[0-9A-Za-z_-]{1,16}", re.ASCII)


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
class EvaluationDocument:
    """One project's self-evaluation of one year, on one form edition.

    ``budget`` holds amounts in 元 as decimal strings (``initial``, ``current_year``, ``executed``, each also by source:
    ``executed_fiscal`` …, ``previous_year_budget``), the printed ``execution_rate`` and ``execution_score``; ``totals`` the
    printed ``weight`` and ``self_score``.
    """

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

    def text(self, key: str) -> str:
        """The value of the form field ``key`` (``budget.executed``, ``evaluation_date``), as typed; "" if empty."""
        if key.startswith("budget."):
            return self.budget.get(key[7:]) or ""
        value = getattr(self, key) if key in self.__dataclass_fields__ else self.extra.get(key)
        if isinstance(value, DateValue):
            return value.printed
        if isinstance(value, bool):
            return "是" if value else "否"
        return value if isinstance(value, str) else ""

    def amount(self, key: str) -> Decimal | None:
        """The amount of ``budget.<key>`` in 元, or None when empty or unreadable."""
        return read_amount(self.budget.get(key) or "")

    def to_dict(self) -> dict[str, Any]:
        tables = {key: dict(getattr(self, key)) for key in TABLE_KEYS}
        return asdict(self) | tables | {"schema": SCHEMA}

    def to_json(self) -> str:
        """Canonical JSON; its SHA-256 is the fingerprint."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, 64 hex digits; paper carries the first 12."""
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes) -> "EvaluationDocument":
        """Read canonical JSON back; ``from_json(d.to_json()) == d``. Raises ``BadDocument``."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadDocument("不是有效的 JSON 文件。") from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> "EvaluationDocument":
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise BadDocument(f"不是绩效自评文件：schema 应为 {SCHEMA}。")
        if unknown := sorted(set(data) - set(cls.__dataclass_fields__) - {"schema"}):
            raise BadDocument(f"有不认识的字段：{'、'.join(unknown)}。")
        values = {key: value for key, value in data.items() if key != "schema"}
        _check_plain(values)
        values["evaluation_date"] = _date(values.get("evaluation_date"))
        values["groups"] = _rows(GroupPoints, values.get("groups"), "groups")
        values["indicators"] = _rows(EvaluationRow, values.get("indicators"), "indicators")
        _check_row_ids(values["indicators"])
        return cls(**values)


def _check_plain(values: dict[str, Any]) -> None:
    for key in ("form", "budget_unit"):
        if not isinstance(values.get(key), str):
            raise BadDocument(f"“{key}”应为文字。")
    if type(values.get("fiscal_year")) is not int:
        raise BadDocument("“fiscal_year”应为整数。")
    if not isinstance(values.get("project_code", ""), str):
        raise BadDocument("“project_code”应为文字。")
    for key in TEXT_KEYS:
        if not isinstance(values.get(key), str | None):
            raise BadDocument(f"“{key}”应为文字。")
    for key in BOOLEAN_KEYS:
        if not isinstance(values.get(key), bool | None):
            raise BadDocument(f"“{key}”应为 true、false 或 null。")
    for key in TABLE_KEYS:
        allowed = str if key == "extra" else str | None
        table = values.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(v, allowed) for v in table.values()):
            raise BadDocument(f"“{key}”应为文字的表。")


def _date(value: Any) -> DateValue | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"printed", "iso"}:
        raise BadDocument("“evaluation_date”应有 printed 和 iso 两项。")
    if not isinstance(value["printed"], str) or not isinstance(value["iso"], str | None):
        raise BadDocument("“evaluation_date”应为文字。")
    return DateValue(**value)


def _rows(row_class: type[Any], rows: Any, place: str) -> tuple[Any, ...]:
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise BadDocument(f"“{place}”应为列表。")
    return tuple(_row(row_class, row, f"{place}[{number}]") for number, row in enumerate(rows, 1))


def _row(row_class: type[Any], row: Any, place: str) -> Any:
    kinds = row_class.__annotations__
    if not isinstance(row, dict):
        raise BadDocument(f"“{place}”应为一张表。")
    for key, value in row.items():
        if key in kinds and (
            not isinstance(value, kinds[key]) or (isinstance(value, bool) and kinds[key] is not bool)
        ):
            raise BadDocument(f"“{place}”的 {key} 写得不对。")
    try:
        return row_class(**row)
    except TypeError as error:
        raise BadDocument(f"“{place}”的字段不对。") from error


def _check_row_ids(rows: tuple[EvaluationRow, ...]) -> None:
    names = [row.row_id for row in rows]
    for number, name in enumerate(names, 1):
        if not _ROW_ID.fullmatch(name):
            raise BadDocument(f"“indicators[{number}]”的 row_id 应为 1 到 16 位字母或数字。")
    if len(set(names)) < len(names):
        raise BadDocument("“indicators”的 row_id 有重复。")
