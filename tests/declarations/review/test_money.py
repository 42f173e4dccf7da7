"""The money–target line asks where money and targets went apart, with its numbers, and else keeps silent."""

from dataclasses import replace

import pytest

from declarations.published import published_documents
from declarations.review.money import money_line
from perfgoals.editions import get_edition
from perfgoals.reviewing.submitted import Earlier


@pytest.fixture(scope="module")
def documents():
    return dict(published_documents())


def _line(document, before=None, siblings=()):
    earlier = Earlier("year", "上年", "", before) if before else None
    return money_line(document, get_edition(document.form), earlier, siblings)


def _with(document, current, **targets):
    rows = tuple(replace(row, target=targets.get(row.name, row.target)) for row in document.indicators)
    return replace(document, budget={"current_year": current}, indicators=rows)


def test_the_fixed_assets_system_is_asked_which_output_is_dropped(documents):
    line = _line(documents["xxzx-2020-5"])
    assert line.money == "当年预算 604,000.00 元，上年 1,398,160.00 元，比上年少（−56.8%）。"
    question = line.notes[0]
    assert question.is_question
    assert "技术支持热线全年接听量“>=2000次”" in question.text
    assert question.path.startswith("indicators.")


def test_more_money_for_the_same_targets_is_a_question(documents):
    before = _with(documents["xxzx-2020-5"], "400000")
    line = _line(_with(documents["xxzx-2020-5"], "604000"), before)
    questions = [note.text for note in line.notes if note.is_question]
    assert any("钱多了，“产出目标／数量”的 1 行目标值没有变" in text for text in questions)


def test_targets_that_grew_with_the_money_are_none(documents):
    source, name = documents["xxzx-2020-5"], "技术支持热线全年接听量"
    before = _with(source, "400000")
    line = _line(_with(source, "604000", **{name: ">=3000次"}), before)
    assert not any("产出目标／数量" in note.text for note in line.notes if note.is_question)


def test_lower_targets_for_the_same_money_are_asked_about(documents):
    source, name = documents["xxzx-2020-5"], "技术支持热线全年接听量"
    line = _line(_with(source, "604000", **{name: ">=1000次"}), _with(source, "604000"))
    assert line.money == "当年预算 604,000.00 元，与上年相同。"
    assert any(f"低了：{name}“>=2000次”→“>=1000次”" in note.text for note in line.notes)


def test_what_one_unit_costs_beside_last_year_and_similar_projects(documents):
    source = documents["xxzx-2020-5"]
    sibling = replace(_with(source, "200000"), project_name="另一个系统")
    line = _line(_with(source, "604000"), _with(source, "400000"), [sibling])
    (cost,) = [note.text for note in line.notes if "每次" in note.text]
    assert cost == (
        "技术支持热线全年接听量“>=2000次”：每次 302.00 元，上年 200.00 元（+51.0%），"
        "本单位同类项目 1 个，中间的是 100.00 元。"
    )


def test_nothing_is_said_where_nothing_can_be_read(documents):
    source = documents["xxzx-2020-5"]
    assert _line(replace(source, budget={"current_year": "约六十万"}, indicators=())) is None
    zero = replace(source, budget={"current_year": "600000", "previous_year_budget": "0"}, indicators=())
    assert _line(zero) is None
