"""What a form edition is: the words, order, vocabularies and print style of one official form.

An edition is data (one TOML file beside this module); these classes are its shape in memory. They are frozen, and one
edition is loaded once per process, so they may be shared between threads and used as keys of caches by ``id``.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from perfgoals.editions.monitoring import MONITORING_COLUMNS, Monitoring
from perfgoals.editions.rules import RuleSet

# What stands under a printed head of an evaluation's indicators: keys of ``EvaluationRow``.
EVALUATION_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "一级指标": "level1",
        "二级指标": "level2",
        "三级指标": "name",
        "指标名称": "name",
        "目标值": "target",
        "年度指标值": "target",
        "实际完成值": "actual",
        "权重": "weight",
        "分值": "weight",
        "评分规则": "rule",
        "自评分": "self_score",
        "得分": "self_score",
        "偏差原因分析及改进措施": "deviation_reason",
        "备注": "remark",
    }
)
# Of the indicator table, where its heading stands beside the rows, in percent.
SIDE_WIDTH = 6

FieldKind = Literal[
    "text", "paragraph", "choice", "boxes", "yes_no", "date", "amount", "rate", "sub_projects", "indicators"
]


@dataclass(frozen=True)
class Example:
    """A real text from a published form, shown as help. ``why`` says what makes it good or bad."""

    text: str
    source: str
    why: str = ""


@dataclass(frozen=True)
class Field:
    """One field of the form. ``key`` is the path in the document (``project_name``, ``budget.total``)."""

    key: str
    label: str  # as printed, colon and asterisk included
    term: str  # the same without furniture: used in sentences and as the screen label
    kind: FieldKind
    required: bool = False
    max_length: int = 0  # 0: no limit of the form's own
    help: str = ""
    good: Example | None = None
    bad: Example | None = None
    vocabulary: str = ""  # key into Edition.vocabularies, for choice and boxes
    columns: tuple[str, ...] = ()  # printed heads of a table field, in print order
    unconfirmed: bool = False  # [GK]: rests on general knowledge, not on a text that was read
    printed: bool = True  # False: asked for because points depend on it, and on no paper


@dataclass(frozen=True)
class Section:
    """A step of filling in."""

    key: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Choice:
    """One word of a closed vocabulary. ``row`` is its printed line where the form prints boxes (1-based).

    ``key`` is what documents keep instead of the word, where they do.
    """

    label: str
    key: str = ""
    row: int = 1
    recurring: bool | None = None  # for project categories: 经常性 (True) or 一次性 (False)
    unconfirmed: bool = False


@dataclass(frozen=True)
class Category:
    """A level-2 group of the indicator frame."""

    name: str
    nature: str = ""  # what it measures, for rules that compare frames: quantity quality timeliness cost …
    points: Decimal | None = None
    required: bool = False
    help: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True)
class Dimension:
    """A level-1 group of the indicator frame; ``categories`` is empty on forms with one level of groups."""

    name: str
    nature: str = ""  # management output outcome influence satisfaction cost
    points: Decimal | None = None
    required: bool = False
    help: str = ""
    unconfirmed: bool = False
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True)
class DefaultRow:
    """An indicator that the edition offers; for all performance types where ``types`` is empty."""

    level1: str
    level2: str | None
    name: str
    target: str
    types: tuple[str, ...] = ()
    source: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True)
class SumRule:
    """``total`` must equal the sum of ``parts``; ``parts`` may name ``sub_projects[].amount``."""

    total: str
    parts: tuple[str, ...]
    clause: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """One line of a matrix: its head, and the field under each column."""

    label: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Amounts that are typed as one table: sources down, budget and execution across.

    ``same`` names two columns of which the second is often the first again (全年预算数 where nothing was adjusted).
    """

    key: str
    title: str
    corner: str  # head of the column of row heads
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    helps: tuple[str, ...] = ()  # a sentence per column
    same: tuple[int, int] | None = None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(key for row in self.rows for key in row.fields)


@dataclass(frozen=True)
class PointSet:
    """One lawful split of ``weights_total`` over the level-1 groups, for projects that use exactly those groups."""

    name: str
    points: Mapping[str, Decimal]
    unconfirmed: bool = False


