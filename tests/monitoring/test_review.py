"""A report on the reviewers' side: the desk, the page, 通过, 退回 with places, 确认 and 撤销."""

import pytest
from django.urls import reverse

from monitoring.models import MonitoringReport
from monitoring.workflow import SUBMIT
from perfgoals.notices.models import Notice
from perfgoals.workflow import State, perform
from tests.monitoring.test_pages import counted_row

pytestmark = pytest.mark.django_db


def url(report, name):
    return reverse(f"monitoring:{name}", args=[report.pk])


@pytest.fixture
def sent(opened, people):
    """A report with one row, off track and explained, on the department's desk."""
    report = opened()
    row = counted_row(report, alone=True)
    values = {
        "actual": "3场",
        "expected": "20场",
        "likelihood": "possible",
        "deviation_staff": True,
        "deviation_reason": "讲师调离，9月补招，四季度每月办4场。",
    }
    for key, value in values.items():
        setattr(row, key, value)
    row.save()
    report.budget = {"initial": "100", "executed": "10", "expected": "100"}
    report.annual_goal = "办好培训。"
    report.save()
    officer = people["信息中心填报人"]
    for finding in report.findings():
        if finding.level == "doubt":
            report.reasons.create(
                code=finding.code,
                path=finding.path,
                message=finding.message,
                reason="经费集中在第四季度支付，合同已签。",
                written_by=officer,
            )
    perform(SUBMIT, report, actor=officer, version=report.version)
    return report


def test_the_desk_leads_to_the_report_and_on(sent, client, people):
    assert Notice.objects.filter(person=people["发改委审核人"]).exists()
    client.force_login(people["发改委审核人"])
    desk = client.get(reverse("monitoring:inbox"), {"light": "red"})
    (row,) = desk.context["rows"]
    page = client.get(row.url)
    said = page.content.decode()
    assert "3 ÷ 24" in said
    assert "讲师调离" in said
    assert "经费集中在第四季度支付" in said
    assert client.get(reverse("monitoring:inbox"), {"light": "green", "q": "\0"}).context["rows"] == []
    passed = client.post(url(sent, "review_decide"), {"decision": "pass", "version": sent.version})
    assert passed.status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.FINANCE_REVIEW
    client.post(url(sent, "review_undo"))
    sent.refresh_from_db()
    assert sent.state == State.DEPARTMENT_REVIEW


def test_a_return_opens_only_what_it_names(sent, client, people):
    row = sent.indicators.get()
    path = f"indicators.{row.row_id}.deviation_reason"
    client.force_login(people["发改委审核人"])
    client.get(url(sent, "review"))
    client.post(url(sent, "review_keep"), {"shown": path, "listed": path, f"note:{path}": "写到哪个月"})
    posted = {
        "do": "return",
        "version": MonitoringReport.objects.get(pk=sent.pk).version,
        "shown": path,
        "listed": path,
        f"note:{path}": "写到哪个月",
        "comment": "补招什么时候到位没有写。",
        "reason": "deviation_unexplained",
    }
    client.post(url(sent, "review_return"), posted)
    sent.refresh_from_db()
    assert sent.state == State.RETURNED
    officer = people["信息中心填报人"]
    client.force_login(officer)
    told = client.post(
        url(sent, "save"),
        {
            "changes": [
                {"path": path, "value": "9月15日补招到岗，四季度每月办4场。", "seen": 0},
                {"path": f"indicators.{row.row_id}.actual", "value": "9场", "seen": 0},
            ]
        },
        content_type="application/json",
    ).json()
    assert [one["path"] for one in told["saved"]] == [path]
    assert [one["path"] for one in told["refused"]] == [f"indicators.{row.row_id}.actual"]


def test_the_bureau_confirms(sent, client, people):
    MonitoringReport.objects.filter(pk=sent.pk).update(**{"state": State.FINANCE_REVIEW})
    client.force_login(people["财政审核人"])
    answer = client.post(url(sent, "review_decide"), {"decision": "confirm", "version": sent.version})
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.CONFIRMED
    assert client.get(url(sent, "pdf")).status_code == 200
