"""Reading our own workbook back: what is on the sheet now, over the document it was made from.

A place whose text is still what we wrote keeps the document's value, so nothing changes by a round trip. Rows are known
by the hidden column; a row without an id is new, an emptied row is gone, rows moved are moved.
"""

import datetime
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.documents import paper
from perfgoals.documents.declaration import (
    BadDocument,
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
    read_amount,
)
from perfgoals.documents.workbook.guard import Unreadable, check_archive
from perfgoals.documents.workbook.writing import FIRST_ROW, HIDDEN, SHEET, VERSION
from perfgoals.editions import Edition, Field, UnknownEdition, get_edition

MOST_ROWS = 600
MOST_COLUMNS = 80
LONGEST_TEXT = 20_000
_TICKS = "√✓✔☑"

R = TypeVar("R", IndicatorRow, SubProjectRow)


class Line(NamedTuple):
    """A marked row of the sheet: ``keys`` maps what stands where to column numbers."""

    number: int
    kind: str
    row_id: str
    keys: Mapping[str, int]


def read_workbook(data: bytes) -> DeclarationDocument:
    """The document that the sheet says now. Raises ``Unreadable`` with sheet, cell and reason."""
    check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, OverflowError, zipfile.BadZipFile, zlib.error) as error:  # fmt: skip
        raise Unreadable("文件损坏，打不开。") from error
    if HIDDEN not in book.sheetnames or SHEET not in book.sheetnames:
        raise Unreadable("这不是本系统导出的申报表：请先导出表格，在导出的表上填写。")
    sheet = book[SHEET]
    if not isinstance(sheet, Worksheet) or not isinstance(book[HIDDEN], Worksheet):
        raise Unreadable("这不是本系统导出的申报表。")
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise Unreadable(f"表格太大：最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列。", sheet=SHEET)
    base, edition = _base(book[HIDDEN])
    return Reader(sheet, base, edition).document()


def _base(hidden: Worksheet) -> tuple[DeclarationDocument, Edition]:
    """The document that the file was made from."""
    facts: dict[str, str] = {}
    for key, value in hidden.iter_rows(min_row=1, max_row=400, max_col=2, values_only=True):
        facts[str(key)] = facts.get(str(key), "") + str(value or "") if key == "document" else str(value or "")
    if facts.get("version") != VERSION:
        raise Unreadable("这张表由另一版本的系统导出，请重新导出再填。")
    text = facts.get("document", "")
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != facts.get("fingerprint"):
        raise Unreadable("表内隐藏的数据被改动过，请重新导出再填。")
    try:
        document = DeclarationDocument.from_json(text)
        return document, get_edition(document.form)
    except BadDocument as error:
        raise Unreadable(str(error)) from error
    except UnknownEdition as error:
        raise Unreadable(f"没有这种表式：{error}。") from error


