"""The form as Excel: the same labels and order, typed where Excel may count, and read back as it is."""

import datetime
import io
import random
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from perfgoals.documents.declaration import (
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
)
from perfgoals.documents.workbook import Unreadable, make_workbook, read_workbook
from perfgoals.documents.workbook.guard import check_archive
from perfgoals.editions import all_editions, get_edition

from .ground import IDS, document, wide
from .test_paper_published import pieces, squeezed
from .test_pdf import national

SHEET = "申报表"


def made(form):
    return make_workbook(form, get_edition(form.form))


def opened(form):
    book = load_workbook(io.BytesIO(made(form)))
    return book, book[SHEET]


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def where(sheet, key, *, row_id=None):
    """The cell that holds ``key``; of the row ``row_id`` in a table."""
    for row in range(1, sheet.max_row + 1):
        head, *pairs = str(sheet.cell(row, 1).value or "").split("|")
        if row_id is not None and not head.endswith(f":{row_id}"):
            continue
        for pair in pairs:
            name, _, letters = pair.rpartition("=")
            if name == key:
                return sheet[f"{letters}{row}"]
    raise LookupError(key)


@pytest.mark.parametrize("source_id", IDS)
def test_a_round_trip_changes_nothing(source_id):
    form = document(source_id)
    assert read_workbook(made(form)) == form


@pytest.mark.parametrize(
    "edition_id",
    sorted(key for key, edition in all_editions().items() if edition.kind in ("declaration", "disclosure")),
)
def test_an_empty_form_stays_empty(edition_id):
    form = DeclarationDocument(edition_id, 2027, "上海市财政局")
    assert read_workbook(made(form)) == form


def test_the_national_form_too():
    assert read_workbook(made(national())) == national()


TYPED = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=30
) | st.sampled_from(
    ["=1+1", "+86", "-5", "@x", "'=1", "100%", "2020-01-01", "1e5", "_x000D_", " a ", "\n\n", "是"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TYPED, TYPED, TYPED, TYPED, TYPED)
def test_whatever_was_typed_comes_back(name, goal, target, amount, weight):
    form = replace(
        national(),
        project_name=name or None,
        annual_goal=goal or None,
        budget={**national().budget, "total": amount or None},
        start_date=DateValue(target, None) if target else None,
        indicators=(IndicatorRow("r1", "产出指标", "数量指标", name or "x", target, weight or None),),
    )
    assert read_workbook(made(form)) == form


@pytest.mark.parametrize("source_id", IDS)
def test_labels_and_values_stand_in_the_order_of_the_form(source_id):
    form = document(source_id)
    _, sheet = opened(form)
    edition = get_edition(form.form)
    texts = []
    for row in sheet.iter_rows(min_col=2):
        for cell in row:
            if cell.value is None:
                continue
            value = cell.value
            if isinstance(value, datetime.datetime):
                value = edition.style.date(value.date().isoformat())
            elif isinstance(value, int | float):
                decimals = len(cell.number_format.partition(".")[2])
                value = f"{value:{',' if ',' in cell.number_format else ''}.{decimals}f}"
            texts.append(squeezed(str(value)))
    text, at = "".join(texts), 0
    for piece in map(squeezed, pieces(source_id)):
        assert text.startswith(piece, at), (piece, text[at : at + 40])
        at += len(piece)
    assert at == len(text)


def test_text_is_never_a_formula():
    form = replace(document("xxzx-2020-1"), project_name="=SUM(A1:A9)", necessity="+cmd|' /C calc'!A0")
    data = made(form)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)
                assert b"<f " not in archive.read(name)
    _, sheet = opened(form)
    for row in form.indicators:
        cell = where(sheet, "target", row_id=row.row_id)
        assert cell.data_type == "s"
        assert cell.number_format == "@"
        assert cell.value == row.target
        assert cell.quotePrefix == row.target.startswith("=")


def test_amounts_are_numbers_and_dates_are_dates():
    _, sheet = opened(document("czj-2020-1"))
    total = where(sheet, "budget.total")
    assert (total.value, total.number_format) == (8825000, "#,##0")
    start = where(sheet, "start_date")
    assert start.value == datetime.datetime(2020, 1, 1)
    assert start.number_format == "yyyy-mm-dd"
    _, sheet = opened(document("xxzx-2020-3"))
    assert where(sheet, "budget.total").number_format == "#,##0.00"
    assert where(sheet, "start_date").value == "2020/2/1"  # typed otherwise than the form prints dates
    _, sheet = opened(document("sjrb-2018-4"))
    assert where(sheet, "start_date").number_format == 'yyyy"年"m"月"d"日"'
    assert where(sheet, "budget.total").number_format == "0"


