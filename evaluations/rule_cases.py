"""Runs the test cases that ship with a rule set: a row in, its points out; a total in, its grade out."""

from dataclasses import fields
from decimal import Decimal

from evaluations.scoring import measure, settle
from evaluations.scoring.bands import grade_of
from perfgoals.documents.evaluation import EvaluationRow
from perfgoals.editions import Edition, ScoringCase
from perfgoals.editions.rules import RuleSet

PERSON = "人"
_CELLS = frozenset(item.name for item in fields(EvaluationRow))


def failures(edition: Edition) -> list[str]:
    """What the cases of the edition's rule set get wrong, in Chinese; empty when all hold."""
    rules = edition.scoring
    if rules is None:
        return []
    found = [(case, _got(case, edition, rules)) for case in edition.scoring_cases]
    return [
        f"用例“{case.name}”应是“{_wanted(case)}”，算出“{got}”。" for case, got in found if not _same(case, got)
    ]


def _wanted(case: ScoringCase) -> str:
    return case.points if case.row is not None else case.grade


def _same(case: ScoringCase, got: str) -> bool:
    if case.row is None or PERSON in (case.points, got):
        return got == _wanted(case)
    return Decimal(got) == Decimal(case.points)


def _got(case: ScoringCase, edition: Edition, rules: RuleSet) -> str:
    if case.row is None:
        grade = grade_of(Decimal(case.total), rules)
        return grade.label if grade else ""
    cells = {key: value for key, value in case.row.items() if key in _CELLS}
    row = EvaluationRow(**{"row_id": "r1", "level1": "", "level2": None, "name": "", "target": ""} | cells)
    satisfied = bool(case.row.get("is_satisfaction"))
    settled = settle(measure(row, edition.year_from, is_satisfaction=satisfied), rules)
    return PERSON if settled.points is None else format(settled.points, "f")
