"""``manage.py check_spot_checks [FILES…]``: refuses broken schemes of spot checks, one ``file:line: reason`` per problem."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.spot_checks.checker import check_files
from evaluations.spot_checks.scheme import FOLDER


class Command(BaseCommand):
    help = "检查抽查复核办法的文件（不写文件名则检查全部），逐条打印“文件:行: 原因”，有问题时退出码为 1。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        paths = options["files"] or sorted(FOLDER.glob("*.toml"))
        problems = check_files(paths)
        for problem in problems:
            shown = min(problem.file, os.path.relpath(problem.file), key=len)
            self.stdout.write(f"{shown}:{problem.line}: {problem.message}")
        if problems:
            sys.exit(1)
        self.stdout.write(f"{len(paths)} 份抽查复核办法，没有问题。")
