"""Amounts by source, typed as one table."""

import pytest
from django.urls import reverse

from evaluations.models import Evaluation
from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.checker import check_text
from perfgoals.editions.loader import FOLDER
from perfgoals.filling.matrices import sum_readings
from tests.evaluations.conftest import approved, opened, season_2020

__all__ = ["approved", "opened", "season_2020"]

NATIONAL = "national-2020-self-evaluation"


def sums(**budget):
    """The sum beside 全年执行数 of a form with these amounts."""
    form = Evaluation(edition_id=NATIONAL, executed_typed=budget.pop("executed", ""))
    form.extra = {f"budget.{key}": value for key, value in budget.items()}
    return sum_readings(form)["sum.budget.executed"]


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ({}, ""),
        ({"executed": "100"}, ""),
        ({"executed_fiscal": "80.10", "executed_other": "19.90"}, "总额还没有填"),
        ({"executed": "1,000.00", "executed_fiscal": "999.99", "executed_other": "0.01"}, "与总额相符"),
        ({"executed": "100", "executed_fiscal": "99.99"}, "比总额少"),
        ({"executed": "100", "executed_fiscal": "100", "executed_other": "1"}, "比总额多"),
        ({"executed": "100", "executed_fiscal": "一百左右"}, ""),
    ],
)
def test_sources_are_added_beside_their_total(amounts, words):
    said = sums(**amounts)
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["budget.initial", "budget.current_year", ', '["budget.initial", ', "每行要有 3 栏"),
        (
            '["budget.initial", "budget.current_year", ',
            '["budget.initial", "annual_goal", ',
            "不是本表的金额栏目",
        ),
        ("same = [0, 1]", "same = [0, 3]", "same 要写两个不同的栏号"),
        ("helps = [", 'helps = ["多一句", ', "每栏一句说明"),
    ],
)
def test_a_broken_table_of_amounts_is_refused(old, new, words):
    text = (FOLDER / f"{NATIONAL}.toml").read_text("utf-8")
    assert old in text
    problems = check_text(text.replace(old, new), f"{NATIONAL}.toml")
    assert any(words in one.message for one in problems)


def test_points_by_steps_of_the_rate_ask_whether_the_project_is_finished():
    text = (FOLDER / "hubei-2020-self-evaluation.toml").read_text("utf-8")
    problems = check_text(text.replace('name = "linear_rate"', 'name = "stepped_rate"'), "x.toml")
    assert any("is_finished" in one.message for one in problems)


@pytest.mark.parametrize(
    "edition", [one for one in all_editions().values() if one.kind == "evaluation"], ids=str
)
def test_every_field_that_is_printed_can_be_filled(edition):
    form = Evaluation(edition_id=edition.id)
    computed = ("indicators", "rate")
    assert [
        one.key for one in edition.printed_fields if one.kind not in computed and not form.place_of(one.key)
    ] == []


@pytest.mark.django_db
def test_a_column_is_copied_without_script_but_never_over_somebody_else(client, people, opened):
    client.force_login(people["信息中心填报人"])
    form = opened()
    url = reverse("evaluations:step", args=[form.pk, "budget"])
    page = client.get(url)
    post = {"page": page.context["page"], "section": "budget", "budget.initial": "600000", "copy": "funds:0:1"}
    assert client.post(url, post | {"budget.initial_fiscal": "500000"}).status_code == 302
    form.refresh_from_db()
    assert form.current_year_typed == "600000"
    assert form.extra["budget.current_year_fiscal"] == "500000"
    # The page of before does not know that the budget was adjusted since.
    again = client.post(url, post | {"budget.initial": "700000"})
    assert again.status_code == 409
    form.refresh_from_db()
    assert form.current_year_typed == "600000"
    assert client.post(url, post | {"copy": "funds:0:9999"}).status_code != 500


def test_other_editions_have_the_table_by_their_form():
    assert get_edition("hubei-2020-self-evaluation").matrices == get_edition(NATIONAL).matrices
