"""The reviewers' desk and page: what they show, points with reasons, what is kept, what a return opens, overtaken pages."""

import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from evaluations import workflow
from evaluations.models import Evaluation
from evaluations.review.desk import page_of
from evaluations.review.waiting import Wanted
from evaluations.reviewing import undo
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.notices.models import Notice, NoticeKind
from perfgoals.reviewing import commenting
from perfgoals.reviewing.return_list import Listed, keep_notes
from perfgoals.workflow import State, perform
from tests.declarations.conftest import at  # noqa: F401

from .test_workflow import OFFICER, sent  # noqa: F401

pytestmark = pytest.mark.django_db
REVIEWER, BUREAU = "发改委审核人", "财政审核人"


def url(name, form):
    return reverse(f"evaluations:review{name}", args=[form.pk])


def words(answer):
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", main)))


def posted(form, row, points, reason, **more):
    """What the page posts for one row, as it stands now."""
    from evaluations.review.points import kept_as

    path = f"indicators.{row.row_id}"
    row.refresh_from_db()
    return {
        "version": Evaluation.objects.get(pk=form.pk).version,
        f"points:{path}": points,
        f"why:{path}": reason,
        f"was:{path}": kept_as(row).was,
    } | more


@pytest.fixture
def row(sent):  # noqa: F811
    return sent.indicators.first()


@pytest.fixture
def reviewer(at):  # noqa: F811
    return at(REVIEWER)


def test_the_desk_is_one_with_a_tab_for_each_kind(sent, reviewer, at):  # noqa: F811
    page = reviewer.get(reverse("evaluations:inbox"))
    said = words(page)
    assert sent.project_name in said
    tabs = {tab.label: (tab.count, tab.is_here) for tab in page.context["desks"]}
    assert (tabs["绩效目标"], tabs["绩效自评"]) == ((0, False), (1, True))
    assert '待审核<span class="pg-count pg-count--blue">1</span>' in page.content.decode()
    other = reviewer.get(reverse("declarations:inbox"))
    assert reverse("evaluations:inbox") in other.content.decode()
    assert sent.project_name not in words(at(BUREAU).get(reverse("evaluations:inbox")))


def test_the_desk_is_narrowed_and_ordered(sent, people):  # noqa: F811
    def found(**wanted):
        return [one.form.pk for one in page_of(people[REVIEWER], Wanted(**wanted), None)[1]]

    Evaluation.objects.filter(pk=sent.pk).update(
        finding_codes="|doubt:narrative_against_points|", risk=50, computed_grade="优", total=Decimal(95)
    )
    for wanted in (
        {"text": sent.project_name[:4]},
        {"grade": "优"},
        {"finding": "contradiction"},
        {"finding": "lost"},
        {"finding": "answered"},
        {"rank": "3"},
        {"order": "oldest"},
        {"order": "low"},
    ):
        assert found(**wanted) == [sent.pk], wanted
    for wanted in ({"text": "没有的字"}, {"grade": "差"}, {"finding": "none"}, {"rank": "1"}, {"again": "1"}):
        assert found(**wanted) == [], wanted
    [line] = page_of(people[REVIEWER], Wanted(), None)[1]
    assert (line.band, line.why) == (3, "文字和得分对不上")


def test_queries_of_the_desk_are_constant(sent, reviewer, opened, people, django_assert_max_num_queries):  # noqa: F811
    reviewer.get(reverse("evaluations:inbox"))
    with django_assert_max_num_queries(14) as alone:
        reviewer.get(reverse("evaluations:inbox"))
    more = opened("xxzx-2020-1")
    Evaluation.objects.filter(pk=more.pk).update(
        state=State.DEPARTMENT_REVIEW, submitted_by=people[OFFICER], submitted_at=sent.submitted_at
    )
    with django_assert_max_num_queries(len(alone)):
        reviewer.get(reverse("evaluations:inbox"))


