"""The review form of a declaration: filling, handing in, reading, and what its grade leaves open."""

import pytest
from django.test import Client

from declarations.appraising.filling import blocking
from declarations.appraising.telling import appraisal_link
from declarations.models import Declaration
from declarations.workflow import APPROVE, PASS, RETURN, SUBMIT
from perfgoals.appraising.models import ReviewAnswer, ReviewForm
from perfgoals.appraising.sheet import Sheet, replay
from perfgoals.audit.models import AuditRecord
from perfgoals.workflow import Incomplete, State, perform

from .conftest import KEYS

pytestmark = pytest.mark.django_db
REVIEWER = "发改委审核人"


def url(declaration):
    return f"/declarations/{declaration.pk}/appraisal/"


def test_the_page_asks_eight_questions_beside_the_form(at, sent):
    text = at(REVIEWER).get(url(sent)).content.decode()
    assert text.count("<fieldset") == 9  # eight questions and the overall grade
    assert "可与单位协商，直接完善后进入下一步预算安排流程。" in text
    assert "不得进入下一步预算安排流程。" in text
    assert "文字未核实" in text
    assert "pg-paper" in text
    assert "固定资产" in text


def test_opening_the_page_keeps_nothing(at, sent):
    at(REVIEWER).get(url(sent))
    assert not ReviewForm.objects.exists()


def test_a_draft_is_kept_and_shown_again(at, sent, graded):
    browser = at(REVIEWER)
    typed = graded(act="save", clear="", grade="", remarks={"goal_relevant": "依据是去年的文件"})
    assert browser.post(url(sent), typed).status_code == 302
    form = ReviewForm.objects.get()
    assert not form.is_handed_in
    assert form.answers.count() == 7
    text = browser.get(url(sent)).content.decode()
    assert "依据是去年的文件" in text
    assert "还有 1 问没有评" in text
    assert AuditRecord.objects.filter(action="appraise").count() == 1


def test_handing_in_freezes_it(at, sent, graded):
    browser = at(REVIEWER)
    before = Declaration.objects.values().get(pk=sent.pk)
    answer = browser.post(url(sent), graded(clear="good", grade="good"))
    assert answer.status_code == 302
    form = ReviewForm.objects.get()
    sheet = form.sheet()
    assert (form.grade, form.proposed, sheet.grade, sheet.proposed) == ("good", "good", "良", "良")
    assert form.fingerprint == Sheet.from_json(form.document).fingerprint
    record = AuditRecord.objects.filter(action="appraised").get()
    assert record.changes["paper_grade"] == "良"
    after = Declaration.objects.values().get(pk=sent.pk)
    assert after["state"] == before["state"], "a review form never moves the workflow"
    assert after["version"] == before["version"]
    # neither a second click nor another page changes it
    again = browser.post(url(sent), graded(version=form.version, clear="poor", grade="poor", opinion="改"))
    assert again.status_code == 302
    form.refresh_from_db()
    assert form.grade == "good"
    assert form.answers.get(question="clear").grade == "good"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"clear": ""}, "“明确清晰性”还没有评"),
        ({"clear": "fair", "grade": "fair", "opinion": "补"}, "“明确清晰性”评为“中”，要写明问题在哪里"),
        ({"grade": ""}, "综合评定等级还没有选"),
        ({"clear": "good", "grade": "excellent"}, "算出的是“良”，您评“优”，要写明原因"),
        ({"clear": "poor", "remarks": {"clear": "空"}, "grade": "poor"}, "综合评为“差”，要写总体意见"),
        ({"clear": "best"}, "没有“best”这一档"),
        ({"grade": "best"}, "没有这一档"),
        ({"remarks": {"clear": "长" * 2001}}, "最多 2000 个字"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(at, sent, graded, typed, words):
    remarks = {"conditions_sufficient": "方案分三步"} | typed.pop("remarks", {})
    answer = at(REVIEWER).post(url(sent), graded(remarks=remarks, **typed))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "方案分三步" in text
    assert not ReviewForm.objects.handed_in().exists()
    if "已存为草稿" in text:
        assert ReviewAnswer.objects.get(question="conditions_sufficient").remark == "方案分三步"
        assert 'name="version" value="1"' in text
    else:
        assert "没有存" in text
        assert not ReviewForm.objects.exists()


def test_good_needs_no_words(at, sent, graded):
    assert at(REVIEWER).post(url(sent), graded(clear="good", grade="good")).status_code == 302


def test_points_are_computed_shown_and_replayed(at, sent, points_page):
    browser = at(REVIEWER)
    typed = points_page(
        well_formed={"wrong_cell": "５"},  # a full-width digit is a digit
        money_matches={"mismatch": "4"},
        remarks={"money_matches": "预算增三成，目标没有变"},
    )
    assert browser.post(url(sent), typed | {"act": "save"}).status_code == 302
    text = browser.get(url(sent)).content.decode()
    assert "10 − 5 × 0.2 ＝ 9.00 分" in text
    assert "95.00 分" in text
    assert browser.post(url(sent), typed | {"version": "1"}).status_code == 302
    form = ReviewForm.objects.get()
    assert (str(form.total), form.grade) == ("95.00", "excellent")
    assert replay(form.sheet()) == ("95.00", "优")
    assert form.answers.get(question="well_formed").defects == {"wrong_cell": "5"}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"wrong_cell": "很多"}, "读不出是几"),
        ({"wrong_cell": "1.5"}, "1 到 999 的整数"),
        ({"wrong_cell": "-3"}, "1 到 999 的整数"),
        ({"wrong_cell": "1e400"}, "太大"),
        ({"thin": "9"}, "不能扣 9 分"),
        ({"thin": "1"}, "有酌情扣的分，要写明问题在哪里"),
    ],
)
def test_deductions_that_make_no_sense(at, sent, points_page, found, words):
    answer = at(REVIEWER).post(url(sent), points_page(well_formed=found))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert f'value="{next(iter(found.values()))}"' in text


