"""The declaration document: canonical, closed, and equal after any round trip."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfgoals.documents.declaration import (
    BadDocument,
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
    read_amount,
)

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "declaration.schema.json").read_text(encoding="utf-8")
)
text = st.text(max_size=40)
some_text = st.none() | text
row_ids = st.text("0123456789abcdef", min_size=1, max_size=8)
rows = st.builds(
    IndicatorRow, row_id=row_ids, level1=text, level2=some_text, name=text, target=text, weight=some_text
)
documents = st.builds(
    DeclarationDocument,
    form=text,
    fiscal_year=st.integers(1990, 2100),
    declaring_unit=text,
    project_name=some_text,
    necessity=some_text,
    includes_government_purchase=st.none() | st.booleans(),
    start_date=st.none() | st.builds(DateValue, printed=text, iso=st.none() | st.just("2020-02-01")),
    budget=st.dictionaries(text, some_text, max_size=4),
    sub_projects=st.lists(
        st.builds(SubProjectRow, row_id=row_ids, name=text, amount=some_text),
        max_size=3,
        unique_by=lambda r: r.row_id,
    ).map(tuple),
    indicators=st.lists(rows, max_size=4, unique_by=lambda r: r.row_id).map(tuple),
    extra=st.dictionaries(text, text, max_size=3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_round_trip_is_exact(document):
    again = DeclarationDocument.from_json(document.to_json())
    assert again == document
    assert again.to_json() == document.to_json()
    assert again.fingerprint == document.fingerprint


def test_every_document_fits_the_published_schema():
    document = DeclarationDocument(
        form="sh-2018-declaration",
        fiscal_year=2018,
        declaring_unit="上海市金融服务办公室",
        start_date=DateValue("2018年1月1日", "2018-01-01"),
        budget={"total": "1104600", "current_year": None},
        sub_projects=(SubProjectRow("a1", "平台", "1104600"),),
        indicators=(IndicatorRow("b2", "产出目标", None, "系统测试通过率", "100%"),),
    )
    data = json.loads(document.to_json())
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    assert set(SCHEMA["properties"]) == set(data)
    assert set(SCHEMA["properties"]["indicators"]["items"]["properties"]) == set(data["indicators"][0])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_schema_holds_for_anything_typed(document):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(document.to_json()))


def test_json_is_canonical():
    document = DeclarationDocument(form="f", fiscal_year=2020, declaring_unit="甲", project_name="“乙”")
    raw = document.to_json()
    assert " " not in raw
    assert "\\u" not in raw
    assert list(json.loads(raw)) == sorted(json.loads(raw))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("", "不是有效的 JSON"),
        ("[" * 100_000, "不是有效的 JSON"),
        ("[]", "不是绩效目标申报文件"),
        ('{"schema":"perfgoals-declaration/9"}', "schema"),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":"2020"}',
            "fiscal_year",
        ),
        ('{"schema":"perfgoals-declaration/1","form":1,"declaring_unit":"u","fiscal_year":2020}', "form"),
        ('{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"x":1}', "x"),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"necessity":5}',
            "necessity",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"budget":[]}',
            "budget",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"indicators":[{}]}',
            "indicators[1]",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,'
            '"sub_projects":[{"row_id":"a","name":"x","amount":null},{"row_id":"a","name":"y","amount":null}]}',
            "重复",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,'
            '"sub_projects":[{"row_id":"","name":"x","amount":null}]}',
            "row_id",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,'
            '"indicators":[{"row_id":null,"level1":"a","level2":null,"name":"x","target":"y"}]}',
            "row_id",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,'
            '"indicators":[{"row_id":"a","level1":"a","level2":null,"name":null,"target":"y"}]}',
            "name",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"extra":{"a":null}}',
            "extra",
        ),
        (
            '{"schema":"perfgoals-declaration/1","form":"f","declaring_unit":"u","fiscal_year":2020,"start_date":"x"}',
            "start_date",
        ),
    ],
)
def test_broken_json_is_refused_with_its_place(broken, says):
    with pytest.raises(BadDocument, match=says.replace("[", r"\[")):
        DeclarationDocument.from_json(broken)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("8,825,000", "8825000"),
        ("600000.00", "600000.00"),
        ("600,000.00元", "600000.00"),
        ("１１０", "110"),
        ("-5", "-5"),
        ("9,999,999,999,999.99", "9999999999999.99"),
        ("10,000,000,000,000", None),
        ("8,82", None),
        ("8,8250,00", None),
        ("3万元", None),
        ("三百万", None),
        ("1.005", None),
        ("1e5", None),
        ("NaN", None),
        ("", None),
        ("九" * 100_000, None),
    ],
)
def test_amounts_are_read_or_not_at_all(typed, value):
    assert read_amount(typed) == (None if value is None else Decimal(value))
