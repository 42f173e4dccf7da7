"""The score card (得分卡): what a page or an annex shows of a score, in the order of the form (F87, I2).

Pure: an ``EvaluationDocument``, its edition and the ``ScoreSheet`` in; words, numbers and marks out. Whoever reads the
card can do every sum again with what stands on it: formula, inputs, clause, and what would have changed it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from evaluations.gaps import is_begun
from evaluations.scoring.arithmetic import ZERO, read_points, show
from evaluations.scoring.rows import Basis, Flag
from evaluations.scoring.sheet import RowScore, ScoreSheet, Total, with_points
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.targets import read_target
from perfgoals.targets.printing import print_reading

# What each formula is called on the card.
FORMULA_NAMES = MappingProxyType(
    {
        "proportional": "按完成比例给分",
        "proportional_from": "到及格线后按完成比例给分",
        "all_or_nothing": "达到得满分，没有达到不得分",
        "linear_overrun": "超过多少扣多少",
        "ratio_overrun": "目标除以实际",
        "equal_as_floor": "不少于目标得满分，不足按比例；目标为零的，为零得满分",
        "equal_by_hand": "与目标不等的由人判定",
        "range_linear": "在区间内得满分，超出按比例扣",
        "range_ratio": "在区间内得满分，超出按比值给",
        "on_time_or_person": "按期得满分，逾期由人判定",
        "bands": "定性指标按完成档次给分",
        "steps": "满意度分档给分",
        "linear_rate": "按预算执行率给分",
        "stepped_rate": "按预算执行率分档给分",
        "by_person": "由人判定",
        "zero_outside_window": "核心指标偏离过大不得分",
        "not_applicable": "不适用",
    }
)


@dataclass(frozen=True, slots=True)
class CardRow:
    """One indicator on the card. ``points`` is None while a person is needed; ``lost`` None with it."""

    number: int
    row: EvaluationRow
    scored: RowScore
    reading: str  # “≥ 50 家”; "" where the target is words
    evidence: tuple[Any, ...] = ()  # whatever the page gave for this row
    notes: tuple[Any, ...] = ()  # what is to be said below the row, each with a ``message``
    review: Any = None  # the reviewer's reason, whatever the page gave
    starts: int = 0  # rows of the level-1 group that begins here, else 0

    @property
    def path(self) -> str:
        return f"indicators.{self.row.row_id}"

    @property
    def weight(self) -> Decimal | None:
        return self.scored.settled.inputs.weight

    @property
    def points(self) -> Decimal | None:
        return self.scored.settled.points

    @property
    def lost(self) -> Decimal | None:
        return None if self.points is None or self.weight is None else self.weight - self.points

    @property
    def is_open(self) -> bool:
        return self.scored.settled.basis is Basis.OPEN

    @property
    def is_blank(self) -> bool:
        """Nobody has written anything of what came of it, so there is nothing to explain yet."""
        return self.is_open and not is_begun(self.row)

    @property
    def says(self) -> str:
        """How the row came to its points, or why a person has to say."""
        settled = self.scored.settled
        return settled.sentence or settled.open_reason

    @property
    def formula_name(self) -> str:
        """ "" where nothing was computed or judged."""
        return FORMULA_NAMES.get(self.scored.settled.formula, "")

    @property
    def reviewed(self) -> Decimal | None:
        """The reviewer's points, where there are any."""
        return read_points(self.row.reviewer_score)

    @property
    def difference(self) -> Decimal | None:
        """What the reviewer gave more (or, below zero, less) than the unit's score."""
        return None if self.reviewed is None or self.points is None else self.reviewed - self.points

    @property
    def explained(self) -> str:
        """Why the reviewer's points are not the unit's, in the reviewer's words (F88)."""
        written = self.review.reviewer_reason if self.review else ""
        return written or ("没有写理由" if self.difference else "同意单位的得分")

    @property
    def tint(self) -> str:
        """How the row is coloured: by the gravest of its notes."""
        levels = {note.finding.level.value for note in self.notes}
        return "is-err" if "error" in levels else "is-ask" if levels else ""

    @property
    def flags(self) -> list[Flag]:
        """What the score asks about this row, where no note says it already."""
        said = [note.message for note in self.notes]
        return [flag for flag in self.scored.settled.flags if not any(flag.text in one for one in said)]

    @property
    def whose(self) -> str:
        """Whose word the points are."""
        return {
            Basis.COMPUTED: "按公式计算",
            Basis.JUDGED: "按所选档次，由单位给分",
            Basis.GIVEN: "由单位给分",
            Basis.NOT_APPLICABLE: "不适用，不计分",
            Basis.OPEN: "等人判定",
        }[self.scored.settled.basis]


