"""Opening, filling in and sending a monitoring report, the way an officer meets it."""

import json

import pytest
from django.urls import reverse

from monitoring.checking import blocking_findings
from monitoring.models import MonitoringReport
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
REASON = "讲师调离，9月补招，四季度每月办5场。"


@pytest.fixture
def li(client, people):
    client.force_login(people["信息中心填报人"])
    return client


def url(report, name, *more):
    return reverse(f"monitoring:{name}", args=[report.pk, *more])


def autosave(client, report, changes):
    body = {"changes": [{"path": path, "value": value, "seen": 0} for path, value in changes.items()]}
    return client.post(url(report, "save"), json.dumps(body), content_type="application/json")


def counted_row(report, *, alone=False):
    """A row whose target is a number with its sign; ``alone``: the only one."""
    row = report.indicators.first()
    row.name, row.target, row.level1, row.level2 = "培训场次", "≥24场", "产出指标", "数量指标"
    row.is_unplaced = False
    row.save()
    if alone:
        report.indicators.exclude(pk=row.pk).delete()
    return row


def filled(client, report):
    """A report that can be sent: one row, a little behind, with its reason."""
    row = counted_row(report, alone=True)
    cells = {
        "actual": "11场",
        "expected": "24场",
        "likelihood": "possible",
        "deviation_staff": "是",
        "deviation_reason": REASON,
    }
    money = {"budget.initial": "100", "budget.executed": "50", "budget.expected": "100"}
    changes = {f"indicators.{row.row_id}.{key}": value for key, value in cells.items()}
    autosave(client, report, changes | money | {"annual_goal": "办好培训。"})
    report.refresh_from_db()
    assert blocking_findings(report) == []
    return report


def test_approved_targets_are_opened_by_one_click(li, approved, july):
    targets = approved()
    assert "还没有监控表" in li.get(reverse("monitoring:list")).content.decode()
    page = li.get(reverse("monitoring:new"))
    assert [one.pk for one in page.context["choices"]] == [targets.pk]
    post = {"campaign": july.pk, "targets": targets.pk}
    first = li.post(reverse("monitoring:new"), post)
    report = MonitoringReport.objects.get()
    assert first.url == url(report, "tasks")
    assert li.post(reverse("monitoring:new"), post).url == first.url
    assert "1—7 月" in li.get(first.url).content.decode()


@pytest.mark.parametrize("targets", ["", "x", "9" * 30, "１", "\0"])
def test_odd_numbers_open_nothing(li, july, targets):
    assert li.post(reverse("monitoring:new"), {"campaign": july.pk, "targets": targets}).status_code == 404
    assert li.post(reverse("monitoring:new"), {"campaign": "x", "targets": targets}).status_code == 422
    assert not MonitoringReport.objects.exists()


def test_a_save_answers_with_the_light_and_its_sum(li, opened):
    report = opened()
    row = counted_row(report)
    path = f"indicators.{row.row_id}"
    told = autosave(li, report, {f"{path}.actual": "11场"}).json()["readings"]
    assert "偏慢" in told[path]
    assert "11 ÷ 24" in told[path]
    assert "计划 58.33%" in told[path]
    assert "<svg" in told[path]
    assert "偏慢 1" in told["lights"]
    page = li.get(url(report, "step", "indicators")).content.decode()
    assert "计划 58.33%" in page
    assert f'name="{path}.target"' not in page
    report.refresh_from_db()
    assert (report.yellow_rows, report.light) == (1, "yellow")


def test_the_planned_course_moves_the_light(li, opened):
    report = opened()
    path = f"indicators.{counted_row(report).row_id}"
    autosave(li, report, {f"{path}.actual": "2场"})
    told = autosave(li, report, {f"{path}.plan": "9月10%", f"{path}.plan_reason": "教材8月才印好"}).json()
    assert "正常" in told["readings"][path]
    assert "计划 7.78%" in told["readings"][path]


def test_money_by_source_with_its_floor(li, opened):
    report = opened()
    changes = {"budget.initial": "200000", "budget.executed": "50000", "budget.initial_fiscal": "200000"}
    rates = autosave(li, report, changes).json()["readings"]["budget.execution_rate"]
    assert "25%" in rates
    assert "低于 40%" in rates
    page = li.get(url(report, "step", "budget")).content.decode()
    assert "低于 40%" in page
    assert "未经原文核实" in page
    assert "1—7月执行数" in page


