"""Two people, or two workers, open the same self-evaluations at once: real threads, on whichever database the suite runs."""

import contextlib

import pytest

from declarations.models import Declaration
from declarations.reviewing import undo
from declarations.workflow import APPROVE
from evaluations.evidence import keep_evidence
from evaluations.models import Evaluation, EvaluationRow, Evidence
from evaluations.opening import NothingApproved, open_evaluation, open_for_unit
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing.acts import NotUndone
from perfgoals.workflow import State, perform
from tests.declarations.test_conflicts import at_once
from tests.evaluations.test_evidence import upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_opening_at_once_opens_once(approved, season, people):
    targets = approved()
    names = ("信息中心填报人", "信息中心同事", "业务管理员", "信息中心填报人")
    made = at_once(
        [lambda name=name: open_evaluation(targets.project, season, actor=people[name]).pk for name in names]
    )
    assert len(set(made)) == 1
    assert EvaluationRow.objects.count() == targets.indicators.count()
    assert AuditRecord.objects.filter(action="evaluation_open").count() == 1


def test_two_workers_on_one_unit_open_each_form_once(approved, season, people, places):
    promised = [approved("xxzx-2020-5"), approved("xxzx-2020-3"), approved("xxzx-2020-1")]
    work = lambda: open_for_unit(places["信息中心"], season, actor=people["业务管理员"])  # noqa: E731
    done = at_once([work, work, work])
    assert sorted(name for one in done for name in one.made) == sorted(one.project_name for one in promised)
    assert all(one.failed == [] and one.done == 3 for one in done)
    assert Evaluation.objects.count() == 3
    assert EvaluationRow.objects.count() == sum(one.indicators.count() for one in promised)


def test_a_form_opened_while_the_approval_is_taken_back(make_declaration, season, people):
    """Either the 批复 stands and a form was made from it, or it is gone and there is none."""
    targets = make_declaration()
    Declaration.objects.filter(pk=targets.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=people["信息中心填报人"], submitted_at=targets.created_at
    )
    targets.refresh_from_db()
    perform(APPROVE, targets, actor=people["财政审核人"], version=targets.version)

    def begin():
        with contextlib.suppress(NothingApproved):
            open_evaluation(targets.project, season, actor=people["信息中心填报人"])

    def take_back():
        with contextlib.suppress(NotUndone):
            undo(Declaration.objects.get(pk=targets.pk), actor=people["财政审核人"])

    at_once([begin, take_back])
    targets.refresh_from_db()
    assert Evaluation.objects.exists() == (targets.state == State.APPROVED)


def test_a_double_click_uploads_once(opened, people):
    evaluation = opened()
    work = lambda: keep_evidence(evaluation, upload(), actor=people["信息中心填报人"]).pk  # noqa: E731
    kept = at_once([work, work, work])
    assert len(set(kept)) == 1
    evidence = Evidence.objects.get()
    _, stored = evidence.file.storage.listdir(str(evaluation.pk))
    assert stored == [evidence.file.name.rpartition("/")[2]]
