"""How a table stands on the screen: the official merged table, line by line, ready for a template without logic.

Rows keep the order of the form. A group of the form that has no row yet gets a line of its own, so that missing parts
are seen where they would be printed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from declarations.models import Declaration, Indicator, SubProject, TableUndo
from declarations.tables.kinds import (
    INDICATORS,
    SUB_PROJECTS,
    TableKind,
    frame_groups,
    place_for,
)
from declarations.tables.lines import Head, Line, Row, Total
from declarations.tables.readings import reading_of
from perfgoals.editions import Edition
from perfgoals.filling.grid import Cell, sayings_by_row
from perfgoals.filling.marks import Mark
from perfgoals.findings import Finding

CARD_FIELDS = (
    (
        "definition",
        "指标解释",
        "算的是什么、包括什么、不包括什么。例：本年度按计划完成的现场巡检次数，不含电话巡检。",
        3,
    ),
    ("calculation_method", "计算方法", "写成算式。例：按时处理的故障数 ÷ 故障总数 × 100%。", 3),
    ("data_source", "数据来源", "年底从哪里取数。例：运维工单系统，信息科每月导出。", 1),
    ("setting_basis", "设定依据", "为什么定这个数。例：上年实际 5 次，合同约定每两月 1 次。", 1),
    ("baseline", "基期值", "上年或项目开始前的数，写明年份。例：2019年 83%。", 1),
)
CARD_KEYS = frozenset(key for key, *_ in CARD_FIELDS)


@dataclass(frozen=True)
class Table:
    """A table with its lines, and the last step that can be undone."""

    kind: TableKind
    lines: tuple[Line, ...]
    heads: tuple[str, ...]
    is_editable: bool
    undo: TableUndo | None
    address: str  # of its operations, up to the last slash
    total: Total | None = None

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def rows(self) -> list[Row]:
        return [line.row for line in self.lines if line.row]

    @property
    def count(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class IndicatorTable(Table):
    has_level2: bool = True
    has_weights: bool = False
    missing: tuple[str, ...] = ()  # level-1 groups without any row

    @property
    def hidden(self) -> str:
        """The columns that stand on a row's card, for the table's script."""
        return " ".join(key for key, *_ in CARD_FIELDS)

    @property
    def width(self) -> int:
        """Columns right of the merged cells."""
        return 7 if self.has_weights else 6

    @property
    def summary(self) -> str:
        if self.missing:
            return f"{self.count} 行；还没有指标的一级目标：{'、'.join(self.missing)}"
        return f"{self.count} 行；一级目标 {len({line.group[0] for line in self.lines})} 类都有指标"


@dataclass(frozen=True)
class SubProjectTable(Table):
    sum: Decimal = Decimal(0)
    budget: Decimal | None = None
    budget_typed: str = ""
    unread: tuple[int, ...] = ()  # numbers of rows whose amount cannot be read

    @property
    def difference(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.sum

    @property
    def is_right(self) -> bool:
        return self.difference == 0 and not self.unread

    @property
    def verdict(self) -> str:
        """The difference to this year's money, in words."""
        parts = []
        if self.unread:
            numbers = "、".join(str(number) for number in self.unread)
            parts.append(f"第 {numbers} 行的金额读不出，没有算进合计")
        if self.budget is None:
            parts.append("项目当年预算读不出" if self.budget_typed else "项目当年预算还没有填")
        elif self.difference == 0:
            parts.append("与项目当年预算相等")
        elif self.difference and self.difference > 0:
            parts.append(f"比项目当年预算少，还差 {self.difference:,.2f} 元")
        else:
            parts.append(f"比项目当年预算多出 {-(self.difference or 0):,.2f} 元")
        return "；".join(parts)


def indicator_table(
    declaration: Declaration,
    marks: Mapping[str, Mark],
    findings: Sequence[Finding] = (),
    *,
    open_cards: Collection[str] = (),
    is_editable: bool | None = None,
) -> IndicatorTable:
    """The indicator table of a declaration. ``open_cards`` names the rows whose card is shown."""
    edition = declaration.edition
    indicators = list(declaration.indicators.all())
    said = sayings_by_row(findings, INDICATORS.key, marks, hidden=CARD_KEYS)
    lines = [
        Line(
            INDICATORS.group_of(indicator),
            _indicator_row(indicators, index, edition, marks),
            findings=said.get(indicator.row_id, ()),
            card=_card(indicator, index + 1, marks) if indicator.row_id in open_cards else (),
        )
        for index, indicator in enumerate(indicators)
    ]
    filled = {line.group for line in lines}
    for group in frame_groups(edition):
        if group not in filled:
            lines.insert(place_for(edition, [line.group for line in lines], group), Line(group))
    _merge(lines, edition, indicators)
    present = {level1 for level1, _ in filled}
    return IndicatorTable(
        kind=INDICATORS,
        lines=tuple(lines),
        heads=edition.fields["indicators"].columns,
        is_editable=declaration.is_editable if is_editable is None else is_editable,
        undo=last_step(declaration, INDICATORS),
        address=_address(declaration, INDICATORS),
        total=_points("total-all", indicators, edition.weights_total) if edition.has_weights else None,
        has_level2=edition.has_categories,
        has_weights=edition.has_weights,
        missing=tuple(d.name for d in edition.frame if d.name not in present),
    )


