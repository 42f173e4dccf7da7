"""Where everything stands on the sheet: strips of cells over one fine grid of columns.

The upper table and the indicator table have different columns. The sheet's own columns are the cuts of both together;
a cell of the form is a merged range of them. Column A is hidden and says what each row holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from perfgoals.documents.parts import IndicatorTable, Paper, Place, Row

# Percent of the form's width, as in static/css/paper.css: label, (second part), value, label, (second part), value.
USUAL = (25.0, 8.5, 16.5, 25.0, 8.5, 16.5)
GRIDS = {
    "sh-2018-declaration": (15.0, 12.0, 23.0, 12.0, 15.0, 23.0),
    "sh-2018-disclosure": (15.0, 10.0, 25.0, 17.0, 10.0, 23.0),
    "national-2021-declaration": (17.0, 21.0, 16.0, 17.0, 4.0, 25.0),
    "putuo-2021-self-evaluation": (20.0, 6.0, 24.0, 20.0, 6.0, 24.0),
    "national-2020-self-evaluation": (10.0, 10.0, 35.0, 10.0, 10.0, 25.0),
    "national-2019-monitoring": (12.0, 8.0, 30.0, 12.0, 8.0, 30.0),
}
# Of the money table: merged label, source, then amounts among other numbers (分值, 执行率, 得分, or the rate alone).
MONEY_SIDE, MONEY_SOURCE = 10.0, 20.0
MONEY_NUMBERS = {3: (7.5, 10.0, 9.0), 1: (12.0,)}


class Mark(NamedTuple):
    """What the hidden column says: the kind of row, and for fields ``key=column`` pairs."""

    kind: str  # fields, heading, sub, sub_head, indicator_head, indicator, total, note, end
    text: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.text}" if self.text else self.kind


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the form from one cut of the width to another, in percent. ``down`` > 1: merged downwards."""

    left: float
    right: float
    style: str  # label, value, amount, money, date, head, column, group, number, note
    text: str = ""
    key: str = ""  # path of the value written here, "" for labels
    place: Place | None = None
    down: int = 1


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of the sheet."""

    mark: Mark
    cells: tuple[Cell, ...]
    new_page: bool = False
    merged: tuple[
        tuple[str, float], ...
    ] = ()  # keys whose cells reach down from rows above, with their left cut


def strips(paper: Paper) -> Iterator[Strip]:
    """The rows of the form below its title, in print order."""
    cuts = _cuts(GRIDS.get(paper.styles, USUAL))
    if paper.form == "national-2021-declaration":
        yield from _national(paper, cuts)
    else:
        for row in paper.rows:
            yield from _strip(row, cuts)
    yield from _indicators(paper)
    if paper.tail:
        first = float(paper.indicators.widths[0]) if paper.indicators.widths else cuts[1]
        for row in paper.tail:
            for strip in _strip(row, (0.0, first, *cuts[2:])):
                yield replace(strip, mark=Mark("fields", "tail"))
    for number, note in enumerate(paper.notes):
        yield Strip(Mark("note"), (Cell(0, 100, "note", note if number else f"说明：{note}"),))
    yield Strip(Mark("end"), ())


def columns(paper: Paper) -> list[float]:
    """All cuts of the sheet, 0 to 100."""
    found = {0.0, 100.0}
    for strip in strips(paper):
        found.update(cut for cell in strip.cells for cut in (cell.left, cell.right))
    return sorted(found)


def _cuts(widths: tuple[float, ...]) -> tuple[float, ...]:
    cuts = [0.0]
    for width in widths:
        cuts.append(round(cuts[-1] + width, 2))
    return tuple(cuts)


def _pair(place: Place, left: float, middle: float, right: float) -> tuple[Cell, Cell]:
    """Label and value."""
    style = {"amount": "amount", "date": "date"}.get(place.kind, "value")
    label = place.label.replace("\n", "")
    return Cell(left, middle, "label", label), Cell(middle, right, style, place.text, place.path, place)


def _strip(row: Row, cuts: tuple[float, ...]) -> Iterator[Strip]:
    c = cuts
    if row.kind == "heading":
        yield Strip(Mark("heading"), (Cell(0, 100, "head", row.label),))
    elif row.kind == "table":
        size = len(row.lines) + 1
        yield Strip(
            Mark("sub_head"),
            (
                Cell(0, c[1], "label", row.label, down=size),
                Cell(c[1], c[4], "column", row.columns[0]),
                Cell(c[4], 100, "column", row.columns[1]),
            ),
        )
        for line in row.lines:
            name, amount = line.places
            yield Strip(
                Mark("sub", line.row_id or "new"),
                (
                    Cell(c[1], c[4], "value", name.text, "name", name),
                    Cell(c[4], 100, "amount", amount.text, "amount", amount),
                ),
            )
    elif row.kind == "money":
        yield from _money(row)
    elif row.kind == "beside":
        left, right = row.places
        heads = (Cell(c[1], c[3], "column", left.label), Cell(c[3], 100, "column", right.label))
        yield Strip(Mark("heading"), (Cell(0, c[1], "label", row.label, down=2), *heads))
        values = (Cell(c[1], c[3], "value", left.text, left.path, left),)
        yield Strip(Mark("fields"), (*values, Cell(c[3], 100, "value", right.text, right.path, right)))
    elif row.kind == "amounts" and len(row.places) == 2:
        left, right = row.places
        yield Strip(Mark("fields"), (*_pair(left, 0, c[2], c[3]), *_pair(right, c[3], c[5], 100)))
    elif row.kind == "pair":
        left, right = row.places
        yield Strip(Mark("fields"), (*_pair(left, 0, c[1], c[3]), *_pair(right, c[3], c[4], 100)))
    else:
        for place in row.places:
            yield Strip(Mark("fields"), _pair(place, 0, c[1], 100))


def _money(row: Row) -> Iterator[Strip]:
    """Sources down, amounts across, beside a label merged over all of them."""
    kinds = [place.kind for place in row.lines[0].places[1:]]
    numbers = MONEY_NUMBERS[kinds.count("number")]
    wide = (100 - MONEY_SIDE - MONEY_SOURCE - sum(numbers)) / kinds.count("amount")
    narrow = iter(numbers)
    widths = [wide if kind == "amount" else next(narrow) for kind in kinds]
    cuts = _cuts((MONEY_SIDE, MONEY_SOURCE, *widths))
    heads = (Cell(cuts[i], cuts[i + 1], "column", text) for i, text in enumerate(row.columns, 1))
    side = Cell(0, cuts[1], "label", row.label, down=len(row.lines) + 1)
    yield Strip(Mark("heading"), (side, *heads))
    for line in row.lines:
        cells = (
            Cell(
                cuts[i],
                cuts[i + 1],
                {"amount": "money", "label": "value"}.get(place.kind, "number"),
                place.text,
                place.path,
                place,
            )
            for i, place in enumerate(line.places, 1)
        )
        yield Strip(Mark("fields"), tuple(cells))


def _indicators(paper: Paper) -> Iterator[Strip]:
    table = paper.indicators
    if not table.columns:
        return
    cuts = _cuts(tuple(float(width) for width in table.widths))
    beside = 1 if table.side else 0  # the first group of each row is the heading, drawn once beside all of them
    fronted = paper.form.startswith("sh-2020")
    if table.heading:
        yield Strip(Mark("indicator_heading"), (Cell(0, 100, "head", table.heading),), new_page=fronted)
    heads = list(_heads(table, cuts, beside))
    side = (Cell(0, cuts[1], "group", table.side, down=len(table.lines) + len(heads)),) if beside else ()
    for number, row in enumerate(heads):
        yield Strip(Mark("indicator_head"), (*(() if number else side), *row))
    for line in table.lines:
        cells = [
            Cell(cuts[i], cuts[i + 1], "group", group.label, f"level{i + 1 - beside}", down=group.size)
            for i, group in enumerate(line.groups)
            if group.first and i >= beside
        ]
        cells += _cells(line.places, cuts, len(line.groups))
        merged = tuple(
            (f"level{i + 1 - beside}", cuts[i])
            for i, group in enumerate(line.groups)
            if not group.first and i >= beside
        )
        yield Strip(Mark("indicator", line.row_id or "new"), tuple(cells), merged=merged)
    if table.total:
        label, *places = table.total
        first = Cell(0, cuts[table.total_span], "label", label.text)
        yield Strip(Mark("total"), (first, *_cells(places, cuts, table.total_span)))


def _heads(table: IndicatorTable, cuts: tuple[float, ...], beside: int) -> Iterator[tuple[Cell, ...]]:
    """The row of heads, or two of them, right of the heading beside the rows."""
    columns = [(cuts[i], cuts[i + 1], text.replace("\n", "")) for i, text in enumerate(table.columns)]
    if not table.over:
        yield tuple(Cell(left, right, "column", text) for left, right, text in columns[beside:])
        return
    upper: list[Cell] = []
    lower: list[Cell] = []
    at = 0
    for head in table.over:
        down = 2 if head.span == 1 else 1
        upper.append(Cell(cuts[at], cuts[at + head.span], "column", head.label.replace("\n", ""), down=down))
        if head.span > 1:
            lower += [Cell(left, right, "column", text) for left, right, text in columns[at : at + head.span]]
        at += head.span
    yield from (tuple(upper[beside:]), tuple(lower))


def _cells(places: Sequence[Place], cuts: tuple[float, ...], start: int) -> Iterator[Cell]:
    """The cells of a row's values, from one column on; each is known by the last part of its path."""
    for i, place in enumerate(places, start):
        style = "number" if place.kind in ("number", "tick") else "value"
        yield Cell(cuts[i], cuts[i + 1], style, place.text, place.path.rpartition(".")[2], place)


