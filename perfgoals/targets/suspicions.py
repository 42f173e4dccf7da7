"""What a reviewer would ask about a value that is readable as such."""

import re

from perfgoals.targets.dates import from_excel_serial
from perfgoals.targets.quantities import Quantity, is_reverse
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.units import COUNT, MONEY, RATE, TIME, UNITS, dimension_of

_NAME_UNIT = re.compile(r"[(（]([^()（）]{1,6})[)）]\s*\Z")
_RATE_NAME = ("率", "比例", "占比", "比重")
_NO_RATE_NAME = ("频率", "效率", "功率", "速率", "分辨率", "费率")
_TIME_NAME = re.compile(r"日期|时间|及时")
_YEARS = frozenset(range(1990, 2100))
_EXCEL = (40000, 50000)


def once(doubts: tuple[str, ...]) -> tuple[str, ...]:
    """The doubts in their order, each once."""
    return tuple(dict.fromkeys(doubts)) if len(doubts) > 1 else doubts


def is_rate(name: str) -> bool:
    """Whether an indicator of this name is a rate (率, 占比), a unit in brackets aside."""
    if not name.endswith(("率", "例", "比", "重", ")", "）", " ")):
        return False
    bare = _NAME_UNIT.sub("", name)
    return bare.endswith(_RATE_NAME) and not bare.endswith(_NO_RATE_NAME)


def unread(raw: str, *doubts: str, kind: Kind = Kind.QUALITATIVE) -> TargetReading:
    """A text with digits that nobody should take for a target before a person looked."""
    return TargetReading(raw, kind, doubts=once((*doubts, "unread_digits")))


def unit_doubts(found: Quantity, name: str) -> tuple[str, ...]:
    """Units that are missing, or at odds with the one in the indicator's name."""
    unit = found.unit
    doubts: tuple[str, ...] = ()
    if not unit:
        doubts += ("no_unit",)
    in_name = _NAME_UNIT.search(name) if name else None
    if in_name is None or in_name[1].replace("％", "%") not in UNITS:
        return doubts
    named = in_name[1].replace("％", "%")
    doubts += ("unit_in_name",)
    if named == unit == "%":
        doubts += ("double_percentage",)
    elif unit and dimension_of(named) != dimension_of(unit):
        doubts += ("unit_contradicts_name",)
    return doubts


def sense_doubts(found: Quantity, operator: str, name: str, level2: str) -> tuple[str, ...]:
    """What a reviewer would ask about a number that is readable as such."""
    dimension = dimension_of(found.unit)
    doubts: tuple[str, ...] = ()
    if dimension == RATE and found.operator == "=" and 0 < found.number < 100:
        doubts += ("floor_as_equality",)
    if not found.unit and not found.operator and "时效" in level2 and found.number in _YEARS:
        doubts += ("maybe_date",)
    if found.unit.startswith("个百分点"):
        doubts += ("relative",)
    if dimension == MONEY and not found.number:
        doubts += ("zero_money",)
    if not name:
        return doubts
    if dimension in (COUNT, MONEY, TIME) and is_rate(name):
        doubts += ("unit_contradicts_name",)
    if found.operator in ("<=", "<") and dimension == COUNT and "数量" in name + level2:
        doubts += ("direction",)
    if found.operator in (">=", ">") and dimension and is_reverse(name):
        doubts += ("direction",)
    return doubts


def excel_date(
    raw: str, found: Quantity, name: str, level2: str, doubts: tuple[str, ...]
) -> TargetReading | None:
    number = found.number
    if found.unit or found.operator or not _EXCEL[0] <= number <= _EXCEL[1]:
        return None
    if number != number.to_integral_value():
        return None
    if "时效" not in level2 and not (not level2 and _TIME_NAME.search(name)):
        return None
    return TargetReading(
        raw,
        Kind.DEADLINE,
        "<=",
        False,
        (found.number,),
        date_to=from_excel_serial(int(found.number)),
        doubts=(*doubts, "excel_serial_date"),
    )
