"""Says a reading in the house notation, in words, and respells what was typed."""

from decimal import Decimal

from perfgoals.targets.dates import DATE
from perfgoals.targets.quantities import QUANTITY
from perfgoals.targets.reader import read_target
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.spelling import clean
from perfgoals.targets.units import RATE, dimension_of

_SIGNS = {">=": "≥", "<=": "≤", "=": "＝", ">": "＞", "<": "＜"}
_WORDS = {">=": "不少于", "<=": "不超过", "=": "等于", ">": "多于", "<": "少于"}
_RATE_WORDS = _WORDS | {">=": "不低于", ">": "高于", "<": "低于"}


def print_reading(reading: TargetReading) -> str:
    """The reading as screens show it after 读作: ``≥ 50 家``, ``≥ 85%``, ``95%—100%``.

    Reading it again gives the same kind, operator, numbers and unit.
    """
    match reading.kind:
        case Kind.QUANTITATIVE:
            return _quantity(reading)
        case Kind.DEADLINE:
            return _deadline(reading)
        case Kind.QUALITATIVE:
            return f"定性：{' '.join(reading.raw.split())}"
        case Kind.COMPOSITE:
            return "；".join(filter(None, map(print_reading, reading.parts)))
        case Kind.NONE:
            return ""


def describe(reading: TargetReading) -> str:
    """The reading in plain words: ``不少于 50 家``, ``不晚于 2021 年 6 月``."""
    match reading.kind:
        case Kind.QUANTITATIVE if reading.operator == "range":
            first, last = reading.numbers
            is_rate = dimension_of(reading.unit) == RATE
            return f"{_amount(first, reading.unit if is_rate else '')} 至 {_amount(last, reading.unit)}"
        case Kind.QUANTITATIVE:
            is_rate = dimension_of(reading.unit) == RATE
            word = (_RATE_WORDS if is_rate else _WORDS).get(reading.operator or "", "")
            return f"{word} {_amount(reading.numbers[0], reading.unit)}".strip()
        case Kind.DEADLINE:
            return _deadline_in_words(reading)
        case Kind.QUALITATIVE:
            return print_reading(reading)
        case Kind.COMPOSITE:
            parts = "；".join(map(describe, reading.parts))
            return f"有几项要求：{parts}" if parts else "有几项要求，须由人认定"
        case Kind.NONE:
            return "没有读出目标值"


def normalise(raw: str) -> str:
    """``raw`` in the right spelling where that is mechanical and loses nothing.

    Width, white space and operator glyphs only; anything but one plain number with
    operator and unit comes back unchanged.
    """
    reading = read_target(raw)
    if reading.kind is not Kind.QUANTITATIVE or "odd_characters" in reading.doubts:
        return raw
    text, _ = clean(raw.strip())
    if not QUANTITY.fullmatch(text) or DATE.search(text):
        return raw
    again = read_target(text)
    same = (again.operator, again.numbers, again.unit) == (
        reading.operator,
        reading.numbers,
        reading.unit,
    )
    return text if same else raw


def _number(number: Decimal) -> str:
    """With grouping, without decimals that are all zero."""
    if number == number.to_integral_value():
        return f"{int(number):,}"
    return f"{number:,f}"


def _amount(number: Decimal, unit: str) -> str:
    space = "" if unit.startswith(("%", "‰")) or not unit else " "
    return f"{_number(number)}{space}{unit}"


def _quantity(reading: TargetReading) -> str:
    if reading.operator == "range":
        first, last = reading.numbers
        if reading.unit.startswith(("%", "‰")):
            return f"{_amount(first, reading.unit)}—{_amount(last, reading.unit)}"
        return f"{_number(first)}—{_amount(last, reading.unit)}"
    sign = _SIGNS.get(reading.operator or "", "")
    return f"{sign} {_amount(reading.numbers[0], reading.unit)}".strip()


def _deadline(reading: TargetReading) -> str:
    if reading.date_from and reading.date_to:
        return f"{_date(reading.date_from)}—{_date(reading.date_to)}"
    if reading.date_from:
        return f"{_date(reading.date_from)}以后"
    if reading.date_to:
        return f"不晚于 {_date(reading.date_to)}"
    if reading.numbers:
        return f"T+{_amount(reading.numbers[0], reading.unit)}内"
    return "不晚于项目计划完成日期"


def _date(iso: str) -> str:
    """ISO as it is; a date without a year in words, which cannot be misread."""
    if not iso.startswith("--"):
        return iso
    if iso.startswith("---"):
        return f"每月{int(iso[3:])}日"
    month, _, day = iso[2:].partition("-")
    return f"{int(month)}月" + (f"{int(day)}日" if day else "")


def _deadline_in_words(reading: TargetReading) -> str:
    if reading.date_to is None or reading.date_from or reading.date_to.startswith("-"):
        if reading.numbers:
            return f"不晚于事项发生后第 {_number(reading.numbers[0])} 个{reading.unit}"
        return _deadline(reading)
    parts = reading.date_to.split("-")
    return "不晚于 " + " ".join(f"{int(part)} {word}" for part, word in zip(parts, "年月日", strict=False))
