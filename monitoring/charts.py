"""The small chart of a row or of the money: what was planned by month as a broken line, what was done as points.

Shapes and words, never colour alone: the sentence beside it says the same numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluations.pace import MONTHS, Curve

WIDTH, HEIGHT, PAD = 168, 56, 5
_TOP = Decimal(120)  # percent at the upper edge: what runs far ahead is cut off there


@dataclass(frozen=True, slots=True)
class Chart:
    """Coordinates in the drawing, ready to print; ``label`` says in words what it shows."""

    plan: str
    done: str
    points: tuple[tuple[str, str], ...]
    last: tuple[str, str] | None
    goal: str  # height of 100 %
    label: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = PAD
    right: int = WIDTH - PAD


def chart_of(curve: Curve, done: Iterable[tuple[int, Decimal]], label: str) -> Chart:
    """``done`` are (month, percent of the year's target)."""
    known = {0: Decimal(0), **dict(sorted(done))}
    planned = [(month, curve.at(month)) for month in range(MONTHS + 1)]
    points = tuple(_at(month, percent) for month, percent in known.items() if month)
    return Chart(
        plan=_line(planned),
        done=_line(list(known.items())),
        points=points[:-1],
        last=points[-1] if points else None,
        goal=_at(0, Decimal(100))[1],
        label=label,
    )


def _line(found: Sequence[tuple[int, Decimal]]) -> str:
    return " ".join(",".join(_at(month, percent)) for month, percent in found)


def _at(month: int, percent: Decimal) -> tuple[str, str]:
    held = min(max(percent, Decimal(0)), _TOP)
    across = PAD + Decimal(WIDTH - 2 * PAD) * month / MONTHS
    down = HEIGHT - PAD - Decimal(HEIGHT - 2 * PAD) * held / _TOP
    return f"{across:.1f}", f"{down:.1f}"
