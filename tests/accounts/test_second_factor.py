"""The second factor: who needs it, binding, giving it, guessing, recovery codes, taking it away."""

import re
import time
from xml.etree import ElementTree

import pytest
from django.conf import settings as live
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts import second_factor as factor
from perfgoals.accounts.middleware import WITHOUT_SECOND_FACTOR
from perfgoals.accounts.models import Role
from perfgoals.audit.models import AuditRecord
from tests.conftest import PASSWORD
from tests.test_shell import ADDRESSES, OPEN, example

LOGIN, FACTOR, BIND = (reverse(f"accounts:{name}") for name in ("login", "second_factor", "second_factor_bind"))
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _between_two_codes(monkeypatch):
    """The clock stands in the middle of half a minute, so that no code changes while a test runs."""
    moment = time.time() // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: moment)


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_ROLES = [Role.FINANCE_REVIEWER.value, Role.SYSTEM_ADMIN.value]


@pytest.fixture
def reviewer(required, people):
    return people["财政审核人"]


def sign_in(client, person, **extra):
    return client.post(LOGIN, {"username": person.username, "password": PASSWORD} | extra)


def code_of(key, *, steps=0):
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def bind(client):
    """Binds an app to whoever is signed in; returns its key and the recovery codes."""
    client.get(BIND)
    key = client.session["second_factor_key"]
    answer = client.post(BIND, {"code": code_of(key, steps=-1)})
    assert answer.status_code == 200
    return key, answer.context["codes"]


@pytest.fixture
def bound(client, reviewer):
    """The reviewer has bound an app and signed out again."""
    sign_in(client, reviewer)
    key, codes = bind(client)
    client.post(reverse("accounts:logout"))
    sign_in(client, reviewer)
    return key, codes


def forget_waiting():
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    StaticDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)


# Who needs it ---------------------------------------------------------------------------------------------------------


def test_nobody_is_asked_where_no_role_needs_it(client, people):
    assert live.SECOND_FACTOR_ROLES == []
    sign_in(client, people["财政审核人"])
    assert client.get("/declarations/").status_code == 200


def test_other_roles_are_not_asked(client, required, people):
    sign_in(client, people["信息中心填报人"])
    assert client.get("/declarations/").status_code == 200


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - OPEN))
def test_nothing_is_reached_without_it_that_is_not_listed(client, reviewer, name):
    """Every address of the site, right after the password: bound or not."""
    sign_in(client, reviewer)
    answer = client.get(example(name))
    if name in WITHOUT_SECOND_FACTOR:
        assert answer.status_code in (200, 302, 405)
        return
    assert answer.status_code == 302
    assert answer.url.startswith(FACTOR + "?next=")
    assert client.post(example(name)).url == FACTOR


def test_a_bound_app_alone_opens_nothing_either(client, bound):
    assert client.get("/declarations/").url == FACTOR + "?next=%2Fdeclarations%2F"
    assert client.get(FACTOR).status_code == 200


def test_scripts_are_told_where_to_go(client, bound):
    answer = client.get("/declarations/", headers=JSON)
    assert answer.status_code == 403
    assert answer.json()["second_factor"] == FACTOR
    assert "还在本机" in answer.json()["message"]


def test_the_page_shows_no_navigation_before_it(client, reviewer):
    sign_in(client, reviewer)
    assert "主导航" not in client.get(BIND).text


def test_production_asks_reviewers_and_keepers(monkeypatch):
    import subprocess
    import sys

    from tests.test_settings import ROOT, SECRET, _plain

    environment = {"PERFGOALS_SECRET_KEY": SECRET, "PERFGOALS_ALLOWED_HOSTS": "goals.example"}
    script = "import perfgoals.settings as s; print(*s.SECOND_FACTOR_ROLES)"
    run = [sys.executable, "-c", script]
    roles = subprocess.run(
        run, cwd=ROOT, env=_plain() | environment, capture_output=True, text=True, check=True
    ).stdout.split()
    needed = {Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN}
    assert set(roles) == needed | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}