@dataclass(frozen=True)
class Case:
    """A test case that ships with the edition: a small document and what must come out (``checker``)."""

    name: str
    document: Mapping[str, Any]
    prints: Mapping[str, str]
    missing: tuple[str, ...] | None = None
    wrong_sums: tuple[str, ...] = ()
    outside_frame: tuple[str, ...] = ()
    absent_groups: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ScoringCase:
    """A test case of the rule set: one row and its points ("人": a person must decide), or a total and its grade."""

    name: str
    row: Mapping[str, Any] | None = None  # fields of an EvaluationRow
    points: str = ""
    total: str = ""
    grade: str = ""


@dataclass(frozen=True)
class PrintStyle:
    """How the form prints what is neutral in the document."""

    year_line: str  # "(2018年 )": ``{year}`` is replaced
    date_format: str = "{y:04}-{m:02}-{d:02}"
    amount_grouping: str = ""
    amount_decimals: int = 0
    box_checked: str = "√"
    box_empty: str = "□"
    page_numbers: bool = False
    column_widths: tuple[int, ...] = ()  # of the indicator table, in percent
    year_in_title: bool = False  # year line and title are one line
    group_label: str = "{name}"  # a level-1 group; "{name}({points}分)" prints its points
    heading_beside: bool = False  # 绩效指标 is a merged cell left of the rows, not a line above them
    side_width: int = SIDE_WIDTH  # of that cell, in percent
    landscape: bool = False  # the sheet lies on its side
    total_label: str = ""  # of the last row of the indicators, with the sums of weights and points

    def date(self, iso: str) -> str:
        day = datetime.date.fromisoformat(iso)
        return self.date_format.format(y=day.year, m=day.month, d=day.day)

    def amount(self, value: Decimal) -> str:
        """Digits as this form prints them; cents are never dropped silently."""
        decimals = self.amount_decimals
        if value != value.to_integral_value() and decimals == 0:
            decimals = 2
        text = f"{value:,.{decimals}f}" if self.amount_grouping else f"{value:.{decimals}f}"
        return text.replace(",", self.amount_grouping) if self.amount_grouping else text