class Reader:
    """One sheet over one base document."""

    def __init__(self, sheet: Worksheet, base: DeclarationDocument, edition: Edition) -> None:
        self.sheet, self.base, self.edition = sheet, base, edition
        self.merged = {
            (row, column): (area.min_row, area.min_col)
            for area in sheet.merged_cells.ranges
            if area.size["rows"] <= MOST_ROWS and area.size["columns"] <= MOST_COLUMNS
            for row in range(area.min_row, area.max_row + 1)
            for column in range(area.min_col, area.max_col + 1)
        }

    def document(self) -> DeclarationDocument:
        values: dict[str, Any] = {}
        budget, extra = dict(self.base.budget), dict(self.base.extra)
        lines = list(self._lines())
        for line in lines:
            if line.kind == "fields":
                for key, column in line.keys.items():
                    self._field(key, line.number, column, values, budget, extra)
        return replace(
            self.base,
            **values,
            budget=budget,
            extra=extra,
            sub_projects=tuple(self._sub_projects(lines)),
            indicators=tuple(self._indicators(lines)),
        )

    # Rows -------------------------------------------------------------------------------------------------------------
    def _lines(self) -> Iterator[Line]:
        """Marked rows, and rows that somebody inserted into a table, in sheet order."""
        numbers = range(FIRST_ROW, self.sheet.max_row + 1)
        marks = {number: str(self.sheet.cell(number, 1).value or "") for number in numbers}
        lines = {number: self._line(number, mark) for number, mark in marks.items() if mark}
        inserted = {line.kind: line._replace(row_id="new") for line in reversed(lines.values())}
        table = ""  # what an inserted row would be
        for number in numbers:
            if number in lines:
                table = lines[number].kind.removesuffix("_head")
                yield lines[number]
            elif table in ("sub", "indicator") and table in inserted:
                yield inserted[table]._replace(number=number)

    def _line(self, number: int, mark: str) -> Line:
        head, *pairs = mark.split("|")
        kind, _, row_id = head.partition(":")
        keys = {}
        for pair in pairs:
            key, _, letters = pair.rpartition("=")
            if not re.fullmatch(r"[A-Z]{1,2}", letters):
                raise Unreadable("隐藏的 A 列被改动过，请重新导出再填。", sheet=SHEET, cell=f"A{number}")
            keys[key] = column_index_from_string(letters)
        return Line(number, kind, row_id, keys)

    # Fields -----------------------------------------------------------------------------------------------------------
    def _field(
        self,
        key: str,
        row: int,
        column: int,
        values: dict[str, Any],
        budget: dict[str, str | None],
        extra: dict[str, str],
    ) -> None:
        form_field = self.edition.fields.get(key)
        if form_field is None:
            raise Unreadable("隐藏的 A 列被改动过，请重新导出再填。", sheet=SHEET, cell=f"A{row}")
        if self._is_untouched(form_field, row, column):
            return
        if form_field.kind == "amount":
            text = self._amount(row, column)
            budget[key.removeprefix("budget.")] = text or None
        elif form_field.kind == "date":
            values[key] = self._date(row, column)
        elif form_field.kind == "yes_no":
            values[key] = self._yes_no(row, column)
        else:
            boxed = form_field.kind == "boxes"
            text = self._ticked(form_field, row, column) if boxed else self._text(row, column)
            if key in DeclarationDocument.__dataclass_fields__:
                values[key] = text or None
            elif text:
                extra[key] = text
            else:
                extra.pop(key, None)

    def _is_untouched(self, form_field: Field, row: int, column: int) -> bool:
        """Still what we wrote: the printed value, or the same amount or day."""
        value = self._raw(row, column)
        typed = self.base.text(form_field.key)
        if form_field.kind == "amount":
            return _same_amount(value, typed)
        if form_field.kind == "date" and isinstance(value, datetime.date):
            base = getattr(self.base, form_field.key, None)
            return isinstance(base, DateValue) and base.iso == _day(value).isoformat()
        if form_field.kind == "boxes":
            return _same_text(self._ticked(form_field, row, column), typed)
        return _same_text(self._text(row, column), paper.printed_value(self.base, self.edition, form_field))

    # Tables -----------------------------------------------------------------------------------------------------------
    def _sub_projects(self, lines: list[Line]) -> Iterator[SubProjectRow]:
        known = {row.row_id: row for row in self.base.sub_projects}
        used: set[str] = set()
        if not any(line.kind == "sub" for line in lines):
            yield from self.base.sub_projects
        for line in (line for line in lines if line.kind == "sub"):
            name = self._text(line.number, line.keys["name"])
            raw = self._raw(line.number, line.keys["amount"])
            base = self._known(known, line, used)
            if base is not None and _same_text(name, base.name) and _same_amount(raw, base.amount or ""):
                yield base
            elif name or raw not in (None, ""):
                amount = self._amount(line.number, line.keys["amount"]) or None
                row_id = base.row_id if base else self._new_id(line, used)
                yield SubProjectRow(row_id, name, amount)

    def _indicators(self, lines: list[Line]) -> Iterator[IndicatorRow]:
        known = {row.row_id: row for row in self.base.indicators}
        used: set[str] = set()
        levels = {"level1": "", "level2": ""}
        for line in (line for line in lines if line.kind == "indicator"):
            columns = line.keys
            base = self._known(known, line, used)
            for key in levels:
                if key in columns and (text := self._text(line.number, columns[key])):
                    if key == "level1" and text != levels["level1"]:
                        levels["level2"] = ""
                    levels[key] = text
            row = self._indicator(line, columns, levels, base)
            if row.name or row.target or row.weight:
                yield row if base else replace(row, row_id=self._new_id(line, used), origin="import")
            elif base is not None and not "".join((base.name, base.target, base.weight or "")).strip():
                yield base

    def _indicator(
        self, line: Line, columns: Mapping[str, int], levels: Mapping[str, str], base: IndicatorRow | None
    ) -> IndicatorRow:
        now: dict[str, str | None] = {"level1": levels["level1"]}
        if "level2" in columns:
            now["level2"] = levels["level2"] or None
        now |= {key: self._text(line.number, columns[key]) for key in ("name", "target")}
        if "weight" in columns:
            now["weight"] = self._amount(line.number, columns["weight"]) or None
        if base is None:
            return IndicatorRow(**{"row_id": "", "level2": None} | now)  # type: ignore[arg-type]
        kept = {key for key, text in now.items() if _same_text(text or "", getattr(base, key) or "")}
        if "weight" in columns and _same_amount(self._raw(line.number, columns["weight"]), base.weight or ""):
            kept.add("weight")
        return replace(base, **{key: text for key, text in now.items() if key not in kept})  # type: ignore[arg-type]

    def _known(self, known: Mapping[str, R], line: Line, used: set[str]) -> R | None:
        """The base row, once: the second row with an id is a copy that somebody made of the first."""
        if line.row_id in used or line.row_id not in known:
            return None
        used.add(line.row_id)
        return known[line.row_id]

    def _new_id(self, line: Line, used: set[str]) -> str:
        taken = used.union(
            (row.row_id for row in self.base.indicators), (row.row_id for row in self.base.sub_projects)
        )
        for salt in range(1000):
            text = f"{self.base.fingerprint}:{line.kind}:{line.number}:{salt}"
            row_id = hashlib.sha256(text.encode()).hexdigest()[:8]
            if row_id not in taken:
                used.add(row_id)
                return row_id
        raise AssertionError("no free row id")

    # Cells ------------------------------------------------------------------------------------------------------------
    def _raw(self, row: int, column: int) -> Any:
        """The value of a cell; inside a merged range that of the range."""
        row, column = self.merged.get((row, column), (row, column))
        cell = self.sheet.cell(row, column)
        if cell.data_type == "f":
            raise Unreadable("这里是公式。请复制后“粘贴为数值”。", sheet=SHEET, cell=cell.coordinate)
        if cell.data_type == "e":
            raise Unreadable(f"这里是错误值 {cell.value}。", sheet=SHEET, cell=cell.coordinate)
        if isinstance(cell.value, str) and len(cell.value) > LONGEST_TEXT:
            raise Unreadable(f"文字超过 {LONGEST_TEXT} 字。", sheet=SHEET, cell=cell.coordinate)
        return cell.value

    def _text(self, row: int, column: int) -> str:
        """What the reader of the sheet sees, as text."""
        value = self._raw(row, column)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, datetime.datetime | datetime.date):
            return _day(value).isoformat()
        if isinstance(value, int | float):
            return self._number(value, self.sheet.cell(row, column).number_format)
        return paper.printable(str(value)).strip(" ") if isinstance(value, str) else str(value)

    @staticmethod
    def _number(value: float, number_format: str) -> str:
        """Excel turns a typed ``100%`` into 1 with a percent format; people mean what they see."""
        number = Decimal(repr(value))
        percent = "%" in number_format
        number = number * 100 if percent else number
        return f"{number.normalize():f}" + ("%" if percent else "")

    def _amount(self, row: int, column: int) -> str:
        value = self._raw(row, column)
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = Decimal(repr(value)).quantize(Decimal("0.01"))
            return str(number.to_integral_value()) if number == number.to_integral_value() else str(number)
        text = self._text(row, column)
        read = read_amount(text)
        return text if read is None else str(read)

    def _date(self, row: int, column: int) -> DateValue | None:
        value = self._raw(row, column)
        if isinstance(value, datetime.datetime | datetime.date):
            day = _day(value).isoformat()
            return DateValue(printed=day, iso=day)
        text = self._text(row, column)
        return DateValue(printed=text, iso=_iso(text)) if text else None

    def _yes_no(self, row: int, column: int) -> bool | None:
        text = self._text(row, column)
        if text not in ("是", "否", ""):
            cell = self.sheet.cell(row, column).coordinate
            raise Unreadable("只能填“是”或“否”。", sheet=SHEET, cell=cell)
        return {"是": True, "否": False}.get(text)

    def _ticked(self, form_field: Field, row: int, column: int) -> str:
        """The one label with a tick behind it; words outside the vocabulary count if they are ticked."""
        text = self._text(row, column)
        found = re.findall(rf"([^\s{_TICKS}□]+)\s*[{_TICKS}]", text)
        if len(found) > 1:
            cell = self.sheet.cell(row, column).coordinate
            raise Unreadable(f"“{form_field.term}”只能勾选一项。", sheet=SHEET, cell=cell)
        return found[0] if found else ""


def _iso(text: str) -> str | None:
    """A day written as ISO, or None."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _day(value: datetime.date) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value


def _same_text(text: str, typed: str) -> bool:
    """Whether a cell still says ``typed``; spaces at its ends are not seen and not compared."""
    return text.strip(" ") == paper.printable(typed).strip(" ")


def _same_amount(value: Any, typed: str) -> bool:
    """Whether a cell still says the amount ``typed``."""
    if value is None or value == "":
        return not paper.printable(typed).strip(" ")
    read = read_amount(typed)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return read is not None and Decimal(repr(value)).quantize(Decimal("0.01")) == read
    return _same_text(str(value), typed) or (read is not None and read_amount(str(value)) == read)
