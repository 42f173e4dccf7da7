"""Readings that went wrong once, or would if nobody looked; and how they are said."""

from decimal import Decimal

import pytest

from perfgoals.targets import (
    DOUBT_LABELS,
    UNITS,
    Kind,
    describe,
    dimension_of,
    normalise,
    print_reading,
    read_target,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("》=50家", "≥50家"),
        ("<=3‰", "≤3‰"),
        ("　≤0.01%", "≤0.01%"),
        ("＞＝９０％", "≥90%"),
        ("= 24 人", "=24人"),
        ("≥85%", "≥85%"),
        ("健全", "健全"),
        ("2280次", "2280次"),
        ("1344m2", "1344m2"),
        ("参加培训人数不少于 2500 人", "参加培训人数不少于 2500 人"),
        ("《报告》》=5份", "《报告》》=5份"),
        ("1, 344家", "1, 344家"),
        ("2020 年 6 月", "2020 年 6 月"),
    ],
)
def test_normalise(raw, expected):
    assert normalise(raw) == expected


@pytest.mark.parametrize(
    ("raw", "printed", "said"),
    [
        ("》=50家", "≥ 50 家", "不少于 50 家"),
        ("=6次", "＝ 6 次", "等于 6 次"),
        (">=85%", "≥ 85%", "不低于 85%"),
        ("<=3‰", "≤ 3‰", "不超过 3‰"),
        ("=1.00份", "＝ 1 份", "等于 1 份"),
        ("=300000册", "＝ 300,000 册", "等于 300,000 册"),
        (">90%", "＞ 90%", "高于 90%"),
        ("<30分钟", "＜ 30 分钟", "少于 30 分钟"),
        ("95%-100%", "95%—100%", "95% 至 100%"),
        ("80~100人", "80—100 人", "80 至 100 人"),
        ("=8", "＝ 8", "等于 8"),
        ("2021年6月", "不晚于 2021-06", "不晚于 2021 年 6 月"),
        ("12月底前", "不晚于 12月31日", "不晚于 12月31日"),
        ("T+3工作日内完成", "T+3 工作日内", "不晚于事项发生后第 3 个工作日"),
        ("2023.07-2024.01", "2023-07—2024-01", "2023-07—2024-01"),
        ("在项目计划完成时间内完成", "不晚于项目计划完成日期", "不晚于项目计划完成日期"),
        ("健全", "定性：健全", "定性：健全"),
        ("**", "", "没有读出目标值"),
        ("四大产业部门、投资办均派员参与", "", "有几项要求，须由人认定"),
    ],
)
def test_how_a_reading_is_said(raw, printed, said):
    reading = read_target(raw)
    assert print_reading(reading) == printed
    assert describe(reading) == said


@pytest.mark.parametrize(
    ("raw", "operator", "numbers", "unit"),
    [
        ("200万笔", "=", "2000000", "笔"),
        ("≥1.5亿元", ">=", "1.5", "亿元"),
        ("1.5万亿元", "=", "1.5", "万亿元"),
        ("3.5万平方米", "=", "35000", "平方米"),
        ("≥2024.12万元", ">=", "2024.12", "万元"),
        ("投诉率下降到5%以下", "<=", "5", "%"),
        ("节约率≥5%", ">=", "5", "%"),
        ("大于或等于90%", ">=", "90", "%"),
        ("控制在5%以内", "<=", "5", "%"),
        ("30天内完成", "<=", "30", "天"),
        ("不足50人", "<", "50", "人"),
        ("≥-5%", ">=", "-5", "%"),
        ("百分之95", ">=", "95", "%"),
        ("≤50毫克/升", "<=", "50", "毫克/升"),
        ("≥1,234,567.50元", ">=", "1234567.50", "元"),
    ],
)
def test_quantities(raw, operator, numbers, unit):
    reading = read_target(raw)
    assert reading.kind is Kind.QUANTITATIVE
    assert (reading.operator, reading.numbers, reading.unit) == (operator, (Decimal(numbers),), unit)


