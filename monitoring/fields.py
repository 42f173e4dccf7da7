"""Where a path of a monitoring report is typed: ``annual_goal``, ``budget.executed``, ``indicators.1f00a2b3.actual``.

Copied targets and computed rates have no place here: nobody types them.
"""

from dataclasses import dataclass
from typing import Any

from evaluations.fields import OPERATORS, ChoiceCell, TickCell
from monitoring.models import MonitoringReport, MonitoringRow
from monitoring.speaking import set_budget
from perfgoals.documents.monitoring import (
    ATTAINMENTS,
    DEVIATION_KINDS,
    LIKELIHOODS,
    TEXT_KEYS,
    MonitoringDocument,
)
from perfgoals.filling.places import TEXT_LIMIT, Place, is_row_id, room

EXTRA_LIMIT = 2000
AMOUNT_LIMIT = 40
CHOICES = {"operator": OPERATORS, "attainment": ("", *ATTAINMENTS), "likelihood": ("", *LIKELIHOODS)}
TICKS = tuple(f"deviation_{kind}" for kind in DEVIATION_KINDS)
TYPED = (
    "actual",
    "expected",
    "operator",
    "attainment",
    *TICKS,
    "deviation_reason",
    "likelihood",
    "remark",
    "plan",
    "plan_reason",
)
_LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "指标名称",
    "target": "年度指标值",
    "actual": "执行情况",
    "expected": "全年预计完成情况",
    "operator": "运算符",
    "attainment": "达成情况",
    "deviation_kinds": "偏差原因",
    "deviation_reason": "原因说明",
    "likelihood": "完成目标可能性",
    "remark": "备注",
    "plan": "计划进度",
    "plan_reason": "这样安排的原因",
}


@dataclass(frozen=True, slots=True)
class FieldPlace(Place):
    """One field of the report itself."""

    def read(self, owner: Any) -> str:
        return typed(owner, self.path)

    def write(self, owner: Any, value: str) -> set[str]:
        if self.path.startswith("budget."):
            return set_budget(owner, self.path[7:], value)
        if self.path in TEXT_KEYS:
            setattr(owner, self.path, value)
            return {self.path}
        if value:
            owner.extra[self.path] = value
        else:
            owner.extra.pop(self.path, None)
        return {"extra"}


def typed(report: MonitoringReport, path: str) -> str:
    """What the officer wrote in a field of the report itself."""
    if path.startswith("budget."):
        return str(report.budget.get(path[7:], ""))
    return str(getattr(report, path) if path in TEXT_KEYS else report.extra.get(path, ""))


def place_of(report: MonitoringReport, path: str) -> Place | None:
    """The place of ``path`` on this form, or None where the form has no such field or nobody types it."""
    table, dot, rest = path.partition(".")
    if dot and table == "indicators":
        return _cell(report, path, rest)
    form_field = report.edition.fields.get(path)
    if form_field is None or form_field.kind in ("indicators", "rate"):
        return None
    limit = min(_limit(path), form_field.max_length or TEXT_LIMIT)
    return FieldPlace(path, limit, single_line=form_field.kind != "paragraph")


def _limit(path: str) -> int:
    if path in TEXT_KEYS:
        return room(MonitoringReport, path)
    return AMOUNT_LIMIT if path.startswith("budget.") else EXTRA_LIMIT


def _cell(report: MonitoringReport, path: str, rest: str) -> Place | None:
    row_id, _, column = rest.partition(".")
    if not is_row_id(row_id):
        return None
    if column not in TYPED:
        return None
    where = {"table": "indicators", "row_id": row_id, "column": column}
    if column in TICKS:
        return TickCell(path, 1, True, **where)
    if column in CHOICES:
        return ChoiceCell(path, room(MonitoringRow, column), True, choices=CHOICES[column], **where)
    return Place(path, room(MonitoringRow, column), column == "plan", **where)


def cells_of(row: MonitoringRow) -> dict[str, str]:
    """The cells of a row that are typed, as typed, by path."""
    return {f"indicators.{row.row_id}.{column}": _text(row, column) for column in TYPED}


def _text(row: MonitoringRow, column: str) -> str:
    value = getattr(row, column)
    return value if isinstance(value, str) else "是" if value else "否"


def words_for(report: MonitoringReport, path: str, document: MonitoringDocument | None = None) -> str:
    """A path in the words of the form: “年度总体目标”, “第 9 行 全年预计完成情况”; a row that is gone by its table."""
    edition = report.edition
    if path in edition.fields:
        return edition.fields[path].term
    table, _, rest = path.partition(".")
    if table == "corrections":
        return f"整改任务 {rest}".rstrip()
    row_id, _, column = rest.partition(".")
    rows = [row.row_id for row in (document or report.document()).indicators]
    if table == "indicators" and row_id in rows:
        return f"第 {rows.index(row_id) + 1} 行 {label_of(report, column)}".rstrip()
    form_field = edition.fields.get(table)
    return form_field.term if form_field else path


def label_of(report: MonitoringReport, column: str) -> str:
    """What a cell is called on screen."""
    if column == "actual":
        return f"{report.period}执行情况"
    if column in TICKS:
        return report.edition.word("deviation_kinds", column.removeprefix("deviation_"))
    return _LABELS.get(column, "")
