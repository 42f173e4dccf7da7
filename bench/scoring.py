"""Scoring a season: 10,000 self-evaluations of 30 rows, forms per second of CPU time. No database, no page."""

import random
import time
from decimal import Decimal

from bench.web import Row

FORMS, ROWS = 10_000, 30
# Target and actual value with room for a number each; the rest of a form's rows are words.
PAIRS = (
    ("≥{}家", "{}家"),
    ("≤{}小时", "{}小时"),
    ("={}次", "{}次"),
    ("≥{}%", "{}%"),
    ("≥{}万元", "{}元"),
    ("12月底前", "2021-11-{:02}"),
    ("健全", ""),
)


def scoring(forms: int = FORMS) -> Row:
    """Documents are made before the clock starts; reading the texts is part of what is measured."""
    from evaluations.scoring import score
    from perfgoals.editions import get_edition

    edition = get_edition("national-2020-self-evaluation")
    dice = random.Random(2021)
    spent, total, complete = 0.0, Decimal(0), 0
    for start in range(0, forms, 500):
        documents = [_form(edition, dice) for _ in range(min(500, forms - start))]
        started = time.process_time()
        sheets = [score(document, edition) for document in documents]
        spent += time.process_time() - started
        complete += sum(sheet.total.total is not None for sheet in sheets)
        total += sum((sheet.total.counted for sheet in sheets), Decimal(0))
    return Row(
        f"scoring {forms:,} forms of {ROWS} rows",
        "",
        f"{forms / spent:,.0f} forms/s of CPU",
        None,
        f"{spent:.1f} s; {complete:,} with a total, {total / forms:.2f} points on average",
    )


def _form(edition, dice: random.Random):
    from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow

    rows = []
    groups = [group for group in edition.frame for _ in range(ROWS // len(edition.frame))]
    for number, group in enumerate(groups):
        target, actual = dice.choice(PAIRS)
        most = 30 if "-11-" in actual else 500
        rows.append(
            EvaluationRow(
                row_id=f"r{number}",
                level1=group.name,
                level2=group.categories[0].name,
                name=f"指标{number}",
                target=target.replace("{}", str(dice.randint(1, 500))),
                actual=actual.format(dice.randint(1, most)),
                weight=str(group.points / (ROWS // len(edition.frame))),
                band="" if actual else "achieved",
                self_score=None if actual else str(group.points / (ROWS // len(edition.frame))),
            )
        )
    return EvaluationDocument(
        form=edition.id,
        fiscal_year=2021,
        budget_unit="上海市财政局",
        budget={"current_year": "3059776", "executed": str(dice.randint(0, 3059776))},
        indicators=tuple(rows),
    )
