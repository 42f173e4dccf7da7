"""A browser that runs no script: a step is filled, a row added, a doubt answered and the form sent, by plain pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.checkup import findings_of
from declarations.models import Declaration
from declarations.published import published_documents
from declarations.speaking import write_rows
from perfgoals.findings import Level
from perfgoals.workflow import State
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain(another_browser, people, live_server) -> Page:
    page = another_browser(java_script_enabled=False)
    page.goto(live_server.url)
    page.get_by_label("登录名").fill("信息中心填报人")
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("我的项目")
    return page


def test_a_step_is_filled_and_the_next_one_opens(plain, live_server, make_declaration):
    draft = make_declaration()
    plain.goto(live_server.url + reverse("declarations:step", args=[draft.pk, "case"]))
    plain.locator("#f-project_overview").fill("概况。")
    plain.locator("#f-legal_basis").fill("依据，\n分两行。")
    plain.get_by_role("button", name="下一步").click()
    expect(plain.locator("h1")).to_contain_text("3")
    saved = Declaration.objects.get(pk=draft.pk)
    assert (saved.project_overview, saved.legal_basis) == ("概况。", "依据，\n分两行。")
    assert saved.indicators.count() == 0


def test_a_row_is_added_filled_moved_and_removed(plain, live_server, make_declaration):
    draft = make_declaration()
    plain.goto(live_server.url + reverse("declarations:step", args=[draft.pk, "indicators"]))
    add = plain.get_by_role("button", name="在“产出目标 › 数量”下加一行")
    add.click()
    plain.locator("[data-col=name]").fill("巡检次数")
    plain.locator("[data-col=target]").fill("≥12次")
    plain.locator("tr[data-row] summary").click()
    plain.get_by_role("button", name="在下面加一行").click()
    rows = plain.locator("tr[data-row]")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("[data-col=target]")).to_have_value("≥12次")
    expect(rows.first.locator("[data-reading]")).to_contain_text("≥ 12 次")
    rows.last.locator("summary").click()
    rows.last.get_by_role("button", name="删除这一行").click()
    expect(rows).to_have_count(1)
    plain.get_by_role("button", name="撤销上一步").click()
    expect(rows).to_have_count(2)
    assert list(draft.indicators.values_list("name", "target")) == [("巡检次数", "≥12次"), ("", "")]


def test_two_people_get_both_texts(plain, live_server, make_declaration, people, troubles):
    from perfgoals.filling.editing import FieldChange, save_fields

    troubles.expect("status of 409")
    draft = make_declaration()
    plain.goto(live_server.url + reverse("declarations:step", args=[draft.pk, "case"]))
    save_fields(draft, [FieldChange("legal_basis", "同事写的。", 0)], actor=people["信息中心同事"])
    plain.locator("#f-legal_basis").fill("我写的。")
    plain.locator("button[name=go][value=stay]:visible").last.click()
    conflict = plain.locator("[data-conflict=legal_basis]")
    expect(conflict).to_contain_text("同事写的。")
    expect(conflict).to_contain_text("我写的。")
    conflict.get_by_role("button", name="用我的").click()
    expect(plain.locator("[data-conflict]")).to_have_count(0)
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "我写的。"


def test_doubts_are_answered_and_the_form_is_sent(plain, live_server, make_declaration):
    document = dict(published_documents())["xxzx-2020-5"]
    draft = make_declaration(name=document.project_name)
    write_rows(document, draft)
    doubts = [finding for finding in findings_of(draft) if finding.level is Level.DOUBT]
    assert doubts
    plain.goto(live_server.url + reverse("declarations:check", args=[draft.pk]))
    for _ in doubts:
        form = plain.locator(".pg-reason").filter(has_text="记下理由").first
        form.locator("textarea").fill("与去年验收的口径一致。")
        form.get_by_role("button").click()
    expect(plain.locator(".pg-actionbar")).to_contain_text("可以送审")
    plain.get_by_role("button", name="送审").click()
    expect(plain.locator("h1")).to_have_text("已送审")
    assert Declaration.objects.get(pk=draft.pk).state == State.DEPARTMENT_REVIEW
