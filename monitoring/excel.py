"""Lists of monitoring reports as Excel: what the columns are and where the rows come from (``perfgoals.excel`` writes them).

Rows are streamed. ``row_lights`` says of every indicator how it got its light, from the document that stands on the form.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from evaluations.pace import Light
from monitoring.models import CorrectiveTask, MonitoringReport, MonitoringRow, Stage
from monitoring.official import official
from monitoring.progress import progress_of
from perfgoals.campaigns.models import period_words
from perfgoals.documents.monitoring import MonitoringRow as DocumentRow
from perfgoals.editions import Edition, all_editions
from perfgoals.filling.exporting import CHUNK
from perfgoals.workflow import State

STATES = dict(State.choices)
# Reports whose lights are worked out at a time: each holds all its rows.
LOOKED_CHUNK = 200

# (heading, column of the query, width)
PROJECT_COLUMNS = (
    ("年度", "fiscal_year", 7),
    ("数据截至", "cutoff_month", 10),
    ("主管部门", "department", 24),
    ("预算单位", "organization__name", 24),
    ("项目代码", "project__code", 16),
    ("项目名称", "project_name", 40),
    ("年初预算数（元）", "initial", 18),
    ("执行数（元）", "executed", 18),
    ("执行率（%）", "execution_rate", 12),
    ("全年预计执行数（元）", "expected", 20),
    ("最差的灯", "light", 10),
    ("滞后的行", "red_rows", 9),
    ("偏慢的行", "yellow_rows", 9),
    ("未办结的整改任务", "open_tasks", 16),
    ("状态", "state", 14),
    ("错误", "open_errors", 7),
    ("疑问", "open_doubts", 7),
    ("表式", "edition_id", 30),
)
ROW_COLUMNS = (
    ("年度", "", 7),
    ("数据截至", "", 10),
    ("预算单位", "", 24),
    ("项目代码", "", 16),
    ("项目名称", "", 40),
    ("一级指标", "", 14),
    ("二级指标", "", 14),
    ("指标名称", "", 34),
    ("目标值", "", 26),
    ("执行情况", "", 26),
    ("全年预计完成情况", "", 26),
    ("灯", "", 10),
    ("怎么算的", "", 50),
    ("偏差原因", "", 24),
    ("原因说明", "", 40),
    ("完成目标可能性", "", 14),
    ("状态", "", 14),
    ("行号", "", 12),
)
TASK_COLUMNS = (
    ("年度", "", 7),
    ("数据截至", "", 10),
    ("预算单位", "", 24),
    ("项目代码", "", 16),
    ("项目名称", "", 40),
    ("序号", "", 7),
    ("指标", "", 34),
    ("问题", "", 50),
    ("整改要求和建议", "", 50),
    ("限期", "", 12),
    ("状态", "", 18),
    ("处理", "", 16),
    ("整改结果", "", 50),
    ("结论", "", 50),
)


def project_rows(reports: QuerySet[MonitoringReport]) -> Iterator[tuple[Any, ...]]:
    """One tuple per report, in the order of ``PROJECT_COLUMNS``."""
    names = [column for _, column, _ in PROJECT_COLUMNS]
    titles = {edition.id: edition.title for edition in all_editions().values()}
    month, light, state = (names.index(name) for name in ("cutoff_month", "light", "state"))
    found = reports.annotate(
        department=Coalesce("organization__parent__name", "organization__name"),
        open_tasks=Count("corrections", filter=~Q(corrections__stage=Stage.CLOSED)),
    )
    for row in found.values_list(*names).iterator(CHUNK):
        cells = list(row)
        cells[month] = period_words(cells[month])
        cells[light] = Light(cells[light]).label
        cells[state] = STATES[cells[state]]
        cells[-1] = titles.get(cells[-1], cells[-1])
        yield tuple(cells)


def standing(reports: QuerySet[MonitoringReport]) -> QuerySet[MonitoringRow]:
    """The rows that are printed."""
    return MonitoringRow.objects.filter(report__in=reports.order_by().values("pk"), is_vanished=False)


def row_lights(reports: QuerySet[MonitoringReport]) -> Iterator[tuple[Any, ...]]:
    """One tuple per indicator, in the order of ``ROW_COLUMNS``: the light with its sum and its threshold."""
    for report in reports.prefetch_related("indicators").iterator(LOOKED_CHUNK):
        document, edition = official(report).document, report.edition
        for one in progress_of(document, edition).rows:
            row = one.row
            yield (
                *_about(report),
                row.level1,
                row.level2 or "",
                row.name,
                row.target,
                row.actual or edition.word("attainment", row.attainment),
                row.expected,
                one.light.label,
                one.pace.sentence,
                _kinds(row, edition),
                row.deviation_reason,
                edition.word("likelihood", row.likelihood),
                STATES[report.state],
                row.row_id,
            )


def tasks_of(reports: QuerySet[MonitoringReport]) -> QuerySet[CorrectiveTask]:
    return CorrectiveTask.objects.filter(report__in=reports.order_by().values("pk"))


def task_rows(reports: QuerySet[MonitoringReport]) -> Iterator[tuple[Any, ...]]:
    """One tuple per corrective task, in the order of ``TASK_COLUMNS``, in the words of today."""
    found = tasks_of(reports).select_related("report__organization", "report__project")
    ordered = found.prefetch_related("report__indicators").order_by("report_id", "number")
    for task in ordered.iterator(LOOKED_CHUNK):
        names = {row.row_id: row.name for row in task.report.indicators.all()}
        yield (
            *_about(task.report),
            task.number,
            names.get(task.row_id, "") or "整张表",
            task.problem,
            task.requirement,
            task.due,
            task.words,
            task.get_decision_display() if task.decision else "",
            task.result,
            task.conclusion,
        )


def _about(report: MonitoringReport) -> tuple[Any, ...]:
    return (
        report.fiscal_year,
        report.period,
        report.organization.name,
        report.project.code,
        report.project_name,
    )


def _kinds(row: DocumentRow, edition: Edition) -> str:
    return "、".join(edition.word("deviation_kinds", kind) for kind in row.deviation_kinds)
