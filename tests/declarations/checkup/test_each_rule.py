"""Every rule: a form that trips it, beside a form without any finding; and each ready fix mends what it is offered for.

The decent form of the conftest trips no rule at all, so what makes a case trip is the one change written here.
"""

import dataclasses
from decimal import Decimal

import pytest

from declarations.checkup import RULES
from declarations.checkup.results import PastRow, Question
from perfgoals.editions import get_edition
from perfgoals.findings import Level
from tests.declarations.checkup.conftest import ROWS

NUMBER = ("产出目标", "数量")
QUALITY = ("产出目标", "质量")
TIME = ("产出目标", "时效")
SOCIAL = ("效果目标", "社会效益")
PLEASED = ("效果目标", "满意度")


def past(number, target, **said):
    """What came of a row of the decent form in 2019."""
    row = ROWS[number - 1]
    return PastRow(row_id=f"r{number}", name=row[2], target=target, level1=row[0], level2=row[1], **said)


def one(group, name, target):
    """A case that adds one row."""
    return lambda form: form.rows((*group, name, target))


def text(key, value):
    return lambda form: form.having(**{key: value})


def of_2018(change=lambda form: form):
    """A case on the form of 2018, which has sub-projects."""

    def make(form):
        edition = get_edition("sh-2018-declaration")
        rows = tuple(
            dataclasses.replace(row, level2=None, level1=row.level1.replace("投入与管理", "投入和管理目标"))
            for row in form.document.indicators
        )
        old = form.having(
            form=edition.id, fund_use="其他事业专业类", annual_goal="完成再评价。", indicators=rows
        )
        return change(old.on(edition).parts(("会审", "1200000.00"), ("再评价", "800000.00")))

    return make


def weighted(*weights):
    """A case on an edition whose weights make 100, split 10 / 50 / 30 / 10."""

    def make(form):
        edition = get_edition("sh-2020-declaration")
        points = dict(zip(("投入与管理", "产出目标", "效果目标", "影响力目标"), (10, 50, 30, 10), strict=True))
        frame = tuple(dataclasses.replace(d, points=Decimal(points[d.name])) for d in edition.frame)
        edition = dataclasses.replace(edition, frame=frame, weights_total=Decimal(100))
        for number, weight in enumerate(weights, 1):
            form = form.row(number, weight=weight)
        return form.on(edition)

    return make


def limited(form):
    edition = get_edition("sh-2020-declaration")
    sections = tuple(
        dataclasses.replace(
            s,
            fields=tuple(
                dataclasses.replace(f, max_length=20) if f.key == "necessity" else f for f in s.fields
            ),
        )
        for s in edition.sections
    )
    return form.on(dataclasses.replace(edition, sections=sections))


def with_cards(form):
    return form.on(dataclasses.replace(get_edition("sh-2020-declaration"), card_required=True))


LONG = (
    "为全面保障上海市非税收入管理信息系统安全、高效、稳定运行，为非税系统日常业务工作开展提供良好的技术支撑。"
)
COPY = LONG + "于2020年继续开展信息系统运维服务，扩充和完善系统功能，并对系统用户提出的问题给予及时解答。"


def beside_a_copy(form):
    other = dataclasses.replace(form.document, project_name="政府采购管理系统运维", project_overview=COPY)
    return form.having(project_overview=COPY.replace("非税收入", "预算")).beside(other)


def beside_the_same_rows(form):
    return form.beside(
        dataclasses.replace(form.document, project_name="另一个项目", project_overview="别的事情。")
    )


