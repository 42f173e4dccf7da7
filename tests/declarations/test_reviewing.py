"""Reviewing: who passes what, what opens again after a return, what can be taken back."""

import datetime
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from declarations import workflow
from declarations.inbox.bulk import take_back
from declarations.models import Declaration, Indicator
from declarations.reviewing import adjust, send_back, undo
from declarations.tables.acts import RowRefused
from declarations.workflow import APPROVE, PASS, RECALL, TRANSITIONS
from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.reviewing.acts import NotUndone
from perfgoals.reviewing.models import ReturnRound
from perfgoals.reviewing.returning import LOCKED, NamedPlace, openness_of
from perfgoals.workflow import Incomplete, State, StateConflict, available, mark_opened, perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def free_submit(monkeypatch):
    """送审 without the check-up: what is tested here is what comes after."""
    import dataclasses

    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    monkeypatch.setattr(workflow, "SUBMIT", free)
    return free


@pytest.fixture
def sent(people, make_declaration, free_submit):
    """A submitted form of the information centre: it waits for its department."""
    draft = make_declaration(necessity="渗漏", legal_basis="检测报告")
    Indicator.objects.create(
        declaration=draft,
        position=1,
        row_id="aaaa0001",
        level1="产出目标",
        level2="数量",
        name="面积",
        target="1344",
    )
    Indicator.objects.create(
        declaration=draft,
        position=2,
        row_id="aaaa0002",
        level1="产出目标",
        level2="质量",
        name="质量",
        target="合格",
    )
    perform(free_submit, draft, actor=people["信息中心填报人"], version=draft.version)
    return draft


def _actions(declaration, person):
    return [step.action for step in available(TRANSITIONS, declaration, person)]


def test_the_chain_in_order(sent, people):
    assert _actions(sent, people["发改委审核人"]) == ["pass", "return"]
    assert _actions(sent, people["财政审核人"]) == []
    perform(PASS, sent, actor=people["发改委审核人"], version=sent.version)
    assert sent.state == State.FINANCE_REVIEW
    assert _actions(sent, people["发改委审核人"]) == []
    assert _actions(sent, people["财政审核人"]) == ["return", "approve"]
    perform(APPROVE, sent, actor=people["财政审核人"], version=sent.version)
    assert sent.state == State.APPROVED
    assert [r.reason for r in Revision.objects.order_by("number")] == ["submit", "approve"]


def test_a_unit_review_comes_first_where_the_campaign_has_it(people, make_declaration, campaign, free_submit):
    campaign.has_unit_review = True
    campaign.save()
    draft = make_declaration()
    perform(free_submit, draft, actor=people["信息中心填报人"], version=1)
    assert draft.state == State.UNIT_REVIEW
    perform(PASS, draft, actor=people["信息中心审核人"], version=draft.version)
    assert draft.state == State.DEPARTMENT_REVIEW


@pytest.mark.parametrize(
    "who", ["金融办审核人", "财政审核人", "信息中心填报人", "信息中心审核人", "业务管理员", "外区财政审核人"]
)
def test_nobody_else_s_turn(sent, people, who):
    with pytest.raises(PermissionDenied):
        perform(PASS, sent, actor=people[who], version=sent.version)


def test_who_submitted_never_reviews_it_whatever_role_they_hold_now(sent, people, places):
    turncoat = people["信息中心填报人"]
    turncoat.role, turncoat.organization = "department_reviewer", places["发改委"]
    turncoat.save()
    assert _actions(sent, turncoat) == []
    with pytest.raises(PermissionDenied):
        perform(PASS, sent, actor=turncoat, version=sent.version)


def test_a_return_needs_a_reason_and_real_places(sent, people):
    reviewer = people["发改委审核人"]
    with pytest.raises(Incomplete):
        send_back(sent, actor=reviewer, version=sent.version, comment=" ")
    with pytest.raises(ValidationError, match="没有这一处"):
        send_back(
            sent, actor=reviewer, version=sent.version, comment="x", places=[NamedPlace("section:nowhere")]
        )
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW
    assert not ReturnRound.objects.exists()