def sub_project_table(
    declaration: Declaration,
    marks: Mapping[str, Mark],
    findings: Sequence[Finding] = (),
    *,
    is_editable: bool | None = None,
) -> SubProjectTable:
    """The sub-projects with their sum against 项目当年预算."""
    rows = list(declaration.sub_projects.all())
    said = sayings_by_row(findings, SUB_PROJECTS.key, marks)
    return SubProjectTable(
        kind=SUB_PROJECTS,
        lines=tuple(
            Line(("", ""), _sub_project_row(rows, index, marks), findings=said.get(row.row_id, ()))
            for index, row in enumerate(rows)
        ),
        heads=declaration.edition.fields["sub_projects"].columns,
        is_editable=declaration.is_editable if is_editable is None else is_editable,
        undo=last_step(declaration, SUB_PROJECTS),
        address=_address(declaration, SUB_PROJECTS),
        sum=sum((row.amount for row in rows if row.amount is not None), Decimal(0)),
        budget=declaration.current_year,
        budget_typed=declaration.current_year_typed,
        unread=tuple(
            number for number, row in enumerate(rows, 1) if row.amount is None and row.amount_typed.strip()
        ),
    )


def _address(declaration: Declaration, kind: TableKind) -> str:
    return reverse("declarations:row", args=[declaration.pk, kind.key, "table"]).removesuffix("table/")


def last_step(declaration: Declaration, kind: TableKind) -> TableUndo | None:
    """The step that “撤销上一步” would take back; its rows are not loaded."""
    steps = TableUndo.objects.filter(declaration=declaration, table=kind.key)
    return steps.defer("rows").select_related("made_by").first()


def _cell(
    key: str, row: Any, number: int, column: str, label: str, marks: Mapping[str, Mark], **extra: Any
) -> Cell:
    path = f"{key}.{row.row_id}.{column}"
    mark = marks.get(path)
    columns = SUB_PROJECTS.cells if key == SUB_PROJECTS.key else INDICATORS.cells
    return Cell(
        path,
        getattr(row, columns[column]),
        mark.version if mark else 0,
        f"第 {number} 行，{label}",
        **extra,
    )


def _indicator_row(
    indicators: Sequence[Indicator], index: int, edition: Edition, marks: Mapping[str, Mark]
) -> Row:
    indicator = indicators[index]
    heads = edition.fields["indicators"].columns
    labels = {"name": heads[2 if edition.has_categories else 1], "target": "指标目标值"}
    if edition.has_weights:
        labels["weight"] = "分值"
    group = INDICATORS.group_of(indicator)
    above = index == 0 or INDICATORS.group_of(indicators[index - 1]) != group
    below = index + 1 == len(indicators) or INDICATORS.group_of(indicators[index + 1]) != group
    return Row(
        id=indicator.row_id,
        number=index + 1,
        cells={
            key: _cell(INDICATORS.key, indicator, index + 1, key, label, marks) for key, label in labels.items()
        },
        reading=reading_of(indicator.target, name=indicator.name, level2=indicator.level2),
        origin=indicator.get_origin_display(),
        group=group,
        is_first=above,
        is_last=below,
    )


def _card(indicator: Indicator, number: int, marks: Mapping[str, Mark]) -> tuple[Cell, ...]:
    return tuple(
        _cell(INDICATORS.key, indicator, number, key, label, marks, help=words, lines=lines, term=label)
        for key, label, words, lines in CARD_FIELDS
    )


def _sub_project_row(rows: Sequence[SubProject], index: int, marks: Mapping[str, Mark]) -> Row:
    row, number = rows[index], index + 1
    labels = {"name": "子项目名称", "amount": "预算金额（元）"}
    return Row(
        id=row.row_id,
        number=number,
        cells={key: _cell(SUB_PROJECTS.key, row, number, key, label, marks) for key, label in labels.items()},
        is_first=index == 0,
        is_last=number == len(rows),
    )


def _merge(lines: Sequence[Line], edition: Edition, indicators: Sequence[Indicator]) -> None:
    """Give the first line of each run of equal groups its merged cell."""
    numbers = {group: number for number, group in enumerate(frame_groups(edition))}
    points = {dimension.name: dimension.points for dimension in edition.frame}
    starts1 = [at for at, line in enumerate(lines) if at == 0 or lines[at - 1].group[0] != line.group[0]]
    starts2 = [at for at, line in enumerate(lines) if at == 0 or lines[at - 1].group != line.group]
    for line in lines:
        line.group_number = numbers.get(line.group)
    for run, (start, end) in enumerate(_runs(starts1, len(lines))):
        level1 = lines[start].group[0]
        total = None
        if edition.has_weights:
            own = [indicator for indicator in indicators if indicator.level1 == level1]
            total = _points(f"total-{run}", own, points.get(level1))
        _span(lines[start:end], 1, Head(level1, 0, total=total), run)
        lines[end - 1].ends_level1 = True
    for run, (start, end) in enumerate(_runs(starts2, len(lines))):
        group = lines[start].group
        _span(lines[start:end], 2, Head(group[1], 0, numbers.get(group)), run)


def _runs(starts: Sequence[int], length: int) -> list[tuple[int, int]]:
    return list(zip(starts, [*starts[1:], length], strict=True))


def _span(run_lines: Sequence[Line], level: int, head: Head, run: int) -> None:
    span = sum(line.height for line in run_lines)
    run_lines[0].heads[level] = Head(head.name, span, head.group, head.total)
    for line in run_lines:
        if level == 1:
            line.span1 = run
        else:
            line.span2 = run


def _points(total_id: str, indicators: Sequence[Indicator], full: Decimal | None) -> Total:
    read = [indicator.weight for indicator in indicators if indicator.weight is not None]
    unread = sum(1 for i in indicators if i.weight is None and i.weight_typed.strip())
    return Total(total_id, sum(read, Decimal(0)), full, unread)
