"""What a spot check found: points of the review form by unit and question, scores corrected and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg

from evaluations.scoring.arithmetic import ZERO, cents
from evaluations.spot_checks.models import SpotAnswer, SpotCase, SpotCheck, Stage
from evaluations.spot_checks.scheme import Question


@dataclass(frozen=True)
class Tally:
    """Finished forms counted together; means and sizes are None where nothing was finished."""

    forms: int
    done: int
    mean: Decimal | None  # of the review form's points
    corrected: int  # forms whose score was corrected
    rows: int  # rows with corrected points
    raised: int
    lowered: int
    mean_size: Decimal | None  # of the corrections of the score, without sign
    largest: Decimal | None
    regraded: int


@dataclass(frozen=True)
class UnitLine:
    unit: str
    tally: Tally


@dataclass(frozen=True)
class QuestionLine:
    part: str
    question: Question
    mean: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        return None if self.mean is None else cents(self.mean * 100 / self.question.points)


@dataclass(frozen=True)
class Statistics:
    whole: Tally
    units: tuple[UnitLine, ...]
    questions: tuple[QuestionLine, ...]


def statistics(check: SpotCheck) -> Statistics:
    """Two queries. Counted from what is finished; forms under work are counted as forms only."""
    cases = list(
        SpotCase.objects.filter(check_of=check)
        .select_related("evaluation__organization")
        .order_by("evaluation__organization__code", "place")
    )
    by_unit: dict[str, list[SpotCase]] = {}
    for case in cases:
        by_unit.setdefault(case.evaluation.organization.name, []).append(case)
    units = tuple(UnitLine(name, tally(theirs)) for name, theirs in by_unit.items())
    return Statistics(tally(cases), units, tuple(_questions(check)))


def tally(cases: list[SpotCase]) -> Tally:
    """Pure: counts over the columns that finishing keeps."""
    done = [case for case in cases if case.is_done]
    sizes = [case.difference for case in done if case.difference]
    return Tally(
        forms=len(cases),
        done=len(done),
        mean=_mean([case.rubric_total for case in done if case.rubric_total is not None]),
        corrected=sum(bool(case.corrected_rows) for case in done),
        rows=sum(case.corrected_rows for case in done),
        raised=sum(size > 0 for size in sizes),
        lowered=sum(size < 0 for size in sizes),
        mean_size=_mean([abs(size) for size in sizes]),
        largest=max(sizes, key=abs, default=None),
        regraded=sum(case.grade_before != case.grade_after for case in done),
    )


def _mean(numbers: list[Decimal]) -> Decimal | None:
    return cents(sum(numbers, ZERO) / len(numbers)) if numbers else None


def _questions(check: SpotCheck) -> Iterator[QuestionLine]:
    answers = SpotAnswer.objects.filter(case__check_of=check, case__stage=Stage.DONE).order_by()
    means = dict(answers.values_list("question").annotate(mean=Avg("points")))
    for part in check.scheme.parts:
        for question in part.questions:
            mean = means.get(question.key)
            yield QuestionLine(part.label, question, None if mean is None else cents(Decimal(str(mean))))


COLUMNS = (
    ("单位", "unit", 36),
    ("抽中", "forms", 8),
    ("已复核", "done", 8),
    ("复核表平均分", "mean", 14),
    ("改了分的表", "corrected", 12),
    ("改了分的指标", "rows", 14),
    ("调高", "raised", 8),
    ("调低", "lowered", 8),
    ("平均改动（分）", "size", 14),
    ("最大改动（分）", "largest", 14),
    ("等级变了", "regraded", 10),
)


def excel_rows(found: Statistics) -> Iterator[tuple[object, ...]]:
    """One a unit, then the sum of all."""
    for name, one in (*((line.unit, line.tally) for line in found.units), ("合计", found.whole)):
        yield (
            name,
            *(one.forms, one.done, one.mean, one.corrected, one.rows, one.raised, one.lowered),
            *(one.mean_size, one.largest, one.regraded),
        )
