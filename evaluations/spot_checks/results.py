"""What rechecking came to, for whoever sees the form: its unit, its reviewers, the bureau."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from evaluations.models import Evaluation
from evaluations.spot_checks.judging import RowBefore, rows_before
from evaluations.spot_checks.models import SpotAnswer, SpotCase, SpotRowScore, Stage
from evaluations.spot_checks.rechecking import at_draw
from evaluations.spot_checks.scheme import Question, Scheme


@dataclass(frozen=True)
class Answered:
    """A line of the review form with what was given."""

    part: str
    question: Question
    points: Decimal | None
    reason: str

    @property
    def lost(self) -> Decimal:
        return self.question.points - self.points if self.points is not None else Decimal(0)


@dataclass(frozen=True)
class Corrected:
    """A row to which the rechecker gave other points; unit and reviewer keep theirs."""

    before: RowBefore
    points: Decimal
    reason: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.before.points is None else self.points - self.before.points


@dataclass(frozen=True)
class Told:
    """A finished spot check of one form."""

    case: SpotCase
    scheme: Scheme
    answers: tuple[Answered, ...]
    rows: tuple[Corrected, ...]


def results_for(evaluation: Evaluation) -> list[Told]:
    """Finished ones only, the latest first; one query where there are none, as for most forms."""
    found = SpotCase.objects.filter(evaluation=evaluation, stage=Stage.DONE).order_by("-finished_at")
    cases = found.select_related("check_of__campaign", "revision", "rechecker", "evaluation__organization")
    return [told(case) for case in cases.prefetch_related("answers", "row_scores")]


def told(case: SpotCase) -> Told:
    """One finished case in full."""
    scheme = case.check_of.scheme
    found = at_draw(case)
    rows = rows_before(found.document, found.sheet)
    return Told(
        case,
        scheme,
        tuple(_answers(scheme, case.answers.all())),
        tuple(_corrected(rows, case.row_scores.all())),
    )


def _answers(scheme: Scheme, kept: Iterable[SpotAnswer]) -> Iterable[Answered]:
    given = {one.question: one for one in kept}
    for part in scheme.parts:
        for question in part.questions:
            one = given.get(question.key)
            yield Answered(part.label, question, one.points if one else None, one.reason if one else "")


def _corrected(rows: Iterable[RowBefore], kept: Iterable[SpotRowScore]) -> Iterable[Corrected]:
    given = {one.row_id: one for one in kept}
    for row in rows:
        one = given.get(row.row_id)
        if one is not None and one.points is not None and one.points != row.points:
            yield Corrected(row, one.points, one.reason)
