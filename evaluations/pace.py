"""Progress in the course of the year against what was planned by then: lights with their arithmetic (F75, F76).

Pure: readings, a planned curve and thresholds in; a light, the numbers behind it and a sentence out. A light is a
reason to look, never a deduction; thresholds are data of a place and a year and are shown beside the light.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from evaluations.scoring.arithmetic import EXACT, HUNDRED, ZERO, cents, show
from perfgoals.editions.monitoring import MONTHS, Thresholds


class Light(StrEnum):
    """What a page shows as shape and word, never as a colour alone."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NONE = "none"  # nothing to judge by

    @property
    def label(self) -> str:
        return {"green": "正常", "yellow": "偏慢", "red": "滞后", "none": "无法判断"}[self.value]


@dataclass(frozen=True, slots=True)
class Curve:
    """How much of the year's target is planned by the end of each month, in percent, never falling.

    Months without a figure lie on the straight line between their neighbours; before the first it begins at zero,
    December is 100 unless said otherwise.
    """

    points: Mapping[int, Decimal]

    def __post_init__(self) -> None:
        ordered = [self.points[month] for month in sorted(self.points)]
        if any(not 1 <= month <= MONTHS for month in self.points):
            raise ValueError("月份要在 1 到 12 之间。")
        if any(not 0 <= value <= HUNDRED for value in ordered):
            raise ValueError("计划进度要在 0 到 100 之间。")
        if any(later < earlier for earlier, later in pairwise(ordered)):
            raise ValueError("计划进度只能往上走，后面的月份不能比前面的低。")

    def at(self, month: int) -> Decimal:
        """Percent planned by the end of ``month``; 0 for month 0."""
        known = {0: ZERO, MONTHS: HUNDRED} | dict(self.points)
        before = max(one for one in known if one <= month)
        after = min(one for one in known if one >= month)
        if before == after:
            return known[before]
        share = EXACT.divide(Decimal(month - before), Decimal(after - before))
        return cents(known[before] + (known[after] - known[before]) * share)


STRAIGHT = Curve({})


@dataclass(frozen=True, slots=True)
class Pace:
    """One light with everything behind it. Percent with two decimals; None where nothing can be computed."""

    light: Light
    progress: Decimal | None
    planned: Decimal | None
    sentence: str


def output_pace(
    *,
    case: str,
    actual: Decimal | None,
    target: Decimal | None,
    month: int,
    curve: Curve,
    thresholds: Thresholds,
) -> Pace:
    """A row whose target is a number; ``case`` as in scoring (``at_least``, ``at_most``, ``equal``, ``satisfaction``).

    A ceiling (``at_most``) is not reached but kept: it is judged by whether it is passed, not by how much is used.
    """
    if actual is None or target is None:
        return Pace(Light.NONE, None, None, "还没有本期完成值，或者读不出数，无法判断。")
    if case == "at_most":
        return _ceiling(actual, target)
    if target <= 0:
        return Pace(Light.NONE, None, None, "目标是零，没有进度可算，由人判断。")
    progress = cents(EXACT.divide(EXACT.multiply(actual, HUNDRED), target))
    planned = curve.at(month)
    return _judged(progress, planned, month, f"{show(actual)} ÷ {show(target)}", thresholds)


def execution_pace(
    executed: Decimal | None, budget: Decimal | None, month: int, thresholds: Thresholds
) -> Pace:
    """The budget's execution against the floor of the month."""
    if executed is None or budget is None or budget <= 0:
        return Pace(Light.NONE, None, None, "没有预算数或执行数，算不出执行率。")
    rate = cents(EXACT.divide(EXACT.multiply(executed, HUNDRED), budget))
    least = thresholds.least_execution(month)
    says = f"1—{month} 月执行率 {show(executed)} ÷ {show(budget)} ＝ {show(rate)}%"
    if least is None:
        return Pace(Light.NONE, rate, None, f"{says}，这个月份没有规定的下限。")
    # Compared exactly: 39.996 % is under 40 although it is printed as 40.00.
    under = EXACT.multiply(executed, HUNDRED) < EXACT.multiply(least, budget)
    if under:
        return Pace(Light.RED, rate, least, f"{says}，低于 {show(least)}%。")
    return Pace(Light.GREEN, rate, least, f"{says}，不低于 {show(least)}%。")


def money_against_output(execution: Decimal | None, outputs: Iterable[Decimal], thresholds: Thresholds) -> str:
    """A sentence where money and output run apart by more than the threshold, else "".

    ``outputs`` are the rows' progress; one that is beyond its target counts as 100.
    """
    known = [min(one, HUNDRED) for one in outputs]
    if execution is None or not known:
        return ""
    average = cents(EXACT.divide(sum(known, ZERO), Decimal(len(known))))
    apart = abs(average - execution)
    if apart <= thresholds.gap:
        return ""
    which = "产出走在钱前面" if average > execution else "钱走在产出前面"
    return (
        f"产出平均完成 {show(average)}%，预算执行 {show(execution)}%，相差 {show(apart)} 个百分点，"
        f"超过 {show(thresholds.gap)} 个：{which}。"
    )


def _ceiling(actual: Decimal, target: Decimal) -> Pace:
    if actual > target:
        return Pace(Light.RED, None, None, f"{show(actual)} ＞ 上限 {show(target)}，已经超出。")
    return Pace(Light.GREEN, None, None, f"{show(actual)} ≤ 上限 {show(target)}，没有超出。")


def _judged(progress: Decimal, planned: Decimal, month: int, says: str, thresholds: Thresholds) -> Pace:
    behind = planned - progress
    reached = f"1—{month} 月完成 {says} ＝ {show(progress)}%，计划 {show(planned)}%"
    if behind <= thresholds.yellow:
        apart = f"，快 {show(-behind)} 个百分点" if behind < 0 else ""
        if behind > 0:
            apart = f"，慢 {show(behind)} 个百分点，没有超过 {show(thresholds.yellow)} 个"
        return Pace(Light.GREEN, progress, planned, f"{reached}{apart}。")
    light = Light.RED if behind > thresholds.red else Light.YELLOW
    limit = thresholds.red if light is Light.RED else thresholds.yellow
    return Pace(light, progress, planned, f"{reached}，慢 {show(behind)} 个百分点，超过 {show(limit)} 个。")