def test_only_what_was_returned_opens_again(sent, people):
    officer = people["信息中心填报人"]
    send_back(
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="请补依据和单位",
        places=[NamedPlace("legal_basis", "写文号"), NamedPlace("indicators.aaaa0001", "补单位")],
    )
    outcome = save_fields(
        sent,
        [
            FieldChange("legal_basis", "沪府发〔2016〕19号"),
            FieldChange("necessity", "改别处"),
            FieldChange("indicators.aaaa0001.target", "≥1344平方米"),
            FieldChange("indicators.aaaa0002.target", "改别行"),
        ],
        actor=officer,
    )
    assert {saved.path for saved in outcome.saved} == {"legal_basis", "indicators.aaaa0001.target"}
    assert {refused.message for refused in outcome.refused} == {LOCKED}
    sent.refresh_from_db()
    assert sent.necessity == "渗漏"
    assert sent.indicators.get(row_id="aaaa0002").target == "合格"


def test_rows_come_and_go_only_where_the_table_was_returned(sent, people, client):
    from declarations.tables import acts
    from declarations.tables.kinds import INDICATORS

    officer, kind = people["信息中心填报人"], INDICATORS
    send_back(
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="一行",
        places=[NamedPlace("indicators.aaaa0001")],
    )
    client.force_login(officer)
    section = sent.edition.section_for_path("indicators").key
    page = client.get(reverse("declarations:step", args=[sent.pk, section])).text
    assert "这一行没有退回，不能删" in page
    assert page.count('data-op="delete" disabled') == 1  # the other row came back
    assert page.count('data-op="add" disabled') == 2
    assert 'data-open-panel="paste"' not in page
    with pytest.raises(RowRefused, match="锁定"):
        acts.delete_row(sent, kind, "aaaa0002", actor=officer)
    acts.delete_row(sent, kind, "aaaa0001", actor=officer)
    assert [row.row_id for row in sent.indicators.all()] == ["aaaa0002"]


def test_a_section_opens_all_its_fields_and_no_others(sent, people):
    send_back(
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="立项",
        places=[NamedPlace("section:case")],
    )
    openness, edition = openness_of(sent), sent.edition
    assert openness.allows("necessity", edition)
    assert openness.allows("legal_basis", edition)
    assert not openness.allows("budget.total", edition)
    assert not openness.allows("indicators.aaaa0001.target", edition)
    assert openness.allows_section("case", edition)
    assert not openness.allows_section("budget", edition)


def test_a_return_without_places_opens_everything(sent, people):
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="整体重写")
    assert openness_of(sent).is_whole


def test_resubmitting_answers_the_return_and_keeps_it(sent, people, free_submit):
    send_back(
        sent, actor=people["发改委审核人"], version=sent.version, comment="补", places=[NamedPlace("necessity")]
    )
    perform(free_submit, sent, actor=people["信息中心填报人"], version=sent.version)
    assert ReturnRound.objects.get().answered_at is not None
    assert [r.number for r in Revision.objects.all()] == [1, 2]


def test_recall_until_the_reviewer_has_opened_it(sent, people, free_submit):
    officer, reviewer = people["信息中心填报人"], people["发改委审核人"]
    perform(RECALL, sent, actor=officer, version=sent.version)
    assert sent.state == State.DRAFT
    perform(free_submit, sent, actor=officer, version=sent.version)
    assert mark_opened(sent, reviewer=reviewer)
    assert not mark_opened(sent, reviewer=reviewer)
    assert _actions(sent, officer) == []
    with pytest.raises(PermissionDenied):
        perform(RECALL, sent, actor=officer, version=sent.version)


def test_recalling_a_mended_form_brings_its_locks_back(sent, people, free_submit):
    officer = people["信息中心填报人"]
    send_back(
        sent, actor=people["发改委审核人"], version=sent.version, comment="补", places=[NamedPlace("necessity")]
    )
    perform(free_submit, sent, actor=officer, version=sent.version)
    perform(RECALL, sent, actor=officer, version=sent.version)
    assert sent.state == State.RETURNED
    assert not openness_of(sent).allows("legal_basis", sent.edition)
    assert ReturnRound.objects.get().answered_at is None


def test_a_colleague_cannot_recall_what_another_sent(sent, people):
    assert _actions(sent, people["信息中心同事"]) == []