def test_the_page_shows_score_findings_and_reasons(sent, reviewer, at):  # noqa: F811
    page = reviewer.get(url("", sent))
    said = words(page)
    assert "单位写的理由：预算与批复一致，见附件第三页" in said
    assert "列入退回" in said
    assert 'value="pass"' in page.content.decode()
    assert Evaluation.objects.get(pk=sent.pk).opened_by.name == REVIEWER
    theirs = at("业务管理员").get(url("", sent)).content.decode()
    assert 'name="listed"' not in theirs
    assert 'name="points:' not in theirs


def test_queries_of_the_page_do_not_grow_with_what_is_said(
    sent,  # noqa: F811
    reviewer,
    people,
    django_assert_max_num_queries,
):
    one, two, *_ = (f"indicators.{row.row_id}" for row in sent.indicators.all())
    keep_notes(sent, [Listed(one, "改")], actor=people[REVIEWER])
    commenting.write(sent, path=one, text="为什么", author=people[REVIEWER])
    reviewer.get(url("", sent))
    with django_assert_max_num_queries(60) as before:
        reviewer.get(url("", sent))
    keep_notes(sent, [Listed(two, "改"), Listed("actual_completion", "改")], actor=people[REVIEWER])
    commenting.write(sent, path=two, text="为什么", author=people[REVIEWER])
    with django_assert_max_num_queries(len(before)):
        reviewer.get(url("", sent))


def test_points_are_kept_with_any_button_and_change_the_total(sent, row, reviewer):  # noqa: F811
    body = posted(sent, row, "45", "现场只见到九家的签到表", do="stay")
    assert reviewer.post(url("_keep", sent), body).status_code == 302
    row.refresh_from_db()
    assert (row.reviewer_score, row.reviewer_reason) == (Decimal(45), "现场只见到九家的签到表")
    assert "自评 100 分（优），审核 95 分（优）" in reviewer.get(url("", sent)).content.decode()
    told = reviewer.post(
        url("_keep", sent),
        posted(sent, row, "40", "现场只见到八家的签到表", do="stay"),
        headers={"accept": "application/json"},
    ).json()
    assert told["judged"] == "自评 100 分（优），审核 90 分（优）"
    assert told["version"] == Evaluation.objects.get(pk=sent.pk).version


@pytest.mark.parametrize(
    ("points", "reason"), [("45", ""), ("60", "多做了"), ("五", "看过现场"), ("", "不同意")]
)
def test_points_that_are_refused_stay_as_typed(sent, row, reviewer, points, reason):  # noqa: F811
    for name, more in (("_keep", {"do": "return"}), ("_decide", {"decision": "pass"})):
        answer = reviewer.post(url(name, sent), posted(sent, row, points, reason, **more))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert f'value="{points}"' in page
        assert reason in page
    assert Evaluation.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW


def test_a_row_that_was_judged_in_another_tab_is_not_overwritten(sent, row, reviewer):  # noqa: F811
    old = posted(sent, row, "44", "只有八家的签到表", do="stay")
    reviewer.post(url("_keep", sent), posted(sent, row, "45", "现场只见到九家的签到表", do="stay"))
    answer = reviewer.post(url("_keep", sent), old)
    assert answer.status_code == 422
    assert "刚刚在别处写了：45，现场只见到九家的签到表" in answer.content.decode()
    row.refresh_from_db()
    assert row.reviewer_score == Decimal(45)


def test_passing_and_confirming_with_points_in_one_press(sent, row, reviewer, at, people):  # noqa: F811
    body = posted(sent, row, "45", "现场只见到九家的签到表", decision="pass")
    assert reviewer.post(url("_decide", sent), body).status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.FINANCE_REVIEW
    bureau = at(BUREAU)
    assert bureau.post(url("_decide", sent), posted(sent, row, "45", "现场只见到九家的签到表", decision="confirm")).status_code == 302  # fmt: skip
    sent.refresh_from_db()
    assert (sent.state, sent.total, sent.computed_grade) == (State.CONFIRMED, Decimal(100), "优")
    assert (sent.reviewed_total, sent.reviewed_grade) == (Decimal(95), "优")
    told = Notice.objects.filter(kind=NoticeKind.CONFIRMED, person=people[OFFICER]).get().text
    assert "自评 100 分（优），审核 95 分（优）" in told
    unit = at(OFFICER)
    assert "自评 100 分（优），审核 95 分（优）" in words(
        unit.get(reverse("evaluations:score", args=[sent.pk]))
    )
    assert "审核 95 分（优）" in words(unit.get(reverse("evaluations:tasks", args=[sent.pk])))
    undo(sent, actor=people[BUREAU])
    assert (sent.reviewed_total, sent.reviewed_grade) == (None, "")


