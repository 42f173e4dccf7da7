"""Schemes of spot checks: the shipped one holds what its source says, a broken one is refused with line and reason."""

import json
from decimal import Decimal

import pytest

from evaluations.spot_checks.checker import check_text
from evaluations.spot_checks.risks import Facts, candidate
from evaluations.spot_checks.scheme import FOLDER, UnknownScheme, all_schemes, load, scheme_for

SHIPPED = FOLDER / "national-2020-spot-check.toml"


@pytest.fixture
def scheme():
    return all_schemes()["national-2020-spot-check"]


def test_the_rubric_is_that_of_the_source(scheme):
    """domain.md 8.1: upload 20, form 20 (completeness 10, language 10), content 60 (conclusion, problems, advice 20)."""
    points = {part.label: [one.points for one in part.questions] for part in scheme.parts}
    assert points == {"上传": [20], "填报": [10, 10], "内容": [20, 20, 20]}
    assert scheme.full_points == 100
    assert all(part.source for part in scheme.parts)
    assert all(question.ours for question in scheme.questions)
    assert all(risk.ours for risk in scheme.risks)


def test_every_finding_it_names_is_one_that_the_check_up_knows(scheme):
    known = (FOLDER.parents[1] / "contradictions.py").read_text("utf-8")
    known += (FOLDER.parents[1] / "checkup.py").read_text("utf-8")
    named = {code for risk in scheme.risks for code in risk.findings}
    assert {code for code in named if f'"{code}"' not in known} == set()


def test_it_is_kept_with_the_draw_and_read_back(scheme):
    assert load(json.loads(json.dumps(scheme.to_dict()))) == scheme


def test_the_place_and_the_year_decide():
    assert scheme_for(region="310000", year=2021).id == "national-2020-spot-check"
    with pytest.raises(UnknownScheme):
        scheme_for(region="310000", year=2010)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("base = 4", "base = 0", "基数至少是 1"),
        ('test = "late"', 'test = "unlucky"', "不认识的判断“unlucky”"),
        ("weight = -3", "weight = 0", "权数是 0"),
        ("points = 20\nours = true", "points = 20", "没有出处"),
        ("points = 20\nours", "points = 30\nours", "各问分值合计 110"),
        ('key = "language"', 'key = "complete"', "问题“complete”写了 2 次"),
        ('code = "late"', 'code = "large"', "风险因素“large”写了两次"),
        ("percent = 10\n", "", "还要写 percent"),
        ("weight = 17", "weight = 16", "应是 16，算出 17"),
        ("is_late = true", "is_lazy = true", "算不出来"),
        ('label = "语言"', "label = 3", "文字"),
        ("[[parts]]", "[[parts", "第"),
    ],
)
def test_a_broken_scheme_is_refused(old, new, said):
    text = SHIPPED.read_text("utf-8")
    assert old in text
    problems = check_text(text.replace(old, new, 1), str(SHIPPED))
    assert problems
    assert said in " ".join(f"第{one.line}行 {one.message}" for one in problems)


def test_the_shipped_one_has_no_problem():
    assert check_text(SHIPPED.read_text("utf-8"), str(SHIPPED)) == []


SCALE = {"full": Decimal(100), "floors": (Decimal(90), Decimal(80), Decimal(60), Decimal(0))}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, set()),  # nothing known: no reason, still a candidate
        ({"total": Decimal(100)}, {"full_marks"}),
        ({"total": Decimal("99.99")}, set()),
        ({"total": Decimal(90), "rate": Decimal("79.99")}, {"high_low_execution", "near_floor"}),
        ({"total": Decimal(92), "rate": Decimal(80)}, set()),
        ({"total": Decimal("89.99"), "rate": Decimal(10)}, set()),
        ({"total": Decimal("80.99")}, {"near_floor"}),
        ({"total": Decimal(81)}, set()),
        ({"total": Decimal("0.50")}, set()),  # zero is no line to be passed
        ({"codes": frozenset({"overspent", "target_too_low"})}, {"contradictions", "far_over"}),
        ({"codes": frozenset({"execution_far_from_output"})}, {"execution_apart"}),
        ({"reviewer_changed": 2, "is_first_year": True}, {"reviewer_changed", "first_year"}),
    ],
)
def test_which_reasons_a_form_has(facts, codes, scheme):
    found = candidate(Facts("1", **SCALE | facts), scheme)
    assert {reason.code for reason in found.reasons} == codes
    assert found.weight == scheme.base + sum(reason.weight for reason in found.reasons)


def test_reasons_speak_with_their_numbers(scheme):
    found = candidate(
        Facts("1", Decimal("90.5"), Decimal(100), SCALE["floors"], Decimal(62), reviewer_changed=3), scheme
    )
    assert [reason.text for reason in found.reasons] == [
        "得 90.5 分，预算执行率 62%",
        "审核人改了 3 行的分",
        "得 90.5 分，等级线 90 分",
    ]
