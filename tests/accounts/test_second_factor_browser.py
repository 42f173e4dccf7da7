"""Signing in again inside a page, where the password alone is not enough: nothing typed is lost."""

import time

import pytest
from django.conf import settings as live
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from perfgoals.accounts.models import Role
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, person):
    page.fill("#id_username", person.username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")


def test_the_text_stays_while_the_second_factor_is_given_in_another_window(page, live_server, people, settings):
    assert live.SECOND_FACTOR_ROLES == []
    settings.SECOND_FACTOR_ROLES = [Role.SYSTEM_ADMIN.value]
    person = people["系统管理员"]
    device = TOTPDevice.objects.create(user=person)

    def code():
        """The code of now, once more if it must be."""
        TOTPDevice.objects.update(last_t=-1, drift=0)
        totp = TOTP(device.bin_key)
        totp.time = time.time()
        return f"{totp.token():06}"

    page.goto(f"{live_server.url}/people/new/")
    sign_in(page, person)
    page.fill("#id_code", code())
    page.get_by_role("button", name="验证，接着办").click()
    page.fill("#id_name", "写了一半的姓名")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("document.dispatchEvent(new Event('perfgoals:signed-out'))")
    page.fill("#session-password", PASSWORD)
    page.get_by_role("button", name="登录，接着写").click()
    expect(page.locator("#session-second")).to_contain_text("还要做第二步验证")
    expect(page.locator("#session-password")).to_be_hidden()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新窗口里验证").click()
    other = opened.value
    other.fill("#id_code", code())
    other.get_by_role("button", name="验证，接着办").click()
    expect(other.locator("h1")).to_contain_text("账号")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#session-dialog")).to_be_hidden()
    expect(page.locator("#id_name")).to_have_value("写了一半的姓名")
    page.get_by_role("button", name="建账号").click()
    expect(page.locator("main .pg-error").first).to_be_visible()
