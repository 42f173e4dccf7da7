"""``manage.py work``: the worker process beside the web process."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from perfgoals.jobs import engine


class Command(BaseCommand):
    help = "处理后台任务（导出等），直到被停止。可以同时运行几个。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="处理完现有的任务就结束")

    def handle(self, *args: Any, **options: Any) -> None:
        engine.work_forever(once=options["once"])
