"""Lights, courses and findings of a report, without a database."""

from decimal import Decimal

import pytest

from evaluations.pace import Light
from monitoring.checkup import Form, findings_of
from monitoring.curves import read_curve
from monitoring.progress import progress_of
from perfgoals.documents.monitoring import MonitoringDocument, MonitoringRow
from perfgoals.editions import get_edition

EDITION = get_edition("national-2019-monitoring").at(7)
GOOD = {"actual": "14场", "expected": "24场", "likelihood": "certain"}


def row(target="≥24场", name="培训场次", row_id="a1", **more):
    where = {"level1": "产出指标", "level2": "数量指标"}
    return MonitoringRow(row_id=row_id, name=name, target=target, **where | more)


def form(*rows, budget=None, **more):
    money = {"initial": "100", "executed": "60", "expected": "100"} if budget is None else budget
    document = MonitoringDocument(
        form=EDITION.id,
        fiscal_year=2021,
        cutoff_month=7,
        budget_unit="信息中心",
        project_name="培训",
        annual_goal="办好培训。",
        budget=money,
        indicators=rows,
        **more,
    )
    return Form(document, EDITION)


def only(one):
    return progress_of(form(one).document, EDITION).rows[0]


def codes(*rows, **more):
    return {finding.code for finding in findings_of(form(*rows, **more))}


# Courses ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", {}),
        ("6月20%，9月60%", {6: 20, 9: 60}),
        ("６月底：２０％；９月末 60.5", {6: 20, 9: Decimal("60.5")}),
        ("到 6月完成20%", None),
        ("6月 20 9月 60", {6: 20, 9: 60}),
        ("第四季度才做", None),
        ("13月20%", None),
        ("6月60%，9月20%", None),
        ("6月20%，6月30%", None),
        ("6月120%", None),
        ("6月20%，其余不定", None),
    ],
)
def test_a_course_is_read_or_refused_in_words(text, points):
    if points is None:
        with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
            read_curve(text)
    else:
        assert dict(read_curve(text).points) == points


# Lights -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "light", "says"),
    [
        ({"actual": "14场"}, Light.GREEN, "14 ÷ 24 ＝ 58.33%"),
        ({"actual": "11场"}, Light.YELLOW, "计划 58.33%，慢 12.5 个百分点"),
        ({"actual": "3场"}, Light.RED, "慢 45.83"),
        ({"actual": "0场"}, Light.RED, "0 ÷ 24"),
        ({"actual": "3场", "plan": "6月5%，9月10%"}, Light.GREEN, "计划 6.67%"),
        ({"actual": "3场", "plan": "读不出"}, Light.RED, "计划 58.33%"),
        ({"actual": "许多"}, Light.NONE, "也要写一个数"),
        ({}, Light.NONE, "还没有写执行情况"),
        # A rate is judged by what it is now; one that is collected, by the course.
        ({"target": "≥98%", "name": "设备完好率", "actual": "99%"}, Light.GREEN, "不按月累计"),
        ({"target": "≥98%", "name": "设备完好率", "actual": "60%"}, Light.RED, "计划 100%"),
        ({"target": "=100%", "name": "工程完成率", "actual": "60%"}, Light.GREEN, "计划 58.33%"),
        # A ceiling is kept or passed.
        ({"target": "≤50万元", "name": "成本", "actual": "49万元"}, Light.GREEN, "没有超出"),
        ({"target": "≤50万元", "name": "成本", "actual": "51万元"}, Light.RED, "已经超出"),
        ({"target": "=0起", "name": "安全事故", "actual": "0起"}, Light.GREEN, "没有超出"),
        ({"target": "=0起", "name": "安全事故", "actual": "1起"}, Light.RED, "已经超出"),
        # What is not to begin yet has nothing to say.
        ({"target": "≥85%", "name": "用户满意度", "plan": "10月0%"}, Light.GREEN, "还不用开始"),
        # A target that no number can be compared with is judged in words.
        ({"target": "5*8小时", "name": "服务时长", "attainment": "reached"}, Light.GREEN, "已经达成"),
        # A day: kept, passed, or still to come.
        ({"target": "6月底前", "level2": "时效指标", "actual": "2021年6月20日"}, Light.GREEN, "按期"),
        ({"target": "6月底前", "level2": "时效指标", "actual": "2021年7月2日"}, Light.RED, "晚了"),
        ({"target": "6月底前", "level2": "时效指标"}, Light.RED, "已经过了"),
        ({"target": "12月底前", "level2": "时效指标"}, Light.NONE, "还没有到"),
        ({"target": "12月底前", "level2": "时效指标", "likelihood": "possible"}, Light.YELLOW, "还没有到"),
        # Words: what the unit says of them.
        ({"target": "有所提高"}, Light.NONE, "还没有选达成情况"),
        ({"target": "有所提高", "attainment": "reached"}, Light.GREEN, "已经达成"),
        ({"target": "有所提高", "attainment": "missed", "likelihood": "certain"}, Light.YELLOW, "还没有达成"),
        ({"target": "有所提高", "attainment": "partly", "likelihood": "impossible"}, Light.RED, "部分达成"),
    ],
)
def test_every_light_says_why(more, light, says):
    one = only(row(**more))
    assert one.light is light
    assert says in one.pace.sentence


