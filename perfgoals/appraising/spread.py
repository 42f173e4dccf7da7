"""How far the members of a panel are apart on one question. Plain values, no Django."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low

from perfgoals.appraising.questionnaire import Grade


@dataclass(frozen=True, slots=True)
class Vote:
    """What one member gave, and why."""

    who: str
    grade: str
    remark: str = ""
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Best, worst and middle grade (the worse of two in the middle), and the grade most members gave.

    ``majority`` is "" where no grade was given more often than every other: then any choice needs a reason.
    """

    votes: tuple[Vote, ...]
    best: Grade
    worst: Grade
    middle: Grade
    majority: str
    words: str  # “优 2，良 1”
    least: Decimal | None = None
    most: Decimal | None = None
    median: Decimal | None = None

    @property
    def is_agreed(self) -> bool:
        return self.best.key == self.worst.key


def spread(votes: Sequence[Vote], grades: Sequence[Grade]) -> Spread:
    """The spread of at least one vote; ``grades`` best first."""
    order = {grade.key: place for place, grade in enumerate(grades)}
    places = sorted(order[vote.grade] for vote in votes)
    counted = Counter(vote.grade for vote in votes)
    most_often = max(counted.values())
    leaders = [key for key, count in counted.items() if count == most_often]
    points = sorted(vote.points for vote in votes if vote.points is not None)
    return Spread(
        votes=tuple(votes),
        best=grades[places[0]],
        worst=grades[places[-1]],
        # of an even number the worse of the two in the middle: median_low of the places counted from the worst
        middle=grades[-median_low([-place for place in places])],
        majority=leaders[0] if len(leaders) == 1 else "",
        words="，".join(f"{grade.label} {counted[grade.key]}" for grade in grades if counted[grade.key]),
        least=points[0] if points else None,
        most=points[-1] if points else None,
        median=median_low(points) if points else None,
    )
