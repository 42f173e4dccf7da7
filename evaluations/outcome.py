"""What comes of a self-evaluation: the unit's total, and the one by its reviewers' points where they gave any (F88)."""

from evaluations.models import Evaluation, EvaluationRow
from evaluations.scoring import score
from evaluations.scoring.sheet import Total, with_points


def outcome_of(evaluation: Evaluation) -> tuple[Total, Total | None]:
    """Both totals as the rows stand now; the second is None where no reviewer gave points. Two queries at most."""
    rows = list(EvaluationRow.objects.filter(evaluation=evaluation))
    given = {
        row.row_id: row.reviewer_score for row in rows if row.reviewer_score is not None and not row.is_vanished
    }
    sheet = score(evaluation.document(), evaluation.edition)
    return sheet.total, with_points(sheet, given).total if given else None
