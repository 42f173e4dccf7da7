"""A rechecker's page: what is missing is said at its control, points of rows stand beside, totals follow the rules."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.scoring import score, with_points
from evaluations.spot_checks.judging import Page, Said, judge, rows_before
from evaluations.spot_checks.scheme import all_schemes
from perfgoals.editions import get_edition
from tests.evaluations.builders import NATIONAL, SICHUAN, form, full_rows

SCHEME = all_schemes()["national-2020-spot-check"]
FULL = {question.key: Said(str(question.points)) for question in SCHEME.questions}
WHY = "签到表只有十二人，少八人。"
OPINION = "查了签到表和合同，第一行的人数不实，已请单位改正。"


def scored(document):
    return document, score(document, get_edition(document.form))


READ_ONCE = scored(form(*full_rows(NATIONAL)))


@pytest.fixture
def national():
    return READ_ONCE


def judged(found, *, answers=FULL, rows=None, opinion=OPINION):
    document, sheet = found
    return judge(Page(answers, rows or {}, opinion), SCHEME, rows_before(document, sheet), sheet)


def test_nothing_lost_and_nothing_changed(national):
    result = judged(national).result
    assert (result.rubric, result.before, result.after, dict(result.corrected)) == (100, 100, 100, {})
    assert result.difference == 0


def test_an_empty_page_says_what_is_missing(national):
    found = judged(national, answers={}, opinion="")
    assert found.result is None
    assert list(found.errors) == [*(f"answer-{one.key}-points" for one in SCHEME.questions), "opinion"]
    assert found.unkeepable == {}


@pytest.mark.parametrize("typed", ["21", "-1", "20.001", "二十", "1e1", "NaN", "9" * 19, "1/2"])
def test_points_that_are_none(national, typed):
    found = judged(national, answers=FULL | {"upload": Said(typed, WHY)})
    assert "写 0 到 20 之间的数" in found.errors["answer-upload-points"]


@pytest.mark.parametrize(("reason", "is_enough"), [("", False), ("管理有待加强。", False), (WHY, True)])
def test_lost_points_need_a_reason_that_says_something(national, reason, is_enough):
    found = judged(national, answers=FULL | {"problems": Said("15", reason)})
    assert ("answer-problems-reason" not in found.errors) is is_enough


def test_points_of_a_row_stand_beside_and_change_the_total(national):
    first = national[1].rows[0]
    weight = first.settled.inputs.weight
    found = judged(national, rows={first.row_id: Said(str(weight - 12), WHY)})
    assert (found.result.before, found.result.after, found.result.difference) == (100, 88, -12)
    assert found.result.corrected == {first.row_id: weight - 12}
    assert found.result.grade_before != found.result.grade_after
    assert national[1].rows[0].settled.points == weight  # the unit's stay


def test_the_same_points_are_no_correction_and_need_no_reason(national):
    first = national[1].rows[0]
    found = judged(national, rows={first.row_id: Said(f"{first.settled.points}.0")})
    assert found.errors == {}
    assert dict(found.result.corrected) == {}


def test_the_reviewers_points_are_what_stands(national):
    document, sheet = national
    rows = (replace(document.indicators[0], reviewer_score="40"), *document.indicators[1:])
    found = replace(document, indicators=rows), sheet
    row = rows_before(*found)[0]
    assert (row.unit, row.reviewer, row.points) == (sheet.rows[0].settled.points, 40, 40)
    result = judged(found, rows={row.row_id: Said("45", WHY)}).result
    assert result.difference == 5
    assert result.before == 100 - (row.unit - 40)


def test_a_reason_without_points_and_points_over_the_weight_are_refused(national):
    first, second = (row.row_id for row in national[1].rows[:2])
    found = judged(national, rows={first: Said("", WHY), second: Said("100.5", WHY)})
    assert "没有写复核分" in found.errors[f"row-{first}-points"]
    assert "之间的数" in found.errors[f"row-{second}-points"]


def test_rows_that_do_not_apply_cannot_be_given_points():
    rows = full_rows()
    out = replace(rows[0], not_applicable=True)
    found = scored(form(out, *rows[1:]))
    refused = judged(found, rows={"r1": Said("3", WHY)})
    assert "不计分" in refused.errors["row-r1-points"]
    assert with_points(found[1], {"r1": Decimal(3)}) == found[1]


def test_a_cap_holds_for_rechecked_points_too():
    """A low execution rate caps the total; what the rechecker takes off the raw total may lie above the cap."""
    found = scored(form(*full_rows(SICHUAN), edition=SICHUAN, executed="30", current="100"))
    cap = found[1].total.cap
    assert cap is not None
    row = found[1].rows[0]
    result = judged(found, rows={row.row_id: Said(str(row.settled.points - 1), WHY)}).result
    assert result.before == cap
    assert result.after == min(cap, found[1].total.raw_total - 1)


def test_an_open_form_has_no_total_until_its_rows_have_points(national):
    rows = [replace(full_rows()[0], target="不断提高", actual="提高了"), *full_rows()[1:]]
    found = scored(form(*rows))
    assert found[1].total.total is None
    without = judged(found).result
    assert (without.before, without.after, without.difference) == (None, None, None)
    assert judged(found, rows={"r1": Said("50", WHY)}).result.after == 100


def test_what_is_too_long_cannot_be_kept(national):
    found = judged(national, opinion="长" * 5001)
    assert found.unkeepable == {"opinion": "写了 5001 个字，最多 5000 个。"}
    assert found.errors == found.unkeepable


TEXT = st.text(max_size=12)


@given(st.dictionaries(st.sampled_from([*FULL, "r1", "x"]), st.builds(Said, TEXT, TEXT), max_size=3), TEXT)
def test_whatever_is_typed_is_judged(answers, opinion):
    document, sheet = READ_ONCE
    found = judge(Page(answers, answers, opinion), SCHEME, rows_before(document, sheet), sheet)
    assert (found.result is None) == bool(found.errors)
    assert 0 <= found.rubric <= 100
