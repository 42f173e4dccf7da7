"""The check-up of a saved report, and what is kept of it for lists: counts of findings, lights, execution rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from declarations.following.outdated import about_targets
from evaluations.checkup import in_form_order
from evaluations.pace import Light
from monitoring import checkup
from monitoring.models import MonitoringReport
from monitoring.progress import Progress
from monitoring.speaking import document_of
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.filling.reasons import answered, open_findings
from perfgoals.findings import Finding, Level, count_levels

WHY_COPIED = "监控对照的是批复的目标；批复调整过的，对照调整后的。"


@dataclass(frozen=True)
class Checked:
    """One report looked at once: its document, findings and lights."""

    document: MonitoringDocument
    findings: list[Finding]
    progress: Progress


def check(
    report: MonitoringReport, document: MonitoringDocument | None = None, *, is_new: bool = False
) -> Checked:
    """Findings and lights of the report as it stands. At most three queries.

    ``is_new``: the targets were copied just now, nothing can have happened to them.
    """
    said = document or document_of(report)
    form = checkup.Form(said, report.edition)
    found = [*checkup.findings_of(form), *(() if is_new else about_targets(report, WHY_COPIED))]
    return Checked(said, in_form_order(found, said, report.edition), form.progress)


def findings_of(report: MonitoringReport, document: MonitoringDocument | None = None) -> list[Finding]:
    """Every finding of the report as it stands in the database, in form order."""
    return check(report, document).findings


def blocking_findings(report: MonitoringReport) -> list[Finding]:
    """What keeps the report from being sent: 错误, and 疑问 without a current reason."""
    found = open_findings(report, findings_of(report))
    return [finding for finding in found if finding.level is not Level.HINT]


def keep(report: MonitoringReport, checked: Checked | None = None) -> Checked:
    """Refresh the columns that lists show. The form itself has not changed: its version stays."""
    looked = checked or check(report)
    given = answered(report, looked.findings)
    columns = columns_of(looked, [f for f in looked.findings if (f.code, f.path) not in given])
    for name, value in columns.items():
        setattr(report, name, value)
    MonitoringReport.objects.filter(pk=report.pk).update(**columns)
    return looked


def columns_of(checked: Checked, still_open: Iterable[Finding]) -> dict[str, Any]:
    """What is kept of a check-up, by column."""
    counts = count_levels(list(still_open))
    codes = dict.fromkeys(f"{finding.level.value}:{finding.code}" for finding in checked.findings)
    progress = checked.progress
    rate = progress.money.progress
    return {
        "open_findings": counts,
        "open_errors": counts["error"],
        "open_doubts": counts["doubt"],
        "finding_codes": f"|{'|'.join(codes)}|" if codes else "",
        "light": progress.worst.value,
        "red_rows": progress.count(Light.RED),
        "yellow_rows": progress.count(Light.YELLOW),
        "execution_rate": rate if rate is not None and rate < 10**9 else None,
    }
