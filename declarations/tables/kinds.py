"""The two tables of a declaration that people edit row by row, described once for all acts.

Columns are those of the database; ``cells`` are the keys of the document, which is also how a cell is addressed
everywhere (``indicators.<row_id>.target``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from declarations.models import Indicator, Origin, SubProject
from declarations.speaking import read_weight, set_reading
from perfgoals.documents.declaration import read_amount
from perfgoals.editions import Edition

# The largest published table has 36 rows; eight times that is a mistake of the clipboard, not a form.
ROW_LIMIT = 300

Row = Indicator | SubProject
R = TypeVar("R", Indicator, SubProject)
Group = tuple[str, str]  # level 1, level 2 ("" on forms with one level of groups)


def _read_indicator(row: Indicator) -> None:
    row.weight = read_weight(row.weight_typed)
    set_reading(row)


def _read_sub_project(row: SubProject) -> None:
    row.amount = read_amount(row.amount_typed)


@dataclass(frozen=True)
class TableKind(Generic[R]):
    """What the acts must know of a table: its rows, their typed columns, and how readings are refreshed.

    Acts take a ``TableKind`` of either table; only what is said here knows which.
    """

    key: str
    model: type[R]
    columns: tuple[str, ...]  # typed text, kept by undo and copied by duplicate
    cells: dict[str, str]  # document key → column
    read: Callable[[R], None]
    is_grouped: bool = False

    def typed(self, row: Row) -> dict[str, str]:
        """Everything a person wrote or chose in this row."""
        return {column: getattr(row, column) for column in self.columns}

    def group_of(self, row: Row) -> Group:
        return (row.level1, row.level2) if isinstance(row, Indicator) else ("", "")


INDICATORS = TableKind(
    key="indicators",
    model=Indicator,
    columns=(
        "level1",
        "level2",
        "name",
        "target",
        "weight_typed",
        "definition",
        "calculation_method",
        "data_source",
        "setting_basis",
        "baseline",
        "origin",
    ),
    cells={
        "name": "name",
        "target": "target",
        "weight": "weight_typed",
        "definition": "definition",
        "calculation_method": "calculation_method",
        "data_source": "data_source",
        "setting_basis": "setting_basis",
        "baseline": "baseline",
    },
    read=_read_indicator,
    is_grouped=True,
)
SUB_PROJECTS = TableKind(
    key="sub_projects",
    model=SubProject,
    columns=("name", "amount_typed"),
    cells={"name": "name", "amount": "amount_typed"},
    read=_read_sub_project,
)
TABLES: dict[str, TableKind] = {INDICATORS.key: INDICATORS, SUB_PROJECTS.key: SUB_PROJECTS}


@dataclass(frozen=True)
class RowDraft:
    """A row to be put into a table: its group and the typed columns it starts with."""

    group: Group = ("", "")
    columns: dict[str, str] = field(default_factory=dict)
    origin: str = Origin.OWN

    def cells(self, kind: TableKind) -> dict[str, str]:
        if not kind.is_grouped:
            return dict(self.columns)
        level1, level2 = self.group
        return {**self.columns, "level1": level1, "level2": level2, "origin": self.origin}


def frame_groups(edition: Edition) -> list[Group]:
    """Every group of the form in print order, level 2 "" where there is none."""
    return [(level1, level2 or "") for level1, level2 in edition.groups]


def rank(edition: Edition, group: Group) -> tuple[int, int]:
    """Where a group stands in print order; groups the form does not know come after those it knows."""
    level1, level2 = group
    for number, dimension in enumerate(edition.frame):
        if dimension.name == level1:
            names = [category.name for category in dimension.categories] or [""]
            return number, names.index(level2) if level2 in names else len(names)
    return len(edition.frame), 0


def place_for(edition: Edition, groups: Sequence[Group], group: Group) -> int:
    """Where a new row of ``group`` goes among rows of ``groups``: below its own and every earlier group."""
    own = rank(edition, group)
    return max((at for at, other in enumerate(groups, 1) if rank(edition, other) <= own), default=0)


def group_words(group: Group) -> str:
    """``产出目标 › 数量``, as findings and buttons name a group."""
    return " › ".join(part for part in group if part)
