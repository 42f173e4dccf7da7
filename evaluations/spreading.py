"""Spreads the points of a group over its rows, exact to 0.01 (分摊分值). Pure: documents and numbers in, numbers out.

On a form whose points were not approved with the targets the unit gives them: 50 points over 14 rows by hand takes a
calculator, and the last cent never fits. What the ticked rows share is what the group has, less the rows that keep theirs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from evaluations.scoring.arithmetic import ZERO, read_points, show
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.editions import Edition

CENT = Decimal("0.01")


class How(StrEnum):
    """平均, or in proportion to the points that stand there."""

    EVEN = "even"
    SHARE = "share"

    @property
    def label(self) -> str:
        return {"even": "平均", "share": "按现有分值的比例"}[self.value]


@dataclass(frozen=True, slots=True)
class Group:
    """A level-1 group: its points by the form, and what its rows have now. ``rows`` are in form order."""

    name: str
    points: Decimal
    rows: tuple[EvaluationRow, ...]

    @property
    def given(self) -> Decimal:
        return sum((read_points(row.weight) or ZERO for row in self.rows), ZERO)

    @property
    def left(self) -> Decimal:
        """What is still to give; below zero where too much was given."""
        return self.points - self.given


@dataclass(frozen=True, slots=True)
class Spread:
    """What one group would become. ``points`` by row id, only rows that change; ``refusal`` says why nothing does."""

    group: Group
    points: dict[str, Decimal]
    refusal: str = ""

    @property
    def total(self) -> Decimal:
        return sum(
            (self.points.get(row.row_id, read_points(row.weight) or ZERO) for row in self.group.rows), ZERO
        )


def groups_of(document: EvaluationDocument, edition: Edition) -> list[Group]:
    """The groups of this form's frame that have rows, with their points; rows outside the frame have none to get.

    Points are those of the split that fits the groups the form uses, where the edition knows several. Otherwise what a
    group has that need not be there and has no rows goes to the one before it, as 满意度's ten go to 效益 in the splits of
    the national frame of 2021: the total has to be reached, and the check-up asks why points were moved. Not before every
    row has its group.
    """
    split = edition.points_for({row.level1 for row in document.indicators})
    names = {dimension.name for dimension in edition.frame}
    is_placed = all(row.level1 in names for row in document.indicators)
    groups: list[Group] = []
    before = ""
    for dimension in edition.frame:
        points = split.points.get(dimension.name) if split else dimension.points
        rows = tuple(row for row in document.indicators if row.level1 == dimension.name)
        if points is not None and rows:
            groups.append(Group(dimension.name, points, rows))
        elif points and is_placed and not dimension.required and groups and groups[-1].name == before:
            groups[-1] = replace(groups[-1], points=groups[-1].points + points)
        before = dimension.name
    return groups


def spread(group: Group, ticked: Collection[str], how: How) -> Spread:
    """What the ticked rows of the group get: what its other rows leave, to the cent."""
    chosen = [row for row in group.rows if row.row_id in ticked]
    if not chosen:
        return Spread(group, {})
    kept = sum((read_points(row.weight) or ZERO for row in group.rows if row not in chosen), ZERO)
    rest = group.points - kept
    if rest < CENT * len(chosen):
        words = f"“{group.name}”共 {show(group.points)} 分，没有勾的行已占 {show(kept)} 分，不够分给 {len(chosen)} 行。"
        return Spread(group, {}, words)
    shares = [read_points(row.weight) or ZERO for row in chosen] if how is How.SHARE else []
    if how is How.SHARE and not all(shares):
        return Spread(
            group, {}, f"“{group.name}”里勾选的行有的还没有分值，比例算不出来。先填一个大概的数，或者平均分。"
        )
    parts = split_exactly(rest, shares or [Decimal(1)] * len(chosen))
    return Spread(group, {row.row_id: part for row, part in zip(chosen, parts, strict=True)})


def split_exactly(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """``total`` in parts of whole cents in proportion to ``shares``; the parts add up to it exactly.

    Cents that are left go to the largest remainders, among equals to the earlier ones. Nobody goes without: each part is
    one cent at least. Raises ``ValueError`` where there are fewer cents than parts, or a share is not above zero.
    """
    if total < CENT * len(shares) or any(share <= 0 for share in shares) or total % CENT:
        raise ValueError("cannot be split")
    whole = sum(shares, ZERO)
    exact = [total * share / whole for share in shares]
    parts = [part.quantize(CENT, ROUND_DOWN) for part in exact]
    cents = int((total - sum(parts, ZERO)) / CENT)
    order = sorted(range(len(shares)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[:cents]:
        parts[at] += CENT
    for at in range(len(parts)):
        if not parts[at]:
            parts[at] = CENT
            parts[parts.index(max(parts))] -= CENT
    return parts
