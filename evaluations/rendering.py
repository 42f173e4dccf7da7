"""Self-evaluations for ``manage.py render_forms --kind evaluation``: the published ones, ours, any document in a file."""

from collections.abc import Sequence
from pathlib import Path

from evaluations.models import Evaluation
from evaluations.official import official
from evaluations.paper import for_print
from evaluations.scoring import NoRules
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.rendering import Printed, Unknown, files_named, read_file
from perfgoals.editions import get_edition

KIND = "evaluation"
LONGEST_NUMBER = 19


def find(ids: Sequence[str], *, with_details: bool = False) -> list[Printed]:
    """The forms named: an evaluation's number, an id of ``fixtures/evaluations`` or the path of a JSON document.

    Without ids the published ones. Raises ``Unknown``.
    """
    numbers = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < LONGEST_NUMBER]
    stored = Evaluation.objects.in_bulk(numbers) if numbers else {}
    named = [one for one in ids if not (one.isdecimal() and int(one) in stored)]
    paths = files_named(named, "evaluations", "绩效自评表") if named or not ids else {}
    return [
        _paper(paths[one], with_details=with_details)
        if one in paths
        else official(stored[int(one)], with_details=with_details)
        for one in ids or paths
    ]


def _paper(path: Path, *, with_details: bool) -> Printed:
    document = read_file(path, EvaluationDocument)
    try:
        points, behind = for_print(document, get_edition(document.form), with_details=with_details)
    except NoRules as wrong:
        raise Unknown(f"{path.name}：{wrong}") from wrong
    return Printed(path.stem, document.project_name or "", document, annexes=lambda: behind, points=points)
