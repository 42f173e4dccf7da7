"""撤回, asking the reviewer to give a form back, and taking off what was never sent."""

import pytest
from django.urls import reverse

from declarations import workflow
from declarations.dropping import drop
from declarations.models import Declaration, Project
from declarations.reviewing import adjust, send_back
from perfgoals.audit import trail
from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision
from perfgoals.notices.models import Notice
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import Incomplete, State, mark_opened, perform

pytestmark = pytest.mark.django_db


def url(name, form):
    return reverse(f"declarations:{name}", args=[form.pk])


@pytest.fixture
def sent(ready, people):
    form = ready()
    perform(workflow.SUBMIT, form, actor=people["信息中心填报人"], version=form.version)
    return form


@pytest.fixture
def approved(sent, people):
    perform(workflow.PASS, sent, actor=people["发改委审核人"], version=sent.version)
    perform(workflow.APPROVE, sent, actor=people["财政审核人"], version=sent.version)
    return sent


def follow(client, name, form, data=None):
    return client.post(url(name, form), data or {}, follow=True).content.decode()


# 撤回 -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["tasks", "submit"])
def test_who_sent_it_finds_the_button_and_takes_it_back(sent, at, page):
    officer = at("信息中心填报人")
    assert f'action="{url("recall", sent)}"' in officer.get(url(page, sent)).content.decode()
    assert "撤回了" in follow(officer, "recall", sent)
    sent.refresh_from_db()
    assert sent.state == State.DRAFT
    assert "不用再撤回" in follow(officer, "recall", sent)  # the second click
    assert AuditRecord.objects.filter(action="recall").count() == 1


@pytest.mark.parametrize("who", ["信息中心同事", "发改委审核人"])
def test_nobody_else_takes_it_back(sent, at, who):
    client = at(who)
    assert url("recall", sent) not in client.get(url("tasks", sent)).content.decode()
    assert client.post(url("recall", sent)).status_code == 403
    assert client.post(url("ask_back", sent), {"ask": "请退回"}).status_code == 403


def test_once_opened_it_is_asked_for_and_the_reviewer_is_told(sent, at, people):
    reviewer, officer = people["发改委审核人"], at("信息中心填报人")
    mark_opened(sent, reviewer=reviewer)
    page = officer.get(url("tasks", sent)).content.decode()
    assert url("recall", sent) not in page
    assert url("ask_back", sent) in page
    assert "不能直接撤回" in follow(officer, "recall", sent)
    assert "没有发出" in follow(officer, "ask_back", sent, {"ask": "  "})
    assert not Comment.objects.exists()
    assert "已请发改委审核人退回" in follow(officer, "ask_back", sent, {"ask": "附件少一份\0"})
    asked = Comment.objects.get()
    assert (asked.path, list(asked.mentions.all())) == ("", [reviewer])
    assert "附件少一份" in asked.text
    assert Notice.objects.filter(person=reviewer, text__contains="附件少一份").count() == 1
    again = officer.get(url("tasks", sent)).content.decode()
    assert "已经请求退回" in again
    assert 'name="ask"' not in again
    sent.refresh_from_db()
    assert sent.state == State.DEPARTMENT_REVIEW


def test_a_reason_that_is_too_long_is_given_back(sent, at, people):
    mark_opened(sent, reviewer=people["发改委审核人"])
    said = follow(at("信息中心填报人"), "ask_back", sent, {"ask": "长" * 3000})
    assert "没有发出" in said
    assert "长" * 500 in said


# Taking off -----------------------------------------------------------------------------------------------------------
def test_a_draft_that_was_never_sent_goes_with_its_project(filled, at):
    form, officer = filled(), at("信息中心填报人")
    assert url("drop", form) in officer.get(url("tasks", form)).content.decode()
    page = officer.get(url("drop", form)).content.decode()
    assert f"{form.indicators.count() + form.sub_projects.count()} 行表格" in page
    written = [key for key in form.edition.fields if form.document().text(key)]
    assert f"{len(written)} 栏文字" in page
    assert "删除了" in follow(officer, "drop", form)
    assert not Declaration.objects.exists()
    assert not Project.objects.exists()
    kept = AuditRecord.objects.get(action="drop")
    assert kept.changes["name"] == form.project_name
    assert list(trail.breaks()) == []
    assert officer.post(url("drop", form)).status_code == 404