@pytest.mark.parametrize(
    ("raw", "doubt"),
    [
        ("5²家", "malformed_number"),
        ("①完成", "malformed_number"),
        ("½", "malformed_number"),
        ("١٢家", "malformed_number"),
        ("10,0000家", "malformed_number"),
        ("1.2.3", "malformed_number"),
        ("9999999999999999家", "malformed_number"),
        ("5 0家", "two_targets"),
        ("1, 344家", "two_targets"),
        ("90%≤满意度", "unclear_wording"),
        ("不超过全年12次", "unclear_wording"),
        ("提前3天", "unclear_wording"),
        ("每家补贴5万元", "unclear_wording"),
        ("未达到90%", "unclear_wording"),
        ("—5%", "unclear_wording"),
        ("5G网络建设", "unclear_wording"),
        ("≥50家以下", "conflicting_operators"),
        ("同比下降5%以上", "relative"),
        ("财库[2016]112号", "outside_reference"),
        ("2020年2月30日前", "impossible_date"),
        ("13月底前", "impossible_date"),
        ("100%-95%", "reversed_range"),
        ("24*365", "unclear_wording"),
        ("不少于三次", "chinese_numeral"),
        ("达到95%以上且无投诉", "two_targets"),
        ("每年培训5次、编制手册", "two_targets"),
        ("2020年完成80%", "two_targets"),
        ("2019年优秀会计人才培养", "unread_digits"),
        ("满" * 501, "too_long"),
    ],
)
def test_a_number_that_is_not_certain_is_left_to_a_person(raw, doubt):
    reading = read_target(raw)
    assert reading.kind is not Kind.QUANTITATIVE
    assert reading.numbers == ()
    assert doubt in reading.doubts


def test_a_proposal_is_never_passed_off_as_written():
    for raw in ("97%", "129家", "0", "12月底", "每月1次", "良好"):
        assert not read_target(raw, name="数量", level2="数量").operator_explicit


@pytest.mark.parametrize(
    ("name", "level2", "raw", "operator"),
    [
        ("监管数量", "数量指标", "129家", ">="),
        ("报告质量", "质量", "95%", ">="),
        ("用户满意度", "满意度目标", "85%", ">="),
        ("响应时间", "时效", "2小时", "<="),
        ("处理及时率", "时效", "95%", ">="),
        ("采购成本", "成本指标", "250万", "<="),
        ("成本节约率", "成本指标", "5%", ">="),
        ("用户投诉率", "满意度", "5%", "<="),
        ("用户投诉率", "满意度", "0", "="),
    ],
)
def test_proposed_operator(name, level2, raw, operator):
    assert read_target(raw, name=name, level2=level2).operator == operator


@pytest.mark.parametrize(
    ("name", "raw", "doubt"),
    [
        ("系统故障平均恢复时长（小时）", "<=2小时", "unit_in_name"),
        ("信息公开实现率", "规范", "rate_without_number"),
        ("安全事故发生率", "=0起", "unit_contradicts_name"),
        ("用户投诉率", "≥5%", "direction"),
        ("完成率(%)", "100%", "double_percentage"),
    ],
)
def test_the_name_raises_doubts(name, raw, doubt):
    assert doubt in read_target(raw, name=name).doubts
    assert doubt not in read_target(raw).doubts


def test_book_titles_are_no_operators():
    reading = read_target("《金融人才发展报告》1份")
    assert (reading.numbers, reading.unit, reading.operator_explicit) == ((Decimal(1),), "份", False)
    assert "wrong_operator_glyph" not in reading.doubts
    assert "unread_digits" in read_target("《2019年报告》1份").doubts


def test_every_unit_is_read_and_printed():
    for name in UNITS:
        if name in {"年", "日"}:
            continue  # 5日 and 5年 are units as well, but stand in dates too
        reading = read_target(f"≥7{name}")
        assert (reading.kind, reading.unit, dimension_of(name)) == (
            Kind.QUANTITATIVE,
            name,
            UNITS[name].dimension,
        )
        assert read_target(print_reading(reading)).unit == name


def test_factors_stand_only_where_a_base_stands():
    for unit in UNITS.values():
        assert (unit.factor is None) == (unit.base == "")
        if unit.base and unit.base in UNITS:
            assert UNITS[unit.base].factor == 1 or UNITS[unit.base].base != unit.base


def test_labels_are_whole_sentences():
    for label in DOUBT_LABELS.values():
        assert label.endswith("。")
        assert "！" not in label
