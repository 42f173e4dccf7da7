"""Deadlines: whose they are, where they show, and the reason that a late 送审 needs (X-6, F69)."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from declarations.models import Declaration
from declarations.workflow import RECALL, RETURN, SUBMIT
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.announcing import extend
from perfgoals.filling.late import comment_of
from perfgoals.templatetags.perfgoals import closing
from perfgoals.workflow import Incomplete, State, perform

pytestmark = pytest.mark.django_db

REASON = {"late_reason": "经办人员变动", "late_words": "新来的同事十月到岗"}


@pytest.fixture
def closed(campaign):
    campaign.closes_at = timezone.now() - datetime.timedelta(days=2)
    campaign.save()
    return campaign


def send(browser, declaration, **posted):
    url = reverse("declarations:submit", args=[declaration.pk])
    return browser.post(url, {"version": declaration.version} | posted)


def test_sending_late_needs_a_reason_and_keeps_what_was_typed(closed, ready, at):
    declaration = ready()
    browser = at("信息中心填报人")
    page = browser.get(reverse("declarations:check", args=[declaration.pk])).content.decode()
    assert "送审要写逾期原因" in page
    assert "经办人员变动" in page
    answer = send(browser, declaration, late_reason="其他", late_words=" ")
    assert answer.status_code == 422
    assert "选一个原因，或写清楚为什么逾期" in answer.content.decode()
    assert "<option selected>其他" in answer.content.decode()
    declaration.refresh_from_db()
    assert declaration.state == State.DRAFT
    assert send(browser, declaration, **REASON).status_code == 302
    record = AuditRecord.objects.get(action="submit")
    assert record.comment == "经办人员变动：新来的同事十月到岗"
    declaration.refresh_from_db()
    assert declaration.was_late


def test_the_reviewer_reads_the_reason_and_lists_mark_it(closed, ready, at):
    declaration = ready()
    send(at("信息中心填报人"), declaration, **REASON)
    reviewer = at("发改委审核人")
    page = reviewer.get(reverse("declarations:tasks", args=[declaration.pk])).content.decode()
    assert "逾期送审" in page
    assert "新来的同事十月到岗" in page
    assert "逾期送审" in reviewer.get(reverse("declarations:list")).content.decode()


def test_in_time_nobody_is_asked_and_nothing_is_kept(campaign, ready, at):
    campaign.closes_at = timezone.now() + datetime.timedelta(days=2)
    campaign.save()
    declaration = ready()
    browser = at("信息中心填报人")
    page = browser.get(reverse("declarations:check", args=[declaration.pk])).content.decode()
    assert "逾期原因" not in page
    send(browser, declaration, **REASON)
    assert AuditRecord.objects.get(action="submit").comment == ""


def test_a_form_sent_in_time_and_returned_is_not_late(campaign, ready, people):
    declaration = ready()
    filer, reviewer = people["信息中心填报人"], people["发改委审核人"]
    perform(SUBMIT, declaration, actor=filer, version=declaration.version)
    perform(RETURN, declaration, actor=reviewer, version=declaration.version, comment="请补测算依据")
    campaign.closes_at = timezone.now() - datetime.timedelta(hours=1)
    campaign.save()
    Declaration.objects.filter(pk=declaration.pk).update(
        first_submitted_at=timezone.now() - datetime.timedelta(hours=2)
    )
    declaration.refresh_from_db()
    assert not declaration.is_overdue
    perform(SUBMIT, declaration, actor=filer, version=declaration.version)
    assert not declaration.was_late


def test_a_recalled_form_counts_as_never_sent(campaign, ready, people):
    declaration = ready()
    filer = people["信息中心填报人"]
    perform(SUBMIT, declaration, actor=filer, version=declaration.version)
    assert declaration.first_submitted_at == declaration.submitted_at
    perform(RECALL, declaration, actor=filer, version=declaration.version)
    assert declaration.first_submitted_at is None
    campaign.closes_at = timezone.now() - datetime.timedelta(hours=1)
    campaign.save()
    with pytest.raises(Incomplete):
        perform(SUBMIT, declaration, actor=filer, version=declaration.version)


def test_an_adjustment_is_never_late(closed, make_declaration):
    old = make_declaration()
    new = Declaration(campaign=closed, organization=old.organization, adjusts=old)
    assert new.deadline is None
    assert not new.is_overdue


def test_the_unit_s_own_deadline_shows_everywhere(closed, ready, people, places, at):
    declaration = ready()
    until = timezone.now() + datetime.timedelta(days=5)
    extend(closed, places["信息中心"], until=until, reason="机房搬迁", actor=people["业务管理员"])
    browser = at("信息中心填报人")
    pages = [
        reverse("declarations:list"),
        reverse("declarations:new"),
        reverse("declarations:tasks", args=[declaration.pk]),
        reverse("declarations:check", args=[declaration.pk]),
        reverse("declarations:step", args=[declaration.pk, "basics"]),
    ]
    for url in pages:
        page = browser.get(url).content.decode()
        assert f"{closing(until)} 截止" in page, url
        assert closing(closed.closes_at) not in page, url
    assert not Declaration.objects.get(pk=declaration.pk).is_overdue
    assert send(browser, declaration).status_code == 302


def test_a_list_asks_for_no_deadline_row_by_row(closed, make_declaration, at):
    browser = at("信息中心填报人")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            page = browser.get(reverse("declarations:list")).content.decode()
        assert "已逾期" in page
        return len(seen)

    make_declaration(name="甲")
    cost()
    one = cost()
    for number in range(12):
        make_declaration(name=f"乙{number}")
    assert cost() == one


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, ""),
        ({"late_reason": "其他"}, ""),
        ({"late_reason": "编的"}, ""),
        ({"late_words": " 等批文 "}, "等批文"),
        ({"late_reason": "系统或网络问题"}, "系统或网络问题"),
        ({"late_reason": "系统或网络问题", "late_words": "停电\0"}, "系统或网络问题：停电"),
        ({"late_words": "长" * 900}, "长" * 500),
    ],
)
def test_what_goes_into_the_record(posted, said):
    assert comment_of(posted) == said