def test_money_and_output_far_apart_are_said():
    slow = {"initial": "100", "executed": "20", "expected": "100"}
    looked = form(row(**GOOD), budget=slow).progress
    assert looked.money.light is Light.RED
    assert looked.worst is Light.RED
    assert "产出走在钱前面" in looked.gap


# 体检 -------------------------------------------------------------------------------------------------------------------


def test_a_report_in_order_has_no_finding():
    assert codes(row(**GOOD)) == set()


def test_what_cannot_be_printed_is_not_sent():
    assert codes(row(**GOOD, remark="见附件😀")) == {"unprintable_character"}


def test_rows_that_nobody_came_to_are_told_in_one_breath():
    found = findings_of(form(*(row(row_id=f"r{n}", name=f"第{n}") for n in range(18))))
    assert [finding.code for finding in found] == ["row_open"]
    assert "还有 18 行没有填：“第0”“第1”“第2”等" in found[0].message
    assert len(found[0].places) == 18


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"likelihood": ""}, {"likelihood_missing"}),
        ({"expected": ""}, {"expected_missing"}),
        ({"expected": "≥24场"}, set()),
        ({"actual": "", "plan": "9月0%", "plan_reason": "教材9月才印好，培训都在第四季度。"}, set()),
        ({"expected": "很多"}, {"expected_unreadable"}),
        ({"actual": ""}, {"actual_missing"}),
        ({"actual": "若干"}, {"actual_unreadable"}),
        ({"actual": "14人次"}, {"actual_unreadable"}),
        ({"target": "24场"}, {"operator_unreadable"}),
        ({"target": "24场", "operator": ">="}, set()),
        (
            {"expected": "13场", "likelihood": "possible"},
            {"expected_under_actual", "deviation_kind_missing", "reason_missing"},
        ),
        # Off track: a kind and a reason that says something.
        ({"actual": "3场"}, {"deviation_kind_missing", "reason_missing", "likelihood_contradicts"}),
        (
            {
                "actual": "3场",
                "deviation_kinds": ("staff",),
                "deviation_reason": "管理有待加强",
                "likelihood": "possible",
            },
            {"reason_is_stock"},
        ),
        (
            {
                "actual": "3场",
                "deviation_kinds": ("staff",),
                "deviation_reason": "两名讲师调离，9月补招到岗后每月办5场。",
                "likelihood": "possible",
            },
            set(),
        ),
        ({"expected": "20场"}, {"deviation_kind_missing", "reason_missing", "likelihood_contradicts"}),
        ({"likelihood": "possible"}, {"deviation_kind_missing", "reason_missing"}),
        ({"likelihood": "impossible"}, {"deviation_kind_missing", "reason_missing", "likelihood_contradicts"}),
        ({"target": "有所提高"}, {"attainment_missing"}),
        ({"plan": "6月20%"}, {"plan_reason_missing"}),
        ({"plan": "明年"}, {"plan_unreadable"}),
        ({"plan": "6月20%", "plan_reason": "教材8月才印好，培训都在第四季度。"}, set()),
    ],
)
def test_what_a_row_lacks_or_contradicts(more, expected):
    found = codes(row(**GOOD | more))
    assert found - {"money_far_from_output"} == expected  # one row that is slow is far from the money too


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        ({"initial": "100", "executed": "60", "expected": "50"}, {"expected_under_executed"}),
        (
            {"initial": "100", "executed": "120", "expected": "120"},
            {"executed_over_budget", "money_far_from_output"},
        ),
        ({"initial": "100", "executed": "60", "expected": "110"}, {"expected_over_budget"}),
        (
            {"initial": "100", "executed": "39.99", "expected": "100"},
            {"execution_slow", "money_far_from_output"},
        ),
        ({"initial": "100", "executed": "六十", "expected": "100"}, {"amount_unreadable"}),
        (
            {"initial": "100", "executed": "-1", "expected": "100"},
            {"amount_negative", "execution_slow", "money_far_from_output"},
        ),
        ({"initial": "100", "executed": "60", "expected": ""}, {"required_missing"}),
        (
            {"initial": "100", "executed": "60", "expected": "100", "executed_fiscal": "50"},
            {"amounts_add_up"},
        ),
        ({"initial": "0", "executed": "0", "expected": "0"}, set()),
    ],
)
def test_what_the_money_contradicts(money, expected):
    assert codes(row(**GOOD), budget=money) == expected
