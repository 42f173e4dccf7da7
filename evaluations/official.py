"""Which document, score and details an evaluation is shown and printed with.

With the officer (draft, returned) that is what the rows say now, marked 草稿 and scored by today's rules. From 送审 on it is
the latest frozen revision with the score that was kept for it: what reviewers judge, and nothing typed since.
"""

from dataclasses import dataclass

from declarations.official import WATERMARK
from evaluations.models import Evaluation, KeptScore
from evaluations.paper import for_print
from evaluations.permissions import may_see_rows
from evaluations.scoring import ScoreSheet, replay, score
from evaluations.speaking import document_of
from perfgoals.accounts.models import User
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.models import Revision, latest_revision
from perfgoals.documents.rendering import Printed
from perfgoals.editions import get_edition


class NeverSent(LookupError):
    """The reader may see only what was sent, and nothing was."""


@dataclass(frozen=True)
class Scored:
    """A form and its score: of the revision, or (``revision`` None) of what the rows say now.

    ``is_kept``: the score is the one that was kept when the form was sent, not computed again.
    """

    document: EvaluationDocument
    revision: Revision | None
    sheet: ScoreSheet
    is_kept: bool

    @property
    def watermark(self) -> str:
        return "" if self.revision else WATERMARK


def scored(evaluation: Evaluation, reader: User | None = None) -> Scored:
    """What stands on the form today, as ``reader`` may see it. At most three queries.

    Raises ``UnknownEdition``, ``NoRules``, and ``NeverSent`` where the reader may not see what is being typed.
    """
    may_see = reader is None or may_see_rows(reader, evaluation)
    revision = None if evaluation.is_editable and may_see else latest_revision(evaluation)
    if revision is None and not may_see:
        raise NeverSent
    if revision is not None:
        return scored_revision(evaluation, revision)
    document = document_of(evaluation)
    return Scored(document, None, score(document, get_edition(document.form)), is_kept=False)


def scored_revision(evaluation: Evaluation, revision: Revision) -> Scored:
    """One frozen revision with the score that was kept for it. One query. Raises ``UnknownEdition``, ``NoRules``."""
    document = EvaluationDocument.from_json(revision.document)
    kept = _kept_score(evaluation, document.fingerprint)
    sheet = kept or score(document, get_edition(document.form))
    return Scored(document, revision, sheet, is_kept=kept is not None)


def official(evaluation: Evaluation, *, with_details: bool = False) -> Printed:
    """What to print for this evaluation today. Two queries, one for a draft. Raises ``UnknownEdition``, ``NoRules``.

    Whoever may not see what a unit is typing must not be handed this for a draft: ask before.
    """
    return printed(evaluation, scored(evaluation), with_details=with_details)


def printed(evaluation: Evaluation, found: Scored, *, with_details: bool = False) -> Printed:
    """``found`` as the printer takes it."""
    document = found.document
    points, behind = for_print(
        document,
        get_edition(document.form),
        sheet=found.sheet,
        with_details=with_details,
        reviews=_reviews(evaluation, document) if with_details else {},
    )
    return Printed(
        name=evaluation.source_id or str(evaluation.pk),
        title=document.project_name or "",
        document=document,
        watermark=found.watermark,
        annexes=lambda: behind,
        points=points,
    )


def _reviews(evaluation: Evaluation, document: EvaluationDocument) -> dict[str, str]:
    """The reviewers' reasons for the points that stand in this document. One query."""
    stand = {row.row_id: row.reviewer_score for row in document.indicators if row.reviewer_score}
    rows = evaluation.indicators.filter(row_id__in=stand).exclude(reviewer_reason="") if stand else ()
    return {row.row_id: row.reviewer_reason for row in rows if row.reviewer_score_typed == stand[row.row_id]}


def _kept_score(evaluation: Evaluation, fingerprint: str) -> ScoreSheet | None:
    kept = KeptScore.objects.filter(evaluation=evaluation, fingerprint=fingerprint).first()
    return replay(kept.sheet) if kept else None
