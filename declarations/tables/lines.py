"""The pieces of a table on the screen: cells, merged cells, sums, rows and lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from declarations.tables.kinds import Group, group_words
from declarations.tables.readings import Reading
from perfgoals.filling.grid import Cell, Saying


@dataclass(frozen=True, slots=True)
class Head:
    """A merged cell to the left: the name of a group, and how many table rows it spans."""

    name: str
    span: int
    group: int | None = None  # number of the group on the form, where rows can be added
    total: "Total | None" = None

    @property
    def parts(self) -> tuple[str, str]:
        """The name in two where a narrow cell may break it: 投入与|管理, 影响力|目标."""
        return (self.name[:-2], self.name[-2:]) if len(self.name) > 3 else (self.name, "")


@dataclass(frozen=True, slots=True)
class Total:
    """Points of one level-1 group or of the whole table against what the form gives."""

    id: str
    value: Decimal
    full: Decimal | None
    unread: int = 0

    @property
    def is_right(self) -> bool:
        return self.full is None or self.value == self.full


@dataclass(frozen=True, slots=True)
class Row:
    """One row of people's work."""

    id: str
    number: int
    cells: Mapping[str, Cell]
    reading: Reading | None = None
    origin: str = ""
    group: Group = ("", "")
    is_first: bool = False
    is_last: bool = False


@dataclass
class Line:
    """One line of the table: a row of work, or a group that has none (``row`` is None)."""

    group: Group
    row: Row | None = None
    heads: dict[int, Head] = field(default_factory=dict)
    findings: tuple[Saying, ...] = ()
    card: tuple[Cell, ...] = ()
    span1: int = 0
    span2: int = 0
    ends_level1: bool = False
    group_number: int | None = None

    @property
    def height(self) -> int:
        return 1 + bool(self.findings) + bool(self.card)

    @property
    def group_words(self) -> str:
        return group_words(self.group)

    @property
    def level(self) -> str:
        """The gravest level of the findings shown under this row."""
        return min(self.findings, key=lambda finding: finding.level.rank).level.value if self.findings else ""

    @property
    def level1(self) -> Head | None:
        return self.heads.get(1)

    @property
    def level2(self) -> Head | None:
        return self.heads.get(2)