CASES = {
    "required_field": text("necessity", " \n"),
    "row_gap": lambda form: form.row(3, target=""),
    "placeholder": lambda form: form.row(3, target="≥**人次"),
    "slot_left": text("implementation_plan", "6月底前完成工作方案，**月完成目标会审，11月底前完成再评价。"),
    "says_nothing": text("safeguards", "详见附件。"),
    "thin_text": text("legal_basis", "经信委核定。"),
    "amount_unreadable": lambda form: form.money(total="200.5万元"),
    "adjustment_changes_nothing": lambda form: form.adjusting(form.document),
    "amount_missing": lambda form: form.money(total=None),
    "amount_not_positive": lambda form: form.money(current_year="0"),
    "sum_differs": of_2018(lambda form: form.parts(("会审", "1200000.00"), ("再评价", "799999.99"))),
    "year_over_total": lambda form: form.money(total="1999999.99"),
    "tiny_amount": lambda form: form.money(total="200", current_year="200"),
    "amount_in_text": text(
        "project_overview", "开展绩效目标会审和绩效再评价，项目总预算210万元，覆盖三十五个部门。"
    ),
    "recurring_without_last_year": lambda form: form.money(previous_year_budget=None),
    "last_year_figure_differs": lambda form: form.after(budget={"current_year": "2374000"}),
    "overspent_last_year": lambda form: form.money(previous_year_executed="2100000.01"),
    "spent_to_the_yuan": lambda form: form.money(previous_year_executed="2100000.00"),
    "one_off_with_last_year": text("project_category", "其他一次性项目"),
    "budget_moved": lambda form: form.money(previous_year_budget="1500000", previous_year_executed="1"),
    "date_unreadable": lambda form: form.having(
        end_date=dataclasses.replace(form.document.end_date, printed="2020年12月底", iso=None)
    ),
    "end_before_start": lambda form: form.days("2020-12-31", "2020-01-01"),
    "date_notation": lambda form: form.having(
        start_date=dataclasses.replace(form.document.start_date, printed="2020/1/1")
    ),
    "period_misses_year": lambda form: form.days("2019-01-01", "2019-12-31"),
    "period_crosses_year": lambda form: form.days("2020-01-01", "2021-06-30"),
    "target_after_end": lambda form: form.row(5, target="2021年6月"),
    "target_before_start": lambda form: form.row(5, target="2019年11月底前"),
    "step_outside_period": text("implementation_plan", "2019年10月成立评审组，2020年5月完成评审。"),
    "words_outside_period": lambda form: form.days("2020-08-01", "2020-12-31").having(
        implementation_plan="2020年上半年完成会审，下半年完成再评价。"
    ),
    "past_year_in_name": lambda form: form.row(3, name="2019年再评价完成数量"),
    "choice_outside": text("project_category", "经常性专项业务"),
    "group_outside": lambda form: form.row(3, level2="数量指标"),
    "slip_of_the_pen": text(
        "necessity", "随着改革不断深入和和管理要求提高，现有力量不足以承担，需要购买服务。"
    ),
    "overview_is_name": text("project_overview", "预算绩效管理改革专项经费。"),
    "field_copies_field": text(
        "necessity", "培训第三方机构和市级预算部门，组织绩效目标会审和绩效再评价，提高目标编制和评价的质量。"
    ),
    "sentence_twice": text(
        "necessity", "贯彻执行财政部优秀会计人才队伍建设。配合政策调研。贯彻执行财政部优秀会计人才队伍建设。"
    ),
    "unprintable_character": text("necessity", "😀坚持“分级共建，多方公示”，房屋渗漏要大修。"),
    "unbalanced_marks": text("safeguards", "1.《评审和组织实施办法》（沪府办发[2017]8号；2.按合同执行。"),
    "document_number": text("legal_basis", "《长江三角洲城市群发展规划》（发改规划（201631060号））"),
    "text_too_long": limited,
    "promise_without_row": text("overall_goal", "完成 6 个再评价项目，培训 2400 人，提高评价报告的质量。"),
    "frame_missing": lambda form: form.without(5),
    "output_without_number": lambda form: (
        form.row(3, target="完成").row(4, target="合格", name="报告质量").row(5, target="按时", name="及时性")
    ),
    "card_missing": with_cards,
    "effect_without_source": lambda form: form.row(6, definition="", data_source=""),
    "numeric_baseline_missing": one(SOCIAL, "带动社会投资", "同比增长5%以上"),
    "duplicate_rows": one(NUMBER, "再评价的完成数量", "≥8个"),
    "near_duplicate_rows": lambda form: form.rows(
        ("影响力目标", "长效管理", "应急响应机制", "健全"),
        ("影响力目标", "长效管理", "应急响应机制健全性", "健全"),
    ),
    "sub_project_renamed": of_2018(lambda form: form.parts(("预算绩效改革专项", "2000000.00"))),
    "operator_glyph": one(NUMBER, "受理企业融资需求", "》=50家"),
    "target_spacing": lambda form: form.row(7, target="　≥85%"),
    "operator_spelling": one(NUMBER, "目标会审部门数量", ">=35个"),
    "operator_missing": lambda form: form.row(1, target="97%"),
    "operator_missing_plain": lambda form: form.row(4, target="100%"),
    "percent_missing": lambda form: form.row(7, target="≥85.00"),
    "unit_missing": one(NUMBER, "巡检次数", "=6"),
    "rate_with_words": one(SOCIAL, "信息公开实现率", "规范"),
    "number_expected": lambda form: form.row(3, target="完成"),
    "rate_with_count": one(SOCIAL, "安全事故发生率", "=0起"),
    "quality_with_percent": one(("投入与管理", "实施管理"), "政府采购合规性", "=100%"),
    "unit_twice": one(TIME, "平均恢复时长（小时）", "≤2小时"),
    "unit_contradiction": one(TIME, "平均恢复时长（小时）", "≤30分钟"),
    "over_hundred": lambda form: form.row(7, target="≥850%"),
    "qualitative_rows": lambda form: form.row(2, definition=""),
    "action_not_target": one(("影响力目标", "长效管理"), "日常维护", "及时报总务科"),
    "trend_without_baseline": one(SOCIAL, "带动社会投资", "逐年上升"),
    "circular_target": one(QUALITY, "报告质量", "报告质量达到要求"),
    "composite_numbers": one(NUMBER, "支付业务量", "支付业务量达到200万笔、非税14万笔"),
    "composite_words": one(("投入与管理", "实施管理"), "计划制定及执行情况", "制定并执行"),
    "floor_as_equality": lambda form: form.row(1, target="=80%"),
    "direction": one(NUMBER, "备案登记的网贷信息中介监管数量", "<=400家"),
    "execution_below_funding": one(("投入与管理", "投入管理"), "预算资金到位率", "=100%"),
    "reading_doubt": lambda form: form.row(5, target="44,561"),
    "unit_spelling": lambda form: form.row(4, target="=100百分比"),
    "timeliness_not_time": one(TIME, "代理银行业务费完成", "≥200万笔"),
    "quantity_is_rate": one(NUMBER, "运维工单处理率", "=100%"),
    "other_class": one(SOCIAL, "用户满意度", "≥90%"),
    "customary_class": one(("投入与管理", "投入管理"), "政府采购规范性", "规范"),
    "effect_is_output": one(SOCIAL, "系统服务部门数", "≥160个"),
    "input_as_output": one(NUMBER, "运维人员配备数量", "≥21人"),
    "satisfaction_only": lambda form: form.without(6),
    "weight_gap": weighted("10", "若干"),
    "weight_sum": weighted("5", "5", "20", "15", "15", "15", "15", "9.99"),
    "weight_zero": weighted("10", "0", "20", "15", "15", "15", "15", "10"),
    "weight_split": weighted("10", "10", "20", "15", "15", "10", "10", "10"),
    "below_last_year": lambda form: form.row(7, target="≥80%").after(indicators=form.document.indicators),
    "same_as_last_year": lambda form: form.after(budget={"current_year": "2100000"}),
    "money_moved_targets_stayed": lambda form: form.after(budget={"current_year": "4700000"}).money(
        previous_year_budget="4700000"
    ),
    "output_dropped": lambda form: form.without(3).after(indicators=form.document.indicators),
    "text_copied": beside_a_copy,
    "rows_copied": beside_the_same_rows,
    "last_year_far_over": lambda form: form.carrying(
        past(3, "=6个", actual="9个", reached=Decimal(9), unit="个", far_over=Decimal("1.3"))
    ),
    "last_year_missed": lambda form: form.carrying(
        past(3, "=6个", actual="5个", is_missed=True, reason="一家机构退出")
    ),
    "last_year_corrected": lambda form: form.carrying(past(3, "=6个", corrected="自评 3 分，审核 1 分")),
    "last_year_promised": lambda form: form.carrying(measures="三月底前完成机构遴选。"),
    "last_year_unspent": lambda form: form.carrying(
        budget=Decimal(2_000_000), executed=Decimal(1_500_000), rate=Decimal(75)
    ),
    "carried_question": lambda form: form.carrying(questions=[Question("整改任务还没有办结。")]),
    "declared_twice": lambda form: form.beside(dataclasses.replace(form.document, indicators=())),
}


