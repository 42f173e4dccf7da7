"""``manage.py check_form FILE``: the findings of a form as JSON lines.

Exit code 0 without 错误, 1 with 错误, 2 when a file cannot be read. Needs no database.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from declarations.checkup import History, check, describe
from perfgoals.documents.declaration import BadDocument, DeclarationDocument
from perfgoals.editions import UnknownEdition, get_edition
from perfgoals.findings import Level

LARGEST = 20 * 1024 * 1024


class BadFile(ValueError):
    """The file holds no form. The message is Chinese and names the file."""


class Command(BaseCommand):
    help = (
        "体检一张申报表（JSON、本系统的 Excel 或 PDF），每条发现一行 JSON；有错误退出码为 1，读不出文件为 2。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--previous", type=Path, metavar="FILE", help="同一项目上年批复的表，用来对照")
        parser.add_argument(
            "--siblings", type=Path, nargs="+", default=[], metavar="FILE", help="本单位的其他表"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = read_form(options["file"])
            history = History(
                previous=read_form(options["previous"]) if options["previous"] else None,
                siblings=tuple(read_form(path) for path in options["siblings"]),
            )
            edition = get_edition(document.form)
        except BadFile as wrong:
            self.stderr.write(str(wrong))
            sys.exit(2)
        except UnknownEdition as wrong:
            self.stderr.write(f"{options['file']}：没有“{wrong}”这种表式。")
            sys.exit(2)
        findings = check(document, edition, history)
        for finding in findings:
            line = finding.to_dict() | {"place": describe(finding, document, edition)}
            self.stdout.write(json.dumps(line, ensure_ascii=False, sort_keys=True))
        if any(finding.level is Level.ERROR for finding in findings):
            sys.exit(1)


def read_form(path: Path) -> DeclarationDocument:
    """The form in a file of any of the three kinds, told by its content. Raises ``BadFile``."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadFile(f"{path}：文件太大，超过 20 MB。")
        data = path.read_bytes()
    except OSError as wrong:
        raise BadFile(f"{path}：打不开文件（{wrong.strerror}）。") from wrong
    try:
        return _document(data)
    except ValueError as wrong:  # BadDocument and the readers' own, each with a Chinese message
        message = str(wrong) if not isinstance(wrong, UnicodeError) else "不是 UTF-8 编码的文件。"
        raise BadFile(f"{path}：{message}") from wrong


def _document(data: bytes) -> DeclarationDocument:
    if data.startswith(b"%PDF"):
        from perfgoals.documents.pdf import read_attached

        return read_attached(data)
    if data.startswith(b"PK"):
        from perfgoals.documents.workbook import read_workbook

        return read_workbook(data)
    if not data.strip():
        raise BadDocument("文件是空的。")
    return DeclarationDocument.from_json(data.decode("utf-8-sig"))
