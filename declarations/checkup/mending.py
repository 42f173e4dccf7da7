"""Applies the changes of a ready fix: a cell through the door of typing, a row's group through the table's own act."""

from collections.abc import Sequence

from django.utils import timezone

from declarations.models import Declaration
from declarations.tables.acts import RowRefused, regroup_row
from declarations.tables.kinds import INDICATORS
from perfgoals.accounts.models import User
from perfgoals.filling.editing import FieldChange, Refused, Saved, SaveOutcome, save_fields
from perfgoals.filling.places import is_row_id

_LEVELS = ("level1", "level2")


def mend(declaration: Declaration, changes: Sequence[FieldChange], *, actor: User) -> SaveOutcome:
    """Like ``save_fields``, and a row whose two levels are among the changes moves to the end of that group.

    Raises what ``save_fields`` raises. A move can be undone in the table like any other.
    """
    moves: dict[str, dict[str, FieldChange]] = {}
    cells = []
    for change in changes:
        table, row_id, column = (*change.path.split("."), "", "")[:3]
        if table == "indicators" and column in _LEVELS:
            moves.setdefault(row_id, {})[column] = change
        else:
            cells.append(change)
    # With nothing to type this still refuses who may not edit.
    outcome = save_fields(declaration, cells, actor=actor)
    for row_id, levels in moves.items():
        _move(declaration, row_id, levels, outcome, actor)
    return outcome


def _move(
    declaration: Declaration, row_id: str, levels: dict[str, FieldChange], outcome: SaveOutcome, actor: User
) -> None:
    row = declaration.indicators.filter(row_id=row_id).first() if is_row_id(row_id) else None
    group = tuple(levels[column].value if column in levels else getattr(row, column, "") for column in _LEVELS)
    try:
        regroup_row(declaration, INDICATORS, row_id, group=(group[0], group[1]), actor=actor)
    except RowRefused as refused:
        outcome.refused += [Refused(change.path, change.value, str(refused)) for change in levels.values()]
        return
    now = timezone.now()
    outcome.saved += [Saved(change.path, 0, now, actor.name, change.value) for change in levels.values()]
    outcome.rows += list(declaration.indicators.filter(row_id=row_id))
    outcome.version = declaration.version
