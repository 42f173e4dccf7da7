"""Self-evaluations for ``manage.py render_forms --kind evaluation``: the published ones, ours, any document in a file."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from evaluations.models import Evaluation
from evaluations.official import official
from evaluations.paper import for_print
from evaluations.scoring import NoRules
from perfgoals.documents.declaration import BadDocument
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.rendering import Printed, Unknown
from perfgoals.editions import UnknownEdition, get_edition

KIND = "evaluation"
LARGEST = 20 * 2**20
LONGEST_NUMBER = 19


def find(ids: Sequence[str], *, with_details: bool = False) -> list[Printed]:
    """The forms named: an evaluation's number, an id of ``fixtures/evaluations`` or the path of a JSON document.

    Without ids the published ones. Raises ``Unknown``.
    """
    folder = Path(settings.BASE_DIR) / "fixtures" / "evaluations"
    kept = {path.stem: path for path in sorted(folder.glob("*.json"))}
    numbers = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < LONGEST_NUMBER]
    stored = Evaluation.objects.in_bulk(numbers) if numbers else {}
    paths = {
        one: kept.get(one, Path(one)) for one in ids or kept if not (one.isdecimal() and int(one) in stored)
    }
    if missing := [one for one, path in paths.items() if not path.is_file()]:
        raise Unknown(f"没有这些绩效自评表：{'、'.join(missing)}")
    return [
        _paper(paths[one], with_details=with_details)
        if one in paths
        else official(stored[int(one)], with_details=with_details)
        for one in ids or kept
    ]


def _paper(path: Path, *, with_details: bool) -> Printed:
    try:
        if path.stat().st_size > LARGEST:
            raise Unknown(f"{path.name}：文件太大，超过 20 MB。")
        document = EvaluationDocument.from_json(path.read_bytes())
        edition = get_edition(document.form)
        points, behind = for_print(document, edition, with_details=with_details)
    except (BadDocument, NoRules) as wrong:
        raise Unknown(f"{path.name}：{wrong}") from wrong
    except UnknownEdition as wrong:
        raise Unknown(f"{path.name}：没有“{wrong}”这种表式。") from wrong
    except OSError as wrong:
        raise Unknown(f"{path.name}：打不开文件（{wrong.strerror}）。") from wrong
    return Printed(path.stem, document.project_name or "", document, annexes=lambda: behind, points=points)
