"""Says in Chinese how a row came to its points, and what would have made them full."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from evaluations.scoring.arithmetic import HUNDRED, show, show_points
from evaluations.scoring.formulas import is_met
from evaluations.scoring.inputs import Inputs
from evaluations.scoring.measuring import spoken
from perfgoals.editions.rules import Formula

SIGNS = {
    ("at_least", False): ("≥", "＜"),
    ("at_least", True): ("＞", "≤"),
    ("satisfaction", False): ("≥", "＜"),
    ("satisfaction", True): ("＞", "≤"),
    ("at_most", False): ("≤", "＞"),
    ("at_most", True): ("＜", "≥"),
}
_None = Decimal(0)


def sentence(row: Inputs, rule: Formula, points: Decimal) -> str:
    """One sentence for computed points: comparison, then formula with its numbers."""
    weight = row.weight or _None
    if row.case == "deadline":
        return _deadline(row, points)
    if rule.name == "steps":
        return f"满意度 {spoken(row, row.actual or _None)}，按分档得 {show_points(points)} 分（权重 {show(weight)} 分）。"
    if is_met(row):
        return f"{_comparison(row, met=True)}，得满分 {show(weight)} 分。"
    if points == 0:
        return f"{_comparison(row, met=False)}，{_why_nothing(row, rule)}，得 0 分。"
    says = FORMULA.get(rule.name)
    arithmetic = says(row, weight, row.target or _None, row.actual or _None) if says else ""
    bound = "，刚好在界限上，没有越过它" if row.strict and row.actual == row.target else ""
    return f"{_comparison(row, met=False)}{bound}，{arithmetic} ＝ {show_points(points)}，得 {show_points(points)} 分。"


def to_full(row: Inputs) -> str:
    """“差 2 家得满分”; "" where the target is met or no number stands behind the row."""
    if row.case == "satisfaction" or row.actual is None or row.target is None or is_met(row):
        return ""
    if row.case == "at_most" or (row.case == "range" and row.actual > (row.upper or _None)):
        limit = row.upper if row.case == "range" and row.upper is not None else row.target
        more = row.actual - limit
        return f"少 {spoken(row, more)}得满分" if more else "再少一点得满分"
    if row.case == "equal" and row.target == 0:
        return f"少 {spoken(row, row.actual)}得满分"
    more = row.target - row.actual
    return f"差 {spoken(row, more)}得满分" if more else "再多一点得满分"


def _comparison(row: Inputs, *, met: bool) -> str:
    actual, target = row.actual or _None, row.target or _None
    if row.case == "range":
        inside = "在" if met else "不在"
        return f"实际 {spoken(row, actual)}，{inside} {show(target)}—{spoken(row, row.upper or _None)} 之内"
    if row.case == "equal":
        sign = "＝" if actual == target else "＞" if actual > target else "＜"
        return f"实际 {show(actual)} {sign} 目标 {spoken(row, target)}"
    good, bad = SIGNS[row.case, row.strict]
    return f"实际 {show(actual)} {good if met else bad} 目标 {spoken(row, target)}"


def _deadline(row: Inputs, points: Decimal) -> str:
    if is_met(row):
        return f"{row.done} 完成，不晚于 {row.due}，得满分 {show(row.weight or _None)} 分。"
    return f"{row.done} 完成，晚于 {row.due}，得 {show_points(points)} 分。"


def _ratio(row: Inputs, weight: Decimal, target: Decimal, actual: Decimal) -> str:
    return f"权重 × 实际 ÷ 目标 ＝ {show(weight)} × {show(actual)} ÷ {show(target)}"


def _reverse(row: Inputs, weight: Decimal, target: Decimal, actual: Decimal) -> str:
    return f"权重 × 目标 ÷ 实际 ＝ {show(weight)} × {show(target)} ÷ {show(actual)}"


def _overrun(row: Inputs, weight: Decimal, target: Decimal, actual: Decimal) -> str:
    return (
        f"权重 ×（1 −（实际 − 目标）÷ 目标）＝ "
        f"{show(weight)} ×（1 −（{show(actual)} − {show(target)}）÷ {show(target)}）"
    )


def _range_linear(row: Inputs, weight: Decimal, target: Decimal, actual: Decimal) -> str:
    upper = row.upper or _None
    return _ratio(row, weight, target, actual) if actual < target else _overrun(row, weight, upper, actual)


def _range_ratio(row: Inputs, weight: Decimal, target: Decimal, actual: Decimal) -> str:
    upper = row.upper or _None
    return _ratio(row, weight, target, actual) if actual < target else _reverse(row, weight, upper, actual)


FORMULA: Mapping[str, Callable[[Inputs, Decimal, Decimal, Decimal], str]] = MappingProxyType(
    {
        "proportional": _ratio,
        "proportional_from": _ratio,
        "equal_as_floor": _ratio,
        "linear_overrun": _overrun,
        "ratio_overrun": _reverse,
        "range_linear": _range_linear,
        "range_ratio": _range_ratio,
    }
)


def _why_nothing(row: Inputs, rule: Formula) -> str:
    actual, target = row.actual or _None, row.target or _None
    if rule.name == "all_or_nothing":
        return "没有达到不得分"
    if target == 0:
        return "没有做到" if row.case == "at_least" else "目标为零，没有守住"
    if actual <= 0:
        return "没有完成"
    if rule.name == "proportional_from" and rule.pass_from and actual * HUNDRED < rule.pass_from * target:
        return f"没有到及格线（目标的 {show(rule.pass_from)}%）"
    limit = row.upper if row.case == "range" and row.upper is not None else target
    if rule.name in ("linear_overrun", "range_linear") and actual >= 2 * limit:
        return "超过了一倍"
    return "按公式算不到 0.005 分"


def outside_window(row: Inputs, low: Decimal, high: Decimal) -> str:
    """Why a key indicator has no points."""
    actual, target = row.actual or _None, row.target or _None
    return (
        f"核心指标：实际 {show(actual)} 对目标 {spoken(row, target)}，"
        f"完成率不在 {show(low * HUNDRED)}%—{show(high * HUNDRED)}% 之内，不得分。"
    )
