"""What a printed form consists of: boxes, places, rows, tables and the paper that holds them.

``perfgoals.documents.paper`` fills these in; ``templates/forms`` and the workbook read them and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from perfgoals.documents.difference import Piece

# A row taller than this many lines does not fit on a page of its own and may be cut; all others are kept whole.
LINES_OF_A_PAGE = 40
# Characters of one line of a long text cell; what the fields of templates/forms hold, rounded down.
CHARACTERS_OF_A_LINE = 38

# From this many indicators on the rows stand closer, so that up to thirty fit on one page.
MANY_INDICATORS = 23
MANY_COLUMNS = 6
# What pages hold below the title, and without it, in points.
_FIRST_PAGE, _NEXT_PAGE = 640.0, 725.0


def tall(text: str, characters: int, lines: int = LINES_OF_A_PAGE) -> bool:
    """``text`` in a cell that holds ``characters`` a line does not fit on a page of so many lines."""
    return sum(len(line) // max(characters, 1) + 1 for line in text.split("\n")) > lines


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a note in the margin, drawn where it hangs. ``level`` is that of the gravest finding, or ""."""

    number: int
    level: str = ""


_MARK_CLASSES = {"error": "pg-mark pg-mark--err", "doubt": "pg-mark pg-mark--ask"}
_TAGS = {"delete": "del", "insert": "ins"}


