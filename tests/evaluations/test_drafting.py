"""Drafted sentences say what the form says and nothing else; every number knows where it came from."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evaluations.drafting import Draft, draft
from evaluations.scoring import NoRules, score
from evaluations.scoring.arithmetic import show
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import get_edition
from tests.evaluations.builders import HUBEI, NATIONAL, PUTUO, form, full_rows, row
from tests.evaluations.test_replay import generated

FIXTURES = Path(__file__).parents[2] / "fixtures" / "evaluations"


def published(name):
    return EvaluationDocument.from_json((FIXTURES / f"{name}.json").read_text("utf-8"))


def drafted(document):
    return draft(document, get_edition(document.form))


def said(document, part):
    return [one.text for one in getattr(drafted(document), part).sentences]


# The row, then what is said of it as result, as problem, as measure.
ROWS = {
    "met": (
        row("≥6次", "7次", "90", name="巡检"),
        "产出指标：“巡检”实际7次（目标≥6次）。",
        None,
        None,
    ),
    "missed, without a reason": (
        row("≥24次", "5次", "90", name="巡检"),
        None,
        "“巡检”目标≥24次，实际5次，分值90分，得18.75分，扣71.25分。",
        "针对“巡检”（差 19 次得满分）：",
    ),
    "missed, with reason and measure": (
        row(
            "≥24次", "5次", "90", name="巡检", deviation_reason="偏差原因：人手不足；改进措施：增加两名巡检员。"
        ),
        None,
        "“巡检”目标≥24次，实际5次，分值90分，得18.75分，扣71.25分。原因：人手不足。",
        "针对“巡检”：增加两名巡检员。",
    ),
    "missed, with a reason alone": (
        row("≤2小时", "3小时", "90", name="响应", deviation_reason="机房断电"),
        None,
        "“响应”目标≤2小时，实际3小时，分值90分，得45分，扣45分。原因：机房断电。",
        "针对“响应”（少 1 小时得满分）：",
    ),
    "a band, in full": (
        row("健全", "", "90", name="制度", band="achieved", self_score="90"),
        "产出指标：“制度”完成档次为达成年度指标（目标健全）。",
        None,
        None,
    ),
    "a band, in part": (
        row("健全", "基本健全", "90", name="制度", band="partly", self_score="60"),
        None,
        "“制度”目标健全，实际基本健全，分值90分，得60分，扣30分。",
        "针对“制度”：",
    ),
    "far over the target": (
        row("≥6次", "60次", "90", name="巡检"),
        "产出指标：“巡检”实际60次（目标≥6次）。",
        "“巡检”目标≥6次，实际60次，实际远超目标。",
        None,
    ),
    "no actual value": (row("≥6次", "", "90", name="巡检"), None, None, None),
    "nobody wrote the operator": (row("6次", "6次", "90", name="巡检"), None, None, None),
    "does not apply": (row("≥6次", "5次", "90", name="巡检", not_applicable=True), None, None, None),
    "no name": (row("≥6次", "5次", "90", name=" "), None, None, None),
    "no weight": (row("≥6次", "5次", None, name="巡检"), None, None, None),
}


@pytest.mark.parametrize("name", ROWS)
def test_one_row(name):
    one, result, problem, measure = ROWS[name]
    document = form(one, executed="")
    drafts = drafted(document)
    results = [text for text in said(document, "results") if text.startswith("产出指标")]
    assert results == ([result] if result else [])
    assert said(document, "problems") == ([problem] if problem else [])
    assert said(document, "measures") == ([measure] if measure else [])
    assert [one.is_open for one in drafts.measures.sentences] == ([measure.endswith("：")] if measure else [])
    assert drafts.measures.text == (measure if measure and not measure.endswith("：") else "")


# Money of the form, then the first sentence of the results, then that of the problems.
MONEY = [
    (
        {"current_year": "414400", "executed": "257602"},
        "全年预算414,400.00元，实际支出257,602.00元，预算执行率62.16%。",
        "预算执行率62.16%，还有156,798.00元没有支出。",
    ),
    (
        {"initial": "700000", "current_year": "697100", "executed": "697100"},
        "年初预算700,000.00元，调整后全年预算697,100.00元，实际支出697,100.00元，预算执行率100.00%。",
        None,
    ),
    (
        {"initial": "697100", "current_year": "697100", "executed": "627390"},
        "全年预算697,100.00元，实际支出627,390.00元，预算执行率90.00%。",
        None,
    ),
    ({"current_year": "0", "executed": "0"}, "全年预算0.00元，实际支出0.00元。", None),
    ({"current_year": "100"}, None, None),
    ({"executed": "100"}, None, None),
    ({"current_year": "一百元", "executed": "5"}, None, None),
    ({}, None, None),
]


@pytest.mark.parametrize(("budget", "result", "problem"), MONEY)
def test_money(budget, result, problem):
    document = replace(form(), budget=budget)
    assert said(document, "results") == ([result] if result else [])
    assert said(document, "problems") == ([problem] if problem else [])


def test_a_whole_form_in_its_order():
    rows = full_rows()
    rows[0] = replace(rows[0], actual="25家", name="受理需求")
    document = form(*rows, executed="80")
    assert said(document, "results") == [
        "全年预算100.00元，实际支出80.00元，预算执行率80.00%。",
        "设定的3个指标中，有实际完成值且达到目标的2个。",
        "效益指标：“效益指标一”实际50家（目标≥50家）。",
        "满意度指标：“满意度指标一”实际50家（目标≥50家）。",
        "自评总分73分，等级中。",
    ]
    assert said(document, "problems") == [
        "预算执行率80.00%，还有20.00元没有支出。",
        "“受理需求”目标≥50家，实际25家，分值50分，得25分，扣25分。",
    ]
    assert drafted(document).problems.text == "".join(said(document, "problems"))


def test_segments_carry_the_paths_of_what_they_show():
    document = form(row("≥24次", "5次", "90", name="巡检2次", deviation_reason="缺 3 人"), executed="80")
    (unspent, loss) = drafted(document).problems.sentences
    assert unspent.segments == (
        "预算执行率",
        ("80.00%", "budget.execution_rate"),
        "，还有",
        ("20.00", "budget.executed"),
        "元没有支出。",
    )
    assert [one for one in loss.segments if not isinstance(one, str)] == [
        ("“巡检2次”", "indicators.r1.name"),
        ("≥24次", "indicators.r1.target"),
        ("5次", "indicators.r1.actual"),
        ("90", "indicators.r1.weight"),
        ("18.75", "indicators.r1.self_score"),
        ("71.25", "indicators.r1.self_score"),
        ("缺 3 人", "indicators.r1.deviation_reason"),
    ]


def test_published_forms_without_actual_values_claim_no_result():
    """Their points are the unit's bare word: the draft repeats money and points, and lists what was lost."""
    first = published("putuo-2021-1")
    assert said(first, "results") == [
        "全年预算414,400.00元，实际支出257,602.00元，预算执行率62.16%。",
        "自评总分95分，等级优秀。",
    ]
    problems = said(first, "problems")
    assert problems[0] == "预算执行率62.16%，还有156,798.00元没有支出。"
    assert problems[1] == "“金洽会普陀展台相关报道”目标入选组委会刊，分值3分，得2分，扣1分。"
    assert len(problems) == 6
    assert drafted(first).measures.text == ""
    third = drafted(published("putuo-2021-3"))
    assert (third.problems.sentences, third.measures.sentences) == ((), ())


