"""Signing in: the same answer for every wrong pair, the lock after five, where one goes afterwards."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts import lockout
from tests.conftest import PASSWORD

LOGIN = reverse("accounts:login")
JSON = {"Accept": "application/json"}


def attempt(client, username, password, **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def fail(client, username, times):
    return [attempt(client, username, "Wrong-password-1") for _ in range(times)][-1]


@pytest.fixture
def filer(people):
    return people["信息中心填报人"]


def test_right_pair_signs_in_and_goes_home(client, filer):
    answer = attempt(client, filer.username, PASSWORD)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(filer.pk)


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/help/?a=1", "/help/?a=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_leads_only_to_this_site(client, filer, wanted, target):
    answer = client.post(LOGIN, {"username": filer.username, "password": PASSWORD, "next": wanted})
    assert answer.url == target


def test_next_survives_a_wrong_password(client, filer):
    answer = client.post(LOGIN, {"username": filer.username, "password": "x", "next": "/help/"})
    assert '<input type="hidden" name="next" value="/help/">' in answer.text


def test_unknown_name_wrong_password_and_disabled_account_get_the_same_words(client, filer, people):
    gone = people["服务中心填报人"]
    gone.is_active = False
    gone.save()
    pages = []
    for name, password in ((filer.username, "x"), ("nobody", "x"), (gone.username, PASSWORD)):
        answer = attempt(client, name, password)
        assert answer.status_code == 422
        pages.append(answer.text[answer.text.index('role="alert"') :].split("</div>")[0])
    assert len(set(pages)) == 1
    assert "登录名或密码不对" in pages[0]


def test_typed_name_stays_and_password_does_not(client, filer):
    answer = attempt(client, filer.username, "Secret-text-9")
    assert f'value="{filer.username}"' in answer.text
    assert "Secret-text-9" not in answer.text


def test_remaining_attempts_are_said_only_at_the_end(client, filer):
    assert "还可以再试 " not in fail(client, filer.username, 2).text
    assert "还可以再试 2 次，之后锁定 30 分钟" in fail(client, filer.username, 1).text


def test_empty_fields_are_named_and_not_counted(client, db):
    answer = attempt(client, "", "")
    assert answer.status_code == 422
    assert "写登录名。" in answer.text
    assert "写密码。" in answer.text
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("username", ["a" * 300, "a\x00b", "😀", "'; --"])
def test_odd_names_are_refused_calmly(client, db, username):
    assert attempt(client, username, "x").status_code == 422


def test_fifth_failure_locks_and_says_until_when(client, filer):
    answer = fail(client, filer.username, 5)
    assert answer.status_code == 429
    opens = timezone.localtime(timezone.now() + datetime.timedelta(minutes=30))
    assert f'等到 <span class="pg-nb">{opens:%H:%M}</span> 再登录' in answer.text
    assert "再试不会延长锁定时间" in answer.text


def test_locked_name_refuses_the_right_password(client, filer):
    fail(client, filer.username, 5)
    assert attempt(client, filer.username, PASSWORD).status_code == 429
    assert "_auth_user_id" not in client.session


def test_unknown_name_is_locked_like_a_known_one(client, db):
    assert fail(client, "nobody", 5).status_code == 429


def test_lock_opens_after_thirty_minutes_and_knocking_does_not_prolong_it(client, filer):
    fail(client, filer.username, 5)
    until = lockout.locked_until(filer.username, at=timezone.now())
    fail(client, filer.username, 3)
    assert lockout.locked_until(filer.username, at=timezone.now()) == until
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=31))
    assert attempt(client, filer.username, PASSWORD).status_code == 302


def test_another_person_is_not_locked(client, filer, people):
    fail(client, filer.username, 5)
    assert attempt(client, people["信息中心同事"].username, PASSWORD).status_code == 302


def test_success_forgets_earlier_failures(client, filer):
    fail(client, filer.username, 4)
    attempt(client, filer.username, PASSWORD)
    assert lockout.attempts_left(filer.username, at=timezone.now()) == 5


def test_lock_counts_over_addresses_and_browsers(client, filer):
    """Five failures are five failures, from wherever; the lock opens when enough of them are old."""
    now = timezone.now()
    for number, minutes in enumerate((25, 20, 1)):
        attempt(client, filer.username, "x", headers={"User-Agent": f"browser {number}"})
        AccessAttempt.objects.filter(user_agent=f"browser {number}").update(
            failures_since_start=2, attempt_time=now - datetime.timedelta(minutes=minutes)
        )
    until = lockout.locked_until(filer.username, at=now)
    assert until == now + datetime.timedelta(minutes=5)  # six, and four once the oldest two are forgotten


def test_script_gets_json(client, filer):
    wrong = attempt(client, filer.username, "x", headers=JSON)
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/json")
    assert wrong.json()["message"].startswith("登录名或密码不对。")
    right = attempt(client, filer.username, PASSWORD, headers=JSON)
    assert right.json()["authenticated"] is True
    assert right.json()["username"] == filer.username
    assert right.json()["csrf"]


def test_locked_script_gets_json(client, filer):
    fail(client, filer.username, 5)
    answer = attempt(client, filer.username, PASSWORD, headers=JSON)
    assert answer.status_code == 429
    assert answer.json()["message"] == "连续 5 次不对，登录已锁定，30 分钟后再试。"


def test_signed_in_person_does_not_see_the_door(client, filer):
    client.force_login(filer)
    assert client.get(LOGIN + "?next=/help/").url == "/help/"


def test_signing_out_is_a_post(client, filer):
    client.force_login(filer)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.post(reverse("accounts:logout")).url == LOGIN
    assert "_auth_user_id" not in client.session


def test_password_is_not_kept_in_the_failure_records(client, filer):
    attempt(client, filer.username, "Secret-text-9")
    record = AccessAttempt.objects.get()
    assert "Secret-text-9" not in record.post_data + record.get_data


def test_login_page_announces_open_campaigns(client, campaign):
    campaign.closes_at = timezone.now() + datetime.timedelta(days=3)
    campaign.save()
    assert campaign.name in client.get(LOGIN).text
    campaign.closes_at = timezone.now() - datetime.timedelta(days=3)
    campaign.save()
    assert campaign.name not in client.get(LOGIN).text