def test_a_late_form_needs_a_reason(people, make_declaration, campaign, free_submit):
    campaign.closes_at = timezone.now() - datetime.timedelta(hours=1)
    campaign.save()
    draft, officer = make_declaration(), people["信息中心填报人"]
    with pytest.raises(Incomplete) as refusal:
        perform(free_submit, draft, actor=officer, version=1)
    assert refusal.value.findings[0].code == "comment_missing"
    perform(free_submit, draft, actor=officer, version=1, comment="系统停电")
    assert AuditRecord.objects.get(action="submit").comment == "系统停电"


def test_undo_within_a_minute_by_the_same_person(sent, people):
    reviewer = people["发改委审核人"]
    send_back(sent, actor=reviewer, version=sent.version, comment="错退")
    with pytest.raises(PermissionDenied):
        undo(sent, actor=people["财政审核人"])
    undo(sent, actor=reviewer)
    assert sent.state == State.DEPARTMENT_REVIEW
    assert not ReturnRound.objects.exists()
    perform(PASS, sent, actor=reviewer, version=sent.version)
    mark_opened(sent, reviewer=people["财政审核人"])
    with pytest.raises(StateConflict):
        undo(sent, actor=reviewer)


def test_undo_is_too_late_after_a_minute(sent, people, monkeypatch):
    reviewer = people["发改委审核人"]
    perform(PASS, sent, actor=reviewer, version=sent.version)
    monkeypatch.setattr("perfgoals.reviewing.acts.UNDO_SECONDS", -1)
    with pytest.raises(StateConflict):
        undo(sent, actor=reviewer)


@pytest.fixture
def approved(sent, people):
    perform(PASS, sent, actor=people["发改委审核人"], version=sent.version)
    perform(APPROVE, sent, actor=people["财政审核人"], version=sent.version)
    return sent


def test_an_adjustment_replaces_the_old_version_only_when_approved(approved, people, free_submit):
    officer = people["信息中心填报人"]
    with pytest.raises(ValidationError):
        adjust(approved, actor=officer, reason=" ")
    new = adjust(approved, actor=officer, reason="预算调减")
    assert adjust(approved, actor=officer, reason="再点一次") == new
    assert new.document().indicators == approved.document().indicators
    perform(free_submit, new, actor=officer, version=new.version)
    perform(PASS, new, actor=people["发改委审核人"], version=new.version)
    assert Declaration.objects.get(pk=approved.pk).state == State.APPROVED
    perform(APPROVE, new, actor=people["财政审核人"], version=new.version)
    assert Declaration.objects.get(pk=approved.pk).state == State.SUPERSEDED
    assert new.state == State.APPROVED
    undo(new, actor=people["财政审核人"])
    assert Declaration.objects.get(pk=approved.pk).state == State.APPROVED
    assert new.state == State.FINANCE_REVIEW


def test_a_refused_approval_leaves_the_old_version_in_force(approved, people, free_submit):
    officer = people["信息中心填报人"]
    new = adjust(approved, actor=officer, reason="预算调减")
    perform(free_submit, new, actor=officer, version=new.version)
    perform(PASS, new, actor=people["发改委审核人"], version=new.version)
    with pytest.raises(StateConflict):
        perform(APPROVE, new, actor=people["财政审核人"], version=new.version - 1)
    assert Declaration.objects.get(pk=approved.pk).state == State.APPROVED


def test_an_approval_stands_once_the_unit_has_begun_to_adjust_it(approved, people, at):
    """Taken back, there would be two open forms of one project."""
    reviewer = people["财政审核人"]
    adjust(approved, actor=people["信息中心填报人"], reason="预算调减")
    with pytest.raises(NotUndone, match="单位已经开始目标调整"):
        undo(approved, actor=reviewer)
    answer = at("财政审核人").post(reverse("declarations:review_undo", args=[approved.pk]), follow=True)
    assert "没有撤销：单位已经开始目标调整" in answer.content.decode()
    [outcome] = take_back(reviewer, [approved.pk])
    assert (outcome.done, outcome.words) == (False, "单位已经开始目标调整，撤不了")
    assert Declaration.objects.get(pk=approved.pk).state == State.APPROVED