def test_ticks_and_choices_are_posted_without_script(li, opened):
    report = opened()
    row = counted_row(report)
    here, path = url(report, "step", "indicators"), f"indicators.{row.row_id}"
    shown = li.get(here).context["page"]
    li.post(
        here,
        {
            "page": shown,
            "go": "stay",
            f"{path}.deviation_funds": ["否", "是"],
            f"{path}.likelihood": "possible",
        },
    )
    row.refresh_from_db()
    assert (row.deviation_funds, row.likelihood) == (True, "possible")
    odd = {"page": li.get(here).context["page"], f"{path}.likelihood": "maybe", "go": "stay"}
    refused = li.post(here, odd)
    assert refused.status_code == 422
    assert "请在列出的里面选" in refused.content.decode()


def test_nobody_is_scolded_for_rows_they_have_not_come_to(li, opened):
    report = opened()
    row = counted_row(report)
    here = url(report, "step", "indicators")
    assert "data-say=" not in li.get(here).content.decode()
    autosave(li, report, {f"indicators.{row.row_id}.actual": "做了一些"})
    assert f'data-say="{row.row_id}"' in li.get(here).content.decode()


def test_sent_receipt_recall(li, opened):
    report = filled(li, opened())
    assert li.get(url(report, "check")).context["verdict"].may_pass
    sent = li.post(url(report, "submit"), {"version": report.version})
    assert sent.url == url(report, "submit")
    report.refresh_from_db()
    assert report.state == State.DEPARTMENT_REVIEW
    assert "送审回执" in li.get(sent.url).content.decode()
    # The second click finds the work done.
    assert li.post(url(report, "submit"), {"version": report.version}).url == sent.url
    li.post(url(report, "recall"), {"version": report.version})
    report.refresh_from_db()
    assert report.state == State.DRAFT


def test_what_is_open_keeps_the_report_from_being_sent(li, opened):
    report = opened()
    refused = li.post(url(report, "submit"), {"version": report.version})
    assert refused.status_code == 422
    assert "没有送审" in refused.content.decode()


def test_the_list_is_filtered_and_asks_no_more_for_more_rows(li, opened, django_assert_max_num_queries):
    report = filled(li, opened("xxzx-2020-5"))
    opened("xxzx-2020-2")
    with django_assert_max_num_queries(24):
        assert len(li.get(reverse("monitoring:list")).context["page"]) == 2
    for asked in ({"light": "yellow"}, {"q": "讲师"}, {"findings": "none", "month": "7"}):
        assert [row.pk for row in li.get(reverse("monitoring:list"), asked).context["page"]] == [report.pk]
    nothing = li.get(reverse("monitoring:list"), {"light": "red\0", "q": "没有这样的字", "month": "99"})
    assert "没有找到这样的监控表" in nothing.content.decode()


def test_what_earlier_periods_said_stands_beside_the_cell(li, opened, october):
    first = opened()
    row = counted_row(first)
    autosave(li, first, {f"indicators.{row.row_id}.actual": "12场"})
    li.post(reverse("monitoring:new"), {"campaign": october.pk, "targets": first.declaration_id})
    second = MonitoringReport.objects.get(campaign=october)
    counted_row(second)
    told = autosave(li, second, {f"indicators.{row.row_id}.actual": "20场"}).json()["readings"]
    assert "7 月 12场 → 10 月 20场，目标" in told[f"indicators.{row.row_id}"]
    assert "7 月：12场" in li.get(url(second, "step", "indicators")).content.decode()
    assert [month for month, _ in li.get(reverse("monitoring:list")).context["season"].months] == [7, 10]


def test_reasons_stand_folded_until_a_row_is_off_track(li, opened):
    report = opened()
    path = f"indicators.{counted_row(report).row_id}"
    here, folded = url(report, "step", "indicators"), f'data-off-track="{path}">'
    assert folded in li.get(here).content.decode()
    assert autosave(li, report, {f"{path}.actual": "24场"}).json()["readings"][f"off.{path}"] == ""
    assert folded in li.get(here).content.decode()
    report.indicators.update(deviation_staff=True)  # ticked without need: still in sight
    assert folded not in li.get(here).content.decode()
    report.indicators.update(deviation_staff=False, actual="2场")
    assert folded not in li.get(here).content.decode()
    told = autosave(li, report, {f"{path}.likelihood": "possible"}).json()["readings"]
    assert told[f"off.{path}"] == "1"
