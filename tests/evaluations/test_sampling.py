"""Spot checks: anyone draws the same sample again, and risky forms are drawn more often."""

import hashlib
import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.sampling import Candidate, Reason, chances, draw

KEYS = st.lists(st.text(max_size=12), unique=True, max_size=40)


def forms(count, risky=()):
    return [Candidate(str(n), (Reason(risky[n], "因为"),) if n in risky else ()) for n in range(count)]


@given(KEYS, st.integers(0, 50), st.text(max_size=8), st.randoms())
def test_the_order_of_the_list_does_not_matter(keys, size, seed, dice):
    listed = [Candidate(key) for key in keys]
    mixed = listed[:]
    dice.shuffle(mixed)
    assert draw(listed, size, seed) == draw(mixed, size, seed)
    assert len(draw(listed, size, seed)) == min(size, len(keys))


@given(KEYS, st.integers(0, 50), st.text(max_size=8))
def test_a_larger_sample_only_adds(keys, size, seed):
    listed = [Candidate(key) for key in keys]
    assert draw(listed, size + 3, seed)[:size] == draw(listed, size, seed)


def test_a_form_that_comes_late_moves_no_other():
    before = [one.candidate.key for one in draw(forms(100), 20, "2021-1")]
    after = [one.candidate.key for one in draw([*forms(100), Candidate("late")], 21, "2021-1")]
    assert [key for key in after if key != "late"][:20] == before[: len([k for k in after if k != "late"])]


def test_another_seed_gives_another_sample():
    samples = {tuple(one.candidate.key for one in draw(forms(200), 10, str(n))) for n in range(50)}
    assert len(samples) == 50


def test_it_can_be_drawn_again_without_this_program():
    """The same in ten other lines, with the floating point of any calculator."""
    listed = forms(300, {5: 4, 77: 9, 200: 30})
    weights = {candidate.key: candidate.weight for candidate in listed}

    def number(key):
        return int(hashlib.sha256(f"抽查2021\n{key}".encode()).hexdigest(), 16) / 2**256

    by_hand = sorted(weights, key=lambda key: -math.log(number(key)) / weights[key])[:30]
    assert [one.candidate.key for one in draw(listed, 30, "抽查2021")] == by_hand


def test_a_risky_form_is_drawn_as_often_as_its_weight_says():
    """First place goes to a form in proportion to its weight: ten times in twenty-nine for the one that weighs ten."""
    listed = forms(20, {7: 9})
    firsts = Counter(draw(listed, 1, f"seed {n}")[0].candidate.key for n in range(1000))
    assert 0.29 < firsts["7"] / 1000 < 0.40
    assert len(firsts) == 20  # and nobody is safe


def test_the_same_form_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        draw([Candidate("a"), Candidate("a")], 1, "x")


def test_no_form_no_sample():
    assert draw([], 5, "x") == []
    assert draw(forms(3), 0, "x") == []
    assert draw(forms(3), -1, "x") == []


def test_six_thousand_forms_are_drawn_at_once():
    dice = random.Random(1)
    listed = [Candidate(str(n), (Reason(dice.randrange(20), "因为"),)) for n in range(6000)]
    assert len({one.candidate.key for one in draw(listed, 300, "x")}) == 300


def test_a_reason_may_make_a_form_less_likely_but_never_impossible():
    assert Candidate("a", (Reason(-3, "上年抽过"),), base=4).weight == 1
    assert Candidate("a", (Reason(-9, "上年抽过"),), base=4).weight == 1
    assert Candidate("a", (Reason(-3, "上年抽过"), Reason(6, "满分")), base=4).weight == 7


@pytest.mark.parametrize("size", [5, 30, 90])
def test_as_many_are_expected_as_are_drawn_in_the_end(size):
    """The preview's figures against the mean of 300 draws, within what chance allows."""
    listed = forms(100, {n: 1 + n % 9 for n in range(0, 100, 3)})
    counts = Counter(candidate.weight for candidate in listed)
    expected = {weight: chance * counts[weight] for weight, chance in chances(counts, size).items()}
    assert sum(expected.values()) == pytest.approx(size, abs=1e-6)
    drawn = Counter(one.candidate.weight for n in range(300) for one in draw(listed, size, f"{size} {n}"))
    for weight, number in expected.items():
        assert drawn[weight] / 300 == pytest.approx(number, rel=0.08, abs=0.12)


def test_expectations_at_the_ends():
    assert chances({1: 3, 5: 2}, 5) == chances({1: 3, 5: 2}, 9) == {1: 1.0, 5: 1.0}
    assert chances({1: 3}, 0) == {1: 0.0}
    assert chances({}, 4) == {}
