"""The table in which results are typed: copied targets as they stand, what the unit writes beside them, and the points.

Which controls a row shows follows from its edition and its target; what is left of the typed columns stands folded under
the row, so that a row which has to be settled by a person can always be settled.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string

from evaluations.checkup import reason_column
from evaluations.fields import OPERATORS, label_of
from evaluations.known import Known, known_of
from evaluations.models import Evaluation, EvaluationRow, Evidence
from evaluations.scorecard import Branch, CardRow, ScoreCard, score_card
from evaluations.scoring import ScoreSheet, score
from evaluations.scoring.inputs import OPEN
from evaluations.spreading import Group, groups_of
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import Edition
from perfgoals.filling.addresses import control_id
from perfgoals.filling.grid import Saying, sayings_by_row
from perfgoals.filling.marks import Mark
from perfgoals.findings import Finding
from perfgoals.targets import Kind, read_target

OPERATOR_WORDS = {
    "": "请选一种",
    ">=": "不少于（≥）",
    "<=": "不多于（≤）",
    "=": "等于（=）",
    ">": "多于（>）",
    "<": "少于（<）",
}
COPIED = ("level1", "level2", "name", "target", "weight", "is_key")
_KINDS = {
    "actual": "words",
    "deviation_reason": "words",
    "rule": "words",
    "remark": "words",
    "evidence": "words",
    "name": "words",
    "target": "words",
    "operator": "choice",
    "band": "choice",
    "level1": "choice",
    "level2": "choice",
    "not_applicable": "tick",
    "is_key": "tick",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a row: words, line, choice or tick. ``options`` are (value, words) of a choice."""

    path: str
    column: str
    kind: str
    term: str
    label: str
    value: str
    seen: int
    options: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return control_id(self.path)

    @property
    def is_on(self) -> bool:
        return self.value == "是"


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    card: CardRow
    row: EvaluationRow
    controls: Mapping[str, Control]
    result: tuple[str, ...]
    reason: tuple[str, ...]
    findings: tuple[Saying, ...]
    files: tuple[Evidence, ...]
    stands_alone: bool = False
    is_placed: bool = True  # in a group that this form has
    known: tuple[Known, ...] = ()  # what monitoring said in the course of the year

    @property
    def id(self) -> str:
        return self.row.row_id

    @property
    def number(self) -> int:
        return self.card.number

    @property
    def level(self) -> str:
        return self.findings[0].level.value if self.findings else ""

    @property
    def results(self) -> list[Control]:
        return [self.controls[column] for column in self.result]

    @property
    def reasons(self) -> list[Control]:
        return [self.controls[column] for column in self.reason]

    @property
    def typed_head(self) -> list[Control]:
        """Copied columns that a form which stands alone types. A group that waits for a choice is chosen above the table."""
        if not self.stands_alone:
            return []
        return [self.controls[column] for column in COPIED if column in self.controls and column != "weight"]

    @property
    def group(self) -> str:
        """The group that was chosen for a row whose own this form does not have; "" while none is."""
        return self.row.level1 + (f" / {self.row.level2}" if self.row.level2 else "") if self.is_placed else ""

    @property
    def group_path(self) -> str:
        return f"indicators.{self.id}.level1"

    @property
    def folded(self) -> list[Control]:
        shown = {*self.result, *self.reason, *COPIED}
        return [control for column, control in self.controls.items() if column not in shown]

    @property
    def is_folded_used(self) -> bool:
        """Something is written in what is folded, so it is shown."""
        return any(one.is_on if one.kind == "tick" else one.value for one in self.folded)


