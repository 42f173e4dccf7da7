"""The reviewer's order: what counts, how it is said, and that nothing counts that is not said."""

import dataclasses
from decimal import Decimal

import pytest

from declarations.inbox.risk import (
    FIRST,
    NOT_RANKED,
    NOTHING,
    Facts,
    band,
    compare_rows,
    parts,
    score,
    sentence,
)
from perfgoals.documents.declaration import IndicatorRow

# A form like last year's, with nothing to ask: the ground every case below differs from in one thing.
QUIET = Facts(
    amount=Decimal(100_000), earlier_year=2019, earlier_amount=Decimal(100_000), rows=10, rows_changed=1
)


def quiet(**other):
    return dataclasses.replace(QUIET, **other)


def test_a_form_like_last_year_s_needs_nobody():
    assert (score(QUIET), band(score(QUIET)), sentence(QUIET)) == (0, 1, NOTHING)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"errors": 1, "open_codes": ("a",)}, "1 处错误没有改（a）"),
        ({"open_doubts": 2, "open_codes": ("a", "b")}, "2 处疑问没有理由（a等）"),
        ({"answered_doubts": 3, "answered_codes": ("a", "b", "c")}, "3 处疑问写了理由（a等）"),
        (
            {"open_doubts": 1, "open_codes": ("b",), "answered_doubts": 1, "answered_codes": ("a",)},
            "1 处疑问没有理由（b）；1 处疑问写了理由",
        ),
        ({"earlier_year": None, "earlier_amount": None}, "新项目，没有往年的表"),
        ({"earlier_year": None}, "没有往年的表可比"),
        ({"amount": Decimal(142_000)}, "预算比上年增 42.0%"),
        ({"amount": Decimal(43_200)}, "预算比上年减 56.8%"),
        ({"amount": Decimal(60_000), "rows_changed": 0}, "预算比上年减 40.0%，指标一个没有变"),
        ({"amount": Decimal(142_000), "is_adjustment": True}, "目标调整，指标改 1 行；预算比调整前增 42.0%"),
        ({"rows_changed": 3, "rows_added": 1, "rows_dropped": 2}, "指标比上年改 3 行、加 1 行、少 2 行"),
        ({"returns": 2}, "退回过 2 次，改好重报"),
        ({"is_late": True}, "过了截止时间才送审"),
        ({"amount": Decimal(5_000_000), "earlier_amount": Decimal(5_000_000)}, "当年预算 500 万元以上"),
    ],
)
def test_each_fact_is_said_in_a_sentence_and_raises_the_form(other, words):
    facts = quiet(**other)
    assert set(words.split("；")) == set(sentence(facts).split("；"))
    assert score(facts) > 0


def test_points_are_the_sum_of_what_is_said():
    facts = quiet(
        answered_doubts=3, earlier_year=None, earlier_amount=None, amount=Decimal(20_000_000), returns=1
    )
    assert score(facts) == sum(part.points for part in parts(facts))
    points = [part.points for part in parts(facts)]
    assert points == sorted(points, reverse=True)


@pytest.mark.parametrize("other", [{"errors": 1}, {"open_doubts": 1}])
def test_an_open_finding_alone_is_read_first(other):
    assert score(quiet(**other)) >= FIRST


@pytest.mark.parametrize(
    ("lesser", "greater"),
    [
        ({"answered_doubts": 1}, {"answered_doubts": 4}),
        ({"answered_doubts": 30}, {"open_doubts": 1}),
        ({"open_doubts": 3}, {"errors": 1, "open_doubts": 3}),
        ({"amount": Decimal(120_000)}, {"amount": Decimal(190_000)}),
        ({"amount": Decimal(60_000)}, {"amount": Decimal(60_000), "rows_changed": 0}),
        ({"earlier_year": None}, {"earlier_year": None, "earlier_amount": None}),
        ({"returns": 1}, {"returns": 2}),
    ],
)
def test_more_of_the_same_comes_earlier(lesser, greater):
    assert score(quiet(**lesser)) < score(quiet(**greater))


def test_many_reasons_stay_below_what_is_open():
    """A thorough officer who answers thirty questions is not read before somebody who left one open."""
    assert score(quiet(answered_doubts=30)) < FIRST


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        QUIET,
        quiet(amount=Decimal(0)),
        quiet(amount=None, earlier_amount=Decimal("0.00")),
        quiet(errors=1, open_codes=("a",), answered_codes=("b", "c"), is_late=True, is_adjustment=True),
        quiet(amount=Decimal("9999999999999.99"), earlier_amount=Decimal("0.01")),
    ],
)
def test_facts_survive_the_database(facts):
    assert Facts.from_json(facts.to_json()) == facts
    assert sentence(Facts.from_json(facts.to_json())) == sentence(facts)


def test_a_form_nobody_ranked_says_so():
    assert Facts.from_json({}) is None
    assert sentence(None) == NOT_RANKED


def test_an_unknown_key_of_a_later_version_is_passed_by():
    assert Facts.from_json(QUIET.to_json() | {"mood": 3}) == QUIET


def row(name, target, level1="产出目标"):
    return IndicatorRow(row_id=name + target, level1=level1, level2=None, name=name, target=target)


def test_rows_are_compared_by_name_and_order():
    before = [row("面积", "1344"), row("质量", "合格"), row("次数", "12"), row("次数", "6")]
    now = [row(" 面积", "1400"), row("次数", "12"), row("次数", "8"), row("满意度", "90%"), row("", "")]
    assert compare_rows(now, before) == (2, 1, 1)
    assert compare_rows(before, before) == (0, 0, 0)