@dataclass(frozen=True)
class Edition:
    """One official form of one place and time."""

    id: str
    title: str  # printed head line
    kind: Literal["declaration", "disclosure", "evaluation", "monitoring"]
    region: str
    year_from: int
    year_to: int | None
    prescribed_by: str
    sections: tuple[Section, ...]
    vocabularies: dict[str, tuple[Choice, ...]]
    frame: tuple[Dimension, ...]
    style: PrintStyle
    defaults: tuple[DefaultRow, ...] = ()
    sums: tuple[SumRule, ...] = ()
    matrices: tuple[Matrix, ...] = ()  # on the screen only: paper has its own table
    unit_label: str = ""  # printed before the unit's name; "" where the form does not name it
    budget_heading: str = ""  # printed over the amounts
    indicators_heading: str = ""  # printed over the indicator table; ``{year}`` is replaced
    print_order: tuple[str, ...] = ()  # field keys, where paper orders them otherwise than the steps
    weights_total: Decimal | None = None  # None: the form has no weights
    point_sets: tuple[
        PointSet, ...
    ] = ()  # the splits to choose from; the first is that of ``Dimension.points``
    card_required: bool = False
    unconfirmed: bool = False
    footer_notes: tuple[str, ...] = ()  # printed under the form
    scoring: RuleSet | None = None  # evaluations only: how points are given
    monitoring: Monitoring | None = None  # monitoring only: lights and deadlines
    scoring_cases: tuple[ScoringCase, ...] = field(default=(), repr=False)
    same_form_as: str = ""  # the edition whose steps, fields and print style this one shares
    month: int = 0  # of a monitoring form: the month its labels name, see ``at``; 0: none yet
    notes: tuple[str, ...] = field(default=())
    cases: tuple[Case, ...] = field(default=(), repr=False)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by key, in the order of the steps. Paper: ``printed_fields``."""
        return {f.key: f for section in self.sections for f in section.fields}

    @cached_property
    def printed_fields(self) -> tuple[Field, ...]:
        """All fields in print order."""
        ordered = (self.fields[key] for key in self.print_order or self.fields)
        return tuple(form_field for form_field in ordered if form_field.printed)

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section of each field key."""
        return {f.key: section for section in self.sections for f in section.fields}

    @cached_property
    def matrix_of(self) -> dict[str, Matrix]:
        """The matrix of each field that is typed in one."""
        return {key: matrix for matrix in self.matrices for key in matrix.fields}

    @cached_property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Of the indicators of an evaluation or a monitoring report: key of its row and printed head, in print order."""
        heads = next((one.columns for one in self.fields.values() if one.kind == "indicators"), ())
        known = MONITORING_COLUMNS if self.monitoring else EVALUATION_COLUMNS
        return tuple((known[head], self._named(head)) for head in heads)

    def at(self, month: int) -> "Edition":
        """The form of a monitoring report on January to ``month``: its labels name the month. Others stay as they are.

        The same object every time. The month of such a form cannot be changed again.
        """
        if not self.monitoring or self.month == month:
            return self
        if self.month:
            raise ValueError(f"this form is already that of month {self.month}")
        if month not in self._by_month:
            self._by_month[month] = self._at(month)
        return self._by_month[month]

    @cached_property
    def _by_month(self) -> dict[int, "Edition"]:
        return {}

    def _at(self, month: int) -> "Edition":
        named = replace(self, month=month)
        sections = tuple(
            replace(section, fields=tuple(named._field(one) for one in section.fields))
            for section in self.sections
        )
        matrices = tuple(
            replace(
                one, columns=tuple(map(named._named, one.columns)), helps=tuple(map(named._named, one.helps))
            )
            for one in self.matrices
        )
        return replace(named, sections=sections, matrices=matrices)

    def _field(self, one: Field) -> Field:
        return replace(
            one, label=self._named(one.label), term=self._named(one.term), help=self._named(one.help)
        )

    def _named(self, text: str) -> str:
        """January alone is no range: 1月, not 1—1月."""
        if not self.month:
            return text
        return (text.replace("1—{month}", "1") if self.month == 1 else text).replace("{month}", str(self.month))

    def word(self, vocabulary: str, key: str) -> str:
        """The printed word that documents keep as ``key`` (``word("likelihood", "certain")``), else ``key`` itself."""
        return next((one.label for one in self.vocabularies.get(vocabulary, ()) if one.key == key), key)

    @property
    def has_categories(self) -> bool:
        return any(dimension.categories for dimension in self.frame)

    @property
    def has_weights(self) -> bool:
        return self.weights_total is not None

    @property
    def has_sub_projects(self) -> bool:
        return "sub_projects" in self.fields

    @cached_property
    def groups(self) -> tuple[tuple[str, str | None], ...]:
        """Every (level1, level2) of the frame in print order; level2 is None where the form has one level."""
        return tuple(
            (dimension.name, category.name if category else None)
            for dimension in self.frame
            for category in (dimension.categories or (None,))
        )

    def section_for_path(self, path: str) -> Section:
        """The step where a finding at ``path`` is mended; ``indicators.ab12.target`` → the indicators' section."""
        head = path.split(".", 1)[0]
        for key in (path, head):
            if key in self.section_of:
                return self.section_of[key]
        return self.sections[0]

    def choices(self, field_key: str) -> tuple[Choice, ...]:
        form_field = self.fields.get(field_key)
        return self.vocabularies.get(form_field.vocabulary, ()) if form_field else ()

    def points_for(self, used: Iterable[str]) -> PointSet | None:
        """The split of points for a form that has rows in exactly these level-1 groups, or None."""
        groups = set(used)
        return next((split for split in self.point_sets if set(split.points) == groups), None)

    def defaults_for(self, kind: str | None) -> tuple[DefaultRow, ...]:
        """The rows offered for a 绩效类型 or, on the form of 2018, a 资金用途; without ``kind`` those for all."""
        return tuple(row for row in self.defaults if not row.types or (kind or "") in row.types)


def term_of(label: str) -> str:
    """The plain term inside a printed label: ``项目名称*：`` → ``项目名称``."""
    return re.sub(r"[*：:\s]+$", "", label).strip()