@pytest.mark.parametrize(
    ("edition", "keys"),
    [
        (PUTUO, ("main_results", "main_problems", "improvement_measures")),
        (NATIONAL, ("actual_completion", "", "")),
        (HUBEI, ("actual_completion", "", "")),
    ],
)
def test_each_text_knows_its_field(edition, keys):
    drafts = drafted(EvaluationDocument(edition, 2021, "上海市财政局"))
    assert drafts.results == Draft(keys[0], ())
    assert drafts.problems == Draft(keys[1], ())
    assert drafts.measures == Draft(keys[2], ())


def test_a_declaration_has_nothing_to_draft():
    with pytest.raises(NoRules):
        draft(EvaluationDocument("x", 2021, "局"), get_edition("sh-2020-declaration"))


@pytest.mark.parametrize("seed", range(150))
def test_no_number_without_its_source_and_no_source_that_says_otherwise(seed):
    document, edition = generated(seed)
    sheet = score(document, edition)
    drafts = draft(document, edition, sheet)
    assert drafts == draft(document, edition)
    rows = {one.row_id: one for one in document.indicators}
    scored = {one.row_id: one.settled for one in sheet.rows}
    everything = json.dumps(sheet.to_dict(), ensure_ascii=False)
    for part in (drafts.results, drafts.problems, drafts.measures):
        for sentence in part.sentences:
            assert sentence.text.endswith("：" if sentence.is_open else "。")
            for segment in sentence.segments:
                if isinstance(segment, str):
                    assert not re.search(r"\d", segment), segment
                    continue
                text, path = segment
                table, _, key = path.rpartition(".")
                if key in ("name", "target", "level1", "deviation_reason"):
                    assert text.strip("“”") in getattr(rows[table.split(".")[1]], key)
                elif key == "actual":
                    one = rows[table.split(".")[1]]
                    assert text in (one.actual, scored[one.row_id].to_full)
                elif key in ("weight", "self_score") and table.startswith("indicators"):
                    settled = scored[table.split(".")[1]]
                    lost = settled.inputs.weight - settled.points
                    assert text in (show(settled.inputs.weight), show(settled.points), show(lost))
                elif path == "totals.self_score":
                    assert text == show(sheet.total.total)
                elif path in ("grade", "budget.execution_rate"):
                    assert text.strip("%") in everything
