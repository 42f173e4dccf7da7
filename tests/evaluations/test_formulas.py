"""Every formula against its table of cases; the tables are for a finance officer to read."""

from decimal import Decimal

import pytest

from evaluations.scoring import ExecutionInputs, formulas, measure, settle
from evaluations.scoring.bands import grade_of, next_grade
from evaluations.scoring.combining import combined
from evaluations.scoring.execution import score_execution
from perfgoals.editions import get_edition
from perfgoals.editions.rules import FORMULAS, Execution, Formula
from tests.evaluations.builders import NATIONAL, TABLES, row, rules_with, settled, steps_of, table

PERSON = "人"
NUMERIC = [name for name in formulas.BY_NAME if (TABLES / f"{name}.toml").exists()]
CASES = [(name, *case) for name in NUMERIC for case in table(name)["cases"]]


def test_every_formula_has_a_table_and_a_name_in_the_rule_sets():
    assert sorted(NUMERIC) == sorted(formulas.BY_NAME)
    chosen = {name for case, names in FORMULAS.items() if case != "execution" for name in names}
    assert chosen == {*formulas.BY_NAME, "bands"}
    assert {one["formula"] for one in table("execution")["tables"]} == set(FORMULAS["execution"])


@pytest.mark.parametrize(("name", "target", "actual", "weight", "points", "why"), CASES)
def test_points(name, target, actual, weight, points, why):
    data = table(name)
    assert data["clause"]
    pass_from = Decimal(data["pass_from"]) if "pass_from" in data else None
    rules = rules_with(data["case"], name, pass_from=pass_from, steps=data.get("steps", ()))
    one = settled(row(target, actual, weight), rules, is_satisfaction=data["case"] == "satisfaction")
    if points == PERSON:
        assert one.points is None, why
        assert one.open_reason
    else:
        assert one.points == Decimal(points), (why, one)
        assert one.formula == name
        assert one.clause == "依据"
        assert one.sentence.endswith("。")


@pytest.mark.parametrize(("target", "band", "weight", "given", "points", "why"), table("bands")["cases"])
def test_points_within_the_band(target, band, weight, given, points, why):
    rules = get_edition(NATIONAL).scoring
    one = settled(row(target, "", weight, band=band, self_score=given or None), rules)
    assert one.points == (None if points == PERSON else Decimal(points)), (why, one)
    if points == PERSON and band in ("achieved", "partly", "missed"):
        assert str(one.allowed) in one.open_reason


@pytest.mark.parametrize(
    ("data", "case"), [(one, case) for one in table("execution")["tables"] for case in one["cases"]]
)
def test_points_of_the_execution(data, case):
    executed, adjusted, initial, finished, points, why = case
    formula = Formula(data["formula"], data["clause"], steps=steps_of(data.get("steps", ())))
    rules = rules_with("words", "bands")
    rules = type(rules)(
        **{key: getattr(rules, key) for key in rules.__dataclass_fields__}
        | {"execution": Execution(Decimal(data["points"]), formula, data["base"])}
    )
    amounts = [Decimal(text) if text else None for text in (executed, adjusted, initial)]
    scored = score_execution(ExecutionInputs(*amounts, {"是": True, "否": False, "": None}[finished]), rules)
    assert scored.points == (None if points == PERSON else Decimal(points)), (why, scored)
    assert bool(scored.open_reason) == (points == PERSON)


def test_both_rates_are_shown():
    """年初 70 万, 调整后 69.71 万: the rate is against the adjusted budget, the other stands beside it."""
    inputs = ExecutionInputs(Decimal("697100"), Decimal("697100"), Decimal("700000"))
    scored = score_execution(inputs, get_edition(NATIONAL).scoring)
    assert (scored.rate, scored.rate_initial) == (Decimal("100.00"), Decimal("99.59"))


@pytest.mark.parametrize(
    ("edition_id", "total", "grade", "missing"),
    [(key, *case) for key, one in table("grades").items() for case in one["cases"]],
)
def test_grades(edition_id, total, grade, missing):
    rules = get_edition(edition_id).scoring
    got, better = grade_of(Decimal(total), rules), next_grade(Decimal(total), rules)
    assert (got.label if got else "") == grade
    assert (str(better.floor - Decimal(total)) if better else "") == missing


def test_a_confirmed_operator_makes_a_bare_number_computable():
    rules = get_edition(NATIONAL).scoring
    assert settled(row("50家", "25家", "4"), rules).points is None
    assert settled(row("50家", "25家", "4", operator=">="), rules).points == Decimal("2.00")
    # A written operator is never overruled.
    assert settled(row("≥50家", "25家", "4", operator="<="), rules).points == Decimal("2.00")


def test_the_two_reverse_formulas_differ_as_the_sources_say():
    one = row("≤2小时", "3小时", "10")
    assert settled(one, rules_with("at_most", "linear_overrun")).points == Decimal("5.00")
    assert settled(one, rules_with("at_most", "ratio_overrun")).points == Decimal("6.67")


