"""The demonstration's self-evaluations: the published ones as they were printed, and drafts to try."""

from decimal import Decimal

import pytest

from declarations import demo as targets
from evaluations import demo
from evaluations.contradictions import DEFECTS
from evaluations.models import Evaluation, EvaluationRow, KeptScore
from evaluations.scoring import same_figures
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(_cheap_passwords):
    targets.load()
    return demo.load()


def test_published_forms_are_confirmed_with_their_figures(loaded):
    published = Evaluation.objects.filter(state=State.CONFIRMED).order_by("source_id")
    assert [(one.total, one.computed_grade, one.execution_rate) for one in published] == [
        (Decimal("95.00"), "优秀", Decimal("62.16")),
        (Decimal("100.00"), "优秀", Decimal("100.00")),
        (Decimal("100.00"), "优秀", Decimal("100.00")),
    ]
    documents = dict(demo.published_documents())
    for one in published:
        revision = Revision.objects.get(kind="evaluation", object_id=one.pk)
        assert revision.fingerprint == documents[one.source_id].fingerprint == one.document().fingerprint
        assert same_figures(KeptScore.objects.get(evaluation=one).sheet)
    found = {
        code for one in published for code in one.finding_codes.strip("|").replace("doubt:", "").split("|")
    }
    assert set(DEFECTS) <= found


def test_drafts_hold_the_targets_of_2020(loaded):
    drafts = Evaluation.objects.filter(state=State.DRAFT)
    assert drafts.count() == loaded["自评草稿"] == 14
    for draft in drafts:
        promised = draft.declaration.indicators.values_list("row_id", "name", "target")
        assert list(draft.indicators.values_list("row_id", "name", "target")) == list(promised)


def test_their_own_people_see_them(loaded):
    def seen_by(name):
        return Evaluation.objects.visible_to(User.objects.get(username=name))

    assert seen_by("filer-xxzx").filter(state=State.DRAFT).count() == 7
    assert seen_by("filer-ptjrb").count() == 2
    assert not seen_by("auditor").exists()


def test_loading_again_changes_nothing_that_somebody_typed(loaded):
    row = EvaluationRow.objects.filter(evaluation__state=State.DRAFT).first()
    EvaluationRow.objects.filter(pk=row.pk).update(actual="7次")
    before = (Evaluation.objects.count(), EvaluationRow.objects.count(), Revision.objects.count())
    records = AuditRecord.objects.count()
    assert demo.load() == loaded
    assert (Evaluation.objects.count(), EvaluationRow.objects.count(), Revision.objects.count()) == before
    assert AuditRecord.objects.count() == records
    row.refresh_from_db()
    assert row.actual == "7次"
