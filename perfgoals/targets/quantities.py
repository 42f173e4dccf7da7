"""Numbers with their comparison and unit, found in a cleaned text.

Comparatives that contain the number (以上, 以下, 以内, 不低于, 不超过) include it,
超过, 大于, 小于, 低于 exclude it: the convention of the Civil Code, article 1259.
"""

import re
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import NamedTuple

from perfgoals.targets.units import MISSPELT, RATE, TIME, UNITS, dimension_of

_OPERATORS = {
    "≥": "≥ 不少于 不低于 不小于 不得少于 不得低于 不得小于 不能少于 不能低于 不应少于 不应低于 不可低于 不可少于 "
    "未低于 大于等于 大于或等于 达到 达 至少 最少 最低 提高到 提高至 提升到 提升至 增加到 增加至 增长到 增长至 "
    "上升到 上升至 扩大到 扩大至",
    "≤": "≤ 不超过 不高于 不大于 不多于 不得超过 不得高于 不得大于 不得多于 不能超过 不能高于 不应超过 不应高于 "
    "不可超过 未超过 不突破 不得突破 未突破 不超 小于等于 小于或等于 控制在 至多 最多 最高 下降到 下降至 降低到 "
    "降低至 降到 降至 减少到 减少至 缩短到 缩短至 压缩到 压缩至 不晚于",
    "=": "= 等于 正好",
    ">": "> 超过 大于 高于 多于 突破 超出",
    "<": "< 小于 少于 低于 不足 不满 不到",
}
OPERATOR_OF = {word: sign for sign, words in _OPERATORS.items() for word in words.split()}
ASCII = {"≥": ">=", "≤": "<=", "=": "=", ">": ">", "<": "<"}


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


