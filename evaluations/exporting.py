"""Exports of self-evaluations: official PDFs, Excel forms and Excel lists, as jobs. ``settings.JOB_KINDS`` names ``KINDS``."""

from functools import partial

from django.db.models import Q, QuerySet

from evaluations import excel, permissions
from evaluations.models import Evaluation
from evaluations.official import printed, scored
from perfgoals.accounts.models import User
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

# An evaluation ends 已确认; it is neither approved nor superseded.
_NEVER = (State.APPROVED, State.SUPERSEDED)
HOME = ("evaluations:exports", "导出", "exports")


def _grades(user: User, found: FilingQuerySet) -> Choices:
    grades = found.order_by().values_list("computed_grade", flat=True).distinct()
    return [(grade, grade) for grade in sorted(grade for grade in grades if grade)]


EXPORTED = register(
    Exported(
        key="evaluations",
        label="自评表",
        address="evaluations:exports",
        filings=lambda: Evaluation.objects.select_related("organization", "project", "campaign"),
        filters=(
            YEAR,
            DEPARTMENT,
            UNIT,
            Filter("grade", "核算等级", _grades, lambda value: Q(computed_grade=value)),
            state_filter(choice for choice in State.choices if choice[0] not in _NEVER),
            edition_filter(lambda edition: edition.kind == "evaluation"),
        ),
        titles={
            "evaluation_pdfs": "自评表 PDF",
            "evaluation_workbooks": "自评表 Excel",
            "evaluation_list": "自评项目清单 Excel",
            "evaluation_row_list": "自评指标清单 Excel",
            "score_list": "得分清单 Excel",
        },
        permitted=permissions.may_export,
    )
)


def _paper(evaluation: Evaluation, *, with_details: bool) -> Paper:
    found = scored(evaluation)
    return Paper(printed(evaluation, found, with_details=with_details), found.revision is not None)


def _count_rows(found: QuerySet[Evaluation]) -> int:
    return excel.standing(found).count()


KINDS = (
    JobKind(
        "evaluation_pdfs",
        permissions.may_export,
        EXPORTED.plan_forms,
        EXPORTED.work_forms(partial(_paper, with_details=True), "pdf"),
        as_zip("pdf"),
        named("绩效自评表PDF", "zip"),
        HOME,
    ),
    JobKind(
        "evaluation_workbooks",
        permissions.may_export,
        EXPORTED.plan_forms,
        EXPORTED.work_forms(partial(_paper, with_details=False), "xlsx"),
        as_zip("xlsx"),
        named("绩效自评表Excel", "zip"),
        HOME,
    ),
    JobKind(
        "evaluation_list",
        permissions.may_export,
        EXPORTED.plan_list(lambda found: found.count()),
        EXPORTED.work_list("自评项目清单", excel.PROJECT_COLUMNS, excel.project_rows),
        None,
        named("自评项目清单", "xlsx"),
        HOME,
    ),
    JobKind(
        "evaluation_row_list",
        permissions.may_export,
        EXPORTED.plan_list(_count_rows),
        EXPORTED.work_list("自评指标清单", excel.ROW_COLUMNS, excel.indicator_rows),
        None,
        named("自评指标清单", "xlsx"),
        HOME,
    ),
    JobKind(
        "score_list",
        permissions.may_export,
        EXPORTED.plan_list(_count_rows),
        EXPORTED.work_list("得分清单", excel.SCORE_COLUMNS, excel.score_rows),
        None,
        named("得分清单", "xlsx"),
        HOME,
    ),
)
