"""Where a path of an evaluation is typed: ``main_results``, ``budget.executed``, ``indicators.1f00a2b3.actual``.

Copied targets, computed rates and the reviewer's points have no place here: nobody types them through this door.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaluations.models import TEXT_COLUMNS, Evaluation, EvaluationRow
from evaluations.speaking import POINTS_COLUMNS, budget_typed, set_budget, set_date, set_points
from perfgoals.documents.evaluation import BOOLEAN_KEYS, EvaluationDocument
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.places import TEXT_LIMIT, YES_NO, Place, YesNoPlace, is_row_id, room

EXTRA_LIMIT = 2000
# Typed by the unit on every form; further ones where nothing was approved (``_typed_columns``).
TYPED = (
    "rule",
    "actual",
    "operator",
    "band",
    "self_score",
    "deviation_reason",
    "evidence",
    "remark",
    "not_applicable",
)
OPERATORS = ("", ">=", "<=", "=", ">", "<")
# Columns that stand under another name in the rows.
_KEPT_IN = {"weight": "weight_typed", "self_score": "self_score_typed", "evidence": "evidence_note"}
_LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "指标名称",
    "target": "目标值",
    "weight": "分值",
    "rule": "评分规则",
    "actual": "实际完成值",
    "operator": "运算符",
    "band": "完成档次",
    "self_score": "自评分",
    "reviewer_score": "审核分",
    "deviation_reason": "偏差原因分析及改进措施",
    "evidence": "佐证材料",
    "remark": "备注",
    "not_applicable": "不适用",
    "is_key": "核心指标",
}


@dataclass(frozen=True, slots=True)
class FieldPlace(Place):
    """One field of the evaluation itself."""

    def read(self, owner: Any) -> str:
        return typed(owner, self.path)

    def write(self, owner: Any, value: str) -> set[str]:
        if self.path == "evaluation_date":
            set_date(owner, value)
            return {"evaluation_date_typed", "evaluation_date"}
        if self.path.startswith("budget."):
            return set_budget(owner, self.path[7:], value)
        if self.path in TEXT_COLUMNS:
            setattr(owner, self.path, value)
            return {self.path}
        if value:
            owner.extra[self.path] = value
        else:
            owner.extra.pop(self.path, None)
        return {"extra"}


@dataclass(frozen=True, slots=True)
class PointsCell(Place):
    """Points of a row, with our reading beside them."""

    def write(self, owner: Any, value: str) -> set[str]:
        return set_points(owner, self.column.removesuffix("_typed"), value)


@dataclass(frozen=True, slots=True)
class ChoiceCell(Place):
    """One of a few keys: a confirmed operator, a band, a group of the frame."""

    choices: tuple[str, ...] = ()

    def problem(self, value: str) -> str:
        return "" if value in self.choices else f"“{value[:20]}”不能保存，请在列出的里面选。"


@dataclass(frozen=True, slots=True)
class TickCell(YesNoPlace):
    """是 or 否; empty is 否."""

    def write(self, owner: Any, value: str) -> set[str]:
        setattr(owner, self.column, bool(YES_NO[value]))
        return {self.column}


def place_of(evaluation: Evaluation, path: str) -> Place | None:
    """The place of ``path`` on this form, or None where the form has no such field or nobody types it.

    No query, but one for a group: it is chosen only where the copied one does not fit the form.
    """
    table, dot, rest = path.partition(".")
    if dot and table == "indicators":
        return _cell(evaluation, path, rest)
    form_field = evaluation.edition.fields.get(path)
    if form_field is None or form_field.kind in ("indicators", "rate"):
        return None
    if path in BOOLEAN_KEYS:
        return YesNoPlace(path, 1, single_line=True)
    limit = min(_limit(path), form_field.max_length or TEXT_LIMIT)
    return FieldPlace(path, limit, single_line=form_field.kind != "paragraph")


def typed(evaluation: Evaluation, path: str) -> str:
    """What the officer wrote in a field of the evaluation itself."""
    if path in TEXT_COLUMNS:
        return str(getattr(evaluation, path))
    if path == "evaluation_date":
        return evaluation.evaluation_date_typed
    if path.startswith("budget."):
        return budget_typed(evaluation, path[7:])
    if path in BOOLEAN_KEYS:
        value = getattr(evaluation, path)
        return "" if value is None else ("是" if value else "否")
    return str(evaluation.extra.get(path, ""))


def cells_of(evaluation: Evaluation, row: EvaluationRow) -> dict[str, str]:
    """The cells of a row that are typed, as typed, by path."""
    return {
        f"indicators.{row.row_id}.{column}": _text(row, column) for column in _typed_columns(evaluation, row)
    }


def words_for(evaluation: Evaluation, path: str, document: EvaluationDocument | None = None) -> str:
    """A path in the words of the form: “主要绩效”, “第 9 行 实际完成值”; a row that is gone by its table."""
    edition = evaluation.edition
    if path in edition.fields:
        return edition.fields[path].term
    table, _, rest = path.partition(".")
    row_id, _, column = rest.partition(".")
    rows = [row.row_id for row in (document or evaluation.document()).indicators]
    if table == "indicators" and row_id in rows:
        return f"第 {rows.index(row_id) + 1} 行 {label_of(evaluation, column)}".rstrip()
    form_field = edition.fields.get(table)
    return form_field.term if form_field else {"groups": "各级分值", "totals": "合计"}.get(table, path)


def label_of(evaluation: Evaluation, column: str) -> str:
    """What this form prints over a column; our own word for the columns that stand on no paper."""
    return dict(evaluation.edition.columns).get(column) or _LABELS.get(column, "")


def _typed_columns(evaluation: Evaluation, row: EvaluationRow) -> Iterable[str]:
    """Copied columns are typed only where there was nothing to copy."""
    if evaluation.stands_alone or row.is_unplaced:
        yield from ("level1", "level2")
    yield from _always_typed(evaluation)


def _always_typed(evaluation: Evaluation) -> Iterable[str]:
    if evaluation.stands_alone:
        yield from ("name", "target", "is_key")
    if not evaluation.weights_copied:
        yield "weight"
    yield from TYPED


def _cell(evaluation: Evaluation, path: str, rest: str) -> Place | None:
    row_id, _, column = rest.partition(".")
    if not is_row_id(row_id):
        return None
    if column in ("level1", "level2"):
        return group_cell(evaluation, path, row_id, column, is_open=evaluation.stands_alone)
    if column not in _always_typed(evaluation):
        return None
    kept_in = _KEPT_IN.get(column, column)
    where = {"table": "indicators", "row_id": row_id, "column": kept_in}
    if column in ("not_applicable", "is_key"):
        return TickCell(path, 1, True, **where)
    if column in POINTS_COLUMNS:
        return PointsCell(path, room(EvaluationRow, kept_in), True, **where)
    if column == "operator":
        return ChoiceCell(path, 8, True, choices=OPERATORS, **where)
    if column == "band":
        rules = evaluation.edition.scoring
        bands = tuple(band.key for band in rules.bands) if rules else ()
        return ChoiceCell(path, 30, True, choices=("", *bands), **where)
    return Place(path, room(EvaluationRow, kept_in), False, **where)


def group_cell(
    filing: FilledFiling, path: str, row_id: str, column: str, *, is_open: bool = False
) -> Place | None:
    """The group of a row, where the copied one does not fit the form (or the form types its groups: ``is_open``)."""
    declared = "/"
    if not is_open:
        waiting = filing.rows_of("indicators").filter(row_id=row_id, is_unplaced=True)
        found = waiting.values_list("declared_group", flat=True).first()
        if found is None:
            return None
        declared = found
    at = 0 if column == "level1" else 1
    names = tuple(dict.fromkeys(group[at] or "" for group in filing.edition.groups))
    # Taking a choice back leads to the group that was declared, which this form does not have.
    names = (*names, *(name for name in (declared.partition("/")[2 * at],) if name))
    choices = names if column == "level1" else ("", *names)
    return ChoiceCell(path, 60, True, "indicators", row_id, column, choices=choices)


def _text(row: EvaluationRow, column: str) -> str:
    value = getattr(row, _KEPT_IN.get(column, column))
    return value if isinstance(value, str) else "是" if value else "否"


def _limit(path: str) -> int:
    if path in TEXT_COLUMNS:
        return room(Evaluation, path)
    if path == "evaluation_date" or path.startswith("budget."):
        return room(Evaluation, "evaluation_date_typed")
    return EXTRA_LIMIT
