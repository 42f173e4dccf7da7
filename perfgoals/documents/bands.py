"""The form on a reviewer's screen: cut into bands, with numbers where notes hang and changes drawn in the text.

A band is one block of the form; what a page sets beside it stays beside it without any script. Printed one below the
other the bands are the form as ``paper.html`` draws it, made by the same templates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.template.loader_tags import ExtendsNode
from django.utils.safestring import SafeString, mark_safe

from perfgoals.documents.difference import Piece
from perfgoals.documents.paper import form_template
from perfgoals.documents.parts import Head, Line, Mark, Paper, Place, Row
from perfgoals.editions import Edition


@dataclass(frozen=True, slots=True)
class Beside:
    """A column that stands on no paper, right of the indicators: its head and its text for each row."""

    head: str
    texts: Mapping[str, str]  # row id → text


@dataclass(frozen=True, slots=True)
class Band:
    """One block of the form. ``paths`` are the places in it, in print order: fields, tables, rows and cells."""

    title: str
    html: SafeString
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What the template needs to know about a band."""

    title: str
    is_first: bool
    is_last: bool
    is_continued: bool
    revision: str


# Of the width of the indicator table, in percent.
_BESIDE_WIDTH = 20


def decorated(
    paper: Paper, *, marks: Mapping[str, tuple[Mark, ...]], pieces: Mapping[str, Sequence[Piece]]
) -> Paper:
    """``paper`` with marks at their paths and with ``pieces`` in place of the texts that changed."""

    def dressed(place: Place) -> Place:
        if place.path not in marks and place.path not in pieces:
            return place
        return replace(place, marks=marks.get(place.path, ()), pieces=tuple(pieces.get(place.path, ())))

    def line(one: Line) -> Line:
        return replace(one, places=tuple(map(dressed, one.places)))

    def row(one: Row) -> Row:
        places, lines = tuple(map(dressed, one.places)), tuple(map(line, one.lines))
        return replace(one, places=places, lines=lines, marks=marks.get(one.path, ()) if one.path else ())

    table = paper.indicators
    return replace(
        paper,
        rows=tuple(map(row, paper.rows)),
        tail=tuple(map(row, paper.tail)),
        indicators=replace(
            table,
            lines=tuple(map(line, table.lines)),
            total=tuple(map(dressed, table.total)),
            marks=marks.get(table.path, ()),
        ),
        places={key: dressed(place) for key, place in paper.places.items()},
    )


