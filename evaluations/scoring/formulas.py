"""The formulas of the rule sets, each a named function: a row in, points out.

Plain arithmetic on frozen values. Every one (but ``steps``) gives full points for a met target, nothing under zero and nothing over the
weight. Where a rule set leaves the judgement to a person, or a formula has no answer, ``NeedsPerson`` says why.
Clauses stand in the rule set that chose the formula (``domain.md`` 3.4–3.9 and 4.4 list the sources).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from evaluations.scoring.arithmetic import HUNDRED, ZERO, cents, share
from evaluations.scoring.inputs import Inputs
from perfgoals.editions.rules import Formula, Step

NOTHING = cents(ZERO)


class NeedsPerson(Exception):
    """The rules do not decide this row. ``suggestion`` is what a formula would say, for show only."""

    def __init__(self, reason: str, suggestion: Decimal | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion


def is_met(row: Inputs) -> bool:
    """The target is reached. For ``=`` more is met too: the formulas for ``=`` decide what that is worth."""
    actual, target = _both(row) if row.case != "deadline" else (ZERO, ZERO)
    match row.case:
        case "at_least" | "satisfaction":
            return actual > target if row.strict else actual >= target
        case "at_most":
            return actual < target if row.strict else actual <= target
        case "equal":
            return actual >= target if target > 0 else actual <= 0
        case "range":
            return target <= actual <= _upper(row)
        case _:
            return row.done <= row.due


def proportional(row: Inputs, rule: Formula) -> Decimal:
    """≥ ＞: W × A ÷ T, at most W (3.4). A negative result counts as zero."""
    actual, target = _both(row)
    return _full(row) if is_met(row) else share(_full(row), actual, target)


def proportional_from(row: Inputs, rule: Formula) -> Decimal:
    """完成比例赋分 with a pass threshold: as ``proportional``, but nothing under the threshold (4.4)."""
    actual, target = _both(row)
    passed = actual * HUNDRED >= (rule.pass_from or ZERO) * target
    return proportional(row, rule) if is_met(row) or passed else NOTHING


def linear_overrun(row: Inputs, rule: Formula) -> Decimal:
    """≤ ＜: W × (1 − (A − T) ÷ T), nothing from 2T on; a target of zero overrun gives nothing (3.5)."""
    actual, target = _both(row)
    return _full(row) if is_met(row) else share(_full(row), 2 * target - actual, target)


def ratio_overrun(row: Inputs, rule: Formula) -> Decimal:
    """≤ ＜: W × T ÷ A, at most W (3.5). A result of zero is met, so A is never zero here."""
    actual, target = _both(row)
    return _full(row) if is_met(row) else share(_full(row), target, actual)


def equal_as_floor(row: Inputs, rule: Formula) -> Decimal:
    """＝: T > 0 as ``proportional``; T = 0: nothing happened gives W, anything else nothing (3.4)."""
    actual, target = _both(row)
    return _full(row) if is_met(row) else share(_full(row), actual, target)


def equal_by_hand(row: Inputs, rule: Formula) -> Decimal:
    """＝ where only the exact result is computed; any other is judged by a person (3.4, second mode)."""
    actual, target = _both(row)
    if actual == target or (target == 0 and actual <= 0):
        return _full(row)
    raise NeedsPerson("目标写的是“等于”，实际与它不相等，由人判定。", equal_as_floor(row, rule))


def range_linear(row: Inputs, rule: Formula) -> Decimal:
    """Inside the range W; under it ``proportional`` to its lower end; over it ``linear_overrun`` of its upper end."""
    actual, lower = _both(row)
    if is_met(row):
        return _full(row)
    if actual < lower:
        return share(_full(row), actual, lower)
    return share(_full(row), 2 * _upper(row) - actual, _upper(row))


def range_ratio(row: Inputs, rule: Formula) -> Decimal:
    """Inside the range W; under it ``proportional`` to its lower end; over it ``ratio_overrun`` of its upper end."""
    actual, lower = _both(row)
    if is_met(row):
        return _full(row)
    return share(_full(row), actual, lower) if actual < lower else share(_full(row), _upper(row), actual)


def all_or_nothing(row: Inputs, rule: Formula) -> Decimal:
    """直接赋分, 是否评分法: met gives W, else nothing (4.4)."""
    return _full(row) if is_met(row) else NOTHING


def on_time_or_person(row: Inputs, rule: Formula) -> Decimal:
    """On time gives W; the rules do not say what being late costs."""
    if is_met(row):
        return _full(row)
    raise NeedsPerson("没有按期完成，迟了扣多少口径没有写，由人判定。")


def by_person(row: Inputs, rule: Formula) -> Decimal:
    """Met gives W; the rules do not say what missing costs."""
    if is_met(row):
        return _full(row)
    raise NeedsPerson("没有达到目标，扣多少口径没有写，由人判定。")


def steps(row: Inputs, rule: Formula) -> Decimal:
    """满意度赋分: the step that the rate reaches, whatever the target was (4.4). The one formula that ignores the target."""
    actual, _ = _both(row)
    return stepped(_full(row), actual, rule.steps)


def stepped(points: Decimal, percent: Decimal, each: tuple[Step, ...]) -> Decimal:
    """The share of ``points`` for the highest floor that ``percent`` reaches."""
    reached = next((step.share for step in each if percent >= step.floor), ZERO)
    return share(points, reached, HUNDRED)


def _both(row: Inputs) -> tuple[Decimal, Decimal]:
    """Actual and target. Reading (``measuring``) leaves no numeric case without them."""
    if row.actual is None or row.target is None:
        raise NeedsPerson("没有目标值或实际完成值。")
    return row.actual, row.target


def _upper(row: Inputs) -> Decimal:
    if row.upper is None:
        raise NeedsPerson("区间没有上限。")
    return row.upper


def _full(row: Inputs) -> Decimal:
    if row.weight is None:
        raise NeedsPerson("没有分值。")
    return row.weight


BY_NAME: Mapping[str, Callable[[Inputs, Formula], Decimal]] = MappingProxyType(
    {
        formula.__name__: formula
        for formula in (
            proportional,
            proportional_from,
            linear_overrun,
            ratio_overrun,
            equal_as_floor,
            equal_by_hand,
            range_linear,
            range_ratio,
            all_or_nothing,
            on_time_or_person,
            by_person,
            steps,
        )
    }
)
