"""What became of each value since the form was first sent (F119)."""

import datetime

import pytest
from django.utils import timezone

from declarations.models import Declaration, Indicator
from declarations.tables import INDICATORS, acts
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.reviewing import history
from perfgoals.reviewing.models import ValueChange
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(make_declaration, people):
    declaration = make_declaration(necessity="渗漏")
    for number in (1, 2):
        Indicator.objects.create(
            declaration=declaration,
            position=number,
            row_id=f"aaaa000{number}",
            level1="产出目标",
            level2="数量",
            name=f"面积 {number}",
            target="1344",
        )
    Declaration.objects.filter(pk=declaration.pk).update(
        state=State.RETURNED, submitted_by=people["信息中心填报人"], submitted_at=timezone.now()
    )
    declaration.refresh_from_db()
    return declaration


def save(declaration, person, path, value):
    seen = declaration.marks.filter(path=path).values_list("version", flat=True).first() or 0
    outcome = save_fields(declaration, [FieldChange(path, value, seen)], actor=person)
    assert outcome.saved, outcome


def later(minutes=30):
    """Everything so far happened a while ago."""
    for entry in ValueChange.objects.all():
        before = entry.changed_at - datetime.timedelta(minutes=minutes)
        ValueChange.objects.filter(pk=entry.pk).update(changed_at=before)


def test_a_draft_has_no_history(make_declaration, people):
    draft = make_declaration()
    save(draft, people["信息中心填报人"], "necessity", "渗漏")
    assert not ValueChange.objects.exists()
    assert history.changes_of(draft) == {}


def test_old_and_new_with_person_and_time(returned, people):
    save(returned, people["信息中心填报人"], "necessity", "渗漏严重")
    later()
    save(returned, people["信息中心同事"], "necessity", "外墙渗漏严重")
    first, second = history.changes_of(returned)["necessity"]
    assert (first.old, first.new, first.by) == ("渗漏", "渗漏严重", "信息中心填报人")
    assert (second.old, second.new, second.by) == ("渗漏严重", "外墙渗漏严重", "信息中心同事")
    assert ("insert", "外墙") in second.pieces


def test_typing_on_is_one_change_and_putting_back_is_none(returned, people):
    officer = people["信息中心填报人"]
    for text in ("渗漏严", "渗漏严重", "渗漏严重。"):
        save(returned, officer, "necessity", text)
    (one,) = history.changes_of(returned)["necessity"]
    assert (one.old, one.new) == ("渗漏", "渗漏严重。")
    save(returned, officer, "necessity", "渗漏")
    assert "necessity" not in history.changes_of(returned)


def test_rows_that_come_go_and_change(returned, people):
    officer = people["信息中心填报人"]
    save(returned, officer, "indicators.aaaa0001.target", "1344 平方米")
    acts.delete_row(returned, INDICATORS, "aaaa0002", actor=officer)
    acts.regroup_row(returned, INDICATORS, "aaaa0001", group=("产出目标", "质量"), actor=officer)
    changes = history.changes_of(returned)
    assert [(c.old, c.new) for c in changes["indicators.aaaa0002"]] == [("面积 2：1344", "")]
    assert [c.path for c in history.in_row(changes, "indicators.aaaa0001")] == [
        "indicators.aaaa0001.target",
        "indicators.aaaa0001.level1",
    ]
    acts.undo(returned, INDICATORS, step=None, actor=officer)
    acts.undo(returned, INDICATORS, step=None, actor=officer)
    left = history.changes_of(returned)
    assert "indicators.aaaa0002" not in left
    assert "indicators.aaaa0001.level1" not in left


def test_one_query_however_many(returned, people, django_assert_num_queries):
    for path in ("necessity", "legal_basis", "indicators.aaaa0001.target", "budget.total"):
        save(returned, people["信息中心填报人"], path, "1")
    with django_assert_num_queries(1):
        assert len(history.changes_of(returned)) == 4