def with_beside(paper: Paper, beside: Beside) -> Paper:
    """``paper`` with one more column at the right of the indicators."""
    table = paper.indicators
    if not table.lines:
        return paper
    lines = tuple(
        replace(one, places=(*one.places, Place("", "", beside.texts.get(one.row_id, ""), "beside")))
        for one in table.lines
    )
    widths = [round(width * (100 - _BESIDE_WIDTH) / 100) for width in table.widths]
    widths.append(100 - sum(widths))
    total = (*table.total, Place("", "", "", "beside")) if table.total else ()
    return replace(
        paper,
        indicators=replace(
            table,
            columns=(*table.columns, beside.head),
            widths=tuple(widths),
            lines=lines,
            total=total,
            over=(*table.over, Head(beside.head)) if table.over else (),
        ),
    )


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest piece that can stand by itself: what is in it, and about how tall it is on a screen, in pixels."""

    paths: tuple[str, ...]
    height: int


def blocks(paper: Paper, edition: Edition) -> list[Block]:
    """The blocks of the form, without drawing them: whoever sets notes beside them must know first."""
    return [Block(tuple(_paths(cut)), _height(cut)) for _, cut in _cuts(paper, edition)]


def bands(paper: Paper, edition: Edition, *, sizes: Sequence[int] = (), revision: str = "") -> list[Band]:
    """``paper`` cut by section above the indicators and by first level inside them.

    ``sizes`` says how many blocks each band takes, one each where it is not given.
    """
    cuts = _joined([*_cuts(paper, edition)], sizes)
    drawn = []
    continued = False
    for number, (title, cut) in enumerate(cuts):
        has_table = bool(cut.indicators.columns)
        part = _Part(title, number == 0, number == len(cuts) - 1, has_table and continued, revision)
        context = {"paper": _with_side(cut), "for_screen": True, "part": part}
        drawn.append(Band(title, mark_safe(form_template(paper.form).render(context)), tuple(_paths(cut))))
        continued = continued or has_table
    return drawn


def _with_side(cut: Paper) -> Paper:
    """The heading beside the rows reaches over the rows of this band."""
    table = cut.indicators
    if not table.side or not table.columns:
        return cut
    last = len(table.lines) - 1
    lines = tuple(
        replace(
            line,
            groups=(
                replace(line.groups[0], size=last + 1, first=number == 0, last=number == last),
                *line.groups[1:],
            ),
        )
        for number, line in enumerate(table.lines)
    )
    return replace(cut, indicators=replace(table, lines=lines))


def _joined(cuts: list[tuple[str, Paper]], sizes: Sequence[int]) -> list[tuple[str, Paper]]:
    if not sizes:
        return cuts
    rest = iter(cuts)
    joined = []
    for size in sizes:
        some = [next(rest) for _ in range(size)]
        title, whole = some[0]
        for other, cut in some[1:]:
            table = whole.indicators if whole.indicators.columns else cut.indicators
            if whole.indicators.columns and cut.indicators.columns:
                lines = (*whole.indicators.lines, *cut.indicators.lines)
                table = replace(table, lines=lines, total=cut.indicators.total)
            title = f"{title}、{other}"
            whole = replace(
                whole, rows=(*whole.rows, *cut.rows), indicators=table, tail=(*whole.tail, *cut.tail)
            )
        joined.append((title, whole))
    return joined


# Of the paper as look.css and paper.css draw it beside a margin.
_LINE, _ROW, _CHARACTERS = 26, 36, 42


def _height(cut: Paper) -> int:
    height = 0
    for row in (*cut.rows, *cut.tail):
        lines = max((_lines_of(place) for place in row.places), default=1)
        height += max(_ROW, lines * _LINE + 10) + _ROW * len(row.lines)
    return height + _ROW * len(cut.indicators.lines)


def _lines_of(place: Place) -> int:
    wide = _CHARACTERS if place.kind == "paragraph" else _CHARACTERS // 3
    return sum(len(part) // wide + 1 for part in place.text.split("\n"))


def _cuts(paper: Paper, edition: Edition) -> Iterator[tuple[str, Paper]]:
    nothing = replace(paper, rows=(), tail=(), indicators=replace(paper.indicators, columns=(), lines=()))
    for title, rows in _blocks(paper, edition):
        yield title, replace(nothing, rows=rows)
    table = paper.indicators
    if table.columns:
        level1 = 1 if table.side else 0  # of the groups, the heading beside the rows being the first
        runs = [
            tuple(lines)
            for _, lines in groupby(
                table.lines, key=lambda line: line.groups[level1].key if line.groups else ""
            )
        ]
        for number, some in enumerate(runs):
            # The heading is repeated for readers of the screen, its notes are not; the total closes the last band.
            marks = () if number else table.marks
            total = table.total if number == len(runs) - 1 else ()
            title = some[0].groups[level1].label.replace("\n", "") if some[0].groups else table.heading
            yield title, replace(nothing, indicators=replace(table, lines=some, marks=marks, total=total))
    if paper.tail:
        yield "其他", replace(nothing, tail=paper.tail)


def _blocks(paper: Paper, edition: Edition) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The rows above the indicators by section. A form with a layout of its own cannot be cut there."""
    if not paper.rows:
        return
    if _lays_out_itself(paper.form):
        yield "项目信息", paper.rows
        return
    sections: list[tuple[str, list[Row]]] = []
    heading: list[Row] = []
    for row in paper.rows:
        if row.kind == "heading":
            heading.append(row)
            continue
        path = row.path or row.places[0].path
        title = edition.section_for_path(path).title
        if not sections or sections[-1][0] != title:
            sections.append((title, []))
        sections[-1][1].extend([*heading, row])
        heading = []
    yield from ((title, tuple(rows)) for title, rows in sections)


def _lays_out_itself(form: str) -> bool:
    nodes = form_template(form).template.nodelist.get_nodes_by_type(ExtendsNode)
    return any("info_rows" in node.blocks for node in nodes)


def _paths(cut: Paper) -> Iterator[str]:
    """Every path of a band: fields, then for each table line its row and its cells."""
    yield from _row_paths(cut.rows)
    if cut.indicators.columns:
        yield cut.indicators.path
        yield from _line_paths(cut.indicators.path, cut.indicators.lines)
        yield from (place.path for place in cut.indicators.total if place.path)
    yield from _row_paths(cut.tail)


def _row_paths(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        yield from (place.path for place in row.places)
        if row.kind == "money":
            yield from (place.path for line in row.lines for place in line.places if place.path)
            continue
        if row.kind == "table":
            yield row.path
        yield from _line_paths(row.path, row.lines)


def _line_paths(table: str, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.row_id:
            yield f"{table}.{line.row_id}"
            yield from (place.path for place in line.places if place.path)
