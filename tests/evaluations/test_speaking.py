"""Rows and document say the same, whatever is written."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations.models import Project
from evaluations.models import Evaluation
from evaluations.speaking import document_of, write_rows
from perfgoals.documents.declaration import DateValue, read_amount, read_date
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow, GroupPoints
from perfgoals.editions import all_editions, get_edition

pytestmark = pytest.mark.django_db

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "evaluations").glob("*.json"))
EDITIONS = sorted(key for key, edition in all_editions().items() if edition.kind == "evaluation")


@pytest.fixture
def empty(places, season):
    project = Project.objects.create(organization=places["信息中心"], name="办公用房修缮", code="P-7")
    return Evaluation.objects.create(
        project=project,
        organization=places["信息中心"],
        campaign=season,
        fiscal_year=2020,
        edition_id=season.edition_id,
    )


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_published_forms_come_back_as_they_were(path, empty):
    document = EvaluationDocument.from_json(path.read_text("utf-8"))
    empty.edition_id, empty.fiscal_year = document.form, document.fiscal_year
    empty.organization.name, empty.project.code = document.budget_unit, document.project_code
    write_rows(document, empty)
    fresh = Evaluation.objects.get(pk=empty.pk)
    fresh.organization.name, fresh.project.code = document.budget_unit, document.project_code
    assert document_of(fresh).to_json() == document.to_json()


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
some = st.none() | texts.filter(bool)
points = st.sampled_from(("3", "12.50", "３分", "五分", "100"))


@st.composite
def documents(draw):
    edition = get_edition(draw(st.sampled_from(EDITIONS)))
    budget = {}
    for key, field in edition.fields.items():
        if key.startswith("budget."):
            typed = draw(st.none() | st.sampled_from(("1234.50", "八万", "0", "62.16%", "-3")))
            read = read_amount(typed or "")
            budget[key[7:]] = str(read) if read is not None and field.kind == "amount" else typed
    day = draw(st.sampled_from((None, "2022.3.2", "去年底", "2022-02-30")))
    return EvaluationDocument(
        form=edition.id,
        fiscal_year=draw(st.integers(2018, 2030)),
        budget_unit="上海市经济信息中心",
        project_code="P-7",
        project_name=draw(some),
        is_recurring=draw(st.none() | st.booleans()),
        is_finished=draw(st.none() | st.booleans()),
        evaluation_date=day and DateValue(day, iso.isoformat() if (iso := read_date(day)) else None),
        grade=draw(some),
        annual_goal=draw(some),
        main_results=draw(some),
        target_column=draw(some),
        budget=budget,
        groups=tuple(draw(st.lists(st.builds(GroupPoints, texts, some, points), max_size=3))),
        indicators=tuple(
            draw(
                st.lists(
                    st.builds(
                        EvaluationRow,
                        row_id=st.text("0123456789abcdef", min_size=1, max_size=8),
                        level1=texts,
                        level2=some,
                        name=texts,
                        target=texts,
                        weight=st.none() | points,
                        rule=texts,
                        actual=texts,
                        operator=st.sampled_from(("", ">=")),
                        band=st.sampled_from(("", "achieved")),
                        self_score=st.none() | points,
                        reviewer_score=st.none() | points,
                        deviation_reason=texts,
                        evidence=texts,
                        remark=texts,
                        not_applicable=st.booleans(),
                        is_key=st.booleans(),
                    ),
                    max_size=4,
                    unique_by=lambda row: row.row_id,
                )
            )
        ),
        totals=draw(st.dictionaries(st.sampled_from(("weight", "self_score")), st.none() | points)),
        extra=draw(st.dictionaries(st.sampled_from(("project_leader", "conclusion")), texts.filter(bool))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_any_document_comes_back_as_it_was(empty, document):
    empty.edition_id, empty.fiscal_year = document.form, document.fiscal_year
    write_rows(document, empty)
    said = document_of(Evaluation.objects.get(pk=empty.pk))
    assert said == document
    assert said.fingerprint == document.fingerprint


def test_readings_stand_beside_the_text(empty):
    document = EvaluationDocument.from_json(FIXTURES[0].read_text("utf-8"))
    write_rows(document, empty)
    empty.refresh_from_db()
    assert (empty.executed_typed, empty.executed) == ("257602.00", Decimal("257602.00"))
    assert empty.evaluation_date.isoformat() == "2022-03-02"
    assert {row.self_score for row in empty.indicators.all()} >= {Decimal(3), Decimal(2)}
    assert empty.extra == {"budget.execution_rate": "62.16%"}


def test_amounts_by_source_are_kept(empty):
    document = EvaluationDocument.from_dict(
        json.loads(FIXTURES[0].read_text("utf-8"))
        | {
            "form": empty.edition_id,
            "budget": {"executed": "100", "executed_fiscal": "60,000.5", "executed_other": "四十"},
        }
    )
    write_rows(document, empty)
    said = document_of(Evaluation.objects.get(pk=empty.pk))
    assert (said.text("budget.executed_fiscal"), said.text("budget.executed_other")) == ("60000.5", "四十")
    assert said.amount("executed_fiscal") == Decimal("60000.5")
