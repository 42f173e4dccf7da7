"""A stored score is enough: it recomputes to the same figures, by us and by a second program."""

import ast
import json
import random
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from evaluations.published import document_of
from evaluations.scoring import ExecutionInputs, Inputs, replay, same_figures, score
from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.rules import load_rules
from tests.evaluations.builders import form, row

ROOT = Path(__file__).resolve().parents[2]
RECORDS = json.loads((ROOT / "tests/seeds/evaluations-2021-putuo.json").read_text("utf-8"))["evaluations"]
EDITIONS = sorted(key for key, edition in all_editions().items() if edition.scoring)
TARGETS = [
    *("≥{}家", "≤{}小时", "={}次", ">{}个", "<{}起", "{}-{}0人", "≥{}%", "{}场"),
    *("健全", "较满意", "12月底前", "2021年6月", "》={}家", "=0起", "≤0起", "按时完成"),
]
ACTUALS = [
    "{}家",
    "{}小时",
    "{}次",
    "{}个",
    "{}起",
    "{}人",
    "{}%",
    "{}",
    "2021-11-30",
    "2022-01-02",
    "达到",
    "",
]
UNITS = {"家": "家", "小时": "小时", "次": "次", "个": "个", "起": "起", "人": "人", "%": "%"}


def stored(sheet):
    """As a database or a file gives it back."""
    return json.loads(json.dumps(sheet.to_dict(), ensure_ascii=False))


def generated(seed):
    """A form of 5 to 30 rows on one of the rule sets; most actual values fit their targets."""
    dice = random.Random(seed)
    edition = get_edition(dice.choice(EDITIONS))
    rows = []
    for group in edition.frame:
        count = dice.randint(1, 6)
        cents = int(group.points * 100)
        cuts = sorted(dice.sample(range(1, cents), count - 1))
        for start, end in zip([0, *cuts], [*cuts, cents], strict=True):
            target = dice.choice(TARGETS).replace("{}", str(dice.choice([1, 3, 7, 24, 50, 1000])))
            unit = next((unit for unit in UNITS if target.endswith(unit)), "")
            actual = f"{dice.choice([0, 1, 2, 5, 23, 49, 50, 65, 1300])}{unit}"
            if not unit or dice.random() < 0.1:
                actual = dice.choice(ACTUALS).replace("{}", str(dice.randint(0, 99)))
            rows.append(
                row(
                    target,
                    actual,
                    str((end - start) / 100),
                    level1=group.name,
                    level2=group.categories[0].name if group.categories else None,
                    band=dice.choice(["", "achieved", "achieved", "partly", "missed"]),
                    self_score=dice.choice([None, "0", str((end - start) / 100)]),
                    not_applicable=dice.random() < 0.03,
                    is_key=dice.random() < 0.1,
                )
            )
    executed = dice.choice(["100", "91.5", "79.99", "33.33", "0", "120"])
    return form(*rows, edition=edition.id, executed=executed), edition


@pytest.mark.parametrize(("record", "total"), list(zip(RECORDS, ("95", "100", "100"), strict=True)))
def test_published_scores_come_out_as_published(record, total):
    document = document_of(record)
    sheet = score(document, get_edition(document.form))
    assert str(sheet.total.total) == total == record["totals"]["self_score"]
    assert sheet.total.grade == record["grade"]
    assert [str(one.settled.points) for one in sheet.rows] == [
        one["self_score"] for one in record["indicators"]
    ]
    assert {name: str(weight) for name, (_, weight) in sheet.groups.items()} == {
        group["level1"]: group["points"] for group in record["groups"]
    }
    # No actual value is printed: the points are the unit's word, and the sheet says so.
    assert {one.settled.basis for one in sheet.rows} == {"given"}
    assert all("未经核算" in one.settled.sentence for one in sheet.rows)
    assert same_figures(stored(sheet))


def test_a_thousand_forms_replay_to_the_same_figures():
    complete = 0
    for seed in range(1000):
        document, edition = generated(seed)
        sheet = score(document, edition)
        kept = stored(sheet)
        assert replay(kept) == sheet, seed
        assert same_figures(kept), seed
        complete += sheet.total.total is not None
    assert complete > 20


def test_a_changed_figure_is_noticed():
    document, edition = generated(5)
    kept = stored(score(document, edition))
    scored = next(one for one in kept["rows"] if one["points"])
    scored["points"] = "0.01"
    assert not same_figures(kept)


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_rule_sets_survive_storing(edition_id):
    rules = get_edition(edition_id).scoring
    assert load_rules(json.loads(json.dumps(rules.to_dict()))) == rules


def second_program(one):
    """The points of a row from its printed sentence alone: the arithmetic after the last formula's equals sign."""
    parts = one["sentence"].split("＝")
    if "得满分" in one["sentence"] or len(parts) < 3:
        return None
    plain = parts[-2].translate(str.maketrans("×÷−（）", "*/-()")).replace(",", "").strip()
    tree = ast.parse(plain, mode="eval")

    def value(node):
        match node:
            case ast.Expression(body):
                return value(body)
            case ast.Constant(number):
                return Fraction(str(number))
            case ast.BinOp(left, ast.Mult(), right):
                return value(left) * value(right)
            case ast.BinOp(left, ast.Div(), right):
                return value(left) / value(right)
            case ast.BinOp(left, ast.Sub(), right):
                return value(left) - value(right)
        raise AssertionError(plain)

    return Fraction(int(value(tree) * 100 + Fraction(1, 2)), 100)


def test_a_second_program_gets_the_same_points_from_the_printed_sentences():
    """I2: written from the card alone. It adds up what is printed, and computes what a sentence spells out."""
    spelled_out = 0
    for seed in range(300):
        document, edition = generated(seed)
        kept = stored(score(document, edition))
        for one in kept["rows"]:
            points = second_program(one) if one["basis"] == "computed" else None
            if points is not None:
                spelled_out += 1
                assert points == Fraction(one["points"]), one["sentence"]
        added = sum(
            (Fraction(one["points"] or 0) for one in kept["rows"]), Fraction(kept["execution"]["points"] or 0)
        )
        assert added == Fraction(kept["counted"])
    assert spelled_out > 100


def test_scoring_runs_without_django():
    """Not only no import of Django's in these files: the package works where there is no Django."""
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from evaluations.scoring import score; from evaluations.contradictions import contradictions\n"
        "from perfgoals.editions import get_edition; from perfgoals.documents.evaluation import EvaluationDocument\n"
        f"document = EvaluationDocument({EDITIONS[0]!r}, 2021, '单位')\n"
        "print(score(document, get_edition(document.form)).total.missing[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
        env={"PYTHONUTF8": "1"},
    )
    assert done.stdout.decode().strip() == "表上没有指标。"


def test_what_is_no_and_what_is_not_known_are_kept_apart():
    for finished in (True, False, None):
        inputs = ExecutionInputs(Decimal(50), Decimal(100), is_finished=finished)
        assert ExecutionInputs.from_dict(json.loads(json.dumps(inputs.to_dict()))) == inputs
    assert Inputs.from_dict(json.loads(json.dumps(Inputs(None).to_dict()))) == Inputs(None)