class EntryTable:
    """All rows that count, with what 体检 says under each."""

    def __init__(
        self,
        evaluation: Evaluation,
        document: EvaluationDocument,
        marks: Mapping[str, Mark],
        findings: Sequence[Finding] = (),
    ) -> None:
        self.evaluation, self.document = evaluation, document
        self._marks, self._findings = marks, findings

    @cached_property
    def card(self) -> ScoreCard:
        return score_card(self.document, score(self.document, self.evaluation.edition))

    @cached_property
    def rows(self) -> dict[str, EvaluationRow]:
        return {row.row_id: row for row in self.evaluation.indicators.all()}

    @property
    def reason_term(self) -> str:
        """What this form prints over the reasons for lost points."""
        return label_of(self.evaluation, reason_column(self.evaluation.edition)) or "说明"

    @property
    def vanished(self) -> list[EvaluationRow]:
        """Rows that the approved targets have no longer; what was written in them is kept."""
        return [row for row in self.rows.values() if row.is_vanished]

    @cached_property
    def unplaced(self) -> int:
        """Rows that stand in no group of this form."""
        known = set(self.evaluation.edition.groups)
        return sum((row.level1, row.level2) not in known for row in self.document.indicators)

    @cached_property
    def lines(self) -> list[Line]:
        return [line for _, lines in self.groups for line in lines]

    @cached_property
    def groups(self) -> list[tuple[Branch, list[Line]]]:
        """The level-1 groups in form order with their rows."""
        sayings = sayings_by_row(self._findings, "indicators", self._marks)
        files: dict[str, list[Evidence]] = defaultdict(list)
        for one in self.evaluation.evidence.all():
            files[one.row_id].append(one)
        return [
            (
                branch,
                [
                    self._line(card, sayings.get(card.row.row_id, ()), tuple(files[card.row.row_id]))
                    for card in branch.rows
                ],
            )
            for branch in self.card.branches
        ]

    @cached_property
    def _known(self) -> Mapping[str, Sequence[Known]]:
        return known_of(self.evaluation)

    def _line(self, card: CardRow, findings: tuple[Saying, ...], files: tuple[Evidence, ...]) -> Line:
        row = self.rows[card.row.row_id]
        result, reason = self._shown(card)
        controls = self._controls(row, card.number)
        return Line(
            card=card,
            row=row,
            controls=controls,
            result=tuple(column for column in result if column in controls),
            reason=tuple(column for column in reason if column in controls),
            findings=findings,
            files=files,
            stands_alone=self.evaluation.stands_alone,
            is_placed=(row.level1, row.level2 or None) in self.evaluation.edition.groups,
            known=tuple(self._known.get(row.row_id, ())),
        )

    def _shown(self, card: CardRow) -> tuple[list[str], list[str]]:
        """The columns that stand open beside this target."""
        edition = self.evaluation.edition
        return asked_for(card, edition), [
            reason_column(edition),
            *(["rule"] if "rule" in dict(edition.columns) else []),
        ]

    def _controls(self, row: EvaluationRow, number: int) -> dict[str, Control]:
        controls = {}
        printed = dict(self.evaluation.edition.columns)
        for path, value in self.evaluation.cells_of("indicators", row).items():
            column = path.rpartition(".")[2]
            if column in ("rule", "remark") and column not in printed and not value:
                continue  # this form has no such column
            mark = self._marks.get(path)
            term = label_of(self.evaluation, column) or column
            controls[column] = Control(
                path=path,
                column=column,
                kind=_KINDS.get(column, "line"),
                term=term,
                label=f"第 {number} 行 {term}",
                value=value,
                seen=mark.version if mark else 0,
                options=self._options(column, value),
            )
        return controls

    def _options(self, column: str, value: str) -> tuple[tuple[str, str], ...]:
        options: list[tuple[str, str]] = []
        if column == "operator":
            options = [(key, OPERATOR_WORDS[key]) for key in OPERATORS]
        elif column == "band":
            rules = self.evaluation.edition.scoring
            options = [("", "请选档次"), *((one.key, one.label) for one in (rules.bands if rules else ()))]
        elif column in ("level1", "level2"):
            at = 0 if column == "level1" else 1
            names = dict.fromkeys(group[at] or "" for group in self.evaluation.edition.groups)
            options = [(name, name or "无") for name in names]
        if options and value not in dict(options):
            options.append((value, f"{value}（不在清单）"))
        return tuple(options)


def asked_for(card: CardRow, edition: Edition) -> list[str]:
    """The columns in which this row says what came of it, by its target and by what is written already.

    A row that turns out to need a person (a result that cannot be compared) asks for the band as soon as it is saved.
    """
    row, rules, inputs = card.row, edition.scoring, card.scored.settled.inputs
    target = read_target(row.target, name=row.name, level2=row.level2 or "")
    asked = ["actual"]
    if target.kind is Kind.QUANTITATIVE and (not target.operator_explicit or row.operator):
        asked.append("operator")
    needs_person = card.is_open and bool(row.actual.strip()) and (inputs.case != OPEN or inputs.judgeable)
    is_judged = target.kind is not Kind.QUANTITATIVE or bool(row.band) or needs_person
    if is_judged:
        asked.append("band")
    if is_judged or row.self_score or (rules is not None and rules.unit_judges):
        asked.append("self_score")
    return asked


def row_points(card: CardRow) -> str:
    """Points and arithmetic of a row, for its place beside the cells."""
    return render_to_string("evaluations/includes/row_points.html", {"line": card}).strip()


def group_points(branch: Branch) -> str:
    return render_to_string("evaluations/includes/group_points.html", {"branch": branch}).strip()


def points_left(group: Group) -> str:
    return render_to_string("evaluations/includes/points_left.html", {"group": group}).strip()


def total_points(card: ScoreCard) -> str:
    return render_to_string("evaluations/includes/total_points.html", {"card": card}).strip()


def rates(card: ScoreCard) -> str:
    return render_to_string("evaluations/includes/rates.html", {"card": card}).strip()


def form_readings(evaluation: Evaluation, document: EvaluationDocument, sheet: ScoreSheet) -> dict[str, str]:
    """What stands on the pages and moves with any save: every row's points, the total, both execution rates."""
    card = score_card(document, sheet)
    readings: dict[str, str] = {row.path: row_points(row) for row in card.rows}
    readings |= {f"asks.{row.path}": " ".join(asked_for(row, evaluation.edition)) for row in card.rows}
    readings |= {f"group.{number}": group_points(one) for number, one in enumerate(card.branches)}
    if not evaluation.weights_copied:
        readings |= {f"points.{one.name}": points_left(one) for one in groups_of(document, evaluation.edition)}
    return readings | {"total": total_points(card), "budget.execution_rate": rates(card)}


def table_context(at: Any) -> dict[str, Any]:
    """The block of the table in a step (``perfgoals.filling.forms.Block``)."""
    shown = [finding for found in at.field_findings().values() for finding in found]
    table = EntryTable(at.filing, at.document, at.marks, shown)
    return {
        "template": "evaluations/includes/entry_table.html",
        "entry": table,
        "filing": at.filing,
        "step": at,
        "beside": at.beside,
        "groups": list(enumerate(" / ".join(filter(None, group)) for group in at.filing.edition.groups)),
    }


def rates_context(at: Any) -> dict[str, Any]:
    card = score_card(at.document, score(at.document, at.filing.edition))
    return {"template": "evaluations/includes/rates_block.html", "card": card, "beside": at.beside}
