"""What the database itself refuses, and what a list of evaluations costs."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations.models import Project
from evaluations.checking import check, for_check
from evaluations.models import Evaluation, EvaluationMark, EvaluationRow
from evaluations.opening import open_for_unit
from perfgoals.campaigns.models import Extension
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(opened):
    return opened()


def twin(evaluation, **columns):
    return Evaluation(
        project=evaluation.project,
        organization=evaluation.organization,
        campaign=evaluation.campaign,
        fiscal_year=2020,
        edition_id=evaluation.edition_id,
        **columns,
    )


@pytest.mark.parametrize("state", [State.DRAFT, State.CONFIRMED])
def test_a_project_has_one_evaluation_in_a_campaign(evaluation, state):
    with pytest.raises(IntegrityError), transaction.atomic():
        twin(evaluation, state=state).save()


@pytest.mark.parametrize(
    "columns",
    [
        {"state": State.FINANCE_REVIEW},  # nobody sent it
        {"targets_copied_at": None},  # copied, but when?
    ],
)
def test_columns_that_contradict_each_other(evaluation, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(**columns)


def test_a_row_and_a_mark_stand_once(evaluation, people):
    row = evaluation.indicators.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationRow.objects.create(evaluation=evaluation, row_id=row.row_id, position=99, level1="产出指标")
    EvaluationMark.objects.create(evaluation=evaluation, path="grade", saved_by=people["信息中心填报人"])
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationMark.objects.create(evaluation=evaluation, path="grade", saved_by=people["信息中心填报人"])


def test_an_approved_declaration_with_an_evaluation_is_not_deleted(evaluation):
    with pytest.raises(ProtectedError):
        evaluation.declaration.delete()
    with pytest.raises(ProtectedError):
        Project.objects.get(pk=evaluation.project_id).delete()


def test_late_and_overdue_follow_the_units_own_deadline(evaluation, people):
    campaign, now = evaluation.campaign, timezone.now()
    assert not evaluation.is_overdue
    campaign.closes_at = now - datetime.timedelta(days=1)
    campaign.save()
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    assert evaluation.is_overdue
    Evaluation.objects.filter(pk=evaluation.pk).update(first_submitted_at=now)
    assert Evaluation.objects.get(pk=evaluation.pk).was_late
    Extension.objects.create(
        campaign=campaign,
        organization=evaluation.organization,
        closes_at=now + datetime.timedelta(days=1),
        reason="系统割接",
        granted_by=people["业务管理员"],
    )
    assert not Evaluation.objects.get(pk=evaluation.pk).was_late


def test_lists_and_check_ups_cost_the_same_for_many(approved, season, people, places):
    def cost(read):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(read())
        return len(queries)

    def rows():
        found = Evaluation.objects.visible_to(people["业务管理员"]).for_list().with_deadline()
        return [(one.project.name, one.organization.name, one.deadline, one.total, one.state) for one in found]

    def checked():
        found = for_check(Evaluation.objects.visible_to(people["业务管理员"]))
        return [check(one, is_new=True).findings for one in found]

    approved("xxzx-2020-5")
    open_for_unit(places["信息中心"], season, actor=people["业务管理员"])
    few = cost(rows), cost(checked)
    for source in ("xxzx-2020-1", "xxzx-2020-3", "xxzx-2020-2"):
        approved(source)
    open_for_unit(places["信息中心"], season, actor=people["业务管理员"])
    assert Evaluation.objects.count() == 4
    assert (cost(rows), cost(checked)) == few == (1, 2)
