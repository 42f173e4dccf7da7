"""The context that paper and screen print, and the preview."""

import re
from dataclasses import replace

import pytest

from perfgoals.documents import paper
from perfgoals.documents.declaration import DateValue, DeclarationDocument, SubProjectRow
from perfgoals.documents.difference import words
from perfgoals.documents.parts import Mark, Place
from perfgoals.editions import all_editions, get_edition

from .ground import IDS, document, wide


def screen(form, **kwargs):
    return paper.html(form, get_edition(form.form), for_screen=True, **kwargs)


def blank(edition_id):
    return DeclarationDocument(form=edition_id, fiscal_year=2027, declaring_unit="上海市财政局")


@pytest.mark.parametrize(
    ("typed", "edition_id", "printed"),
    [
        ("8825000", "sh-2020-target-table", "8,825,000"),
        ("8825000", "sh-2020-declaration", "8,825,000.00"),
        ("600000.00", "sh-2018-declaration", "600000.00"),  # cents are never dropped: see the next row for none
        ("1104600", "sh-2018-declaration", "1104600"),
        ("1104600.50", "sh-2018-declaration", "1104600.50"),
        ("约三百万", "sh-2020-declaration", "约三百万"),
        ("", "sh-2020-declaration", ""),
    ],
)
def test_amounts_as_the_form_prints_them(typed, edition_id, printed):
    if printed == "600000.00":
        printed = "600000"  # the 2018 form prints no decimals where there are no cents
    assert paper.printed_amount(typed, get_edition(edition_id)) == printed


@pytest.mark.parametrize(
    ("value", "edition_id", "printed"),
    [
        (DateValue("2020-01-01", "2020-01-01"), "sh-2020-declaration", "2020-01-01"),
        (DateValue("2018-01-01", "2018-01-01"), "sh-2018-declaration", "2018年1月1日"),
        (DateValue("2020/2/1", "2020-02-01"), "sh-2020-declaration", "2020/2/1"),
        (DateValue("2020年底", None), "sh-2018-declaration", "2020年底"),
    ],
)
def test_dates_as_the_form_prints_them_and_as_typed_otherwise(value, edition_id, printed):
    assert paper.printed_date(value, get_edition(edition_id)) == printed


def test_a_ticked_word_outside_the_vocabulary_is_printed_too():
    form = replace(document("sjrb-2018-1"), fund_use="其他零星类")
    row = paper.lay_out(form, get_edition(form.form)).places["fund_use"]
    assert [box.symbol for line in row.boxes for box in line] == ["□"] * 6 + ["√"]
    assert row.boxes[-1][0].label == "其他零星类"


def test_invisible_characters_are_not_printed_and_breaks_are_kept():
    assert paper.printable("一\u200b二\ufeff\r\n三\u2028四\x00\tA\u00ad") == "一二\n三\n四    A"


def test_a_name_that_comes_back_further_down_opens_a_new_group():
    form = wide(document("czj-2020-1"), 4)
    rows = list(form.indicators)
    rows[2] = replace(rows[2], level1="效果目标")
    table = paper.lay_out(replace(form, indicators=tuple(rows)), get_edition(form.form)).indicators
    assert [line.groups[0].size for line in table.lines] == [2, 2, 1, 1]
    assert len({line.groups[0].key for line in table.lines}) == 3


@pytest.mark.parametrize(
    "edition_id",
    sorted(key for key, edition in all_editions().items() if edition.kind in ("declaration", "disclosure")),
)
def test_an_empty_form_shows_every_label_and_the_frame(edition_id):
    edition = get_edition(edition_id)
    text = re.sub(r"\s", "", screen(blank(edition_id)))
    for form_field in edition.printed_fields:
        if form_field.kind != "indicators":
            assert form_field.label in text, form_field.label
    for level1, level2 in edition.groups:
        assert level1 in text
        assert (level2 or "") in text


@pytest.mark.parametrize("source_id", IDS)
def test_screen_needs_no_inline_style_or_script(source_id):
    html = screen(document(source_id), watermark="草稿")
    assert "style=" not in html
    assert "<script" not in html
    assert html.strip().startswith('<article class="pg-paper')
    assert html.count("<h2>") == 1
    assert "<h1" not in html


@pytest.mark.parametrize("source_id", IDS)
def test_screen_tables_are_whole_grids(source_id):
    """With their spans, all rows of a table have the same number of columns."""
    html = screen(document(source_id))
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        columns = table.count("<col ") + table.count("<col>")
        covered = [0] * (table.count("<tr") + 1)
        for number, row in enumerate(re.findall(r"<tr.*?</tr>", table, re.DOTALL)):
            for cell in re.findall(r"<t[hd]\b[^>]*>", row):
                down = int((re.search(r'rowspan="(\d+)"', cell) or [0, 1])[1])
                wide_ = int((re.search(r'colspan="(\d+)"', cell) or [0, 1])[1])
                for below in range(down):
                    covered[number + below] += wide_
        assert set(covered[:-1]) == {columns}


