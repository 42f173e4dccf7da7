"""A rechecker's page read and judged: the review form's points, points of rows beside unit and reviewer, the result.

Pure. What was typed is kept as typed; ``Judged.errors`` says by control what keeps it from being finished, and
``Judged.result`` what comes of it, None while something is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from evaluations.checkup import is_stock
from evaluations.scoring.arithmetic import ZERO, cents, read_points, show
from evaluations.scoring.rows import Basis
from evaluations.scoring.sheet import RowScore, ScoreSheet, with_points
from evaluations.spot_checks.scheme import Question, Scheme
from perfgoals.documents.evaluation import EvaluationDocument

LONGEST_POINTS, LONGEST_TEXT = 20, 5000


@dataclass(frozen=True, slots=True)
class Said:
    """Points and the reason for them, as typed."""

    points: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.points.strip() or self.reason.strip())


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a rechecker's page: answers by question, points by row, the opinion."""

    answers: Mapping[str, Said] = field(default_factory=dict)
    rows: Mapping[str, Said] = field(default_factory=dict)
    opinion: str = ""

    @property
    def is_empty(self) -> bool:
        return not (any(self.answers.values()) or any(self.rows.values()) or self.opinion.strip())

    def texts(self) -> list[tuple[str, str, int]]:
        """Every text with its control and how long it may be."""
        said = [(f"answer-{key}", one) for key, one in self.answers.items()]
        said += [(f"row-{row_id}", one) for row_id, one in self.rows.items()]
        return [
            *((f"{name}-points", one.points, LONGEST_POINTS) for name, one in said),
            *((f"{name}-reason", one.reason, LONGEST_TEXT) for name, one in said),
            ("opinion", self.opinion, LONGEST_TEXT),
        ]


@dataclass(frozen=True, slots=True)
class RowBefore:
    """A row as unit and reviewer left it; ``points`` is what stands (the reviewer's where there are any)."""

    number: int
    scored: RowScore
    actual: str
    target: str
    reason: str  # the unit's
    unit: Decimal | None
    reviewer: Decimal | None
    weight: Decimal | None
    applies: bool

    @property
    def points(self) -> Decimal | None:
        return self.unit if self.reviewer is None else self.reviewer

    @property
    def row_id(self) -> str:
        return self.scored.row_id


@dataclass(frozen=True, slots=True)
class Result:
    """What rechecking came to. Totals are None where the form's own score is open and stays so."""

    rubric: Decimal
    before: Decimal | None
    after: Decimal | None
    grade_before: str
    grade_after: str
    corrected: Mapping[str, Decimal]  # row id → points that are not those before

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Judged:
    """``errors`` by control in the order of the page; ``unkeepable`` are those that are too long to be saved at all."""

    errors: Mapping[str, str]
    unkeepable: Mapping[str, str]
    rubric: Decimal  # what is readable so far
    answered: int
    result: Result | None


def rows_before(document: EvaluationDocument, sheet: ScoreSheet) -> list[RowBefore]:
    """Every row of the form at the draw."""
    return [
        RowBefore(
            number=number,
            scored=scored,
            actual=row.actual,
            target=row.target,
            reason=row.deviation_reason,
            unit=scored.settled.points,
            reviewer=read_points(row.reviewer_score),
            weight=scored.settled.inputs.weight,
            applies=scored.settled.basis is not Basis.NOT_APPLICABLE,
        )
        for number, (row, scored) in enumerate(zip(document.indicators, sheet.rows, strict=True), 1)
    ]


def judge(page: Page, scheme: Scheme, rows: list[RowBefore], sheet: ScoreSheet) -> Judged:
    """All that is wrong and, where nothing is, the result."""
    unkeepable = {
        name: f"写了 {len(text)} 个字，最多 {longest} 个。"
        for name, text, longest in page.texts()
        if len(text) > longest
    }
    errors: dict[str, str] = {}
    rubric, answered = ZERO, 0
    for question in scheme.questions:
        said = page.answers.get(question.key, Said())
        points = _answer(question, said, errors)
        if points is not None:
            rubric, answered = rubric + points, answered + 1
    given: dict[str, Decimal] = {}
    for row in rows:
        points = _row(row, page.rows.get(row.row_id, Said()), errors)
        if points is not None:
            given[row.row_id] = points
    if len(page.opinion.strip()) < 10:
        errors["opinion"] = "复核意见写一两句：查了什么、看到什么、要单位做什么。"
    errors |= unkeepable
    result = None if errors else _result(rubric, rows, given, sheet)
    return Judged(errors, unkeepable, rubric, answered, result)


def _answer(question: Question, said: Said, errors: dict[str, str]) -> Decimal | None:
    name = f"answer-{question.key}"
    if not said.points.strip():
        errors[f"{name}-points"] = "还没有给分。"
        return None
    points = _points(said.points, question.points)
    if points is None:
        errors[f"{name}-points"] = _refused(said.points, question.points)
    elif points < question.points and is_stock(said.reason):
        errors[f"{name}-reason"] = f"扣了 {show(question.points - points)} 分：写明为什么扣，扣在哪里。"
    return points


def _row(row: RowBefore, said: Said, errors: dict[str, str]) -> Decimal | None:
    """The rechecker's points of a row, None where they leave it as it is."""
    name = f"row-{row.row_id}"
    if not said.points.strip():
        if said.reason.strip():
            errors[f"{name}-points"] = "写了理由，没有写复核分。不改分就把理由写进复核意见。"
        return None
    if row.weight is None or not row.applies:
        errors[f"{name}-points"] = "这一行不计分，不能给复核分。"
        return None
    points = _points(said.points, row.weight)
    if points is None:
        errors[f"{name}-points"] = _refused(said.points, row.weight)
    elif points != row.points and is_stock(said.reason):
        was = "原来没有得分" if row.points is None else f"原来 {show(row.points)} 分"
        errors[f"{name}-reason"] = f"复核 {show(points)} 分，{was}：写明为什么改。"
    return points


def _points(typed: str, most: Decimal) -> Decimal | None:
    points = read_points(typed)
    return points if points is not None and 0 <= points <= most and points == cents(points) else None


def _refused(typed: str, most: Decimal) -> str:
    return f"“{typed.strip()[:20]}”不行：写 0 到 {show(most)} 之间的数，最多两位小数。"


def _result(rubric: Decimal, rows: list[RowBefore], given: Mapping[str, Decimal], sheet: ScoreSheet) -> Result:
    reviewed = {row.row_id: row.reviewer for row in rows if row.reviewer is not None}
    before = with_points(sheet, reviewed).total
    after = with_points(sheet, reviewed | dict(given)).total
    stood = {row.row_id: row.points for row in rows}
    corrected = {row_id: points for row_id, points in given.items() if points != stood[row_id]}
    return Result(rubric, before.total, after.total, before.grade, after.grade, corrected)
