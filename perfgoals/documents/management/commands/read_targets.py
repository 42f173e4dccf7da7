"""``manage.py read_targets``: readings of target values, JSON lines in and out."""

import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from perfgoals.targets.lines import read_lines


class Command(BaseCommand):
    """Reads standard input, or a file, line by line; exit code 1 if any line was bad."""

    help = "读取指标目标值：每行一个 JSON 对象（raw、name、level2），每行写出一个读法。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="JSON 行文件；不写则读标准输入")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        try:
            source = path.open("rb") if path else nullcontext(sys.stdin.buffer)
        except OSError as wrong:
            raise CommandError(f"打不开文件 {path}：{wrong.strerror}") from wrong
        bad = 0
        with source as lines:
            for text, is_read in read_lines(lines):
                self.stdout.write(text)
                bad += not is_read
        if bad:
            raise CommandError(f"有 {bad} 行读不出，已在输出中标明。", returncode=1)
