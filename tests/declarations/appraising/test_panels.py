"""会审: opening, stating interests, filling alone, closing, settling; and how little a member may read."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations.models import Declaration
from declarations.workflow import RETURN
from perfgoals.appraising import panels, settling
from perfgoals.appraising.models import InterestStatement, Kind, Panel, PanelCase, ReviewForm
from perfgoals.audit.models import AuditRecord
from perfgoals.notices.models import Notice
from perfgoals.workflow import State, perform

from .conftest import KEYS

pytestmark = pytest.mark.django_db
CHAIR, SECOND, THIRD = "财政审核人", "金融办审核人", "发改委审核人"


@pytest.fixture
def opening(people, at_finance):
    def make(*, members=(CHAIR, SECOND, THIRD), chair=CHAIR, mode="grades", forms=None, day=None):
        return {
            "name": "重点项目会审",
            "meets_on": day or timezone.localdate().isoformat(),
            "mode": mode,
            "form": forms or [at_finance.pk],
            "member": [people[name].pk for name in members],
            "chair": people[chair].pk,
        }

    return make


@pytest.fixture
def case(at, opening):
    """A panel on 信息中心's form: the bureau in the chair, two departments beside it."""
    assert at(CHAIR).post("/declarations/panels/new/", opening()).status_code == 302
    return PanelCase.objects.get()


def url(case, more=""):
    return f"/declarations/panels/{case.panel_id}/{case.pk}/{more}"


@pytest.fixture
def states(at, case):
    def say(who, conflict="no", words=""):
        return at(who).post(url(case), {"act": "statement", "conflict": conflict, "words": words})

    return say


@pytest.fixture
def answers(at, case, graded):
    def give(who, **typed):
        return at(who).post(url(case), graded(**typed))

    return give


# Opening -------------------------------------------------------------------------------------------------------------


def test_the_bureau_opens_a_panel(at, case):
    assert case.panel.members.count() == 3
    record = AuditRecord.objects.get(action="panel_open")
    assert record.changes == {"forms": 1, "members": 3, "chair": CHAIR}
    assert case.revision.number == 1
    assert "重点项目会审" in at(SECOND).get("/declarations/panels/").content.decode()
    told = Notice.objects.filter(url=f"/declarations/panels/{case.panel_id}/").values_list(
        "person__name", flat=True
    )
    assert set(told) == {SECOND, THIRD}, "who opened it knows"