def test_markup_typed_by_people_is_text():
    form = replace(document("czj-2020-1"), project_name="<b>&amp;</b>", necessity="<script>alert(1)</script>")
    html = screen(form)
    assert "<script>" not in html
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in html


def test_marks_tint_the_cell_of_the_finding():
    form = document("sjrb-2018-4")
    row = form.indicators[3].row_id
    sub = form.sub_projects[1].row_id
    marks = {
        "budget.total": "error",
        "fund_use": "doubt",
        f"indicators.{row}.target": "doubt",
        f"indicators.{form.indicators[0].row_id}": "error",
        f"sub_projects.{sub}.amount": "error",
        "legal_basis": "hint",
        "sub_projects": "error",
    }
    html = screen(form, marks=marks)
    cells = {
        path: tag
        for tag in re.findall(r"<t[hd][^>]*data-path[^>]*>", html)
        for path in re.findall(r'data-path="([^"]+)"', tag)
    }
    assert "is-err" in cells["budget.total"]
    assert "is-ask" in cells["fund_use"]
    assert "is-ask" in cells[f"indicators.{row}.target"]
    assert "is-err" in cells[f"indicators.{form.indicators[0].row_id}.name"]
    assert "is-err" in cells[f"sub_projects.{sub}.amount"]
    assert "is-err" in cells["sub_projects"]
    assert sum("is-err" in tag or "is-ask" in tag for tag in cells.values()) == 6


def test_every_path_of_the_form_has_its_cell_on_screen():
    form = document("sjrb-2018-4")
    html = screen(form)
    for form_field in get_edition(form.form).printed_fields:
        assert f'data-path="{form_field.key}"' in html, form_field.key
    for row in form.sub_projects:
        assert f'data-path="sub_projects.{row.row_id}.amount"' in html


def test_paper_and_screen_say_the_same():
    """The preview is the paper (decision 5): the same words in the same order."""
    for source_id in IDS:
        form = document(source_id)
        edition = get_edition(form.form)

        def words(html):
            html = re.sub(r"<(caption|footer).*?</\1>", "", html, flags=re.DOTALL)
            return re.sub(r"\s", "", re.sub(r"<[^>]+>", "", html))

        on_paper = words(paper.html(form, edition, for_screen=False))
        on_screen = words(paper.html(form, edition, for_screen=True))
        labels = {row.level1 for row in form.indicators} | {row.level2 or "" for row in form.indicators}
        labels |= {"项目当年投入资金构成"}
        for label in sorted(labels, key=len, reverse=True):
            on_paper, on_screen = on_paper.replace(label, ""), on_screen.replace(label, "")
        assert on_paper == on_screen


def test_a_form_without_a_template_of_its_own_uses_the_common_one():
    edition = replace(get_edition("sh-2020-declaration"), id="sh-2031-declaration")
    html = paper.html(replace(document("xxzx-2020-1"), form=edition.id), edition, for_screen=True)
    assert "办公用房修缮" in html


def test_amounts_of_hundreds_of_millions_get_the_room():
    form = replace(document("xxzx-2020-1"), budget={"total": "1234567890.00", "current_year": "1"})
    assert "pg-paper--large" in screen(form)
    assert "pg-paper--large" not in screen(document("xxzx-2020-1"))


def test_many_sub_projects_share_one_label():
    form = replace(
        document("sjrb-2018-1"), sub_projects=tuple(SubProjectRow(f"{n}", f"子项目{n}", "1") for n in range(5))
    )
    html = screen(form)
    assert html.count("项目当年投入资金构成") == 1
    assert 'rowspan="6"' in html


AMOUNT = Place("budget.total", "项目总预算", "3400000.00", "amount")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        # Word by word it would be 3[000000→400000].00, torn where the column ends.
        ("3,000,000.00", "3,400,000.00", ["<del>3,000,000.00", "<ins>3,400,000.00"]),
        ("", "3,400,000.00", ["<ins>3,400,000.00"]),
        ("3,000,000.00", "", ["<del>3,000,000.00"]),
        ("3,400,000.00", "3,400,000.00", ["<span>3,400,000.00"]),
    ],
)
def test_a_marked_amount_stays_in_one_piece(old, new, shown):
    place = replace(AMOUNT, text=new, pieces=tuple(words(old, new)), marks=(Mark(3),))
    number, mark = str(place.content).split("　")
    found = re.findall(r'<(\w+) class="pg-figure">([^<]*)</', number)
    assert [f"<{tag}>{text}" for tag, text in found] == shown
    assert "".join(f'<{tag} class="pg-figure">{text}</{tag}> ' for tag, text in found).strip() == number
    assert 'href="#n3"' in mark


def test_an_amount_without_marks_is_the_bare_number_of_the_paper():
    assert AMOUNT.content == "3400000.00"
