"""A monitoring report as its official form shows it: on its side, a column for every word that can be ticked.

“偏差原因分析” prints one column per word of its vocabulary and 原因说明 behind them, “完成目标可能性” one per word; their heads
take two rows. Labels name the month of the report (``Edition.at``).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from perfgoals.documents.laying import Laying, kept
from perfgoals.documents.monitoring import MonitoringDocument, MonitoringRow
from perfgoals.documents.parts import Head, IndicatorTable, Line, Paper, Place, tall
from perfgoals.documents.placing import printable, tinted
from perfgoals.editions import Edition, Field

# Of a page on its side: characters of a table cell's line per percent of its width at 8 pt, and lines below the heads, rounded down.
_CHARACTERS_PER_PERCENT, _LINES = 0.7, 32


class _Column(NamedTuple):
    """One column: ``head`` stands over it, ``over`` over it and its neighbours; ``word`` is what a tick in it means."""

    key: str
    head: str
    over: str
    width: int
    word: str = ""
    is_first: bool = True


def lay_out_monitoring(document: MonitoringDocument, edition: Edition, *, tints: Mapping[str, str]) -> Paper:
    """The printed form, with the document's month in its labels."""
    return _Making(document, edition.at(document.cutoff_month), tints).paper()


class _Making(Laying[MonitoringDocument]):
    # Money ------------------------------------------------------------------------------------------------------------
    def money_heads(self, heads: Sequence[str], rate: str) -> tuple[str, ...]:
        """As the form has them: 年初预算数, 执行数, 执行率, 全年预计执行数."""
        return (*heads[:2], rate, *heads[2:])

    def money_cells(
        self, cells: Sequence[Field], shown: Sequence[Place], *, is_whole: bool
    ) -> tuple[Place, ...]:
        return (*shown[:2], self.rate_place(cells, base="initial", is_whole=is_whole), *shown[2:])

    # Indicators -------------------------------------------------------------------------------------------------------
    def indicators(self, one: Field) -> IndicatorTable:
        edition, style = self.edition, self.edition.style
        heading = edition.indicators_heading.replace("{year}", str(self.document.fiscal_year))
        side = heading if style.heading_beside else ""
        columns = list(self._columns())
        over = [
            Head(label, len(list(same))) for label, same in groupby(columns, key=lambda column: column.over)
        ]
        return IndicatorTable(
            path=one.key,
            heading="" if side else heading,
            side=side,
            tint=self.tints.get(one.key, ""),
            columns=("", *(one.head for one in columns)) if side else tuple(one.head for one in columns),
            widths=(style.side_width, *(one.width for one in columns))
            if side
            else tuple(one.width for one in columns),
            lines=tuple(self._lines(columns, side)),
            over=(Head(""), *over) if side else tuple(over),
        )

    def _columns(self) -> Iterator[_Column]:
        """The columns in print order, one for each word that can be ticked."""
        over = ""
        for (key, printed), width in zip(self.edition.columns, self.edition.style.column_widths, strict=True):
            head = _in_two(printed)
            over = over if key == "deviation_reason" else head
            words = self.edition.vocabularies[key] if key in ("deviation_kinds", "likelihood") else ()
            if not words:
                yield _Column(key, head, over or head, width)
            for number, choice in enumerate(words):
                share = width * (number + 1) // len(words) - width * number // len(words)
                yield _Column(key, choice.label, over, share, choice.key, number == 0)

    def _lines(self, columns: Sequence[_Column], side: str) -> Iterator[Line]:
        rows = self.document.indicators or tuple(
            MonitoringRow("", level1, level2, "", "") for level1, level2 in self.edition.groups
        )
        levels = sum(one.key in ("level1", "level2") for one in columns)
        for row, groups in zip(rows, self.groups(rows, levels, side), strict=True):
            places = tuple(tinted(self._cell(row, one), self.tints) for one in columns[levels:])
            yield Line(
                row.row_id,
                groups,
                places,
                **kept(groups, side=side),
                flows=any(
                    tall(place.text, int(one.width * _CHARACTERS_PER_PERCENT), _LINES)
                    for place, one in zip(places, columns[levels:], strict=True)
                ),
            )

    def _cell(self, row: MonitoringRow, one: _Column) -> Place:
        path = f"indicators.{row.row_id}.{one.key}"
        value = getattr(row, one.key)
        if one.word:
            chosen = value == one.word if isinstance(value, str) else one.word in value
            # Several cells are one place: notes hang at the first of them, a finding colours all.
            text = self.edition.style.box_checked if chosen else ""
            return Place(path if one.is_first else "", "", text, "tick", self.tints.get(path, ""))
        text = printable(value or "")
        if one.key == "actual" and row.attainment:
            text = _with_attainment(text, self.edition.word("attainment", row.attainment))
        return Place(path, "", text)


def _in_two(head: str) -> str:
    """“全年预计完成情况” breaks before its last four characters: its column is narrow."""
    return f"{head[:-4]}\n{head[-4:]}" if head.endswith("情况") and len(head) > 6 else head


def _with_attainment(text: str, word: str) -> str:
    """“部分达成：已办6场”; the word once where it was typed too."""
    return text if text.startswith(word) else f"{word}：{text}" if text else word