@pytest.mark.parametrize(
    ("target", "actual", "flagged"),
    [
        ("≥100家", "129家", False),
        ("≥100家", "130家", True),
        ("=100家", "200家", True),
        ("≥0家", "29家", False),
        ("≥0家", "30家", True),
        ("≤100家", "10家", False),
    ],
)
def test_far_over_is_asked_about_and_never_deducted(target, actual, flagged):
    one = settled(row(target, actual, "10"), get_edition(NATIONAL).scoring)
    assert one.points == 10
    assert ("far_over" in [flag.code for flag in one.flags]) == flagged


@pytest.mark.parametrize(
    ("actual", "points"), [("69家", "0"), ("70家", "7.00"), ("100家", "10"), ("130家", "10"), ("131家", "0")]
)
def test_key_indicators_have_nothing_outside_the_window(actual, points):
    rules = get_edition("sichuan-2025-self-evaluation").scoring
    one = settled(row("≥100家", actual, "10", is_key=True), rules)
    assert one.points == Decimal(points)
    if points == "0":
        assert one.formula == "zero_outside_window"
        assert "130%" in one.sentence
    assert settled(row("≥100家", actual, "10"), rules).formula == "proportional"


@pytest.mark.parametrize(
    ("target", "actual", "says"),
    [
        ("≥50家", "48家", "差 2 家得满分"),
        ("≤2小时", "3小时", "少 1 小时得满分"),
        ("=0起", "2起", "少 2 起得满分"),
        ("90%-95%", "80%", "差 10%得满分"),
        ("90%-95%", "97%", "少 2%得满分"),
        ("≥50家", "50家", ""),
    ],
)
def test_what_would_have_made_it_full(target, actual, says):
    assert settled(row(target, actual, "10"), get_edition(NATIONAL).scoring).to_full == says


@pytest.mark.parametrize(
    ("target", "actual", "says"),
    [
        ("=3天", "2天", "实际 2 ＜ 目标 3 天，权重 × 实际 ÷ 目标 ＝ 3 × 2 ÷ 3 ＝ 2.00，得 2.00 分。"),
        ("≥50家", "98家", "实际 98 ≥ 目标 50 家，得满分 3 分。"),
        (
            "≤2小时",
            "3小时",
            "实际 3 ＞ 目标 2 小时，权重 ×（1 −（实际 − 目标）÷ 目标）＝ 3 ×（1 −（3 − 2）÷ 2） ＝ 1.50，得 1.50 分。",
        ),
        ("≤2小时", "4小时", "实际 4 ＞ 目标 2 小时，超过了一倍，得 0 分。"),
        ("≥50家", "0家", "实际 0 ＜ 目标 50 家，没有完成，得 0 分。"),
        ("≥9000家", "1家", "实际 1 ＜ 目标 9,000 家，按公式算不到 0.005 分，得 0 分。"),
        ("90%-95%", "190%", "实际 190%，不在 90—95% 之内，超过了一倍，得 0 分。"),
        (
            "90%-95%",
            "99.5%",
            "实际 99.5%，不在 90—95% 之内，权重 ×（1 −（实际 − 目标）÷ 目标）＝ 3 ×（1 −（99.5 − 95）÷ 95） ＝ 2.86，得 2.86 分。",
        ),
        ("≤0起", "1起", "实际 1 ＞ 目标 0 起，目标为零，没有守住，得 0 分。"),
    ],
)
def test_sentences(target, actual, says):
    assert settled(row(target, actual, "3"), get_edition(NATIONAL).scoring).sentence == says


def test_a_row_that_does_not_apply_has_no_points():
    one = settle(measure(row(not_applicable=True), 2021), get_edition(NATIONAL).scoring)
    assert (one.basis, one.points) == ("not_applicable", None)


@pytest.mark.parametrize(("parts", "unit", "value", "why"), table("combined")["cases"])
def test_sub_projects_are_combined(parts, unit, value, why):
    numbers = [(Decimal(part), Decimal(money)) for part, money in parts]
    assert combined(numbers, unit) == (None if value == PERSON else Decimal(value)), why


@pytest.mark.parametrize(
    ("name", "target", "actual", "points"),
    [
        ("系统故障平均恢复时长", "=2小时", "5小时", PERSON),
        ("系统故障平均恢复时长", "=2小时", "2小时", "10"),
        ("系统故障平均恢复时长", "≤2小时", "3小时", "5.00"),
        ("项目总成本", "=882.5万元", "900万元", PERSON),
        ("参展商数量", "=8家", "9家", "10"),
    ],
)
def test_more_than_an_equal_target_is_not_taken_for_good_where_less_is_better(name, target, actual, points):
    one = settled(row(target, actual, "10", name=name), get_edition(NATIONAL).scoring)
    assert one.points == (None if points == PERSON else Decimal(points))


def test_a_doubtful_direction_is_flagged():
    one = settled(row("≥5%", "8%", "10", name="投诉率"), get_edition(NATIONAL).scoring)
    assert "direction" in [flag.code for flag in one.flags]
    assert (
        settled(row("≥5%", "8%", "10", name="覆盖率"), get_edition(NATIONAL).scoring).flags[0].code
        == "far_over"
    )