@dataclass(frozen=True, slots=True)
class Twig:
    """A level-2 group of the tree of points, however its rows are spread over the form."""

    name: str
    points: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Branch:
    """A level-1 group of the tree of points."""

    name: str
    points: Decimal
    weight: Decimal
    rows: tuple[CardRow, ...]
    is_open: bool

    @property
    def span(self) -> int:
        """Rows of the table that the group takes: one more below each row of which something is said."""
        return len(self.rows) + sum(bool(row.notes) for row in self.rows)

    @property
    def twigs(self) -> list[Twig]:
        """Its level-2 groups in form order; none on a form that has only one level."""
        groups: dict[str, list[CardRow]] = {}
        for row in self.rows:
            if row.row.level2:
                groups.setdefault(row.row.level2, []).append(row)
        return [
            Twig(
                name,
                sum((row.points or ZERO for row in rows), ZERO),
                sum((row.weight or ZERO for row in rows), ZERO),
            )
            for name, rows in groups.items()
        ]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A grade on the ruler, from ``start`` percent of the full score over ``width``; ``floor`` None for the lowest."""

    label: str
    start: Decimal
    width: Decimal
    floor: Decimal | None
    tone: int  # 0 worst … 4 best


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """Everything about one score."""

    sheet: ScoreSheet
    branches: tuple[Branch, ...]
    ruler: tuple[Stretch, ...]

    @property
    def rows(self) -> list[CardRow]:
        return [row for branch in self.branches for row in branch.rows]

    @property
    def total(self) -> Decimal | None:
        return self.sheet.total.total

    @property
    def mark(self) -> Decimal | None:
        """Where the total stands on the ruler, in percent."""
        return None if self.total is None else self.total * 100 / self.sheet.rules.full

    @property
    def is_reviewed(self) -> bool:
        return any(row.reviewed is not None for row in self.rows)

    @property
    def judged(self) -> Total:
        """The whole by the reviewer's points, the unit's where the reviewer gave none: capped and graded alike."""
        given = {row.row.row_id: row.reviewed for row in self.rows if row.reviewed is not None}
        return with_points(self.sheet, given).total

    @property
    def reviewed(self) -> Decimal | None:
        """The total by the reviewer's points; None while one is missing."""
        return self.judged.total

    @property
    def difference(self) -> Decimal | None:
        """What the reviewer's total is above the unit's or, less than zero, below it."""
        reviewed = self.reviewed
        return None if reviewed is None or self.total is None else reviewed - self.total

    @property
    def differing(self) -> list[CardRow]:
        """The rows in which the reviewer gave other points than the unit has, or points where it has none."""
        return [row for row in self.rows if row.reviewed is not None and row.reviewed != row.points]

    @property
    def reviewed_words(self) -> str:
        """“自评 95 分（优秀），审核 92.5 分（优秀）”."""
        return f"自评 {self.sheet.total.in_words}，审核 {self.judged.in_words}"

    @property
    def lost_rows(self) -> list[CardRow]:
        return [row for row in self.rows if row.lost]

    @property
    def open_rows(self) -> list[CardRow]:
        return [row for row in self.rows if row.is_open]

    @property
    def also_missing(self) -> tuple[str, ...]:
        """What keeps the total open besides the rows, which say so themselves: they come first."""
        return self.sheet.total.missing[len(self.open_rows) :]

    @property
    def lost(self) -> Decimal:
        return sum((row.lost or ZERO for row in self.rows), ZERO)

    @property
    def lost_by_execution(self) -> Decimal | None:
        """None where the rule set gives no points for execution, or while they are open."""
        execution = self.sheet.execution
        if execution.weight is None or execution.points is None:
            return None
        return execution.weight - execution.points

    @property
    def lost_in_all(self) -> Decimal:
        return self.lost + (self.lost_by_execution or ZERO)

    @property
    def above_floor(self) -> Decimal | None:
        """How far the total lies above the floor of its own grade, None without a total or grades."""
        total = self.total
        if total is None:
            return None
        floors = [grade.floor for grade in self.sheet.rules.grades if grade.floor <= total]
        return total - max(floors) if floors else None

    @property
    def standing(self) -> str:
        """“差 1.5 分到优秀”, or for the best grade “比优秀线高 5 分”; why a cap bars the next one; "" without grades."""
        result = self.sheet.total
        if result.next_barred:
            return result.next_barred
        if result.to_next is not None:
            return f"差 {show(result.to_next)} 分到{result.next_grade}"
        if self.above_floor is None or not result.grade:
            return ""
        return f"比{result.grade}线高 {show(self.above_floor)} 分"

    @property
    def ruler_words(self) -> str:
        """The ruler for those who do not see it."""
        parts = [
            f"{show(one.floor)} 分以上{one.label}" if one.floor is not None else f"以下{one.label}"
            for one in reversed(self.ruler)
        ]
        now = "总分未定" if self.total is None else f"现在 {show(self.total)} 分，{self.sheet.total.grade}"
        return f"等级标尺：{'，'.join(parts)}；{now}"