def test_every_rule_has_its_case():
    assert set(CASES) == set(RULES)


def test_a_decent_form_has_no_finding(decent):
    assert decent.findings() == []


@pytest.mark.parametrize("base", [of_2018(), weighted("5", "5", "20", "15", "15", "15", "15", "10")])
def test_other_decent_forms_have_no_doubt(decent, base):
    assert base(decent).codes(Level.ERROR, Level.DOUBT) == set()


@pytest.mark.parametrize("code", CASES)
def test_the_case_trips_its_rule(decent, code):
    found = CASES[code](decent).findings(code)
    assert found
    assert all(f.message and f.path and f.why and f.good and f.bad for f in found)
    assert {f.level for f in found} == {RULES[code].level}


@pytest.mark.parametrize("code", CASES)
def test_a_rule_alone_says_the_same(decent, code):
    form = CASES[code](decent)
    alone = RULES[code](form.document, form.edition, form.history)
    assert sorted(map(repr, alone)) == sorted(map(repr, form.findings(code)))


@pytest.mark.parametrize("code", CASES)
def test_every_fix_mends_what_it_is_offered_for(decent, code):
    form = CASES[code](decent)
    for finding in form.findings(code):
        for fix in finding.fixes:
            assert fix.label
            left = form.mended(fix).findings(code)
            assert finding.message not in [other.message for other in left], fix


