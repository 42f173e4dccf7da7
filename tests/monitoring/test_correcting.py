"""整改任务: from the reviewer's demand to the conclusion, on the pages and at the edges."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from evaluations.opening import open_evaluation
from monitoring import correcting
from monitoring.carrying import carried
from monitoring.models import CorrectiveTask, MonitoringReport, Stage
from monitoring.official import official, printed
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.workdays import after_working_days
from perfgoals.notices.models import Notice
from perfgoals.workflow import State, StateConflict, freeze
from tests.monitoring.test_pages import counted_row

pytestmark = pytest.mark.django_db
DONE = "9月15日补招两名讲师，当月办了6场。"
SOON = datetime.date.today() + datetime.timedelta(days=10)


@pytest.fixture
def sent(opened, people):
    """A report with a red row, on the department's desk."""
    report = opened()
    row = counted_row(report, alone=True)
    row.actual = "3场"
    row.save()
    freeze(report, actor=people["信息中心填报人"], reason="submit")
    columns = {"state": State.DEPARTMENT_REVIEW, "submitted_by": people["信息中心填报人"]}
    MonitoringReport.objects.filter(pk=report.pk).update(**columns)
    report.refresh_from_db()
    return report


def asked(report, people, **more):
    row = report.indicators.get()
    given = {
        "row_id": row.row_id,
        "problem": "只办了3场",
        "requirement": "补招讲师",
        "due": SOON,
        "key": uuid.uuid4(),
    }
    return correcting.ask(report, **given | more, actor=people["发改委审核人"])


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [("2021-03-05", 1, "2021-03-08"), ("2021-03-05", 10, "2021-03-19"), ("2021-03-06", 1, "2021-03-08")],
)
def test_working_days_pass_weekends_by(start, days, end):
    assert after_working_days(datetime.date.fromisoformat(start), days).isoformat() == end


def test_red_rows_are_offered_and_a_double_click_asks_once(sent, client, people):
    client.force_login(people["发改委审核人"])
    here = reverse("monitoring:corrections", args=[sent.pk])
    page = client.get(here)
    (offer,) = page.context["proposals"]
    assert "3 ÷ 24" in offer.problem
    posted = {
        "do": "ask",
        "row": offer.row_id,
        "problem": offer.problem,
        "requirement": "补招讲师",
        "due": page.context["due"].isoformat(),
        "key": str(page.context["key"]),
    }
    assert client.post(here, posted).status_code == 302
    assert client.post(here, posted).status_code == 302
    task = CorrectiveTask.objects.get()
    assert (task.number, task.stage) == (1, Stage.OPEN)
    assert client.get(here).context["proposals"] == []
    assert Notice.objects.filter(person=people["信息中心填报人"], kind="correction").count() == 1
    assert AuditRecord.objects.filter(action="correction_ask").count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"requirement": " "},
        {"problem": "\0"},
        {"due": None},
        {"due": datetime.date(2001, 1, 1)},
        {"due": datetime.date(9999, 1, 1)},
        {"row_id": "none"},
        {"row_id": "\0"},
        {"requirement": "长" * 2001},
        {"requirement": "补招讲师😀"},  # the sheet behind a sent report could never be printed again
    ],
)
def test_what_makes_no_demand_is_refused_in_words(sent, people, more):
    with pytest.raises(ValidationError):
        asked(sent, people, **more)


def test_answered_sent_back_answered_and_closed(sent, people):
    task = asked(sent, people)
    officer, reviewer = people["信息中心填报人"], people["发改委审核人"]
    with pytest.raises(PermissionDenied):
        correcting.answer(task, decision="continue", result=DONE, actor=reviewer, version=1)
    with pytest.raises(ValidationError):
        correcting.answer(task, decision="continue", result="进一步加强管理", actor=officer, version=1)
    with pytest.raises(ValidationError):
        correcting.answer(task, decision="later", result=DONE, actor=officer, version=1)
    correcting.answer(task, decision="continue", result=DONE, actor=officer, version=1)
    with pytest.raises(StateConflict):  # the second click
        correcting.answer(task, decision="cancel", result=DONE, actor=officer, version=1)
    correcting.judge(task, closes=False, conclusion="场次的佐证没有。", actor=reviewer, version=2)
    assert task.stage == Stage.OPEN
    correcting.answer(task, decision="continue", result=f"{DONE}签到表附后。", actor=officer, version=3)
    with pytest.raises(PermissionDenied):
        correcting.judge(task, closes=True, conclusion="可以。", actor=officer, version=4)
    correcting.judge(task, closes=True, conclusion="已核实。", actor=reviewer, version=4)
    assert (task.stage, task.conclusion) == (Stage.CLOSED, "已核实。")
    assert not task.is_overdue


