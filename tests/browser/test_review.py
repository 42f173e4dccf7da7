"""A form goes to and fro: the reviewer ticks, suggests and returns it, takes that back, returns it again; the unit accepts."""

import dataclasses

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from declarations import workflow
from declarations.models import Declaration, Indicator
from perfgoals.workflow import State, perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OLD, NEW = "拟对对2号楼进行全面修缮。", "拟对2号楼进行全面修缮。"


@pytest.fixture
def sent(make_declaration, people):
    draft = make_declaration(necessity=OLD, legal_basis="检测报告")
    Indicator.objects.create(
        declaration=draft,
        position=1,
        row_id="aaaa0001",
        level1="产出目标",
        level2="数量",
        name="修缮面积",
        target="1344",
    )
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    perform(free, draft, actor=people["信息中心填报人"], version=draft.version)
    return draft


def test_a_form_goes_back_with_named_places_and_a_suggestion(at, another_browser, sent):
    page = at("发改委审核人", reverse("declarations:review", args=[sent.pk]))
    bar = page.get_by_role("form", name="审核结论")

    # A press on a cell leads to a note for it; what is ticked is kept at once and survives a reload.
    page.locator("td[data-path=legal_basis]").click()
    page.keyboard.type("写明检测报告的文号。")
    page.locator("[data-compose][open] button", has_text="列入退回").click()
    expect(bar).to_contain_text("退回 1 处：立项依据")
    card = page.locator("[data-card='indicators.aaaa0001.target']")
    card.get_by_label("列入退回").check()
    expect(bar).to_contain_text("退回 2 处：立项依据、绩效指标第 1 行")
    expect(page.get_by_role("button", name="通过")).to_have_attribute("aria-disabled", "true")
    page.reload()
    expect(card.get_by_label("列入退回")).to_be_checked()

    # A suggestion begins with the text of the form, and changes nothing there.
    page.locator("td[data-path=necessity]").click()
    page.keyboard.type(NEW)
    page.locator("[data-compose][open] button", has_text="作为修改建议").click()
    expect(page.locator("#card-necessity")).to_contain_text("建议改为")
    expect(bar).to_contain_text("退回 3 处")

    page.get_by_role("button", name="退回 3 处").click()
    page.get_by_label("退回原因").select_option("contradiction")
    expect(page.get_by_label("依据", exact=True)).not_to_have_value("")
    page.get_by_label("说明").fill("三处请改。")
    # By keyboard: the field above grows with its text, and a pointer may miss a button that is on its way.
    page.get_by_role("button", name="退回给单位").press("Enter")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("form", name="审核结论")).to_contain_text("退回 3 处")
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW

    page.get_by_role("button", name="退回 3 处").click()
    page.get_by_label("退回原因").select_option("contradiction")
    page.get_by_role("button", name="退回给单位").click()
    expect(page.locator("#messages")).to_contain_text("已退回“办公用房修缮”")
    assert Declaration.objects.get(pk=sent.pk).necessity == OLD

    officer = at(
        "信息中心填报人", reverse("declarations:step", args=[sent.pk, "case"]), window=another_browser()
    )
    expect(officer.locator(".pg-suggestion")).to_contain_text("发改委审核人建议改")
    officer.get_by_role("button", name="采纳", exact=False).first.click()
    expect(officer.locator("#f-necessity")).to_have_value(NEW)
    expect(officer.locator(".pg-suggestion")).to_have_count(0)
    assert Declaration.objects.get(pk=sent.pk).necessity == NEW
