"""The monitoring document: canonical, closed, and equal after any round trip; its schema is the one in docs."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfgoals.documents.canonical import BadDocument
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.kinds import read_document, unit_of
from perfgoals.documents.monitoring import (
    ATTAINMENTS,
    DEVIATION_KINDS,
    LIKELIHOODS,
    MonitoringDocument,
    MonitoringRow,
)
from perfgoals.documents.monitoring_schema import json_schema

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "monitoring.schema.json").read_text("utf-8"))
text = st.text(max_size=30)
some_text = st.none() | text
kinds = st.sets(st.sampled_from(DEVIATION_KINDS)).map(
    lambda some: tuple(sorted(some, key=DEVIATION_KINDS.index))
)
rows = st.builds(
    MonitoringRow,
    row_id=st.text("0123456789abcdef", min_size=1, max_size=8),
    level1=text,
    level2=some_text,
    name=text,
    target=text,
    weight=some_text,
    actual=text,
    expected=text,
    attainment=st.sampled_from(("", *ATTAINMENTS)),
    deviation_kinds=kinds,
    deviation_reason=text,
    likelihood=st.sampled_from(("", *LIKELIHOODS)),
)
documents = st.builds(
    MonitoringDocument,
    form=text,
    fiscal_year=st.integers(1990, 2100),
    cutoff_month=st.integers(1, 12),
    budget_unit=text,
    annual_goal=some_text,
    budget=st.dictionaries(text, some_text, max_size=3),
    indicators=st.lists(rows, max_size=4, unique_by=lambda one: one.row_id).map(tuple),
    extra=st.dictionaries(text, text, max_size=2),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_round_trip_is_exact_and_fits_the_schema(document):
    again = MonitoringDocument.from_json(document.to_json())
    assert again == document
    assert again.to_json() == document.to_json()
    assert again.fingerprint == document.fingerprint
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(document.to_json()))


def test_the_schema_in_docs_is_the_one_the_classes_make():
    assert json_schema() == SCHEMA, (
        "run: python -m perfgoals.documents.monitoring_schema > docs/monitoring.schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["required"]) == set(json.loads(MonitoringDocument("f", 2021, 7, "甲").to_json()))


def test_fields_are_read_by_the_keys_of_the_form():
    document = MonitoringDocument(
        "f",
        2021,
        7,
        "甲",
        project_name="乙",
        budget={"initial": "1,000.50", "executed_fiscal": "十", "expected": None},
        extra={"contact": "丙"},
    )
    assert [document.text(key) for key in ("project_name", "budget.executed_fiscal", "contact")] == [
        "乙",
        "十",
        "丙",
    ]
    assert [
        document.text(key) for key in ("annual_goal", "budget.expected", "cutoff_month", "to_json", "schema")
    ] == [""] * 5
    assert document.amount("initial") == Decimal("1000.50")
    assert document.amount("executed_fiscal") is None


def test_every_kind_is_told_by_its_schema():
    for document in (
        DeclarationDocument("f", 2021, "甲"),
        EvaluationDocument("f", 2021, "甲"),
        MonitoringDocument("f", 2021, 10, "甲"),
    ):
        assert read_document(document.to_json()) == document
        assert unit_of(document) == "甲"
    with pytest.raises(BadDocument, match="不是绩效运行监控文件"):
        MonitoringDocument.from_json(EvaluationDocument("f", 2021, "甲").to_json())


HEAD = '{"schema":"perfgoals-monitoring/1","form":"f","budget_unit":"u","fiscal_year":2021,"cutoff_month":7'
ROW = '{"row_id":"a","level1":"产","level2":null,"name":"名","target":"≥1"'


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("", "不是有效的 JSON"),
        ("[]", "不是绩效运行监控文件"),
        (HEAD + ',"x":1}', "不认识的字段：x"),
        (HEAD.replace(',"cutoff_month":7', "") + "}", "缺 cutoff_month"),
        (HEAD.replace("7", "0") + "}", "1 到 12"),
        (HEAD.replace("7", "13") + "}", "1 到 12"),
        (HEAD.replace("7", "true") + "}", "“cutoff_month”应为整数"),
        (HEAD.replace("7", "7.0") + "}", "“cutoff_month”应为整数"),
        (HEAD + ',"project_code":null}', "“project_code”不能为 null"),
        (HEAD + ',"annual_goal":5}', "“annual_goal”应为文字或null"),
        (HEAD + ',"budget":{"executed":5}}', "“budget”应为文字的表"),
        (HEAD + ',"indicators":{}}', "“indicators”应为列表"),
        (HEAD + ',"indicators":[{}]}', "“indicators[1]”缺 row_id"),
        (HEAD + f',"indicators":[{ROW},"lights":"red"}}]}}', "不认识的字段：lights"),
        (HEAD + f',"indicators":[{ROW},"actual":3}}]}}', "“indicators[1]”的 actual 应为文字"),
        (HEAD + f',"indicators":[{ROW},"likelihood":"确定能"}}]}}', "“indicators[1]”的 likelihood"),
        (HEAD + f',"indicators":[{ROW},"attainment":"达成"}}]}}', "“indicators[1]”的 attainment"),
        (HEAD + f',"indicators":[{ROW},"deviation_kinds":"funds"}}]}}', "deviation_kinds 应为列表"),
        (HEAD + f',"indicators":[{ROW},"deviation_kinds":[1]}}]}}', "deviation_kinds 应为文字"),
        (HEAD + f',"indicators":[{ROW},"deviation_kinds":["rain"]}}]}}', "deviation_kinds 应从"),
        (HEAD + f',"indicators":[{ROW},"deviation_kinds":["staff","funds"]}}]}}', "deviation_kinds 应从"),
        (HEAD + f',"indicators":[{ROW},"deviation_kinds":["funds","funds"]}}]}}', "deviation_kinds 应从"),
        (HEAD + f',"indicators":[{ROW}}},{ROW}}}]}}', "重复"),
    ],
)
def test_broken_documents_are_refused_by_place(broken, says):
    with pytest.raises(BadDocument, match=says.replace("[", r"\[").replace("]", r"\]")):
        MonitoringDocument.from_json(broken)
