"""Places of monitoring reports: a draft that is begun, one on the bureau's desk, corrective tasks in every stage."""

import datetime
import uuid

from playwright.sync_api import expect

from monitoring import correcting
from monitoring.models import MonitoringReport
from perfgoals.accounts.models import User
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.workflow import State
from tests.browser.places import place
from tests.browser.stage import FILER

BUREAU, OWNER = "finance", "filer-czj"


def begun():
    """A draft with a slow row, one that is fine, one in words, and one planned late."""
    report = MonitoringReport.objects.get(project_name="推进长三角地区经济社会一体化发展工作经费")
    if report.version == 1:
        row = {one.name: f"indicators.{one.row_id}" for one in report.indicators.all()}
        typed = {
            "budget.executed": "30000",
            f"{row['对接长三角部门数量']}.actual": "2个",
            f"{row['对接长三角部门数量']}.expected": "10个",
            f"{row['报告验收通过率']}.actual": "100%",
            f"{row['形成研究报告']}.plan": "9月0%",
            f"{row['形成研究报告']}.likelihood": "certain",
            f"{row['财务监控有效性']}.attainment": "partly",
        }
        changes = [FieldChange(path, value) for path, value in typed.items()]
        save_fields(report, changes, actor=User.objects.get(username=FILER))
    return report


def sent():
    return MonitoringReport.objects.get(state=State.FINANCE_REVIEW)


def tasks():
    """A report with a task that is overdue, one that was answered and one that is closed."""
    report = sent()
    if not report.corrections.exists():
        bureau, officer = User.objects.get(username=BUREAU), User.objects.get(username=OWNER)
        day = datetime.date.today() + datetime.timedelta(days=9)
        made = [
            correcting.ask(
                report,
                row_id="",
                problem="执行慢",
                requirement="排出付款计划",
                due=day,
                key=uuid.uuid4(),
                actor=bureau,
            )
            for _ in range(3)
        ]
        for task in made[1:]:
            result = "付款计划已排到12月，10月付到八成。"
            correcting.answer(task, decision="continue", result=result, actor=officer, version=1)
        correcting.judge(made[2], closes=True, conclusion="已核实。", actor=bureau, version=2)
        report.corrections.filter(pk=made[0].pk).update(due=datetime.date.today() - datetime.timedelta(days=3))
    return report


@place("monitoring")
def _(visit):
    begun()
    visit.open("monitoring:list")


@place("monitoring-not-found")
def _(visit):
    visit.open("monitoring:list", more="?year=2020&q=没有这样的字")


@place("monitoring-new")
def _(visit):
    visit.open("monitoring:new")


@place("monitoring-tasks")
def _(visit):
    visit.open("monitoring:tasks", begun().pk)


@place("monitoring-money")
def _(visit):
    visit.open("monitoring:step", begun().pk, "budget")


@place("monitoring-rows")
def _(visit):
    visit.open("monitoring:step", begun().pk, "indicators")
    visit.page.locator(".pg-more > summary").first.click()
    expect(visit.page.locator(".pg-more textarea:visible").first).to_be_visible()


@place("monitoring-check")
def _(visit):
    visit.open("monitoring:check", begun().pk)


@place("monitoring-paper")
def _(visit):
    visit.open("monitoring:preview", begun().pk)


@place("monitoring-inbox", who=BUREAU)
def _(visit):
    visit.open("monitoring:inbox")


@place("monitoring-review", who=BUREAU)
def _(visit):
    visit.open("monitoring:review", sent().pk)


@place("monitoring-return", who=BUREAU)
def _(visit):
    visit.open("monitoring:review_return", sent().pk)


@place("monitoring-corrections", who=BUREAU)
def _(visit):
    visit.open("monitoring:corrections", tasks().pk)


@place("monitoring-corrections-unit", who=OWNER)
def _(visit):
    visit.open("monitoring:corrections", tasks().pk)


@place("monitoring-all-corrections", who=OWNER)
def _(visit):
    tasks()
    visit.open("monitoring:all_corrections", more="?all=1")
