"""How one form became another: words inside texts, rows whatever their place and name."""

from dataclasses import replace

import pytest

from declarations.published import published_documents
from declarations.review.comparing import compare
from perfgoals.documents.declaration import DateValue, IndicatorRow
from perfgoals.documents.matching import match_rows
from perfgoals.editions import get_edition


@pytest.fixture(scope="module")
def document():
    return dict(published_documents())["xxzx-2020-5"]


def _compare(old, new, **options):
    return compare(old, new, get_edition(old.form), get_edition(new.form), **options)


def test_a_form_is_the_same_as_itself(document):
    same = _compare(document, document)
    assert same.summary == "一个字也没有变。"
    assert same.changed_rows == []
    assert len(same.same_rows) == len(document.indicators)
    assert same.pieces() == {}


def test_words_are_marked_inside_the_text(document):
    text = document.necessity
    new = replace(document, necessity=text.replace(text[10:14], "不同的字"))
    (field,) = _compare(document, new).changed_fields
    assert field.path == "necessity"
    assert field.change.places == 1
    assert 50 < field.change.percent_kept < 100
    assert "".join(t for op, t in field.change.pieces if op != "insert") == text
    assert "".join(t for op, t in field.change.pieces if op != "delete") == new.necessity


def test_a_text_that_was_written_anew_is_not_made_a_mosaic(document):
    new = replace(document, necessity="完全另外一段话，讲的是另外一件事情。" * 4)
    comparison = _compare(document, new)
    (field,) = comparison.changed_fields
    assert field.change.is_rewritten
    assert "necessity" not in comparison.pieces()


def test_amounts_and_dates_that_mean_the_same_did_not_change(document):
    budget = dict(document.budget) | {"current_year": "604,000"}
    day = DateValue("2020年1月1日", "2020-01-01")
    old = replace(document, start_date=DateValue("2020-01-01", "2020-01-01"))
    new = replace(document, budget=budget, start_date=day)
    assert _compare(old, new).changed_fields == []


def _row(row_id, name, target="100%", level2="数量"):
    return IndicatorRow(row_id, "产出目标", level2, name, target)


def test_rows_are_matched_by_id_by_name_and_by_likeness():
    old = [
        _row("1", "巡检次数"),
        _row("2", "修缮面积"),
        _row("3", "相关部门和单位满意度"),
        _row("4", "培训人数"),
    ]
    new = [
        _row("9", "修缮面积", level2="质量"),  # moved, new id
        _row("1", "巡检次数"),
        _row("8", "相关部门单位满意度"),  # renamed a little
        _row("4", "数据归集量"),  # an old id under quite another name
    ]
    across = match_rows(old, new)
    assert {key: row.row_id for key, row in across.items()} == {"9": "2", "1": "1", "8": "3"}
    inside = match_rows(old, new, same_form=True)
    assert inside["4"].row_id == "4"


def test_added_removed_and_changed_rows_are_told_in_order(document):
    rows = list(document.indicators)
    gone, kept = rows.pop(2), rows[0]
    rows[0] = replace(kept, target="≥95%")
    rows.append(replace(gone, row_id="ffff0001", name="全新的一项指标", target="1套"))
    comparison = _compare(document, replace(document, indicators=tuple(rows)), same_form=True)
    assert [(row.kind, row.name) for row in comparison.changed_rows] == [
        ("changed", kept.name),
        ("removed", gone.name),
        ("added", "全新的一项指标"),
    ]
    assert comparison.summary == f"改了 1 行，新增 1 行，删去 1 行；{len(document.indicators) - 2} 行没有变。"
    cell = comparison.changed_rows[0].cells[0]
    assert (cell.label, cell.old, cell.new) == ("指标目标值", kept.target, "≥95%")
    assert f"indicators.{kept.row_id}.target" in comparison.pieces()


def test_every_published_form_compares_with_every_other():
    documents = list(dict(published_documents()).values())
    for old in documents[::4]:
        for new in documents[::3]:
            comparison = _compare(old, new)
            here = [row for row in comparison.rows if row.kind != "removed"]
            assert [row.path for row in here] == [f"indicators.{row.row_id}" for row in new.indicators]
            gone = [row for row in comparison.rows if row.kind == "removed"]
            assert len(gone) + sum(row.kind != "added" for row in here) == len(old.indicators)
