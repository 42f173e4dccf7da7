"""How far members are apart: a table of cases."""

from decimal import Decimal

import pytest

from perfgoals.appraising.questionnaire import get_questionnaire
from perfgoals.appraising.spread import Vote, spread

GRADES = get_questionnaire("national-2015-appraisal").grades
KEYS = {grade.label: grade.key for grade in GRADES}


@pytest.mark.parametrize(
    ("given", "best", "worst", "middle", "majority", "words"),
    [
        ("优", "优", "优", "优", "优", "优 1"),
        ("优优良", "优", "良", "优", "优", "优 2，良 1"),
        ("良优优", "优", "良", "优", "优", "优 2，良 1"),
        ("优良", "优", "良", "良", "", "优 1，良 1"),  # nobody has a majority, the worse stands in the middle
        ("优良中差", "优", "差", "中", "", "优 1，良 1，中 1，差 1"),
        ("优优差差中", "优", "差", "中", "", "优 2，中 1，差 2"),
        ("中中中优", "优", "中", "中", "中", "优 1，中 3"),
    ],
)
def test_spread(given, best, worst, middle, majority, words):
    one = spread([Vote(f"m{n}", KEYS[label]) for n, label in enumerate(given)], GRADES)
    assert (one.best.label, one.worst.label, one.middle.label) == (best, worst, middle)
    assert (one.majority, one.words) == (KEYS.get(majority, ""), words)
    assert one.is_agreed is (best == worst)


def test_points():
    points = [Decimal("8.5"), Decimal(10), Decimal(9), Decimal(4)]
    one = spread([Vote("m", "good", "", value) for value in points], GRADES)
    assert (one.least, one.most, one.median) == (Decimal(4), Decimal(10), Decimal("8.5"))
