"""From the numbers of a cleaned text to a reading: one number, an interval, or several targets."""

import re

from perfgoals.targets.quantities import OPERATOR_WORD, Quantity, propose, quantity
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.suspicions import excel_date, once, sense_doubts, unit_doubts, unread
from perfgoals.targets.units import COUNT, dimension_of

MAX_PARTS = 20
_BASELINE = re.compile(r"同比|环比|同期|(?:上年|去年|上一年|往年|基期|前年)")
# 节约率≥5%: the number belongs to a rate of its own, not to a base.
_RATE_OF_CHANGE = re.compile(
    r"(?:增长|提高|提升|增加|上升|下降|降低|减少|缩短|压减|压缩|节约|节省)(?:率|比例|幅度)|[增降]幅|增速"
)
_GROWTH = re.compile(r"增长|提高|提升|增加|上升|增幅|增速")
_DECLINE = re.compile(r"下降|降低|减少|缩短|降幅|压减|压缩|节约|节省")
UNCLEAR = re.compile(r"提前|延期|延后|推迟|每[^年季月周天日]|除外|否则|其中|如果|倍以|未|扣|\A前|\A后|超")
_DIRECTION = re.compile(r"(?P<good>正向)|(?P<bad>反向|逆向)")
_FREQUENCY = re.compile(
    r"(?:每|一个?)(?P<per>年|半年|季度|季|月|周|星期|天|日|学期|工作日)度?|\A(?P<yearly>年)均?(?![底末度])"
)
_NEUTRAL_WORDS = (
    "完成 达到 实现 共 合计 总计 共计 全年 年度 全年共 目标值 目标值: 指标值 为 数量 数量: 目标 确保 保持 保持在 "
    "力争 须 应 的 . (含) 完成内 内完成 完成率为"
)
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
_THING = re.compile(r"[\u4e00-\u9fff]{1,4}")
_SEVERAL = re.compile(r"[,;、或且]")
_NOT_TARGET_BEFORE = re.compile(r"[A-Za-z第+#\[〔一二三四五六七八九十百千万亿\-—–~/.:,]\Z")
_NUMERAL_AFTER = re.compile(r"[\s]?[〇一二三四五六七八九十百千万亿0-9.:/*×]")
_BARE_UNIT = re.compile(r"[^\d\s,.;:、()≥≤<>=+\-*/~%‰]{1,4}(?:/[^\d\s,.;:、()≥≤<>=+\-*/~%‰]{1,4})?")
_MONTH_DAY = re.compile(r"(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])")
_LOST = re.compile(r"2(?:[1-9][0-9](?=[%‰])|[1-9](?!00)[0-9]{2}(?![0-9]))")


def read_single(
    raw: str, text: str, match: re.Match[str], doubts: tuple[str, ...], *, name: str, level2: str
) -> TargetReading:
    """The reading of a text with one number in it."""
    found = quantity(match, name)
    if found is None:
        return unread(raw, "malformed_number", *doubts, kind=Kind.NONE)
    if found.operator is None and "conflicting_operators" in found.doubts:
        return unread(raw, *doubts, *found.doubts)
    before, after = text[: match.start()], text[match.end() :]
    if not before and not after:
        return _plain(raw, text, found, doubts, name=name, level2=level2)
    if direction := _DIRECTION.fullmatch(before):
        return _directed(raw, found, direction, doubts)
    if _SEVERAL.search(before) or _SEVERAL.search(after):
        parts = read_parts([match], name=name, level2=level2)
        return TargetReading(raw, Kind.COMPOSITE, parts=parts, doubts=once((*doubts, "two_targets")))
    if not _is_target(before, after, match):
        return unread(raw, "unclear_wording", *doubts)
    if not before and not found.unit and found.operator and _BARE_UNIT.fullmatch(after):
        found = found._replace(unit=after, doubts=(*found.doubts, "unknown_unit"))
        return _plain(raw, text, found, doubts, name=name, level2=level2)
    if not found.unit and not found.operator:
        return unread(raw, "unclear_wording", *doubts)
    if _is_relative(before + after):
        return _against_base(raw, text, found, doubts, level2=level2)
    return _in_sentence(raw, text, found, (before, after), doubts, name=name, level2=level2)


def read_range(
    raw: str, text: str, matches: list[re.Match[str]], doubts: tuple[str, ...], *, name: str
) -> TargetReading:
    """The reading of a closed interval; one that runs backwards is left to a person."""
    first, last = (quantity(match, name) for match in matches)
    if first is None or last is None:
        return unread(raw, "malformed_number", *doubts, kind=Kind.NONE)
    around = text[: matches[0].start()] + text[matches[1].end() :]
    doubts += first.doubts + last.doubts
    if first.number > last.number or OPERATOR_WORD.search(around):
        code = "reversed_range" if first.number > last.number else "unclear_wording"
        parts = read_parts(matches, name=name, level2="")
        return TargetReading(raw, Kind.COMPOSITE, parts=parts, doubts=once((*doubts, code)))
    found = first._replace(unit=last.unit)
    if not found.unit and _MONTH_DAY.fullmatch(text):
        doubts += ("maybe_date",)
    doubts += unit_doubts(found, name) + (() if around in _NEUTRAL or not around else ("extra_text",))
    return TargetReading(
        raw,
        Kind.QUANTITATIVE,
        "range",
        True,
        (first.number, last.number),
        last.unit,
        doubts=once(doubts),
    )


