"""Exports for the 业务管理员: official PDFs, Excel forms and Excel lists, as jobs.

What goes in is chosen by a filter; the declarations are found within what the owner may see when the job is planned,
and each is asked for again when its turn comes. ``settings.JOB_KINDS`` names ``KINDS``.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone

from declarations import excel, permissions
from declarations.annexes import annexes_of
from declarations.models import Declaration, Indicator
from declarations.official import official
from perfgoals.accounts.models import User
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.editions import get_edition
from perfgoals.excel import write_list
from perfgoals.jobs.kinds import ItemFailed, JobKind, Planned
from perfgoals.jobs.models import ItemState, Job, JobItem

FILTERS = ("year", "department", "unit", "type", "state", "edition")


def chosen(user: User, params: dict[str, Any]) -> QuerySet[Declaration]:
    """The declarations of this filter that the person may see now. Unknown or empty conditions select nothing away."""
    found = Declaration.objects.visible_to(user)
    conditions = {
        "year": lambda value: Q(fiscal_year=value),
        "department": lambda value: Q(organization=value) | Q(organization__parent=value),
        "unit": lambda value: Q(organization=value),
        "type": lambda value: Q(performance_type=value) | Q(fund_use=value),
        "state": lambda value: Q(state=value),
        "edition": lambda value: Q(edition_id=value),
    }
    for key in FILTERS:
        if params.get(key):
            found = found.filter(conditions[key](params[key]))
    if "ids" in params:
        found = found.filter(pk__in=params["ids"])
    return found.order_by("-fiscal_year", "organization__code", "pk")


def _plan_forms(user: User, params: dict[str, Any]) -> Iterator[Planned]:
    rows = chosen(user, params).values_list("pk", "fiscal_year", "organization__name", "project_name")
    for pk, year, unit, name in rows.iterator(excel.CHUNK):
        # ``_entry`` cuts the label at its first two spaces: a unit's name must not have any.
        yield Planned(str(pk), f"{year} {'_'.join(unit.split())} {name or '未命名项目'}")


def _plan_list(
    count: Callable[[QuerySet[Declaration]], int],
) -> Callable[[User, dict[str, Any]], list[Planned]]:
    def plan(user: User, params: dict[str, Any]) -> list[Planned]:
        found = chosen(user, params)
        return [Planned("list", "清单", units=max(1, count(found)))] if found.exists() else []

    return plan


def _declaration(item: JobItem) -> Declaration:
    found = Declaration.objects.visible_to(item.job.owner).select_related("organization", "project", "campaign")
    declaration = found.filter(pk=item.key).first()
    if declaration is None:
        raise ItemFailed("这份申报表已不在您的查看范围内，或已不存在。")
    return declaration


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


def _project_list(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    found = chosen(item.job.owner, item.job.params)
    write_list(out, "项目清单", excel.PROJECT_COLUMNS, excel.project_rows(found), report)
    return item.label


def _indicator_list(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    found = chosen(item.job.owner, item.job.params)
    write_list(out, "指标清单", excel.INDICATOR_COLUMNS, excel.indicator_rows(found), report)
    return item.label


def _zip(ending: str) -> Callable[[Job, IO[bytes]], None]:
    def assemble(job: Job, out: IO[bytes]) -> None:
        """One folder per unit and year; the forms that failed are listed in a text file inside."""
        used: set[str] = set()
        # PDF and xlsx are compressed already.
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for label, output in _outputs(job):
                with default_storage.open(output) as source:
                    archive.writestr(_entry(label, ending, used), source.read())
            if failed := list(job.items.filter(state=ItemState.FAILED)):
                lines = "\r\n".join(f"{item.label}：{item.error}" for item in failed)
                archive.writestr("没有做成的.txt", "\ufeff" + lines)

    return assemble


def _outputs(job: Job) -> Iterable[tuple[str, str]]:
    return job.items.filter(state=ItemState.DONE).values_list("label", "output").iterator(excel.CHUNK)


def _entry(label: str, ending: str, used: set[str]) -> str:
    """``2020/上海市财政局/财政国库业务经费.pdf``: no character that a desktop refuses, no name twice."""
    year, unit, name = (re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", part)[:80] for part in label.split(" ", 2))
    entry, number = f"{year}/{unit}/{name}.{ending}", 2
    while entry in used:
        entry, number = f"{year}/{unit}/{name}（{number}）.{ending}", number + 1
    used.add(entry)
    return entry


def _named(words: str, ending: str) -> Callable[[Job], str]:
    return lambda job: f"{words} {timezone.localtime(job.created_at):%Y%m%d-%H%M}.{ending}"


def _count_indicators(found: QuerySet[Declaration]) -> int:
    return Indicator.objects.filter(declaration__in=found.order_by().values("pk")).count()


TITLES = {
    "declaration_pdfs": "正式表 PDF",
    "declaration_workbooks": "正式表 Excel",
    "project_list": "项目清单 Excel",
    "indicator_list": "指标清单 Excel",
}
KINDS = (
    JobKind(
        "declaration_pdfs",
        permissions.may_export,
        _plan_forms,
        _pdf,
        _zip("pdf"),
        _named("绩效目标申报表PDF", "zip"),
    ),
    JobKind(
        "declaration_workbooks",
        permissions.may_export,
        _plan_forms,
        _workbook,
        _zip("xlsx"),
        _named("绩效目标申报表Excel", "zip"),
    ),
    JobKind(
        "project_list",
        permissions.may_export,
        _plan_list(lambda found: found.count()),
        _project_list,
        None,
        _named("项目清单", "xlsx"),
    ),
    JobKind(
        "indicator_list",
        permissions.may_export,
        _plan_list(_count_indicators),
        _indicator_list,
        None,
        _named("指标清单", "xlsx"),
    ),
)
