"""Notations with digits that are no plain number: windows, ratios, grades, document numbers."""

import re
from decimal import Decimal

from perfgoals.targets.dates import read_dates
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.suspicions import unread
from perfgoals.targets.words import has_slot

_SINCE_EVENT = re.compile(r"T\+([0-9]{1,3})(?:个)?(工作日|自然日|天|日|个月|小时)?(?:之?内|以内|前)?(?:完成)?")
SPECIAL_HINT = re.compile(r"[^\u4e00-\u9fff0-9.%,≥≤<>=‰A-Za-z ]|[A-Za-z第号扣得级类等星]|[0-9]\.(?![0-9])")
_WINDOW = re.compile(r"([0-9]{1,2})[*×xX]([0-9]{1,2})(?P<hours>小时|h|H)?")
_USUAL_WINDOWS = frozenset({(5, 8), (5, 24), (6, 8), (7, 8), (7, 12), (7, 24)})
_RATIO = re.compile(r"[0-9](?:[:/])[0-9]")
_ENUMERATION = re.compile(r"(?:\A|[;,.])\(?[0-9]{1,2}(?:\)|\.(?![0-9])|、)")
_DOCUMENT = re.compile(r"[\[〔(][12][0-9]{3}[\]〕)]|第?[0-9]+号|扣[0-9]|扣.{0,6}分|得[0-9.]+分")
_ORDINAL = re.compile(r"(?:[0-9]A*|[A-Ea-e]+)(?:级|类|等|星级|星|等奖)(?P<above>及?以上)?")
OTHER_DIGITS = re.compile(r"[¹⁰⁴-₉①-⒛⓪-⓿❶-➓¼-¾⅐-⅟]|(?<![mM])[²³]|(?![0-9])\d")


def read_notation(raw: str, text: str, doubts: tuple[str, ...]) -> TargetReading | None:
    """Notations with digits that are no plain number: windows, ratios, document numbers."""
    if OTHER_DIGITS.search(text):
        return unread(raw, "malformed_number", *doubts)
    if window := _WINDOW.search(text):
        return _window(raw, text, window, doubts)
    if has_slot(text):
        return unread(raw, "placeholder", *doubts, kind=Kind.NONE)
    if since := _SINCE_EVENT.fullmatch(text):
        unit = since[2] or "天"
        return TargetReading(
            raw, Kind.DEADLINE, "<=", True, (Decimal(since[1]),), unit, doubts=(*doubts, "relative")
        )
    if ordinal := _ORDINAL.fullmatch(text):
        explicit = ordinal["above"] is not None
        return TargetReading(raw, Kind.QUALITATIVE, ">=", explicit, doubts=(*doubts, "grade", "unread_digits"))
    if _DOCUMENT.search(text):
        code = "rule_not_target" if "扣" in text or "得" in text else "outside_reference"
        return unread(raw, code, *doubts)
    if _ENUMERATION.search(text):
        return unread(raw, "two_targets", *doubts, kind=Kind.COMPOSITE)
    if _RATIO.search(text) and read_dates(text) is None:
        return unread(raw, "ratio", *doubts, kind=Kind.COMPOSITE)
    return None


def _window(raw: str, text: str, match: re.Match[str], doubts: tuple[str, ...]) -> TargetReading:
    days, hours = Decimal(match[1]), Decimal(match[2])
    fits = 1 <= days <= 7 and 1 <= hours <= 24 if match["hours"] else (int(days), int(hours)) in _USUAL_WINDOWS
    if match[0] != text or not fits:
        return unread(raw, "unclear_wording", *doubts, kind=Kind.COMPOSITE)
    parts = (
        TargetReading(match[1], Kind.QUANTITATIVE, "=", False, (days,), "天/周"),
        TargetReading(match[2], Kind.QUANTITATIVE, "=", False, (hours,), "小时/天"),
    )
    return TargetReading(raw, Kind.COMPOSITE, parts=parts, doubts=(*doubts, "service_window"))
