"""``manage.py check_editions [FILES…]``: refuses broken form editions, one ``file:line: reason`` per problem."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from perfgoals.editions.checker import Problem, check_files
from perfgoals.editions.loader import FOLDER


class Command(BaseCommand):
    help = "检查表式文件（不写文件名则检查全部），逐条打印“文件:行: 原因”，有问题时退出码为 1。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        paths = options["files"] or sorted(FOLDER.glob("*.toml"))
        problems = check_files(paths)
        for problem in problems:
            self.stdout.write(str(Problem(_shown(problem.file), problem.line, problem.message)))
        if problems:
            sys.exit(1)
        self.stdout.write(f"{len(paths)} 个表式，没有问题。")


def _shown(path: str) -> str:
    """Relative to where the person stands, if that is shorter."""
    return min(path, os.path.relpath(path), key=len)