# m is a unit, the beginning of mg is none.
_UNIT = f"(?:{_either([*UNITS, *MISSPELT])})(?:(?<![A-Za-z0-9])|(?![A-Za-z0-9]))"
_PER = rf"{_UNIT}(?:[/·](?:{_UNIT}|月|次均|班级|元))*"
QUANTITY = re.compile(
    rf"""
    (?P<op>{_either(OPERATOR_OF)})?
    (?P<about>大约|将近|接近|(?<!节)约|近|≈|预计)?
    (?P<pct>百分之|千分之)?
    (?P<num>(?:(?:(?<=[≥≤<>=])|\A)-)?[0-9]+(?:[.,][0-9]+)*)
    (?P<more>余|多)?
    (?:(?P<scale>万亿|千万|百万|万|亿|千(?=[人个次家册份条笔户]))(?!亿?元|美元|欧元|港元|字))?
    (?P<more2>余|多)?
    (?P<unit>{_PER})?
    (?P<more3>左右|上下)?
    (?P<suffix>(?:及|\(含\)|含)?(?:以上|以下|以内)|之内|内|之间)?
    """,
    re.VERBOSE,
)
OPERATOR_WORD = re.compile(f"[≥≤<>=≈≠]|{_either(w for w in OPERATOR_OF if len(w) > 1)}|以[上下内]")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ZEROS = re.compile(r"\.0+\Z")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SCALE = {"千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}
_SUFFIXES = {"以上": "≥", "以下": "≤", "以内": "≤"}
_EXACT = Context(prec=80)
_RANGE_SIGNS = frozenset({"-", "—", "–", "~", "至", "到", "——", "--", "――"})
_RANGE_OPERATORS = (None, "=", "达到", "控制在", "达")
_MONEY_NAMES = re.compile(r"额|费|资金|投资|投入|成本|收入|产值|贷款|税|预算|价|利润|补贴|补助")
_COUNT_NAMES = re.compile(r"量|数|人次|用户|次数|规模|点击|访问")
# Columns behind this hold 15 digits before and 6 after the point.
_DIGITS_BEFORE, _DIGITS_AFTER = 15, 6


class Quantity(NamedTuple):
    """One number as written, with what stands directly at it."""

    number: Decimal
    unit: str
    operator: str | None
    operator_word: str | None
    scale: str | None
    doubts: tuple[str, ...]


def quantity(match: re.Match[str], name: str) -> Quantity | None:
    """What one match of ``QUANTITY`` says, or None where its number is malformed."""
    written, scale, unit = match["num"], match["scale"], match["unit"] or ""
    doubts: tuple[str, ...] = ()
    if unit in MISSPELT:
        doubts += ("unit_spelling",)
        unit = MISSPELT[unit]
    if match["pct"]:
        unit, doubts = _spelt_rate(match["pct"], unit, doubts)
    if _ZEROS.search(written):
        doubts += ("needless_decimals",)
    if match["about"] or match["more"] or match["more2"] or match["more3"]:
        doubts += ("approximate",)
    shift = 0
    is_money = scale and not unit and not _counts_things(name)
    if is_money and not _HAN.match(match.string, match.end()):
        unit, doubts = f"{scale}元", (*doubts, "no_unit")
    elif scale:
        shift = _SCALE[scale]
    operator, clash = _operator(match)
    number = _number(written, shift)
    return number if number is None else Quantity(number, unit, operator, match["op"], scale, doubts + clash)


def _spelt_rate(words: str, unit: str, doubts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    rate = "%" if words == "百分之" else "‰"
    return rate, (*doubts, "double_percentage") if unit else doubts


def _counts_things(name: str) -> bool:
    """Whether ``1000万`` under this name is a count; otherwise money is meant."""
    return bool(_COUNT_NAMES.search(name)) and not _MONEY_NAMES.search(name)


def _operator(match: re.Match[str]) -> tuple[str | None, tuple[str, ...]]:
    before = OPERATOR_OF.get(match["op"])
    suffix = match["suffix"]
    after = _SUFFIXES.get(suffix[-2:]) if suffix else None
    if suffix in ("内", "之内"):
        after = "≤"
    if before == after or after is None:
        return before and ASCII[before], ()
    if before is None or (before, after, match["op"]) == ("≥", "≤", "达到"):
        return ASCII[after], ()
    if (before, after) == (">", "≥"):
        return ">=", ("conflicting_operators",)
    if (before, after) == ("<", "≤"):
        return "<=", ("conflicting_operators",)
    return None, ("conflicting_operators",)


def _number(written: str, shift: int) -> Decimal | None:
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    elif not _PLAIN.fullmatch(written):
        return None
    if len(written) > _DIGITS_BEFORE + _DIGITS_AFTER + 2:
        return None
    number = Decimal(written)
    if shift:
        number = _EXACT.multiply(number, 10**shift)
        if number == number.to_integral_value():
            number = number.quantize(Decimal(1), context=_EXACT)
    decimals = len(format(number, "f").partition(".")[2])
    return None if decimals > _DIGITS_AFTER or number.adjusted() >= _DIGITS_BEFORE else number


def is_range(first: re.Match[str], last: re.Match[str], text: str) -> bool:
    """Whether two matches are the ends of one closed interval (95%—100%)."""
    if text[first.end() : last.start()] not in _RANGE_SIGNS:
        return False
    if first["op"] not in _RANGE_OPERATORS or first["suffix"] or last["op"]:
        return False
    if first["scale"] != last["scale"]:
        return False
    same_unit = first["unit"] == last["unit"] or first["unit"] is None
    return same_unit and last["suffix"] in (None, "之间", "以内", "之内", "内")


_REVERSE = re.compile(
    r"投诉|撤销|差错|错误率|事故|违规|违约|停机|丢失|失误|流失|返工|逾期|死亡|发病|发生率|不合格|超支|结余|结转"
    r"|成本|响应时间|时长|耗时|等待|恢复时间|修复时间|能耗|排放|损耗|偏差|投诉率|故障率"
)
_SHORTER = re.compile(r"时间|时长|响应|及时|周期|时限")
_AT_LEAST = ("数量", "质量", "满意", "效益", "影响")


def propose(number: Decimal, unit: str, *, name: str, level2: str) -> str:
    """The comparison most likely meant where the form wrote none.

    Quantity, quality and satisfaction are floors, time and cost are caps; a name
    that counts mishaps turns a floor into a cap, and a zero is a zero.
    """
    dimension = dimension_of(unit)
    if not number:
        return "="
    if "成本" in level2:
        return ">=" if "节约" in name else "<="
    if _REVERSE.search(name):
        return "<="
    if "时效" in level2:
        return {TIME: "<=", RATE: ">="}.get(dimension, "=")
    if any(word in level2 for word in _AT_LEAST):
        return ">="
    if dimension == TIME and _SHORTER.search(name):
        return "<="
    return ">=" if dimension == RATE and number < 100 else "="


def is_reverse(name: str) -> bool:
    """Whether less is better for an indicator of this name (投诉率, 响应时间)."""
    return bool(_REVERSE.search(name))
