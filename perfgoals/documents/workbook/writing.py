"""Drawing the form: labels, order, merged cells and widths as printed; amounts and dates typed, text always text."""

import datetime
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from perfgoals.documents import paper
from perfgoals.documents.declaration import DateValue, DeclarationDocument, read_amount
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.kinds import Document
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.parts import Paper, Place
from perfgoals.documents.points import Points
from perfgoals.documents.workbook.layout import Cell, Strip, columns, strips
from perfgoals.editions import Edition

SHEET, EVALUATION_SHEET, MONITORING_SHEET = "申报表", "自评表", "监控表"
HIDDEN = "_perfgoals"
VERSION = "perfgoals-workbook/1"
CHUNK = 30_000  # characters of one cell; Excel holds 32,767
WIDTH, WIDE = 92.0, 150.0  # of the form, in characters of the usual digit: A4 upright, and on its side
FIRST_ROW = 4  # title, year, unit, then the form

_THIN = Side(style="thin", color="000000")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_SONG, _HEI = Font(name="宋体", size=10.5), Font(name="黑体", size=10.5)
_PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,9})?", re.ASCII)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_MOMENT = datetime.datetime(2000, 1, 1)


def make_workbook(document: Document, edition: Edition, *, points: Points | None = None) -> bytes:
    """The form as xlsx. Equal documents give equal files. ``points`` as for the PDF."""
    sheet_paper = paper.lay_out(document, edition, points=points)
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = _sheet_name(document)
    cuts = columns(sheet_paper)
    width = WIDE if sheet_paper.landscape else WIDTH
    _columns(sheet, cuts, width)
    _heading(sheet, sheet_paper, len(cuts))
    typed = _typed(document, edition)
    if isinstance(document, EvaluationDocument):
        typed |= dict(_points(sheet_paper))
    for number, strip in enumerate(strips(sheet_paper), FIRST_ROW):
        _draw(sheet, number, strip, cuts, typed, edition, width)
    _choices(sheet, edition)
    _page(sheet, sheet_paper)
    _hide(book, document)
    book.properties.title, book.properties.creator = sheet_paper.name, sheet_paper.unit
    book.properties.created = book.properties.modified = _MOMENT
    stream = io.BytesIO()
    book.save(stream)
    return _at_one_moment(stream)


