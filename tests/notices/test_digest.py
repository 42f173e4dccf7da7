"""The daily e-mail: what is in it, whom it reaches, that it comes once, and what the administrator sees of it."""

import datetime
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.campaigns.models import Campaign, Extension, Participation
from perfgoals.campaigns.workdays import is_working_day, knows_year, working_days_left
from perfgoals.jobs import engine
from perfgoals.notices import digest
from perfgoals.notices.digest import send_digests, send_due
from perfgoals.notices.models import Delivery, DeliveryState, Notice, NoticeKind
from perfgoals.notices.telling import mark_read, tell
from perfgoals.reviewing.notifying import tell_sent
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(people):
    person = people["信息中心填报人"]
    User.objects.filter(pk=person.pk).update(email="officer@example.gov.cn")
    person.refresh_from_db()
    return person


def moment(text):
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


class RefusingBackend(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"officer@example.gov.cn": (550, b"no such user")})


def test_one_digest_of_what_is_unread(officer, settings):
    settings.BASE_URL = "https://goals.example.gov.cn"
    tell([officer], NoticeKind.RETURNED, "“办公用房修缮”被退回：必要性要补", "/declarations/7/")
    tell([officer], NoticeKind.APPROVED, "“固定资产系统”已批复", "/declarations/8/")
    tell([officer], NoticeKind.ANNOUNCED, "早看过的一条", "/")
    mark_read(officer, [Notice.objects.get(text="早看过的一条").pk])
    assert send_digests().sent == 1
    (message,) = mail.outbox
    assert message.to == ["officer@example.gov.cn"]
    assert "2 条" in message.subject
    assert "必要性要补\n   https://goals.example.gov.cn/declarations/7/" in message.body
    assert "早看过的一条" not in message.body


def test_the_second_run_of_a_day_sends_nothing(officer):
    tell([officer], NoticeKind.RETURNED, "退回", "/")
    send_digests()
    tell([officer], NoticeKind.APPROVED, "后来的", "/")
    assert send_digests().sent == 0
    assert len(mail.outbox) == 1
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    send_digests(tomorrow)
    assert "后来的" in mail.outbox[1].body
    assert "退回" not in mail.outbox[1].body.replace("被退回", "")


def test_a_refusing_server_is_on_record_and_tried_three_times(officer, settings):
    tell([officer], NoticeKind.RETURNED, "退回", "/")
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    for _ in range(5):
        send_digests()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, 3)
    assert "邮件服务器不收这个地址" in delivery.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_digests(timezone.now() + datetime.timedelta(days=1))
    assert "退回" in mail.outbox[0].body


def test_what_failed_once_arrives_by_the_next_try(officer, settings):
    tell([officer], NoticeKind.RETURNED, "退回", "/")
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    send_digests()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_digests().sent == 1
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_people_without_address_are_known(people):
    tell([people["信息中心同事"]], NoticeKind.RETURNED, "退回", "/")
    assert send_digests().no_address == 1
    assert Delivery.objects.get().state == DeliveryState.NO_ADDRESS
    assert mail.outbox == []


def test_closing_soon_in_working_days_until_everything_is_sent(officer, campaign, make_declaration):
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=moment("2026-11-20T17:00"))  # a Friday
    declaration = make_declaration(name="办公用房修缮")

    def texts(day):
        return [deadline.text for deadline in digest._deadlines(moment(f"{day}T08:30"))]

    assert "还有 3 个工作日，“办公用房修缮” 1 张表还没有送审。" in texts("2026-11-17")[0]
    assert {day: bool(texts(f"2026-11-{day}")) for day in (12, 13, 16, 17, 18, 19, 20)} == {
        12: False, 13: True, 16: False, 17: True, 18: False, 19: True, 20: False
    }  # fmt: skip
    assert texts("2026-11-14") == []  # a Saturday
    rows = Declaration.objects.filter(pk=declaration.pk)
    rows.update(**{"state": State.FINANCE_REVIEW, "submitted_by": officer})
    assert texts("2026-11-17") == []


