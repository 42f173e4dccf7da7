"""How one form became another: word by word inside texts, row by row in tables (F66).

Rows are matched by their stable id, then by name inside their group, then by likeness of name; a row that was moved
or renamed is still the same row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perfgoals.documents.declaration import read_amount, read_date
from perfgoals.documents.difference import Piece, words
from perfgoals.documents.matching import R, TableRow, group_of, match_rows
from perfgoals.documents.paper import printed_amount
from perfgoals.editions import Edition, Field

# Below this share of common characters a text is a new one: colouring its remains would help nobody to read it.
SAME_TEXT = 0.5
SHORT = 40  # characters; a name or a value is always shown as struck and put in


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text before and after, with its pieces."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...]
    column: str = ""  # of a table cell

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def places(self) -> int:
        """How many passages changed: a deletion and the insertion in its stead are one."""
        marks = [operation != "equal" for operation, _ in self.pieces]
        return sum(now and not before for before, now in zip([False, *marks], marks, strict=False))

    @property
    def kept(self) -> float:
        """The share of the longer text that is the same, 0 to 1."""
        same = sum(len(text) for operation, text in self.pieces if operation == "equal")
        longer = max(len(self.old), len(self.new))
        return same / longer if longer else 1.0

    @property
    def percent_kept(self) -> int:
        return min(99, round(self.kept * 100)) if self.is_changed else 100

    @property
    def is_rewritten(self) -> bool:
        long = max(len(self.old), len(self.new)) > SHORT
        return bool(self.old and self.new) and long and self.kept < SAME_TEXT


@dataclass(frozen=True, slots=True)
class FieldChange:
    path: str
    change: TextChange

    @property
    def label(self) -> str:
        return self.change.label

    @property
    def anchor(self) -> str:
        return self.path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row: same, changed, added or removed. ``number`` is that of this form, 0 where the row is gone."""

    kind: str
    path: str
    number: int
    group: str
    name: str
    cells: tuple[TextChange, ...]  # of a changed row the cells that changed, else name and target

    @property
    def anchor(self) -> str:
        return self.path.replace(".", "-")

    @property
    def word(self) -> str:
        return {"same": "没有变", "changed": "改了", "added": "新增", "removed": "删去"}[self.kind]


@dataclass(frozen=True, slots=True)
class Comparison:
    fields: tuple[FieldChange, ...]
    rows: tuple[RowChange, ...]
    parts: tuple[RowChange, ...]  # sub-projects

    @property
    def changed_fields(self) -> list[FieldChange]:
        return [one for one in self.fields if one.change.is_changed]

    @property
    def same_fields(self) -> list[FieldChange]:
        """Those that say the same, and say something."""
        return [one for one in self.fields if not one.change.is_changed and one.change.new]

    @property
    def changed_rows(self) -> list[RowChange]:
        return [row for row in self.rows if row.kind != "same"]

    @property
    def same_rows(self) -> list[RowChange]:
        return [row for row in self.rows if row.kind == "same"]

    @property
    def changed_parts(self) -> list[RowChange]:
        return [row for row in self.parts if row.kind != "same"]

    @property
    def same_parts(self) -> list[RowChange]:
        return [row for row in self.parts if row.kind == "same"]

    @property
    def summary(self) -> str:
        """“改了 3 栏、2 行，新增 1 行，删去 1 行；21 行没有变。”"""
        kinds = [row.kind for row in (*self.rows, *self.parts)]
        changed = [f"{len(self.changed_fields)} 栏"] if self.changed_fields else []
        changed += [f"{count} 行"] if (count := kinds.count("changed")) else []
        parts = [f"改了 {'、'.join(changed)}"] if changed else []
        parts += [f"新增 {count} 行"] if (count := kinds.count("added")) else []
        parts += [f"删去 {count} 行"] if (count := kinds.count("removed")) else []
        if not parts:
            return "一个字也没有变。"
        same = f"；{count} 行没有变" if (count := kinds.count("same")) else ""
        return f"{'，'.join(parts)}{same}。"

    def pieces(self) -> dict[str, tuple[Piece, ...]]:
        """What changed, by path, for drawing inside the form; texts that were written anew are left as they are."""
        found = {one.path: one.change for one in self.changed_fields}
        for row in (*self.rows, *self.parts):
            if row.kind == "changed":
                found |= {f"{row.path}.{cell.column}": cell for cell in row.cells}
        return {path: change.pieces for path, change in found.items() if not change.is_rewritten}