def test_a_role_that_does_not_exist_stops_the_site(settings):
    settings.SECOND_FACTOR_ROLES = ["finance_reviewer", "reviewer"]
    with pytest.raises(SystemCheckError, match="reviewer"):
        call_command("check")


# Binding --------------------------------------------------------------------------------------------------------------


def test_signing_in_leads_to_binding_and_on(client, reviewer):
    answer = client.post(
        LOGIN, {"username": reviewer.username, "password": PASSWORD, "next": "/declarations/?year=2020"}, follow=True
    )  # fmt: skip
    assert "绑定动态口令" in answer.text
    assert "财政审核人登录要做第二步验证" in answer.text
    key = client.session["second_factor_key"]
    assert factor.readable(key) in answer.text
    answer = client.post(BIND, {"code": code_of(key), "next": "/declarations/?year=2020"})
    assert answer.text.count("<li>") >= 10
    assert 'href="/declarations/?year=2020"' in answer.text
    assert client.get("/declarations/").status_code == 200
    assert AuditRecord.objects.filter(action="second_factor_enrol", actor=reviewer).count() == 1


def test_the_picture_holds_the_key_and_fits_the_csp(client, reviewer):
    sign_in(client, reviewer)
    page = client.get(BIND).text
    picture = reverse("accounts:second_factor_image")
    assert f'src="{picture}"' in page
    assert "data:" not in page
    answer = client.get(picture)
    assert answer["Content-Type"] == "image/svg+xml"
    assert "no-store" in answer["Cache-Control"]
    root = ElementTree.fromstring(answer.content)
    assert not [
        part for part in root.iter() if part.tag.endswith(("script", "style")) or "style" in part.attrib
    ]
    again = client.get(picture).content
    assert again == answer.content


def test_a_wrong_first_code_binds_nothing(client, reviewer):
    sign_in(client, reviewer)
    client.get(BIND)
    key = client.session["second_factor_key"]
    for typed in ("000000" if code_of(key) != "000000" else "111111", "abc", "", "１２", "9" * 41):
        answer = client.post(BIND, {"code": typed})
        assert answer.status_code == 422, typed
    assert client.session["second_factor_key"] == key
    assert not TOTPDevice.objects.exists()


def test_full_width_digits_and_spaces_are_digits(client, reviewer):
    sign_in(client, reviewer)
    client.get(BIND)
    code = code_of(client.session["second_factor_key"])
    wide = code[:3].translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}) + " " + code[3:]
    assert client.post(BIND, {"code": wide}).status_code == 200


def test_whoever_has_only_the_password_cannot_bind_another_app(client, bound):
    assert client.get(BIND).status_code == 403
    assert client.get(reverse("accounts:second_factor_image")).status_code == 403
    session = client.session
    session["second_factor_key"] = "ab" * 20
    session.save()
    assert client.post(BIND, {"code": code_of("ab" * 20)}).status_code == 403
    assert TOTPDevice.objects.get().key == bound[0]


def test_a_new_phone_replaces_the_old(client, bound):
    key, codes = bound
    client.post(FACTOR, {"code": code_of(key)})
    new, _ = bind(client)
    assert TOTPDevice.objects.get().key == new != key
    client.post(reverse("accounts:logout"))
    sign_in(client, TOTPDevice.objects.get().user)
    assert client.post(FACTOR, {"code": codes[0]}).status_code == 422


def test_anybody_may_bind_and_is_then_asked(client, required, people):
    filer = people["信息中心填报人"]
    sign_in(client, filer)
    key, _ = bind(client)
    other = Client()
    sign_in(other, filer)
    assert other.get("/declarations/").url.startswith(FACTOR)
    assert other.post(FACTOR, {"code": code_of(key)}).status_code == 302
    assert other.get("/declarations/").status_code == 200


# Giving it ------------------------------------------------------------------------------------------------------------