def read_parts(matches: list[re.Match[str]], *, name: str, level2: str) -> tuple[TargetReading, ...]:
    """Each number as a reading of its own, for a person to make indicators of."""
    parts: list[TargetReading] = []
    for match in matches[:MAX_PARTS]:
        found = quantity(match, name)
        if found is None:
            parts.append(unread(match[0], "malformed_number"))
            continue
        operator = found.operator
        if operator is None and parts and parts[-1].operator:
            operator = parts[-1].operator  # 达到200万笔、非税14万笔: said once, meant twice
        operator = operator or propose(found.number, found.unit, name=name, level2=level2)
        parts.append(
            TargetReading(
                match[0],
                Kind.QUANTITATIVE,
                operator,
                found.operator is not None,
                (found.number,),
                found.unit,
                doubts=found.doubts,
            )
        )
    return tuple(parts)


def _is_target(before: str, after: str, match: re.Match[str]) -> bool:
    """Whether the number can be the target at all, judged by what touches it."""
    if match["op"] is None and _NOT_TARGET_BEFORE.search(before):
        return False
    if _NUMERAL_AFTER.match(after):
        return False
    if OPERATOR_WORD.search(before) or OPERATOR_WORD.search(after):
        return False
    if match["op"] and before.endswith(("不", "未", "没", "无", "非")):
        return False
    return not (UNCLEAR.search(before) or UNCLEAR.search(after))


def _directed(raw: str, found: Quantity, direction: re.Match[str], doubts: tuple[str, ...]) -> TargetReading:
    """``反向 = 3 万元``: the direction stands apart, the sign only fills the column."""
    operator = ">=" if direction["good"] else "<="
    if found.operator not in (None, "=", operator):
        return unread(raw, "conflicting_operators", *doubts)
    doubts += ("direction", *found.doubts, *unit_doubts(found, ""))
    return TargetReading(
        raw,
        Kind.QUANTITATIVE,
        operator,
        False,
        (found.number,),
        found.unit,
        doubts=once(doubts),
    )


def _in_sentence(
    raw: str,
    text: str,
    found: Quantity,
    around: tuple[str, str],
    doubts: tuple[str, ...],
    *,
    name: str,
    level2: str,
) -> TargetReading:
    before, after = around
    frequency = _FREQUENCY.search(before)
    if frequency:
        before = before[: frequency.start()] + before[frequency.end() :]
        if "/" not in found.unit and dimension_of(found.unit) == COUNT:
            per = frequency["per"] or frequency["yearly"]
            found = found._replace(unit=f"{found.unit}/{per}")
    harmless = not after or after in _NEUTRAL
    if after.startswith("%") and found.unit == "%":
        doubts += ("double_percentage",)
    if found.operator is not None and found.unit and _THING.fullmatch(after):
        harmless = True  # 2次以上会议: what is counted
    said = found.operator is not None or before in _NEUTRAL or not before
    if not (harmless and said):
        doubts += ("extra_text",)
    return _plain(raw, text, found, doubts, name=name + before, level2=level2)


def _is_relative(around: str) -> bool:
    around = _RATE_OF_CHANGE.sub("", around)
    return bool(_BASELINE.search(around) or _GROWTH.search(around) or _DECLINE.search(around))


def _against_base(
    raw: str, text: str, found: Quantity, doubts: tuple[str, ...], *, level2: str
) -> TargetReading:
    """A value against last year's. A decline is never shown as a floor: a person decides."""
    if _DECLINE.search(text) or not found.unit:
        return unread(raw, *doubts, "relative", *found.doubts)
    if found.operator is None and _GROWTH.search(text):
        level2 = "数量"  # more growth than promised is good, whatever grows
    return _plain(raw, text, found, (*doubts, "relative"), name="", level2=level2)


def _plain(
    raw: str, text: str, found: Quantity, doubts: tuple[str, ...], *, name: str, level2: str
) -> TargetReading:
    """One number with its unit; the operator as written or proposed."""
    number, unit = found.number, found.unit
    serial = excel_date(raw, found, name, level2, doubts)
    if serial is not None:
        return serial
    operator = found.operator
    doubts += found.doubts
    if operator is None:
        operator = propose(number, unit, name=name, level2=level2)
        doubts += ("no_operator",)
        if _LOST.fullmatch(text) or (_LOST.match(text) and unit):
            doubts += ("lost_operator",)
    doubts += unit_doubts(found, name) + sense_doubts(found, operator, name, level2)
    return TargetReading(
        raw,
        Kind.QUANTITATIVE,
        operator,
        found.operator is not None,
        (number,),
        unit,
        doubts=once(doubts),
    )
