"""The table in which progress is typed: copied targets with what is known of them, what the unit writes, the light.

What is off track asks for a reason in the same row; the planned course stands folded under it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string

from evaluations.entry import OPERATOR_WORDS, Control
from evaluations.pace import Light
from evaluations.scoring.arithmetic import cents
from monitoring.charts import Chart, chart_of
from monitoring.checking import Checked
from monitoring.earlier import Earlier, Period
from monitoring.fields import CHOICES, OPERATORS, TICKS, label_of
from monitoring.models import MonitoringReport, MonitoringRow
from monitoring.progress import Progress, RowProgress, measured, progress_of
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.filling.grid import Saying, sayings_by_row
from perfgoals.filling.marks import Mark
from perfgoals.findings import Finding

_KINDS = dict.fromkeys(TICKS, "tick") | dict.fromkeys(CHOICES, "choice")
_ASKS = {"attainment": "请选达成情况", "likelihood": "请选可能性", "operator": "请选一种"}


@dataclass(frozen=True)
class Shown:
    """A row's light with its history: what the cell beside it and the review page show."""

    progress: RowProgress
    periods: tuple[Period, ...]
    last_year: str
    month: int
    year: int
    words: Mapping[str, str]  # of attainments and likelihoods

    @property
    def light(self) -> Light:
        return self.progress.light

    @property
    def attained(self) -> str:
        return self.words.get(self.progress.row.attainment, "")

    @property
    def likely(self) -> str:
        return self.words.get(self.progress.row.likelihood, "")

    @property
    def history(self) -> str:
        """“7 月 12 → 10 月 20，目标 ≥24”, once there is an earlier period."""
        row = self.progress.row
        if not self.periods:
            return ""
        said = [(one.month, one.actual or self.words.get(one.attainment, "")) for one in self.periods]
        said.append((self.month, row.actual or self.words.get(row.attainment, "") or "没有写"))
        steps = " → ".join(f"{month} 月 {text}" for month, text in said)
        return f"{steps}，目标 {row.target}"

    @property
    def chart(self) -> Chart | None:
        """None where nothing is collected in the course of the year."""
        pace = self.progress.pace
        if pace.planned is None or pace.progress is None:
            return None
        done = [*self._earlier_percents(), (self.month, pace.progress)]
        return chart_of(self.progress.curve, done, pace.sentence)

    def _earlier_percents(self) -> list[tuple[int, Decimal]]:
        found = []
        for one in self.periods:
            inputs = measured(self.progress.row, one.actual, self.year)
            if inputs.actual is not None and inputs.target:
                found.append((one.month, inputs.actual * 100 / inputs.target))
        return found


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    shown: Shown
    row: MonitoringRow
    controls: Mapping[str, Control]
    findings: tuple[Saying, ...]

    @property
    def id(self) -> str:
        return self.row.row_id

    @property
    def number(self) -> int:
        return self.shown.progress.number

    @property
    def level(self) -> str:
        return self.findings[0].level.value if self.findings else ""

    @property
    def results(self) -> list[Control]:
        asked = self.shown.progress
        columns = [*(["attainment"] if asked.is_words or self.row.attainment else []), "actual"]
        if self.row.operator or (asked.inputs.case == "open" and "比较符号" in asked.inputs.open_reason):
            columns.append("operator")
        return [self.controls[column] for column in columns]

    @property
    def outlook(self) -> list[Control]:
        return [self.controls["expected"], self.controls["likelihood"]]

    @property
    def ticks(self) -> list[Control]:
        return [self.controls[column] for column in TICKS]

    @property
    def asks_why(self) -> bool:
        """Whether kinds of reasons and their words stand open: off track, or something is there already."""
        written = self.controls["deviation_reason"].value
        return self.shown.progress.is_off_track or bool(written) or any(one.is_on for one in self.ticks)

    @property
    def folded(self) -> list[Control]:
        left = ("attainment", "operator", "remark", "plan", "plan_reason")
        open_ = {control.column for control in self.results}
        return [self.controls[column] for column in left if column not in open_]

    @property
    def is_folded_used(self) -> bool:
        return any(one.value for one in self.folded)


