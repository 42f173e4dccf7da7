"""The reviewers' acts on a self-evaluation: who is told, what can be taken back, what an approval underneath it means."""

import pytest
from django.core.exceptions import PermissionDenied

from declarations import reviewing as of_targets
from declarations import workflow as targets
from declarations.models import Declaration
from evaluations import workflow
from evaluations.opening import open_evaluation
from evaluations.reviewing import send_back, undo
from evaluations.timeline import timeline_of
from perfgoals.notices.models import Notice, NoticeKind
from perfgoals.reviewing.acts import NotUndone
from perfgoals.reviewing.models import ReturnRound
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, mark_opened, perform

from .test_workflow import OFFICER, sent  # noqa: F401

pytestmark = pytest.mark.django_db
REVIEWER, BUREAU = "发改委审核人", "财政审核人"


def told(kind):
    return {notice.person.name: notice.text for notice in Notice.objects.filter(kind=kind)}


def test_everybody_hears_of_what_is_theirs(sent, people):  # noqa: F811
    assert set(told(NoticeKind.WAITING)) == {REVIEWER}
    assert "的自评表。" in told(NoticeKind.WAITING)[REVIEWER]
    send_back(sent, actor=people[REVIEWER], version=sent.version, comment="签到表要补")
    assert set(told(NoticeKind.RETURNED)) == {OFFICER, "信息中心同事"}
    assert "的自评表被退回：签到表要补" in told(NoticeKind.RETURNED)[OFFICER]
    perform(workflow.SUBMIT, sent, actor=people[OFFICER], version=sent.version)
    assert not Notice.objects.filter(kind=NoticeKind.RETURNED, read_at__isnull=True).exists()
    perform(workflow.PASS, sent, actor=people[REVIEWER], version=sent.version)
    assert BUREAU in told(NoticeKind.WAITING)
    perform(workflow.CONFIRM, sent, actor=people[BUREAU], version=sent.version)
    assert "的自评表已确认" in told(NoticeKind.CONFIRMED)[OFFICER]


def test_a_return_is_taken_back_with_its_places_and_its_notice(sent, people):  # noqa: F811
    row = sent.indicators.first()
    place = NamedPlace(f"indicators.{row.row_id}.actual", "写明签到表")
    send_back(sent, actor=people[REVIEWER], version=sent.version, comment="改", places=[place])
    undo(sent, actor=people[REVIEWER])
    undo(sent, actor=people[REVIEWER])  # twice does no harm
    assert sent.state == State.DEPARTMENT_REVIEW
    assert not ReturnRound.objects.exists()
    assert not told(NoticeKind.RETURNED)
    assert [step.text for step in timeline_of(sent)][-4:] == [
        f"{REVIEWER} 撤销退回", "主管部门审核", "财政审核", "确认",
    ]  # fmt: skip
    with pytest.raises(PermissionDenied):
        undo(sent, actor=people[BUREAU])


def test_a_confirmation_is_taken_back_for_a_minute(sent, people):  # noqa: F811
    perform(workflow.PASS, sent, actor=people[REVIEWER], version=sent.version)
    mark_opened(sent, reviewer=people[BUREAU])
    with pytest.raises(NotUndone, match="下一位已经打开"):
        undo(sent, actor=people[REVIEWER])
    perform(workflow.CONFIRM, sent, actor=people[BUREAU], version=sent.version)
    undo(sent, actor=people[BUREAU])
    assert sent.state == State.FINANCE_REVIEW
    assert not told(NoticeKind.CONFIRMED)


def test_targets_that_are_being_evaluated_stay_approved(make_declaration, season, people):
    """批复 is not taken back under the hands of whoever has copied the targets."""
    form = make_declaration()
    Declaration.objects.filter(pk=form.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=people[OFFICER], submitted_at=form.created_at
    )
    form.refresh_from_db()
    perform(targets.APPROVE, form, actor=people[BUREAU], version=form.version)
    open_evaluation(form.project, season, actor=people[OFFICER])
    with pytest.raises(NotUndone, match="已经从它建了自评表"):
        of_targets.undo(form, actor=people[BUREAU])
    assert Declaration.objects.get(pk=form.pk).state == State.APPROVED