def test_without_points_nothing_is_kept_beside(sent, reviewer, at):  # noqa: F811
    perform(workflow.PASS, sent, actor=reviewer.get(url("", sent)).wsgi_request.user, version=sent.version)
    at(BUREAU).post(url("_decide", sent), {"decision": "confirm", "version": sent.version})
    sent.refresh_from_db()
    assert (sent.state, sent.reviewed_total) == (State.CONFIRMED, None)


def test_the_return_opens_what_was_listed_and_asks_for_a_reason(sent, row, reviewer, people):  # noqa: F811
    path = f"indicators.{row.row_id}.actual"
    listed = {"version": sent.version, "shown": [path], "listed": [path], f"note:{path}": "附签到表"}
    refused = reviewer.post(url("_return", sent), listed | {"do": "return"})
    assert refused.status_code == 422
    assert "附签到表" in refused.content.decode()
    # A reason of another kind of form is none.
    strange = listed | {"do": "return", "reason": "whole_period", "comment": "签到表对不上。"}
    assert "从清单里选一个退回原因" in reviewer.post(url("_return", sent), strange).text
    whole = listed | {"do": "return", "reason": "result_contradiction", "comment": "签到表对不上。"}
    assert reviewer.post(url("_return", sent), whole).status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.RETURNED
    outcome = save_fields(
        sent, [FieldChange(path, "12家"), FieldChange("actual_completion", "改写")], actor=people[OFFICER]
    )
    assert [one.path for one in outcome.saved] == [path]
    perform(workflow.SUBMIT, sent, actor=people[OFFICER], version=sent.version)
    said = words(reviewer.get(url("", sent)))
    assert "上次退回，这次改了：附签到表" in said
    assert "改了 1 行" in said


def test_who_comes_second_keeps_what_was_written(sent, row, reviewer, people):  # noqa: F811
    body = posted(sent, row, "45", "现场只见到九家的签到表", decision="pass")
    perform(workflow.PASS, sent, actor=people[REVIEWER], version=sent.version)
    body["decision"] = "confirm"
    answer = reviewer.post(url("_decide", sent), body)
    assert answer.status_code == 409
    assert "现场只见到九家的签到表" in answer.content.decode()


def test_a_page_that_is_older_than_the_form_passes_nothing(sent, row, reviewer):  # noqa: F811
    stale = {"decision": "pass", "version": sent.version}
    reviewer.post(url("_keep", sent), posted(sent, row, "45", "现场只见到九家的签到表", do="stay"))
    answer = reviewer.post(url("_decide", sent), stale, follow=True)
    assert "表变了，没有办" in answer.content.decode()
    assert Evaluation.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW


ODD = ["\0", "9" * 400, "-1", "１２", "\ud800", "<b>", "x" * 600]


@pytest.mark.parametrize("odd", ODD)
def test_odd_input_is_answered(sent, row, reviewer, odd):  # noqa: F811
    desk = reverse("evaluations:inbox")
    for key in ("q", "unit", "grade", "finding", "rank", "again", "order", "page"):
        assert reviewer.get(desk, {key: odd.encode("utf-8", "surrogatepass")}).status_code == 200
    safe = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for path in (f"indicators.{row.row_id}", f"indicators.{safe}", safe):
        body = {f"points:{path}": safe, f"why:{path}": safe, f"was:{path}": safe, "version": safe}
        body |= {"shown": [safe], "listed": [safe], f"note:{safe}": safe}
        for name, more in (
            ("_keep", {"do": safe}),
            ("_decide", {"decision": "pass"}),
            ("_return", {"do": "return"}),
        ):
            assert reviewer.post(url(name, sent), body | more).status_code in (302, 409, 422)
    assert Evaluation.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW
