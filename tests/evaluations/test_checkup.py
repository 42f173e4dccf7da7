"""The check-up of a self-evaluation: each rule where it must speak, and where it must be silent."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from evaluations.checkup import check, is_stock
from perfgoals.editions import get_edition
from perfgoals.findings import Level
from tests.evaluations.builders import NATIONAL, PUTUO, form, full_rows
from tests.evaluations.test_properties import EDITIONS, documents

FIXTURES = Path(__file__).parents[2] / "fixtures" / "evaluations"


def complete(*rows, **more):
    """A national form with nothing to say against it, but for ``rows`` in the place of its own."""
    budget = {"current_year": "100", "executed": "100"} | more.pop("budget", {})
    texts = {"annual_goal": "保障运行。", "actual_completion": "巡检6次，故障2起。"} | more
    return replace(form(*(rows or full_rows())), budget=budget, **texts)


def first(**changes):
    """The complete form with its first row changed."""
    rows = full_rows()
    return complete(replace(rows[0], **changes), *rows[1:])


def found(document):
    return {(f.code, f.path): f for f in check(document, get_edition(document.form))}


def codes(document):
    return {code for code, _ in found(document)}


def test_a_complete_form_is_left_alone():
    assert found(complete()) == {}


@pytest.mark.parametrize(
    ("document", "code", "path", "level"),
    [
        (complete(project_name=""), "required_missing", "project_name", "error"),
        (complete(annual_goal="  "), "required_missing", "annual_goal", "error"),
        (complete(actual_completion="巡检6次😀"), "unprintable_character", "actual_completion", "error"),
        (first(remark="\uf0b7见附件"), "unprintable_character", "indicators.r1.remark", "error"),
        (first(name="服务😀"), "unprintable_character", "indicators.r1.name", "doubt"),
        (complete(budget={"executed": "八万"}), "amount_unreadable", "budget.executed", "error"),
        (complete(budget={"executed": "-1"}), "amount_negative", "budget.executed", "error"),
        (complete(budget={"executed": "101"}), "overspent", "budget.executed", "doubt"),
        (complete(budget={"initial": "80"}), "budget_changed", "budget.current_year", "doubt"),
        (complete(budget={"executed": "89.99"}), "low_execution", "budget.executed", "doubt"),
        (first(weight=None), "weight_open", "indicators.r1.weight", "error"),
        (first(weight="五分"), "weight_open", "indicators.r1.weight", "error"),
        (first(actual=""), "actual_open", "indicators.r1.actual", "error"),
        (first(actual="约五十家"), "actual_open", "indicators.r1.actual", "error"),
        (first(actual="50%"), "actual_open", "indicators.r1.actual", "error"),
        (first(target="50家"), "operator_open", "indicators.r1.operator", "error"),
        (first(target="健全", actual="健全"), "band_open", "indicators.r1.band", "error"),
        (first(target="健全", band="partly"), "self_score_open", "indicators.r1.self_score", "error"),
        (first(target="≥约50家"), "target_open", "indicators.r1.target", "doubt"),
        (first(target=""), "target_open", "indicators.r1.target", "doubt"),
        (first(level1="投入与管理"), "group_open", "indicators.r1.level1", "error"),
        (first(actual="40家"), "reason_missing", "indicators.r1.deviation_reason", "error"),
        (first(actual="65家"), "target_too_low", "indicators.r1.actual", "doubt"),
        (
            first(actual="40家", deviation_reason="管理有待加强。"),
            "reason_is_stock",
            "indicators.r1.deviation_reason",
            "error",
        ),
    ],
)  # fmt: skip
def test_each_rule_speaks_where_it_must(document, code, path, level):
    finding = found(document)[code, path]
    assert finding.level == level
    assert finding.message.endswith(("。", "？"))
    assert finding.why


@pytest.mark.parametrize(
    "document",
    [
        first(actual="40家", deviation_reason="两家企业年底才签约，明年一季度前补访。"),
        first(actual="64家"),
        first(actual="65家", deviation_reason="年中新划入两个园区，企业多了18家。"),
        first(target="50家", operator=">="),
        first(target="健全", band="achieved", self_score="50"),
        complete(budget={"initial": "100"}),
        complete(budget={"executed": "90"}),
        first(not_applicable=True, target="", actual="", weight="50"),
    ],
)
def test_and_is_silent_where_it_has_nothing_to_say(document):
    assert codes(document) <= set()


def test_a_defect_of_the_approved_target_does_not_block_for_ever():
    """The unit cannot mend a copied target: it writes a reason, and a person decides."""
    finding = found(first(target="》=约50家"))["target_open", "indicators.r1.target"]
    assert finding.level is Level.DOUBT


def test_low_execution_is_asked_once():
    """Where the contradiction with the output is named already, the rate alone says nothing new."""
    given = [replace(one, self_score=one.weight) for one in full_rows()]
    at_money = [
        code for code, path in found(complete(*given, budget={"executed": "50"})) if path == "budget.executed"
    ]
    assert at_money == ["execution_far_from_output"]


def test_a_form_without_a_column_for_reasons_takes_them_for_the_whole_form_or_in_the_remarks():
    rows = full_rows(PUTUO)
    document = form(replace(rows[0], actual="", self_score="40"), *rows[1:], edition=PUTUO)
    missing = ("reason_missing", "indicators.r1.remark")
    for silent in ("", "无", "管理有待加强。"):
        assert missing in found(replace(document, main_problems=silent))
    assert missing not in found(replace(document, main_problems="展会因疫情由三天改为两天。"))
    assert missing not in found(replace(document, improvement_measures="四月底前与会展公司签订展期合同。"))
    explained = replace(document.indicators[0], remark="展会由三天改为两天。")
    document = replace(document, indicators=(explained, *document.indicators[1:]))
    assert "reason_missing" not in codes(document)


@pytest.mark.parametrize(
    "text",
    [
        "管理有待加强",
        "管理有待加强，今后将进一步加强管理。",
        "预算管理水平有待提高；下一步将不断完善制度",
        "项目资金管理需要加强",
        "客观原因",
        "无",
        "工作力度不够，努力提高工作效率。",
        "加强和改进工作",
        "  ",
        "原因",
    ],
)
def test_stock_phrases(text):
    assert is_stock(text)


@pytest.mark.parametrize(
    "text",
    [
        "了解相关科室业务需求，科学编制预算，根据实际情况及时跟踪预算使用进度。",
        "设备到货晚了两个月",
        "因疫情，两场展会取消，改到次年三月。",
        "管理有待加强：三家企业的年审材料缺页，四月底前补齐。",
        "提高收费标准后用户减少了12户",
    ],
)
def test_what_says_something_is_no_stock_phrase(text):
    assert not is_stock(text)


def test_stock_measures_are_asked_about():
    rows = full_rows(PUTUO)
    document = form(
        *rows, edition=PUTUO, improvement_measures="进一步加强管理。", main_problems="管理有待加强。"
    )
    assert {"text_is_stock"} <= codes(document)
    assert ("text_is_stock", "improvement_measures") in found(document)
    silent = replace(document, improvement_measures="无", main_problems="无")
    assert "text_is_stock" not in codes(silent)


def test_findings_come_in_the_order_of_the_form():
    document = replace(first(actual="", weight=None), project_name=None, annual_goal=None)
    paths = [f.path for f in check(document, get_edition(NATIONAL))]
    assert paths == sorted(
        paths, key=["project_name", "annual_goal", "indicators.r1.weight", "indicators"].index
    )


@settings(max_examples=150, deadline=None)
@given(documents)
def test_any_document_is_checked_without_an_error(document):
    for edition_id in EDITIONS:
        edition = get_edition(edition_id)
        once = check(document, edition)
        assert once == check(document, edition)
        assert len({(f.code, f.path, f.message) for f in once}) == len(once)
