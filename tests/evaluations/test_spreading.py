"""Points of a group spread over rows: exact to 0.01, and never over rows that keep theirs."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.spreading import How, groups_of, split_exactly, spread
from perfgoals.editions import get_edition
from tests.evaluations.builders import form, row

D = Decimal
shares = st.lists(st.decimals("0.01", "100", places=2), min_size=1, max_size=40)


@given(shares, st.decimals("1", "100", places=2))
def test_parts_add_up_to_the_cent(given_shares, total):
    parts = split_exactly(total, given_shares)
    assert sum(parts) == total
    assert all(part >= D("0.01") and part == part.quantize(D("0.01")) for part in parts)
    pairs = sorted(zip(given_shares, parts, strict=True))
    assert all(less[1] <= more[1] + D("0.01") for less, more in pairwise(pairs))


@pytest.mark.parametrize(
    ("total", "given_shares", "parts"),
    [
        ("10", "1 1 1", "3.34 3.33 3.33"),
        ("50", "1 1 1 1", "12.5 12.5 12.5 12.5"),
        ("0.03", "1 1 1", "0.01 0.01 0.01"),
        ("1", "1000 1 1", "0.98 0.01 0.01"),
        ("10", "3 1", "7.50 2.50"),
    ],
)
def test_left_cents_go_to_the_largest_remainders(total, given_shares, parts):
    assert split_exactly(D(total), list(map(D, given_shares.split()))) == list(map(D, parts.split()))


@pytest.mark.parametrize(("total", "given_shares"), [("0.01", "1 1"), ("10", "1 0"), ("1.005", "1")])
def test_what_cannot_be_split_is_refused(total, given_shares):
    with pytest.raises(ValueError, match="split"):
        split_exactly(D(total), list(map(D, given_shares.split())))


def output(*weights):
    document = form(*(row(weight=one) for one in weights))
    return next(one for one in groups_of(document, get_edition(document.form)) if one.name == "产出指标")


def test_ticked_rows_share_what_the_others_leave():
    group = output("20", None, "", "5")
    assert (group.points, group.given, group.left) == (50, 25, 25)
    would = spread(group, {"r2", "r3"}, How.EVEN)
    assert would.points == {"r2": D("12.50"), "r3": D("12.50")}
    assert would.total == 50
    assert spread(group, {"r1", "r4"}, How.SHARE).total == 50
    assert spread(group, set(), How.EVEN).points == {}


@pytest.mark.parametrize(
    ("weights", "ticked", "how", "words"),
    [
        (["50", None], {"r2"}, How.EVEN, "没有勾的行已占 50 分"),
        (["60", "5"], {"r2"}, How.EVEN, "不够分给 1 行"),
        ([None, "5"], {"r1", "r2"}, How.SHARE, "比例算不出来"),
        (["五", "5"], {"r1", "r2"}, How.SHARE, "比例算不出来"),
    ],
)
def test_a_spread_that_cannot_be_says_why(weights, ticked, how, words):
    would = spread(output(*weights), ticked, how)
    assert words in would.refusal
    assert would.points == {}


def test_rows_outside_the_frame_get_nothing():
    document = form(row(level1="投入与管理", level2="财务管理", weight=None))
    assert groups_of(document, get_edition(document.form)) == []


def test_what_no_satisfaction_has_goes_to_the_results_before_it():
    """A form may do without 满意度; its ten points have to stand somewhere, once every row has its group."""
    rows = [row(weight=None), row(weight=None, level1="效益指标", level2="社会效益指标")]
    edition = get_edition((document := form(*rows)).form)
    assert [(one.name, one.points) for one in groups_of(document, edition)] == [
        ("产出指标", 50),
        ("效益指标", 40),
    ]
    waiting = form(*rows, row(weight=None, level1="投入与管理", level2="财务管理"))
    assert [one.points for one in groups_of(waiting, edition)] == [50, 30]
    assert [one.points for one in groups_of(form(rows[0]), edition)] == [50]
