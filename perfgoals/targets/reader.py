"""Reads one target value (指标目标值): what was promised, and what is doubtful in it.

A wrong number read with confidence is worse than none: whatever is not certain ends
as ``qualitative``, ``composite`` or ``none`` with a doubt, and a person decides.
"""

import re

from perfgoals.targets.dates import HINT, IN_WORDS, Dates, read_dates
from perfgoals.targets.notations import OTHER_DIGITS, SPECIAL_HINT, read_notation
from perfgoals.targets.numbers import MAX_PARTS, UNCLEAR, read_parts, read_range, read_single
from perfgoals.targets.quantities import OPERATOR_WORD, QUANTITY, is_range
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.spelling import LIMIT, clean
from perfgoals.targets.suspicions import is_rate, once, unread
from perfgoals.targets.words import Wording, known_word, read_words

_BOTH = 2
_DIGIT = re.compile(r"[0-9]")


def read_target(raw: str, *, name: str = "", level2: str = "") -> TargetReading:
    """The reading of ``raw``; total on any text, in time linear in its length.

    ``name`` (三级指标) and ``level2`` (二级指标) only help to propose an operator and
    to doubt; they never change a number. Texts over 500 characters are not read.
    """
    word = known_word(raw)
    if word is None:
        stripped = raw.strip()
        if len(stripped) > LIMIT:
            return TargetReading(raw, Kind.QUALITATIVE, doubts=("too_long",))
        text, doubts = clean(stripped)
        if _DIGIT.search(text) or OTHER_DIGITS.search(text):
            return _with_digits(raw, text, doubts, name=name, level2=level2)
        if IN_WORDS.search(text) and (dates := read_dates(text)):
            return _dated(raw, dates, doubts, level2)
        lost = ("unread_digits",) if _has_digit(raw) else ()
        return _wording(raw, read_words(text), doubts + lost, name)
    return _wording(raw, word, (), name)


def _has_digit(raw: str) -> bool:
    return any(char.isdigit() for char in raw)


def _wording(raw: str, word: Wording, doubts: tuple[str, ...], name: str) -> TargetReading:
    doubts = word.doubts + doubts
    if word.kind is Kind.QUALITATIVE and name and is_rate(name):
        doubts += ("rate_without_number",)
    parts = tuple(_wording(part, read_words(part), (), "") for part in word.parts)
    return TargetReading(raw, word.kind, word.operator, word.explicit, parts=parts, doubts=once(doubts))


def _with_digits(raw: str, text: str, doubts: tuple[str, ...], *, name: str, level2: str) -> TargetReading:
    if SPECIAL_HINT.search(text):
        found = read_notation(raw, text, doubts)
        if found is not None:
            return found
    if HINT.search(text) and (dates := read_dates(text)):
        return _dated(raw, dates, doubts, level2)
    matches = list(QUANTITY.finditer(text))
    if not matches:
        return unread(raw, *doubts)
    if len(matches) == 1:
        return read_single(raw, text, matches[0], doubts, name=name, level2=level2)
    if len(matches) == _BOTH and is_range(matches[0], matches[1], text):
        return read_range(raw, text, matches, doubts, name=name)
    parts = read_parts(matches, name=name, level2=level2)
    if len(matches) > MAX_PARTS:
        doubts += ("unread_digits",)
    return TargetReading(raw, Kind.COMPOSITE, parts=parts, doubts=once((*doubts, "two_targets")))


def _dated(raw: str, dates: Dates, doubts: tuple[str, ...], level2: str) -> TargetReading:
    if "impossible_date" in dates.doubts:
        return unread(raw, "impossible_date", *doubts, kind=Kind.NONE)
    if dates.several or _DIGIT.search(dates.rest):
        return _dated_parts(raw, dates, doubts)
    bare_year = dates.date_to is not None and dates.date_to.isdigit() and not dates.date_from
    if dates.rest and bare_year and not dates.explicit:
        return unread(raw, *doubts)
    found = dates.doubts
    if "时效" in level2:
        found = tuple(doubt for doubt in found if doubt != "maybe_date")
    if dates.rest:
        found += (
            ("unclear_wording",)
            if UNCLEAR.search(dates.rest) or OPERATOR_WORD.search(dates.rest)
            else ("extra_text",)
        )
    return _deadline(raw, dates, doubts + found)


def _deadline(raw: str, dates: Dates, doubts: tuple[str, ...]) -> TargetReading:
    operator = "<="
    if dates.date_from:
        operator = "range" if dates.date_to else ">="
    return TargetReading(
        raw,
        Kind.DEADLINE,
        operator,
        dates.explicit,
        date_from=dates.date_from,
        date_to=dates.date_to,
        doubts=once(doubts),
    )


def _dated_parts(raw: str, dates: Dates, doubts: tuple[str, ...]) -> TargetReading:
    """A text with several dates, or with a date and a number."""
    each = [(text, found) for text in dates.several if (found := read_dates(text))]
    parts = [_dated_part(text, found) for text, found in each or [(raw, dates)]]
    parts += read_parts(list(QUANTITY.finditer(dates.rest)), name="", level2="")
    if len(parts) > MAX_PARTS or len(QUANTITY.findall(dates.rest)) > MAX_PARTS:
        doubts += ("unread_digits",)
    return TargetReading(
        raw, Kind.COMPOSITE, parts=tuple(parts[:MAX_PARTS]), doubts=once((*doubts, "two_targets"))
    )


def _dated_part(text: str, found: Dates) -> TargetReading:
    if "impossible_date" in found.doubts:
        return unread(text, "impossible_date", kind=Kind.NONE)
    return _deadline(text, found, found.doubts)
