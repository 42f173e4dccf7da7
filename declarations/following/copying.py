"""What a form takes over from the approved declaration, and how it is brought up to date.

``row_id`` stays that of the declaration's row. Groups are mapped to the frame of the form's edition; where that has no
such group, a person chooses one.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Max
from django.utils import timezone

from declarations.following.kind import Following
from declarations.following.rows import CopiedRow
from declarations.models import Declaration, Indicator
from declarations.speaking import read_weight
from perfgoals.editions import Edition
from perfgoals.editions.mapping import map_group

COPIED = ("level1", "level2", "name", "target", "weight_typed", "weight", "declared_group", "is_unplaced")

Row = TypeVar("Row", bound=CopiedRow)


def are_points_fixed(declared: Edition, edition: Edition) -> bool:
    """Whether the approved points are those of this form too; out of another total they are only a beginning."""
    return declared.has_weights and declared.weights_total == edition.weights_total


def goal_of(source: Declaration) -> str:
    """The year's goal; forms that have no place for one have only the overall goal."""
    return source.annual_goal or source.overall_goal


def point_to(filing: Any, source: Declaration) -> None:
    """``filing`` says from which approved version its targets come, and when they came."""
    filing.declaration = source
    filing.targets_copied_at = timezone.now()
    filing.weights_copied = are_points_fixed(source.edition, filing.edition)


def copied_row(model: type[Row], row: Indicator, declared: Edition, edition: Edition, position: int) -> Row:
    """An unsaved row with everything that is copied; whose it is, the caller says."""
    copied = model(
        row_id=row.row_id,
        position=position,
        name=row.name,
        target=row.target,
        declared_group=f"{row.level1}/{row.level2}" if row.level2 else row.level1,
    )
    group = map_group(row.level1, row.level2 or None, declared, edition, name=row.name)
    copied.level1, copied.level2 = (group[0], group[1] or "") if group else (row.level1, row.level2)
    copied.is_unplaced = (copied.level1, copied.level2 or None) not in edition.groups
    if declared.has_weights:
        copied.weight_typed, copied.weight = row.weight_typed, read_weight(row.weight_typed)
    return copied


@dataclass
class Changes:
    """Row ids by what became of them."""

    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)  # old and new, by path


def fetch(kind: Following, filing: Any, source: Declaration) -> Changes:
    """Bring the copied columns up to date with ``source``; typed ones are not touched. The caller holds the form."""
    changes = Changes()
    points_are_fixed = are_points_fixed(source.edition, filing.edition)
    mine_all = kind.row_model._default_manager.filter(**{kind.owner: filing})
    ours = {row.row_id: row for row in mine_all}
    last = mine_all.aggregate(last=Max("position"))["last"] or 0
    written: list[CopiedRow] = []
    added: list[CopiedRow] = []
    for position, row in enumerate(source.indicators.all(), 1):
        copied = kind.row(row, source.edition, filing.edition, position)
        mine = ours.pop(row.row_id, None)
        if mine is None:
            setattr(copied, kind.owner, filing)
            added.append(copied)
            changes.new.append(row.row_id)
        else:
            was = mine.target
            if _bring_up(mine, copied, filing.edition, are_points_fixed=points_are_fixed):
                changes.changed.append(row.row_id)
            if mine.target != was:
                changes.targets[f"indicators.{row.row_id}.target"] = (was, mine.target)
            mine.position = position
            written.append(mine)
    for number, gone in enumerate(ours.values(), 1):
        if not gone.is_vanished:
            changes.vanished.append(gone.row_id)
        gone.is_vanished, gone.position = True, last + len(added) + number
        written.append(gone)
    kind.row_model._default_manager.bulk_update(
        written, [*COPIED, "position", "former_target", "is_vanished"], batch_size=100
    )
    kind.row_model._default_manager.bulk_create(added)
    _bring_up_head(filing, source)
    return changes


def _bring_up(mine: CopiedRow, copied: CopiedRow, edition: Edition, *, are_points_fixed: bool) -> bool:
    """Take over what was approved; True where it says something else than before.

    A group somebody chose stays, and points where the unit gives them.
    """
    if copied.is_unplaced and (mine.level1, mine.level2 or None) in edition.groups:
        copied.level1, copied.level2 = mine.level1, mine.level2
    if not are_points_fixed and mine.weight_typed:
        copied.weight_typed, copied.weight = mine.weight_typed, mine.weight
    before = [getattr(mine, name) for name in (*COPIED, "is_vanished")]
    if mine.target != copied.target:
        mine.former_target = mine.target
    for name in COPIED:
        setattr(mine, name, getattr(copied, name))
    mine.is_vanished = False
    return before != [getattr(mine, name) for name in (*COPIED, "is_vanished")]


def _bring_up_head(filing: Any, source: Declaration) -> None:
    """The goal too, unless somebody has rewritten it; the adjusted budget is for the unit to say."""
    before = filing.declaration
    columns = {"declaration", "targets_copied_at", "weights_copied"}
    if before is not None and filing.annual_goal == goal_of(before):
        filing.annual_goal = goal_of(source) if "annual_goal" in filing.edition.fields else ""
        columns.add("annual_goal")
    point_to(filing, source)
    rows = type(filing)._default_manager.filter(pk=filing.pk)
    rows.update(**{name: getattr(filing, name) for name in columns})
