"""What holds for every text, not only for the ones somebody thought of."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from perfgoals.targets import (
    DOUBT_LABELS,
    Kind,
    TargetReading,
    describe,
    normalise,
    print_reading,
    read_target,
)

FRAGMENTS = [
    "≥",
    "≤",
    ">",
    "<",
    "=",
    ">=",
    "<=",
    "》=",
    "》",
    "《",
    "》》",
    "不低于",
    "不少于",
    "不超过",
    "达到",
    "超过",
    "控制在",
    "约",
    "至少",
    "以上",
    "及以上",
    "以下",
    "以内",
    "内",
    "左右",
    "余",
    "0",
    "1",
    "5",
    "12",
    "50",
    "97",
    "100",
    "2500",
    "0.01",
    "85.00",
    "1,344",
    "44,561",
    "20241231",
    "2021",
    "007",
    "1.2.3",
    "-3",
    "5*",
    "*8",
    "**",
    "百分之",
    "万",
    "亿",
    "千",
    "%",
    "‰",
    "家",
    "人",
    "人次",
    "个",
    "次",
    "笔",
    "套",
    "份",
    "元",
    "万元",
    "亿元",
    "天",
    "小时",
    "分钟",
    "工作日",
    "个月",
    "月",
    "日",
    "年",
    "季度",
    "平方米",
    "m2",
    "M",
    "分",
    "12月底",
    "2021年6月",
    "2024-12-31",
    "2020/2/1",
    "上半年",
    "第一季度",
    "每年",
    "每月",
    "一年",
    "年底前",
    "前",
    "后",
    "起",
    "T+3",
    "1:3",
    "1/3",
    "-",
    "—",
    "~",
    "至",
    "、",
    "，",
    "；",
    ";",
    ",",
    ".",
    "。",
    "（",
    "）",
    "(",
    ")",
    "《报告》",
    "《2019年报告》",
    "培训",
    "会议",
    "完成",
    "满意度",
    "健全",
    "及时",
    "提升",
    "同比增长",
    "下降",
    "较上年",
    "和",
    "或",
    "且",
    "未",
    "不",
    "第",
    "号",
    "级",
    "扣",
    "分",
    "正向",
    "反向",
    "好",
]
fragments = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=7)
simple = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "≥", "<=", "》=", "=", ">", "不少于", "达到", "不超过"]),
    st.one_of(
        st.integers(0, 10**9).map(str),
        st.decimals(0, 10**6, places=2, allow_nan=False).map(str),
        st.integers(1000, 10**9).map("{:,}".format),
    ),
    st.sampled_from(["", "万", "亿"]),
    st.sampled_from(
        ["", "%", "‰", "家", "人次", "次/年", "万元/人", "平方米", "个工作日", "小时", "元", "笔", "m2"]
    ),
)
targets = st.one_of(simple, fragments.map("".join), st.text(max_size=40))
# No deadline: how fast one reading is depends on who else uses the machine.
SETTINGS = settings(max_examples=300, deadline=None)
spaces = st.sampled_from(["", "", " ", "\u3000", "\xa0", "  ", "\t", "\n"])
WIDER = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def facts(reading: TargetReading):
    """All of a reading but the text it was read from."""
    return (
        reading.kind,
        reading.operator,
        reading.operator_explicit,
        reading.numbers,
        reading.unit,
        reading.date_from,
        reading.date_to,
        reading.doubts,
        tuple(map(facts, reading.parts)),
    )


def every(reading: TargetReading):
    yield reading
    for part in reading.parts:
        yield from every(part)


@given(
    st.one_of(targets, st.text(alphabet=st.characters(), max_size=600)),
    st.text(max_size=20),
    st.text(max_size=8),
)
@example("\x00", "", "")
@example("\ud800≥5", "", "")
@example("\u202e5家", "", "")
@SETTINGS
def test_total_on_any_text(raw, name, level2):
    reading = read_target(raw, name=name, level2=level2)
    assert reading.raw == raw
    json.dumps(reading.to_dict())
    assert isinstance(print_reading(reading), str)
    assert isinstance(describe(reading), str)
    assert isinstance(normalise(raw), str)
    for part in every(reading):
        assert isinstance(part.kind, Kind)
        assert set(part.doubts) <= DOUBT_LABELS.keys()
        assert len(set(part.doubts)) == len(part.doubts)
        assert part.operator in {None, ">=", "<=", "=", ">", "<", "range"}
        if part.kind is Kind.QUANTITATIVE:
            assert part.operator is not None
            assert len(part.numbers) == (2 if part.operator == "range" else 1)
            assert part.operator_explicit or part.doubts or part is not reading


@given(targets)
@SETTINGS
def test_stable_under_width(raw):
    assert facts(read_target(raw.translate(WIDER))) == facts(read_target(raw))


@given(fragments, st.lists(spaces, min_size=8, max_size=8))
@SETTINGS
def test_stable_under_white_space(pieces, gaps):
    """Between any two signs, but not between digits: there a space parts two numbers."""
    joined, spaced = "", gaps[-1]
    for piece, gap in zip(pieces, gaps, strict=False):
        touching = re.search(r"[0-9.,，。]\Z", joined) and re.match(r"[0-9.,，。]", piece)
        spaced += ("" if touching else gap) + piece
        joined += piece
    assert facts(read_target(spaced)) == facts(read_target(joined))


def numbers_of(reading: TargetReading):
    for part in every(reading):
        yield from part.numbers
        for written in (part.unit, part.date_from or "", part.date_to or ""):
            yield from map(Decimal, re.findall(r"[0-9]+", written))


@given(targets)
@example("2280次")
@example("支付业务量达到200万笔、非税14万笔")
@example("《2019年报告》1份")
@SETTINGS
def test_never_drops_a_digit(raw):
    reading = read_target(raw)
    if reading.kind not in (Kind.QUANTITATIVE, Kind.COMPOSITE, Kind.DEADLINE):
        return
    if any(part.doubts and "unread_digits" in part.doubts for part in every(reading)):
        return
    if re.search(r"[0-9]季度", raw):
        return  # becomes the last day of that quarter
    kept = {number.normalize() for number in numbers_of(reading)}
    kept |= {
        (number.scaleb(-shift)).normalize() for number in numbers_of(reading) for shift in (3, 4, 6, 7, 8, 12)
    }
    text = re.sub(r"m2(?![0-9])", "m²", raw.translate({wide: narrow for narrow, wide in WIDER.items()}))
    if reading.kind is Kind.DEADLINE and not reading.numbers:
        text = re.sub(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})", r"\1年\2月\3日", text)
    for token in re.findall(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?", text):
        whole = Decimal(token.replace(",", "")).normalize()
        pieces = {Decimal(piece) for piece in re.findall(r"[0-9]+", token)}
        assert whole in kept or -whole in kept or pieces <= kept, (token, reading)


@given(targets)
@SETTINGS
def test_what_is_printed_reads_the_same(raw):
    reading = read_target(raw)
    if reading.kind is not Kind.QUANTITATIVE:
        return
    again = read_target(print_reading(reading))
    assert (again.kind, again.operator, again.numbers, again.unit) == (
        reading.kind,
        reading.operator,
        reading.numbers,
        reading.unit,
    )
    assert again.operator_explicit


@given(targets)
@SETTINGS
def test_a_respelling_reads_the_same(raw):
    before, after = read_target(raw), read_target(normalise(raw))
    assert facts(after)[:7] == facts(before)[:7]
    if normalise(raw) != raw:
        assert set(before.doubts) - {"wrong_operator_glyph"} == set(after.doubts)
    assert normalise(normalise(raw)) == normalise(raw)


@pytest.mark.parametrize(
    "seed",
    ["2021年6月", "《=50家", "5*8", "1-", "(", "第", "不少于", "5家、", "满足要求", ",", "经", " 5", "，1"],
)
def test_work_is_bounded(seed):
    """A megabyte of anything is not read; the longest text that is read is quickly done."""
    assert read_target(seed * 200_000).doubts == ("too_long",)
    assert read_target(" " * 1_000_000 + "≥5家").numbers == (Decimal(5),)
    read_target((seed * 500)[:500])
