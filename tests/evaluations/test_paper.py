"""评分明细 behind the form: whoever has the sheet of paper can do every sum again, and it says what the score says."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from evaluations.paper import details_of, for_print, points_for
from evaluations.scoring import execution_of, make_sheet, measure, score
from evaluations.scoring.arithmetic import show
from perfgoals.documents import pdf, printing
from perfgoals.documents.annex import Annex
from perfgoals.documents.behind import read_behind
from perfgoals.documents.details import Details
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import all_editions, get_edition
from tests.documents.ground import text_of
from tests.documents.test_pdf import failures
from tests.evaluations.builders import HUBEI, NATIONAL, PUTUO, SICHUAN, form, full_rows, row, rules_with
from tests.evaluations.test_replay import generated

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "evaluations").glob("*.json"))
PUBLISHED = [EvaluationDocument.from_json(path.read_text("utf-8")) for path in FIXTURES]


def details(document):
    return details_of(document, get_edition(document.form))


def result(document):
    return dict(details(document).result)


def met(edition=NATIONAL, **more):
    return form(*full_rows(edition), edition=edition, **more)


def test_each_row_says_how_it_came_to_its_points():
    rows = [
        row("≥24次", "5次", "3"),
        row("≤2小时", "3小时", "10"),
        row("50家", "50家", "3"),
        row("每年12月底前", "2021-11-30", "6"),
        row("5-10人", "7人", "4"),
        row("健全", "", "10", band="partly", self_score="7"),
        row("≥1家", "1家", "5", not_applicable=True),
    ]
    made = details(form(*rows))
    said = [(one.inputs, one.sentence, one.remarks, one.points) for one in made.rows]
    assert said[0] == (
        "读作：目标 ≥ 24 次，实际 5 次。",
        "实际 5 ＜ 目标 24 次，权重 × 实际 ÷ 目标 ＝ 3 × 5 ÷ 24 ＝ 0.63，得 0.63 分。",
        ("差 19 次得满分。",),
        "0.63",
    )
    assert said[1][3] == "5"
    assert said[2][3] == "未定"
    assert "比较符号" in said[2][1]
    assert said[3][0] == "读作：最迟 2021-12-31，完成于 2021-11-30。"
    assert said[4][0].startswith("读作：目标 5—10")
    assert "给 7 分" in said[5][1]
    assert said[6][3] == "—"
    assert made.rows[5].actual == "部分达成年度指标并具有一定效果"
    assert made.rows[-1].group == "预算执行率"
    assert "全年执行 100 元" in made.rows[-1].inputs
    assert made.rows[-1].points == "10"


def test_equal_clauses_stand_once_and_are_found_by_their_number():
    made = details(met())
    used = {one.clause for one in made.rows}
    assert used == set(range(1, len(used) + 1))
    assert len(set(made.clauses)) == len(made.clauses)
    first = made.rows[0]
    settled = score(met(), get_edition(NATIONAL)).rows[0].settled
    assert made.clauses[first.clause - 1] == f"{settled.clause}（待核实）"


def test_the_way_from_rows_to_total():
    assert result(met()) == {
        "各项合计": "100 分",
        "总分": "100 分（满分 100 分）",
        "等级": "优〔3〕",
        "等级线以上": "比优线高 10 分",
    }
    rows = full_rows()
    below = form(replace(rows[0], actual="25家"), *rows[1:], executed="40")
    said = result(below)
    assert (said["总分"], said["离下一等级"]) == ("69 分（满分 100 分）", "差 11 分到良")
    groups = details(below).groups
    assert groups == (
        ("产出指标", "50 分", "25 分"),
        ("效益指标", "30 分", "30 分"),
        ("满意度指标", "10 分", "10 分"),
        ("预算执行率", "10 分", "4 分"),
    )


def test_a_cap_stands_beside_the_raw_total():
    said = result(met(SICHUAN, executed="10"))
    capped = score(met(SICHUAN, executed="10"), get_edition(SICHUAN)).total
    assert capped.cap is not None
    assert said["封顶"].startswith(
        f"封顶前 {show(capped.raw_total)} 分，执行率低，最多 {show(capped.cap)} 分〔"
    )
    assert said["总分"].startswith(f"{show(capped.total)} 分")


def test_without_grades_and_without_points_for_execution():
    assert result(met(HUBEI))["等级"] == "这套口径不评等级"
    assert result(PUBLISHED[0])["预算执行率"] == "62.16%，这套口径不计分"


def test_an_open_score_says_everything_that_is_missing():
    document = form(row("50家", "50家", "60"), row("≥1家", "", "30"), executed="")
    said = result(document)["总分"]
    sheet = score(document, get_edition(NATIONAL))
    assert len(sheet.total.missing) >= 3
    assert said == "未定，还差：\n" + "\n".join(sheet.total.missing)

    assert details(document).groups[-1] == ("预算执行率", "10 分", "未定")


def test_rows_left_out_are_said_with_the_rescaling():
    rows = full_rows(HUBEI)
    rows[0] = replace(rows[0], weight="30")
    rows.insert(1, replace(rows[0], weight="10", not_applicable=True))
    document = form(*rows, edition=HUBEI)
    total = score(document, get_edition(HUBEI)).total
    assert total.rescaled
    assert result(document)["折算"].startswith(total.rescaled)


@pytest.mark.parametrize("document", PUBLISHED, ids=[path.stem for path in FIXTURES])
def test_published_forms_with_their_details(document, tmp_path):
    edition = get_edition(document.form)
    sheet = score(document, edition)
    data = pdf.make_pdf(
        document, edition, annexes=[details_of(document, edition, sheet)], points=points_for(document, sheet)
    )
    assert failures(data) == []
    alone = text_of(pdf.make_pdf(document, edition), tmp_path, pages=True)
    pages = text_of(data, tmp_path, pages=True)
    assert pages[: len(alone)] == alone
    behind = "".join(pages[len(alone) :])
    assert all(document.fingerprint[:12] in text for text in pages)
    for one in sheet.rows:
        for said in (one.name, one.settled.sentence, one.settled.clause):
            assert re.sub(r"\s", "", said) in behind
    assert f"{show(sheet.total.total)}分（满分100分）" in behind
    assert pdf.read_attached_evaluation(data) == document
    with pikepdf.open(io.BytesIO(data)) as file:
        assert len(file.attachments) == 1


@pytest.mark.parametrize("seed", range(60))
def test_any_form_has_details_that_agree_with_its_score(seed):
    document, edition = generated(seed)
    sheet = score(document, edition)
    made = details_of(document, edition, sheet)
    assert Details.from_json(made.to_json()) == made
    assert read_behind(made.to_json()) == made
    for detail, scored in zip(made.rows, sheet.rows, strict=False):
        settled = scored.settled
        if settled.points is not None:
            assert detail.points == show(settled.points)
        assert detail.sentence == (settled.sentence or settled.open_reason)
    total = dict(made.result)["总分"]
    expected = sheet.total.total
    assert total.startswith("未定") if expected is None else total.startswith(f"{show(expected)} 分")


def test_points_for_paper_are_the_scores_where_the_form_does_not_say_its_own():
    document = form(
        row("≥24次", "5次", "3", self_score="3"), row("健全", "", "87", band="achieved", self_score="80")
    )
    points = points_for(document, score(document, get_edition(NATIONAL)))
    assert dict(points.rows) == {"r1": "0.63"}  # computed; what the unit may judge stays as typed
    assert (points.execution, points.total) == ("10", "90.63")
    elsewhere = replace(
        document, totals={"self_score": "93"}, budget={**document.budget, "execution_score": "10.00"}
    )
    points = points_for(elsewhere, score(elsewhere, get_edition(NATIONAL)))
    assert (dict(points.rows), points.execution, points.total) == ({}, "", "")
    published = PUBLISHED[0]
    points = points_for(published, score(published, get_edition(PUTUO)))
    assert (dict(points.rows), points.total) == ({}, "")


@pytest.mark.parametrize("name", sorted(key for key, one in all_editions().items() if one.scoring))
def test_numbers_on_paper_are_those_of_the_score(name, tmp_path):
    edition = get_edition(name)
    rows = full_rows(name)
    rows[0] = replace(rows[0], actual="25家")
    document = form(*rows, edition=name)
    sheet = score(document, edition)
    assert sheet.total.total is not None
    text = text_of(pdf.make_pdf(document, edition, points=points_for(document, sheet)), tmp_path)
    first = sheet.rows[0].settled
    total = edition.style.total_label + show(edition.scoring.full) + show(sheet.total.total)
    assert total in text
    assert show(first.points) in text
    assert first.points < first.inputs.weight


def test_a_render_process_prints_details_and_annexes_alike():
    document = met()
    edition = get_edition(NATIONAL)
    sheets = [details(document), Annex("对照表", "0123", (), "前", "后", ())]
    try:
        made = printing.render_pdf(document.to_json(), annexes=sheets)
    finally:
        printing.stop()
    assert made == pdf.make_pdf(document, edition, annexes=sheets)
    assert json.loads(sheets[0].to_json())["kind"] == "details"


def test_words_that_nobody_can_print_are_named():
    document = form(row("≥24次", "5次", "3", name="巡检\ue000"))
    with pytest.raises(pdf.MissingGlyph) as caught:
        pdf.make_pdf(met(), get_edition(NATIONAL), annexes=[details(document)])
    assert caught.value.path == "indicators.r1.name"


def test_a_stored_score_is_printed_as_it_was_given():
    """The rules of the edition may have changed since: paper follows the sheet that was kept, not today's rules."""
    document, edition = form(row("≤2小时", "3小时", "90")), get_edition(NATIONAL)
    rules = rules_with("at_most", "ratio_overrun")
    given = make_sheet(
        document.form,
        rules,
        [(("r1", "产出指标", "数量指标", "指标", "≤2小时", "3小时"), measure(document.indicators[0], 2021))],
        execution_of(document),
    )
    points, behind = for_print(document, edition, sheet=given, with_details=True)
    assert dict(points.rows) == {"r1": "60"}
    assert behind[0].rows[0].points == "60"
    assert for_print(document, edition) == (points_for(document, score(document, edition)), ())
    assert dict(for_print(document, edition)[0].rows) == {"r1": "45"}
