"""Where a path of a form lives in the rows: ``project_name``, ``budget.total``, ``indicators.1f00a2b3.target``.

A ``Place`` reads and writes the text of one field as typed, keeps our reading of it current, and knows what the column
can hold. A kind of filing has its own subclasses for whatever is more than a column of text.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

# What paper of the longest published text needs, times eight. A field of the form may allow less (edition).
TEXT_LIMIT = 20_000
YES_NO = {"": None, "是": True, "否": False}
ROW_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Place:
    """One field of a filing or, with ``table`` and ``row_id``, one cell of a row; kept in the column ``column``."""

    path: str
    limit: int
    single_line: bool = False
    table: str = ""
    row_id: str = ""
    column: str = ""

    @property
    def is_cell(self) -> bool:
        return bool(self.table)

    def problem(self, value: str) -> str:
        """Why ``value`` cannot be kept, or ""."""
        if len(value) > self.limit:
            over = len(value) - self.limit
            return f"写了 {len(value)} 字，最多 {self.limit} 字。删去 {over} 字后会保存，写的内容还在这里。"
        return ""

    def read(self, owner: Any) -> str:
        """The text as typed. ``owner`` is the filing, for a cell its row."""
        return getattr(owner, self.column or self.path)

    def write(self, owner: Any, value: str) -> set[str]:
        """Set the text and our reading of it; the names of the columns that changed."""
        column = self.column or self.path
        setattr(owner, column, value)
        return {column}


@dataclass(frozen=True, slots=True)
class YesNoPlace(Place):
    """是, 否 or not said yet, kept as a boolean; nothing else can be kept."""

    def problem(self, value: str) -> str:
        return "" if value in YES_NO else f"“{value[:20]}”不能保存。请选“是”或“否”。"

    def read(self, owner: Any) -> str:
        value = getattr(owner, self.column or self.path)
        return "" if value is None else ("是" if value else "否")

    def write(self, owner: Any, value: str) -> set[str]:
        column = self.column or self.path
        setattr(owner, column, YES_NO[value])
        return {column}


def is_row_id(text: str) -> bool:
    """Whether a row may bear this id: NUL and halves of surrogate pairs, which databases refuse, are no part of one."""
    return text.isprintable() and 0 < len(text) <= ROW_ID_LENGTH


def room(model: type[models.Model], column: str) -> int:
    """How many characters the column takes."""
    return getattr(model._meta.get_field(column), "max_length", None) or TEXT_LIMIT
