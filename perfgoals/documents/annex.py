"""对照表: a sheet behind the official form that says, place by place, what stood there before and what stands there now.

Which places changed, and how, is decided by whoever makes the annex; this module keeps and prints it. Struck and
underlined words, not colours, tell old from new: official paper is black.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.template.loader import get_template

from perfgoals.documents.difference import Piece
from perfgoals.documents.paper import printable

# An unchanged passage longer than this is shown by its two ends.
LONGEST_SAME, END = 90, 36
_LINES_OF_A_PAGE, _CHARACTERS_OF_A_LINE = 40, 16


@dataclass(frozen=True, slots=True)
class AnnexLine:
    """One place: its name, the text before and after as pieces; ``path`` is the place in the document."""

    place: str
    path: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]

    @property
    def flows(self) -> bool:
        """Too tall for one page: its row may be cut."""
        longest = max(sum(len(text) for _, text in pieces) for pieces in (self.old, self.new))
        return longest > _LINES_OF_A_PAGE * _CHARACTERS_OF_A_LINE


@dataclass(frozen=True, slots=True)
class Annex:
    """One sheet of old and new. ``about`` are the facts above the table, the reason among them."""

    title: str
    mark: str  # 校验码 of the form it belongs to, in groups of four
    about: tuple[tuple[str, str], ...]
    old_heading: str
    new_heading: str
    lines: tuple[AnnexLine, ...] = field(default=())

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Annex":
        """What ``to_json`` wrote; nothing else is read."""
        data: dict[str, Any] = json.loads(text)
        lines = tuple(
            AnnexLine(line["place"], line["path"], _pieces(line["old"]), _pieces(line["new"]))
            for line in data["lines"]
        )
        about = tuple((label, words) for label, words in data["about"])
        return cls(data["title"], data["mark"], about, data["old_heading"], data["new_heading"], lines)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything printed, with the path it belongs to: what must have a glyph."""
        yield from (("annex", words) for pair in self.about for words in pair)
        for line in self.lines:
            yield line.path, line.place
            yield from ((line.path, text) for pieces in (line.old, line.new) for _, text in pieces)

    def html(self, *, watermark: str = "") -> str:
        """The whole HTML document that is printed."""
        return get_template("forms/annex.html").render({"annex": self, "watermark": watermark})


def line_of(place: str, path: str, pieces: tuple[Piece, ...]) -> AnnexLine:
    """A line from one difference: what was struck stands on the left, what was put in on the right."""
    shown = tuple((operation, printable(text)) for operation, text in pieces)
    old = tuple(_shortened(piece) for piece in shown if piece[0] != "insert")
    new = tuple(_shortened(piece) for piece in shown if piece[0] != "delete")
    return AnnexLine(printable(place), path, old, new)


def _shortened(piece: Piece) -> Piece:
    operation, text = piece
    if operation != "equal" or len(text) <= LONGEST_SAME:
        return piece
    return operation, f"{text[:END]}……{text[-END:]}"


def _pieces(pieces: list[list[str]]) -> tuple[Piece, ...]:
    return tuple((operation, text) for operation, text in pieces)  # type: ignore[misc]
