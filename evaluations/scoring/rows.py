"""The points of one row from its inputs. What is stored is enough to do it again: ``settle`` looks at nothing else."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evaluations.scoring.arithmetic import EXACT, ZERO, cents, show, show_points
from evaluations.scoring.bands import Interval, band_of, interval
from evaluations.scoring.formulas import BY_NAME, NeedsPerson
from evaluations.scoring.inputs import OPEN, Inputs
from evaluations.scoring.sentences import outside_window, sentence, to_full
from perfgoals.editions.rules import Formula, RuleSet
from perfgoals.targets.reached import is_far_over

NO_FORMULA = Formula("", "")
GIVEN_CLAUSE = "自评分由单位给（表上“自评分”一栏）。"


class Basis(StrEnum):
    """Whose word the points of a row are."""

    COMPUTED = "computed"  # by a formula from the actual value
    JUDGED = "judged"  # given within the chosen band
    GIVEN = "given"  # the unit's own points, where the form asks for them
    NOT_APPLICABLE = "not_applicable"
    OPEN = "open"  # needs a person


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person should look at; never a deduction."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """One row's points with everything that explains them. ``points`` is None while ``basis`` is open or not applicable."""

    inputs: Inputs
    basis: Basis
    points: Decimal | None = None
    computed: Decimal | None = None
    formula: str = ""
    clause: str = ""
    unconfirmed: bool = False
    sentence: str = ""
    open_reason: str = ""
    allowed: Interval | None = None
    to_full: str = ""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Computed:
    """What the formulas say, before it is known whether they decide."""

    formula: Formula
    points: Decimal | None
    sentence: str
    open_reason: str = ""
    judgeable: bool = False


def settle(row: Inputs, rules: RuleSet) -> Settled:
    """The points of a row, or why a person is needed."""
    if row.not_applicable:
        return Settled(
            row,
            Basis.NOT_APPLICABLE,
            formula="not_applicable",
            clause=rules.not_applicable_clause,
            sentence="本项目不适用这个指标。",
        )
    if row.weight is None:
        return Settled(row, Basis.OPEN, open_reason="分值没有写清：要写大于 0、最多两位小数的数。")
    result = _computed(row, rules)
    if result.points is None and result.judgeable and row.band:
        return _judged(row, row.weight, rules)
    if rules.unit_judges and (row.given is not None or row.given_text):
        return _given(row, row.weight, result, rules)
    if result.points is None:
        reason = result.open_reason + (_choose(row.weight, rules) if result.judgeable else "")
        return Settled(row, Basis.OPEN, None, None, *_rule(result.formula), open_reason=reason)
    return Settled(
        row,
        Basis.COMPUTED,
        result.points,
        result.points,
        *_rule(result.formula),
        sentence=result.sentence,
        to_full=to_full(row),
        flags=_flags(row, result.points, rules),
    )


def _rule(formula: Formula) -> tuple[str, str, bool]:
    return formula.name, formula.clause, formula.unconfirmed


def _computed(row: Inputs, rules: RuleSet) -> _Computed:
    words = Formula("bands", rules.bands_clause, rules.formulas["words"].unconfirmed)
    if row.case == OPEN:
        return _Computed(words if row.judgeable else NO_FORMULA, None, "", row.open_reason, row.judgeable)
    if row.case == "words":
        return _Computed(words, None, "", "定性指标：先选完成档次，再给分。", judgeable=True)
    if (window := rules.window) and row.is_key and _outside(row, window.low, window.high):
        formula = Formula("zero_outside_window", window.clause, window.unconfirmed)
        return _Computed(formula, cents(ZERO), outside_window(row, window.low, window.high))
    case = row.case if row.case != "satisfaction" or "satisfaction" in rules.formulas else "at_least"
    formula = rules.formulas[case]
    try:
        points = BY_NAME[formula.name](row, formula)
    except NeedsPerson as needed:
        hint = "" if needed.suggestion is None else f"按比例算是 {show_points(needed.suggestion)} 分，供参考。"
        return _Computed(formula, None, "", needed.reason + hint, judgeable=True)
    return _Computed(formula, points, sentence(row, formula, points))


