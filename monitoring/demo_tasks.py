"""The demonstration's corrective tasks: one that the unit has to answer, one whose answer waits for the bureau.

After ``monitoring.demo.load()``. Each is asked and answered once, through the doors; what the unit says was made up.
"""

import uuid

from django.db import transaction

from monitoring import correcting
from monitoring.demo import OCTOBER
from monitoring.models import CorrectiveTask, Decision, MonitoringReport
from monitoring.progress import progress_of
from perfgoals.accounts.models import User
from perfgoals.workflow import State

BUREAU = "finance"
KEYS = (
    uuid.UUID("2f4a6d0e-1910-4027-8a10-0b7d3c5e9a01"),
    uuid.UUID("2f4a6d0e-1910-4027-8a10-0b7d3c5e9a02"),
)
WANTED = ("演示：说明没有通过验收的是哪一项，排出补验的日子。", "演示：写明机制什么时候建好，由谁负责。")
DONE = "演示：制度稿已写好，11月10日处务会讨论，11月底印发。"


@transaction.atomic
def load() -> int:
    """Ask for what the lights propose, answer the last; how many tasks there are."""
    if not CorrectiveTask.objects.filter(ask_key__in=KEYS).exists():
        report = MonitoringReport.objects.filter(campaign__name=OCTOBER, state=State.FINANCE_REVIEW).first()
        if report is not None:
            _ask(report)
    return CorrectiveTask.objects.filter(ask_key__in=KEYS).count()


def _ask(report: MonitoringReport) -> None:
    bureau, officer = User.objects.get(username=BUREAU), report.submitted_by
    found = correcting.proposals(report, progress_of(report.document(), report.edition))
    asked = [
        correcting.ask(
            report,
            row_id=one.row_id,
            problem=one.problem,
            requirement=wanted,
            due=correcting.default_due(report),
            key=key,
            actor=bureau,
        )
        for one, wanted, key in zip(found, WANTED, KEYS, strict=False)
    ]
    if asked and officer is not None:
        last = asked[-1]
        correcting.answer(last, decision=Decision.CONTINUE, result=DONE, actor=officer, version=last.version)