# A good example of the published forms stands right beside the bad one; neither of these may be asked about.
QUIET = [
    ("operator_missing", one(TIME, "现场维护服务时长", "5*8小时")),
    ("composite_numbers", one(TIME, "现场维护服务时长", "5*8小时")),
    ("floor_as_equality", lambda form: form.row(1, target="=100%")),
    ("direction", one(QUALITY, "故障重复发生率", "≤3‰")),
    ("direction", one(QUALITY, "故障处理率", "≥99%")),
    ("direction", one(QUALITY, "投诉办结率", "≥99%")),
    ("direction", one(TIME, "运维平均响应时间", "<=2小时")),
    ("direction", one(TIME, "日志保存时间", "≥6个月")),
    ("rate_with_count", one(TIME, "数据报送频率", "≤5分钟")),
    ("rate_with_words", one(SOCIAL, "工作效率", "提高")),
    ("quantity_is_rate", one(NUMBER, "全年培训计划完成率", "=100%")),
    ("timeliness_not_time", one(TIME, "故障处理及时率", "=100%")),
    ("group_outside", one(("影响力目标", "部门协助"), "跨部门沟通协作机制健全性", "健全")),
    ("slip_of_the_pen", text("necessity", "部门协助、其它事项按目的的不同分列，我国金融中心建设和和美乡村建设需要。")),
    ("slip_of_the_pen", text("project_category", "其他经常性专项业务费")),
    ("near_duplicate_rows", lambda form: form.rows((*NUMBER, "会计人才培训完成率", "=100%"), (*TIME, "会计人才培训及时性", "及时"))),
    ("near_duplicate_rows", lambda form: form.rows((*TIME, "2020年人才培训时效性", "及时"), (*TIME, "2021年人才培训时效性", "及时"))),
    ("past_year_in_name", one(NUMBER, "《发展报告（2017-2018年）》", "=1份")),
    ("past_year_in_name", one(NUMBER, "2019-2020年跨年课题", "=1个")),
    ("target_after_end", lambda form: form.row(5, target="12月底前")),
    ("target_after_end", lambda form: form.days("2020-01-01", "2020-12-04").row(5, target="12月")),
    ("step_outside_period", text("implementation_plan", "2019年11月，启动项目政府采购工作；2020年1月起开展运维。")),
    ("step_outside_period", text("implementation_plan", "依据2016年4月印发的方案，2020年5月完成。")),
    ("words_outside_period", text("implementation_plan", "总结上年全年工作，2020年下半年完成。")),
    ("unbalanced_marks", text("safeguards", "1）制度健全；（2）专人负责；“a”、‘b’和〔2017〕、[2016]、【2015】。")),
    ("unbalanced_marks", text("safeguards", "2.坚持“分级共建，“多方公示”原则”。")),
    ("amount_in_text", text("project_overview", "项目总预算200万元，其中当年预算2,000,000.00元，用于会审和再评价。")),
    ("promise_without_row", text("overall_goal", "完成6个再评价项目，满意度达到85%，依据《意见》第12条、〔2019〕30号。")),
    ("recurring_without_last_year", text("project_category", "其他一次性项目")),
    ("trend_without_baseline", lambda form: form.rows((*SOCIAL, "平台用户数", "提高")).written("indicators.x1.baseline", "2019年1200人")),
    ("placeholder", text("necessity", "完成目标会审……绩效再评价，提高评价质量，满足改革的需要。")),
    ("customary_class", one(("投入与管理", "实施管理"), "政府采购规范性", "规范")),
    ("below_last_year", lambda form: form.row(7, target="≥90%").after(indicators=form.document.indicators)),
    ("below_last_year", lambda form: form.rows((*TIME, "响应时间", "≤60分钟")).after(
        indicators=form.rows((*TIME, "响应时间", "≤1小时")).document.indicators)),
    ("text_copied", lambda form: form.beside(dataclasses.replace(form.document, project_name="甲", project_overview="别的", necessity="别的", implementation_plan="别的", overall_goal="别的"))),
    ("rows_copied", lambda form: form.beside(dataclasses.replace(form.document, indicators=form.document.indicators[:4]))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), QUIET)
