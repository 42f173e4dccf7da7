"""What the year's monitoring said of a row, for its self-evaluation (``evaluations.known``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from evaluations.known import Known
from evaluations.models import Evaluation
from monitoring.models import MonitoringRow
from perfgoals.workflow import EDITABLE


def known_from_monitoring(evaluation: Evaluation) -> Mapping[str, Sequence[Known]]:
    """The last value that was sent, by row id. One query."""
    rows = MonitoringRow.objects.filter(
        report__project=evaluation.project_id,
        report__fiscal_year=evaluation.fiscal_year,
        is_vanished=False,
    ).exclude(report__state__in=EDITABLE)
    found: dict[str, tuple[Known]] = {}
    for row in rows.select_related("report").order_by("report__cutoff_month", "report__pk"):
        said = row.actual or row.report.edition.word("attainment", row.attainment)
        if said:
            text = f"{row.report.period}监控：{said}"
            found[row.row_id] = (Known(text, reverse("monitoring:preview", args=[row.report_id])),)
    return found
