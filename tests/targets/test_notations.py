"""All 150 notations of the domain digest, section 10, one case each or more."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from perfgoals.targets import Kind, print_reading, read_target

CASES = tomllib.loads((Path(__file__).parent / "notations.toml").read_text("utf-8"))["cases"]
KINDS = {
    "N": Kind.QUANTITATIVE,
    "D": Kind.DEADLINE,
    "Q": Kind.QUALITATIVE,
    "C": Kind.COMPOSITE,
    "0": Kind.NONE,
}


def test_every_row_of_the_digest_is_a_case():
    assert sorted({case[0] for case in CASES}) == list(range(1, 151))


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_notation(case):
    _row, raw, name, level2, kind, operator, value, unit, doubts = case
    reading = read_target(raw, name=name, level2=level2)
    assert reading.raw == raw
    assert reading.kind is KINDS[kind]
    assert reading.operator == (operator.removesuffix("?") or None)
    assert reading.operator_explicit == bool(operator and not operator.endswith("?"))
    if ".." in value:
        date_from, _, date_to = value.partition("..")
        assert (reading.date_from, reading.date_to) == (date_from or None, date_to or None)
    else:
        assert reading.numbers == tuple(map(Decimal, value.split()))
        assert (reading.date_from, reading.date_to) == (None, None)
    assert reading.unit == unit
    assert reading.doubts == tuple(doubts.split())


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("支付业务量达到200万笔、非税14万笔", ["≥ 2,000,000 笔", "≥ 140,000 笔"]),
        ("5*8小时", ["＝ 5 天/周", "＝ 8 小时/天"]),
        ("7*24小时", ["＝ 7 天/周", "＝ 24 小时/天"]),
        ("健全并执行", ["定性：健全", "定性：执行"]),
        ("制定并执行", ["定性：制定", "定性：执行"]),
    ],
)
def test_parts_of_a_compound_value(raw, parts):
    assert [print_reading(part) for part in read_target(raw).parts] == parts


def test_an_operator_said_once_is_only_proposed_for_the_second_number():
    first, second = read_target("支付业务量达到200万笔、非税14万笔").parts
    assert (first.operator, first.operator_explicit) == (">=", True)
    assert (second.operator, second.operator_explicit) == (">=", False)
