"""The demonstration's monitoring: a season of drafts, one report that is confirmed, one on the bureau's desk."""

import pytest

from declarations import demo as targets
from evaluations import demo as evaluations
from monitoring import demo, demo_tasks
from monitoring.models import CorrectiveTask, MonitoringReport, Stage
from monitoring.official import official
from perfgoals.documents.models import Revision
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


def test_it_loads_again_and_again_with_the_same_result():
    targets.load()
    evaluations.load()
    first = demo.load()
    assert demo.load() == first == {"监控表": 15}
    states = list(
        MonitoringReport.objects.exclude(state=State.DRAFT).values_list("state", "cutoff_month", "light")
    )
    assert sorted(states) == [("confirmed", 7, "yellow"), ("finance_review", 10, "red")]
    for report in MonitoringReport.objects.exclude(state=State.DRAFT):
        revision = Revision.objects.get(kind="monitoring", object_id=report.pk)
        assert revision.fingerprint == official(report).document.fingerprint == report.document().fingerprint
    assert demo_tasks.load() == demo_tasks.load() == 2
    assert sorted(CorrectiveTask.objects.values_list("stage", flat=True)) == sorted(
        [Stage.OPEN, Stage.ANSWERED]
    )
