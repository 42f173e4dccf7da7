"""Where a path of a declaration lives in its rows: ``project_name``, ``budget.total``, ``indicators.1f00a2b3.target``."""

from dataclasses import dataclass
from typing import Any

from declarations.models import TABLES, TEXT_COLUMNS, Declaration, Indicator, SubProject
from declarations.speaking import (
    AMOUNT_COLUMNS,
    budget_typed,
    read_weight,
    set_amount,
    set_date,
    set_reading,
)
from perfgoals.documents.declaration import DATE_KEYS, INDICATOR_TEXT_KEYS, read_amount
from perfgoals.editions import Edition
from perfgoals.filling.places import TEXT_LIMIT, Place, YesNoPlace, is_row_id, room

Row = Indicator | SubProject

EXTRA_LIMIT = 2000
READING_COLUMNS = frozenset({"reading_kind", "reading_operator", "reading_number", "reading_unit"})


@dataclass(frozen=True, slots=True)
class FieldPlace(Place):
    """One field of the declaration itself."""

    def read(self, owner: Any) -> str:
        return typed(owner, self.path)

    def write(self, owner: Any, value: str) -> set[str]:
        if self.path in DATE_KEYS:
            set_date(owner, self.path, value)
            return {f"{self.path}_typed", self.path}
        if self.path.startswith("budget."):
            key = self.path[7:]
            set_amount(owner, key, value)
            return {f"{key}_typed", key} if key in AMOUNT_COLUMNS else {"extra"}
        if self.path in TEXT_COLUMNS:
            setattr(owner, self.path, value)
            return {self.path}
        if value:
            owner.extra[self.path] = value
        else:
            owner.extra.pop(self.path, None)
        return {"extra"}


@dataclass(frozen=True, slots=True)
class CellPlace(Place):
    """One cell of a table. Names and targets are read again, amounts and weights have their reading beside them."""

    def write(self, owner: Any, value: str) -> set[str]:
        columns = Place.write(self, owner, value)
        if self.column == "amount_typed":
            owner.amount = read_amount(value)
            columns.add("amount")
        elif self.column == "weight_typed":
            owner.weight = read_weight(value)
            columns.add("weight")
        elif self.table == "indicators" and self.column in ("name", "target"):
            set_reading(owner)
            columns |= READING_COLUMNS
        return columns


def place_of(edition: Edition, path: str) -> Place | None:
    """The place of ``path`` on this form, or None where the form has no such field."""
    table, dot, rest = path.partition(".")
    if dot and table in TABLES:
        return _cell(edition, path, table, rest) if table in edition.fields else None
    form_field = edition.fields.get(path)
    if form_field is None or form_field.kind in TABLES:
        return None
    if path == "includes_government_purchase":
        return YesNoPlace(path, 1, single_line=True)
    limit = min(_limit(path), form_field.max_length or TEXT_LIMIT)
    return FieldPlace(path, limit, single_line=form_field.kind != "paragraph")


def typed(declaration: Declaration, path: str) -> str:
    """What the officer wrote in a field of the declaration itself."""
    if path in TEXT_COLUMNS:
        return getattr(declaration, path)
    if path in DATE_KEYS:
        return getattr(declaration, f"{path}_typed")
    if path.startswith("budget."):
        return budget_typed(declaration, path[7:])
    if path == "includes_government_purchase":
        value = declaration.includes_government_purchase
        return "" if value is None else ("是" if value else "否")
    return declaration.extra.get(path, "")


def cells_of(edition: Edition, row: Row) -> dict[str, str]:
    """All typed cells of a table row by path."""
    table = "indicators" if isinstance(row, Indicator) else "sub_projects"
    columns = [c for c in _columns(table) if c != "weight" or edition.has_weights]
    return {f"{table}.{row.row_id}.{column}": getattr(row, _typed_column(column)) for column in columns}


def _columns(table: str) -> tuple[str, ...]:
    return INDICATOR_TEXT_KEYS if table == "indicators" else ("name", "amount")


def _typed_column(column: str) -> str:
    return f"{column}_typed" if column in ("weight", "amount") else column


def _cell(edition: Edition, path: str, table: str, rest: str) -> Place | None:
    row_id, _, column = rest.partition(".")
    if (
        not is_row_id(row_id)
        or column not in _columns(table)
        or (column == "weight" and not edition.has_weights)
    ):
        return None
    model = Indicator if table == "indicators" else SubProject
    kept_in = _typed_column(column)
    limit, single_line = room(model, kept_in), column in ("amount", "weight")
    return CellPlace(path, limit, single_line, table=table, row_id=row_id, column=kept_in)


def _limit(path: str) -> int:
    if path in TEXT_COLUMNS:
        return room(Declaration, path)
    if path in DATE_KEYS or path.startswith("budget."):
        return room(Declaration, "start_date_typed")
    return EXTRA_LIMIT
