"""``manage.py score_form FILE``: the score of a self-evaluation (JSON, or our PDF) by its edition's rule set, as JSON.

Prints the whole score sheet (every row's points, formula, inputs, clause and sentence; total, cap, grade, distance to the
next grade) and what contradicts itself on the form. Exit 2 for a file that is no self-evaluation.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.paper import score_text
from evaluations.scoring import NoRules, score
from perfgoals.documents.declaration import BadDocument
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import UnknownEdition, get_edition

LARGEST = 20 * 2**20


class Command(BaseCommand):
    help = "按表式的评分口径给一张绩效自评表（JSON 或本系统打印的 PDF）打分，打印每行的得分、公式、依据和总分。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            document = read_document(path)
            edition = get_edition(document.form)
            sheet = score(document, edition)
        except UnknownEdition as wrong:
            self._refuse(path, f"没有“{wrong}”这种表式。")
        except (BadDocument, NoRules) as wrong:
            self._refuse(path, str(wrong))
        self.stdout.write(score_text(document, edition, sheet))

    def _refuse(self, path: Path, reason: str) -> None:
        self.stderr.write(f"{path}：{reason}")
        sys.exit(2)


def read_document(path: Path) -> EvaluationDocument:
    """The self-evaluation in a JSON file, or in a PDF of ours. Raises ``BadDocument`` with a Chinese message."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadDocument("文件太大，超过 20 MB。")
        data = path.read_bytes()
        if data.startswith(b"%PDF-"):
            return _attached(data)
        text = data.decode("utf-8-sig")
    except OSError as wrong:
        raise BadDocument(f"打不开文件（{wrong.strerror}）。") from wrong
    except UnicodeDecodeError as wrong:
        raise BadDocument("不是 UTF-8 编码的文件。") from wrong
    return EvaluationDocument.from_json(text)


def _attached(data: bytes) -> EvaluationDocument:
    """What was printed, from the paper itself: anybody who has the file can do the sums again."""
    from perfgoals.documents.pdf import Unreadable, read_attached_evaluation

    try:
        return read_attached_evaluation(data)
    except Unreadable as wrong:
        raise BadDocument(str(wrong)) from wrong
