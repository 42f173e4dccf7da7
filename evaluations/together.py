"""Many rows at once: choosing their group, spreading points over them, and taking the last such step back.

Everything is written through the door of typing (``filling.editing.save_fields``), so versions, conflicts, locks and the
record are those of a cell. What a step wrote is remembered for the person who did it, until somebody types over it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from evaluations.models import Evaluation, EvaluationRow
from evaluations.spreading import Group, How, Spread, groups_of, spread
from perfgoals.accounts.models import User
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.filling.editing import FieldChange, SaveOutcome, save_fields
from perfgoals.filling.posting import Page

KEPT = 10  # forms whose last step one session remembers


@dataclass(frozen=True, slots=True)
class Declared:
    """Rows that stood in one group of the declaration and have none here by themselves."""

    number: int
    name: str
    rows: tuple[EvaluationRow, ...]
    groups: Mapping[str, str]  # row id → the group chosen here, "" while none is

    @property
    def waiting(self) -> int:
        return sum(not one for one in self.groups.values())

    @property
    def lines(self) -> list[tuple[EvaluationRow, str]]:
        return [(row, self.groups[row.row_id]) for row in self.rows]


def unplaced(evaluation: Evaluation, is_locked: Any = lambda path: False) -> list[Declared]:
    """The rows whose group the unit chooses, by the group they were declared in. Locked ones are left out."""
    if evaluation.stands_alone:
        return []
    found: dict[str, list[EvaluationRow]] = {}
    for row in evaluation.indicators.all():
        if row.is_unplaced and not row.is_vanished and not is_locked(f"indicators.{row.row_id}.level1"):
            found.setdefault(row.declared_group, []).append(row)
    known = set(evaluation.edition.groups)
    return [
        Declared(
            number,
            name,
            tuple(rows),
            {
                row.row_id: words_of(row.level1, row.level2)
                if (row.level1, row.level2 or None) in known
                else ""
                for row in rows
            },
        )
        for number, (name, rows) in enumerate(found.items())
    ]


def words_of(level1: str, level2: str | None) -> str:
    return f"{level1} / {level2}" if level2 else level1


def place(
    evaluation: Evaluation, picked: Collection[str], group: int, shown: Page, *, actor: User
) -> tuple[SaveOutcome, list[list[Any]]]:
    """Put the picked rows into a group of this form. Raises ``ValidationError`` (Chinese), and as ``save_fields``."""
    groups = evaluation.edition.groups
    rows = [row for row in evaluation.indicators.all() if row.row_id in picked and row.is_unplaced]
    if not rows:
        raise ValidationError("先勾要归组的行，或者勾“整组”。")
    if not 0 <= group < len(groups):
        raise ValidationError("先选归到哪一组。")
    level1, level2 = groups[group]
    changes = []
    for row in rows:
        for column, value in (("level1", level1), ("level2", level2 or "")):
            path = f"indicators.{row.row_id}.{column}"
            changes.append(FieldChange(path, value, shown.get(path, (0, ""))[0]))
    return write(evaluation, changes, actor=actor)


def write(
    evaluation: Evaluation, changes: Sequence[FieldChange], *, actor: User
) -> tuple[SaveOutcome, list[list[Any]]]:
    """Write the changes; with the outcome, what takes them back: path, former text, version after."""
    before = {
        path: text
        for row in evaluation.indicators.all()
        for path, text in evaluation.cells_of("indicators", row).items()
    }
    outcome = save_fields(evaluation, changes, actor=actor)
    back = [
        [saved.path, before[saved.path], saved.version]
        for saved in outcome.saved
        if saved.path in before and before[saved.path] != saved.value
    ]
    return outcome, back


def remember(session: Any, evaluation: Evaluation, label: str, back: list[list[Any]]) -> None:
    """Keep what takes the step back, for this person and form."""
    kept = session.get("evaluations_back", {})
    kept.pop(str(evaluation.pk), None)
    if back:
        kept[str(evaluation.pk)] = {"label": label, "changes": back}
    session["evaluations_back"] = dict(list(kept.items())[-KEPT:])


def step_back(session: Any, evaluation: Evaluation, versions: Mapping[str, int]) -> dict[str, Any] | None:
    """The last step, where nobody has typed over any of it since."""
    kept = session.get("evaluations_back", {}).get(str(evaluation.pk))
    if kept and all(versions.get(path) == version for path, _, version in kept["changes"]):
        return dict(kept)
    return None


# Points ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointLine:
    """A row of the preview: its points now, and what they would be ("" where nothing changes)."""

    row_id: str
    number: int
    name: str
    now: str
    becomes: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class PointGroup:
    """A group of the preview. ``given`` is what its rows have now, ``total`` what they would have."""

    spread: Spread
    lines: tuple[PointLine, ...]

    @property
    def group(self) -> Group:
        return self.spread.group


@dataclass(frozen=True, slots=True)
class Points:
    """The panel for spreading points; ``how`` is None before something is asked for."""

    groups: tuple[PointGroup, ...]
    how: How | None

    @property
    def changes(self) -> dict[str, str]:
        """Path → points, only what differs."""
        return {
            f"indicators.{line.row_id}.weight": line.becomes
            for one in self.groups
            for line in one.lines
            if line.becomes and line.becomes != line.now
        }


def points_of(
    evaluation: Evaluation,
    document: EvaluationDocument,
    ticked: Collection[str],
    how: How | None,
    is_locked: Any = lambda path: False,
) -> Points | None:
    """The groups with their rows and what spreading would give; None where points are not the unit's to give."""
    if evaluation.weights_copied:
        return None
    numbers = {row.row_id: number for number, row in enumerate(document.indicators, 1)}
    closed = {row for row in numbers if is_locked(f"indicators.{row}.weight")}
    made = []
    for group in groups_of(document, evaluation.edition):
        would = spread(group, set(ticked) - closed, how) if how else Spread(group, {})
        lines = tuple(
            PointLine(
                row_id=row.row_id,
                number=numbers[row.row_id],
                name=row.name,
                now=(row.weight or "").strip(),
                becomes=_typed(would.points.get(row.row_id)),
                is_ticked=row.row_id in ticked if how else not (row.weight or "").strip(),
            )
            for row in group.rows
            if row.row_id not in closed
        )
        if lines:
            made.append(PointGroup(would, lines))
    return Points(tuple(made), how) if made else None


def _typed(points: Decimal | None) -> str:
    """As a person would type it: 2.5, not 2.50."""
    return "" if points is None else f"{points.normalize():f}"
