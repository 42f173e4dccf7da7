"""A self-evaluation as Excel says what its PDF says, cell after cell; numbers count, text never calculates."""

import datetime
import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.points import Points
from perfgoals.documents.workbook import Unreadable, make_workbook, read_workbook
from perfgoals.editions import get_edition

from .evaluations import IDS, NATIONAL, PUTUO, many, national, published
from .ground import text_of
from .test_evaluation_paper import made as made_pdf
from .test_evaluation_paper import pieces, record
from .test_paper_published import squeezed

SHEET = "自评表"


def made(form, **options):
    return make_workbook(form, get_edition(form.form), **options)


def opened(form, **options):
    book = load_workbook(io.BytesIO(made(form, **options)))
    return book, book[SHEET]


def shown(cell):
    """What Excel would show."""
    value, form = cell.value, cell.number_format
    if isinstance(value, datetime.datetime):
        day = {"yyyy.m.d": "{0.year}.{0.month}.{0.day}", "yyyy-mm-dd": "{0:%Y-%m-%d}"}[form]
        return day.format(value)
    if isinstance(value, int | float):
        return f"{value:{',' if ',' in form else ''}.{len(form.partition('.')[2])}f}"
    return str(value)


def words(sheet):
    cells = (cell for row in sheet.iter_rows(min_col=2) for cell in row)
    return [squeezed(shown(cell)) for cell in cells if cell.value is not None]


def where(sheet, key, *, row_id=None):
    for row in range(1, sheet.max_row + 1):
        head, *pairs = str(sheet.cell(row, 1).value or "").split("|")
        if row_id is not None and not head.endswith(f":{row_id}"):
            continue
        for name, _, letters in (pair.rpartition("=") for pair in pairs):
            if name == key:
                return sheet[f"{letters}{row}"]
    raise LookupError(key)


@pytest.mark.parametrize("source_id", IDS)
def test_labels_and_values_stand_in_the_order_of_the_published_form(source_id):
    _, sheet = opened(published(source_id))
    assert "".join(words(sheet)) == squeezed("".join(pieces(record(source_id))))


FORMS = {
    "national": national(),
    "36 rows": many(36),
    "empty national": EvaluationDocument(NATIONAL, 2027, "上海市财政局"),
    "empty putuo": EvaluationDocument(PUTUO, 2027, "上海市普陀区金融服务办公室"),
    "hubei": EvaluationDocument("hubei-2020-self-evaluation", 2021, "武汉市财政局"),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_cell_says_what_the_pdf_says(name, tmp_path):
    """The heading beside the rows stands at its first row in Excel and at its first data row on paper: words, not order."""
    form = FORMS[name]
    _, sheet = opened(form)
    pages = text_of(made_pdf(form), tmp_path)
    for text in words(sheet):
        assert text in pages


def test_computed_points_too(tmp_path):
    form = national(totals={}, indicators=tuple(replace(r, self_score=None) for r in national().indicators))
    _, sheet = opened(form, points=Points({"r0": "14.25"}, "9.80", "88.05"))
    assert shown(where(sheet, "self_score", row_id="r0")) == "14.25"
    assert shown(where(sheet, "budget.execution_score")) == "9.80"
    assert "88.05" in words(sheet)


def test_text_is_never_a_formula():
    form = national(project_name="=SUM(A1:A9)", annual_goal="+cmd|' /C calc'!A0", budget={"executed": "=1+1"})
    data = made(form)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert all(b"<f>" not in text and b"<f " not in text for text in sheets)
    _, sheet = opened(form)
    for key, row_id in (("project_name", None), ("annual_goal", None), ("budget.executed", None)):
        cell = where(sheet, key, row_id=row_id)
        assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    reason = where(sheet, "deviation_reason", row_id="r5")
    assert (reason.value, reason.quotePrefix) == ("=1+1", True)
    target = where(sheet, "target", row_id="r1")
    assert (target.value, target.data_type, target.quotePrefix) == ("=100%", "s", True)


def test_amounts_points_and_dates_are_typed():
    _, sheet = opened(published("putuo-2021-1"))
    rate = where(sheet, "budget.execution_rate")
    assert (rate.value, rate.data_type) == ("62.16%", "s")
    executed = where(sheet, "budget.executed")
    assert (executed.value, executed.number_format) == (257602, "#,##0.00")
    day = where(sheet, "evaluation_date")
    assert (day.value, day.number_format) == (datetime.datetime(2022, 3, 2), "yyyy.m.d")
    weight = where(sheet, "weight", row_id="r1")
    assert (weight.value, weight.number_format) == (3, "0")
    _, sheet = opened(national(totals={"self_score": "九十"}))
    assert where(sheet, "self_score", row_id="r0").value == 15
    assert "九十" in words(sheet)


def test_page_hidden_things_and_merged_labels():
    form = published("putuo-2021-1")
    book, sheet = opened(form)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.column_dimensions["A"].hidden
    assert sheet.print_title_rows
    assert form.fingerprint[:4] in sheet.oddFooter.right.text
    down = sorted(area.size["rows"] for area in sheet.merged_cells.ranges if area.size["rows"] > 1)
    assert down == [4, 4, 15]
    facts = dict(book["_perfgoals"].iter_rows(max_row=4, values_only=True))
    assert (facts["form"], facts["fingerprint"]) == (PUTUO, form.fingerprint)
    assert facts["schema"] == "perfgoals-evaluation/1"
    _, sheet = opened(national())
    down = sorted(area.size["rows"] for area in sheet.merged_cells.ranges if area.size["rows"] > 1)
    # 项目资金 and its head, 年度总体目标 and its head, 绩效指标 and its head, 产出 4, 效益 2
    assert down == [2, 2, 4, 5, 8]
    widths = sum(d.width for letter, d in sheet.column_dimensions.items() if letter != "A")
    assert 88 < widths < 96


def test_it_is_no_declaration():
    with pytest.raises(Unreadable, match="申报表"):
        read_workbook(made(national()))