def score_card(
    document: EvaluationDocument,
    sheet: ScoreSheet,
    evidence: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    notes: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    reviews: Mapping[str, Any] = MappingProxyType({}),
) -> ScoreCard:
    """The card of a form. ``sheet`` must be the score of this document; the rest is by row id."""
    cards = [
        CardRow(
            number,
            row,
            scored,
            _reading(row),
            evidence=tuple(evidence.get(row.row_id, ())),
            notes=tuple(notes.get(row.row_id, ())),
            review=reviews.get(row.row_id),
        )
        for number, (row, scored) in enumerate(zip(document.indicators, sheet.rows, strict=True), 1)
    ]
    return ScoreCard(sheet, _branches(cards), _ruler(sheet))


def _reading(row: EvaluationRow) -> str:
    """How the target was read, where that says more than what is printed."""
    reading = read_target(row.target, name=row.name, level2=row.level2 or "")
    return print_reading(reading) if reading.kind == "quantitative" else ""


def _branches(cards: Sequence[CardRow]) -> tuple[Branch, ...]:
    """Rows of one level-1 group that follow each other; a form may come back to a group."""
    found: list[Branch] = []
    start = 0
    for at in range(1, len(cards) + 1):
        if at < len(cards) and cards[at].row.level1 == cards[start].row.level1:
            continue
        group = cards[start:at]
        first = replace(group[0], starts=len(group))
        found.append(
            Branch(
                name=group[0].row.level1,
                points=sum((card.points or ZERO for card in group), ZERO),
                weight=sum((card.weight or ZERO for card in group), ZERO),
                rows=(first, *group[1:]),
                is_open=any(card.is_open for card in group),
            )
        )
        start = at
    return tuple(found)


def _ruler(sheet: ScoreSheet) -> tuple[Stretch, ...]:
    """The grades from the lowest up, in percent of the full score."""
    grades = sorted(sheet.rules.grades, key=lambda grade: grade.floor)
    full = sheet.rules.full
    stretches = []
    for number, grade in enumerate(grades):
        end = grades[number + 1].floor if number + 1 < len(grades) else full
        tone = 4 if number + 1 == len(grades) else number
        start, width = grade.floor * 100 / full, (end - grade.floor) * 100 / full
        stretches.append(Stretch(grade.label, start, width, grade.floor or None, tone))
    return tuple(stretches)
