"""``manage.py make_evaluations SEED DIR``: canonical documents of the published self-evaluations, one JSON file each."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.published import document_of


class Command(BaseCommand):
    help = "把公开的绩效自评表（ground truth）写成规范 JSON，一表一个文件。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("seed", type=Path, metavar="SEED.json")
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for record in json.loads(options["seed"].read_text("utf-8"))["evaluations"]:
            path = folder / f"{record['id']}.json"
            path.write_text(document_of(record).to_json() + "\n", "utf-8")
            self.stdout.write(str(path))
