"""A session ends while somebody types: the page says so, signs in again in place, and keeps every word."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def typing(page: Page, live_server, people) -> Page:
    """The 系统管理员 in the middle of a form."""
    page.goto(live_server.url + reverse("accounts:person_new"))
    page.fill("#id_username", "系统管理员")
    page.fill("#id_password", PASSWORD)
    page.click("text=登录 >> nth=-1")
    expect(page.locator("h1")).to_have_text("新建账号")
    page.fill("#id_name", "写到一半的名字")
    return page


def be_away(seconds: int) -> None:
    """As if the person had done nothing for so long."""
    for row in Session.objects.all():
        kept = row.get_decoded()
        kept["seen"] = int(time.time()) - seconds
        row.session_data = Session.objects.encode(kept)
        row.save()


def wake(page: Page) -> None:
    """Coming back to the tab makes the shell look at the session; its clock is moved, as after a night."""
    page.evaluate("Date.now = () => 8.64e15")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_warns_five_minutes_before_and_continues(typing, settings):
    be_away(26 * 60)
    wake(typing)
    warning = typing.locator("#session-warning")
    expect(warning).to_contain_text("还有 4 分钟没有操作就会自动退出。")
    warning.get_by_role("button", name="继续").click()
    expect(warning).to_be_hidden()
    expect(typing.locator("#id_name")).to_have_value("写到一半的名字")


def test_signs_in_in_place_and_keeps_what_was_typed(typing, places):
    be_away(31 * 60)
    wake(typing)
    dialog = typing.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("登录名")).to_have_value("系统管理员")
    expect(dialog.get_by_label("密码")).to_be_focused()

    typing.keyboard.type("wrong")
    typing.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("登录名或密码不对。")
    dialog.get_by_label("密码").fill(PASSWORD)
    typing.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    # The page goes on with the new session and its new CSRF token.
    expect(typing.locator("#id_name")).to_have_value("写到一半的名字")
    typing.fill("#id_username", "xinren")
    typing.select_option("#id_organization", label="上海市经济信息中心")
    typing.select_option("#id_role", "filer")
    typing.get_by_role("button", name="建账号").click()
    expect(typing.locator("h1")).to_have_text("写到一半的名字的一次性密码")


def test_focus_stays_in_the_dialog_and_escape_lets_one_read(typing):
    be_away(31 * 60)
    wake(typing)
    dialog = typing.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(8):
        typing.keyboard.press("Tab")
        inside = typing.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
        assert inside
    typing.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    bar = typing.locator("#session-over")
    expect(bar).to_contain_text("登录已过期。您写的内容还在本机")
    bar.get_by_role("button", name="登录").click()
    expect(dialog).to_be_visible()


def test_signing_in_in_another_tab_lets_this_one_go_on(typing, live_server, context):
    """The other tab changes the CSRF token; forms of this tab are sent with the new one."""
    other = context.new_page()
    be_away(31 * 60)
    other.goto(live_server.url + reverse("accounts:login"))
    other.fill("#id_username", "系统管理员")
    other.fill("#id_password", PASSWORD)
    other.locator("main button[type=submit]").click()
    expect(other.locator("h1")).to_have_text("账号")
    typing.get_by_role("button", name="建账号").click()
    expect(typing.locator("#id_username_error")).to_contain_text("写登录名。")
    expect(typing.locator("#id_name")).to_have_value("写到一半的名字")
