"""What holds for every row and every form, whatever the numbers."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluations.contradictions import contradictions
from evaluations.scoring import ExecutionInputs, Inputs, formulas, same_figures, score, settle
from evaluations.scoring.bands import grade_of
from evaluations.scoring.combining import combined
from evaluations.scoring.execution import score_execution
from evaluations.scoring.formulas import is_met
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow, GroupPoints
from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.rules import Execution, Formula
from tests.evaluations.builders import HUBEI, NATIONAL, form, full_rows, row, rules_with, steps_of

EDITIONS = sorted(key for key, edition in all_editions().items() if edition.scoring)
amounts = st.sampled_from(("100", "62.16", "0", "-5", "", "八万", "9" * 13))
cells = st.sampled_from(
    ("≥50家", "≤0起", "12月底前", "健全", "", "90%-95%", "2021-06", "每月10日前", "》=1000万")
)
documents = st.builds(
    EvaluationDocument,
    form=st.just(""),
    fiscal_year=st.just(2021),
    budget_unit=st.text(max_size=5),
    grade=st.sampled_from((None, "优", "优秀", "？")),
    is_finished=st.none() | st.booleans(),
    budget=st.dictionaries(
        st.sampled_from(("current_year", "initial", "executed", "execution_rate", "execution_score")), amounts
    ),
    groups=st.lists(st.builds(GroupPoints, st.just("产出指标"), st.none(), amounts), max_size=2).map(tuple),
    totals=st.dictionaries(st.sampled_from(("weight", "self_score")), amounts),
    main_problems=st.none() | st.text(max_size=20) | st.just("活动未举办。"),
    indicators=st.lists(
        st.builds(
            EvaluationRow,
            row_id=st.text("0123456789abcdef", min_size=1, max_size=8),
            level1=st.sampled_from(("产出指标", "效益指标", "别的")),
            level2=st.none(),
            name=st.text(max_size=5),
            target=cells | st.text(max_size=10),
            actual=cells | st.text(max_size=10),
            weight=amounts,
            self_score=amounts,
            band=st.sampled_from(("", "achieved", "missed", "?")),
            not_applicable=st.booleans(),
            is_key=st.booleans(),
        ),
        max_size=5,
        unique_by=lambda one: one.row_id,
    ).map(tuple),
)
weights = st.decimals("0.01", 100, places=2)
numbers = st.one_of(
    st.decimals(0, 1000, places=2), st.decimals(0, 10**12, places=9), st.sampled_from([Decimal(0), Decimal(1)])
)
COMPUTED = [
    ("at_least", "proportional"),
    ("at_least", "proportional_from"),
    ("at_most", "linear_overrun"),
    ("at_most", "ratio_overrun"),
    ("equal", "equal_as_floor"),
    ("range", "range_linear"),
    ("range", "range_ratio"),
    ("at_least", "all_or_nothing"),
    ("at_most", "all_or_nothing"),
    ("range", "all_or_nothing"),
]
UPWARD = [pair for pair in COMPUTED if pair[0] == "at_least"] + [("equal", "equal_as_floor")]
DOWNWARD = [pair for pair in COMPUTED if pair[0] == "at_most"]


def rules_for(case, name):
    return rules_with(case, name, pass_from=Decimal(60) if name == "proportional_from" else None)


def inputs(case, weight, target, actual, *, strict=False):
    upper = target * 2 if case == "range" else None
    return Inputs(weight, case, target=target, upper=upper, actual=actual, strict=strict)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(COMPUTED), weights, numbers, numbers, st.booleans())
def test_never_above_the_weight_never_below_zero_and_met_is_full(pair, weight, target, actual, strict):
    one = inputs(pair[0], weight, target, actual, strict=strict and pair[0] in ("at_least", "at_most"))
    points = settle(one, rules_for(*pair)).points
    assert 0 <= points <= weight
    assert points == points.quantize(Decimal("0.01"))
    if is_met(one):
        assert points == weight


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(UPWARD + DOWNWARD), weights, numbers, numbers, numbers)
def test_more_in_the_good_direction_is_never_worth_less(pair, weight, target, one, other):
    # 0 is the only result of “＝0” that has points: there, less is better.
    if pair[0] == "equal" and target == 0:
        return
    low, high = sorted((one, other))
    worse, better = (low, high) if pair in UPWARD else (high, low)
    rules = rules_for(*pair)
    assert (
        settle(inputs(pair[0], weight, target, worse), rules).points
        <= settle(inputs(pair[0], weight, target, better), rules).points
    )


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(("range_linear", "range_ratio")), weights, numbers, numbers, numbers)
def test_nearer_to_the_range_is_never_worth_less(name, weight, target, one, other):
    rules = rules_with("range", name)
    near, far = sorted((one, other), key=lambda actual: max(target - actual, actual - 2 * target, Decimal(0)))
    if (near < target) == (far < target):
        assert (
            settle(inputs("range", weight, target, far), rules).points
            <= settle(inputs("range", weight, target, near), rules).points
        )


@settings(deadline=None, max_examples=100)
@given(weights, numbers.filter(bool), numbers)
def test_rounding_is_half_up_once_of_the_exact_quotient(weight, target, actual):
    points = settle(inputs("at_least", weight, target, actual), rules_for("at_least", "proportional")).points
    exact = min(Fraction(weight), Fraction(weight) * Fraction(actual) / Fraction(target))
    assert Fraction(points) == Fraction(int(exact * 100 + Fraction(1, 2)), 100)


steps_of_satisfaction = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=5, unique_by=lambda step: step[0]
).map(lambda steps: sorted(zip(*map(sorted, zip(*steps, strict=True)), strict=True), reverse=True))


@settings(deadline=None, max_examples=60)
@given(steps_of_satisfaction, weights, numbers, numbers)
def test_steps_lie_within_the_weight_and_never_fall(steps, weight, one, other):
    rules = rules_with("satisfaction", "steps", steps=steps)
    low, high = (
        settle(inputs("satisfaction", weight, Decimal(90), actual), rules).points
        for actual in sorted((one, other))
    )
    assert 0 <= low <= high <= weight


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(("equal_by_hand", "by_person", "on_time_or_person")),
    weights,
    numbers,
    numbers,
    st.dates(),
    st.dates(),
)
def test_what_is_left_to_a_person_is_full_or_open_never_a_guess(name, weight, target, actual, due, done):
    case = {"equal_by_hand": "equal", "by_person": "at_most"}.get(name, "deadline")
    one = inputs(case, weight, target, actual)
    if case == "deadline":
        one = Inputs(weight, case, due=due.isoformat(), done=done.isoformat())
    settled = settle(one, rules_with(case, name))
    is_full = is_met(one) and (name != "equal_by_hand" or target in (actual, 0))
    assert (settled.points == weight) if is_full else (settled.points is None and settled.open_reason)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(("linear_rate", "stepped_rate")), st.booleans(), numbers.filter(bool), numbers, numbers)
def test_more_of_the_budget_spent_is_never_worth_less(name, is_finished, budget, one, other):
    formula = Formula(name, "依据", steps=steps_of([(80, 70), (60, 50)]) if name == "stepped_rate" else ())
    rules = replace(get_edition(NATIONAL).scoring, execution=Execution(Decimal(10), formula))
    low, high = (
        score_execution(ExecutionInputs(spent, budget, is_finished=is_finished), rules).points
        for spent in sorted((min(one, budget), min(other, budget)))
    )
    assert 0 <= low <= high <= 10


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(EDITIONS), st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_every_total_has_one_grade_and_more_points_never_a_worse_one(edition_id, one, other):
    rules = get_edition(edition_id).scoring
    if rules.grades:
        low, high = (grade_of(total, rules) for total in sorted((one, other)))
        assert low.floor <= high.floor


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6))
def test_the_rate_of_several_sub_projects_lies_between_theirs(parts):
    rate = combined(parts, "%")
    if rate is None:
        assert all(money == 0 for _, money in parts)
    else:
        rates = [value for value, money in parts if money]
        assert min(rates) - Decimal("0.005") <= rate <= max(rates) + Decimal("0.005")
    assert combined(parts, "家") == sum(value for value, _ in parts)


rows_of_forms = st.lists(
    st.tuples(
        st.sampled_from(("≥50家", "≤2小时", "=3天", "90%-95%", "健全", "12月底前", "50家", "=0起")),
        st.sampled_from(("49家", "3小时", "2天", "97%", "1起", "0家", "2021-11-30", "", "达到")),
        st.sampled_from(("3", "10", "2.5", "0", "")),
        st.sampled_from(("", "achieved", "missed")),
        st.sampled_from((None, "0", "3", "9.99")),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(rows_of_forms, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant_and_the_sum_exact(cells, random):
    rows = [
        row(target, actual, weight, band=band, self_score=given_points)
        for target, actual, weight, band, given_points in cells
    ]
    document = form(*rows)
    shuffled = list(document.indicators)
    random.shuffle(shuffled)
    edition = get_edition(NATIONAL)
    one, other = score(document, edition), score(replace(document, indicators=tuple(shuffled)), edition)
    points = {scored.row_id: scored.settled.points for scored in one.rows}
    assert points == {scored.row_id: scored.settled.points for scored in other.rows}
    assert one.total.counted == other.total.counted == sum(filter(None, points.values()), one.execution.points)
    assert (one.total.total, one.total.grade) == (other.total.total, other.total.grade)
    assert sorted(one.groups.items()) == sorted(other.groups.items())


def test_one_open_row_leaves_no_total():
    rows = full_rows()
    edition = get_edition(NATIONAL)
    whole = score(form(*rows), edition).total
    assert (whole.total, whole.grade, whole.missing) == (Decimal(100), "优", ())
    rows[1] = replace(rows[1], actual="")
    total = score(form(*rows), edition).total
    assert (total.total, total.raw_total, total.grade) == (None, None, "")
    assert total.counted == 70
    assert total.missing == ("第 2 行“效益指标一”：没有写实际完成值。",)
    assert "总分未定" in total.sentence


def test_weights_that_do_not_add_up_leave_no_total():
    rows = full_rows()
    rows[0] = replace(rows[0], weight="49")
    total = score(form(*rows), get_edition(NATIONAL)).total
    assert total.total is None
    assert total.missing == ("分值合计 89，应是 90。",)


def test_a_form_without_rows_or_budget_has_no_total():
    total = score(form(executed=None, current=None), get_edition(NATIONAL)).total
    assert total.total is None
    assert total.missing[0] == "表上没有指标。"
    assert any("预算执行率算不出来" in reason for reason in total.missing)


def test_rows_that_do_not_apply_are_taken_out_of_the_whole():
    """湖北: 得分 ÷（100 − 不适用）× 100. 20 + 40 + 20 of 80 left is 100; one missed half of 20 of them less."""
    rows = [
        row("≥10次", "10次", "40"),
        row("≥10次", "5次", "20", level1="效益指标"),
        row("≥10次", "", "20", level1="效益指标", not_applicable=True),
    ]
    total = score(form(*rows, edition=HUBEI), get_edition(HUBEI)).total
    assert total.counted == 70
    assert total.total == Decimal("87.50")
    assert total.rescaled == "70 ÷（100 − 20）× 100 ＝ 87.5"
    national = score(form(*rows), get_edition(NATIONAL)).total
    assert national.total is None
    assert any("不适用" in reason for reason in national.missing)


@pytest.mark.parametrize(
    ("executed", "raw", "total", "grade"),
    [
        ("100", "100", "100", "优"),
        ("80", "100", "100", "优"),
        ("79.99", "100", "89", "良"),
        ("49.99", "100", "69", "差"),
    ],
)
def test_the_cap_stands_beside_the_raw_total(executed, raw, total, grade):
    edition = get_edition("sichuan-2025-self-evaluation")
    got = score(form(*full_rows(edition.id), edition=edition.id, executed=executed), edition).total
    assert (got.raw_total, got.total, got.grade) == (Decimal(raw), Decimal(total), grade)
    assert (got.cap is not None) == (raw != total)
    assert got.cap_unconfirmed == (raw != total)
    if raw != total:
        assert "封顶" in got.sentence


def test_no_points_are_said_to_lead_past_a_cap():
    """85 of 89 that can be had at most: 90 are out of reach, whatever the rows would still earn."""
    edition = get_edition("sichuan-2025-self-evaluation")
    first, *others = full_rows(edition.id)
    rows = [replace(first, actual="12.5家"), *others]
    got = score(form(*rows, edition=edition.id, executed="79"), edition).total
    assert (got.total, got.cap, got.next_grade, got.to_next) == (Decimal(85), None, "优", None)
    assert "执行率不到 80%，总分最多 89 分，到不了优" in got.sentence
    free = score(form(*rows, edition=edition.id, executed="80"), edition).total
    assert (free.to_next, free.next_barred) == (5, "")
    low = score(form(*rows, edition=edition.id, executed="40"), edition).total
    assert (low.total, low.next_grade) == (69, "中")
    assert low.next_barred == "执行率不到 50%，总分最多 69 分，到不了中"


def test_a_cap_cannot_be_passed_over_by_leaving_the_money_out():
    edition = get_edition("sichuan-2025-self-evaluation")
    got = score(form(*full_rows(edition.id), edition=edition.id, executed=None), edition).total
    assert got.total is None
    assert "不知道总分是否封顶" in got.missing[0]


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_whatever_is_typed_is_scored_or_open_with_a_reason(target, actual, weight, given_points):
    sheet = score(form(row(target, actual, weight, self_score=given_points)), get_edition(NATIONAL))
    (one,) = sheet.rows
    assert (one.settled.points is None) == bool(one.settled.open_reason)
    assert sheet.total.total is None


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.sampled_from(EDITIONS), st.integers(-5, 10**6))
def test_any_document_is_scored_and_judged_without_a_crash(document, edition_id, year):
    edition = get_edition(edition_id)
    document = replace(document, form=edition_id, fiscal_year=year)
    sheet = score(document, edition)
    assert same_figures(json.loads(json.dumps(sheet.to_dict())))
    for finding in contradictions(document, edition):
        assert finding.message
    for one in sheet.rows:
        assert (one.settled.points is None) == (one.settled.basis in ("open", "not_applicable"))
        assert one.settled.points is None or 0 <= one.settled.points <= one.settled.inputs.weight


def test_the_names_of_the_formulas_are_those_of_the_rule_sets():
    assert all(function.__name__ == name and function.__doc__ for name, function in formulas.BY_NAME.items())
