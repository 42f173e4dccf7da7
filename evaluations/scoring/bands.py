"""Bands and grades: where qualitative points may lie, what a total is called, what is missing to the next grade."""

from dataclasses import dataclass
from decimal import Decimal

from evaluations.scoring.arithmetic import EXACT, HUNDRED, show
from perfgoals.editions.rules import Band, Grade, RuleSet


@dataclass(frozen=True, slots=True)
class Interval:
    """The points a band allows; the upper end is allowed in the best band only."""

    low: Decimal
    high: Decimal
    includes_high: bool

    def __contains__(self, points: Decimal) -> bool:
        return self.low <= points and (points <= self.high if self.includes_high else points < self.high)

    def __str__(self) -> str:
        return f"{show(self.low)}（含）—{show(self.high)}{'（含）' if self.includes_high else ''}"


def band_of(rules: RuleSet, key: str) -> Band | None:
    return next((band for band in rules.bands if band.key == key), None)


def interval(weight: Decimal, band: Band) -> Interval:
    """``weight`` times the band's percents, exact."""
    low, high = (EXACT.multiply(weight, part) / HUNDRED for part in (band.floor, band.ceiling))
    return Interval(low, high, includes_high=band.ceiling == HUNDRED)


def grade_of(total: Decimal, rules: RuleSet) -> Grade | None:
    """The best grade whose floor is reached, so that 89.99 falls into no gap; None without grades."""
    return next((grade for grade in rules.grades if total >= grade.floor), None)


def next_grade(total: Decimal, rules: RuleSet) -> Grade | None:
    """The next better grade, or None at the top."""
    above = [grade for grade in rules.grades if grade.floor > total]
    return above[-1] if above else None
