"""What is known of a row from other forms, shown beside it and never typed again (F76): earlier periods, last year."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from evaluations.models import EvaluationRow
from monitoring.models import MonitoringReport, MonitoringRow
from perfgoals.workflow import EDITABLE


@dataclass(frozen=True, slots=True)
class Period:
    """What a row said at the end of an earlier month of the same year."""

    month: int
    actual: str
    expected: str
    target: str
    attainment: str


class Earlier:
    """Of one report, by row id. One query for the periods, one for last year."""

    def __init__(self, report: MonitoringReport, *, sent_only: bool = False) -> None:
        """``sent_only``: for whoever may not see what the unit is still typing in an earlier report."""
        self.report, self._sent_only = report, sent_only

    @cached_property
    def periods(self) -> Mapping[str, tuple[Period, ...]]:
        """By row id, oldest first; the latest report where a month has two."""
        report = self.report
        found = MonitoringRow.objects.filter(
            report__project=report.project_id,
            report__fiscal_year=report.fiscal_year,
            report__cutoff_month__lt=report.cutoff_month,
            is_vanished=False,
        )
        if self._sent_only:
            found = found.exclude(report__state__in=EDITABLE)
        said: dict[str, dict[int, Period]] = defaultdict(dict)
        for row in found.select_related("report").order_by("report__cutoff_month", "report__pk"):
            if row.actual or row.expected or row.attainment:
                month = row.report.cutoff_month
                said[row.row_id][month] = Period(month, row.actual, row.expected, row.target, row.attainment)
        return {row_id: tuple(by_month.values()) for row_id, by_month in said.items()}

    @cached_property
    def last_year(self) -> Mapping[str, str]:
        """What last year's self-evaluation says was done, by row id or, where that is new, by the row's name."""
        report = self.report
        rows = EvaluationRow.objects.filter(
            evaluation__project=report.project_id,
            evaluation__fiscal_year=report.fiscal_year - 1,
            is_vanished=False,
        ).exclude(Q(actual="") | Q(evaluation__state__in=EDITABLE))
        known: dict[str, str] = {}
        for row in rows.order_by("evaluation__pk"):
            known[row.name], known[row.row_id] = row.actual, row.actual
        return known

    def last_year_of(self, row: MonitoringRow) -> str:
        return self.last_year.get(row.row_id) or self.last_year.get(row.name) or ""
