"""The door: one winner, no half steps, no way around it."""

import dataclasses
import datetime
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from declarations.models import Declaration
from declarations.workflow import SUBMIT, TRANSITIONS
from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision
from perfgoals.findings import Finding, Level
from perfgoals.workflow import Incomplete, State, StateConflict, available, first_review_step, perform

pytestmark = pytest.mark.django_db

FREE = dataclasses.replace(SUBMIT, blocking=lambda filing: [])
BLOCKED = dataclasses.replace(
    SUBMIT, blocking=lambda filing: [Finding("x", Level.ERROR, "necessity", "没有写。")]
)
RETURN = dataclasses.replace(
    FREE,
    action="return",
    target=State.RETURNED,
    needs_comment=lambda filing: True,
    freezes=False,
    stamps=lambda actor: {},
)


def test_submitting_writes_state_revision_and_record_together(people, make_declaration):
    filer, draft = people["信息中心填报人"], make_declaration(necessity="房屋渗漏")
    revision = perform(FREE, draft, actor=filer, version=1)
    assert draft.state == State.DEPARTMENT_REVIEW
    assert (draft.version, draft.submitted_by) == (2, filer)
    assert revision.number == 1
    assert revision.declaration().necessity == "房屋渗漏"
    assert revision.fingerprint == revision.declaration().fingerprint
    record = AuditRecord.objects.get()
    assert (record.action, record.from_state, record.to_state) == ("submit", "draft", "dept_review")
    assert record.changes == {"fingerprint": revision.fingerprint}


def test_an_arrow_counts_as_a_change_for_the_lists(people, make_declaration):
    draft = make_declaration()
    long_ago = timezone.now() - datetime.timedelta(days=30)
    Declaration.objects.filter(pk=draft.pk).update(changed_at=long_ago)
    perform(FREE, draft, actor=people["信息中心填报人"], version=1)
    assert draft.changed_at > long_ago + datetime.timedelta(days=29)


def test_a_refused_form_is_left_exactly_as_it_was(people, make_declaration):
    draft = make_declaration()
    with pytest.raises(Incomplete) as refusal:
        perform(BLOCKED, draft, actor=people["信息中心填报人"], version=1)
    assert [finding.code for finding in refusal.value.findings] == ["x"]
    kept = Declaration.objects.get(pk=draft.pk)
    assert (kept.state, kept.version, kept.submitted_by) == (State.DRAFT, 1, None)
    assert Revision.objects.count() == AuditRecord.objects.count() == 0


def test_nobody_passes_what_they_have_not_seen(people, make_declaration):
    draft = make_declaration()
    Declaration.objects.filter(pk=draft.pk).update(version=5, necessity="别人刚写的")
    with pytest.raises(StateConflict):
        perform(FREE, draft, actor=people["信息中心填报人"], version=1)
    assert Declaration.objects.get(pk=draft.pk).state == State.DRAFT


def test_what_is_frozen_is_what_the_database_holds(people, make_declaration):
    """A stale copy in memory must not be what reviewers get to see."""
    draft = make_declaration(necessity="旧")
    Declaration.objects.filter(pk=draft.pk).update(necessity="新")
    revision = perform(FREE, draft, actor=people["信息中心填报人"], version=1)
    assert revision.declaration().necessity == "新"


@pytest.mark.parametrize(
    "who", ["服务中心填报人", "信息中心审核人", "发改委审核人", "财政审核人", "系统管理员", "外区填报人"]
)
def test_only_the_unit_s_officers_submit(people, make_declaration, who):
    draft = make_declaration()
    assert available(TRANSITIONS, draft, people[who]) == []
    with pytest.raises(PermissionDenied):
        perform(FREE, draft, actor=people[who], version=1)


def test_a_comment_is_needed_where_the_arrow_says_so(people, make_declaration):
    draft = make_declaration()
    with pytest.raises(Incomplete) as refusal:
        perform(RETURN, draft, actor=people["信息中心填报人"], version=1, comment="  ")
    assert refusal.value.findings[-1].code == "comment_missing"
    perform(RETURN, draft, actor=people["信息中心填报人"], version=1, comment="请补单位")
    assert draft.state == State.RETURNED


@pytest.mark.parametrize(
    ("unit", "unit_review", "step"),
    [
        ("信息中心", False, State.DEPARTMENT_REVIEW),
        ("信息中心", True, State.UNIT_REVIEW),
        ("金融办", False, State.FINANCE_REVIEW),
        ("金融办", True, State.UNIT_REVIEW),
    ],
)
def test_the_chain_skips_the_department_of_a_department(make_declaration, campaign, unit, unit_review, step):
    campaign.has_unit_review = unit_review
    campaign.save()
    assert first_review_step(make_declaration(unit=unit)) == step


def test_revisions_and_records_never_change(people, make_declaration):
    perform(FREE, make_declaration(), actor=people["信息中心填报人"], version=1)
    for model, column in ((Revision, "reason"), (AuditRecord, "comment")):
        row = model.objects.get()
        setattr(row, column, "x")
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(TypeError):
            model.objects.update(**{column: "x"})
        with pytest.raises(TypeError):
            model.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_of_eight_simultaneous_clicks_exactly_one_wins(people, make_declaration):
    draft, filer = make_declaration(), people["信息中心填报人"]
    outcomes = []
    start = threading.Barrier(8)

    def click():
        mine = Declaration.objects.get(pk=draft.pk)
        start.wait()
        try:
            perform(FREE, mine, actor=filer, version=1)
            outcomes.append("moved")
        except StateConflict:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 7 + ["moved"]
    assert Revision.objects.count() == AuditRecord.objects.count() == 1
