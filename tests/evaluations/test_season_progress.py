"""进度 of self-evaluations: expected are approved targets; reminders, deadlines and late marks as for targets."""

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from declarations.campaigning.chart import chart_of
from declarations.campaigning.progress import progress_of
from declarations.campaigning.troubles import most_frequent
from declarations.deadlines import closing_soon
from evaluations import campaign_kind
from evaluations.models import Evaluation
from evaluations.opening import open_evaluation
from perfgoals.campaigns.announcing import announce, extend
from perfgoals.campaigns.models import Campaign, Participation
from perfgoals.notices.models import Notice
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(season_2020, people):
    """The season announced to every unit, closing in three days."""
    season_2020.closes_at = timezone.now() + datetime.timedelta(days=3)
    season_2020.save()
    announce(season_2020, actor=people["业务管理员"])
    return season_2020


def line_of(found, place):
    return next(unit for unit in found.units if unit.organization.pk == place.pk)


def put(evaluation, state, *, sent=None, by=None):
    columns = {"submitted_at": sent, "first_submitted_at": sent} if sent else {}
    Evaluation.objects.filter(pk=evaluation.pk).update(state=state, submitted_by=by, **columns)


def test_approved_targets_are_expected_and_forms_are_counted(told, approved, people, places):
    first, second, _ = (approved(source) for source in ("xxzx-2020-5", "xxzx-2020-3", "xxzx-2020-1"))
    officer = people["信息中心填报人"]
    put(open_evaluation(first.project, told, actor=officer), State.CONFIRMED, by=officer)
    open_evaluation(second.project, told, actor=officer)
    found = progress_of(told, people["业务管理员"])
    line = line_of(found, places["信息中心"])
    assert (line.counts.settled, line.counts.draft, line.counts.not_started) == (1, 1, 1)
    assert line.counts.money == first.current_year + second.current_year
    assert found.waited_for == [line]
    idle = line_of(found, places["服务中心"])  # no targets: nothing to evaluate
    assert idle.has_nothing_to_send
    assert not idle.is_waited_for
    assert found.units[0] == line


def test_the_pages_say_it_in_the_words_of_self_evaluations(told, approved, people, places, at):
    targets = approved()
    admin = at("业务管理员")
    page = admin.get(reverse("declarations:campaign_progress", args=[told.pk])).content.decode()
    for words in ("自评进度", "已确认", "全年预算", "还没有建自评表的项目", "没有要填的项目"):
        assert words in page
    assert "已批复 " not in page
    own = at("信息中心填报人").get(reverse("declarations:campaign_unit", args=[told.pk, places["信息中心"].pk]))
    assert targets.project.name in own.content.decode()
    made = open_evaluation(targets.project, told, actor=people["信息中心填报人"])
    own = at("信息中心填报人").get(reverse("declarations:campaign_unit", args=[told.pk, places["信息中心"].pk]))
    assert reverse("evaluations:tasks", args=[made.pk]) in own.content.decode()
    listed = admin.get(reverse("declarations:campaign_list", args=[told.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(listed.content)).active
    assert [cell.value for cell in sheet[1]][3] == "已确认"
    assert (
        sum(row[6].value for row in sheet.iter_rows(min_row=2)) == 1
    )  # the draft, in the unit of 信息中心 alone


def test_who_has_nothing_to_send_is_not_reminded(told, approved, people, places, at):
    approved()
    at("业务管理员").post(reverse("declarations:campaign_remind", args=[told.pk]))
    reminded = Participation.objects.filter(campaign=told, reminded_at__isnull=False)
    assert [one.organization for one in reminded] == [places["信息中心"]]
    notice = Notice.objects.filter(person=people["信息中心填报人"]).order_by("-pk").first()
    assert notice.url == f"{reverse('evaluations:list')}?year=2020"


def test_late_is_judged_by_the_unit_s_own_deadline(told, approved, people, places):
    now = timezone.now()
    Campaign.objects.filter(pk=told.pk).update(closes_at=now - datetime.timedelta(days=2))
    told.refresh_from_db()
    officer = people["信息中心填报人"]
    forms = [
        open_evaluation(approved(one).project, told, actor=officer) for one in ("xxzx-2020-5", "xxzx-2020-3")
    ]
    put(forms[0], State.FINANCE_REVIEW, by=officer, sent=now - datetime.timedelta(days=1))
    counts = line_of(progress_of(told, people["业务管理员"]), places["信息中心"]).counts
    assert (counts.late, counts.overdue) == (1, 1)
    extend(
        told,
        places["信息中心"],
        until=now + datetime.timedelta(days=2),
        reason="等审计报告",
        actor=people["业务管理员"],
    )
    counts = line_of(progress_of(told, people["业务管理员"]), places["信息中心"]).counts
    assert (counts.late, counts.overdue) == (0, 0)


def test_the_numbers_cost_the_same_for_one_form_and_for_three(
    told, approved, people, at, django_assert_num_queries
):
    officer, browser = people["信息中心填报人"], at("业务管理员")
    url = reverse("declarations:campaign_progress", args=[told.pk])
    open_evaluation(approved("xxzx-2020-5").project, told, actor=officer)
    browser.get(url)  # the session and the content types are read once
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    for source in ("xxzx-2020-3", "xxzx-2020-1"):
        open_evaluation(approved(source).project, told, actor=officer)
    with django_assert_num_queries(len(few)):
        browser.get(url)


def test_the_chart_and_the_troubles_are_of_evaluations(told, approved, people, places):
    officer, now = people["信息中心填报人"], timezone.now()
    for days, source in ((3, "xxzx-2020-5"), (1, "xxzx-2020-3")):
        form = open_evaluation(approved(source).project, told, actor=officer)
        put(form, State.FINANCE_REVIEW, by=officer, sent=now - datetime.timedelta(days=days))
    unit = [places["信息中心"].pk]
    assert [number for _, number in chart_of(told, unit, 2).days] == [1, 2]
    assert "指标没有分值" in {one.title for one in most_frequent(told, unit)}


def test_every_code_of_the_check_up_has_a_title():
    """As written in the modules of rules: a code that is missing here would be missing from the counts."""
    import inspect
    import re

    from evaluations import checking, checkup, contradictions

    written = set()
    for module in (checkup, contradictions, checking):
        source = inspect.getsource(module)
        written |= set(re.findall(r'(?:Finding|_doubt|_error)\(\s*"(\w+)"', source))
    assert written - set(campaign_kind.TITLES) == set()


def test_officers_hear_of_the_deadline_while_something_is_to_be_sent(told, approved, people):
    """Four working days on: three remain when the day itself is not counted."""
    monday = timezone.make_aware(datetime.datetime(2021, 3, 1, 9))
    Campaign.objects.filter(pk=told.pk).update(closes_at=timezone.make_aware(datetime.datetime(2021, 3, 4, 17)))
    assert list(closing_soon(monday)) == []  # nobody has approved targets
    targets = approved()
    lines = {line.person.name: line for line in closing_soon(monday)}
    assert set(lines) == {"信息中心填报人", "信息中心同事"}
    assert "1 个项目还没有建表" in lines["信息中心填报人"].text
    made = open_evaluation(targets.project, told, actor=people["信息中心填报人"])
    (line, _) = closing_soon(monday)
    assert "1 张表还没有送审" in line.text
    put(made, State.FINANCE_REVIEW, by=people["信息中心填报人"])
    assert list(closing_soon(monday)) == []
