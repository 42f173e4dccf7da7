"""Exports of filings: what may be chosen, and how jobs turn the chosen into zips and Excel lists.

Each kind of filing describes itself as data (``Exported``) and makes its files; choosing, planning, naming and packing
are done here, once. What goes in is found within what the owner may see when the job is planned, and each form is asked
for again when its turn comes.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone

from perfgoals.accounts.models import Organization, OrganizationKind, User
from perfgoals.documents.kept import kept_pdf, key_of
from perfgoals.documents.rendering import Printed, one_file
from perfgoals.editions import Edition, all_editions
from perfgoals.excel import Columns, write_list
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.jobs.kinds import ItemFailed, Planned
from perfgoals.jobs.models import ItemState, Job, JobItem

CHUNK = 2000
Choices = Iterable[tuple[Any, str]]
Work = Callable[[JobItem, IO[bytes], Callable[[int], None]], str]


class Paper(NamedTuple):
    """A form as the printer takes it. ``is_frozen``: it is a revision, printed once and kept."""

    form: Printed
    is_frozen: bool


@dataclass(frozen=True)
class Filter:
    """One condition of an export: its choices for a person (and the filings they see), and what it selects."""

    key: str
    label: str
    choices: Callable[[User, FilingQuerySet], Choices]
    condition: Callable[[Any], Q]
    is_number: bool = False


@dataclass(frozen=True)
class Exported:
    """One kind of filing as exports know it. ``titles``: what can be had, in words, by kind of job."""

    key: str
    label: str  # 申报表
    address: str
    filings: Callable[[], FilingQuerySet]
    filters: tuple[Filter, ...]
    titles: Mapping[str, str]
    permitted: Callable[[User], bool]
    # What tells several forms of one project and year apart: a column, and its words.
    apart: tuple[str, Callable[[Any], str]] | None = None

    def chosen(self, user: User, params: dict[str, Any]) -> QuerySet[Any]:
        """The filings of this filter that the person may see now. Empty conditions select nothing away."""
        found = self.filings().visible_to(user)
        for one in self.filters:
            if params.get(one.key):
                found = found.filter(one.condition(params[one.key]))
        if "ids" in params:
            found = found.filter(pk__in=params["ids"])
        return found.order_by("-fiscal_year", "organization__code", "pk")

    def plan_forms(self, user: User, params: dict[str, Any]) -> Iterator[Planned]:
        """One item per form."""
        columns = ["pk", "fiscal_year", "organization__name", "project_name"]
        rows = self.chosen(user, params).values_list(*columns, *(self.apart or ())[:1])
        for pk, year, unit, name, *which in rows.iterator(CHUNK):
            apart = f"（{self.apart[1](which[0])}）" if self.apart else ""
            # ``_entry`` cuts the label at its first two spaces: a unit's name must not have any.
            yield Planned(str(pk), f"{year} {'_'.join(unit.split())} {name or '未命名项目'}{apart}")

    def plan_list(
        self, count: Callable[[QuerySet[Any]], int]
    ) -> Callable[[User, dict[str, Any]], list[Planned]]:
        """One item for the whole list, as long as ``count`` says."""

        def plan(user: User, params: dict[str, Any]) -> list[Planned]:
            found = self.chosen(user, params)
            return [Planned("list", "清单", units=max(1, count(found)))] if found.exists() else []

        return plan

    def form_of(self, item: JobItem) -> FilledFiling:
        """The form of an item, if its owner may still see it. Raises ``ItemFailed``."""
        found = self.filings().visible_to(item.job.owner).filter(pk=item.key).first()
        if found is None:
            raise ItemFailed(f"这份{self.label}已不在您的查看范围内，或已不存在。")
        form: FilledFiling = found
        return form

    def work_forms(self, printed: Callable[[Any], Paper], ending: str) -> Work:
        """Writes the official paper of an item's form, ``pdf`` or ``xlsx``; the kept PDF where there is one."""

        def work(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
            from perfgoals.documents.pdf import MissingGlyph

            form, is_frozen = printed(self.form_of(item))
            try:
                if ending == "pdf" and is_frozen:
                    key = key_of(form.document.fingerprint, form.annexes(), form.points)
                    out.write(kept_pdf(key, lambda: one_file(form, ending)))
                else:
                    out.write(one_file(form, ending))
            except MissingGlyph as missing:
                raise ItemFailed(f"有印不出的字“{missing.character}”，请改后再导出。") from missing
            return item.label

        return work

    def work_list(
        self, title: str, columns: Columns, rows: Callable[[QuerySet[Any]], Iterator[tuple[Any, ...]]]
    ) -> Work:
        """Writes one Excel list of everything chosen."""

        def work(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
            found = self.chosen(item.job.owner, item.job.params)
            write_list(out, title, columns, rows(found), report)
            return item.label

        return work


_exported: dict[str, Exported] = {}


def register(exported: Exported) -> Exported:
    _exported[exported.key] = exported
    return exported


def screens(user: User) -> list[Exported]:
    """The kinds this person may export, always in the same order."""
    return [one for _, one in sorted(_exported.items()) if one.permitted(user)]


# Conditions that every kind has ------------------------------------------------------------------------------------------


def _years(user: User, found: FilingQuerySet) -> Choices:
    years = found.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    return [(year, f"{year} 年") for year in years]


def _places(user: User) -> QuerySet[Organization]:
    return Organization.objects.visible_to(user).order_by("code")


def _departments(user: User, found: FilingQuerySet) -> Choices:
    departments = _places(user).filter(Q(kind=OrganizationKind.DEPARTMENT) | Q(parent__isnull=True))
    return list(departments.values_list("pk", "name"))


def _units(user: User, found: FilingQuerySet) -> Choices:
    return list(_places(user).values_list("pk", "name"))


YEAR = Filter("year", "年度", _years, lambda value: Q(fiscal_year=value), is_number=True)
DEPARTMENT = Filter(
    "department",
    "主管部门",
    _departments,
    lambda value: Q(organization=value) | Q(organization__parent=value),
    is_number=True,
)
UNIT = Filter("unit", "单位", _units, lambda value: Q(organization=value), is_number=True)


def state_filter(choices: Choices) -> Filter:
    """The states that this kind can be in."""
    known = list(choices)
    return Filter("state", "状态", lambda user, found: known, lambda value: Q(state=value))


def edition_filter(belongs: Callable[[Edition], bool]) -> Filter:
    """The form editions of this kind."""

    def choices(user: User, found: FilingQuerySet) -> Choices:
        return [
            (edition.id, f"{edition.title}（{edition.id}）")
            for edition in all_editions().values()
            if belongs(edition)
        ]

    return Filter("edition", "表式", choices, lambda value: Q(edition_id=value))


# Files -------------------------------------------------------------------------------------------------------------------


def as_zip(ending: str) -> Callable[[Job, IO[bytes]], None]:
    """Puts the forms together: one folder per unit and year; those that failed are listed in a text file inside."""

    def assemble(job: Job, out: IO[bytes]) -> None:
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
    return job.items.filter(state=ItemState.DONE).values_list("label", "output").iterator(CHUNK)


def _entry(label: str, ending: str, used: set[str]) -> str:
    """``2020/上海市财政局/财政国库业务经费.pdf``: no character that a desktop refuses, no name twice."""
    year, unit, name = (re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", part)[:80] for part in label.split(" ", 2))
    entry, number = f"{year}/{unit}/{name}.{ending}", 2
    while entry in used:
        entry, number = f"{year}/{unit}/{name}（{number}）.{ending}", number + 1
    used.add(entry)
    return entry


def named(words: str, ending: str) -> Callable[[Job], str]:
    """“项目清单 20200301-0930.xlsx”."""
    return lambda job: f"{words} {timezone.localtime(job.created_at):%Y%m%d-%H%M}.{ending}"
