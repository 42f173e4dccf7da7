"""Notices: who is told what by which act, reading them, the count in the top bar."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declarations.models import Declaration
from declarations.reviewing import send_back, undo
from declarations.workflow import APPROVE, PASS
from perfgoals.accounts.models import Organization
from perfgoals.campaigns.announcing import announce, extend
from perfgoals.campaigns.models import Campaign
from perfgoals.campaigns.reminding import remind
from perfgoals.notices.models import Notice, NoticeKind
from perfgoals.notices.telling import mark_read, tell, unread_count
from perfgoals.workflow import State, perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_declaration, people):
    declaration = make_declaration(necessity="渗漏")
    return moved(declaration, State.DEPARTMENT_REVIEW, people)


def moved(declaration, state, people):
    rows = Declaration.objects.filter(pk=declaration.pk)
    rows.update(state=state, submitted_by=people["信息中心填报人"], submitted_at=timezone.now())
    declaration.refresh_from_db()
    return declaration


def told(kind):
    return {notice.person.name for notice in Notice.objects.filter(kind=kind).select_related("person")}


def at(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_return_is_told_to_the_officers_of_the_unit(sent, people):
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="必要性要补")
    assert told(NoticeKind.RETURNED) == {"信息中心填报人", "信息中心同事"}
    notice = Notice.objects.filter(person=people["信息中心填报人"]).get()
    assert "必要性要补" in notice.text
    assert notice.url == reverse("declarations:tasks", args=[sent.pk])
    undo(sent, actor=people["发改委审核人"])
    assert not Notice.objects.filter(kind=NoticeKind.RETURNED).exists()


def test_sending_again_settles_the_return(sent, people):
    from perfgoals.reviewing.notifying import tell_sent

    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="补")
    tell_sent(sent)
    assert unread_count(people["信息中心填报人"]) == 0


def test_a_pass_is_told_to_the_next_reviewers_in_one_line(sent, people, make_declaration):
    perform(PASS, sent, actor=people["发改委审核人"], version=sent.version)
    other = moved(make_declaration(name="另一个"), State.DEPARTMENT_REVIEW, people)
    perform(PASS, other, actor=people["发改委审核人"], version=other.version)
    (notice,) = Notice.objects.filter(person=people["财政审核人"])
    assert notice.text == "2 张表到了您这里等审核，最近一张：上海市经济信息中心“另一个”。"
    assert told(NoticeKind.WAITING) == {"财政审核人"}
    mark_read(people["财政审核人"])
    third = moved(make_declaration(name="{第三个}"), State.DEPARTMENT_REVIEW, people)
    perform(PASS, third, actor=people["发改委审核人"], version=third.version)
    assert "1 张表" in Notice.objects.filter(person=people["财政审核人"]).first().text


def test_an_approval_is_told(sent, people):
    moved(sent, State.FINANCE_REVIEW, people)
    perform(APPROVE, sent, actor=people["财政审核人"], version=sent.version)
    assert told(NoticeKind.APPROVED) == {"信息中心填报人", "信息中心同事"}


def test_a_refused_act_tells_nobody(sent, people):
    from perfgoals.workflow import StateConflict

    with pytest.raises(StateConflict):
        perform(PASS, sent, actor=people["发改委审核人"], version=sent.version + 7)
    assert not Notice.objects.exists()


def test_mentions_and_answers_in_comments(sent, people):
    address = reverse("declarations:comments", args=[sent.pk])
    posted = {"path": "necessity", "new:necessity": "@发改委审核人 这样写行吗？"}
    officer = at(people["信息中心填报人"])
    officer.post(address, posted)
    officer.post(address, posted)  # the second click of the same button
    (notice,) = Notice.objects.all()
    assert (notice.person, notice.kind) == (people["发改委审核人"], NoticeKind.MENTIONED)
    assert "“项目设立的必要性”" in notice.text
    thread = officer.get(address).context["board"].threads[0]
    reply = reverse("declarations:comment_act", args=[sent.pk, thread.root.pk, "reply"])
    at(people["发改委审核人"]).post(reply, {f"reply:{thread.root.pk}": "行"})
    assert told(NoticeKind.REPLIED) == {"信息中心填报人"}


def test_campaigns_tell_their_units(campaign, people, places):
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=timezone.now() + datetime.timedelta(days=9))
    campaign.refresh_from_db()
    announce(campaign, actor=people["业务管理员"])
    assert told(NoticeKind.ANNOUNCED) == {"信息中心填报人", "信息中心同事", "服务中心填报人", "财政局填报人"}
    later = campaign.closes_at + datetime.timedelta(days=5)
    extend(campaign, places["信息中心"], until=later, reason="搬家", actor=people["业务管理员"])
    assert told(NoticeKind.EXTENDED) == {"信息中心填报人", "信息中心同事"}
    remind(campaign, [places["服务中心"].pk], actor=people["业务管理员"])
    assert told(NoticeKind.REMINDED) == {"服务中心填报人"}


def test_the_top_bar_counts_and_the_page_reads(people, django_assert_num_queries):
    person = people["信息中心填报人"]
    client = at(person)
    page = reverse("notices:notices")
    assert "还没有消息" in client.get(page).text
    tell([person, people["信息中心同事"]], NoticeKind.RETURNED, "被退回", "/declarations/")
    tell([person], NoticeKind.APPROVED, "已批复", "/declarations/")
    assert "2<span" in client.get(page).text.replace(" ", "")
    first = Notice.objects.filter(person=person).last()
    answer = client.post(reverse("notices:open", args=[first.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/declarations/")
    assert unread_count(person) == 1
    others = Notice.objects.get(person=people["信息中心同事"])
    assert client.post(reverse("notices:open", args=[others.pk])).status_code == 404
    client.post(reverse("notices:read_all"), {"until": str(Notice.objects.filter(person=person).first().pk)})
    assert (unread_count(person), unread_count(people["信息中心同事"])) == (0, 1)


def test_the_page_costs_the_same_however_many(people, django_assert_max_num_queries):
    person = people["信息中心填报人"]
    client = at(person)
    tell([person], NoticeKind.APPROVED, "一", "/")
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("notices:notices"))
    for number in range(70):
        tell([person], NoticeKind.APPROVED, f"{number}", "/")
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("notices:notices") + "?page=2")


def test_nobody_hears_of_their_own_act_or_of_a_closed_account(people):
    officer = people["信息中心填报人"]
    officer.is_active = False
    assert tell([officer, people["财政审核人"]], NoticeKind.WAITING, "x", "/", by=people["财政审核人"]) == 0
    assert Organization.objects.exists()
