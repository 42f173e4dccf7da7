"""The review form on paper: every word in reading order, the same bytes every time, PDF/A, the sheet attached."""

import hashlib
import io
import logging
from dataclasses import replace
from decimal import Decimal

import page
import pikepdf
import pytest

from perfgoals.appraising import paper
from perfgoals.appraising.grading import Given, outcome
from perfgoals.appraising.questionnaire import GRADES, POINTS, get_questionnaire
from perfgoals.appraising.sheet import About, By, Sheet, SheetMember, compose, replay
from perfgoals.documents import pdf
from tests.documents.ground import text_of

FORM = get_questionnaire("national-2015-appraisal")
ABOUT = About(
    "上海市固定资产投资项目管理信息系统(运维)",
    "上海市经济信息中心",
    "上海市发展和改革委员会",
    2020,
    2,
    "3f9a 07c2 b41e",
)
MEMBERS = (
    SheetMember("财政审核人", "上海市财政局", "组长"),
    SheetMember("金融办审核人", "上海市金融服务办公室", "成员"),
    SheetMember("发改委审核人", "上海市发展和改革委员会", "回避"),
)
BY = By("审核表", "财政审核", "财政审核人", "上海市财政局", "2026-11-21")


def by_grades(**more):
    given = {one.key: Given("good", f"{one.label}：第{n}条意见") for n, one in enumerate(FORM.questions, 1)}
    came = outcome(FORM, GRADES, given)
    options = {"grade": "good", "opinion": "总的看可行。\n小改后通过。", "about": ABOUT, "by": BY} | more
    return compose(FORM, came, **options)


def by_points():
    given = {one.key: Given(defects={}) for one in FORM.questions}
    given["well_formed"] = Given(defects={"wrong_cell": Decimal(5)}, remark="第 3、4、9、10、13 行")
    given["money_matches"] = Given(defects={"mismatch": Decimal(4)}, remark="预算增三成，目标没有变")
    return compose(FORM, outcome(FORM, POINTS, given), grade="excellent", opinion="", about=ABOUT, by=BY)


SHEETS = {
    "grades": by_grades(),
    "points": by_points(),
    "panel": by_grades(
        by=replace(BY, kind="会审审核表", members=MEMBERS),
        spreads={one.key: "优 1，良 2" for one in FORM.questions},
    ),
    "long": by_grades(opinion="逐条修改。" * 400),
}


def plain(text):
    return "".join(text.split())


@pytest.mark.parametrize("name", SHEETS)
def test_every_word_in_reading_order(name, tmp_path):
    sheet = SHEETS[name]
    text = plain(text_of(paper.make_pdf(sheet.to_json()), tmp_path))
    expected = [
        sheet.title,
        "（2020年度）",
        "项目名称",
        sheet.about.project,
        "主管部门",
        sheet.about.department,
    ]
    expected += [
        "申报单位",
        sheet.about.unit,
        "审核环节",
        "财政审核",
        "所审申报表",
        "第2稿，校验码3f9a07c2b41e",
    ]
    for line in sheet.lines:
        expected += [line.label, line.text, *([line.full, line.points] if sheet.has_points else []), line.grade]
        expected += [f"{cut.label}：{cut.count}×{cut.price}，扣{cut.points}分。" for cut in line.cuts]
        expected += [line.remark] if line.remark else []
        expected += [f"成员评定：{line.spread}。"] if line.spread else []
    expected += ["综合评定等级", sheet.grade, "等级后果", sheet.effect, "总体意见"]
    expected += [sheet.opinion[:20]] if sheet.opinion else []
    expected += [f"{one.part}：{one.name}（{one.organization}）" for one in sheet.by.members]
    expected += [sheet.by.author, "日期", sheet.by.day, "原文核实"]
    at = 0
    for words in expected:
        found = text.find(plain(words), at)
        assert found >= 0, f"{words!r} not behind {text[max(0, at - 30) : at]!r}"
        at = found + len(plain(words))
    for part in sheet.parts:
        assert part.label in text
    for key in (sheet.mark,):
        assert plain(key) in text


@pytest.mark.parametrize("name", ["grades", "points", "panel"])
def test_it_is_pdf_a_and_says_the_same_bytes_again(name):
    document = SHEETS[name].to_json()
    first, second = paper.make_pdf(document), paper.make_pdf(document)
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    report = page.validate_pdf_bytes(first, profile="3a")
    # a compressed stream that happens to end in byte 0D is reported (tests/documents/test_pdf.py)
    assert [one for one in report.failures if not one.rule_id.endswith("STREAM-LENGTH-001")] == []


def test_the_sheet_travels_inside():
    sheet = SHEETS["points"]
    with pikepdf.open(io.BytesIO(paper.make_pdf(sheet.to_json()))) as file:
        attached = file.attachments[paper.ATTACHMENT].get_file().read_bytes().decode()
        assert str(file.docinfo["/Keywords"]) == sheet.fingerprint
    assert Sheet.from_json(attached) == sheet
    assert replay(Sheet.from_json(attached)) == ("95.00", "优")


def test_no_word_of_warning_from_the_printer(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        logging.getLogger("weasyprint").propagate = True
        paper.make_pdf(SHEETS["panel"].to_json())
    assert [record.message for record in caplog.records] == []


def test_a_character_without_a_shape_is_named():
    sheet = by_grades(opinion="见附件\U0001f600")
    with pytest.raises(pdf.MissingGlyph) as missing:
        paper.make_pdf(sheet.to_json())
    assert missing.value.character == "\U0001f600"


def test_controls_are_left_out_of_the_paper_but_not_of_the_document(tmp_path):
    sheet = by_grades(opinion="前\x07后")
    assert Sheet.from_json(sheet.to_json()).opinion == "前\x07后"
    assert "前后" in plain(text_of(paper.make_pdf(sheet.to_json()), tmp_path))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_survives_its_own_json(name):
    sheet = SHEETS[name]
    again = Sheet.from_json(sheet.to_json())
    assert again == sheet
    assert again.fingerprint == sheet.fingerprint
    assert replay(sheet) == (sheet.total, sheet.proposed)
