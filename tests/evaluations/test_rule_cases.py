"""The cases that ship with the rule sets hold, and one that does not is named."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from evaluations.management.commands import check_rules
from evaluations.rule_cases import failures
from perfgoals.editions import ScoringCase, all_editions, get_edition
from tests.evaluations.builders import HUBEI, NATIONAL


@pytest.mark.parametrize("edition_id", sorted(all_editions()))
def test_the_cases_of_every_rule_set_hold(edition_id):
    edition = get_edition(edition_id)
    assert bool(edition.scoring) == bool(edition.scoring_cases)
    assert failures(edition) == []


def test_the_reverse_formula_is_in_the_cases_of_both_places():
    """The case that tells the two formulas apart fails under the other place's rules."""
    national, hubei = get_edition(NATIONAL), get_edition(HUBEI)
    assert failures(replace(national, scoring=hubei.scoring))[0] == "用例“反向，线性”应是“5.00”，算出“6.67”。"


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (ScoringCase("甲", {"target": "≥2家", "actual": "1家", "weight": "3"}, "3"), "应是“3”，算出“1.50”"),
        (ScoringCase("乙", {"target": "2家", "actual": "1家", "weight": "3"}, "3"), "应是“3”，算出“人”"),
        (ScoringCase("丙", {"target": "≥2家", "actual": "2家", "weight": "3"}, "人"), "应是“人”，算出“3”"),
        (ScoringCase("丁", total="89.99", grade="优"), "应是“优”，算出“良”"),
    ],
)
def test_a_case_that_does_not_hold(case, says):
    (message,) = failures(replace(get_edition(NATIONAL), scoring_cases=(case,)))
    assert says in message


def test_the_command(monkeypatch):
    out = StringIO()
    call_command("check_rules", stdout=out)
    assert "没有问题" in out.getvalue()
    monkeypatch.setattr(check_rules, "failures", lambda edition: ["用例不符。"])
    with pytest.raises(SystemExit) as stop:
        call_command("check_rules", stdout=out)
    assert stop.value.code == 1
    assert f"{NATIONAL}：用例不符。" in out.getvalue()