def test_no_defects_and_a_defect_contradict_each_other(at, sent, points_page):
    typed = points_page(well_formed={"wrong_cell": "1"}) | {"none-well_formed": "1"}
    answer = at(REVIEWER).post(url(sent), typed)
    assert answer.status_code == 422
    assert "请去掉一样" in answer.content.decode()


def test_two_pages_of_one_person(at, sent, graded):
    browser = at(REVIEWER)
    browser.post(url(sent), graded(act="save"))
    browser.post(url(sent), graded(act="save", version=1, remarks={"clear": "第二页"}))
    answer = browser.post(url(sent), graded(act="save", version=1, remarks={"clear": "第一页"}))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "第一页" in text
    assert 'name="version" value="2"' in text, "saving again is possible, and deliberate"
    assert ReviewAnswer.objects.get(question="clear").remark == "第二页"


def test_two_first_pages_keep_one_form(at, sent, graded):
    browser = at(REVIEWER)
    browser.post(url(sent), graded(act="save"))
    assert browser.post(url(sent), graded(act="save", version=0)).status_code == 409
    assert ReviewForm.objects.count() == 1


def test_a_new_revision_needs_a_new_form(at, sent, graded, people):
    browser = at(REVIEWER)
    typed = graded(clear="fair", grade="fair", opinion="目标不清", remarks={"clear": "写清产出"})
    browser.post(url(sent), typed)
    perform(RETURN, sent, actor=people[REVIEWER], version=sent.version, comment="写清产出")
    perform(SUBMIT, sent, actor=people["信息中心填报人"], version=sent.version)
    text = browser.get(url(sent)).content.decode()
    assert "上一稿您评“中”：写清产出" in text
    assert browser.post(url(sent), graded(revision=1)).status_code == 409, "the page judged the old revision"
    assert browser.post(url(sent), graded(revision=2)).status_code == 302
    grades = ReviewForm.objects.order_by("revision__number").values_list("revision__number", "grade")
    assert list(grades) == [(1, "fair"), (2, "excellent")]


def test_who_reads_what_was_handed_in(at, sent, graded, people):
    at(REVIEWER).post(url(sent), graded())
    form = ReviewForm.objects.get()
    read = f"{url(sent)}{form.pk}/"
    assert at(REVIEWER).get(read).status_code == 200
    assert at("财政审核人").get(read).status_code == 200
    assert at("业务管理员").get(read).status_code == 200
    # the unit reads it once the step is done
    assert at("信息中心填报人").get(read).status_code == 404
    perform(PASS, sent, actor=people[REVIEWER], version=sent.version)
    assert at("信息中心填报人").get(read).status_code == 200
    assert at("服务中心填报人").get(read).status_code == 404
    assert at("审计员").get(read).status_code == 404


def test_a_draft_is_nobody_elses(at, sent, graded):
    at(REVIEWER).post(url(sent), graded(act="save", remarks={"clear": "只是想想"}))
    form = ReviewForm.objects.get()
    for who in ("财政审核人", "业务管理员", "信息中心填报人"):
        assert at(who).get(f"{url(sent)}{form.pk}/").status_code == 404
        assert "只是想想" not in at(who).get(url(sent)).content.decode()


