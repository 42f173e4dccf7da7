"""The reviewers' acts on a self-evaluation: who is told, what can be taken back, what an approval underneath it means."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from declarations import reviewing as of_targets
from declarations import workflow as targets
from declarations.models import Declaration
from evaluations import workflow
from evaluations.official import official
from evaluations.opening import open_evaluation
from evaluations.reviewing import give_points, send_back, undo
from evaluations.timeline import timeline_of
from perfgoals.notices.models import Notice, NoticeKind
from perfgoals.reviewing.acts import NotUndone
from perfgoals.reviewing.models import ReturnRound
from perfgoals.reviewing.receipts import receipts_of
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, mark_opened, perform
from tests.declarations.conftest import at  # noqa: F401
from tests.documents.ground import text_of

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


def test_the_receipt_of_a_submission_is_printed(sent, at, tmp_path):  # noqa: F811
    unit = at(OFFICER)
    page = unit.get(reverse("evaluations:submit", args=[sent.pk])).text
    [receipt] = receipts_of(sent)
    assert receipt.code in page
    answer = unit.get(reverse("evaluations:receipt", args=[sent.pk]))
    assert (answer.status_code, answer["content-type"]) == (200, "application/pdf")
    said = text_of(answer.content, tmp_path)
    assert receipt.code in said
    assert sent.project_name in said
    assert unit.get(reverse("evaluations:receipt", args=[sent.pk]), {"number": "7"}).status_code == 404


def test_the_details_behind_the_form_show_both_scores(sent, people):  # noqa: F811
    row = sent.indicators.first()
    give_points(sent, row.row_id, "45", "现场只见到九家的签到表", actor=people[REVIEWER], version=sent.version)
    perform(workflow.PASS, sent, actor=people[REVIEWER], version=sent.version)
    perform(workflow.CONFIRM, sent, actor=people[BUREAU], version=sent.version)
    [details] = official(sent, with_details=True).annexes()
    assert "审核得 45 分：现场只见到九家的签到表" in details.rows[0].remarks
    assert ("审核", "95 分（优）；与自评不同的是第 1 行，理由写在各行") in details.result
    assert dict(details.result)["总分"].startswith("100 分")