@pytest.mark.parametrize("who", ["业务管理员", "发改委审核人", "信息中心填报人"])
def test_nobody_else_opens_one(at, opening, who):
    assert at(who).get("/declarations/panels/new/").status_code == 403
    assert at(who).post("/declarations/panels/new/", opening()).status_code == 403


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "起个名字"),
        ({"meets_on": "昨天"}, "读不出是哪一天"),
        ({"meets_on": "2020-02-31"}, "读不出是哪一天"),
        ({"meets_on": "2020-01-01"}, "日期已经过了"),
        ({"form": []}, "至少选一张"),
        ({"form": ["999999"]}, "至少选一张"),
        ({"chair": ""}, "组长要在成员里选"),
    ],
)
def test_what_is_wrong_is_said_and_kept(at, opening, typed, words):
    answer = at(CHAIR).post("/declarations/panels/new/", opening() | typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert text.count("checked") >= 3
    assert not Panel.objects.exists()


def test_one_member_is_no_panel(at, opening):
    answer = at(CHAIR).post("/declarations/panels/new/", opening(members=[CHAIR]))
    assert "至少要 2 个成员" in answer.content.decode()


def test_nobody_sits_over_their_own_units_form(at, opening):
    answer = at(CHAIR).post("/declarations/panels/new/", opening(members=[CHAIR, SECOND, "信息中心审核人"]))
    assert answer.status_code == 422
    assert "不能审自己单位的表" in answer.content.decode()
    assert not Panel.objects.exists()


def test_nobody_sits_over_what_they_sent(people, at_finance):
    people[THIRD].pk = at_finance.submitted_by_id
    assert not panels.may_sit(people[THIRD], at_finance)


def test_people_of_other_regions_and_roles_cannot_be_named(at, opening):
    for who in ("外区财政审核人", "业务管理员", "服务中心填报人"):
        answer = at(CHAIR).post("/declarations/panels/new/", opening(members=[CHAIR, who]))
        assert answer.status_code == 422, who


# The narrow right ----------------------------------------------------------------------------------------------------


def test_a_member_of_another_department_reads_the_form_through_the_panel_only(
    at, case, states, people, at_finance
):
    """visible_to stays what it was: every page of the declaration itself is a 404 for this person."""
    browser = at(SECOND)
    before = browser.get(url(case)).content.decode()
    assert "利害关系声明" in before
    assert "pg-paper" not in before, "nothing of the form before the statement"
    states(SECOND)
    after = browser.get(url(case)).content.decode()
    assert "pg-paper" in after
    assert at_finance.annual_goal[:20] in after.replace("&quot;", '"')
    for page in (
        "",
        "preview/",
        "check/",
        "form.pdf",
        "form.xlsx",
        "form.json",
        "appraisal/",
        "review/",
        "comments/",
    ):
        assert browser.get(f"/declarations/{at_finance.pk}/{page}").status_code == 404, page
    assert not Declaration.objects.visible_to(people[SECOND]).filter(pk=at_finance.pk).exists()


def test_the_right_ends_when_the_case_is_settled(at, case, states, answers, people, graded):
    for who in (CHAIR, SECOND, THIRD):
        states(who)
        answers(who)
    case.refresh_from_db()
    assert panels.may_read(case, people[SECOND])
    assert at(CHAIR).post(url(case, "settle/"), graded()).status_code == 302
    case.refresh_from_db()
    assert case.settled_at is not None
    assert not panels.may_read(case, people[SECOND])
    text = at(SECOND).get(url(case)).content.decode()
    assert "pg-paper" not in text
    assert "会审定稿为“优”" in text


@pytest.mark.parametrize(
    "who", ["信息中心填报人", "信息中心审核人", "服务中心填报人", "外区财政审核人", "审计员", "系统管理员"]
)
def test_the_panel_is_nobody_elses(at, case, who):
    for address in (f"/declarations/panels/{case.panel_id}/", url(case), url(case, "form.pdf")):
        assert at(who).get(address).status_code == 404


def test_who_moves_to_the_unit_that_filed_loses_the_seat(case, states, people, places):
    states(SECOND)
    member = people[SECOND]
    member.organization = places["信息中心"]
    member.save()
    assert not panels.may_read(case, member)


# Statements ----------------------------------------------------------------------------------------------------------


def test_a_conflict_needs_words_and_shuts_the_member_out(at, case, states, graded):
    assert states(SECOND, "yes").status_code == 422
    assert states(SECOND, "yes", "去年在该中心挂职").status_code == 302
    statement = InterestStatement.objects.get()
    assert statement.has_conflict
    assert AuditRecord.objects.get(action="panel_statement").changes == {"statement": "回避"}
    browser = at(SECOND)
    text = browser.get(url(case)).content.decode()
    assert "您对这张表声明了回避" in text
    assert "pg-paper" not in text
    assert browser.post(url(case), graded()).status_code == 403
    assert browser.get(url(case, "settle/")).status_code == 403
    assert browser.get(url(case, "form.pdf")).status_code == 404


def test_a_statement_is_made_once(case, states):
    states(SECOND)
    assert states(SECOND, "yes", "改主意").status_code == 302
    assert not InterestStatement.objects.get().has_conflict


def test_nothing_is_filled_before_the_statement(at, case, graded):
    assert at(SECOND).post(url(case), graded()).status_code == 403
    assert at(SECOND).post(url(case), {"act": "statement"}).status_code == 422
    assert at("业务管理员").post(url(case), {"act": "statement", "conflict": "no"}).status_code == 403


# Filling alone -------------------------------------------------------------------------------------------------------


def test_members_do_not_see_each_other(at, case, states, answers):
    for who in (CHAIR, SECOND):
        states(who)
    answers(SECOND, clear="poor", grade="poor", opinion="重写", remarks={"clear": "与概况两张皮"})
    for who in (CHAIR, THIRD, "业务管理员"):
        text = at(who).get(url(case)).content.decode()
        assert "与概况两张皮" not in text
    assert at(CHAIR).get(url(case, "settle/")).status_code == 403, "not before filling has ended"
    assert "已交" in at(SECOND).get(url(case)).content.decode()
    record = AuditRecord.objects.get(action="panel_answered")
    assert "paper_grade" not in record.changes
    assert record.comment == ""
    assert (
        at("发改委审核人").get(f"/declarations/{case.object_id}/appraisal/").content.decode().count("两张皮")
        == 0
    )


def test_a_draft_is_kept_and_a_form_is_handed_in_once(at, case, states, answers):
    states(SECOND)
    assert answers(SECOND, act="save", clear="", grade="").status_code == 302
    assert answers(SECOND, act="save", version=9).status_code == 409
    assert answers(SECOND, version=1).status_code == 302
    assert answers(SECOND, version=2, clear="poor").status_code == 302, "a second click finds the work done"
    form = ReviewForm.objects.get()
    assert (form.kind, form.grade) == (Kind.MEMBER, "excellent")


def test_it_closes_itself_when_all_are_in(case, states, answers):
    states(CHAIR)
    states(SECOND)
    answers(CHAIR)
    answers(SECOND)
    case.refresh_from_db()
    assert not case.is_closed, "one has not stated yet"
    states(THIRD, "yes", "主管部门")
    case.refresh_from_db()
    assert case.is_closed


def test_the_chair_closes_with_what_is_in(at, case, states, answers, graded):
    states(CHAIR)
    at(CHAIR).post(url(case), {"act": "close"})
    case.refresh_from_db()
    assert not case.is_closed, "not without a single form"
    states(SECOND)
    answers(SECOND)
    assert at(SECOND).post(url(case), {"act": "close"}).status_code == 403
    assert at(CHAIR).post(url(case), {"act": "close"}).status_code == 302
    case.refresh_from_db()
    assert case.is_closed
    late = at(CHAIR).post(url(case), graded(remarks={"clear": "写到一半"}))
    assert late.status_code == 409
    assert "写到一半" in late.content.decode()
    assert AuditRecord.objects.get(action="panel_close").changes == {"forms": 1}


def test_after_its_day_nobody_fills_until_the_bureau_names_another(at, case, states, answers):
    states(SECOND)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Panel.objects.update(meets_on=yesterday)
    assert answers(SECOND).status_code == 409
    date = f"/declarations/panels/{case.panel_id}/date/"
    assert at(SECOND).post(date, {"meets_on": timezone.localdate().isoformat()}).status_code == 403
    assert at(CHAIR).post(date, {"meets_on": yesterday.isoformat()}).status_code == 422
    assert at(CHAIR).post(date, {"meets_on": "没有这一天"}).status_code == 422
    assert at(CHAIR).post(date, {"meets_on": timezone.localdate().isoformat()}).status_code == 302
    assert answers(SECOND).status_code == 302


def test_a_form_that_was_returned_is_not_judged_any_more(case, states, answers, people, at_finance, at):
    states(SECOND)
    perform(RETURN, at_finance, actor=people[CHAIR], version=at_finance.version, comment="先补")
    assert answers(SECOND).status_code == 409
    assert "已经不在审核中" in at(SECOND).get(url(case)).content.decode()


# Settling ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(at, case, states, answers):
    """优, 良, 中 on 明确清晰性; elsewhere all 优."""
    for who in (CHAIR, SECOND, THIRD):
        states(who)
    answers(CHAIR)
    answers(SECOND, clear="good", grade="good")
    answers(THIRD, clear="fair", grade="fair", opinion="写清产出", remarks={"clear": "产出没有数"})
    case.refresh_from_db()
    return case


def test_the_chair_sees_the_spread(at, closed):
    text = at(CHAIR).get(url(closed, "settle/")).content.decode()
    assert "优 1，良 1，中 1" in text
    assert "最高“优”，最低“中”，居中“良”" in text
    assert "没有多数意见，定哪一档都要写理由" in text
    assert "产出没有数" in text
    assert text.count("优 3") == 7
    assert at(SECOND).get(url(closed, "settle/")).status_code == 403


def test_the_panel_page_says_what_to_do(at, case, states):
    address = f"/declarations/panels/{case.panel_id}/"
    assert "您要作声明 1 张" in at(SECOND).get(address).content.decode()
    states(SECOND)
    assert "您要填 1 张" in at(SECOND).get(address).content.decode()


def test_settling_otherwise_than_the_majority_needs_a_reason(at, closed, graded):
    browser = at(CHAIR)
    refused = browser.post(url(closed, "settle/"), graded(clear="good", grade="good", goal_relevant="good"))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "“明确清晰性”成员没有多数意见（优 1，良 1，中 1），定为“良”要写明理由" in text
    assert "“目标相关性”多数成员评“优”（优 3），定为“良”要写明理由" in text
    assert not ReviewForm.objects.get(kind=Kind.PANEL).is_handed_in
    assert "没有定稿，已存为草稿" in text
    reasons = {"clear": "产出有数，效果欠数", "goal_relevant": "依据偏旧"}
    done = browser.post(
        url(closed, "settle/"),
        graded(version=1, clear="good", grade="good", goal_relevant="good", remarks=reasons),
    )
    assert done.status_code == 302
    sheet = ReviewForm.objects.get(kind=Kind.PANEL).sheet()
    assert sheet.grade == "良"
    assert {one.key: one.spread for one in sheet.lines}["clear"] == "优 1，良 1，中 1"
    assert [(one.name, one.part) for one in sheet.by.members] == [
        (CHAIR, "组长"),
        (SECOND, "成员"),
        (THIRD, "成员"),
    ]


def test_a_panel_moves_nothing(at, closed, graded, at_finance):
    before = Declaration.objects.values("state", "version").get(pk=at_finance.pk)
    at(CHAIR).post(url(closed, "settle/"), graded(remarks={"clear": "讨论后定优"}))
    assert Declaration.objects.values("state", "version").get(pk=at_finance.pk) == before
    assert before["state"] == State.FINANCE_REVIEW
    assert AuditRecord.objects.get(action="panel_settled").changes["paper_grade"] == "优"
    # the panel's form stands with the declaration's review forms, for those in whose scope that is
    text = at("业务管理员").get(f"/declarations/{at_finance.pk}/appraisal/").content.decode()
    assert "会审审核表" in text


def test_settling_twice_does_no_harm(at, closed, graded):
    browser = at(CHAIR)
    browser.post(url(closed, "settle/"), graded(remarks={"clear": "讨论后定优"}))
    assert browser.post(url(closed, "settle/"), graded(clear="poor")).status_code == 302
    assert ReviewForm.objects.get(kind=Kind.PANEL).grade == "excellent"


def test_a_draft_of_the_chair_is_taken_over_by_the_next(at, closed, graded, people):
    at(CHAIR).post(url(closed, "settle/"), graded(act="save", clear="", remarks={"goal_relevant": "再议"}))
    assert at(SECOND).post(url(closed, "chair/"), {"chair": people[SECOND].pk}).status_code == 403
    assert at(CHAIR).post(url(closed, "chair/"), {"chair": people["信息中心审核人"].pk}).status_code == 422
    assert at(CHAIR).post(url(closed, "chair/"), {"chair": people[SECOND].pk}).status_code == 302
    assert at(CHAIR).get(url(closed, "settle/")).status_code == 403
    text = at(SECOND).get(url(closed, "settle/")).content.decode()
    assert "再议" in text
    assert "最高“优”，最低“中”" in text
    typed = graded(version=1, remarks={"clear": "讨论后定优"})
    assert at(SECOND).post(url(closed, "settle/"), typed).status_code == 302
    assert ReviewForm.objects.get(kind=Kind.PANEL).author == people[SECOND]


def test_after_closing_the_chair_is_somebody_who_has_stated(at, case, states, answers, people):
    states(CHAIR)
    answers(CHAIR)
    at(CHAIR).post(url(case), {"act": "close"})
    refused = at(CHAIR).post(url(case, "chair/"), {"chair": people[SECOND].pk})
    assert refused.status_code == 422
    assert "声明过没有利害关系" in refused.content.decode()


def test_a_chair_with_a_conflict_gives_way(at, case, states, answers, people, graded):
    states(CHAIR, "yes", "审过它的预算")
    for who in (SECOND, THIRD):
        states(who)
        answers(who)
    case.refresh_from_db()
    assert case.is_closed
    assert at(CHAIR).get(url(case, "settle/")).status_code == 403
    assert "换组长" in at(CHAIR).get(url(case)).content.decode(), (
        "the organizer is out of the case, not of the panel"
    )
    at(CHAIR).post(url(case, "chair/"), {"chair": people[SECOND].pk})
    assert at(SECOND).post(url(case, "settle/"), graded()).status_code == 302
    sheet = ReviewForm.objects.get(kind=Kind.PANEL).sheet()
    assert [(one.name, one.part) for one in sheet.by.members] == [
        (CHAIR, "回避"),
        (SECOND, "组长"),
        (THIRD, "成员"),
    ]


def test_by_points_the_chair_starts_from_the_member_in_the_middle(at, opening, points_page):
    at(CHAIR).post("/declarations/panels/new/", opening(mode="points", members=[CHAIR, SECOND]))
    case = PanelCase.objects.get()
    for who, count in ((CHAIR, "5"), (SECOND, "10")):
        at(who).post(url(case), {"act": "statement", "conflict": "no"})
        assert at(who).post(url(case), points_page(well_formed={"wrong_cell": count})).status_code == 302
    case.refresh_from_db()
    spread = settling.spreads_of(case)["well_formed"]
    assert (str(spread.least), str(spread.most)) == ("8.00", "9.00")
    text = at(CHAIR).get(url(case, "settle/")).content.decode()
    assert "得分 8.00—9.00" in text
    assert 'name="defect-well_formed-wrong_cell" value="10"' in text
    typed = points_page(well_formed={"wrong_cell": "10"}, remarks={"well_formed": "逐行数过"})
    assert at(CHAIR).post(url(case, "settle/"), typed).status_code == 302
    assert str(ReviewForm.objects.get(kind=Kind.PANEL).total) == "98.00"


def test_pages_cost_the_same_however_many_members_and_forms(at, closed, people, django_assert_num_queries):
    browser = at(CHAIR)

    def cost(address):
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    addresses = ["/declarations/panels/", f"/declarations/panels/{closed.panel_id}/", url(closed, "settle/")]
    before = [cost(address) for address in addresses]
    for name in ("服务中心填报人", "外区财政审核人"):
        member = closed.panel.members.create(user=people[name])
        InterestStatement.objects.create(case=closed, member=member, has_conflict=False)
        form = ReviewForm.objects.get(kind=Kind.MEMBER, author=people[THIRD])
        given = list(form.answers.all())
        form.pk, form.author = None, people[name]
        form.save(force_insert=True)
        for one in given:
            one.pk, one.form = None, form
            one.save(force_insert=True)
    Panel.objects.create(
        name="另一次",
        region=closed.panel.region,
        questionnaire_id=closed.panel.questionnaire_id,
        mode="grades",
        meets_on=timezone.localdate(),
        opened_by=people[CHAIR],
    )
    assert [cost(address) for address in addresses] == before


def test_every_question_is_settled(closed):
    assert set(settling.spreads_of(closed)) == set(KEYS)
