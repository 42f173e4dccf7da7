"""The evaluation document: canonical, closed, and equal after any round trip; its schema is the one in docs."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluations.published import document_of
from perfgoals.documents.declaration import BadDocument, DateValue
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow, GroupPoints
from perfgoals.documents.evaluation_schema import json_schema

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "evaluation.schema.json").read_text("utf-8"))
RECORDS = json.loads((ROOT / "tests/seeds/evaluations-2021-putuo.json").read_text("utf-8"))["evaluations"]
text = st.text(max_size=30)
some_text = st.none() | text
rows = st.builds(
    EvaluationRow,
    row_id=st.text("0123456789abcdef", min_size=1, max_size=8),
    level1=text,
    level2=some_text,
    name=text,
    target=text,
    weight=some_text,
    actual=text,
    self_score=some_text,
    not_applicable=st.booleans(),
)
documents = st.builds(
    EvaluationDocument,
    form=text,
    fiscal_year=st.integers(1990, 2100),
    budget_unit=text,
    is_recurring=st.none() | st.booleans(),
    evaluation_date=st.none() | st.builds(DateValue, printed=text, iso=st.none() | st.just("2022-03-02")),
    budget=st.dictionaries(text, some_text, max_size=3),
    groups=st.lists(st.builds(GroupPoints, text, some_text, text), max_size=3).map(tuple),
    indicators=st.lists(rows, max_size=4, unique_by=lambda one: one.row_id).map(tuple),
    main_problems=some_text,
    extra=st.dictionaries(text, text, max_size=2),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_round_trip_is_exact_and_fits_the_schema(document):
    again = EvaluationDocument.from_json(document.to_json())
    assert again == document
    assert again.to_json() == document.to_json()
    assert again.fingerprint == document.fingerprint
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(document.to_json()))


def test_the_schema_in_docs_is_the_one_the_classes_make():
    assert json_schema() == SCHEMA, (
        "run: python -m perfgoals.documents.evaluation_schema > docs/evaluation.schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = json.loads(EvaluationDocument("f", 2021, "甲").to_json())
    assert set(SCHEMA["required"]) == set(data)


def test_json_is_canonical():
    raw = EvaluationDocument("f", 2021, "甲", project_name="“乙”").to_json()
    assert " " not in raw
    assert "\\u" not in raw
    assert list(json.loads(raw)) == sorted(json.loads(raw))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_published_forms_are_kept_value_by_value(record):
    """Every printed value of the ground truth stands in the document, under the same key."""
    document = document_of(record)
    for key in (
        "project_name",
        "budget_unit",
        "implementing_department",
        "is_recurring",
        "annual_goal",
        "grade",
    ):
        assert getattr(document, key) == record[key]
    for key in ("main_results", "main_problems", "improvement_measures"):
        assert document.text(key) == record[key]
    assert document.text("evaluation_date") == record["evaluation_date"]["printed"]
    assert document.text("budget.execution_rate") == record["budget"]["execution_rate"]["printed"]
    assert document.text("budget.executed") == record["budget"]["executed"]
    assert document.text("is_recurring") == "是"
    assert dict(document.totals) == record["totals"]
    assert document.target_column == record["target_column_printed"]
    for row, printed in zip(document.indicators, record["indicators"], strict=True):
        wanted = [
            printed[key] for key in ("level1", "name", "target_as_printed", "weight", "rule", "self_score")
        ]
        assert [row.level1, row.name, row.target, row.weight, row.rule, row.self_score] == wanted


HEAD = '{"schema":"perfgoals-evaluation/1","form":"f","budget_unit":"u","fiscal_year":2021'
ROW = '{"row_id":"a","level1":"产","level2":null,"name":"名","target":"≥1"'


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("", "不是有效的 JSON"),
        ("[" * 100_000, "不是有效的 JSON"),
        ('{"schema":"perfgoals-declaration/1"}', "不是绩效自评文件"),
        (HEAD + ',"x":1}', "不认识的字段：x"),
        (HEAD.replace("2021", "true") + "}", "fiscal_year"),
        (HEAD.replace('"u"', "1") + "}", "budget_unit"),
        (HEAD + ',"project_code":null}', "project_code"),
        (HEAD + ',"grade":5}', "grade"),
        (HEAD + ',"is_recurring":"是"}', "is_recurring"),
        (HEAD + ',"budget":{"executed":5}}', "budget"),
        (HEAD + ',"extra":{"a":null}}', "extra"),
        (HEAD + ',"evaluation_date":"2022-03-02"}', "evaluation_date"),
        (HEAD + ',"evaluation_date":{"printed":1,"iso":null}}', "evaluation_date"),
        (HEAD + ',"indicators":{}}', "应为列表"),
        (HEAD + ',"indicators":[5]}', "indicators[1]"),
        (HEAD + ',"indicators":[{}]}', "indicators[1]"),
        (HEAD + f',"indicators":[{ROW},"weight":3}}]}}', "weight"),
        (HEAD + f',"indicators":[{ROW},"not_applicable":"是"}}]}}', "not_applicable"),
        (HEAD + f',"indicators":[{ROW}}},{ROW}}}]}}', "重复"),
        (HEAD + f',"indicators":[{ROW.replace("a", "a b", 1)}}}]}}', "indicators[1]"),
        (HEAD + ',"groups":[{"level1":"产","level2":null}]}', "groups[1]"),
    ],
)
def test_broken_documents_are_refused_by_place(broken, says):
    with pytest.raises(BadDocument, match=says.replace("[", r"\[").replace("]", r"\]")):
        EvaluationDocument.from_json(broken)
