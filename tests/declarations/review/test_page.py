"""The review page: what it shows, to whom, and that opening it is noted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations.models import Declaration, FindingReason
from declarations.review.suggesting import suggest
from declarations.reviewing import send_back
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing import commenting
from perfgoals.reviewing.return_list import Listed, keep_notes
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, perform

pytestmark = pytest.mark.django_db


def _page(browser, form, more=""):
    return browser.get(reverse("declarations:review", args=[form.pk]) + more)


def test_opening_is_noted_for_the_reviewer_whose_turn_it_is_and_nobody_else(sent, at):
    for onlooker in ("财政审核人", "业务管理员", "信息中心审核人"):
        assert _page(at(onlooker), sent).status_code == 200
    assert Declaration.objects.get(pk=sent.pk).opened_at is None
    _page(at("发改委审核人"), sent)
    opened = Declaration.objects.get(pk=sent.pk)
    assert opened.opened_by.name == "发改委审核人"
    assert not AuditRecord.objects.exclude(action="submit").exists()


def test_only_the_reviewer_whose_turn_it_is_can_act(sent, at):
    mine = _page(at("发改委审核人"), sent).content.decode()
    assert 'value="pass"' in mine
    assert "列入退回" in mine
    theirs = _page(at("财政审核人"), sent).content.decode()
    assert 'value="pass"' not in theirs
    assert 'name="listed"' not in theirs
    assert "不轮到您办" in theirs


def test_the_next_step_leads_the_reviewer_here(sent, at):
    address = f'href="{reverse("declarations:review", args=[sent.pk])}"'
    tasks = reverse("declarations:tasks", args=[sent.pk])
    assert address in at("发改委审核人").get(tasks).content.decode()
    assert address not in at("财政审核人").get(tasks).content.decode()


def test_findings_stand_in_the_margin_with_the_units_reason(ready, people, at):
    from declarations.workflow import SUBMIT

    form = ready()
    FindingReason.objects.filter(declaration=form).update(reason="三年都按这个口径验收")
    perform(SUBMIT, form, actor=people["信息中心填报人"], version=form.version)
    page = _page(at("发改委审核人"), form)
    html = page.content.decode()
    assert "单位写的理由：三年都按这个口径验收" in html
    cards = [card for card in page.context["margin"].cards if card.number]
    numbers = [card.number for view in page.context["margin"].bands for card in view.cards]
    assert numbers == list(range(1, len(cards) + 1))
    for card in cards:
        assert f'id="m{card.number}"' in html
        assert f'id="n{card.number}"' in html


def test_last_years_targets_stand_beside_and_changes_are_drawn(sent, last_year, at):
    html = _page(at("发改委审核人"), sent).content.decode()
    assert "上年目标值（不印）" in html
    assert "拟对<del>3</del><ins>对2</ins>号楼" in html
    assert "上年没有" in html  # 员工满意度 is new
    assert "钱多了，“产出目标／数量”的 2 行目标值没有变" in html
    plain = _page(at("发改委审核人"), sent, "?compare=none").content.decode()
    assert "<ins>对2</ins>" not in plain


def test_after_a_return_the_page_says_what_was_asked_and_whether_it_changed(sent, people, at, free_submit):
    places = [NamedPlace("necessity", "改掉重字"), NamedPlace("indicators.aaaa0002", "写依据")]
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="请改两处", places=places)
    Declaration.objects.filter(pk=sent.pk).update(necessity="2018年对1号楼大修，拟对2号楼进行全面修缮。")
    sent.refresh_from_db()
    perform(free_submit, sent, actor=people["信息中心填报人"], version=sent.version)
    page = _page(at("发改委审核人"), sent)
    html = page.content.decode()
    assert "请改两处" in html
    assert "上次退回，这次改了</b>：改掉重字" in html
    assert "上次退回，这次没有改</b>：写依据" in html
    assert page.context["page"].base.key == "draft"
    assert "<del>对</del>" in html


def test_queries_do_not_grow_with_what_is_said(sent, last_year, people, at):
    reviewer, browser = people["发改委审核人"], at("发改委审核人")
    _page(browser, sent)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert _page(browser, sent).status_code == 200
        return len(seen)

    keep_notes(sent, [Listed("necessity", "改")], actor=reviewer)
    suggest(sent, "legal_basis", "检测报告（沪房检〔2019〕12号）", actor=reviewer)
    commenting.write(sent, path="necessity", text="为什么", author=reviewer)
    before = queries()
    rows = [f"indicators.aaaa000{number}.target" for number in (1, 2, 3)]
    keep_notes(sent, [Listed(path, "改") for path in [*rows, "project_name"]], actor=reviewer)
    for path in rows:
        suggest(sent, path, "≥99", actor=reviewer)
        commenting.write(sent, path=path, text="为什么", author=reviewer)
    assert queries() == before


def test_the_comparison_folds_what_did_not_change(sent, last_year, at):
    address = reverse("declarations:review_compare", args=[sent.pk])
    for person in ("发改委审核人", "信息中心填报人"):
        html = at(person).get(address).content.decode()
        assert "另有 2 行没有变" in html
        assert "<del>验收合格率</del>" in html
        assert "<ins>员工满意度</ins>" in html


def test_nothing_to_compare_with_is_said(sent, at):
    html = at("发改委审核人").get(reverse("declarations:review_compare", args=[sent.pk])).content.decode()
    assert "没有可以比较的" in html


def test_what_stands_on_the_form_is_escaped(sent, at):
    Declaration.objects.filter(pk=sent.pk).update(state=State.DEPARTMENT_REVIEW)
    html = (
        at("发改委审核人")
        .get(reverse("declarations:review", args=[sent.pk]) + "?compare=%3Cb%3E")
        .content.decode()
    )
    assert "<b>&" not in html
    assert "compare=<b>" not in html


def test_a_second_form_of_approved_targets_is_refused_in_words(sent, at):
    """Brought in or begun before its twin was approved: it cannot be approved, and the page says what to do."""
    twin = Declaration.objects.get(pk=sent.pk)
    twin.pk, twin.state = None, State.APPROVED
    twin.save(force_insert=True)
    Declaration.objects.filter(pk=sent.pk).update(state=State.FINANCE_REVIEW)
    body = {"decision": "approve", "version": sent.version}
    answer = at("财政审核人").post(reverse("declarations:review_decide", args=[sent.pk]), body, follow=True)
    assert answer.status_code == 200
    assert "没有批复：这个项目在本批次已经有一张批复的表" in answer.content.decode()
    assert Declaration.objects.get(pk=sent.pk).state == State.FINANCE_REVIEW
    assert AuditRecord.objects.filter(action="approve").count() == 0
