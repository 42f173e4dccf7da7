"""From what stands on the form to what can be computed: reads target and actual value of a row.

Reading never guesses. An operator nobody wrote, a unit that does not fit, a number that is only approximate: the row is
open, with the reason, and a person mends the text or judges by a band.
"""

import calendar
import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from evaluations.scoring.arithmetic import EXACT, fits, read_points, show
from evaluations.scoring.inputs import Inputs
from perfgoals.documents.evaluation import EvaluationRow
from perfgoals.targets import UNITS, Kind, TargetReading, read_target
from perfgoals.targets.quantities import is_reverse

CASES = {">=": "at_least", ">": "at_least", "<=": "at_most", "<": "at_most", "=": "equal", "range": "range"}
# A number read with one of these doubts is not computed with before a person has mended the text.
UNSURE = {
    "malformed_number": "数字写法读不准",
    "approximate": "写的是大约的数",
    "conflicting_operators": "前后两个比较词不一致",
    "reversed_range": "区间的前一个数比后一个数大",
    "lost_operator": "数字可能是“≥”在转换时变成了“2”",
    "unread_digits": "还有数字没有读进来",
    "extra_text": "数字前后还有别的文字",
    "ratio": "写的是比例关系",
    "service_window": "写的是服务时间安排",
    "relative": "与别的基数相比，没有写基数",
    "unclear_wording": "比较关系读不准",
    "double_percentage": "百分号写了两次",
    "excel_serial_date": "像是表格软件把日期变成了序号",
    "maybe_date": "像日期，也可能是数字",
    "odd_characters": "含有看不见的符号",
    "unknown_unit": "不能确定数字后面是不是单位",
    "zero_money": "金额为零，可能是单位太大舍成了零",
}
# A self-evaluation is written in the first half of the next year: “1月5日” may lie in either year, “11月5日” in one only.
LAST_MONTH_OF_EVALUATING = 6
_MONTH = re.compile(r"--(\d{2})")
_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMALS = 2


