"""评分明细: a sheet behind a self-evaluation with which anybody can do every sum again (I2).

What it says is decided by whoever scores; this module keeps and prints it. The inputs themselves are attached to the PDF
as the form's document.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from django.template.loader import get_template

from perfgoals.documents.parts import Group, tall

KIND = "details"
_CHARACTERS = 18  # of a line in the widest column at 9 pt, rounded down


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of the form. ``clause`` is the number of its clause below the table, 0 for none; ``unit`` what was read."""

    group: str
    name: str
    path: str
    target: str
    actual: str
    formula: str
    inputs: str
    sentence: str
    remarks: tuple[str, ...]
    weight: str
    points: str
    clause: int

    @property
    def flows(self) -> bool:
        """Too tall for one page: its row may be cut."""
        return tall("\n".join((self.formula, self.inputs, self.sentence, *self.remarks)), _CHARACTERS)


@dataclass(frozen=True, slots=True)
class DetailLine:
    """A row with its part of the merged label of its group."""

    detail: Detail
    group: Group

    @property
    def keep(self) -> str:
        """Classes that keep at least two rows of a group together."""
        if self.detail.flows:
            return "flows"
        return " ".join(
            name
            for name, holds in (
                ("kn", self.group.first and not self.group.last),
                ("kp", self.group.last and not self.group.first),
            )
            if holds
        )


@dataclass(frozen=True, slots=True)
class Details:
    """``about`` are the facts above the table, ``result`` the way from the rows to total and grade below it."""

    title: str
    mark: str  # 校验码 of the form it belongs to, in groups of four
    about: tuple[tuple[str, str], ...]
    rows: tuple[Detail, ...]
    groups: tuple[tuple[str, str, str], ...]  # name, weight, points
    result: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    foot: str

    def to_json(self) -> str:
        data = asdict(self) | {"kind": KIND}
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Details":
        """What ``to_json`` wrote; nothing else is read."""
        data: dict[str, Any] = json.loads(text)
        del data["kind"]
        for key in ("about", "groups", "result"):
            data[key] = tuple(tuple(item) for item in data[key])
        rows = tuple(Detail(**row | {"remarks": tuple(row["remarks"])}) for row in data["rows"])
        return cls(**data | {"rows": rows, "clauses": tuple(data["clauses"])})

    @property
    def lines(self) -> Iterator[DetailLine]:
        """The rows with their groups; a form may come back to a group."""
        for number, (name, same) in enumerate(groupby(self.rows, key=lambda row: row.group)):
            rows = list(same)
            for index, row in enumerate(rows):
                key, last = f"group-{number}", index == len(rows) - 1
                yield DetailLine(row, Group(key, name, len(rows), first=index == 0, last=last))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything printed, with the path it belongs to: what must have a glyph."""
        plain = (*self.about, *self.groups, *self.result, self.clauses, (self.foot,))
        yield from (("details", words) for item in plain for words in item)
        for row in self.rows:
            words = (row.group, row.name, row.target, row.actual, row.formula, row.inputs, row.sentence)
            yield from ((row.path, text) for text in (*words, *row.remarks, row.weight, row.points))

    def html(self, *, watermark: str = "") -> str:
        """The whole HTML document that is printed."""
        return get_template("forms/details.html").render({"details": self, "watermark": watermark})
