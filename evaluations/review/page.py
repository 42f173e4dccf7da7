"""What the review page of a self-evaluation shows: texts and money on paper with notes beside, every row with its score,
its evidence and the reviewer's points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from evaluations.checking import findings_of
from evaluations.fields import label_of
from evaluations.models import Evaluation, EvaluationRow
from evaluations.official import Scored, scored
from evaluations.paper import points_for
from evaluations.review.points import Typed, kept_as
from evaluations.reviewing import REVIEWED
from evaluations.scorecard import Branch, CardRow, ScoreCard, score_card
from evaluations.views_score import evidence_of, with_reviewer
from perfgoals.documents import paper
from perfgoals.documents.parts import Paper
from perfgoals.editions import Edition
from perfgoals.filling.reasons import answered
from perfgoals.findings import Finding
from perfgoals.reviewing import page
from perfgoals.reviewing.comparing import Comparison, RowChange, compare
from perfgoals.reviewing.margin import Card, Margin, Sources, margin_of

TABLE = "indicators"
_COMPARED = (
    "name",
    "target",
    "weight",
    "actual",
    "band",
    "self_score",
    "deviation_reason",
    "evidence",
    "remark",
)


def comparison_of(evaluation: Evaluation, old: Any, new: Any, edition: Edition) -> Comparison:
    """What the unit changed between two submissions."""
    labels = {TABLE: {column: label_of(evaluation, column) or column for column in _COMPARED}}
    return compare(old, new, edition, edition, labels, same_form=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its score, what is said of it, what changed since the last submission, what may be noted and given."""

    card: CardRow
    said: Sequence[Card]  # the row's notes: of the row itself first, then of its cells
    own: Card  # that of the row itself, also where nothing was said
    change: RowChange | None
    typed: Typed
    is_shown: bool  # whether there is anything to show below the row
    error: str = ""

    @property
    def path(self) -> str:
        return self.card.path

    @property
    def is_open(self) -> bool:
        """Whether the box for the reviewer's words stands open: there is something in it, or has to be."""
        return bool(self.typed.points or self.typed.reason or self.error)


@dataclass
class ReviewPage(page.ReviewPage):
    """The page of one self-evaluation for one person. ``given`` and ``wrong``: points as a refused post said them."""

    kind = REVIEWED
    nav = "evaluations"

    given: Mapping[str, Typed] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def found(self) -> Scored:
        return scored(self.filing, self.user)

    @cached_property
    def rows(self) -> list[EvaluationRow]:
        return list(self.filing.indicators.select_related("reviewed_by"))

    @cached_property
    def files(self) -> Mapping[str, Any]:
        return evidence_of(self.filing, self.user)

    @cached_property
    def card(self) -> ScoreCard:
        """The score of what was sent, with the reviewer's points as they stand now."""
        return score_card(
            with_reviewer(self.found, self.rows),
            self.found.sheet,
            evidence=self.files,
            reviews={row.row_id: row for row in self.rows},
        )

    @cached_property
    def since(self) -> Comparison | None:
        """What the unit changed since the submission before."""
        before = self.form.find("draft")
        if before is None:
            return None
        return comparison_of(self.filing, before.document, self.form.document, self.filing.edition)

    @cached_property
    def findings(self) -> list[Finding]:
        return findings_of(self.filing, self.form.document)

    @cached_property
    def margin(self) -> Margin:
        sources = Sources(
            filing=self.filing,
            document=self.form.document,
            lay_out=self._lay_out,
            findings=self.findings,
            reasons=answered(self.filing, self.findings),
            board=self.board,
            notes=self.notes,
            asked=self.asked,
            comparison=self.since if self.wanted != page.NOTHING else None,
            since=self.since,
        )
        return margin_of(sources, revision=f"第 {self.form.number} 稿")

    def _lay_out(self, tints: Mapping[str, str]) -> Paper:
        """The form on paper without its rows: these stand below, with their score."""
        document, edition = self.form.document, self.filing.edition
        points = points_for(document, self.found.sheet)
        sheet = paper.lay_out(document, edition, marks=tints, points=points)
        return replace(sheet, indicators=replace(sheet.indicators, columns=(), lines=(), total=(), marks=()))

    @cached_property
    def whole(self) -> list[Card]:
        """What is said of the form as a whole, and of the table as a whole."""
        rows = {row.row.row_id for row in self.card.rows}
        return [card for card in self.margin.whole if _row_of(card.path) not in rows]

    @cached_property
    def lines(self) -> list[Line]:
        by_row: dict[str, list[Card]] = {}
        for card in self.margin.whole:
            by_row.setdefault(_row_of(card.path), []).append(card)
        changes = {row.path: row for row in self.since.changed_rows} if self.since else {}
        kept = {row.row_id: row for row in self.rows}
        return [
            self._line(row, by_row.get(row.row.row_id, []), changes.get(row.path), kept.get(row.row.row_id))
            for row in self.card.rows
        ]

    def _line(
        self, row: CardRow, cards: list[Card], change: RowChange | None, kept: EvaluationRow | None
    ) -> Line:
        place = f"第 {row.number} 行"
        own = next((card for card in cards if card.path == row.path), None) or Card(row.path, place)
        said = [own, *(card for card in cards if card is not own)]
        typed = self.given.get(row.row.row_id) or kept_as(kept)
        is_shown = self.is_mine or bool(change) or row.reviewed is not None
        is_shown = is_shown or any(card.says_something for card in said)
        return Line(row, said, own, change, typed, is_shown, self.wrong.get(row.row.row_id, ""))

    @property
    def groups(self) -> list[tuple[Branch, list[Line]]]:
        """The rows under their level-1 groups, in form order."""
        rest = iter(self.lines)
        return [(branch, [next(rest) for _ in branch.rows]) for branch in self.card.branches]

    @property
    def next_words(self) -> str:
        if not self.is_mine:
            return super().next_words
        count = sum(bool(card.findings) for card in self.margin.cards)
        verb = self.steps[0].label if self.steps else "通过"
        see = f"看 {count} 处疑问和单位写的理由" if count else "体检没有疑问，看一遍各行的得分和佐证"
        return f"{see}；不同意得分的写审核分和理由。然后{verb}，或勾选要改的地方退回。"

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "evaluation": self.filing,
            "card": self.card,
            "previous": self.form.document.amount("previous_year_budget"),
            "files": self.files.get("", []),
        }


def _row_of(path: str) -> str:
    table, _, rest = path.partition(".")
    return rest.partition(".")[0] if table == TABLE else ""