def test_a_project_with_a_code_or_another_form_stays(make_declaration, people):
    form = make_declaration()
    Project.objects.filter(pk=form.project_id).update(code="31000020-1")
    form.project.refresh_from_db()
    drop(form, actor=people["信息中心填报人"])
    assert Project.objects.count() == 1


def test_what_was_sent_stays(sent, at, people):
    officer = at("信息中心填报人")
    assert "先撤回" in follow(officer, "drop", sent)
    follow(officer, "recall", sent)
    assert "送审过，不能删除" in follow(officer, "drop", sent)
    assert url("drop", sent) not in officer.get(url("tasks", sent)).content.decode()
    assert Declaration.objects.filter(pk=sent.pk).exists()


def test_the_auditor_reads_who_deleted_what(filled, at):
    form = filled()
    follow(at("信息中心填报人"), "drop", form)
    page = at("审计员").get(reverse("audit:records")).content.decode()
    assert f"删除了“{form.project_name}”的一稿" in page


def test_an_adjustment_is_given_up_and_another_can_begin(approved, at, people):
    officer = at("信息中心填报人")
    new = adjust(approved, actor=people["信息中心填报人"], reason="追加任务")
    assert "不调整了" in follow(officer, "drop", new)
    assert not Declaration.objects.filter(pk=new.pk).exists()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    assert adjust(approved, actor=people["信息中心填报人"], reason="再调整").pk != new.pk


def test_an_adjustment_that_came_back_may_be_given_up_and_its_revision_stays(approved, at, people):
    officer = people["信息中心填报人"]
    new = adjust(approved, actor=officer, reason="追加任务")
    new.indicators.filter(pk=new.indicators.first().pk).update(definition="按合同口径")
    perform(workflow.SUBMIT, new, actor=officer, version=new.version)
    send_back(new, actor=people["发改委审核人"], version=new.version, comment="不必调整")
    key = new.pk
    assert "不调整了" in follow(at("信息中心填报人"), "drop", new)
    assert Revision.objects.filter(object_id=key, reason="submit").exists()
    # What hung on it troubles nobody who counts returns.
    assert at("业务管理员").get(reverse("declarations:return_reasons")).status_code == 200


# Desks ----------------------------------------------------------------------------------------------------------------
def test_an_empty_desk_is_said_before_sending_and_to_who_runs_the_campaign(ready, campaign, people, at):
    form, officer, admin = ready(), at("信息中心填报人"), at("业务管理员")
    campaign_page = reverse("declarations:campaign", args=[campaign.pk])
    assert "现在没有人办" not in officer.get(url("check", form)).content.decode()
    campaign.has_unit_review = True
    campaign.save()
    people["信息中心审核人"].is_active = False
    people["信息中心审核人"].save()
    assert "单位审核现在没有人办" in officer.get(url("check", form)).content.decode()
    page = admin.get(campaign_page).content.decode()
    assert "个单位没有单位审核人" in page
    assert form.organization.name in page
    people["信息中心审核人"].is_active = True
    people["信息中心审核人"].save()
    assert "现在没有人办" not in officer.get(url("check", form)).content.decode()


# An adjustment that adjusts nothing -----------------------------------------------------------------------------------
def test_an_unchanged_adjustment_is_not_sent_and_keeps_the_reasons_given(approved, people):
    officer = people["信息中心填报人"]
    new = adjust(approved, actor=officer, reason="追加任务")
    given = set(approved.reasons.values_list("code", "path", "reason"))
    assert given
    assert set(new.reasons.values_list("code", "path", "reason")) == given
    with pytest.raises(Incomplete) as refused:
        perform(workflow.SUBMIT, new, actor=officer, version=new.version)
    assert [finding.code for finding in refused.value.findings] == ["adjustment_changes_nothing"]
    new.indicators.filter(name=new.indicators.first().name).update(definition="按合同口径")
    perform(workflow.SUBMIT, new, actor=officer, version=new.version)
    new.refresh_from_db()
    assert new.state == State.DEPARTMENT_REVIEW
