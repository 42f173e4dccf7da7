"""The evaluation editions against the published form and against what the rules' sources say."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from evaluations.published import document_of
from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.rules import FORMULAS
from tests.evaluations.builders import HUBEI, NATIONAL, PUTUO, SICHUAN

ROOT = Path(__file__).parents[2]
DATA = json.loads((ROOT / "tests/seeds/evaluations-2021-putuo.json").read_text("utf-8"))
EDITIONS = sorted(key for key, edition in all_editions().items() if edition.kind == "evaluation")


def rules(edition_id):
    return get_edition(edition_id).scoring


def test_the_four_rule_sets_are_there():
    assert {HUBEI, NATIONAL, PUTUO, SICHUAN} == set(EDITIONS)
    assert all(edition.scoring is None for edition in all_editions().values() if edition.kind != "evaluation")


def test_labels_and_heads_are_those_of_the_published_form():
    edition = get_edition(PUTUO)
    legend = {key: label for key, label in DATA["legend"].items() if "[]" not in key}
    assert edition.unit_label == legend.pop("budget_unit")
    for furniture in ("totals", "footer_notes"):
        legend.pop(furniture)
    fields = {key: field.label for key, field in edition.fields.items() if key != "indicators"}
    assert fields == legend
    heads = DATA["form_definition"]["indicator_columns_printed"]
    assert list(edition.fields["indicators"].columns) == [head.split(" | ")[-1] for head in heads]
    year = DATA["evaluations"][0]["fiscal_year"]
    assert edition.style.year_line.format(year=year) + edition.title == DATA["form_definition"]["title_printed"]
    for record in DATA["evaluations"]:
        assert list(edition.footer_notes) == record["footer_notes"]
        assert edition.style.date(record["evaluation_date"]["iso"]) == record["evaluation_date"]["printed"]


def test_points_and_grades_are_those_printed():
    edition = get_edition(PUTUO)
    printed = DATA["form_definition"]
    assert {group.name: str(group.points) for group in edition.frame} == printed["group_points"]
    scale = [(grade["grade"], Decimal(grade["from"])) for grade in printed["grade_scale"]]
    assert [(grade.label, grade.floor) for grade in edition.scoring.grades] == scale
    assert edition.scoring.execution is None


@pytest.mark.parametrize(
    ("edition_id", "tree", "execution", "groups", "bands"),
    [
        (PUTUO, 100, None, [45, 35, 20], [80, 60, 0]),
        (NATIONAL, 90, 10, [50, 30, 10], [80, 60, 0]),
        (HUBEI, 80, 20, [40, 40], [80, 50, 0]),
        (SICHUAN, 100, None, [20, 40, 20, 10, 10], [80, 60, 0]),
    ],
)
def test_points_and_bands_of_the_sources(edition_id, tree, execution, groups, bands):
    """domain 3.2 and 3.7."""
    edition = get_edition(edition_id)
    assert [group.points for group in edition.frame] == groups
    assert edition.scoring.tree_points == edition.weights_total == tree
    got = edition.scoring.execution
    assert (got.points if got else None) == execution
    assert [band.floor for band in edition.scoring.bands] == bands


def test_the_reverse_formula_differs_by_place():
    """domain 3.5; 普陀's form does not say, so a person decides there."""
    chosen = {key: rules(key).formulas["at_most"].name for key in EDITIONS}
    assert chosen == {
        PUTUO: "by_person",
        NATIONAL: "linear_overrun",
        HUBEI: "ratio_overrun",
        SICHUAN: "linear_overrun",
    }


def test_what_no_text_says_is_marked():
    assert all(formula.unconfirmed for formula in rules(PUTUO).formulas.values())
    assert all(formula.unconfirmed for formula in rules(NATIONAL).formulas.values())
    assert all(cap.unconfirmed for cap in rules(SICHUAN).caps)
    confirmed = {case for case, formula in rules(HUBEI).formulas.items() if not formula.unconfirmed}
    assert confirmed == {"at_least", "at_most", "words"}


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_every_choice_has_its_clause(edition_id):
    one = rules(edition_id)
    assert set(one.formulas) >= set(FORMULAS) - {"satisfaction", "execution"}
    assert all(formula.clause.strip() for formula in one.formulas.values())
    assert all(rule.clause.strip() for rule in (*one.caps, one.over, one.window) if rule)


def test_local_forms_share_the_national_layout():
    national = get_edition(NATIONAL)
    for edition_id in (HUBEI, SICHUAN):
        edition = get_edition(edition_id)
        assert edition.same_form_as == NATIONAL
        assert edition.fields == national.fields
        assert edition.style == national.style
        assert edition.frame != national.frame


@pytest.mark.parametrize("record", DATA["evaluations"], ids=lambda record: record["id"])
def test_fixtures_are_the_published_forms(record):
    text = (ROOT / "fixtures/evaluations" / f"{record['id']}.json").read_text("utf-8")
    assert text == document_of(record).to_json() + "\n"
