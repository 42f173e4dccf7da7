"""The arrows of a monitoring report, as data. The last step is 确认, not 批复."""

from monitoring.models import MonitoringReport
from perfgoals.accounts.models import User
from perfgoals.findings import Finding
from perfgoals.notices.models import NoticeKind
from perfgoals.reviewing.arrows import Last, arrows
from perfgoals.workflow import State


def _blocking(report: MonitoringReport) -> list[Finding]:
    """错误, and 疑问 without a written reason."""
    from monitoring.checking import blocking_findings

    return blocking_findings(report)


def _keep_counts(report: MonitoringReport, actor: User) -> None:
    """Counts and lights for lists, of the form as it is sent."""
    from monitoring.checking import keep

    keep(MonitoringReport.objects.get(pk=report.pk))


ARROWS = arrows(
    Last(
        action="confirm",
        label="确认",
        target=State.CONFIRMED,
        notice=NoticeKind.CONFIRMED,
        says=lambda report: "已确认。",
        prepare=_keep_counts,
    ),
    blocking=_blocking,
    before_sending=_keep_counts,
)
SUBMIT, RECALL, PASS, RETURN, CONFIRM = TRANSITIONS = tuple(ARROWS)
