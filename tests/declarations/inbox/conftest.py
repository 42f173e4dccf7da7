"""Forms that wait for somebody."""

import datetime

import pytest
from django.utils import timezone

from declarations.inbox.risk import Facts, score
from declarations.models import Declaration
from perfgoals.workflow import State

LIKE_LAST_YEAR = Facts(earlier_year=2019, rows=3)


@pytest.fixture
def wait(make_declaration, people):
    """wait("甲", facts=Facts(…), days=3, **columns) → a form at the department's step (or ``state``), ranked by its facts.

    Put there without the door: these tests are about lists. ``facts=None``: nobody ranked it.
    """

    def put(
        name="办公用房修缮",
        *,
        state=State.DEPARTMENT_REVIEW,
        facts=LIKE_LAST_YEAR,
        days=0,
        submitted_by="信息中心填报人",
        unit="信息中心",
        in_campaign=None,
        **columns,
    ):
        made = make_declaration(name=name, unit=unit, in_campaign=in_campaign)
        at = timezone.now() - datetime.timedelta(days=days)
        ranked = {"risk": score(facts), "risk_facts": facts.to_json()} if facts else {}
        Declaration.objects.filter(pk=made.pk).update(
            state=state,
            submitted_by=people[submitted_by],
            submitted_at=at,
            changed_at=at,
            **ranked | columns,
        )
        made.refresh_from_db()
        return made

    return put
