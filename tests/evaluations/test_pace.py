"""Lights in the course of the year: cases a finance officer can check by hand, and what holds for any numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.pace import (
    STRAIGHT,
    Curve,
    Light,
    execution_pace,
    money_against_output,
    output_pace,
)
from perfgoals.editions.monitoring import Thresholds

D = Decimal
# Execution floors and the gap are those of Sichuan 2025 (domain.md 5.3); the two steps behind plan are examples.
RULES = Thresholds(
    yellow=D(10),
    red=D(25),
    gap=D(10),
    execution={4: D(25), 6: D(40), 8: D(60), 10: D(80)},
    clause="四川省2025年绩效监控预警规则",
)
AUTUMN = Curve({6: D(10), 9: D(30), 11: D(90)})


def pace(actual, target, month, *, case="at_least", curve=STRAIGHT):
    return output_pace(
        case=case,
        actual=None if actual is None else D(actual),
        target=None if target is None else D(target),
        month=month,
        curve=curve,
        thresholds=RULES,
    )


@pytest.mark.parametrize(
    ("actual", "target", "month", "light", "words"),
    [
        ("6", "12", 6, "green", "1—6 月完成 6 ÷ 12 ＝ 50%，计划 50%。"),
        ("9", "12", 6, "green", "快 25 个百分点"),
        (
            "4.8",
            "12",
            6,
            "green",
            "＝ 40%，计划 50%，慢 10 个百分点，没有超过 10 个。",
        ),  # exactly ten points behind is not yet slow
        ("4.7", "12", 6, "yellow", "慢 10.83 个百分点，超过 10 个。"),
        ("3", "12", 6, "yellow", "慢 25 个百分点，超过 10 个。"),  # exactly twenty-five is not yet late
        ("2.9", "12", 6, "red", "慢 25.83 个百分点，超过 25 个。"),
        ("0", "12", 1, "green", "＝ 0%，计划 8.33%，慢 8.33 个百分点，没有超过 10 个。"),
        ("0", "0", 6, "none", "目标是零"),
        (None, "12", 6, "none", "还没有本期完成值"),
    ],
)
def test_a_count_against_the_straight_line(actual, target, month, light, words):
    found = pace(actual, target, month)
    assert (found.light, words in found.sentence) == (light, True), found.sentence


def test_work_that_is_planned_for_autumn_is_not_late_in_june():
    assert pace("1", "10", 6).light is Light.RED
    assert pace("1", "10", 6, curve=AUTUMN).light is Light.GREEN
    assert pace("5", "10", 11, curve=AUTUMN).light is Light.RED


@pytest.mark.parametrize(
    ("month", "percent"),
    [(0, "0"), (3, "5"), (6, "10"), (7, "16.67"), (9, "30"), (10, "60"), (11, "90"), (12, "100")],
)
def test_months_between_lie_on_the_line(month, percent):
    assert AUTUMN.at(month) == D(percent)


@pytest.mark.parametrize(
    ("points", "words"),
    [({6: D(50), 9: D(40)}, "只能往上走"), ({13: D(50)}, "1 到 12"), ({6: D(101)}, "0 到 100")],
)
def test_a_curve_that_cannot_be_is_refused(points, words):
    with pytest.raises(ValueError, match=words):
        Curve(points)


@pytest.mark.parametrize(("actual", "light"), [("4", "green"), ("5", "green"), ("5.01", "red")])
def test_a_ceiling_is_kept_not_reached(actual, light):
    assert pace(actual, "5", 3, case="at_most").light == light


@pytest.mark.parametrize(
    ("executed", "month", "light"),
    [
        ("24.99", 4, "red"),
        ("25", 4, "green"),
        ("39.999", 6, "red"),
        ("30", 5, "green"),  # May still has April's floor
        ("59", 9, "red"),
        ("81", 12, "green"),
        ("0", 3, "none"),
    ],
)
def test_execution_against_the_floor_of_the_month(executed, month, light):
    assert execution_pace(D(executed), D(100), month, RULES).light == light


def test_no_budget_no_rate():
    assert execution_pace(D(1), D(0), 6, RULES).light is Light.NONE
    assert execution_pace(None, D(5), 6, RULES).light is Light.NONE


def test_money_and_output_running_apart():
    assert money_against_output(D(50), [D(60), D(60)], RULES) == ""
    assert "产出走在钱前面" in money_against_output(D(50), [D(200), D(30)], RULES)
    assert "相差 45 个百分点" in money_against_output(D(90), [D(45)], RULES)
    assert money_against_output(None, [D(45)], RULES) == ""
    assert money_against_output(D(90), [], RULES) == ""


numbers = st.decimals(min_value=0, max_value=10**9, places=2)


@given(numbers, numbers, st.integers(1, 12))
def test_more_done_is_never_a_worse_light(less, more, month):
    order = [Light.RED, Light.YELLOW, Light.GREEN]
    less, more = sorted((less, more))
    low, high = (pace(one, "100000", month) for one in (less, more))
    assert order.index(high.light) >= order.index(low.light)


@given(st.dictionaries(st.integers(1, 12), st.decimals(min_value=0, max_value=100, places=2)))
def test_a_curve_never_falls(points):
    rising = dict(zip(sorted(points), sorted(points.values()), strict=True))
    curve = Curve(rising)
    values = [curve.at(month) for month in range(13)]
    assert values == sorted(values)
    assert all(curve.at(month) == value for month, value in rising.items())
