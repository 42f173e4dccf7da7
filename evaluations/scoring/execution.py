"""The budget's execution: both rates, its points, and the cap that a low rate puts on the whole form."""

from dataclasses import dataclass
from decimal import Decimal

from evaluations.scoring.arithmetic import EXACT, HUNDRED, cents, share, show, show_points
from evaluations.scoring.formulas import stepped
from evaluations.scoring.inputs import ExecutionInputs
from perfgoals.editions.rules import Cap, Execution, RuleSet


@dataclass(frozen=True, slots=True)
class ExecutionScore:
    """``points`` is None where the rule set gives none for execution, or where ``open_reason`` says what is missing."""

    inputs: ExecutionInputs
    rate: Decimal | None  # executed ÷ adjusted budget, percent, two decimals
    rate_initial: Decimal | None  # executed ÷ initial budget
    weight: Decimal | None = None
    points: Decimal | None = None
    formula: str = ""
    clause: str = ""
    unconfirmed: bool = False
    sentence: str = ""
    open_reason: str = ""


def rate(executed: Decimal | None, budget: Decimal | None) -> Decimal | None:
    """Percent with two decimals; None without a positive budget or with a negative execution."""
    if executed is None or budget is None or budget <= 0 or executed < 0:
        return None
    return cents(EXACT.divide(EXACT.multiply(executed, HUNDRED), budget))


def score_execution(inputs: ExecutionInputs, rules: RuleSet) -> ExecutionScore:
    """Both rates always; points where the rule set has some for execution."""
    rates = rate(inputs.executed, inputs.adjusted), rate(inputs.executed, inputs.initial)
    if rules.execution is None:
        return ExecutionScore(inputs, *rates)
    rule = rules.execution
    points, sentence, reason = _points(inputs, rule)
    return ExecutionScore(
        inputs,
        *rates,
        weight=rule.points,
        points=points,
        formula=rule.formula.name,
        clause=rule.formula.clause,
        unconfirmed=rule.formula.unconfirmed,
        sentence=sentence,
        open_reason=reason,
    )


def _points(inputs: ExecutionInputs, rule: Execution) -> tuple[Decimal | None, str, str]:
    name, budget = ("调整后预算", inputs.adjusted) if rule.base == "adjusted" else ("年初预算", inputs.initial)
    executed = inputs.executed
    if executed is None or budget is None:
        return None, "", f"预算执行率算不出来：没有写{'预算执行数' if executed is None else name}。"
    if budget <= 0 or executed < 0:
        return None, "", f"预算执行率算不出来：{name}要大于 0，执行数不能为负。"
    says = f"{show(executed)} ÷ {show(budget)}"
    if rule.formula.name == "stepped_rate":
        return _stepped(inputs, rule, executed, budget, says)
    points = share(rule.points, executed, budget)
    over = "（超过预算，按 100% 计）" if executed > budget else ""
    return points, f"{show(rule.points)} × {says} ＝ {show_points(points)}{over}", ""


def _stepped(
    inputs: ExecutionInputs, rule: Execution, executed: Decimal, budget: Decimal, says: str
) -> tuple[Decimal | None, str, str]:
    """Finished within the budget gives all; unfinished, the step of the rate (4.4)."""
    if executed > budget:
        return None, "", "执行数超过预算，分档没有写到，由人判定。"
    if inputs.is_finished is None:
        return None, "", "没有写项目是否已经完成：按期完成的得满分，没有完成的按执行率分档。"
    if inputs.is_finished:
        return cents(rule.points), f"在预算内完成，得满分 {show(rule.points)} 分。", ""
    # Compared exactly: 79.999 % must not be rounded up into the step of 80.
    exact = EXACT.divide(EXACT.multiply(executed, HUNDRED), budget)
    points = stepped(rule.points, exact, rule.formula.steps)
    return points, f"没有完成，执行率 {says} ＝ {show_points(cents(exact))}%，得 {show_points(points)} 分。", ""


def cap_of(inputs: ExecutionInputs, rules: RuleSet) -> Cap | None:
    """The lowest cap whose rate is undercut; compared exactly. None without caps or without a rate."""
    executed, budget = inputs.executed, inputs.adjusted
    if rate(executed, budget) is None or executed is None or budget is None:
        return None
    under = [cap for cap in rules.caps if EXACT.multiply(executed, HUNDRED) < EXACT.multiply(cap.below, budget)]
    return min(under, key=lambda cap: cap.total, default=None)