def test_the_right_code_opens_and_leads_on(client, bound):
    answer = client.post(FACTOR, {"code": code_of(bound[0]), "next": "/declarations/"})
    assert answer.url == "/declarations/"
    assert client.get("/declarations/").status_code == 200
    assert AuditRecord.objects.latest("sequence").action == "second_factor_verify"


def test_next_stays_on_this_site(client, bound):
    answer = client.post(FACTOR, {"code": code_of(bound[0]), "next": "https://elsewhere.example/"})
    assert answer.url == "/"


def test_a_code_works_once(client, bound, reviewer):
    code = code_of(bound[0])
    assert client.post(FACTOR, {"code": code}).status_code == 302
    other = Client()
    sign_in(other, reviewer)
    assert other.post(FACTOR, {"code": code}).status_code == 422


def test_the_session_gets_a_new_key(client, bound):
    before = client.session.session_key
    client.post(FACTOR, {"code": code_of(bound[0])})
    assert client.session.session_key != before


def test_guessing_is_slowed_down_in_words(client, bound):
    wrong = "000000" if code_of(bound[0]) != "000000" else "111111"
    answer = client.post(FACTOR, {"code": wrong})
    assert answer.status_code == 422
    assert re.search(r"动态口令不对。连续 1 次不对，1 秒后（\d\d:\d\d:\d\d）再试。", answer.text)
    TOTPDevice.objects.update(throttling_failure_count=12)
    answer = client.post(FACTOR, {"code": code_of(bound[0])})
    assert answer.status_code == 422
    assert "连续 12 次不对，35 分钟后" in answer.text
    assert AuditRecord.objects.filter(action="second_factor_failed").count() == 1
    forget_waiting()
    assert client.post(FACTOR, {"code": code_of(bound[0])}).status_code == 302


def test_guesses_count_across_sessions(client, bound, reviewer):
    client.post(FACTOR, {"code": "abcde-fghjk"})
    other = Client()
    sign_in(other, reviewer)
    assert "连续 1 次不对" in other.post(FACTOR, {"code": bound[1][0]}).text


# Recovery codes -------------------------------------------------------------------------------------------------------


def test_a_recovery_code_works_once(client, bound, reviewer):
    code = bound[1][3]
    assert client.post(FACTOR, {"code": code.upper().replace("-", " ")}).status_code == 302
    assert AuditRecord.objects.latest("sequence").changes == {"left": 9}
    other = Client()
    sign_in(other, reviewer)
    assert other.post(FACTOR, {"code": code}).status_code == 422


def test_codes_are_not_readable_in_the_database(bound):
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == len(set(bound[1])) == 10
    assert not kept & {factor.plain(code) for code in bound[1]}


def test_running_out_is_said(client, bound):
    keep = StaticToken.objects.values_list("pk", flat=True)[7:]
    codes = bound[1][7:]
    StaticToken.objects.exclude(pk__in=list(keep)).delete()
    answer = client.post(FACTOR, {"code": codes[0]}, follow=True)
    assert "恢复码还剩 2 个，换一组新的。" in answer.text


def test_a_new_set_is_shown_once_and_replaces_the_old(client, bound):
    client.post(FACTOR, {"code": code_of(bound[0])})
    answer = client.post(reverse("accounts:second_factor_codes"))
    fresh = answer.context["codes"]
    assert "no-store" in answer["Cache-Control"]
    assert not set(fresh) & set(bound[1])
    assert StaticToken.objects.count() == 10
    assert AuditRecord.objects.latest("sequence").action == "second_factor_codes"


def test_the_text_file_holds_own_codes_and_nothing_else(client, bound):
    client.post(FACTOR, {"code": code_of(bound[0])})
    sent = {"code": [*bound[1][:2], "<script>", "aaaaa-aaaaa"]}
    answer = client.post(reverse("accounts:second_factor_text"), sent)
    assert answer["Content-Type"].startswith("text/plain")
    assert "attachment" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    assert bound[1][0] in text
    assert "script" not in text
    assert "aaaaa" not in text
    stale = client.post(reverse("accounts:second_factor_text"), {"code": ["aaaaa-aaaaa"]}, follow=True)
    assert "这些恢复码已经作废" in stale.text