def test_a_sound_entry_is_left_alone(decent, code, change):
    assert change(decent).findings(code) == []


def test_a_longer_time_in_a_smaller_unit_is_softer(decent):
    form = decent.rows((*TIME, "响应时间", "≤90分钟"))
    form = form.after(indicators=decent.rows((*TIME, "响应时间", "≤1小时")).document.indicators)
    assert [f.path for f in form.findings("below_last_year")] == ["indicators.x1.target"]


def test_unit_cost_of_the_change_is_shown(decent):
    [finding] = CASES["money_moved_targets_stayed"](decent).findings("money_moved_targets_stayed")
    assert "上年 4,700,000.00 元，今年 2,000,000.00 元，少 57.4%" in finding.message


def test_sums_are_exact_to_the_cent(decent):
    thirds = of_2018(
        lambda form: form.parts(*[(f"部分{n}", "0.10") for n in range(3)]).money(current_year="0.30")
    )
    assert thirds(decent).findings("sum_differs") == []


def test_many_equal_slips_are_said_once_and_mended_by_one_button(decent):
    form = decent.rows(*[(*NUMBER, f"第{n}类企业数量", f"》={n}0家") for n in range(1, 7)])
    [finding] = form.findings("operator_glyph")
    assert finding.path == "indicators.x1.target"
    assert [fix.label for fix in finding.fixes] == ["6 行分别改为 ≥10家、≥20家、≥30家……"]
    assert form.mended(finding.fixes[0]).findings("operator_glyph") == []
    assert form.mended(finding.fixes[0]).document.indicators[-1].target == "≥60家"


def test_fixes_say_what_they_write(decent):
    said = {
        code: [fix.label for finding in CASES[code](decent).findings(code) for fix in finding.fixes]
        for code in (
            "operator_glyph",
            "unit_missing",
            "date_notation",
            "timeliness_not_time",
            "date_unreadable",
        )
    }
    assert said == {
        "operator_glyph": ["改为 ≥50家"],
        "unit_missing": ["改为 =6次"],
        "date_notation": ["改为 2020-01-01"],
        "timeliness_not_time": ["移到 产出目标 › 数量"],
        "date_unreadable": ["改为 2020-12-31"],
    }


def test_moving_a_row_writes_both_levels(decent):
    [finding] = CASES["timeliness_not_time"](decent).findings("timeliness_not_time")
    assert finding.fixes[0].changes == (
        ("indicators.x1.level1", "产出目标"),
        ("indicators.x1.level2", "数量"),
    )
