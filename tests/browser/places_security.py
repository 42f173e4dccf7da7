"""The places of those who keep the office safe: the trail, roles, sign-ins, and the second factor."""

import time
from base64 import b32decode

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from perfgoals.accounts.models import Role, User
from tests.browser.conftest import let_in
from tests.browser.places import Visit, place

AUDITOR, GUARD = "auditor", "security-admin"


@place("audit", AUDITOR)
def _(visit):
    visit.open("audit:records")


@place("audit-nothing-found", AUDITOR)
def _(visit):
    visit.open("audit:records", more="?person=没有这个人&since=2020-01-01")


@place("audit-verified", AUDITOR)
def _(visit):
    visit.open("audit:records")
    visit.page.get_by_role("button", name="核对留痕").click()
    expect(visit.page.locator(".pg-headline")).to_contain_text("没有被动过")


@place("roles", GUARD)
def _(visit):
    visit.open("accounts:roles")


@place("sign-ins", GUARD)
def _(visit):
    visit.open("accounts:sign_ins")


@place("sign-ins-nothing-found", GUARD)
def _(visit):
    visit.open("accounts:sign_ins", more="?person=没有这个人")


# The second factor: each at a browser of its own, for somebody who has bound an app or is about to ------------------------


def _reviewer(visit: Visit, name: str) -> User:
    model = User.objects.get(username="department-jrb")
    person, _ = User.objects.get_or_create(
        username=name,
        defaults={
            "name": "要第二道验证的人",
            "role": Role.DEPARTMENT_REVIEWER,
            "organization": model.organization,
            "must_change_password": False,
        },
    )
    let_in(visit.page.context, name, visit.url)
    return person


def _bind(visit: Visit) -> None:
    """An app is bound the way people do it: its first code is the one before now, so that the next one is fresh."""
    visit.open("accounts:second_factor_bind")
    key = visit.page.locator(".pg-key").inner_text()
    visit.page.fill("#id_code", _code(key))
    visit.page.locator("main form button[type=submit]").first.click()
    expect(visit.page.locator("h1")).to_contain_text("恢复码")


def _code(key: str) -> str:
    bare = "".join(key.split())
    totp = TOTP(b32decode(bare + "=" * (-len(bare) % 8)))
    totp.time = time.time()
    return f"{totp.token():06}"


@place("second-factor-bind", who="")
def _(visit):
    _reviewer(visit, "factor-bind")
    visit.open("accounts:second_factor_bind")


@place("second-factor-bind-refused", who="", troubles=("status of 422",))
def _(visit):
    _reviewer(visit, "factor-bind")
    visit.open("accounts:second_factor_bind")
    visit.page.fill("#id_code", "12")
    visit.page.locator("main form button[type=submit]").first.click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("recovery-codes", who="")
def _(visit):
    TOTPDevice.objects.filter(user=_reviewer(visit, "factor-codes")).delete()
    _bind(visit)


@place("second-factor-bound", who="")
def _(visit):
    TOTPDevice.objects.filter(user=_reviewer(visit, "factor-bound")).delete()
    _bind(visit)
    visit.open("accounts:second_factor")
    expect(visit.page.locator("h1")).to_be_visible()


@place("second-factor", who="")
def _(visit):
    person = _reviewer(visit, "factor-asked")
    TOTPDevice.objects.get_or_create(user=person, confirmed=True, defaults={"name": "验证器"})
    let_in(visit.page.context, person.username, visit.url)
    visit.open("accounts:second_factor")
    expect(visit.page.locator("#id_code")).to_be_visible()


@place("second-factor-refused", who="", troubles=("status of 422",))
def _(visit):
    person = _reviewer(visit, "factor-refused")
    TOTPDevice.objects.get_or_create(user=person, confirmed=True, defaults={"name": "验证器"})
    visit.open("accounts:second_factor")
    visit.page.fill("#id_code", "000000")
    visit.page.locator("main form button[type=submit]").first.click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("given-back", troubles=("status of 403",), is_alone=True)
def _(visit):
    visit.open("declarations:deputies")
    visit.page.fill("#reason", "出差一周，请同事代办。")
    visit.page.context.clear_cookies(name="sessionid")
    visit.page.locator("#reason").evaluate("field => HTMLFormElement.prototype.submit.call(field.form)")
    expect(visit.page.locator("h1")).to_have_text("这次没有保存")
    expect(visit.page.locator(".pg-kept")).to_contain_text("出差一周，请同事代办。")