def test_the_page_of_a_bound_app(client, bound):
    client.post(FACTOR, {"code": code_of(bound[0])})
    text = client.get(FACTOR).text
    assert "还剩 10 个" in text
    assert bound[1][0] not in text


# Taking it away -------------------------------------------------------------------------------------------------------


def test_a_reset_ends_the_second_factor_of_open_sessions(client, bound, reviewer, people):
    client.post(FACTOR, {"code": code_of(bound[0])})
    assert client.get("/declarations/").status_code == 200
    factor.reset(reviewer, actor=people["安全管理员"])
    assert client.get("/declarations/").url.startswith(FACTOR)
    assert "绑定动态口令" in client.get("/declarations/", follow=True).text
    entry = AuditRecord.objects.latest("sequence")
    assert (entry.action, entry.actor, entry.subject) == ("second_factor_reset", people["安全管理员"], reviewer)


def test_after_a_reset_whose_role_needs_none_goes_on(client, people):
    filer = people["信息中心填报人"]
    sign_in(client, filer)
    bind(client)
    factor.reset(filer, actor=people["系统管理员"])
    assert client.get("/declarations/", follow=True).redirect_chain[-1][0] == "/declarations/"


def test_who_may_reset_whom(bound, reviewer, people):
    for name in ("审计员", "业务管理员", "外区财政审核人", "财政审核人", "信息中心填报人"):
        with pytest.raises(PermissionDenied):
            factor.reset(reviewer, actor=people[name])
    with pytest.raises(PermissionDenied):
        factor.reset(people["外区财政审核人"], actor=people["系统管理员"])
    with pytest.raises(factor.Refused):
        factor.reset(people["系统管理员"], actor=people["系统管理员"])
    assert TOTPDevice.objects.count() == 1


def test_resetting_nothing_is_not_an_act(people):
    factor.reset(people["财政审核人"], actor=people["系统管理员"])
    assert not AuditRecord.objects.exists()


def test_the_administrator_resets_on_the_page_of_the_person(reviewer, bound, people, settings):
    settings.SECOND_FACTOR_ROLES = []
    admin = Client()
    admin.force_login(people["系统管理员"])
    page = reverse("accounts:person", args=[reviewer.pk])
    assert "清除动态口令" in admin.get(page).text
    answer = admin.post(reverse("accounts:person_second_factor", args=[reviewer.pk]), follow=True)
    assert "动态口令已清除" in answer.text
    assert not TOTPDevice.objects.exists()
    assert "清除动态口令" not in admin.get(page).text


# Signing in again inside a page ---------------------------------------------------------------------------------------


def test_a_script_that_signs_in_is_told_about_the_second_factor(client, bound, reviewer):
    client.post(reverse("accounts:logout"))
    answer = client.post(LOGIN, {"username": reviewer.username, "password": PASSWORD}, headers=JSON)
    assert answer.json()["second_factor"] == FACTOR
    assert client.get(reverse("accounts:session")).json()["second_factor"] == FACTOR
    client.post(FACTOR, {"code": code_of(bound[0])})
    assert client.get(reverse("accounts:session")).json()["second_factor"] == ""


def test_the_password_of_others_is_changed_after_the_second_factor(client, bound, reviewer):
    reviewer.must_change_password = True
    reviewer.save()
    assert client.get("/").url.startswith(FACTOR)
    answer = client.post(FACTOR, {"code": code_of(bound[0])}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("accounts:password")


def test_no_query_for_whoever_needs_none(client, people, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, people["信息中心填报人"])
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("help"))
    assert not [query for query in seen.captured_queries if "otp_" in query["sql"]]
