"""Grades and points of a review form: a table of cases, and what must hold for any answers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfgoals.appraising import grading
from perfgoals.appraising.grading import BadAnswer, Given, cut, grade_of, judge, left_of, outcome
from perfgoals.appraising.questionnaire import EACH, GRADES, ONCE, POINTS, RANGE, get_questionnaire

FORM = get_questionnaire("national-2015-appraisal")
KEYS = [question.key for question in FORM.questions]
ORDER = [grade.key for grade in FORM.grades]
D = Decimal


def by_grades(*grades):
    return {key: Given(grade=grade) for key, grade in zip(KEYS, grades, strict=False)}


def by_points(**found):
    return {key: Given(defects={defect: D(str(n)) for defect, n in found.get(key, {}).items()}) for key in KEYS}


# share of the points in percent → grade: half-open bands without a gap at two decimals
@pytest.mark.parametrize(
    ("points", "label"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80.00", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ],
)
def test_bands(points, label):
    assert grade_of(D(points), D(100), FORM.grades).label == label


def test_a_band_of_a_question_is_compared_without_rounding_its_share():
    assert grade_of(D("13.50"), D(15), FORM.grades).label == "优"
    assert grade_of(D("13.49"), D(15), FORM.grades).label == "良"


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        (["excellent"] * 8, "excellent"),
        (["excellent"] * 7 + ["good"], "good"),
        (["excellent"] * 7 + ["poor"], "poor"),
        (["fair"] * 8, "fair"),
        (["excellent"] * 7, ""),  # one question open: no grade yet
        ([], ""),
    ],
)
def test_the_worst_question_decides(grades, expected):
    assert outcome(FORM, GRADES, by_grades(*grades)).grade == expected


def test_majority_takes_the_worse_of_two_equals():
    form = replace(FORM, overall="majority")
    grades = ["excellent"] * 4 + ["fair"] * 4
    assert outcome(form, GRADES, by_grades(*grades)).grade == "fair"
    assert outcome(form, GRADES, by_grades(*["good"] * 5, "poor", "poor", "poor")).grade == "good"


@pytest.mark.parametrize(
    ("found", "total", "grade"),
    [
        ({}, "100.00", "excellent"),
        ({"well_formed": {"wrong_cell": 1}}, "99.80", "excellent"),
        ({"well_formed": {"wrong_cell": 80}}, "90.00", "excellent"),  # no question loses more than it has
        ({"well_formed": {"wrong_cell": 50, "thin": 2}}, "90.00", "excellent"),
        ({"well_formed": {"thin": "0.5"}}, "99.50", "excellent"),
        (
            {"goal_relevant": {"no_basis": 1, "outside_duties": 1}, "money_matches": {"mismatch": 3}},
            "89.00",
            "good",
        ),
        ({key: {} for key in KEYS}, "100.00", "excellent"),
    ],
)
def test_points(found, total, grade):
    came = outcome(FORM, POINTS, by_points(**found))
    assert (came.total, came.grade) == (D(total), grade)


def test_a_question_that_nobody_looked_at_has_no_points():
    """Full marks are said, not given by leaving a question out."""
    given_ = by_points()
    del given_["clear"]
    came = outcome(FORM, POINTS, given_)
    assert (came.total, came.grade, came.open_questions) == (None, "", 1)


@pytest.mark.parametrize(
    ("question", "defect", "amount", "words"),
    [
        ("well_formed", "wrong_cell", "0.5", "整数"),
        ("well_formed", "wrong_cell", "1000", "整数"),
        ("well_formed", "thin", "0.4", "0.5—2 分"),
        ("well_formed", "thin", "2.1", "0.5—2 分"),
        ("well_formed", "nonsense", "1", "没有扣分项"),
    ],
)
def test_what_no_defect_allows_is_refused(question, defect, amount, words):
    with pytest.raises(BadAnswer, match=words):
        judge(FORM, POINTS, FORM.question(question), Given(defects={defect: D(amount)}))


def test_an_unknown_grade_is_refused():
    with pytest.raises(BadAnswer):
        outcome(FORM, GRADES, {"clear": Given(grade="超优")})


def test_once_costs_once():
    defect = FORM.question("clear").defects[0]
    assert defect.per == ONCE
    assert cut(defect, D(7)).points == defect.deduct


@pytest.mark.parametrize(
    ("grade", "needed"), [("excellent", False), ("good", False), ("fair", True), ("poor", True)]
)
def test_words_are_needed_below_good(grade, needed):
    judged = judge(FORM, GRADES, FORM.questions[0], Given(grade=grade))
    assert grading.needs_remark(FORM, judged) is needed


def test_words_are_needed_where_the_reviewer_chose_how_much():
    judged = judge(FORM, POINTS, FORM.question("well_formed"), Given(defects={"thin": D("0.5")}))
    assert judged.grade == "excellent"
    assert grading.needs_remark(FORM, judged)


def amounts(defect):
    if defect.per == RANGE:
        low, high = int(defect.deduct * 10), int((defect.deduct_to or defect.deduct) * 10)
        return st.integers(low, high).map(lambda tenths: D(tenths) / 10)
    return st.integers(1, 999).map(D) if defect.per == EACH else st.just(D(1))


answers_by_points = st.fixed_dictionaries(
    {
        question.key: st.fixed_dictionaries(
            {}, optional={defect.key: amounts(defect) for defect in question.defects}
        ).map(lambda found: Given(defects=found))
        for question in FORM.questions
    }
)


@settings(max_examples=60, deadline=None)
@given(answers_by_points)
def test_any_points_stay_inside_their_question_and_add_up(answers):
    came = outcome(FORM, POINTS, answers)
    for judged in came.questions:
        assert 0 <= judged.points <= judged.question.points
        assert judged.points == left_of(judged.question.points, [one.points for one in judged.cuts])
        assert judged.grade in ORDER
    assert came.total == sum(judged.points for judged in came.questions)
    assert came.grade == grade_of(came.total, D(100), FORM.grades).key


@settings(max_examples=60, deadline=None)
@given(answers_by_points, st.sampled_from(KEYS))
def test_one_more_defect_never_raises_the_total(answers, key):
    question = FORM.question(key)
    defect = next(one for one in question.defects if one.per != RANGE)
    more = dict(answers[key].found) | {defect.key: answers[key].found.get(defect.key, D(0)) + 1}
    if more[defect.key] > 999:
        return
    before, after = outcome(FORM, POINTS, answers), outcome(FORM, POINTS, answers | {key: Given(defects=more)})
    assert after.total <= before.total
    assert ORDER.index(after.grade) >= ORDER.index(before.grade)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(ORDER), min_size=8, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_questions_does_not_matter(grades, random):
    mixed = grades[:]
    random.shuffle(mixed)
    came = outcome(FORM, GRADES, by_grades(*grades)).grade
    assert came == outcome(FORM, GRADES, by_grades(*mixed)).grade
    assert came in grades
