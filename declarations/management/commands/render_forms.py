"""``manage.py render_forms [IDS…] --out DIR``: official forms as PDF, Excel or JSON, one file and one line each.

An id is a declaration's number or the id of a published form (``xxzx-2020-1``); without ids all forms are printed. What
is printed is what the site would print: the frozen revision, or the draft with its watermark. Exit code 1 if any failed.
``--kind`` chooses other forms, by the ids that ``perfgoals.documents.rendering`` knows for them.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from declarations.annexes import annexes_of
from declarations.models import Declaration
from declarations.official import official
from perfgoals.documents import rendering
from perfgoals.documents.pdf import MissingGlyph
from perfgoals.documents.rendering import Printed
from perfgoals.editions import UnknownEdition

DECLARATION = "declaration"
FORMATS = ("pdf", "xlsx", "json")
BAR = 40


class Command(BaseCommand):
    help = "把正式表印成文件：每份一个文件、一行说明；有一份没有印成，退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "ids", nargs="*", metavar="IDS", help="申报表编号，或公开表的来源编号；不写就是全部"
        )
        parser.add_argument("--kind", choices=[DECLARATION, *rendering.kinds()], default=DECLARATION)
        parser.add_argument("--format", choices=FORMATS, default="pdf")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="放文件的目录，没有就新建")
        parser.add_argument("--processes", type=int, default=1, metavar="N", help="PDF 用几个进程印")
        parser.add_argument("--details", action="store_true", help="绩效自评：PDF 后面附评分明细")

    def handle(self, *args: Any, **options: Any) -> None:
        count, papers = self._papers(options)
        out: Path = options["out"]
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise CommandError(f"不能建立目录 {out}：{wrong.strerror}") from wrong
        bar = Bar(count, sys.stderr)
        failed = 0
        for paper, made in rendering.rendered(papers, options["format"], options["processes"]):
            name = f"{paper.name}.{options['format']}"
            if isinstance(made, Exception):
                failed += 1
                line = f"{name}  没有印成：{why(made)}"
            else:
                (out / name).write_bytes(made)
                line = f"{name}  {len(made):,} 字节  {paper.title or '未命名项目'}"
            bar.clear()
            self.stdout.write(line)
            bar.advance()
        bar.clear()
        if failed:
            self.stderr.write(f"{failed} 份没有印成，共 {count} 份。")
            sys.exit(1)

    def _papers(self, options: dict[str, Any]) -> tuple[int, Iterable[Printed]]:
        """How many forms, and the forms, each made when its turn comes."""
        if options["kind"] == DECLARATION:
            found = self._found(options["ids"])
            return len(found), (paper_of(declaration) for declaration in found)
        try:
            others = rendering.find(options["kind"], options["ids"], with_details=options["details"])
            return len(others), others
        except rendering.Unknown as unknown:
            raise CommandError(str(unknown)) from unknown

    def _found(self, ids: list[str]) -> list[Declaration]:
        """The declarations named, in the order named; unknown ids are an error before anything is printed."""
        rows = Declaration.objects.select_related("project", "organization").prefetch_related(
            "sub_projects", "indicators"
        )
        if not ids:
            return list(rows.order_by("pk"))
        numbers = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < 19]
        named = rows.filter(Q(pk__in=numbers) | Q(source_id__in=ids)).order_by("pk")
        by_id: dict[str, Declaration] = {}
        for declaration in named:
            by_id.setdefault(declaration.source_id, declaration)
            by_id[str(declaration.pk)] = declaration
        if unknown := [one for one in ids if one not in by_id]:
            raise CommandError(f"没有这些申报表：{'、'.join(unknown)}")
        return [by_id[one] for one in ids]


def paper_of(declaration: Declaration) -> Printed:
    """What the site would print for this declaration today."""
    paper = official(declaration)
    return Printed(
        name=declaration.source_id or str(declaration.pk),
        title=declaration.project_name,
        document=paper.document,
        watermark=paper.watermark,
        annexes=partial(annexes_of, declaration, paper),
    )


def why(error: Exception) -> str:
    if isinstance(error, MissingGlyph):
        return f"{error}（{error.path}）"
    if isinstance(error, UnknownEdition):
        return f"没有这种表式：{error}"
    return str(error) or type(error).__name__


class Bar:
    """A progress bar on a terminal; silent anywhere else."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.done = max(total, 1), 0
        self.stream = stream if stream.isatty() else None
        self._draw()

    def advance(self) -> None:
        self.done += 1
        self._draw()

    def clear(self) -> None:
        if self.stream:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def _draw(self) -> None:
        if self.stream:
            full = BAR * self.done // self.total
            self.stream.write(f"\r{'█' * full}{'░' * (BAR - full)} {self.done}/{self.total}")
            self.stream.flush()