def signs(marks: Iterable[Mark]) -> SafeString:
    """The numbers as links to their notes; nothing for no marks."""
    return format_html_join(
        "",
        '　<a class="{}" href="#n{}" id="m{}" aria-label="旁注 {}">{}</a>',
        ((_MARK_CLASSES.get(m.level, "pg-mark"), *(m.number,) * 4) for m in marks),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One value on paper with its label. ``path`` is where a finding hangs (``budget.total``).

    ``pieces`` (how an earlier text became this one) and ``marks`` are drawn on a reviewer's screen only.
    """

    path: str
    label: str
    text: str
    kind: str = "text"
    tint: str = ""
    boxes: tuple[tuple[Box, ...], ...] = ()
    pieces: tuple[Piece, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def signs(self) -> SafeString:
        return signs(self.marks)

    @property
    def content(self) -> SafeString:
        """The value for a cell: as text, or as what was taken out and put in, then the marks."""
        if not self.pieces and not self.marks:
            return escape(self.text)
        if self.kind == "amount":
            return format_html("{}{}", self._amount(), self.signs)
        if self.kind == "tick":  # a tick is there or not; what it was before has no room in its column
            return format_html("{}{}", self.text, self.signs)
        parts = (
            format_html("<{0}>{1}</{0}>", _TAGS[operation], text) if operation in _TAGS else escape(text)
            for operation, text in self.pieces or (("equal", self.text),)
        )
        return format_html("{}{}", format_html_join("", "{}", ((part,) for part in parts)), self.signs)

    def _amount(self) -> SafeString:
        """Money changes as a whole, and no number is broken by what is drawn beside it."""
        old = "".join(text for operation, text in self.pieces if operation != "insert")
        new = "".join(text for operation, text in self.pieces if operation != "delete")
        numbers = (("del", old), ("ins", new)) if old != new else (("span", self.text),)
        return format_html_join(
            " ", '<{0} class="pg-figure">{1}</{0}>', ((tag, number) for tag, number in numbers if number)
        )

    @property
    def flows(self) -> bool:
        """Too long for one page: its row may be cut."""
        return tall(self.text, CHARACTERS_OF_A_LINE)


@dataclass(frozen=True, slots=True)
class Group:
    """One row's part of a merged label cell. ``key`` is equal for all rows of the cell."""

    key: str
    label: str
    size: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table with merged label cells on its left. ``keep_*``: no page break there."""

    row_id: str
    groups: tuple[Group, ...]
    places: tuple[Place, ...]
    keep_with_next: bool = False
    keep_with_previous: bool = False
    flows: bool = False  # too tall for one page: may be cut


@dataclass(frozen=True, slots=True)
class Row:
    """``kind``: pair, amounts, single, long, boxes, heading, table (``lines`` under a ``label``), money (the same in a
    table of its own), beside (two texts side by side under a ``label``).
    """

    kind: str
    places: tuple[Place, ...] = ()
    label: str = ""
    path: str = ""
    tint: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def signs(self) -> SafeString:
        return signs(self.marks)

    @property
    def flows(self) -> bool:
        """Too tall for one page, its places standing beside each other."""
        return any(tall(place.text, CHARACTERS_OF_A_LINE // len(self.places)) for place in self.places)


@dataclass(frozen=True, slots=True)
class UpperTable:
    """Consecutive rows on one grid of columns; money has a grid of its own."""

    rows: tuple[Row, ...]
    is_money: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of the first of two rows of heads: over one column (it reaches down) or over ``span`` columns under it."""

    label: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """``side``: the heading is a merged cell left of all rows, the first of their groups. ``total``: the last row, whose
    label reaches over the first ``total_span`` columns. ``over``: where heads take two rows, the first of them.
    """

    path: str
    heading: str
    tint: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    side: str = ""
    total: tuple[Place, ...] = ()
    total_span: int = 1
    over: tuple[Head, ...] = ()

    @property
    def under(self) -> tuple[str, ...]:
        """The second row of heads: the columns that stand under a common one."""
        spans = [head.span for head in self.over for _ in range(head.span)]
        return tuple(label for label, span in zip(self.columns, spans, strict=True) if span > 1)

    @property
    def signs(self) -> SafeString:
        return signs(self.marks)


@dataclass(frozen=True, slots=True)
class Paper:
    """What ``templates/forms`` print."""

    form: str
    title: str
    year_line: str
    unit_label: str
    unit: str
    fingerprint: str
    rows: tuple[Row, ...]
    indicators: IndicatorTable
    tail: tuple[Row, ...]
    budget_heading: str
    section_titles: Mapping[str, str]
    places: Mapping[str, Place]  # by key with dots as underscores, for forms with a layout of their own
    page_numbers: bool
    labels_centred: bool  # labels without colons stand in the middle of their cells
    notes: tuple[str, ...] = ()  # printed under the form
    landscape: bool = False  # the sheet lies on its side
    layout: str = ""  # the edition whose layout this is, where it is not the form itself

    @property
    def upper(self) -> tuple[UpperTable, ...]:
        """The rows above the indicators as tables; one of them unless money stands between."""
        runs = groupby(self.rows, key=lambda row: row.kind == "money")
        return tuple(UpperTable(tuple(rows), is_money) for is_money, rows in runs)

    @property
    def styles(self) -> str:
        """What the style sheets know the layout by."""
        return self.layout or self.form

    @property
    def name(self) -> str:
        """What the paper is about, for the title of the file."""
        named = self.places.get("project_name")
        return " ".join(part for part in (self.title, named.text if named else "", self.year_line) if part)

    @property
    def is_dense(self) -> bool:
        """The case takes a page less at 9 pt than at 10.5 pt; the published forms were printed small then, too."""
        usual = _pages(self.rows, characters=35, line=15.75, least=52)
        return usual > _pages(self.rows, characters=41, line=12.6, least=34)

    @property
    def has_many_indicators(self) -> bool:
        return len(self.indicators.lines) > MANY_INDICATORS

    @property
    def is_wide(self) -> bool:
        """More columns than a narrow screen holds: the sheet is scrolled there before its numbers break."""
        return len(self.indicators.columns) > MANY_COLUMNS

    @property
    def has_large_amounts(self) -> bool:
        """Hundreds of millions: the amounts need the width, their labels may wrap."""
        return any(len(place.text) > 13 for place in self.places.values() if place.kind == "amount")

    @property
    def fingerprint_mark(self) -> str:
        """The first 12 digits in groups of four, as printed at the foot."""
        short = self.fingerprint[:12]
        return " ".join(short[i : i + 4] for i in (0, 4, 8))


def _pages(rows: Iterable[Row], *, characters: int, line: float, least: float) -> int:
    """About how many pages the upper table takes, rows kept whole."""
    pages, left = 1, _FIRST_PAGE
    for row in rows:
        height = line + 13
        if row.kind == "long":
            lines = sum(max(1, -(-len(part) // characters)) for part in row.places[0].text.split("\n"))
            height = max(least, lines * line + 6.8)
        while height > left:
            height = height if height <= _NEXT_PAGE else height - left
            pages, left = pages + 1, _NEXT_PAGE
        left -= height
    return pages
