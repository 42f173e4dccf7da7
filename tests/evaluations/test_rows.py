"""Rows of forms that stand alone: added in a group of the form, taken out again, never behind a lock."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from evaluations import rows
from evaluations.evidence import keep_evidence
from evaluations.models import Evaluation
from evaluations.opening import start_alone
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.reviewing.returning import NamedPlace, keep_round
from perfgoals.workflow import State, StateConflict
from tests.evaluations.test_evidence import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(people):
    return people["信息中心填报人"]


@pytest.fixture
def alone(season, officer):
    return start_alone(campaign=season, name="外来的项目", key=uuid.uuid4(), actor=officer)


def test_a_row_is_added_filled_and_taken_out(alone, officer):
    assert "|error:required_missing|" in alone.finding_codes
    first = rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    second = rows.add_row(alone, "效益指标", "社会效益指标", actor=officer)
    assert [row.row_id for row in alone.document().indicators] == [first.row_id, second.row_id]
    save_fields(alone, [FieldChange(f"indicators.{first.row_id}.name", "巡检次数")], actor=officer)
    version = alone.version
    rows.delete_row(alone, first.row_id, actor=officer)
    rows.delete_row(alone, first.row_id, actor=officer)  # a second click
    assert [row.row_id for row in alone.document().indicators] == [second.row_id]
    assert alone.version == version + 1
    assert not alone.marks.exists()


def test_only_groups_of_this_form(alone, officer):
    for level1, level2 in (("投入与管理", ""), ("产出指标", ""), ("产出指标", "社会效益指标")):
        with pytest.raises(ValidationError, match="没有这一组"):
            rows.add_row(alone, level1, level2, actor=officer)


def test_a_row_with_evidence_stays(alone, officer):
    row = rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    keep_evidence(alone, upload(), actor=officer, row_id=row.row_id)
    with pytest.raises(ValidationError, match="佐证材料"):
        rows.delete_row(alone, row.row_id, actor=officer)
    assert alone.indicators.count() == 1


def test_not_on_copied_targets_nor_by_others(alone, opened, people, officer):
    with pytest.raises(PermissionDenied):
        rows.add_row(alone, "产出指标", "数量指标", actor=people["服务中心填报人"])
    copied = opened()
    with pytest.raises(PermissionDenied):
        rows.add_row(copied, "产出指标", "数量指标", actor=officer)
    with pytest.raises(PermissionDenied):
        rows.delete_row(copied, copied.indicators.first().row_id, actor=officer)


def test_a_return_that_names_other_places_keeps_the_table_closed(alone, officer, people):
    rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    Evaluation.objects.filter(pk=alone.pk).update(state=State.RETURNED)
    alone.refresh_from_db()
    keep_round(alone, actor=people["财政审核人"], comment="改", places=[NamedPlace("annual_goal")])
    with pytest.raises(StateConflict):
        rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    keep_round(alone, actor=people["财政审核人"], comment="改", places=[NamedPlace("section:indicators")])
    rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    assert AuditRecord.objects.get(action="edit_rows").changes == {"rows": "在“产出指标/数量指标”加了一行"}


def test_how_many(alone, officer, monkeypatch):
    monkeypatch.setattr(rows, "MOST", 1)
    rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    version = alone.version
    with pytest.raises(ValidationError, match="最多 1 行"):
        rows.add_row(alone, "产出指标", "数量指标", actor=officer)
    assert (alone.indicators.count(), alone.version) == (1, version)