class EntryTable:
    """All rows that count, with what 体检 says under each."""

    def __init__(
        self,
        report: MonitoringReport,
        document: MonitoringDocument,
        marks: Mapping[str, Mark],
        findings: Sequence[Finding] = (),
        earlier: Earlier | None = None,
    ) -> None:
        self.report, self.document = report, document
        self._marks, self._findings = marks, findings
        self.earlier = earlier or Earlier(report)

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.document, self.report.edition)

    @cached_property
    def rows(self) -> dict[str, MonitoringRow]:
        return {row.row_id: row for row in self.report.indicators.all()}

    @property
    def vanished(self) -> list[MonitoringRow]:
        """Rows that the approved targets have no longer; what was written in them is kept."""
        return [row for row in self.rows.values() if row.is_vanished]

    @cached_property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The level-1 groups in the order of the rows."""
        sayings = sayings_by_row(self._findings, "indicators", self._marks)
        lines = [
            Line(
                shown=shown,
                row=self.rows[shown.progress.row.row_id],
                controls=self._controls(self.rows[shown.progress.row.row_id], shown.progress.number),
                findings=sayings.get(shown.progress.row.row_id, ()),
            )
            for shown in shown_rows(self.report, self.progress, self.rows, self.earlier)
        ]
        return [(name, list(found)) for name, found in groupby(lines, lambda line: line.row.level1)]

    def _controls(self, row: MonitoringRow, number: int) -> dict[str, Control]:
        controls = {}
        for path, value in self.report.cells_of("indicators", row).items():
            column = path.rpartition(".")[2]
            mark = self._marks.get(path)
            term = label_of(self.report, column)
            controls[column] = Control(
                path=path,
                column=column,
                kind=_KINDS.get(column, "words"),
                term=term,
                label=f"第 {number} 行 {term}",
                value=value,
                seen=mark.version if mark else 0,
                options=self._options(column, value),
            )
        return controls

    def _options(self, column: str, value: str) -> tuple[tuple[str, str], ...]:
        edition = self.report.edition
        options: list[tuple[str, str]] = []
        if column == "operator":
            options = [(key, OPERATOR_WORDS[key]) for key in OPERATORS]
        elif column in CHOICES:
            options = [(key, edition.word(column, key) if key else _ASKS[column]) for key in CHOICES[column]]
        if options and value not in dict(options):
            options.append((value, f"{value}（不在清单）"))
        return tuple(options)


def shown_rows(
    report: MonitoringReport, progress: Progress, rows: Mapping[str, MonitoringRow], earlier: Earlier
) -> list[Shown]:
    """Every row's light with what is known of the row from other forms."""
    choices = report.edition.vocabularies
    words = {one.key: one.label for name in ("attainment", "likelihood") for one in choices.get(name, ())}
    return [
        Shown(
            progress=one,
            periods=earlier.periods.get(one.row.row_id, ()),
            last_year=earlier.last_year_of(rows[one.row.row_id]) if one.row.row_id in rows else "",
            month=report.cutoff_month,
            year=report.fiscal_year,
            words=words,
        )
        for one in progress.rows
    ]


def form_readings(report: MonitoringReport, looked: Checked) -> dict[str, str]:
    """What stands on the pages and moves with any save: every row's light, the money's."""
    rows = {row.row_id: row for row in report.indicators.all()}
    found = shown_rows(report, looked.progress, rows, Earlier(report))
    readings = {one.progress.path: row_light(one) for one in found}
    readings |= {f"off.{one.path}": "1" if one.is_off_track else "" for one in looked.progress.rows}
    return readings | {"budget.execution_rate": money(looked.progress), "lights": lights(looked.progress)}


def row_light(shown: Shown) -> str:
    return render_to_string("monitoring/includes/row_light.html", {"shown": shown}).strip()


def money(progress: Progress) -> str:
    return render_to_string(
        "monitoring/includes/money.html", {"progress": progress, "rates": rates(progress)}
    ).strip()


def lights(progress: Progress) -> str:
    return render_to_string("monitoring/includes/lights.html", {"counts": counted(progress)}).strip()


def counted(progress: Progress) -> list[tuple[Light, int]]:
    """Every light that a row has, with the number of rows, gravest first."""
    found = [(one, progress.count(one)) for one in (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)]
    return [one for one in found if one[1]]


def rates(progress: Progress) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """(source, executed so far in percent, expected for the year in percent) for every source with a budget."""
    found = []
    for suffix, words in (("", "年度资金总额"), ("_fiscal", "本年一般公共预算拨款"), ("_other", "其他资金")):
        document = progress.document
        initial = document.amount(f"initial{suffix}")
        if not initial or initial < 0:
            continue
        shares = [
            None if (amount := document.amount(f"{key}{suffix}")) is None else cents(amount * 100 / initial)
            for key in ("executed", "expected")
        ]
        found.append((words, shares[0], shares[1]))
    return found


def table_context(at: Any) -> dict[str, Any]:
    """The block of the table in a step (``perfgoals.filling.forms.Block``)."""
    shown = [finding for found in at.field_findings().values() for finding in found]
    table = EntryTable(at.filing, at.document, at.marks, shown, Earlier(at.filing))
    return {
        "template": "monitoring/includes/entry_table.html",
        "entry": table,
        "filing": at.filing,
        "step": at,
        "beside": at.beside,
        "counts": counted(table.progress),
        "thresholds": table.progress.policy.thresholds,
    }


def money_context(at: Any) -> dict[str, Any]:
    progress = progress_of(at.document, at.filing.edition)
    return {
        "template": "monitoring/includes/money_block.html",
        "progress": progress,
        "rates": rates(progress),
        "beside": at.beside,
    }