def test_an_adjustment_that_begins_during_the_undo_wins_too(approved, people, monkeypatch):
    adjust(approved, actor=people["信息中心填报人"], reason="预算调减")
    seen = iter([None])  # the undo has looked a moment before
    now = Declaration.adjustment_under_way.fget
    monkeypatch.setattr(Declaration, "adjustment_under_way", property(lambda one: next(seen, now(one))))
    with pytest.raises(NotUndone, match="单位已经开始目标调整"):
        undo(approved, actor=people["财政审核人"])
    assert Declaration.objects.get(pk=approved.pk).state == State.APPROVED


def test_what_is_no_longer_approved_is_not_adjusted(approved, people, at, monkeypatch):
    """The officer's page is older than the 撤销: the unique columns decide."""
    stale, officer = Declaration.objects.get(pk=approved.pk), people["信息中心填报人"]
    undo(approved, actor=people["财政审核人"])
    with pytest.raises(StateConflict):
        adjust(stale, actor=officer, reason="预算调减")
    monkeypatch.setattr("declarations.views_adjust.in_scope", lambda request, pk: stale)
    answer = at("信息中心填报人").post(reverse("declarations:adjust", args=[stale.pk]), {"reason": "预算调减"})
    assert answer.status_code == 422
    assert "批复刚刚撤销了" in answer.content.decode()
    assert "预算调减" in answer.content.decode()


def test_a_return_stands_once_the_unit_has_begun_to_mend(sent, people, at):
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="补")
    save_fields(sent, [FieldChange("legal_basis", "文号")], actor=people["信息中心填报人"])
    with pytest.raises(NotUndone, match=r"信息中心填报人 今天 .* 已经开始改"):
        undo(sent, actor=people["发改委审核人"])
    answer = at("发改委审核人").post(reverse("declarations:review_undo", args=[sent.pk]), follow=True)
    assert answer.status_code == 200
    assert "没有撤销：信息中心填报人" in answer.content.decode()
    assert Declaration.objects.get(pk=sent.pk).state == State.RETURNED


def test_taking_back_twice_finds_it_taken_back(sent, people, at):
    reviewer = people["发改委审核人"]
    perform(PASS, sent, actor=reviewer, version=sent.version)
    url = reverse("declarations:review_undo", args=[sent.pk])
    first, second = (at("发改委审核人").post(url) for _ in range(2))
    assert first.url == second.url == reverse("declarations:review", args=[sent.pk])
    assert AuditRecord.objects.filter(action="undo").count() == 1


@pytest.mark.parametrize("who", ["服务中心填报人", "发改委审核人", "财政审核人", "业务管理员"])
def test_only_the_unit_adjusts(approved, people, who):
    with pytest.raises(PermissionDenied):
        adjust(approved, actor=people[who], reason="x")


@pytest.mark.django_db(transaction=True)
def test_pass_and_return_at_once_one_wins(sent, people):
    reviewer, outcomes, start = people["发改委审核人"], [], threading.Barrier(6)

    def click(number):
        mine = Declaration.objects.get(pk=sent.pk)
        start.wait()
        try:
            if number % 2:
                perform(PASS, mine, actor=reviewer, version=sent.version)
            else:
                send_back(mine, actor=reviewer, version=sent.version, comment="退")
            outcomes.append("won")
        except (StateConflict, PermissionDenied):
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 5 + ["won"]
    state = Declaration.objects.get(pk=sent.pk).state
    assert ReturnRound.objects.count() == (state == State.RETURNED)
    assert AuditRecord.objects.filter(action__in=["pass", "return"]).count() == 1


def test_a_recall_loses_against_a_reviewer_who_opened_it_a_moment_before(sent, people):
    """The officer's page is older than the reviewer's look: the UPDATE decides, not the page."""
    stale = Declaration.objects.get(pk=sent.pk)
    mark_opened(sent, reviewer=people["发改委审核人"])
    assert stale.opened_at is None
    with pytest.raises(StateConflict):
        perform(RECALL, stale, actor=people["信息中心填报人"], version=stale.version)
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW


@pytest.mark.django_db(transaction=True)
def test_adjusting_twice_at_once_makes_one_new_version(approved, people):
    officer, made, start = people["信息中心填报人"], [], threading.Barrier(4)

    def click():
        mine = Declaration.objects.get(pk=approved.pk)
        start.wait()
        try:
            made.append(adjust(mine, actor=officer, reason="预算调减").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
