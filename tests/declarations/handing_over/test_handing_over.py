"""移交: what is open by name moves to a colleague of the same role and unit; history keeps its names."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from declarations import permissions
from declarations.handing_over.moving import hand_over
from declarations.handing_over.open_work import counts_of, totals_of
from declarations.models import Declaration
from declarations.workflow import RECALL
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.handover.models import Handover, givers_of
from perfgoals.jobs.models import Job, JobState
from perfgoals.notices.models import Notice, NoticeKind
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import State, perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_declaration, people):
    declaration = make_declaration()
    now = timezone.now()
    Declaration.objects.filter(pk=declaration.pk).update(
        state=State.DEPARTMENT_REVIEW, submitted_by=people["信息中心填报人"], submitted_at=now
    )
    declaration.refresh_from_db()
    return declaration


@pytest.fixture
def giver(people):
    return people["信息中心填报人"]


@pytest.fixture
def taker(people):
    return people["信息中心同事"]


def over(giver, taker, people, reason="调离", who="业务管理员"):
    return hand_over(giver, taker, reason=reason, actor=people[who])


def open_keys(user):
    return {kind.key: number for kind, number in counts_of(user) if number}


def test_the_right_to_recall_moves_and_the_name_stays(sent, giver, taker, people):
    assert not permissions.may_recall(taker, sent)
    over(giver, taker, people)
    assert permissions.may_recall(taker, sent)
    perform(RECALL, sent, actor=taker, version=sent.version)
    assert sent.state == State.DRAFT
    assert sent.submitted_by == giver


def test_what_the_giver_sends_afterwards_is_their_own(sent, giver, taker, people):
    over(giver, taker, people)
    Declaration.objects.filter(pk=sent.pk).update(submitted_at=timezone.now() + datetime.timedelta(seconds=5))
    sent.refresh_from_db()
    assert not permissions.may_recall(taker, sent)
    assert permissions.may_recall(giver, sent)


def test_nobody_approves_what_they_submitted_whatever_was_handed_over(sent, giver, taker, people, places):
    over(giver, taker, people)
    User.objects.filter(pk=giver.pk).update(role="department_reviewer", organization=places["发改委"])
    assert not permissions.may_review(User.objects.get(pk=giver.pk), sent)


def test_open_mentions_notices_and_exports_move_and_closed_ones_stay(sent, giver, taker, people):
    reviewer = people["发改委审核人"]
    now = timezone.now()
    for resolved in (None, now):
        comment = Comment.objects.create(filing=sent, text="请看", author=reviewer, resolved_at=resolved)
        comment.mentions.add(giver)
    for read in (None, now):
        Notice.objects.create(
            person=giver, kind=NoticeKind.REMINDED, text="催办", url="/", created_at=now, read_at=read
        )
    later = now + datetime.timedelta(days=1)
    for state, result, expires in (
        (JobState.WORKING, "", None),
        (JobState.DONE, "a.zip", later),
        (JobState.DONE, "b.zip", now - datetime.timedelta(days=1)),
        (JobState.FAILED, "", None),
    ):
        Job.objects.create(
            id=uuid.uuid4(), kind="x", title="导出", owner=giver, state=state, result=result, expires_at=expires
        )
    promised = open_keys(giver)
    assert promised == {"recalls": 1, "mentions": 1, "notices": 1, "exports": 2}
    assert totals_of([giver, taker]) == {giver.pk: 5, taker.pk: 0}
    act = over(giver, taker, people)
    assert act.moved == promised
    assert Comment.objects.filter(mentions=taker).count() == 1
    assert Comment.objects.filter(mentions=giver, resolved_at=None).count() == 0
    assert taker.notices.count() == 1
    assert set(Job.objects.filter(owner=taker).values_list("state", flat=True)) == {"working", "done"}
    assert open_keys(giver) == {"recalls": 1}  # the name stays; the right is shared until it is used
    record = AuditRecord.objects.get(action="hand_over")
    assert record.changes == {"taker": taker.name, "count": 5}


def test_a_seat_moves_unless_its_holder_has_begun_or_the_taker_sits_there(sent, people, places):
    from perfgoals.appraising.models import InterestStatement, Panel, PanelCase, PanelMember
    from perfgoals.workflow import freeze

    giver = people["财政审核人"]
    taker = User.objects.create_user(
        "second", "x", name="第二人", role=giver.role, organization=places["财政局"]
    )

    def seat(name, *others):
        panel = Panel.objects.create(
            name=name,
            region=places["财政局"].region,
            questionnaire_id="x",
            mode="grades",
            meets_on=timezone.localdate(),
            opened_by=giver,
        )
        members = [PanelMember.objects.create(panel=panel, user=user) for user in (giver, *others)]
        case = PanelCase.objects.create(
            panel=panel,
            filing=sent,
            revision=freeze(sent, actor=giver, reason="submit"),
            organization=sent.organization,
            chair=giver,
        )
        return panel, members[0], case

    free, _, free_case = seat("空着的")
    _, begun, begun_case = seat("开始了的")
    InterestStatement.objects.create(case=begun_case, member=begun, has_conflict=False)
    both, _, _ = seat("都在的", taker)
    over(giver, taker, people)
    assert list(free.members.values_list("user", flat=True)) == [taker.pk]
    free_case.refresh_from_db()
    begun_case.refresh_from_db()
    assert (free_case.chair, begun_case.chair) == (taker, giver)
    assert set(both.members.values_list("user", flat=True)) == {giver.pk, taker.pk}
    begun.refresh_from_db()
    assert begun.user == giver


def test_handing_on_reaches_the_last_hand_and_comes_back(giver, taker, people, places):
    third = User.objects.create_user(
        "third", "x", name="第三人", role=giver.role, organization=places["信息中心"]
    )
    over(giver, taker, people)
    over(taker, third, people)
    assert set(givers_of(third)) == {giver.pk, taker.pk}
    assert givers_of(taker) == {}
    over(third, giver, people, reason="回岗")
    assert set(givers_of(giver)) == {taker.pk, third.pk}
    assert givers_of(third) == {}


@pytest.mark.parametrize(
    ("who", "field"),
    [
        ("信息中心审核人", "taker"),
        ("服务中心填报人", "taker"),
        ("信息中心填报人", "taker"),
        ("外区填报人", "taker"),
    ],
)
def test_only_a_colleague_of_the_same_role_and_unit_takes_over(giver, people, who, field):
    with pytest.raises(ValidationError) as refused:
        over(giver, people[who], people)
    assert list(refused.value.message_dict) == [field]
    assert not Handover.objects.exists()


def test_a_closed_account_gives_and_does_not_take(giver, taker, people):
    User.objects.filter(pk=giver.pk).update(is_active=False)
    over(giver, taker, people)
    with pytest.raises(ValidationError):
        over(taker, giver, people)


@pytest.mark.parametrize("who", ["信息中心填报人", "财政审核人", "安全管理员", "审计员", "外区财政审核人"])
def test_others_hand_nothing_over(giver, taker, people, who):
    with pytest.raises(PermissionDenied):
        over(giver, taker, people, who=who)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_a_reason_is_needed(giver, taker, people, reason):
    with pytest.raises(ValidationError) as refused:
        over(giver, taker, people, reason=reason)
    assert list(refused.value.message_dict) == ["reason"]


def test_the_system_admin_hands_over_by_counts_and_sees_no_contents(sent, giver, taker, at):
    browser = at("系统管理员")
    User.objects.filter(pk=giver.pk).update(is_active=False)
    listed = browser.get(reverse("declarations:handovers")).content.decode()
    assert "还有没办完的事" in listed
    url = reverse("declarations:handover", args=[giver.pk])
    page = browser.get(url).content.decode()
    assert "能撤回的送审" in page
    assert sent.project_name not in listed + page
    refused = browser.post(url, {"taker": taker.pk, "reason": ""})
    assert refused.status_code == 422
    assert "要写移交的原因" in refused.content.decode()
    assert browser.post(url, {"taker": "x", "reason": "调离"}).status_code == 422
    assert browser.post(url, {"taker": taker.pk, "reason": "调离"}).status_code == 302
    assert "调离" in browser.get(reverse("declarations:handovers")).content.decode()


def test_the_list_costs_the_same_for_few_and_many_people(people, places, at):
    browser = at("业务管理员")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse("declarations:handovers")).status_code == 200
        return len(seen)

    cost()
    few = cost()
    for number in range(20):
        User.objects.create_user(
            f"u{number}", "x", name=f"第{number}人", role="filer", organization=places["信息中心"]
        )
    assert cost() == few
