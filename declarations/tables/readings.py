"""The 读作 cell: how a target value was read, in the words and glyphs of the grid."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from perfgoals.targets import DOUBT_LABELS, Kind, print_reading, read_target

# What fits into the cell. Every other doubt shows its shape there and its sentence to who asks; 体检 says it in full.
_SHORT = {
    "no_unit": "缺计量单位",
    "no_operator": "没写比较符号",
    "placeholder": "只有占位符号",
    "unit_contradicts_name": "单位与名称不符",
    "malformed_number": "数字读不准",
    "chinese_numeral": "数字是汉字",
    "approximate": "约数",
    "conflicting_operators": "符号矛盾",
    "reversed_range": "区间反了",
    "impossible_date": "没有这一天",
    "excel_serial_date": "像日期序号",
    "two_targets": "有几项要求",
    "action_not_target": "是做法，不是目标",
    "rate_without_number": "比率没有数",
}
WORDS_SHOWN = 16  # longer words stand in the cell beside it


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cell shows: ``text`` after ``prefix``, a short ``note`` and, in full, what is doubtful."""

    text: str
    prefix: str = ""
    note: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        """Fits one line, which must not be broken between operator and unit. Words may break anywhere."""
        width = sum(1 if mark.isascii() else 2 for mark in self.text)
        return width <= 18 and any(mark.isdigit() for mark in self.text)

    @property
    def is_unread(self) -> bool:
        return not self.text

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.doubts


def reading_of(target: str, *, name: str = "", level2: str = "") -> Reading:
    """The reading of a target value. Empty text reads as nothing, without complaint: the row is being written."""
    if not target.strip():
        return Reading("")
    reading = read_target(target, name=name, level2=level2)
    doubts = tuple(DOUBT_LABELS[code] for code in reading.doubts)
    note = next((_SHORT[code] for code in reading.doubts if code in _SHORT), "")
    if reading.kind is Kind.NONE:
        return Reading("", note=note or "读不出", doubts=doubts or ("读不出目标值。",))
    text = print_reading(reading)
    if reading.kind is Kind.QUALITATIVE:
        text = text.removeprefix("定性：")
        return Reading(text if len(text) <= WORDS_SHOWN else "照所写", "定性：", note, doubts)
    if reading.operator and not reading.operator_explicit:
        # A proposal is shown as one; it is not what the officer wrote.
        return Reading(text, "可能是：", "", doubts)
    return Reading(text, "", note, doubts)


def reading_html(target: str, *, name: str = "", level2: str = "") -> str:
    """The inside of the 读作 cell, as autosave answers it."""
    reading = reading_of(target, name=name, level2=level2)
    return render_to_string("declarations/includes/reading.html", {"reading": reading})
