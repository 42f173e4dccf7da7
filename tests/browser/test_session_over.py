"""The session ends while somebody writes in a form: they sign in where they are, and the text is saved."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from declarations.models import Declaration
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _refusals_are_expected(troubles):
    troubles.expect("status of 401")


def test_text_written_after_the_end_is_saved_after_signing_in(at, people, make_declaration):
    draft = make_declaration()
    page = at("信息中心填报人", reverse("declarations:step", args=[draft.pk, "case"]))
    here = page.url
    Session.objects.all().delete()
    page.locator("#f-legal_basis").fill("登录过期以后写的依据。")
    dialog = page.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("未保存，已存在本机")
    assert Declaration.objects.get(pk=draft.pk).legal_basis == ""

    dialog.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "登录过期以后写的依据。"
    assert page.url == here
    expect(page.locator("#f-legal_basis")).to_have_value("登录过期以后写的依据。")
    page.locator("#f-necessity").fill("接着写，用的是新的会话。")
    expect(page.locator("[data-save-for=necessity]")).to_contain_text("已保存")


def test_a_row_operation_after_the_end_asks_to_sign_in_and_works_afterwards(at, people, make_declaration):
    draft = make_declaration()
    page = at("信息中心填报人", reverse("declarations:step", args=[draft.pk, "indicators"]))
    Session.objects.all().delete()
    page.locator(".pg-addline").first.click()
    dialog = page.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert draft.indicators.count() == 0
    page.locator(".pg-addline").first.click()
    expect(page.locator("tr[data-row]")).to_have_count(1)


def test_somebody_else_signing_in_at_this_computer_does_not_save_my_text_as_theirs(
    at, context, people, make_declaration, troubles
):
    troubles.expect("status of 4(03|09)")
    draft = make_declaration()
    page = at("信息中心填报人", reverse("declarations:step", args=[draft.pk, "case"]))
    at("信息中心同事", reverse("declarations:list"), window=context.new_page())
    page.locator("#f-legal_basis").fill("填报人写的，不是同事写的。")
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("未保存，已存在本机")
    assert Declaration.objects.get(pk=draft.pk).legal_basis == ""
    expect(page.locator("#f-legal_basis")).to_have_value("填报人写的，不是同事写的。")
