"""What monitoring leaves open for the targets of the years after it: corrective tasks that nobody has closed (F78, F91)."""

import datetime

from declarations.checkup.results import NOTHING_CARRIED, Carried, Question, Source
from monitoring.correcting import url_of
from monitoring.models import CorrectiveTask, MonitoringRow, Stage


def carried(project: int, year: int, known_at: datetime.datetime | None) -> Carried:
    """The open tasks of earlier years as questions. Two queries, one where there is none."""
    found = CorrectiveTask.objects.filter(report__project=project, report__fiscal_year__lt=year)
    if known_at is not None:
        found = found.filter(asked_at__lte=known_at)
    tasks = list(found.exclude(stage=Stage.CLOSED).select_related("report").order_by("report", "number"))
    if not tasks:
        return NOTHING_CARRIED
    rows = {
        (row.report_id, row.row_id): row
        for row in MonitoringRow.objects.filter(report__in={task.report_id for task in tasks})
    }
    return Carried(questions=tuple(_question(task, rows.get((task.report_id, task.row_id))) for task in tasks))


def _question(task: CorrectiveTask, row: MonitoringRow | None) -> Question:
    report = task.report
    period = f"{report.fiscal_year} 年 {report.period}监控"
    text = f"{period}的整改任务还没有办结：{task.problem[:100]}要求“{task.requirement[:100]}”。今年的目标怎样接着落实？"
    return Question(
        text=text,
        row_id=task.row_id,
        name=row.name if row else "",
        level1=row.level1 if row else "",
        level2=row.level2 if row else "",
        source=Source(url_of(report), f"{period}整改任务"),
    )