def test_paper_size_hidden_things_and_merged_labels():
    book, sheet = opened(document("czj-2020-1"))
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["A"].hidden
    assert book["_perfgoals"].sheet_state == "hidden"
    facts = dict(book["_perfgoals"].iter_rows(max_row=4, values_only=True))
    assert facts["form"] == "sh-2020-target-table"
    assert facts["fingerprint"] == document("czj-2020-1").fingerprint
    assert facts["schema"] == "perfgoals-declaration/1"
    assert sheet.print_title_rows
    assert "&P" in sheet.oddFooter.center.text
    down = [area for area in sheet.merged_cells.ranges if area.size["rows"] > 1]
    assert sorted(area.size["rows"] for area in down) == sorted([10, 3, 3, 4, 4, 2, 3, 3])
    widths = sum(d.width for letter, d in sheet.column_dimensions.items() if letter != "A")
    assert 88 < widths < 96


def test_edits_come_back_as_typed():
    form = document("xxzx-2020-1")
    book, sheet = opened(form)
    where(sheet, "project_name").value = "办公用房修缮（2号楼）"
    where(sheet, "budget.total").value = 650000.5
    where(sheet, "budget.current_year").value = None
    where(sheet, "end_date").value = datetime.date(2020, 12, 1)
    where(sheet, "includes_government_purchase").value = "是"
    where(sheet, "necessity").value = "第一行\r\n第二行"
    row = form.indicators[4]
    where(sheet, "target", row_id=row.row_id).value = 1  # Excel turned "100%" into a number
    where(sheet, "target", row_id=row.row_id).number_format = "0%"
    read = read_workbook(saved(book))
    assert read == replace(
        form,
        project_name="办公用房修缮（2号楼）",
        budget={**form.budget, "total": "650000.50", "current_year": None},
        end_date=DateValue("2020-12-01", "2020-12-01"),
        includes_government_purchase=True,
        necessity="第一行\n第二行",
        indicators=(*form.indicators[:4], replace(row, target="100%"), *form.indicators[5:]),
    )


def test_rows_inserted_deleted_emptied_and_copied():
    form = document("xxzx-2020-1")
    book, sheet = opened(form)
    first, second, third = form.indicators[:3]
    row = where(sheet, "name", row_id=third.row_id).row
    columns = {key: where(sheet, key, row_id=third.row_id).column for key in ("name", "target")}
    for key in ("name", "target"):
        where(sheet, key, row_id=second.row_id).value = None  # emptied: gone
    last = where(sheet, "name", row_id=form.indicators[-1].row_id).row
    sheet.insert_rows(last + 1, 2)
    for number, values in enumerate((("新增指标", "≥1次"), ("照抄的一行", "=3套")), last + 1):
        for key, text in zip(("name", "target"), values, strict=True):
            sheet.cell(number, columns[key]).value = text
            sheet.cell(number, columns[key]).data_type = "s"
    sheet.cell(last + 2, 1).value = sheet.cell(row, 1).value  # copied with the hidden column
    read = read_workbook(saved(book))
    assert [one.name for one in read.indicators][-2:] == ["新增指标", "照抄的一行"]
    assert second.row_id not in {one.row_id for one in read.indicators}
    assert read.indicators[0] == first
    assert read.indicators[1] == third
    new = read.indicators[-2:]
    assert all(re.fullmatch("[0-9a-f]{8}", one.row_id) for one in new)
    assert len({one.row_id for one in read.indicators}) == len(read.indicators)
    assert new[0].origin == "import"
    assert (new[0].level1, new[0].level2) == (form.indicators[-1].level1, form.indicators[-1].level2)
    assert read_workbook(saved(book)) == read


def test_sub_projects_are_read_with_new_ones():
    form = document("sjrb-2018-4")
    book, sheet = opened(form)
    where(sheet, "amount", row_id=form.sub_projects[1].row_id).value = "360,000"
    read = read_workbook(saved(book))
    assert read.sub_projects[1] == replace(form.sub_projects[1], amount="360000")
    empty = replace(form, sub_projects=())
    book, sheet = opened(empty)
    where(sheet, "name", row_id="new").value = "设备"
    where(sheet, "amount", row_id="new").value = 5
    (row,) = read_workbook(saved(book)).sub_projects
    assert isinstance(row, SubProjectRow)
    assert (row.name, row.amount) == ("设备", "5")


