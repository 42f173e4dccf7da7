"""Exports of monitoring reports: official PDFs, Excel forms and Excel lists, as jobs. ``settings.JOB_KINDS`` names ``KINDS``."""

from django.db.models import Q, QuerySet

from evaluations.pace import Light
from evaluations.permissions import may_export
from monitoring import excel
from monitoring.models import MonitoringReport
from monitoring.official import official, printed
from perfgoals.accounts.models import User
from perfgoals.campaigns.models import period_words
from perfgoals.filling.exporting import (
    DEPARTMENT,
    UNIT,
    YEAR,
    Choices,
    Exported,
    Filter,
    Paper,
    as_zip,
    edition_filter,
    named,
    register,
    state_filter,
)
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.jobs.kinds import JobKind
from perfgoals.workflow import State

# A report ends 已确认; it is neither approved nor superseded.
_NEVER = (State.APPROVED, State.SUPERSEDED)
HOME = ("monitoring:exports", "导出", "exports")


def _months(user: User, found: FilingQuerySet) -> Choices:
    months = found.order_by("cutoff_month").values_list("cutoff_month", flat=True).distinct()
    return [(month, period_words(month)) for month in months]


EXPORTED = register(
    Exported(
        key="monitoring",
        label="监控表",
        address="monitoring:exports",
        filings=lambda: MonitoringReport.objects.select_related("organization", "project", "campaign"),
        filters=(
            YEAR,
            Filter("month", "数据截至", _months, lambda value: Q(cutoff_month=value), is_number=True),
            DEPARTMENT,
            UNIT,
            Filter(
                "light",
                "最差的灯",
                lambda user, found: [(one.value, one.label) for one in Light],
                lambda value: Q(light=value),
            ),
            state_filter(choice for choice in State.choices if choice[0] not in _NEVER),
            edition_filter(lambda edition: edition.kind == "monitoring"),
        ),
        titles={
            "monitoring_pdfs": "监控表 PDF",
            "monitoring_workbooks": "监控表 Excel",
            "monitoring_list": "监控项目清单 Excel",
            "monitoring_row_list": "监控指标清单 Excel",
            "correction_list": "整改任务清单 Excel",
        },
        permitted=may_export,
        apart=("cutoff_month", period_words),
    )
)


def _paper(report: MonitoringReport) -> Paper:
    """With 整改任务 as they stand behind the PDF."""
    found = official(report)
    return Paper(printed(report, found), found.revision is not None)


def _count_rows(found: QuerySet[MonitoringReport]) -> int:
    return excel.standing(found).count()


def _count_tasks(found: QuerySet[MonitoringReport]) -> int:
    return excel.tasks_of(found).count()


KINDS = (
    JobKind(
        "monitoring_pdfs",
        may_export,
        EXPORTED.plan_forms,
        EXPORTED.work_forms(_paper, "pdf"),
        as_zip("pdf"),
        named("绩效运行监控表PDF", "zip"),
        HOME,
    ),
    JobKind(
        "monitoring_workbooks",
        may_export,
        EXPORTED.plan_forms,
        EXPORTED.work_forms(_paper, "xlsx"),
        as_zip("xlsx"),
        named("绩效运行监控表Excel", "zip"),
        HOME,
    ),
    JobKind(
        "monitoring_list",
        may_export,
        EXPORTED.plan_list(lambda found: found.count()),
        EXPORTED.work_list("监控项目清单", excel.PROJECT_COLUMNS, excel.project_rows),
        None,
        named("监控项目清单", "xlsx"),
        HOME,
    ),
    JobKind(
        "monitoring_row_list",
        may_export,
        EXPORTED.plan_list(_count_rows),
        EXPORTED.work_list("监控指标清单", excel.ROW_COLUMNS, excel.row_lights),
        None,
        named("监控指标清单", "xlsx"),
        HOME,
    ),
    JobKind(
        "correction_list",
        may_export,
        EXPORTED.plan_list(_count_tasks),
        EXPORTED.work_list("整改任务清单", excel.TASK_COLUMNS, excel.task_rows),
        None,
        named("整改任务清单", "xlsx"),
        HOME,
    ),
)
