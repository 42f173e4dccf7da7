"""Contradictions inside one form: the published ones raise exactly what domain 8.3 names for them, clean forms nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaluations.checkup import check
from evaluations.contradictions import DEFECTS, RULES, contradictions
from evaluations.published import document_of
from perfgoals.documents.evaluation import GroupPoints
from perfgoals.editions import get_edition
from perfgoals.findings import Level
from tests.evaluations.builders import NATIONAL, PUTUO, form, full_rows, row

SEED = Path(__file__).parents[1] / "seeds" / "evaluations-2021-putuo.json"
PUBLISHED = {record["id"]: document_of(record) for record in json.loads(SEED.read_text("utf-8"))["evaluations"]}
# Rows of domain.md 8.3 that name the self-evaluations (S3), form by form.
NAMED = {
    "putuo-2021-1": {3: 3, 23: 1, 24: 2},
    "putuo-2021-2": {3: 1, 25: 1},
    "putuo-2021-3": {3: 2, 25: 1},
}


def found(document):
    return contradictions(document, get_edition(document.form))


def codes(document):
    return [finding.code for finding in found(document)]


def clean(edition=NATIONAL, **more):
    """A form that adds up and says so: every row met and given full marks."""
    rows = [replace(one, self_score=one.weight) for one in full_rows(edition)]
    budget = {"current_year": "100", "executed": "100", "execution_rate": "100.00%", "execution_score": "10"}
    if edition == PUTUO:
        budget.pop("execution_score")
    texts = {
        "main_problems": "问卷发得晚。",
        "improvement_measures": "三月底前发出。",
        "main_results": "全部完成。",
    }
    return replace(
        form(*rows, edition=edition), **{"budget": budget, "totals": {"self_score": "100"}} | texts | more
    )


def lost(document, points="1"):
    """The same form with points lost in the first row, its total put right."""
    first, *others = document.indicators
    given = str(float(first.weight) - float(points))
    return replace(
        document,
        indicators=(replace(first, self_score=given), *others),
        totals={"self_score": str(100 - float(points))},
    )


@pytest.mark.parametrize("name", NAMED)
def test_the_published_forms_raise_exactly_the_named_defects(name):
    """Of the whole check-up: neither contradictions nor the rules about a single place find more."""
    findings = check(PUBLISHED[name], get_edition(PUBLISHED[name].form))
    assert all(finding.code in DEFECTS for finding in findings)
    counted = {}
    for finding in findings:
        counted[DEFECTS[finding.code]] = counted.get(DEFECTS[finding.code], 0) + 1
    assert counted == NAMED[name]


def test_the_narrative_is_held_against_the_points_in_words():
    (finding,) = [one for one in found(PUBLISHED["putuo-2021-1"]) if one.code == "narrative_against_points"]
    assert finding.path == "main_problems"
    for said in ("未举办", "62.16%", "15 个产出指标有 13 个满分", "总分 95", "优秀"):
        assert said in finding.message


@pytest.mark.parametrize("edition", [NATIONAL, PUTUO])
def test_a_clean_form_raises_nothing(edition):
    assert codes(clean(edition)) == []


def with_first(document, **changes):
    first, *others = document.indicators
    return replace(document, indicators=(replace(first, **changes), *others))


# What is broken, the codes it raises, the level.
BROKEN = {
    "more than the weight": (
        lambda d: replace(with_first(d, self_score="51"), totals={}),
        ["points_out_of_bounds", "given_above_computed"],
    ),
    "less than nothing": (
        lambda d: replace(with_first(d, self_score="-1"), totals={}),
        ["points_out_of_bounds"],
    ),
    "no number": (lambda d: with_first(d, self_score="满分"), ["points_unreadable"]),
    "a row's weight": (
        lambda d: replace(with_first(d, weight="49", self_score="49"), totals={"self_score": "99"}),
        ["weights_of_form", "points_moved"],
    ),
    "the printed group": (
        lambda d: replace(d, groups=(GroupPoints("产出指标", None, "45"),)),
        ["weights_of_group"],
    ),
    "the printed level-2 group": (
        lambda d: replace(d, groups=(GroupPoints("产出指标", "数量指标", "30"),)),
        ["weights_of_group"],
    ),
    "the printed total of the weights": (
        lambda d: replace(d, totals=dict(d.totals) | {"weight": "95"}),
        ["printed_weight_total"],
    ),
    "the printed total": (lambda d: replace(d, totals={"self_score": "98"}), ["printed_total"]),
    "the printed grade": (lambda d: replace(d, grade="良"), ["printed_grade"]),
    "the printed rate": (
        lambda d: replace(d, budget=dict(d.budget) | {"execution_rate": "99.99%"}),
        ["printed_rate"],
    ),
    "the execution's points": (
        lambda d: replace(d, budget=dict(d.budget) | {"execution_score": "9"}, totals={"self_score": "99"}),
        ["printed_execution_score"],
    ),
    "sources that do not add up": (
        lambda d: replace(d, budget=dict(d.budget) | {"executed_fiscal": "60", "executed_other": "30"}),
        ["amounts_add_up"],
    ),
    "sources that add up": (
        lambda d: replace(d, budget=dict(d.budget) | {"executed_fiscal": "60", "executed_other": "40"}),
        [],
    ),
    "more spent than there was": (
        lambda d: replace(d, budget=dict(d.budget) | {"executed": "120", "execution_rate": "120.00%"}),
        ["overspent"],
    ),
    "more than the formula gives": (lambda d: with_first(d, actual="40家"), ["given_above_computed"]),
    "the text says it was not done": (
        lambda d: replace(d, actual_completion="两场培训因疫情未能按期举办。"),
        ["narrative_against_points"],
    ),
    "an event was called off": (
        lambda d: replace(d, main_problems="原定的展会受疫情影响取消。"),
        ["narrative_against_points"],
    ),
    "little spent, all done": (
        lambda d: replace(
            d,
            budget={
                "current_year": "100",
                "executed": "75",
                "execution_rate": "75.00%",
                "execution_score": "7.50",
            },
            totals={"self_score": "97.5"},
        ),
        [],
    ),
    "very little spent, all done": (
        lambda d: replace(
            d,
            budget={
                "current_year": "100",
                "executed": "60",
                "execution_rate": "60.00%",
                "execution_score": "6.00",
            },
            totals={"self_score": "96"},
        ),
        ["execution_far_from_output"],
    ),
    "the operator": (lambda d: with_first(d, target="》=50家"), ["wrong_operator"]),
    "the head of the column": (lambda d: replace(d, target_column="指标解释"), ["head_is_not_a_target"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_kind_of_contradiction(name):
    change, raised = BROKEN[name]
    document = change(clean())
    assert codes(document) == raised
    for finding in found(document):
        assert finding.message.endswith(("。", "？"))
        assert finding.why
        assert finding.path


PUTUO_BROKEN = {
    "perfect and nothing to say": (
        lambda d: replace(d, main_problems="无", improvement_measures="无"),
        ["perfect_without_problems"],
    ),
    "perfect and empty": (
        lambda d: replace(d, main_problems=None, improvement_measures=" "),
        ["perfect_without_problems"],
    ),
    "perfect, a measure named": (lambda d: replace(d, main_problems="无"), []),
    "points lost and nothing to say": (
        lambda d: lost(replace(d, main_problems="无")),
        ["lost_points_without_problems"],
    ),
    "points lost and told": (lost, []),
    "perfect with little spent": (
        lambda d: replace(d, budget={"current_year": "100", "executed": "79.99"}),
        ["perfect_with_low_execution"],
    ),
    "perfect with enough spent": (lambda d: replace(d, budget={"current_year": "100", "executed": "80"}), []),
}


@pytest.mark.parametrize("name", PUTUO_BROKEN)
def test_results_and_problems_against_the_points(name):
    change, raised = PUTUO_BROKEN[name]
    assert codes(change(clean(PUTUO))) == raised


@pytest.mark.parametrize(
    "text",
    [
        "没有未完成的事项。",
        "全年未发现未按时完成的情况。",
        "不存在未开展的活动。",
        "取消了三项收费，企业负担减轻。",
        "未发生安全事故。",
        "为5家未完成股改的企业提供上市服务。",
        "督促未完成整改的事项全部销号。",
        "各项工作全部完成。",
        "不存在没有完成的项目。",
    ],
)
def test_nothing_is_invented_from_plain_words(text):
    assert codes(replace(clean(), actual_completion=text)) == []


def test_arithmetic_is_an_error_and_narrative_a_doubt():
    levels = {
        finding.code: finding.level for change, _ in (*BROKEN.values(),) for finding in found(change(clean()))
    }
    doubts = {code for code, level in levels.items() if level is Level.DOUBT}
    assert doubts == {
        "points_moved",
        "overspent",
        "given_above_computed",
        "narrative_against_points",
        "execution_far_from_output",
        "wrong_operator",
        "head_is_not_a_target",
    }


def test_a_total_by_taking_out_rows_is_no_contradiction():
    rows = [
        row("≥10次", "10次", "40", self_score="40"),
        row("≥10次", "10次", "20", level1="效益指标", self_score="20"),
        row("≥10次", "", "20", level1="效益指标", not_applicable=True),
    ]
    document = replace(
        form(*rows, edition="hubei-2020-self-evaluation"),
        budget={"current_year": "100", "executed": "100", "execution_score": "20"},
        totals={"self_score": "100"},
    )
    assert codes(document) == []
    assert codes(replace(document, totals={"self_score": "80"})) == ["printed_total"]


@pytest.mark.parametrize(
    ("executed", "printed", "raised"),
    [("100", "100", []), ("60", "89", []), ("60", "100", ["printed_total"]), ("60", "80", ["printed_total"])],
)
def test_the_printed_total_keeps_to_the_cap(executed, printed, raised):
    edition = "sichuan-2025-self-evaluation"
    rows = [replace(one, self_score=one.weight) for one in full_rows(edition)]
    document = form(*rows, edition=edition, executed=executed, totals={"self_score": printed})
    expected = {"printed_total", "printed_grade"}
    assert [code for code in codes(document) if code in expected] == raised


def test_points_moved_between_groups_ask_for_a_reason_level_by_level():
    rows = [
        row(weight="25", level1="管理指标", level2="决策"),
        row(weight="35", level1="产出指标"),
        row(weight="20", level1="效益指标"),
        row(weight="10", level1="满意度指标"),
        row(weight="10", level1="成本指标"),
    ]
    findings = found(form(*rows, edition="sichuan-2025-self-evaluation"))
    assert [finding.code for finding in findings] == ["points_moved"] * 3
    assert [finding.message.split("”")[0].strip("“") for finding in findings] == [
        "管理指标",
        "管理指标/决策",
        "产出指标",
    ]


def test_every_rule_is_documented_or_named_for_what_it_compares():
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