def text_change(label: str, old: str, new: str, column: str = "") -> TextChange:
    return TextChange(label, old, new, tuple(words(old, new)), column)


def compare(
    old: Any,
    new: Any,
    old_edition: Edition,
    edition: Edition,
    labels: Mapping[str, Mapping[str, str]],
    *,
    same_form: bool = False,
) -> Comparison:
    """How ``old`` became ``new``, in the order of the new form; its fields only, whatever the old form also had.

    ``labels`` are the columns of each table that are compared, with what the form prints over them.
    ``same_form``: both are states of one form, so that an equal row id is the same row under whatever name.
    """

    def rows(table: str) -> tuple[RowChange, ...]:
        if not all(table in one.fields for one in (edition, old_edition)):
            return ()
        before, after = getattr(old, table), getattr(new, table)
        matched = match_rows(before, after, same_form=same_form)
        return tuple(_rows(before, after, matched, table, labels[table]))

    fields = tuple(
        FieldChange(key, _field_change(field, old, new, edition))
        for key, field in edition.fields.items()
        if field.kind not in ("indicators", "sub_projects")
    )
    return Comparison(
        fields=fields,
        rows=rows("indicators"),
        parts=rows("sub_projects"),
    )


def _field_change(field: Field, old: Any, new: Any, edition: Edition) -> TextChange:
    """Amounts and dates that mean the same are the same, however they were written."""
    before, after = old.text(field.key), new.text(field.key)
    if field.kind == "amount":
        before, after = printed_amount(before, edition), printed_amount(after, edition)
        if read_amount(before) is not None and read_amount(before) == read_amount(after):
            before = after
    elif field.kind == "date" and read_date(before) is not None and read_date(before) == read_date(after):
        before = after
    if field.kind in ("paragraph", "text") or not (before and after):
        return text_change(field.term, before, after)
    whole: list[Piece] = [("equal", after)] if before == after else [("delete", before), ("insert", after)]
    return TextChange(field.term, before, after, tuple(whole))


def _rows(
    old: Sequence[R], new: Sequence[R], matched: Mapping[str, R], table: str, labels: Mapping[str, str]
) -> Iterator[RowChange]:
    """The rows of the new form in order; a row that is gone stands where it stood."""
    kept = {row.row_id for row in matched.values()}
    gone = [row for row in old if row.row_id not in kept]
    places = {row.row_id: at for at, row in enumerate(old)}
    for number, row in enumerate(new, 1):
        before = matched.get(row.row_id)
        while gone and before is not None and places[gone[0].row_id] < places[before.row_id]:
            yield _whole("removed", gone.pop(0), table, 0, labels)
        changed = tuple(_changed_cells(before, row, labels)) if before is not None else ()
        if changed:
            group = "／".join(part for part in group_of(row) if part)
            yield RowChange("changed", f"{table}.{row.row_id}", number, group, row.name, changed)
        else:
            yield _whole("same" if before is not None else "added", row, table, number, labels)
    yield from (_whole("removed", row, table, 0, labels) for row in gone)


def _changed_cells(before: TableRow, row: TableRow, labels: Mapping[str, str]) -> Iterator[TextChange]:
    for column, label in labels.items():
        old, new = getattr(before, column) or "", getattr(row, column) or ""
        if old != new:
            yield text_change(label, old, new, column)


def _whole(kind: str, row: TableRow, table: str, number: int, labels: Mapping[str, str]) -> RowChange:
    """A row that is told by its name and its value."""
    cells = []
    for column in ("name", "target" if table == "indicators" else "amount"):
        text = getattr(row, column) or ""
        old, new = "" if kind == "added" else text, "" if kind == "removed" else text
        cells.append(text_change(labels[column], old, new, column))
    group = "／".join(part for part in group_of(row) if part)
    return RowChange(kind, f"{table}.{row.row_id}", number, group, row.name, tuple(cells))
