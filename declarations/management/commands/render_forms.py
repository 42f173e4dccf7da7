"""``manage.py render_forms [IDS…] --out DIR``: official forms as PDF, Excel or JSON, one file and one line each.

An id is a declaration's number or the id of a published form (``xxzx-2020-1``); without ids all forms are printed. What
is printed is what the site would print: the frozen revision, or the draft with its watermark. Exit code 1 if any failed.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from declarations.annexes import annexes_of
from declarations.models import Declaration
from declarations.official import Official, official
from perfgoals.documents.pdf import MissingGlyph
from perfgoals.editions import UnknownEdition, get_edition

FORMATS = ("pdf", "xlsx", "json")
BAR = 40


class Command(BaseCommand):
    help = "把正式表印成文件：每份一个文件、一行说明；有一份没有印成，退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "ids", nargs="*", metavar="IDS", help="申报表编号，或公开表的来源编号；不写就是全部"
        )
        parser.add_argument("--kind", choices=["declaration"], default="declaration")
        parser.add_argument("--format", choices=FORMATS, default="pdf")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="放文件的目录，没有就新建")
        parser.add_argument("--processes", type=int, default=1, metavar="N", help="PDF 用几个进程印")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._found(options["ids"])
        out: Path = options["out"]
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise CommandError(f"不能建立目录 {out}：{wrong.strerror}") from wrong
        bar = Bar(len(found), sys.stderr)
        failed = 0
        papers = ((declaration, official(declaration)) for declaration in found)
        for declaration, made in rendered(papers, options["format"], options["processes"]):
            name = f"{declaration.source_id or declaration.pk}.{options['format']}"
            if isinstance(made, Exception):
                failed += 1
                line = f"{name}  没有印成：{why(made)}"
            else:
                (out / name).write_bytes(made)
                line = f"{name}  {len(made):,} 字节  {declaration.project_name or '未命名项目'}"
            bar.clear()
            self.stdout.write(line)
            bar.advance()
        bar.clear()
        if failed:
            self.stderr.write(f"{failed} 份没有印成，共 {len(found)} 份。")
            sys.exit(1)

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


def rendered(
    papers: Iterable[tuple[Declaration, Official]], ending: str, processes: int
) -> Iterator[tuple[Declaration, bytes | Exception]]:
    """Each form with its file, or the exception that stands for it."""
    if ending == "pdf" and processes > 1:
        from perfgoals.documents.printing import render_many

        kept: list[Declaration] = []

        def forms() -> Iterator[tuple[str, ...]]:
            for declaration, paper in papers:
                kept.append(declaration)
                annexes = (annex.to_json() for annex in annexes_of(declaration, paper))
                yield paper.document.to_json(), paper.watermark, *annexes

        for number, made in enumerate(render_many(forms(), processes=processes)):
            yield kept[number], made
        return
    for declaration, paper in papers:
        try:
            yield declaration, one_file(declaration, paper, ending)
        except Exception as wrong:  # one bad form must not stop the others
            yield declaration, wrong


def one_file(declaration: Declaration, paper: Official, ending: str) -> bytes:
    if ending == "json":
        return paper.document.to_json().encode("utf-8", "surrogatepass")
    edition = get_edition(paper.document.form)
    if ending == "xlsx":
        from perfgoals.documents.workbook import make_workbook

        return make_workbook(paper.document, edition)
    from perfgoals.documents.pdf import make_pdf

    annexes = annexes_of(declaration, paper)
    return make_pdf(paper.document, edition, watermark=paper.watermark, annexes=annexes)


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
