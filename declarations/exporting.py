"""Exports of declarations: official PDFs, Excel forms and Excel lists, as jobs. ``settings.JOB_KINDS`` names ``KINDS``."""

from collections.abc import Callable
from typing import IO

from django.db.models import Q, QuerySet

from declarations import excel, permissions
from declarations.annexes import annexes_of
from declarations.models import Declaration, Indicator
from declarations.official import official
from perfgoals.accounts.models import User
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.editions import get_edition
from perfgoals.filling.exporting import (
    DEPARTMENT,
    UNIT,
    YEAR,
    Choices,
    Exported,
    Filter,
    as_zip,
    edition_filter,
    named,
    register,
    state_filter,
)
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.jobs.kinds import ItemFailed, JobKind
from perfgoals.jobs.models import JobItem
from perfgoals.workflow import State


def _types(user: User, found: FilingQuerySet) -> Choices:
    pairs = found.order_by().values_list("performance_type", "fund_use").distinct()
    return [(word, word) for word in sorted({word for pair in pairs for word in pair if word})]


EXPORTED = register(
    Exported(
        key="declarations",
        label="申报表",
        address="declarations:exports",
        filings=lambda: Declaration.objects.select_related("organization", "project", "campaign"),
        filters=(
            YEAR,
            DEPARTMENT,
            UNIT,
            Filter(
                "type",
                "绩效类型或资金用途",
                _types,
                lambda value: Q(performance_type=value) | Q(fund_use=value),
            ),
            state_filter(choice for choice in State.choices if choice[0] != State.CONFIRMED),
            edition_filter(lambda edition: edition.kind in ("declaration", "disclosure")),
        ),
        titles={
            "declaration_pdfs": "正式表 PDF",
            "declaration_workbooks": "正式表 Excel",
            "project_list": "项目清单 Excel",
            "indicator_list": "指标清单 Excel",
        },
        permitted=permissions.may_export,
    )
)


def _declaration(item: JobItem) -> Declaration:
    form = EXPORTED.form_of(item)
    assert isinstance(form, Declaration)
    return form


def _pdf(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    from perfgoals.documents.pdf import MissingGlyph, make_pdf

    declaration = _declaration(item)
    paper = official(declaration)
    annexes = annexes_of(declaration, paper)

    def make() -> bytes:
        edition = get_edition(paper.document.form)
        return make_pdf(paper.document, edition, watermark=paper.watermark, annexes=annexes)

    try:
        out.write(kept_pdf(key_of(paper.revision.fingerprint, annexes), make) if paper.revision else make())
    except MissingGlyph as missing:
        raise ItemFailed(f"有印不出的字“{missing.character}”，请改后再导出。") from missing
    return item.label


def _workbook(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    from perfgoals.documents.workbook import make_workbook

    paper = official(_declaration(item))
    out.write(make_workbook(paper.document, get_edition(paper.document.form)))
    return item.label


def _count_indicators(found: QuerySet[Declaration]) -> int:
    return Indicator.objects.filter(declaration__in=found.order_by().values("pk")).count()


KINDS = (
    JobKind(
        "declaration_pdfs",
        permissions.may_export,
        EXPORTED.plan_forms,
        _pdf,
        as_zip("pdf"),
        named("绩效目标申报表PDF", "zip"),
    ),
    JobKind(
        "declaration_workbooks",
        permissions.may_export,
        EXPORTED.plan_forms,
        _workbook,
        as_zip("xlsx"),
        named("绩效目标申报表Excel", "zip"),
    ),
    JobKind(
        "project_list",
        permissions.may_export,
        EXPORTED.plan_list(lambda found: found.count()),
        EXPORTED.work_list("项目清单", excel.PROJECT_COLUMNS, excel.project_rows),
        None,
        named("项目清单", "xlsx"),
    ),
    JobKind(
        "indicator_list",
        permissions.may_export,
        EXPORTED.plan_list(_count_indicators),
        EXPORTED.work_list("指标清单", excel.INDICATOR_COLUMNS, excel.indicator_rows),
        None,
        named("指标清单", "xlsx"),
    ),
)
