"""The score card says of every published form what its score sheet says, and draws the ruler without a gap."""

import dataclasses
import html
import itertools
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from evaluations.scorecard import FORMULA_NAMES, score_card
from evaluations.scoring import score
from evaluations.scoring.formulas import BY_NAME
from evaluations.templatetags.scoring import unparted
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import get_edition
from perfgoals.editions.rules import FORMULAS
from tests.evaluations.builders import NATIONAL, SICHUAN, form, full_rows

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "evaluations").glob("*.json"))


def card_of(document, **options):
    return score_card(document, score(document, get_edition(document.form)), **options)


@pytest.fixture(params=FIXTURES, ids=lambda path: path.stem)
def document(request):
    return EvaluationDocument.from_json(request.param.read_text("utf-8"))


def test_every_formula_has_a_name():
    used = {name for names in FORMULAS.values() for name in names} | set(BY_NAME)
    assert used <= set(FORMULA_NAMES)


def test_rows_keep_the_order_of_the_form_and_groups_add_up(document):
    card = card_of(document)
    assert [line.row for line in card.rows] == list(document.indicators)
    assert [line.number for line in card.rows] == list(range(1, len(document.indicators) + 1))
    assert sum(line.starts for line in card.rows) == len(card.rows)
    for name, points in card.sheet.groups.items():
        mine = [branch for branch in card.branches if branch.name == name]
        assert (sum(b.points for b in mine), sum(b.weight for b in mine)) == points


def test_lost_and_won_make_the_weight(document):
    card = card_of(document)
    for line in card.rows:
        if line.points is not None:
            assert line.points + line.lost == line.weight
    assert card.lost == sum(line.lost for line in card.lost_rows)


def test_the_foot_of_the_table_adds_up_with_what_execution_lost():
    """90 of 90 for the rows, 7.9 of 10 for execution: 100 = 97.9 + 2.1."""
    card = card_of(form(*full_rows(NATIONAL), executed="79"))
    assert (card.lost, card.lost_by_execution, card.lost_in_all) == (0, Decimal("2.1"), Decimal("2.1"))
    assert card.sheet.total.counted + card.lost_in_all == card.sheet.rules.full
    foot = render_to_string("evaluations/includes/score_table.html", {"card": card}).split("<tfoot>")[1]
    assert '<span class="pg-lost">−2.1</span>' in foot


def test_the_ruler_covers_the_whole_score_once(document):
    ruler = card_of(document).ruler
    assert ruler[0].start == 0
    for one, following in itertools.pairwise(ruler):
        assert one.start + one.width == following.start
    assert ruler[-1].start + ruler[-1].width == 100


def test_the_published_total_stands_on_the_card(document):
    card = card_of(document)
    page = render_to_string("evaluations/includes/score_line.html", {"card": card})
    assert card.total == Decimal(document.totals["self_score"])
    assert f"<b>{document.totals['self_score']}</b>" in page
    assert card.sheet.total.grade in page


def test_the_table_shows_every_sentence_and_clause(document):
    card = card_of(document)
    page = render_to_string("evaluations/includes/score_table.html", {"card": card})
    for line in card.rows:
        assert line.scored.settled.clause in re.sub("<.*?>", "", page)
    assert page.count("得分卡") == len(card.rows)


def test_the_reviewers_points_stand_beside_with_their_difference(document):
    first, *others = document.indicators
    changed = dataclasses.replace(
        document, indicators=(dataclasses.replace(first, reviewer_score="1.5"), *others)
    )
    card = card_of(changed)
    assert card.is_reviewed
    assert card.rows[0].difference == Decimal("1.5") - card.rows[0].points
    assert card.reviewed == card.total + card.rows[0].difference


def test_an_open_row_is_said_to_be_open():
    national = EvaluationDocument.from_json(
        '{"schema": "perfgoals-evaluation/1", "form": "national-2020-self-evaluation", "fiscal_year": 2020,'
        ' "budget_unit": "某单位", "indicators": [{"row_id": "a", "level1": "产出指标", "level2": "数量指标",'
        ' "name": "培训人数", "target": "≥100人", "weight": "50"}]}'
    )
    card = card_of(national)
    assert card.total is None
    assert card.rows[0].is_open
    assert card.rows[0].lost is None
    page = render_to_string("evaluations/includes/score_line.html", {"card": card})
    assert "未定" in page
    assert "等人判定" in render_to_string("evaluations/includes/score_table.html", {"card": card})


def test_a_capped_total_stands_beside_what_was_earned_and_every_level_has_its_points():
    first, *others = full_rows(SICHUAN)
    split = replace(first, weight="12", actual="25家"), replace(first, weight="8", level2="过程")
    page = render_to_string(
        "evaluations/includes/score_line.html",
        {"card": (card := card_of(form(*split, *others, edition=SICHUAN, executed="40")))},
    )
    assert "各项合计 <b>94</b> 分，封顶 69 分" in page
    assert [(twig.name, twig.points, twig.weight) for twig in card.branches[0].twigs] == [
        ("决策", 6, 12),
        ("过程", 8, 8),
    ]
    assert card.branches[0].points == sum(twig.points for twig in card.branches[0].twigs)


def test_no_line_ends_between_an_operator_and_its_number():
    said = str(unparted("实际 5 < 目标 <=10%，10 × 400,000 ÷ 600,000 = 6.67；a<b>"))
    assert re.findall(r'<span class="pg-nb">(.*?)</span>', said) == [
        "&lt;=10%",
        "× 400,000",
        "÷ 600,000",
        "= 6.67",
    ]
    assert html.unescape(re.sub(r"</?span[^>]*>", "", said)) == (
        "实际 5 < 目标 <=10%，10 × 400,000 ÷ 600,000 = 6.67；a<b>"
    )
