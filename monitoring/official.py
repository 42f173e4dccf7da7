"""Which document a report is shown and printed with.

With the officer (draft, returned) that is what the rows say now, marked 草稿. From 送审 on it is the latest frozen revision:
what reviewers judge, and nothing typed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from declarations.official import WATERMARK
from monitoring import correcting
from monitoring.models import MonitoringReport
from monitoring.permissions import may_see_rows
from monitoring.speaking import document_of
from perfgoals.accounts.models import User
from perfgoals.documents.behind import Behind
from perfgoals.documents.corrections import corrections_of
from perfgoals.documents.models import Revision, latest_revision
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.rendering import Printed


class NeverSent(LookupError):
    """The reader may see only what was sent, and nothing was."""


@dataclass(frozen=True)
class Official:
    """A form, and the revision it is; None for what the rows say now."""

    document: MonitoringDocument
    revision: Revision | None

    @property
    def watermark(self) -> str:
        return "" if self.revision else WATERMARK


def official(report: MonitoringReport, reader: User | None = None) -> Official:
    """What stands on the form today, as ``reader`` may see it. At most two queries. Raises ``NeverSent``."""
    may_see = reader is None or may_see_rows(reader, report)
    revision = None if report.is_editable and may_see else latest_revision(report)
    if revision is None and not may_see:
        raise NeverSent
    if revision is None:
        return Official(document_of(report), None)
    return Official(MonitoringDocument.from_json(revision.document), revision)


def printed(report: MonitoringReport, found: Official) -> Printed:
    """``found`` as the printer takes it."""
    return Printed(
        name=str(report.pk),
        title=found.document.project_name or "",
        document=found.document,
        watermark=found.watermark,
        annexes=lambda: _corrections(report, found.document),
    )


def _corrections(report: MonitoringReport, document: MonitoringDocument) -> Sequence[Behind]:
    """整改任务 as they stand today, behind a report that has any (docs/decisions/0027)."""
    tasks = list(report.corrections.order_by("number"))
    if not tasks:
        return ()
    places = {row.row_id: f"第 {number} 行 {row.name}" for number, row in enumerate(document.indicators, 1)}
    said = correcting.printed(tasks, places)
    return (corrections_of(document, report.edition, said, on=timezone.localdate()),)
