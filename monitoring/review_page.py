"""What the review page of a report shows: the form as it was sent, lights, what earlier periods said."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from monitoring.checking import check
from monitoring.correcting import may_ask, proposals
from monitoring.earlier import Earlier
from monitoring.entry import Shown, counted, shown_rows
from monitoring.models import MonitoringRow, Stage
from monitoring.progress import Progress, progress_of
from monitoring.reviewing import REVIEWED
from perfgoals.documents import paper
from perfgoals.documents.parts import Paper
from perfgoals.filling.reasons import answered
from perfgoals.reviewing import page
from perfgoals.reviewing.margin import Margin, Sources, margin_of


@dataclass
class ReviewPage(page.ReviewPage):
    """The page of one report for one person."""

    kind = REVIEWED
    nav = "monitoring"

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.form.document, self.filing.edition)

    @cached_property
    def rows(self) -> dict[str, MonitoringRow]:
        return {row.row_id: row for row in self.filing.indicators.all()}

    @cached_property
    def shown(self) -> list[Shown]:
        return shown_rows(self.filing, self.progress, self.rows, Earlier(self.filing, sent_only=True))

    @cached_property
    def margin(self) -> Margin:
        report, document = self.filing, self.form.document
        findings = check(report, document).findings
        sources = Sources(
            filing=report,
            document=document,
            lay_out=self._lay_out,
            findings=findings,
            reasons=answered(report, findings),
            board=self.board,
            notes=self.notes,
            asked=self.asked,
        )
        return margin_of(sources, revision=f"第 {self.form.number} 稿")

    def _lay_out(self, tints: Mapping[str, str]) -> Paper:
        return paper.lay_out(self.form.document, self.filing.edition, marks=tints)

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "report": self.filing,
            "progress": self.progress,
            "counts": counted(self.progress),
            "shown": self.shown,
            "proposals": proposals(self.filing, self.progress) if may_ask(self.user, self.filing) else [],
            "open_corrections": self.filing.corrections.exclude(stage=Stage.CLOSED).count(),
        }
