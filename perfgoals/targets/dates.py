"""Deadlines and periods (时限) written in a target value.

A date is kept at the precision it was written with. A missing year is not filled
in here: the form knows it, this module does not.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

_YEAR = r"(?:19|20)[0-9]{2}"
_PART = r"上旬|中旬|下旬|底|末|初"
_QUARTER = r"第?[一二三四1-4]季度"
DATE = re.compile(
    rf"""
    (?<![0-9.,]) (?:
        (?P<year>{_YEAR})年度?
        (?: (?P<quarter>{_QUARTER}) | (?P<half>[上下]半年)
          | (?P<month>[0-9]{{1,2}})月份?(?:(?P<day>[0-9]{{1,2}})[日号])? )?
        年?(?P<part>{_PART})?
      | (?P<iso_year>{_YEAR})(?P<sep>[-/.])(?P<iso_month>[0-9]{{1,2}})
        (?:(?P=sep)(?P<iso_day>[0-9]{{1,2}}))?(?![0-9%‰])(?!(?P=sep)[0-9])
      | (?P<bare_month>[0-9]{{1,2}})月份?(?:(?P<bare_day>[0-9]{{1,2}})[日号])?
        (?P<bare_part>{_PART})?
    )
    | (?<![每/0-9.≥≤<>=]) (?:
        (?P<bare_quarter>{_QUARTER})(?:底|末)? | (?P<bare_half>[上下]半年) )
    | (?<![0-9/去上])年(?P<year_end>底|末)
    """,
    re.VERBOSE,
)
# What a text must hold before it is worth looking for a date in it.
HINT = re.compile(rf"[年月季]|{_YEAR}[-/.]?[0-9]|[0-9]日前")
# Dates without a digit.
IN_WORDS = re.compile(r"[一二三四]季度|[上下]半年|年[底末]")

_PERIOD_SIGN = re.compile(r"(?:日|号)?(?:起|开始)?[-—–~至到]{1,2}\Z")
_MONTHS = re.compile(r"(?<![0-9.])([0-9]{1,2})[-—–~至到]([0-9]{1,2})月(?!份?[0-9])")
_YEARS = re.compile(rf"({_YEAR})年?[-—–~至到]{{1,2}}({_YEAR})年?度?")
_DAY_OF_MONTH = re.compile(r"每月([0-9]{1,2})[日号](?:之?前|以前|底前)?")
_COMPACT = re.compile(rf"({_YEAR})([0-9]{{2}})([0-9]{{2}})(?=之?前|以前|\Z)")
_BEFORE = re.compile(r"(?:不晚于|不迟于|最迟于?|截至|截止到?|≤)|(?:之前|以前|前|之内|以内|内|止)")
_AFTER = re.compile(r"以后|之后|起|后")
# Words around a deadline that change nothing about it.
_NEUTRAL = re.compile(
    r"不晚于|不迟于|最迟于?|截至|截止到?|≤|之前|以前|前|之内|以内|内|止|完成|每年|当年|本年|[于在]|年度"
)
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_THIRDS = {"上旬": 10, "中旬": 20}
_ACROSS = 2


class Dates(NamedTuple):
    """The dates of one text: what they say and what text is left around them."""

    date_from: str | None
    date_to: str | None
    explicit: bool
    rest: str
    doubts: tuple[str, ...]
    several: tuple[str, ...] = ()


def read_dates(text: str) -> Dates | None:
    """The deadline or period in a cleaned text, or None where there is none."""
    if whole := _YEARS.fullmatch(text):
        return Dates(whole[1], whole[2], True, "", _order(whole[1], whole[2]))
    if each := _DAY_OF_MONTH.search(text):
        return _monthly(each, text)
    if compact := _COMPACT.fullmatch(text.removesuffix("之前").removesuffix("前")):
        return _compact(compact, text)
    text = _MONTHS.sub(r"\1月-\2月", text)
    matches = list(DATE.finditer(text))
    if not matches:
        return None
    if len(matches) == _ACROSS and _PERIOD_SIGN.fullmatch(text[matches[0].end() : matches[1].start()]):
        return _period(matches[0], matches[1], text)
    if len(matches) > 1:
        found = tuple(text[m.start() : m.end()] for m in matches)
        return Dates(None, None, False, DATE.sub(" ", text), (), found)
    deadline = _deadline(matches[0], text)
    if matches[0]["iso_year"] and not matches[0]["iso_day"] and deadline.rest:
        return None  # 2024.12万元 is an amount
    return deadline


def from_excel_serial(serial: int) -> str:
    """The date a spreadsheet shows for a serial number of the 1900 calendar."""
    return (date(1899, 12, 30) + timedelta(days=serial)).isoformat()


def _monthly(match: re.Match[str], text: str) -> Dates:
    day = int(match[1])
    rest = _NEUTRAL.sub("", text[: match.start()] + text[match.end() :])
    if not 1 <= day <= monthrange(2000, 1)[1]:
        return Dates(None, None, True, rest, ("impossible_date",))
    return Dates(None, f"---{day:02}", True, rest, ("recurring",))


def _compact(match: re.Match[str], text: str) -> Dates | None:
    iso = _iso(int(match[1]), int(match[2]), int(match[3]))
    explicit = text.endswith("前")
    if iso is None:
        return None
    return Dates(None, iso, explicit, "", () if explicit else ("maybe_date",))


def _deadline(match: re.Match[str], text: str) -> Dates:
    around = text[: match.start()] + " " + text[match.end() :]
    iso = _iso_of(match)
    rest = _NEUTRAL.sub("", around).strip(" ")
    if iso is None:
        return Dates(None, None, False, rest, ("impossible_date",))
    doubts: tuple[str, ...] = ("needs_year",) if iso.startswith("-") else ()
    if "每年" in around:
        doubts += ("recurring",)
    if match["sep"] == "." and match["iso_day"] is None:
        doubts += ("maybe_date",)
    after = text[match.end() :]
    if _AFTER.match(after):
        return Dates(iso, None, True, _AFTER.sub("", rest), doubts)
    return Dates(None, iso, bool(_BEFORE.search(around)), rest, doubts)


def _period(first: re.Match[str], last: re.Match[str], text: str) -> Dates:
    start, end = _iso_of(first), _iso_of(last)
    rest = text[: first.start()] + text[last.end() :]
    rest = _NEUTRAL.sub("", rest)
    if start is None or end is None:
        return Dates(None, None, True, rest, ("impossible_date",))
    if end.startswith("--") and not start.startswith("-"):
        end = start[:4] + end[1:]
    doubts = ("needs_year",) if start.startswith("-") or end.startswith("-") else ()
    return Dates(start, end, True, rest, doubts + _order(start, end))


def _order(start: str, end: str) -> tuple[str, ...]:
    if start.startswith("-") != end.startswith("-"):
        return ()
    shared = min(len(start), len(end))
    return ("reversed_range",) if start[:shared] > end[:shared] else ()


def _iso_of(m: re.Match[str]) -> str | None:
    """The date of a match, cut to the precision written; None if there is no such day."""
    if m["iso_year"]:
        day = m["iso_day"]
        return _iso(int(m["iso_year"]), int(m["iso_month"]), int(day) if day else None)
    year = int(m["year"]) if m["year"] else None
    if quarter := m["quarter"] or m["bare_quarter"]:
        sign = quarter.removesuffix("季度").removeprefix("第")
        number = _QUARTERS.get(sign) or int(sign)
        return _iso(year, number * 3, monthrange(2000, number * 3)[1])
    if half := m["half"] or m["bare_half"]:
        return _iso(year, 6, 30) if half == "上半年" else _iso(year, 12, 31)
    if month := m["month"] or m["bare_month"]:
        day, part = m["day"] or m["bare_day"], m["part"] or m["bare_part"]
        return _month_end(year, int(month), int(day) if day else None, part)
    if m["year_end"]:
        return _iso(None, 12, 31)
    if year is None:
        return None
    return _iso(year, 12, 31) if m["part"] in ("底", "末", "下旬") else f"{year}"


def _month_end(year: int | None, month: int, day: int | None, part: str | None) -> str | None:
    if day is not None or part in (None, "初"):
        return _iso(year, month, day)
    if part in _THIRDS:
        return _iso(year, month, _THIRDS[part])
    if year is None and month == 2:
        return _iso(None, 2, None)  # 28 or 29: only the year can say
    if not 1 <= month <= 12:
        return None
    return _iso(year, month, monthrange(year or 2001, month)[1])


def _iso(year: int | None, month: int, day: int | None) -> str | None:
    try:
        date(year or 2000, month, day or 1)
    except ValueError:
        return None
    head = f"{year}-" if year else "--"
    return f"{head}{month:02}" if day is None else f"{head}{month:02}-{day:02}"