def test_a_near_deadline_is_a_notice_too_until_everything_is_sent(officer, campaign, make_declaration):
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=moment("2026-11-20T17:00"))
    declaration = make_declaration(name="办公用房修缮")
    send_digests(moment("2026-11-13T08:30"))
    send_digests(moment("2026-11-13T09:30"))
    send_digests(moment("2026-11-17T08:30"))
    unread = Notice.objects.filter(person=officer, kind=NoticeKind.CLOSING, read_at__isnull=True)
    assert ["还有 3 个工作日" in notice.text for notice in unread] == [True]
    assert [message.subject for message in mail.outbox] == ["预算绩效目标：快到截止时间，1 条"] * 2
    tell_sent(declaration)
    assert not unread.all().exists()


def test_an_extension_moves_the_reminder(officer, campaign, make_declaration, places, people):
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=moment("2026-11-20T17:00"))
    make_declaration()
    Extension.objects.create(
        campaign=campaign,
        organization=places["信息中心"],
        closes_at=moment("2026-11-25T17:00"),
        reason="搬家",
        granted_by=people["业务管理员"],
    )
    assert list(digest._deadlines(moment("2026-11-17T08:30"))) == []
    send_digests(moment("2026-11-20T08:30"))
    assert "11月25日" in mail.outbox[0].body


def test_a_unit_that_was_told_and_has_no_form_yet(officer, campaign, places):
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=moment("2026-11-20T17:00"))
    Participation.objects.create(campaign=campaign, organization=places["信息中心"])
    send_digests(moment("2026-11-17T08:30"))
    assert "您的单位还没有建表" in mail.outbox[0].body


def test_moved_holidays_of_a_known_year():
    assert not is_working_day(datetime.date(2026, 10, 7))
    assert is_working_day(datetime.date(2026, 10, 10))  # a Saturday that is worked
    assert knows_year(2026)
    assert not knows_year(2031)
    until = moment("2026-10-12T17:00")
    assert working_days_left(until, today=datetime.date(2026, 9, 30)) == 5  # 30, 8, 9, 10, 12


def test_the_workers_send_once_a_day_after_the_hour(officer, settings):
    settings.DIGEST_HOUR = 8
    tell([officer], NoticeKind.RETURNED, "退回", "/")
    Notice.objects.update(created_at=moment("2026-11-16T09:00"))
    assert not send_due(moment("2026-11-17T07:59"))
    assert send_due(moment("2026-11-17T08:00"))
    assert not send_due(moment("2026-11-17T08:01"))
    assert len(mail.outbox) == 1
    settings.DIGEST_HOUR = None
    assert not send_due(moment("2026-11-18T08:00"))
    assert "perfgoals.notices.digest.send_due" in settings.CHORES
    assert engine.import_string(settings.CHORES[0]) is send_due


def test_the_command_says_what_it_did(officer, capsys):
    tell([officer], NoticeKind.RETURNED, "退回", "/")
    call_command("send_digest", now=timezone.now().isoformat())
    call_command("send_digest")
    first, second = capsys.readouterr().out.splitlines()
    assert "发出 1 封" in first
    assert "发出 0 封" in second
    with pytest.raises(CommandError, match="读不懂时刻"):
        call_command("send_digest", now="明天")


def test_the_administrator_sees_what_failed_but_not_what_it_said(officer, people, settings):
    tell([officer], NoticeKind.RETURNED, "必要性要补", "/")
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    send_digests()
    client = Client()
    client.force_login(people["系统管理员"])
    page = client.get(reverse("notices:deliveries") + "?state=failed").text
    assert "邮件服务器不收这个地址" in page
    assert "officer@example.gov.cn" in page
    assert "必要性要补" not in page
    assert "没有发出 1" in page
