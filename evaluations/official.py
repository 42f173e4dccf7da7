"""Which document, points and details an evaluation's official paper is printed from.

With the officer (draft, returned) that is what the rows say now, marked 草稿 and scored by today's rules. From 送审 on it is
the latest frozen revision with the score that was kept for it: what reviewers judge, and nothing typed since.
"""

from declarations.official import WATERMARK
from evaluations.models import Evaluation, KeptScore
from evaluations.paper import for_print
from evaluations.scoring import ScoreSheet, replay
from evaluations.speaking import document_of
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.models import latest_revision
from perfgoals.documents.rendering import Printed
from perfgoals.editions import get_edition


def official(evaluation: Evaluation, *, with_details: bool = False) -> Printed:
    """What to print for this evaluation today. Two queries, one for a draft. Raises ``UnknownEdition``, ``NoRules``.

    Whoever may not see what a unit is typing must not be handed this for a draft: ask before.
    """
    revision = None if evaluation.is_editable else latest_revision(evaluation)
    document = EvaluationDocument.from_json(revision.document) if revision else document_of(evaluation)
    sheet = _kept_score(evaluation, document.fingerprint) if revision else None
    points, behind = for_print(document, get_edition(document.form), sheet=sheet, with_details=with_details)
    return Printed(
        name=evaluation.source_id or str(evaluation.pk),
        title=document.project_name or "",
        document=document,
        watermark="" if revision else WATERMARK,
        annexes=lambda: behind,
        points=points,
    )


def _kept_score(evaluation: Evaluation, fingerprint: str) -> ScoreSheet | None:
    kept = KeptScore.objects.filter(evaluation=evaluation, fingerprint=fingerprint).first()
    return replay(kept.sheet) if kept else None