def _national(paper: Paper, c: tuple[float, ...]) -> Iterator[Strip]:
    """The layout of templates/forms/national-2021-declaration.html."""
    p = paper.places
    yield Strip(Mark("fields"), _pair(p["project_name"], 0, c[1], 100))
    both = (p["competent_department"], p["implementing_unit"])
    yield Strip(Mark("fields"), (*_pair(both[0], 0, c[1], c[3]), *_pair(both[1], c[3], c[4], 100)))
    yield Strip(Mark("fields"), _pair(p["project_category"], 0, c[1], 100))
    both = (p["start_date"], p["end_date"])
    yield Strip(Mark("fields"), (*_pair(both[0], 0, c[1], c[3]), *_pair(both[1], c[3], c[4], 100)))
    for number, part in enumerate(("", "_fiscal", "_other")):
        left, right = p[f"budget_total{part}"], p[f"budget_current_year{part}"]
        side = () if number else (Cell(0, c[1], "label", paper.budget_heading, down=3),)
        cells = (*side, *_pair(left, c[1], c[2], c[3]), *_pair(right, c[3], c[5], 100))
        yield Strip(Mark("fields"), cells)
    goals = p["overall_goal"], p["annual_goal"]
    heads = tuple(
        Cell(left, right, "column", goal.label)
        for goal, left, right in zip(goals, (c[1], c[3]), (c[3], 100.0), strict=True)
    )
    side = (Cell(0, c[1], "label", paper.section_titles["goals"], down=2),)
    yield Strip(Mark("heading"), (*side, *heads))
    values = (
        Cell(c[1], c[3], "value", goals[0].text, goals[0].path, goals[0]),
        Cell(c[3], 100, "value", goals[1].text, goals[1].path, goals[1]),
    )
    yield Strip(Mark("fields"), values)
