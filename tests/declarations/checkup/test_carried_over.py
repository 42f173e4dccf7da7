"""What the year before found out, asked of this year's targets (F91): when, in which words, and when not any more."""

from decimal import Decimal

import pytest

from declarations.checkup.results import PastRow, Question, Source
from tests.declarations.checkup.conftest import ROWS

QUANTITY = ROWS[2][:2]


def row(target="≥20家", name="参与会审的机构家数", **said):
    return PastRow(row_id="old", name=name, target=target, level1=QUANTITY[0], level2=QUANTITY[1], **said)


def beaten(target="≥20家", actual="45家", number="45", unit="家"):
    return row(target, actual=actual, reached=Decimal(number), unit=unit, far_over=Decimal("1.3"))


def asked(form, code, *rows, target="≥20家", name="参与会审的机构家数", **said):
    """The questions of one rule, of a form with this year's row ``name``."""
    return form.rows((*QUANTITY, name, target)).carrying(*rows, **said).findings(code)


def test_the_question_names_last_year_and_where_it_stands(decent):
    (finding,) = asked(decent, "last_year_far_over", beaten())
    assert finding.path == "indicators.x1.target"
    assert finding.message == "“参与会审的机构家数”2019年目标“≥20家”，完成“45家”：今年目标“≥20家”是否偏低？"
    assert (finding.source, finding.source_url) == ("2019年自评得分", "/evaluations/7/score/")


@pytest.mark.parametrize(
    ("target", "is_asked"),
    [
        ("≥20家", True),
        ("≥30家", True),
        ("≥34家", True),
        ("≥35家", False),
        ("≥45家", False),
        ("显著增加", False),
    ],
)
def test_a_target_high_enough_answers_it(decent, target, is_asked):
    """45 is 1.3 times of 34.6: from 35 on, last year's result would no longer be far over."""
    assert bool(asked(decent, "last_year_far_over", beaten(), target=target)) is is_asked


def test_units_are_compared_in_their_base(decent):
    hours = beaten("≥2小时", "5小时", "5", "小时")
    assert asked(decent, "last_year_far_over", hours, target="≥120分钟")
    assert not asked(decent, "last_year_far_over", hours, target="≥290分钟")
    assert not asked(decent, "last_year_far_over", hours, target="≥2次")  # another thing is counted now


def test_a_renamed_row_is_still_the_same_row(decent):
    assert asked(decent, "last_year_far_over", beaten(), name="参加会审的机构家数")
    assert not asked(decent, "last_year_far_over", beaten(), name="会审项目金额占比")
    assert not asked(decent, "last_year_far_over", row())


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("≥20家", "≥20家", "没有变"),
        ("≥20家", "≥ 20 家", "没有变"),
        ("≥20家", "≥25家", "更高"),
        ("≤2小时", "≤60分钟", "更高"),
        ("及时", "及时", "没有变"),
    ],
)
def test_a_missed_row_is_asked_how_it_is_to_be_reached(decent, before, now, words):
    missed = row(before, actual="没有做到的数", is_missed=True, reason="展会取消")
    (finding,) = asked(decent, "last_year_missed", missed, target=now)
    assert f"，{words}，怎样做到？" in finding.message
    assert "（原因：“展会取消”）" in finding.message


@pytest.mark.parametrize(
    ("before", "now"), [("≥20家", "≥15家"), ("≤60分钟", "≤2小时"), ("及时", "5月底前"), ("≥20家", "20次以上")]
)
def test_a_target_that_was_lowered_or_changed_is_not_asked_so(decent, before, now):
    assert not asked(decent, "last_year_missed", row(before, actual="15", is_missed=True), target=now)


def test_a_row_without_a_reason_says_so(decent):
    (finding,) = asked(decent, "last_year_missed", row(is_missed=True))
    assert "没有得满分（没有写原因）" in finding.message


def test_what_reviewers_said_of_a_row_is_asked_in_one_breath(decent):
    said = row(corrected="自评 3 分，审核 1 分：签到表只有 12 人", returned="退回时写“缺签到表”")
    (finding,) = asked(decent, "last_year_corrected", said)
    assert "签到表只有 12 人；退回时写“缺签到表”" in finding.message


def test_promises_are_asked_once_for_the_table(decent):
    (finding,) = asked(decent, "last_year_promised", problems="两场展会取消。", measures="三月底前签合同。")
    assert finding.path == "indicators"
    assert "问题：“两场展会取消。”，要改进：“三月底前签合同。”" in finding.message
    assert not asked(decent, "last_year_promised")


@pytest.mark.parametrize(
    ("rate", "current", "is_asked"),
    [
        ("62.16", "2000000", True),
        ("79.99", "2500000", True),
        ("80", "2000000", False),
        ("50", "1999999.99", False),
    ],
)
def test_unspent_money_is_asked_about_unless_less_is_wanted(decent, rate, current, is_asked):
    known = {"budget": Decimal(2_000_000), "executed": Decimal(1_243_200), "rate": Decimal(rate)}
    found = decent.money(current_year=current).carrying(**known).findings("last_year_unspent")
    assert bool(found) is is_asked
    if rate == "62.16":
        assert "1,243,200.00 ÷ 2,000,000.00 ＝ 62.16%" in found[0].message


def test_questions_of_other_apps_stand_at_their_row_and_one_answer_serves_one_place(decent):
    at_row = Question("整改任务 3 还没有办结。", row_id="r3", source=Source("/monitoring/3/", "整改任务"))
    by_name = Question("抽查：台账缺页。", name="被评价单位的满意度", level1="效果目标", level2="满意度")
    loose = [Question("整改任务 4 还没有办结。"), Question("抽查结论：没有写依据。", name="早没有的行")]
    found = decent.carrying(questions=[at_row, by_name, *loose]).findings("carried_question")
    assert {finding.path: finding.message for finding in found} == {
        "indicators.r3.target": "整改任务 3 还没有办结。",
        "indicators.r7.target": "抽查：台账缺页。",
        "indicators": "整改任务 4 还没有办结。 抽查结论：没有写依据。",
    }
    assert next(f for f in found if f.path == "indicators.r3.target").source_url == "/monitoring/3/"
