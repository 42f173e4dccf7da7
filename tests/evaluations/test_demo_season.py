"""The demonstration's season of self-evaluations under way: sent through the doors, once."""

import pytest
from django.urls import reverse

from declarations import demo as targets
from evaluations import demo, demo_season
from evaluations.models import Evaluation
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("_cheap_passwords")
def test_every_desk_has_work_and_loading_again_changes_nothing(client):
    targets.load()
    demo.load()
    demo_season.load()
    season = Evaluation.objects.filter(campaign__name=demo_season.CAMPAIGN)
    sent = season.exclude(state=State.DRAFT)
    assert sorted(sent.values_list("state", flat=True)) == sorted(
        [State.CONFIRMED, *[State.FINANCE_REVIEW] * 3, State.DEPARTMENT_REVIEW, State.RETURNED]
    )
    assert not sent.filter(open_errors__gt=0).exists()
    assert not sent.filter(total=None).exists()
    confirmed = season.get(state=State.CONFIRMED)
    assert confirmed.reviewed_total < confirmed.total
    assert Evaluation.objects.visible_to(User.objects.get(username="department-fgw")).count() == 3
    # A row that did not come back offers no other group: its panel is not there either.
    returned = season.get(state=State.RETURNED)
    client.force_login(returned.submitted_by)
    rows = client.get(reverse("evaluations:step", args=[returned.pk, "indicators"])).content.decode()
    assert "归到：产出指标 / 质量指标" in rows
    assert "改归组" not in rows
    records = AuditRecord.objects.count()
    assert demo_season.load() == len(demo_season.SEASON) == sent.count()
    assert AuditRecord.objects.count() == records
