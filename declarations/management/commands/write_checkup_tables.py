"""``manage.py write_checkup_tables``: makes the tables of ``docs/check-up.md`` again from the published forms."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from declarations.checkup import tables
from declarations.published import published_documents

PAGE = settings.BASE_DIR / "docs" / "check-up.md"


class Command(BaseCommand):
    help = "重新生成 docs/check-up.md 里的表；--check 只比较，不同时退出码为 1。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只比较，不写")

    def handle(self, *args: Any, **options: Any) -> None:
        old = PAGE.read_text("utf-8")
        new = tables.rewritten(old, tables.sections(dict(published_documents())))
        if options["check"]:
            if new != old:
                self.stderr.write(f"{PAGE.name} 里的表不是最新的，运行 manage.py write_checkup_tables。")
                sys.exit(1)
            return
        PAGE.write_text(new, "utf-8")
        self.stdout.write(f"写好 {PAGE}。")
