"""What comes next for a monitoring report, in plain words, for whoever looks at it."""

from collections.abc import Sequence

from django.urls import reverse

from monitoring.models import MonitoringReport
from perfgoals.accounts.models import User
from perfgoals.filling.next_step import REVIEWER_OF, NextStep, begin, next_for_filler, next_from_counts
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import SectionProgress
from perfgoals.filling.returned import Returned
from perfgoals.findings import Finding
from perfgoals.reviewing.rights import may_review
from perfgoals.workflow import State


def next_step(
    report: MonitoringReport,
    findings: Sequence[Finding],
    user: User,
    sections: Sequence[SectionProgress] = (),
    returned: Returned | None = None,
) -> NextStep:
    """The next step as seen by ``user``. ``findings`` are those still open: answered 疑问 are not among them."""
    if not may_edit(user, report):
        return _for_onlookers(report, user)
    return next_for_filler(report, findings, sections, returned)


def next_step_in_list(report: MonitoringReport, user: User, places: str = "") -> NextStep:
    """The same from the stored counts: no query, no check-up. ``places`` says which sections came back."""
    if not may_edit(user, report):
        return _for_onlookers(report, user)
    if report.version == 1 and report.state == State.DRAFT:
        return begin(report)
    return next_from_counts(report, report.open_errors, report.open_doubts, places)


def _for_onlookers(report: MonitoringReport, user: User) -> NextStep:
    state = State(report.state)
    if state in REVIEWER_OF:
        if may_review(user, report):
            url = reverse("monitoring:review", args=[report.pk])
            return NextStep("这张监控表等您审核。", "去审核", url, "去审核")
        who = REVIEWER_OF[state]
        return NextStep(f"等{who}审核。这期间不能改。", short=f"等{who}审核", tone="wait")
    match state:
        case State.CONFIRMED:
            return NextStep("已确认。", short="已确认", tone="done")
        case State.RETURNED:
            return NextStep("填报人正在照退回意见修改。", short="填报人在改", tone="wait")
        case _:
            return NextStep("填报人还在填写，送审以后才到审核。", short="填报人在填", tone="wait")