def test_nobody_else_fills(at, sent, graded):
    assert at("信息中心填报人").post(url(sent), graded()).status_code == 403
    assert at("财政审核人").post(url(sent), graded()).status_code == 403  # not yet on that desk
    assert at("金融办审核人").post(url(sent), graded()).status_code == 404


def test_who_was_overtaken_by_a_colleague_finds_the_typed_text(at, sent, graded, people):
    browser = at(REVIEWER)
    browser.post(url(sent), graded(act="save"))
    perform(PASS, sent, actor=people[REVIEWER], version=sent.version)
    answer = browser.post(url(sent), graded(version=1, remarks={"clear": "写了半小时"}))
    assert answer.status_code == 409
    assert "写了半小时" in answer.content.decode()


@pytest.mark.parametrize(
    ("grade", "may_pass"), [("excellent", True), ("good", True), ("fair", False), ("poor", False)]
)
def test_what_the_grade_leaves_open(at, at_finance, graded, people, grade, may_pass):
    remarks = {"clear": "目标与概况不符"}
    typed = graded(clear=grade, grade=grade, opinion="见各问", remarks=remarks)
    browser = at("财政审核人")
    assert browser.post(url(at_finance), typed).status_code == 302
    at_finance.refresh_from_db()
    assert (blocking(at_finance) == []) is may_pass
    text = browser.get(url(at_finance)).content.decode()
    assert ("不能通过，请退回" in text) is not may_pass
    if may_pass:
        perform(APPROVE, at_finance, actor=people["财政审核人"], version=at_finance.version)
    else:
        with pytest.raises(Incomplete) as refused:
            perform(APPROVE, at_finance, actor=people["财政审核人"], version=at_finance.version)
        assert "不能通过，可以退回" in refused.value.findings[0].message
        perform(RETURN, at_finance, actor=people["财政审核人"], version=at_finance.version, comment="见审核表")
    assert at_finance.state == (State.APPROVED if may_pass else State.RETURNED)


def test_another_steps_grade_does_not_bind(at, sent, graded, people):
    """What the department found is not the bureau's word: a form that got past it is judged anew."""
    at(REVIEWER).post(url(sent), graded())
    perform(PASS, sent, actor=people[REVIEWER], version=sent.version)
    assert blocking(sent) == []


def test_the_link_for_other_pages(sent, graded, people, at):
    reviewer, filer = people[REVIEWER], people["信息中心填报人"]
    assert appraisal_link(sent, reviewer).may_fill
    assert appraisal_link(sent, filer).is_empty
    at(REVIEWER).post(url(sent), graded(act="save"))
    assert appraisal_link(sent, reviewer).is_started
    typed = graded(version=1, clear="poor", grade="poor", opinion="重做", remarks={"clear": "空"})
    at(REVIEWER).post(url(sent), typed)
    link = appraisal_link(sent, reviewer)
    assert link.is_handed_in
    assert link.blocks
    assert link.grade.label == "差"
    assert appraisal_link(sent, filer).is_empty


def test_the_link_drawn(sent, graded, people, at):
    from django.template.loader import render_to_string

    def drawn(who):
        link = appraisal_link(sent, people[who])
        return render_to_string("declarations/includes/appraisal_link.html", {"appraisal": link})

    assert "填审核表" in drawn(REVIEWER)
    assert drawn("信息中心填报人").strip() == ""
    at(REVIEWER).post(url(sent), graded(clear="poor", grade="poor", opinion="重做", remarks={"clear": "空"}))
    assert "不能通过，可以退回" in drawn("财政审核人") or "看审核表" in drawn("财政审核人")
    assert "不能通过，可以退回" in drawn(REVIEWER)


def test_the_page_costs_the_same_however_many_forms(
    at, at_finance, people, graded, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = at("业务管理员")
    Client()
    at("财政审核人").post(url(at_finance), graded())
    browser.get(url(at_finance))
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get(url(at_finance))
    form = ReviewForm.objects.get()
    for name in ("发改委审核人", "信息中心审核人", "金融办审核人"):
        form.pk, form.author = None, people[name]
        form.save(force_insert=True)
    with CaptureQueriesContext(connection) as four:
        answer = browser.get(url(at_finance))
    assert answer.content.decode().count("打印") >= 4
    assert len(four) == len(one)


def test_every_question_has_its_place():
    assert len(KEYS) == 8
