"""Small forms and rule sets for the tests of scoring: only what the test is about is written down."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from evaluations.scoring import measure, settle
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.editions import get_edition
from perfgoals.editions.rules import Formula, Step

TABLES = Path(__file__).parent / "tables"
NATIONAL = "national-2020-self-evaluation"
HUBEI = "hubei-2020-self-evaluation"
SICHUAN = "sichuan-2025-self-evaluation"
PUTUO = "putuo-2021-self-evaluation"


def table(name):
    return tomllib.loads((TABLES / f"{name}.toml").read_text("utf-8"))


def steps_of(pairs):
    return tuple(Step(Decimal(floor), Decimal(share)) for floor, share in pairs)


def rules_with(case, name, *, pass_from=None, steps=(), base=NATIONAL):
    """The rule set of an edition with another formula for one case."""
    rules = get_edition(base).scoring
    formula = Formula(name, "依据", pass_from=pass_from, steps=steps_of(steps))
    return replace(rules, formulas={**rules.formulas, case: formula})


def row(target="≥50家", actual="50家", weight="3", **more):
    return EvaluationRow(
        **{"row_id": "a1", "level1": "产出指标", "level2": "数量指标", "name": "指标"} | more,
        target=target,
        actual=actual,
        weight=weight,
    )


def settled(one, rules, *, year=2021, is_satisfaction=False):
    return settle(measure(one, year, is_satisfaction=is_satisfaction), rules)


def form(*rows, edition=NATIONAL, executed="100", current="100", **more):
    """A self-evaluation with numbered rows; by default the budget is executed fully."""
    return EvaluationDocument(
        form=edition,
        fiscal_year=2021,
        budget_unit="上海市财政局",
        project_name="财政网络基础平台(运维)",
        budget={"current_year": current, "executed": executed},
        indicators=tuple(replace(one, row_id=f"r{number}") for number, one in enumerate(rows, 1)),
        **more,
    )


def full_rows(edition=NATIONAL, **more):
    """One met row for each level-1 group, with the group's points."""
    return [
        row(
            weight=str(group.points),
            **{
                "level1": group.name,
                "level2": group.categories[0].name if group.categories else None,
                "name": f"{group.name}一",
            }
            | more,
        )
        for group in get_edition(edition).frame
    ]