class Unclear(Exception):
    """The row cannot be computed. ``judgeable``: a person may settle it by a band."""

    def __init__(self, reason: str, *, judgeable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.judgeable = judgeable


@lru_cache(maxsize=8192)
def _read(text: str, name: str, level2: str) -> TargetReading:
    return read_target(text, name=name, level2=level2)


def measure(row: EvaluationRow, fiscal_year: int, *, is_satisfaction: bool = False) -> Inputs:
    """What the points of the row are computed from; ``case`` is ``open`` where something is missing or unclear."""
    given = read_points(row.self_score)
    base = Inputs(
        weight=_weight(row.weight),
        band=row.band,
        given=given,
        given_text=(row.self_score or "") if given is None else "",
        is_key=row.is_key,
        not_applicable=row.not_applicable,
    )
    if base.not_applicable:
        return base
    try:
        return _measured(base, row, fiscal_year, is_satisfaction=is_satisfaction)
    except Unclear as unclear:
        return replace(base, open_reason=unclear.reason, judgeable=unclear.judgeable)


def _weight(text: str | None) -> Decimal | None:
    weight = read_points(text)
    exponent = weight.as_tuple().exponent if weight is not None else 0
    return (
        weight
        if weight is not None and weight > 0 and isinstance(exponent, int) and -exponent <= _DECIMALS
        else None
    )


def _measured(base: Inputs, row: EvaluationRow, year: int, *, is_satisfaction: bool) -> Inputs:
    target = _read(row.target, row.name, row.level2 or "")
    match target.kind:
        case Kind.NONE:
            raise Unclear("目标值没有写，或读不出。")
        case Kind.QUALITATIVE:
            return replace(base, case="words")
        case Kind.COMPOSITE if any(part.numbers or part.date_to for part in target.parts):
            raise Unclear("一个目标值里有几项要求，由人判定。", judgeable=True)
        case Kind.COMPOSITE:
            return replace(base, case="words")
        case Kind.DEADLINE:
            return _dated(base, row, target, year)
    return _numeric(base, row, target, is_satisfaction=is_satisfaction)


# Numbers ----------------------------------------------------------------------------------------------------------------


def _numeric(base: Inputs, row: EvaluationRow, target: TargetReading, *, is_satisfaction: bool) -> Inputs:
    operator = target.operator if target.operator_explicit else row.operator
    _sure(target, "目标值")
    if operator not in CASES:
        raise Unclear("目标值没有写比较符号（≥、≤、＝），请先确认。")
    actual = _actual_number(row, target)
    numbers, unit = _comparable(target, actual)
    low, result = numbers[0], numbers[-1]
    if not all(fits(number) for number in numbers):
        raise Unclear("数太大，或小数位太多。")
    if low < 0:
        raise Unclear("目标值是负数，口径没有写怎样算，由人判定。", judgeable=True)
    case = CASES[operator]
    if case == "range" and len(numbers) != 3:
        raise Unclear("区间要写两个数。")
    if result < 0 and low == 0 and case in ("at_least", "range"):
        raise Unclear("目标是 0、实际是负数，口径没有写怎样算，由人判定。", judgeable=True)
    if case == "equal" and result > low > 0 and is_reverse(row.name):
        raise Unclear(f"“{row.name}”像是越少越好，目标写的是“等于”，实际超过了目标，由人判定。", judgeable=True)
    if is_satisfaction and case == "at_least" and unit == "%":
        case = "satisfaction"
    return replace(
        base,
        case=case,
        target=low,
        upper=numbers[1] if case == "range" else None,
        actual=result,  # a negative one is worth what zero is: nothing, or a kept limit
        strict=operator in ("<", ">"),
        direction_doubt="direction" in target.doubts,
        unit=unit,
    )


def _sure(reading: TargetReading, what: str, *, but: str = "") -> None:
    for doubt in reading.doubts:
        if doubt in UNSURE and doubt != but:
            raise Unclear(f"{what}“{reading.raw.strip()}”{UNSURE[doubt]}，请改写。")


def _actual_number(row: EvaluationRow, target: TargetReading) -> TargetReading:
    if not row.actual.strip():
        raise Unclear("没有写实际完成值。")
    actual = _read(row.actual, row.name, "")
    if actual.kind is not Kind.QUANTITATIVE or len(actual.numbers) != 1:
        raise Unclear(f"目标是数，实际完成值“{row.actual.strip()}”也要写一个数。")
    # No operator belongs here, so none can have been lost: 2999 is a plain number.
    _sure(actual, "实际完成值", but="lost_operator")
    if actual.operator_explicit and actual.operator != "=":
        raise Unclear(f"实际完成值“{row.actual.strip()}”要写做到了多少，不写≥、≤。")
    return actual


def _comparable(target: TargetReading, actual: TargetReading) -> tuple[tuple[Decimal, ...], str]:
    """Target numbers and, last, the actual one in a common unit, and that unit."""
    numbers = (*target.numbers, *actual.numbers)
    if target.unit == actual.unit:
        return numbers, target.unit
    for bare, written in ((target, actual), (actual, target)):
        if not bare.unit:
            return numbers, _unit_for_both(bare, written)
    wanted, got = UNITS.get(target.unit), UNITS.get(actual.unit)
    if not wanted or not got or not wanted.factor or not got.factor or wanted.base != got.base:
        raise Unclear(f"目标的单位是“{target.unit}”，实际完成值的单位是“{actual.unit}”，不能相比。")
    factor, theirs = wanted.factor, got.factor
    common = tuple(EXACT.multiply(number, factor) for number in target.numbers)
    return (*common, EXACT.multiply(actual.numbers[0], theirs)), wanted.base


def _unit_for_both(bare: TargetReading, written: TargetReading) -> str:
    """A bare number beside ``50家`` counts the same things; beside ``95%`` or ``3万元`` it may mean anything."""
    unit = UNITS.get(written.unit)
    if unit is None or unit.dimension != "count" or unit.name.startswith("万"):
        raise Unclear(f"“{bare.raw.strip()}”没有写单位，不能与“{written.raw.strip()}”相比。")
    return written.unit


# Dates ------------------------------------------------------------------------------------------------------------------


def _dated(base: Inputs, row: EvaluationRow, target: TargetReading, year: int) -> Inputs:
    _sure(target, "目标值")
    if not target.date_to or target.date_from or target.operator != "<=":
        raise Unclear("目标值没有写清最迟哪一天。", judgeable=True)
    due = _day(target.date_to, year)
    if not row.actual.strip():
        raise Unclear("没有写实际完成的日期。")
    actual = _read(row.actual, row.name, "时效")
    if actual.kind is not Kind.DEADLINE or not actual.date_to:
        raise Unclear(
            f"目标是期限，实际完成值“{row.actual.strip()}”没有写哪一天完成，由人判定。", judgeable=True
        )
    _sure(actual, "实际完成值")
    if (yearless := _MONTH.match(actual.date_to)) and int(yearless[1]) <= LAST_MONTH_OF_EVALUATING:
        raise Unclear(f"实际完成值“{row.actual.strip()}”没有写年份，看不出是当年还是下一年。", judgeable=True)
    first, done = _first_day(actual, year), _day(actual.date_to, year)
    if first <= due < done:
        raise Unclear(f"实际完成值“{row.actual.strip()}”没有写到日，看不出是否按期。", judgeable=True)
    return replace(base, case="deadline", due=due, done=done)


def _day(date: str, year: int) -> str:
    """The last day that ``date`` (``2021-06``, ``--12-31``) may mean, ISO. Years that are not written are the form's."""
    if date.startswith("---"):
        raise Unclear("期限是每月的某一天，由人判定。", judgeable=True)
    full = f"{year}{date[1:]}" if date.startswith("--") else date
    try:
        parts = [int(part) for part in full.split("-")]
        month = parts[1] if len(parts) > 1 else 12
        day = parts[2] if len(parts) > 2 else calendar.monthrange(parts[0], month)[1]
    except (ValueError, calendar.IllegalMonthError) as error:
        raise Unclear("没有这一天。") from error
    return f"{parts[0]:04}-{month:02}-{day:02}"


def _first_day(actual: TargetReading, year: int) -> str:
    """The first day that the actual date may mean: itself when written to the day."""
    date = actual.date_from or actual.date_to or ""
    full = f"{year}{date[1:]}" if date.startswith("--") else date
    if actual.operator_explicit and not actual.date_from:
        return "0000-01-01"  # 12月底前: any day up to then
    if _FULL_DATE.fullmatch(full):
        return full
    parts = full.split("-")
    return f"{parts[0]:0>4}-{parts[1] if len(parts) > 1 else '01'}-01"


def spoken(row: Inputs, number: Decimal) -> str:
    """A number of the row with its unit, as in a sentence."""
    space = "" if row.unit in ("%", "‰") or not row.unit else " "
    return f"{show(number)}{space}{row.unit}"
