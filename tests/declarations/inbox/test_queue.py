"""On labelled forms nine of ten faulty ones lie in the first third of the queue (I15).

The faulty ones are the published forms, whose defects the notes on the field name one by one; the others are forms
without a finding, as a bureau gets them: some new, some with more or less money, some of many millions. All have been
sent, so every 疑问 carries a reason: the order has to find them in spite of that.
"""

import random
from decimal import Decimal

import pytest

from declarations.checkup import check
from declarations.inbox.risk import Facts, score
from declarations.published import published_documents
from perfgoals.editions import get_edition
from perfgoals.findings import Level

OTHERS_PER_FAULTY = 9


def faulty(document):
    """The facts of a published form, sent with a reason for every 疑问; nothing is known of its past."""
    found = [f for f in check(document, get_edition(document.form)) if f.level is not Level.HINT]
    doubts = [f for f in found if f.level is Level.DOUBT]
    return Facts(
        errors=len(found) - len(doubts),
        answered_doubts=len(doubts),
        answered_codes=tuple(dict.fromkeys(f.code for f in doubts)),
        amount=document.amount("current_year"),
        earlier_amount=document.amount("previous_year_budget"),
        rows=len(document.indicators),
    )


def sound(dice):
    """A form without a finding: one in five is new, one in five has another budget, amounts as they occur."""
    amount = Decimal(
        dice.choice((80_000, 150_000, 300_000, 600_000, 900_000, 2_000_000, 6_000_000, 30_000_000))
    )
    if dice.random() < 0.2:
        return Facts(amount=amount, rows=12)
    moved = Decimal(dice.choice(("0.8", "0.9", "1.15", "1.4"))) if dice.random() < 0.2 else Decimal(1)
    return Facts(
        amount=amount,
        earlier_year=2019,
        earlier_amount=amount / moved,
        rows=12,
        rows_changed=dice.choice((0, 1, 2)) if moved == 1 else dice.choice((1, 3)),
        is_late=dice.random() < 0.05,
    )


@pytest.mark.parametrize("seed", range(5))
def test_faulty_forms_come_first(seed):
    dice = random.Random(seed)
    labelled = [
        (True, faulty(document))
        for _, document in published_documents()
        if document.form.endswith("declaration")
    ]
    labelled += [(False, sound(dice)) for _ in range(OTHERS_PER_FAULTY * len(labelled))]
    dice.shuffle(labelled)
    queue = sorted(labelled, key=lambda one: -score(one[1]))
    early = queue[: round(len(queue) * 0.3)]
    total = sum(is_faulty for is_faulty, _ in labelled)
    assert total >= 10
    assert sum(is_faulty for is_faulty, _ in early) >= 0.9 * total
