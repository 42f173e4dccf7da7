"""Each published form printed again says what was published: every label and value, once, in the form's order."""

import re

import pikepdf
import pytest

from perfgoals.documents.pdf import make_pdf
from perfgoals.editions import get_edition

from .ground import IDS, document, raw_text, records, text_of

# The order of the published forms, written down here and not taken from the editions under test.
ORDER = {
    "sh-2018-declaration": """project_name project_category fund_use start_date end_date project_overview legal_basis
        necessity safeguards budget.total budget.current_year budget.previous_year_budget
        budget.previous_year_executed sub_projects implementation_plan overall_goal annual_goal indicators remarks""",
    "sh-2018-public-target-table": "project_name overall_goal annual_goal indicators",
    "sh-2020-target-table": """project_name project_category start_date end_date includes_government_purchase
        performance_type project_overview legal_basis necessity safeguards implementation_plan overall_goal budget
        budget.total budget.current_year budget.previous_year_budget budget.previous_year_executed indicators""",
}
ORDER["sh-2020-declaration"] = ORDER["sh-2020-target-table"]


def squeezed(text):
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Each form's PDF and the text of its pages, made once."""
    folder = tmp_path_factory.mktemp("forms")
    kept = {}

    def get(source_id):
        if source_id not in kept:
            form = document(source_id)
            pdf = make_pdf(form, get_edition(form.form))
            kept[source_id] = pdf, text_of(pdf, folder, pages=True)
        return kept[source_id]

    return get


def amount(value, style):
    if value is None:
        return ""
    whole, _, cents = value.partition(".")
    grouped = f"{int(whole):,}".replace(",", style["grouping"])
    return grouped + (f".{cents:0<{style['decimals']}}" if style["decimals"] else "")


def pieces(source_id):
    """Label and value after value as published; indicator rows carry their group labels apart."""
    record, data = records()[source_id]
    legend = data["legend"]
    yield record["title_printed"]
    yield record["fiscal_year_printed"]
    if "declaring_unit" in legend:
        yield legend["declaring_unit"]
        yield record["declaring_unit"]
    for key in ORDER[record["form"]].split():
        if key == "indicators":
            yield from indicators(record, legend)
        elif key == "sub_projects":
            yield from (legend[key], legend["sub_projects[].name"], legend["sub_projects[].amount"])
            for row in record[key]:
                yield from (row["name"], amount(row["amount"], data["amount_style"]))
        elif key.startswith("budget."):
            yield legend[key]
            yield amount(record["budget"][key[7:]], data["amount_style"])
        else:
            yield legend[key]
            if key != "budget":
                yield value(record, key)


def value(record, key):
    if options := record.get(f"{key}_options"):
        return "".join(option["label"] + ("√" if option["checked"] else "□") for option in options)
    found = record[key]
    if isinstance(found, bool):
        return "是" if found else "否"
    if isinstance(found, dict):
        return found["printed"]
    return found or ""


def indicators(record, legend):
    yield legend["indicators"]
    columns = ("level1", "level2", "name", "target_as_printed")
    yield from (legend[f"indicators[].{key}"] for key in columns if f"indicators[].{key}" in legend)
    before = (None, None)
    for row in record["indicators"]:
        if row["level1"] != before[0]:
            yield row["level1"]
        if row["level2"] and (row["level1"], row["level2"]) != before:
            yield row["level2"]
        before = (row["level1"], row["level2"])
        yield row["name"]
        yield row["target_as_printed"]


def furniture(source_id):
    """What a page may add between two values: foot, repeated table head, repeated group labels."""
    record, data = records()[source_id]
    legend = data["legend"]
    columns = ("level1", "level2", "name", "target_as_printed")
    head = [legend["indicators"], *(legend.get(f"indicators[].{key}", "") for key in columns)]
    labels = {row[key] for row in record["indicators"] for key in ("level1", "level2") if row[key]}
    sub = [legend[key] for key in ("sub_projects",) if key in legend]
    plain = ["".join(head), *sorted(labels, key=len, reverse=True), *sub]
    return re.compile("|".join(["校验码[0-9a-f]{12}", r"-\d+-", *map(re.escape, plain)]))


@pytest.mark.parametrize("source_id", IDS)
def test_every_label_and_value_in_reading_order_and_nothing_else(source_id, printed):
    """Values are found whole, so no row is cut by a page end; what lies between them is page furniture."""
    text = "".join(printed(source_id)[1])
    between = furniture(source_id)
    at = 0
    for piece in map(squeezed, pieces(source_id)):
        while not text.startswith(piece, at):
            extra = between.match(text, at)
            assert extra, f"expected {piece!r}, found {text[at : at + 60]!r}"
            at = extra.end()
        at += len(piece)
    assert between.sub("", text[at:]) == ""


@pytest.mark.parametrize("source_id", IDS)
def test_every_word_of_the_published_text_is_on_paper(source_id, printed):
    text = "".join(printed(source_id)[1])
    words = [word for line in raw_text(source_id) for word in line.split()]
    assert len(words) > 40
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("source_id", IDS)
def test_the_head_of_the_indicator_table_stands_on_each_of_its_pages(source_id, printed):
    record, data = records()[source_id]
    columns = ("level1", "level2", "name", "target_as_printed")
    keys = [f"indicators[].{key}" for key in columns]
    head = "".join(data["legend"][key] for key in ("indicators", *keys) if key in data["legend"])
    names = [squeezed(row["name"]) for row in record["indicators"]]
    pages = printed(source_id)[1]
    begin = next(i for i, page in enumerate(pages) if head in page)
    after = [page.split(head)[-1] for page in pages[begin:]]
    with_rows = [i for i, page in enumerate(after, begin) if any(name in page for name in names)]
    assert with_rows
    assert all(head in pages[i] for i in with_rows)


@pytest.mark.parametrize("source_id", IDS)
def test_group_labels_are_repeated_on_the_next_page(source_id, printed):
    """After the head of a page stands the label of its first row's group, whether it begins there or goes on."""
    record, data = records()[source_id]
    columns = [f"indicators[].{key}" for key in ("level1", "level2", "name", "target_as_printed")]
    head = "".join(data["legend"][key] for key in ("indicators", *columns) if key in data["legend"])
    levels = {row["level1"] for row in record["indicators"]}
    for page in printed(source_id)[1]:
        if head in page:
            assert page.split(head)[1].startswith(tuple(levels))


@pytest.mark.parametrize("source_id", IDS)
def test_foot_of_every_page_carries_fingerprint_and_number(source_id, printed):
    form = document(source_id)
    pages = printed(source_id)[1]
    for number, page in enumerate(pages, 1):
        assert f"校验码{form.fingerprint[:12]}" in page
        assert (f"-{number}-" in page) == (form.form == "sh-2020-target-table")


@pytest.mark.parametrize("source_id", IDS)
def test_only_our_fonts_embedded_and_small(source_id, printed):
    pdf = printed(source_id)[0]
    assert len(pdf) < 170_000
    with pikepdf.open(__import__("io").BytesIO(pdf)) as file:
        fonts = {str(font.BaseFont) for page in file.pages for font in page.Resources.Font.values()}
        assert fonts
        assert all(re.fullmatch(r"/[A-Z]{6}\+Form-(Song|Hei|Song-Ext)", name) for name in fonts), fonts