def test_ticks_are_read_and_only_one_may_stand():
    form = document("sjrb-2018-1")
    book, sheet = opened(form)
    cell = where(sheet, "fund_use")
    cell.value = cell.value.replace("√", "□").replace("政策补贴类□", "政策补贴类√")
    assert read_workbook(saved(book)).fund_use == "政策补贴类"
    cell.value = cell.value.replace("政府购买服务□", "政府购买服务√")
    with pytest.raises(Unreadable) as caught:
        read_workbook(saved(book))
    assert (caught.value.sheet, caught.value.cell) == (SHEET, cell.coordinate)
    assert "只能勾选一项" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("budget.total", "=1+1", "公式"),
        ("budget.total", "#REF!", "错误值"),
        ("includes_government_purchase", "也许", "是"),
        ("necessity", "长" * 20_001, "20000 字"),
    ],
)
def test_what_cannot_be_read_names_sheet_and_cell(key, value, message):
    book, sheet = opened(document("xxzx-2020-1"))
    cell = where(sheet, key)
    cell.value = value
    with pytest.raises(Unreadable, match=message) as caught:
        read_workbook(saved(book))
    assert caught.value.cell == cell.coordinate
    assert f"工作表“{SHEET}” {cell.coordinate} 格：" in str(caught.value)


def test_a_file_of_another_make_is_refused():
    book, sheet = opened(document("xxzx-2020-1"))
    book["_perfgoals"]["B5"].value = book["_perfgoals"]["B5"].value.replace("办公用房", "办公室")
    with pytest.raises(Unreadable, match="改动过"):
        read_workbook(saved(book))
    book, sheet = opened(document("xxzx-2020-1"))
    sheet["A8"].value = "fields|project_name=1"
    with pytest.raises(Unreadable, match="A 列"):
        read_workbook(saved(book))
    book, sheet = opened(document("xxzx-2020-1"))
    del book["_perfgoals"]
    with pytest.raises(Unreadable, match="本系统导出"):
        read_workbook(saved(book))
    book, sheet = opened(document("xxzx-2020-1"))
    sheet["A5000"].value = "x"
    with pytest.raises(Unreadable, match="太大"):
        read_workbook(saved(book))


def repacked(data, **parts):
    """The archive with parts added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


HOSTILE = {
    "macro": {"xl/vbaProject.bin": b"x"},
    "other case": {"xl/VBAPROJECT.BIN": b"x"},
    "external link": {"xl/externalLinks/externalLink1.xml": b"<x/>"},
    "embedded": {"xl/embeddings/oleObject1.bin": b"x"},
    "connection": {"xl/connections.xml": b"<x/>"},
    "entities": {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'},
    "utf-16 entities": {"xl/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")},
    "bomb": {"xl/media/x.xml": b"\x00" * 9_000_000},
    "macro type": {"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"},
    "many parts": {f"xl/x{number}.xml": b"<x/>" for number in range(300)},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused_before_they_are_read(name):
    with pytest.raises(Unreadable):
        check_archive(repacked(made(document("xxzx-2020-1")), **HOSTILE[name]))


def test_files_that_are_no_workbooks():
    good = made(document("xxzx-2020-1"))
    bad = zipfile.ZipFile(empty := io.BytesIO(), "w")
    bad.writestr("a.txt", "b")
    bad.close()
    for data in (b"", b"PK", b"%PDF-1.7", good[:3000], b"x" * 100, empty.getvalue(), b"PK\x03\x04" + b"x" * 99, b"\0" * (10**7 + 10**6)):  # fmt: skip
        with pytest.raises(Unreadable):
            read_workbook(data)


def test_damaged_files_are_refused_and_never_crash():
    """Bytes flipped anywhere: refused with words, or still the same form."""
    form = document("xxzx-2020-2")
    data = made(form)
    chance = random.Random(7)
    for _ in range(25):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read = read_workbook(bytes(broken))
        except Unreadable:
            continue
        assert isinstance(read, DeclarationDocument)


def test_damaged_xml_inside_a_whole_archive():
    data = made(document("xxzx-2020-2"))
    chance = random.Random(11)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, content in parts.items():
        for _ in range(2):
            broken = bytearray(content)
            for _ in range(3):
                broken[chance.randrange(len(broken))] = chance.choice(b"<>\"'&/ 09azAZ\x00\xff")
            try:
                read_workbook(repacked(data, **{name: bytes(broken)}))
            except Unreadable:
                continue


def test_forty_rows_and_many_characters():
    form = replace(wide(document("czj-2020-1"), 40), necessity="必要。\n" * 3000)
    assert read_workbook(made(form)) == form
