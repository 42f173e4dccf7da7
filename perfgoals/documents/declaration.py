"""The declaration as one canonical document: what the form says, as typed, and nothing else.

Writers (PDF, Excel, JSON, preview) and readers (import) know this class and editions, never database rows. Values are
kept as typed; ``None`` means the place is empty or does not exist on the form. The JSON is canonical (UTF-8, sorted
keys, no insignificant white space), so equal documents have equal fingerprints.
"""

import datetime
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

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


_MAY_BE_NULL = frozenset({"level2", "weight", "amount", "iso"})
_ROW_ID = re.compile(r"[0-9A-Za-z_-]{1,16}", re.ASCII)


class BadDocument(ValueError):
    """The text is not a declaration document. The message is Chinese and names the place."""


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date as typed (``printed``) and, where it can be read to the day, its ISO form."""

    printed: str
    iso: str | None


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
class DeclarationDocument:
    """One project's declared targets for one year, on one form edition."""

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

    def text(self, key: str) -> str:
        """The value of the form field ``key`` (``budget.total``, ``start_date``, an extra field), as typed; "" if empty."""
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
        return asdict(self) | {"schema": SCHEMA, "budget": dict(self.budget), "extra": dict(self.extra)}

    def to_json(self) -> str:
        """Canonical JSON; its SHA-256 is the fingerprint."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, 64 hex digits; paper carries the first 12."""
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes) -> "DeclarationDocument":
        """Read canonical JSON back; ``from_json(d.to_json()) == d``. Raises ``BadDocument``."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadDocument("不是有效的 JSON 文件。") from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> "DeclarationDocument":
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise BadDocument(f"不是绩效目标申报文件：schema 应为 {SCHEMA}。")
        known = set(cls.__dataclass_fields__) | {"schema"}
        if unknown := sorted(set(data) - known):
            raise BadDocument(f"有不认识的字段：{'、'.join(unknown)}。")
        values = {key: data[key] for key in data if key in cls.__dataclass_fields__}
        for key in ("form", "declaring_unit"):
            if not isinstance(values.get(key), str):
                raise BadDocument(f"“{key}”应为文字。")
        if type(values.get("fiscal_year")) is not int:
            raise BadDocument("“fiscal_year”应为整数。")
        _check_texts(values)
        for key in DATE_KEYS:
            values[key] = _row(DateValue, values.get(key), key) if values.get(key) else None
        values["sub_projects"] = _rows(SubProjectRow, values.get("sub_projects"), "sub_projects")
        values["indicators"] = _rows(IndicatorRow, values.get("indicators"), "indicators")
        for key in ("sub_projects", "indicators"):
            _check_row_ids(values[key], key)
        return cls(**values)


def _check_texts(values: dict[str, Any]) -> None:
    for key in (*TEXT_KEYS, "project_code"):
        if not isinstance(values.get(key), str | None):
            raise BadDocument(f"“{key}”应为文字。")
    if not isinstance(values.get("includes_government_purchase"), bool | None):
        raise BadDocument("“includes_government_purchase”应为 true、false 或 null。")
    for key, allowed in (("budget", str | None), ("extra", str)):
        table = values.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(v, allowed) for v in table.values()):
            raise BadDocument(f"“{key}”应为文字的表。")


def _check_row_ids(rows: tuple[Any, ...], place: str) -> None:
    names = [row.row_id for row in rows]
    for number, name in enumerate(names, 1):
        if not _ROW_ID.fullmatch(name):
            raise BadDocument(f"“{place}[{number}]”的 row_id 应为 1 到 16 位字母或数字。")
    if len(set(names)) < len(names):
        raise BadDocument(f"“{place}”的 row_id 有重复。")


def _rows(row_class: type[Any], rows: Any, place: str) -> tuple[Any, ...]:
    if rows is None:
        return ()
    if not isinstance(rows, list | tuple):
        raise BadDocument(f"“{place}”应为列表。")
    return tuple(_row(row_class, row, f"{place}[{number}]") for number, row in enumerate(rows, 1))


def _row(row_class: type[Any], row: Any, place: str) -> Any:
    if not isinstance(row, dict) or not all(isinstance(v, str | None) for v in row.values()):
        raise BadDocument(f"“{place}”应为文字的表。")
    if nothing := sorted(key for key, value in row.items() if value is None and key not in _MAY_BE_NULL):
        raise BadDocument(f"“{place}”的 {'、'.join(nothing)} 不能为 null。")
    try:
        return row_class(**row)
    except TypeError as error:
        raise BadDocument(f"“{place}”的字段不对。") from error


# Grouped by threes or not at all: "8,82" is a slip, not eight hundred and eighty-two.
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.\d{1,2})?", re.ASCII)

_TOO_LARGE = Decimal(10) ** 13  # what a DecimalField(15, 2) and SQLite hold exactly


def read_amount(text: str) -> Decimal | None:
    """An amount in 元 from what was typed (``8,825,000``, ``600000.00``, ``１１０``), or None.

    None also for anything that is not plainly one number of at most 13 integer digits and two decimals: a wrong amount
    is worse than a question.
    """
    plain = unicodedata.normalize("NFKC", text[:60]).strip().removesuffix("元").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", ""))
    return value if abs(value) < _TOO_LARGE else None


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_date(text: str) -> datetime.date | None:
    """A date to the day (``2020-01-01``, ``2020/2/1``, ``2018年1月1日``), or None. Never guesses a part."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if not found:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
