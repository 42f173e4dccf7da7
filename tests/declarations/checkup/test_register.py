"""The rules as a whole (X-10): reasons, examples, purity, and the page that lists them."""

import ast
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from declarations.checkup import RULES, subjects, tables
from declarations.checkup.contract import rule
from declarations.checkup.samples import PUBLISHED, Sample
from declarations.management.commands.write_checkup_tables import PAGE
from perfgoals.findings import Level

FOLDER = Path(settings.BASE_DIR) / "declarations" / "checkup"
SAMPLES = [(rule.code, kind, getattr(rule, kind)) for rule in RULES.values() for kind in ("good", "bad")]


@pytest.fixture(scope="module")
def texts():
    """Every printed text of each published form, by id; the ground truth drops a blank that the raw text has."""
    said = {}
    seeds = Path(settings.BASE_DIR) / "tests" / "seeds"
    for path in sorted(seeds.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        records = [*data.get("declarations", ()), *data.get("evaluations", ()), data.get("target_table", {})]
        said |= {record["id"]: set(strings(record)) for record in records if record}
    said["czj-2020-4"] |= {line for line in raw_lines(seeds) if "级单位投诉率" in line}
    return said


def raw_lines(seeds):
    return [
        line for path in sorted((seeds / "raw").glob("*.txt")) for line in path.read_text("utf-8").splitlines()
    ]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@pytest.mark.parametrize(("code", "kind", "sample"), SAMPLES)
def test_an_example_is_quoted_from_the_form_it_names(texts, code, kind, sample):
    if not sample.source:
        return
    pieces = [sample.text]
    if not any(sample.text in text for text in texts[sample.source]):
        pieces = re.split(" 至 |：|、", sample.text)
    for piece in pieces:
        assert piece
        assert any(piece in text for text in texts[sample.source]), piece


def test_sources_are_named_as_the_forms_name_themselves(texts):
    named = {key: name for key, (name, _) in PUBLISHED.items() if key in texts and "disclosure" not in key}
    assert len(named) == len(PUBLISHED) - 1
    assert all(name in texts[source_id] for source_id, name in named.items())


def test_an_example_without_a_source_says_so():
    assert "示意" in str(Sample("2020-12-31 至 2020-01-01"))


def test_most_rules_show_a_real_good_example():
    real = [rule.code for rule in RULES.values() if rule.good.source]
    assert len(real) / len(RULES) > 0.9


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_complete(code):
    rule = RULES[code]
    assert re.fullmatch(r"[a-z_]{3,40}", code)
    assert rule.title
    assert not rule.title.endswith("。")
    assert rule.why.endswith("。")
    assert "！" not in rule.why + rule.title
    assert rule.remarks.__doc__


def test_a_code_is_used_once():
    with pytest.raises(ValueError, match="twice"):
        rule("row_gap", Level.HINT, "又一个", why="。", good=Sample(""), bad=Sample(""))(lambda sheet: ())


def test_only_what_nobody_could_defend_is_an_error():
    assert {code for code, rule in RULES.items() if rule.level is Level.ERROR} == {
        "required_field", "row_gap", "placeholder", "amount_unreadable", "sum_differs", "year_over_total",
        "date_unreadable", "end_before_start", "choice_outside", "group_outside", "weight_gap", "weight_sum",
        "adjustment_changes_nothing",
        "unprintable_character",  # a form that cannot be put on paper cannot be approved on paper
    }  # fmt: skip


def test_every_clause_named_is_one_that_was_read_of():
    """domain.md 1.1 holds what is known of 财预〔2015〕88号; no other document and no article number is cited."""
    cited = {
        found
        for rule in RULES.values()
        for found in re.findall(r"\w*〔\d{4}〕\d+号|第[\d一二三四五六七八九十]+条", rule.why)
    }
    assert cited <= {"财预〔2015〕88号"}


ALLOWED = (
    "declarations.checkup",
    "perfgoals.documents.declaration",
    "perfgoals.documents.difference",
    "perfgoals.documents.glyphs",
    "perfgoals.documents.matching",
    "perfgoals.editions",
    "perfgoals.findings",
    "perfgoals.targets",
)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_rules_know_no_database_no_clock_no_network(path):
    if path.name in ("__init__.py", "standing.py", "mending.py", "carrying.py"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in getattr(node, "names", [])]
            if isinstance(node, ast.Import)
            else []
        )
        for name in names:
            assert name.partition(".")[0] not in ("django", "time", "random", "socket", "urllib"), name
            assert not name.startswith(("declarations", "perfgoals")) or name.startswith(ALLOWED), name
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "today", "localdate"), path


def test_every_subject_is_listed():
    rules = {path.stem for path in FOLDER.glob("*.py") if "@rule(\n" in path.read_text("utf-8")}
    assert {module.__name__.rpartition(".")[2] for module in subjects.SUBJECTS} == rules


def test_the_page_is_up_to_date(published):
    page = PAGE.read_text("utf-8")
    assert tables.rewritten(page, tables.sections(published)) == page


def test_a_page_without_its_markers_is_refused():
    with pytest.raises(ValueError, match="no part"):
        tables.rewritten("nothing here", {"rules": ""})
