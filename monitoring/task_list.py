"""The task list of one report: its sections, the lights so far, what came back, what happened."""

from typing import Any

from monitoring.entry import counted
from monitoring.models import MonitoringReport, Stage
from monitoring.next_step import next_step
from monitoring.permissions import may_see_rows
from monitoring.progress import progress_of
from monitoring.timeline import timeline_of
from perfgoals.accounts.models import User
from perfgoals.filling.recall_pages import taking_back
from perfgoals.filling.task_list import sections_page


def task_list(report: MonitoringReport, user: User) -> dict[str, Any]:
    """Everything the task list shows beside the report itself."""
    document = report.document()
    page = sections_page(report, document, user)
    progress = progress_of(document, report.edition) if may_see_rows(user, report) else None
    return {
        "page": page,
        "next": next_step(report, page.still_open, user, page.progress, page.returned),
        "steps": timeline_of(report),
        "returned": page.returned,
        "unsent": page.unsent,
        "may_edit": page.may_edit,
        "progress": progress,
        "counts": counted(progress) if progress else [],
        "is_outdated": page.may_edit and any(one.code == "targets_outdated" for one in page.findings),
        "may_fetch": page.may_edit,
        "taking_back": taking_back(report, user),
        "open_corrections": report.corrections.exclude(stage=Stage.CLOSED).count(),
    }
