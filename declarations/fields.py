"""Where a path of the document lives in the rows: ``project_name``, ``budget.total``, ``indicators.1f00a2b3.target``.

A ``Place`` reads and writes the text of one field as typed, keeps our reading of it current, and knows what the
column can hold.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from declarations.models import TEXT_COLUMNS, TEXT_LIMIT, Declaration, Indicator, SubProject
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

Row = Indicator | SubProject

YES_NO = {"": None, "是": True, "否": False}
EXTRA_LIMIT = 2000
READING_COLUMNS = frozenset({"reading_kind", "reading_operator", "reading_number", "reading_unit"})
TABLES = ("indicators", "sub_projects")


@dataclass(frozen=True, slots=True)
class Place:
    """One field of the declaration itself."""

    path: str
    limit: int
    single_line: bool = False

    def problem(self, value: str) -> str:
        """Why ``value`` cannot be kept, or ""."""
        if len(value) > self.limit:
            over = len(value) - self.limit
            return f"写了 {len(value)} 字，最多 {self.limit} 字。删去 {over} 字后会保存，写的内容还在这里。"
        return ""

    def read(self, declaration: Any) -> str:
        return typed(declaration, self.path)

    def write(self, declaration: Any, value: str) -> set[str]:
        """Set the field and its reading; the names of the columns that changed."""
        if self.path in DATE_KEYS:
            set_date(declaration, self.path, value)
            return {f"{self.path}_typed", self.path}
        if self.path.startswith("budget."):
            key = self.path[7:]
            set_amount(declaration, key, value)
            return {f"{key}_typed", key} if key in AMOUNT_COLUMNS else {"extra"}
        if self.path in TEXT_COLUMNS:
            setattr(declaration, self.path, value)
            return {self.path}
        if value:
            declaration.extra[self.path] = value
        else:
            declaration.extra.pop(self.path, None)
        return {"extra"}


@dataclass(frozen=True, slots=True)
class YesNoPlace(Place):
    """是, 否 or not said yet; nothing else can be kept."""

    def problem(self, value: str) -> str:
        return "" if value in YES_NO else f"“{value[:20]}”不能保存。请选“是”或“否”。"

    def write(self, declaration: Any, value: str) -> set[str]:
        setattr(declaration, self.path, YES_NO[value])
        return {self.path}


@dataclass(frozen=True, slots=True)
class CellPlace(Place):
    """One cell of a table; in the declaration's stead it is given the row, which it reads and writes."""

    table: str = ""
    row_id: str = ""
    column: str = ""

    def read(self, declaration: Any) -> str:
        return getattr(declaration, _typed_column(self.column))

    def write(self, declaration: Any, value: str) -> set[str]:
        row: Row = declaration
        column = _typed_column(self.column)
        setattr(row, column, value)
        columns = {column}
        if isinstance(row, SubProject):
            if self.column == "amount":
                row.amount = read_amount(value)
                columns.add("amount")
        elif self.column == "weight":
            row.weight = read_weight(value)
            columns.add("weight")
        elif self.column in ("name", "target"):
            set_reading(row)
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
        return YesNoPlace(path, 1, True)
    limit = min(_limit(path), form_field.max_length or TEXT_LIMIT)
    return Place(path, limit, form_field.kind != "paragraph")


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


def is_row_id(text: str) -> bool:
    """Whether a row may bear this id: NUL and halves of surrogate pairs, which databases refuse, are no part of one."""
    return text.isprintable() and 0 < len(text) <= _room(Indicator, "row_id")


def _columns(table: str) -> tuple[str, ...]:
    return INDICATOR_TEXT_KEYS if table == "indicators" else ("name", "amount")


def _typed_column(column: str) -> str:
    return f"{column}_typed" if column in ("weight", "amount") else column


def _cell(edition: Edition, path: str, table: str, rest: str) -> CellPlace | None:
    row_id, _, column = rest.partition(".")
    if (
        not is_row_id(row_id)
        or column not in _columns(table)
        or (column == "weight" and not edition.has_weights)
    ):
        return None
    model = Indicator if table == "indicators" else SubProject
    limit = _room(model, _typed_column(column))
    return CellPlace(path, limit, column in ("amount", "weight"), table, row_id, column)


def _limit(path: str) -> int:
    if path in TEXT_COLUMNS:
        return _room(Declaration, path)
    if path in DATE_KEYS or path.startswith("budget."):
        return _room(Declaration, "start_date_typed")
    return EXTRA_LIMIT


def _room(model: type[models.Model], column: str) -> int:
    """How many characters the column takes."""
    return getattr(model._meta.get_field(column), "max_length", None) or TEXT_LIMIT
