"""Text from a spreadsheet's clipboard as cells. Pure: no database, no form.

Excel, WPS and LibreOffice write tabs between cells and a line break between rows; a cell that holds a line break, a tab
or doubled quotes stands in quotes. A quote that does not open such a cell is part of the text (“"好"字工程”).
"""

import re
import unicodedata

TEXT_LIMIT = 500_000  # characters of one paste
LINE_LIMIT = 200
CELL_LIMIT = 1_000
COLUMN_LIMIT = 50

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\t|\n|\Z)')
_PLAIN = re.compile(r"[^\t\n]*")


class TooMuch(ValueError):
    """The paste is larger than anybody means; the message says how large, in Chinese."""


def read_cells(text: str) -> list[list[str]]:
    """The rows of the clipboard, each as its cells; rows without any text are left out. Raises ``TooMuch``."""
    if len(text) > TEXT_LIMIT:
        raise TooMuch(f"粘贴的内容有 {len(text):,} 个字，一次最多 {TEXT_LIMIT:,} 个字。分几次粘贴。")
    text = _clean(text)
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        cell, at = _cell(text, at)
        rows[-1].append(cell)
        if at >= len(text):
            break
        if text[at] == "\n":
            rows.append([])
        at += 1
    filled = [row for row in rows if any(row)]
    if filled and max(len(row) for row in filled) > COLUMN_LIMIT:
        raise TooMuch(f"粘贴的内容超过 {COLUMN_LIMIT} 列。只复制指标表这几列。")
    if len(filled) > LINE_LIMIT + 1:  # and one line of column heads
        raise TooMuch(f"粘贴了 {len(filled)} 行，一次最多 {LINE_LIMIT} 行。分几次粘贴。")
    return filled


def _cell(text: str, at: int) -> tuple[str, int]:
    quoted = _QUOTED.match(text, at)
    if quoted:
        inside = quoted[1]
        if "\n" in inside or "\t" in inside or '""' in inside:
            return _one_line(inside.replace('""', '"')), quoted.end()
    plain = _PLAIN.match(text, at)
    assert plain is not None  # the pattern matches the empty text
    return _one_line(plain[0]), plain.end()


def _clean(text: str) -> str:
    """Line ends as one sign; control and direction marks, which nobody typed, go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x0b", "\n")
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )


def _one_line(text: str) -> str:
    """A cell of the grid has one line: a break inside Chinese text only wrapped it, elsewhere it was a space."""
    parts = [part.strip(" \t\u00a0\u3000") for part in text.split("\n")]
    joined = ""
    for part in filter(None, parts):
        wraps = not joined or ord(joined[-1]) > 0x2E7F or ord(part[0]) > 0x2E7F
        joined += part if wraps else f" {part}"
    return joined
