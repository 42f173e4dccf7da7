"""Which row of one form is which of another: by stable id, by name inside its group, by likeness of name. Pure."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

from perfgoals.documents.difference import core

_SAME_NAME = 0.6


class TableRow(Protocol):
    @property
    def row_id(self) -> str: ...
    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=TableRow)


def match_rows(old: Sequence[R], new: Sequence[TableRow], *, same_form: bool = False) -> dict[str, R]:
    """For rows of ``new``, by row id, the row of ``old`` that each of them was."""
    left = {row.row_id: row for row in old}
    matched: dict[str, R] = {}

    def take(row: TableRow, found: R | None) -> None:
        if found is not None:
            matched[row.row_id] = left.pop(found.row_id)

    for row in new:
        same = left.get(row.row_id)
        # A copied row keeps its id from year to year; under quite another name it is another row.
        take(row, same if same is not None and (same_form or _alike(same.name, row.name)) else None)
    for fits in (_same_name_and_group, _same_name, _alike_in_group):
        for row in new:
            if row.row_id not in matched and core(row.name):
                take(row, next((one for one in left.values() if fits(one, row)), None))
    return matched


def _same_name_and_group(one: TableRow, other: TableRow) -> bool:
    return _same_name(one, other) and group_of(one) == group_of(other)


def _same_name(one: TableRow, other: TableRow) -> bool:
    return core(one.name) == core(other.name)


def _alike_in_group(one: TableRow, other: TableRow) -> bool:
    return group_of(one) == group_of(other) and _alike(one.name, other.name)


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, core(one), core(other), autojunk=False).ratio() >= _SAME_NAME


def group_of(row: object) -> tuple[str, str]:
    return getattr(row, "level1", ""), getattr(row, "level2", "") or ""
