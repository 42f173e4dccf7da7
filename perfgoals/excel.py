"""Lists as Excel files: rows are streamed in write-only mode and never held in memory.

Amounts and dates are typed cells, text stays text: a target typed as ``=100%`` is shown, never calculated.
"""

from collections.abc import Callable, Iterable
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Columns = Iterable[tuple[str, str, int]]  # heading, key, width
Rows = Iterable[tuple[Any, ...]]


def write_list(
    out: IO[bytes],
    title: str,
    columns: Columns,
    rows: Rows,
    report: Callable[[int], None] = lambda done: None,
) -> int:
    """Write one sheet with a bold frozen head and a filter; returns how many rows. ``report`` every 1,000 rows."""
    return write_lists(out, [(title, columns, rows)], report)


def write_lists(
    out: IO[bytes],
    lists: Iterable[tuple[str, Columns, Rows]],
    report: Callable[[int], None] = lambda done: None,
) -> int:
    """Several lists, each on a sheet of its own, in one file; returns how many rows the first one has."""
    book = Workbook(write_only=True)
    counts = [_write(book, title, columns, rows, report) for title, columns, rows in lists]
    book.save(out)
    return counts[0]


def _write(book: Workbook, title: str, columns: Columns, rows: Rows, report: Callable[[int], None]) -> int:
    sheet = book.create_sheet(title[:31])
    columns = list(columns)
    for number, (_, _, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, heading) for heading, _, _ in columns])
    count = 0
    for row in rows:
        sheet.append([_plain(sheet, value) for value in row])
        count += 1
        if count % 1000 == 0:
            report(count)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _head(sheet: Any, heading: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, heading)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _plain(sheet: Any, value: Any) -> Any:
    """Numbers and dates as they are; text without what XML cannot hold, and never a formula."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value) if not value.isprintable() else value
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
