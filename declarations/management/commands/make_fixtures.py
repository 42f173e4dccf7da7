"""``manage.py make_fixtures DIR``: makes the published forms under fixtures/ again from their ground truth."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declarations.published import FOLDER, BadGroundTruth, write_fixtures


class Command(BaseCommand):
    help = "由公开表的底稿（JSON）重新生成 fixtures/published。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ground_truth", type=Path, metavar="DIR", help="底稿所在的文件夹")
        parser.add_argument("--out", type=Path, default=FOLDER / "published", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = write_fixtures(options["ground_truth"], options["out"])
        except KeyError as error:
            raise CommandError(f"底稿里缺 {error}。") from error
        except (BadGroundTruth, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"写了 {len(written)} 张表：{options['out']}")