def test_a_unit_does_not_close_what_was_asked_from_outside(sent, client, people):
    task = asked(sent, people)
    correcting.answer(task, decision="continue", result=DONE, actor=people["信息中心填报人"], version=1)
    here = reverse("monitoring:corrections", args=[sent.pk])
    posted = {"do": "close", "task": task.pk, "version": 2, "conclusion": "可以。"}
    client.force_login(people["信息中心审核人"])
    assert 'value="close"' not in client.get(here).content.decode()
    assert client.post(here, posted).status_code == 403
    # Who answered and reviews by now, and another step once who asked reviews no longer.
    task.answered_by = people["发改委审核人"]
    assert not correcting.may_judge(people["发改委审核人"], task)
    task.answered_by = people["信息中心填报人"]
    assert correcting.may_judge(people["发改委审核人"], task)
    task.asked_by = people["业务管理员"]
    assert not correcting.may_judge(people["发改委审核人"], task)
    assert correcting.may_judge(people["财政审核人"], task)
    client.force_login(people["发改委审核人"])
    assert client.post(here, posted).status_code == 302


def test_the_key_of_another_report_makes_no_task_and_says_so(sent, client, people, october, opened):
    key = asked(sent, people).ask_key
    columns = {"state": State.DEPARTMENT_REVIEW, "submitted_by": people["信息中心填报人"]}
    other = opened("xxzx-2020-3", october)
    MonitoringReport.objects.filter(pk=other.pk).update(**columns)
    client.force_login(people["发改委审核人"])
    posted = {"do": "ask", "problem": "慢", "requirement": "补", "due": SOON.isoformat(), "key": str(key)}
    assert client.post(reverse("monitoring:corrections", args=[other.pk]), posted).status_code == 409
    assert not other.corrections.exists()


def test_what_was_typed_comes_back_with_a_conflict(sent, client, people):
    task = asked(sent, people)
    client.force_login(people["信息中心填报人"])
    here = reverse("monitoring:corrections", args=[sent.pk])
    posted = {"do": "answer", "task": task.pk, "version": 7, "decision": "continue", "result": DONE}
    answer = client.post(here, posted)
    assert answer.status_code == 409
    assert DONE in answer.content.decode()
    assert client.post(here, posted | {"task": "9" * 40}).status_code == 404
    assert client.post(here, {"do": "ask"}).status_code == 403


def test_overdue_tasks_are_marked_where_they_are_listed(sent, client, people):
    task = asked(sent, people)
    late = datetime.date.today() - datetime.timedelta(days=3)
    CorrectiveTask.objects.filter(pk=task.pk).update(due=late)
    client.force_login(people["信息中心填报人"])
    assert "待整改，逾期 3 天" in client.get(reverse("monitoring:all_corrections")).content.decode()
    assert "1 项整改任务没有办结" in client.get(reverse("monitoring:list")).content.decode()
    assert "1 项整改任务没有办结" in client.get(reverse("monitoring:tasks", args=[sent.pk])).content.decode()
    client.force_login(people["服务中心填报人"])
    assert client.get(reverse("monitoring:all_corrections")).context["open_count"] == 0


def test_the_paper_carries_the_tasks_as_they_stand(sent, people):
    assert printed(sent, official(sent)).annexes() == ()
    asked(sent, people)
    (annex,) = printed(sent, official(sent)).annexes()
    said = dict(annex.texts())
    assert "补招讲师" in said.values() or any("补招讲师" in text for _, text in annex.texts())
    assert any("待整改" in text for _, text in annex.texts())


def test_open_tasks_are_asked_of_the_next_years_targets(sent, people):
    task = asked(sent, people)
    row = sent.indicators.get()
    (question,) = carried(sent.project_id, 2021, None).questions
    assert "补招讲师" in question.text
    assert (question.row_id, question.name) == (row.row_id, row.name)
    before = timezone.now() - datetime.timedelta(days=1)
    assert carried(sent.project_id, 2021, before).questions == ()
    assert carried(sent.project_id, 2020, None).questions == ()
    CorrectiveTask.objects.filter(pk=task.pk).update(
        stage=Stage.CLOSED, judged_by=people["发改委审核人"], conclusion="已核实。"
    )
    assert carried(sent.project_id, 2021, None).questions == ()


def test_a_self_evaluation_knows_what_monitoring_said(sent, client, people, season_2020):
    client.force_login(people["信息中心填报人"])
    evaluation = open_evaluation(sent.project, season_2020, actor=people["信息中心填报人"])
    page = client.get(reverse("evaluations:step", args=[evaluation.pk, "indicators"])).content.decode()
    assert "1—7 月监控：3场" in page
    assert reverse("monitoring:preview", args=[sent.pk]) in page


@pytest.fixture
def season_2020(region):
    from perfgoals.campaigns.models import Campaign, CampaignKind

    return Campaign.objects.create(
        name="2020年度绩效自评",
        kind=CampaignKind.EVALUATION,
        fiscal_year=2020,
        region=region,
        edition_id="national-2020-self-evaluation",
    )