def _outside(row: Inputs, low: Decimal, high: Decimal) -> bool:
    """A ÷ T outside low … high, for targets to be reached. A target of zero has no such ratio."""
    if row.case not in ("at_least", "satisfaction", "equal") or not row.target or row.actual is None:
        return False
    return not EXACT.multiply(low, row.target) <= row.actual <= EXACT.multiply(high, row.target)


def _judged(row: Inputs, weight: Decimal, rules: RuleSet) -> Settled:
    """Points within the chosen band; outside of it they are refused with the interval."""
    rule = ("bands", rules.bands_clause, rules.formulas["words"].unconfirmed)
    band = band_of(rules, row.band)
    if band is None:
        return Settled(row, Basis.OPEN, None, None, *rule, open_reason=f"没有“{row.band}”这个档次。")
    allowed = interval(weight, band)
    says = f"“{band.label}”：{show(weight)} 分的 {show(band.floor)}%—{show(band.ceiling)}%，可给 {allowed} 分"
    reason = ""
    if row.given is None:
        reason = f"{says}，还没有给分。"
    elif row.given not in allowed:
        reason = f"{says}；给了 {show(row.given)} 分，不在里面。"
    elif cents(row.given) != row.given:
        reason = f"{says}；给了 {show(row.given)} 分，最多写两位小数。"
    if reason:
        return Settled(row, Basis.OPEN, None, None, *rule, open_reason=reason, allowed=allowed)
    given = row.given if row.given is not None else ZERO
    return Settled(
        row,
        Basis.JUDGED,
        given,
        None,
        *rule,
        sentence=f"{says}，给 {show(given)} 分。",
        allowed=allowed,
    )


def _given(row: Inputs, weight: Decimal, result: _Computed, rules: RuleSet) -> Settled:
    """The unit's own points count; what the formulas say stands beside them."""
    given = row.given
    if given is None:
        return Settled(
            row, Basis.OPEN, None, result.points, open_reason=f"自评分“{row.given_text}”不是一个数。"
        )
    if not 0 <= given <= weight or cents(given) != given:
        reason = f"自评分 {show(given)} 要在 0 和分值 {show(weight)} 之间，最多两位小数。"
        return Settled(row, Basis.OPEN, None, result.points, open_reason=reason)
    if result.points is None:
        said = f"按自评分 {show(given)} 分计入，未经核算：{result.open_reason}"
        return Settled(row, Basis.GIVEN, given, None, "given", GIVEN_CLAUSE, sentence=said)
    flags = _flags(row, result.points, rules)
    if given != result.points:
        text = f"自评 {show(given)} 分，按公式是 {show(result.points)} 分。"
        flags = (
            Flag("given_above_computed" if given > result.points else "given_below_computed", text),
            *flags,
        )
    return Settled(
        row,
        Basis.GIVEN,
        given,
        result.points,
        *_rule(result.formula),
        sentence=f"按自评分 {show(given)} 分计入。核算：{result.sentence}",
        to_full=to_full(row),
        flags=flags,
    )


def _choose(weight: Decimal, rules: RuleSet) -> str:
    each = "；".join(f"{band.label} {interval(weight, band)} 分" for band in rules.bands)
    return f"各档可给：{each}。"


def _flags(row: Inputs, points: Decimal, rules: RuleSet) -> tuple[Flag, ...]:
    """What to look at although the points are computed; nothing is deducted by it."""
    turned = (Flag("direction", "目标的比较方向与指标的含义可能相反，请确认。"),) if row.direction_doubt else ()
    return turned + _far_over(row, points, rules)


def _far_over(row: Inputs, points: Decimal, rules: RuleSet) -> tuple[Flag, ...]:
    """Far over the target: “目标是否偏低？”"""
    over = rules.over
    if over is None or row.actual is None or row.target is None or points == 0:
        return ()
    if row.case not in ("at_least", "satisfaction", "equal"):
        return ()
    if row.target == 0:
        if over.from_zero is None or row.actual < over.from_zero or row.case == "equal":
            return ()
        return (Flag("far_over", f"目标是 0，实际做到 {show(row.actual)}。目标是否偏低？"),)
    if not is_far_over(row.target, row.actual, over.ratio):
        return ()
    percent = cents(EXACT.divide(EXACT.multiply(row.actual, Decimal(100)), row.target))
    return (
        Flag(
            "far_over", f"完成值是目标的 {show(percent)}%，达到或超过 {show(over.ratio * 100)}%。目标是否偏低？"
        ),
    )
