"""How far every row and the money of a report are, against what was planned by then (F74—F76). Pure.

Lights are looked up, not stored with the form: the same document gives the same lights, and each says its sum, its
threshold and where that comes from.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from evaluations.pace import (
    Curve,
    Light,
    Pace,
    Thresholds,
    execution_pace,
    money_against_output,
    output_pace,
)
from evaluations.scoring.arithmetic import ZERO
from evaluations.scoring.inputs import OPEN, Inputs
from evaluations.scoring.measuring import measure, spoken
from monitoring.curves import LEVEL, read_curve
from perfgoals.documents.evaluation import EvaluationRow
from perfgoals.documents.monitoring import MonitoringDocument, MonitoringRow
from perfgoals.editions import Edition
from perfgoals.editions.monitoring import Monitoring
from perfgoals.targets import Kind, TargetReading, read_target

# Percentages that are collected in the course of a year; all others are kept.
_COLLECTED = (
    "完成率",
    "完成比例",
    "进度",
    "执行率",
    "支付率",
    "支出率",
    "到位率",
    "覆盖率",
    "开工率",
    "竣工率",
    "完工率",
)
_PERCENT = ("%", "‰")
_COMPARED = re.compile(r"^\s*(?:不低于|不少于|不高于|不超过|[≥≤><＞＜=＝]+)\s*")
_GRAVITY = {Light.RED: 0, Light.YELLOW: 1, Light.NONE: 2, Light.GREEN: 3}
_EXPECTED = {"certain": "确定能完成", "possible": "有可能完成", "impossible": "完全不可能完成"}


@dataclass(frozen=True)
class RowProgress:
    """One row: what could be read, the curve it is judged by, the light."""

    row: MonitoringRow
    number: int
    inputs: Inputs  # of what was done so far
    curve: Curve
    pace: Pace
    # Whether what is expected of the year keeps the target; None where that cannot be said.
    keeps: bool | None
    is_words: bool  # the target is words: the unit chooses 达成, 部分达成 or 未达成
    is_level: bool  # judged by what it is now, not by what was collected
    starts_later: bool = False  # nothing is planned yet by this month, so nothing has to be written
    plan_problem: str = ""

    @property
    def light(self) -> Light:
        return self.pace.light

    @property
    def path(self) -> str:
        return f"indicators.{self.row.row_id}"

    @property
    def is_off_track(self) -> bool:
        """What asks for a kind of deviation and a reason."""
        return (
            self.light in (Light.YELLOW, Light.RED)
            or self.keeps is False
            or self.row.likelihood in ("possible", "impossible")
        )


@dataclass(frozen=True)
class Progress:
    """A report looked at once."""

    document: MonitoringDocument
    policy: Monitoring
    rows: tuple[RowProgress, ...]
    money: Pace
    gap: str  # money and output far apart, in a sentence

    @cached_property
    def by_row(self) -> Mapping[str, RowProgress]:
        return {one.row.row_id: one for one in self.rows}

    def count(self, light: Light) -> int:
        return sum(one.light is light for one in self.rows)

    @property
    def worst(self) -> Light:
        return min((self.money.light, *(one.light for one in self.rows)), key=_GRAVITY.__getitem__)


def progress_of(document: MonitoringDocument, edition: Edition) -> Progress:
    """Every light of the document. Raises ``ValueError`` for an edition without monitoring policy."""
    policy = edition.monitoring
    if policy is None:
        raise ValueError(f"{edition.id} has no monitoring policy")
    rows = tuple(
        _row(row, number, document, policy.thresholds) for number, row in enumerate(document.indicators, 1)
    )
    money = execution_pace(
        document.amount("executed"), document.amount("initial"), document.cutoff_month, policy.thresholds
    )
    collected = [one.pace.progress for one in rows if not one.is_level and one.pace.progress is not None]
    gap = money_against_output(money.progress, collected, policy.thresholds)
    return Progress(document, policy, rows, money, gap)


def measured(row: MonitoringRow, text: str, year: int) -> Inputs:
    """The row as scoring reads it, with ``text`` for what was done."""
    return measure(
        EvaluationRow(
            row_id=row.row_id,
            level1=row.level1,
            level2=row.level2,
            name=row.name,
            target=row.target,
            actual=text,
            operator=row.operator,
        ),
        year,
    )


def _row(row: MonitoringRow, number: int, document: MonitoringDocument, thresholds: Thresholds) -> RowProgress:
    year, month = document.fiscal_year, document.cutoff_month
    inputs = measured(row, row.actual, year)
    target = read_target(row.target, name=row.name, level2=row.level2 or "")
    is_words = inputs.case == "words" or (inputs.case == OPEN and not _is_countable(row, target, year))
    is_level = inputs.unit in _PERCENT and not any(word in row.name for word in _COLLECTED)
    curve, problem = LEVEL if is_level and not row.plan.strip() else Curve({}), ""
    try:
        curve = read_curve(row.plan) if row.plan.strip() else curve
    except ValueError as wrong:
        problem = str(wrong)
    starts_later = bool(row.plan.strip()) and not problem and curve.at(month) == 0
    if target.kind is Kind.DEADLINE:
        pace = _dated(row, inputs, year, month)
    elif is_words:
        pace = _worded(row)
    elif starts_later and not row.actual.strip():
        pace = Pace(Light.GREEN, None, ZERO, f"按计划到 {month} 月底还不用开始。")
    elif inputs.case == OPEN:
        says = inputs.open_reason if row.actual.strip() else "还没有写执行情况。"
        pace = Pace(Light.NONE, None, None, says)
    else:
        pace = _numeric(inputs, month, curve, thresholds)
        if is_level and not row.plan.strip() and pace.planned is not None:
            pace = replace(pace, sentence=f"{pace.sentence}比率看现在的水平，不按月累计。")
    keeps = _keeps(row, year)
    return RowProgress(row, number, inputs, curve, pace, keeps, is_words, is_level, starts_later, problem)


def _is_countable(row: MonitoringRow, target: TargetReading, year: int) -> bool:
    """Whether any number could be compared with the target; where none could, the unit says in words how far it is."""
    if target.kind is Kind.DEADLINE:
        return True
    if target.kind is not Kind.QUANTITATIVE or not target.numbers:
        return False
    sure = replace(row, operator=row.operator or "=")
    return measured(sure, f"{target.numbers[0]}{target.unit}", year).case != OPEN


def _numeric(inputs: Inputs, month: int, curve: Curve, thresholds: Thresholds) -> Pace:
    upper, actual = inputs.upper, inputs.actual
    if inputs.case == "range" and upper is not None and actual is not None and actual > upper:
        says = f"{spoken(inputs, actual)} ＞ 上限 {spoken(inputs, upper)}，已经超出。"
        return Pace(Light.RED, None, None, says)
    return output_pace(
        # “=0起”: nothing is to be reached, so it is a limit to keep
        case="at_most" if inputs.case == "equal" and inputs.target == 0 else inputs.case,
        actual=inputs.actual,
        target=inputs.target,
        month=month,
        curve=curve,
        thresholds=thresholds,
    )


def _dated(row: MonitoringRow, inputs: Inputs, year: int, month: int) -> Pace:
    """A day to be ready by: kept or passed; until it comes, what the unit expects."""
    if inputs.case == "deadline":
        if inputs.done <= inputs.due:
            return Pace(Light.GREEN, None, None, f"{inputs.done} 完成，期限 {inputs.due}，按期。")
        return Pace(Light.RED, None, None, f"{inputs.done} 完成，期限 {inputs.due}，晚了。")
    due = measured(row, f"{year}年12月31日", year).due
    if not due:
        return _worded(row)
    until = f"{year}-{month:02}-{calendar.monthrange(year, month)[1]:02}"
    if due <= until:
        return Pace(Light.RED, None, None, f"期限 {due} 到 {until} 已经过了，没有写哪一天完成。")
    pace = _by_likelihood(row)
    return replace(pace, sentence=f"期限 {due} 还没有到，{pace.sentence}")


def _worded(row: MonitoringRow) -> Pace:
    """No number to judge by: what the unit says of it."""
    if not row.attainment:
        return Pace(Light.NONE, None, None, "还没有选达成情况。")
    if row.attainment == "reached":
        return Pace(Light.GREEN, None, None, "已经达成。")
    pace = _by_likelihood(row)
    words = "部分达成" if row.attainment == "partly" else "还没有达成"
    light = Light.YELLOW if row.attainment == "missed" and pace.light is Light.GREEN else pace.light
    return Pace(light, None, None, f"{words}，{pace.sentence}")


def _by_likelihood(row: MonitoringRow) -> Pace:
    light = {"certain": Light.GREEN, "possible": Light.YELLOW, "impossible": Light.RED}.get(
        row.likelihood, Light.NONE
    )
    says = _EXPECTED.get(row.likelihood)
    return Pace(light, None, None, f"单位说全年{says}。" if says else "还没有选完成目标可能性。")


def expected_of(row: MonitoringRow, year: int) -> Inputs:
    """What is expected of the year, read like a result; “≥85%” is meant as “85%”."""
    return measured(row, _COMPARED.sub("", row.expected), year)


def _keeps(row: MonitoringRow, year: int) -> bool | None:
    """Whether the year's expected result keeps the target."""
    if not row.expected.strip():
        return None
    inputs = expected_of(row, year)
    actual, target = inputs.actual, inputs.target
    if inputs.case == "deadline":
        return inputs.done <= inputs.due
    if inputs.case in (OPEN, "words") or actual is None or target is None:
        return None
    match inputs.case:
        case "at_most":
            return actual < target if inputs.strict else actual <= target
        case "range":
            return target <= actual and (inputs.upper is None or actual <= inputs.upper)
        case _:
            return actual > target if inputs.strict else actual >= target


def short_of(one: RowProgress, year: int) -> str:
    """“预计 20 场，目标 24 场”, of a row whose expected result does not keep its target."""
    inputs = expected_of(one.row, year)
    if inputs.actual is None or inputs.target is None:
        return f"预计“{one.row.expected.strip()}”，目标“{one.row.target.strip()}”"
    return f"预计 {spoken(inputs, inputs.actual)}，目标 {spoken(inputs, inputs.target)}"