def _at_one_moment(stream: io.BytesIO) -> bytes:
    """The archive without the clock, which openpyxl writes into it: the same form, the same bytes."""
    out = io.BytesIO()
    moment = f"{_MOMENT.isoformat()}Z".encode()
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + moment + rb"\g<2>", part)
            kept.writestr(zipfile.ZipInfo(name, _MOMENT.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet_name(document: Document) -> str:
    if isinstance(document, MonitoringDocument):
        return MONITORING_SHEET
    return EVALUATION_SHEET if isinstance(document, EvaluationDocument) else SHEET


def _columns(sheet: Worksheet, cuts: list[float], width: float) -> None:
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["A"].width = 2
    for number, (left, right) in enumerate(itertools.pairwise(cuts), 2):
        sheet.column_dimensions[get_column_letter(number)].width = round((right - left) * width / 100, 2)


def _heading(sheet: Worksheet, sheet_paper: Paper, last: int) -> None:
    rows = (
        (sheet_paper.title, Font(name="黑体", size=18), "center", 32),
        (sheet_paper.year_line, Font(name="宋体", size=12), "center", 22),
        (sheet_paper.unit_label + sheet_paper.unit if sheet_paper.unit_label else "", _SONG, "left", 20),
    )
    for number, (text, font, side, height) in enumerate(rows, 1):
        cell = sheet.cell(number, 2)
        _text(cell, text)
        cell.font, cell.alignment = font, Alignment(horizontal=side, vertical="center")
        sheet.merge_cells(start_row=number, end_row=number, start_column=2, end_column=last)
        sheet.row_dimensions[number].height = height if text else 6


def _draw(
    sheet: Worksheet,
    number: int,
    strip: Strip,
    cuts: list[float],
    typed: Mapping[str, Any],
    edition: Edition,
    width: float,
) -> None:
    keys = [f"{key}={get_column_letter(cuts.index(left) + 2)}" for key, left in strip.merged]
    height = 16.0
    for cell in strip.cells:
        first, last = cuts.index(cell.left) + 2, cuts.index(cell.right) + 1
        target = sheet.cell(number, first)
        _value(target, cell, typed, edition)
        _frame(sheet, number, cell, first, last)
        if cell.key:
            keys.append(f"{cell.key}={get_column_letter(first)}")
        if cell.down == 1:
            height = max(height, _lines(cell, width) * 14.5 + 6)
    kind, text = strip.mark
    mark = f"{kind}:{text}" if kind in ("sub", "indicator") else kind
    _text(sheet.cell(number, 1), "|".join((mark, *keys)))
    sheet.row_dimensions[number].height = min(height, 409)
    if strip.new_page:
        sheet.row_breaks.append(Break(id=number - 1))
    if strip.mark.kind == "indicator_heading":
        sheet.print_title_rows = f"{number}:{number + 1}"
    elif strip.mark.kind == "indicator_head":
        first_row = (sheet.print_title_rows or f"${number}").split(":")[0].strip("$")
        sheet.print_title_rows = f"{first_row}:{number}"


def _frame(sheet: Worksheet, number: int, cell: Cell, first: int, last: int) -> None:
    bottom = number + cell.down - 1
    for row in range(number, bottom + 1):
        for column in range(first, last + 1) if cell.style != "note" else ():
            sheet.cell(row, column).border = _BORDER
    if first != last or cell.down > 1:
        sheet.merge_cells(start_row=number, end_row=bottom, start_column=first, end_column=last)


def _value(target: SheetCell, cell: Cell, typed: Mapping[str, Any], edition: Edition) -> None:
    target.font = _HEI if cell.style in ("head", "column") else _SONG
    middle = cell.style in ("head", "column", "group", "number") or (
        cell.style == "label" and not cell.text.endswith(("：", ":"))
    )
    side = "center" if middle else "right" if cell.style == "money" else "left"
    target.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    value = typed.get(cell.place.path) if cell.place else None
    if isinstance(value, Number):
        target.value, target.number_format = value.number, value.form
    elif isinstance(value, Decimal):
        target.value = value
        target.number_format = _amount_format(value, edition)
    elif isinstance(value, datetime.date):
        target.value = value
        target.number_format = _date_format(edition)
    else:
        _text(target, _boxes(cell) if cell.place and cell.place.boxes else cell.text)


def _text(target: SheetCell, text: str) -> None:
    """Text stays text: ``=100%`` is a target, not a formula, also after somebody edits the cell."""
    target.value = text or None
    if text:
        target.data_type = "s"
        target.number_format = "@"
        target.quotePrefix = text[:1] in "=+-@'"


def _boxes(cell: Cell) -> str:
    assert cell.place is not None
    return "\n".join("    ".join(box.label + box.symbol for box in line) for line in cell.place.boxes)


def _lines(cell: Cell, width: float) -> int:
    characters = max(1.0, (cell.right - cell.left) * width / 100 / 2.1)
    text = _boxes(cell) if cell.place and cell.place.boxes else cell.text
    return sum(max(1, -(-len(line) // int(characters))) for line in text.split("\n"))


def _typed(document: Document, edition: Edition) -> dict[str, Any]:
    """Values that Excel may count with, by path: amounts, weights, and dates printed as this form prints dates."""
    found: dict[str, Any] = {}
    for form_field in edition.printed_fields:
        if form_field.kind == "amount":
            found[form_field.key] = read_amount(document.text(form_field.key))
        elif form_field.kind == "date":
            found[form_field.key] = _date(getattr(document, form_field.key, None), edition)
    if isinstance(document, DeclarationDocument):
        for row in document.sub_projects:
            found[f"sub_projects.{row.row_id}.amount"] = read_amount(row.amount or "")
        for indicator in document.indicators:
            found[f"indicators.{indicator.row_id}.weight"] = read_amount(indicator.weight or "")
    return {path: value for path, value in found.items() if value is not None}


class Number(NamedTuple):
    """A number that is shown with as many decimals as the form prints."""

    number: Decimal
    form: str


def _points(sheet_paper: Paper) -> Iterator[tuple[str, Number]]:
    """Weights and points as numbers, by path; “—” and what cannot be read stay text."""
    table = sheet_paper.indicators
    money = (place for row in sheet_paper.rows for line in row.lines for place in line.places)
    cells: Iterable[Place] = (*(place for line in table.lines for place in line.places), *table.total, *money)
    for place in cells:
        if place.kind != "number" or not place.path or not _PLAIN.fullmatch(place.text):
            continue
        decimals = len(place.text.partition(".")[2])
        yield place.path, Number(Decimal(place.text), f"0.{'0' * decimals}" if decimals else "0")


def _date(value: DateValue | None, edition: Edition) -> datetime.date | None:
    if value is None or value.iso is None or value.printed not in (value.iso, edition.style.date(value.iso)):
        return None
    day = datetime.date.fromisoformat(value.iso)
    return day if day.year >= 1901 else None  # Excel counts 1900 wrongly and knows nothing before


def _amount_format(value: Decimal, edition: Edition) -> str:
    decimals = edition.style.amount_decimals or (2 if value != value.to_integral_value() else 0)
    whole = "#,##0" if edition.style.amount_grouping else "0"
    return whole + ("." + "0" * decimals if decimals else "")


def _date_format(edition: Edition) -> str:
    """As the form prints dates: ``{y}.{m}.{d}`` → ``yyyy.m.d``."""
    pattern = edition.style.date_format
    for place, code in (("y", "yyyy"), ("m:02", "mm"), ("m", "m"), ("d:02", "dd"), ("d", "d")):
        pattern = re.sub(rf"\{{{place}(?::04)?\}}", code, pattern)
    return re.sub("[年月日]", lambda word: f'"{word.group()}"', pattern)


def _choices(sheet: Worksheet, edition: Edition) -> None:
    """Lists to choose from; another word may still be typed, the check-up will speak about it."""
    places = dict(_marked_places(sheet))
    for form_field in edition.printed_fields:
        if form_field.key not in places or form_field.kind not in ("choice", "yes_no"):
            continue
        labels = [choice.label for choice in edition.choices(form_field.key)] or ["是", "否"]
        listed = ",".join(labels)
        if len(listed) > 250 or any("," in label for label in labels):
            continue
        validation = DataValidation(
            type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False
        )
        validation.add(places[form_field.key])
        sheet.add_data_validation(validation)


def _marked_places(sheet: Worksheet) -> Iterator[tuple[str, str]]:
    for row in range(FIRST_ROW, sheet.max_row + 1):
        kind, *keys = str(sheet.cell(row, 1).value or "").split("|")
        if kind == "fields":
            for pair in keys:
                key, _, column = pair.rpartition("=")
                yield key, f"{column}{row}"


def _page(sheet: Worksheet, sheet_paper: Paper) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if sheet_paper.landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.page_margins.left = sheet.page_margins.right = 0.63
    sheet.page_margins.top = sheet.page_margins.bottom = 0.79
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.right.text = f"校验码 {sheet_paper.fingerprint_mark}"
    if sheet_paper.page_numbers:
        sheet.oddFooter.center.text = "- &P -"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 110


def _hide(book: Workbook, document: Document) -> None:
    """The hidden sheet: what the file is, and the document it was made from."""
    sheet = book.create_sheet(HIDDEN)
    sheet.sheet_state = "hidden"
    text = document.to_json()
    facts = (
        ("version", VERSION),
        ("schema", document.to_dict()["schema"]),
        ("form", document.form),
        ("fingerprint", document.fingerprint),
    )
    chunks = tuple(("document", text[i : i + CHUNK]) for i in range(0, len(text), CHUNK))
    for number, (key, value) in enumerate((*facts, *chunks), 1):
        _text(sheet.cell(number, 1), key)
        _text(sheet.cell(number, 2), value)
