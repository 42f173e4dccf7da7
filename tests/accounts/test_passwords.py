"""Passwords: forced change, rules, memory, age."""

import datetime

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.accounts.passwords import (
    CharacterClassValidator,
    HistoryValidator,
    change_password,
    days_until_old,
    one_time_password,
)
from perfgoals.audit.models import AuditRecord
from tests.conftest import PASSWORD

PAGE = reverse("accounts:password")
NEW = "Brand-new-horse-7"


def change(client, old=PASSWORD, new=NEW, again=None):
    return client.post(PAGE, {"old": old, "new": new, "again": new if again is None else again})


@pytest.fixture
def person(client, people):
    client.force_login(people["信息中心填报人"])
    return people["信息中心填报人"]


def test_changing_keeps_this_session_and_ends_the_others(client, person, db):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(person)
    assert change(client).status_code == 302
    assert client.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert AuditRecord.objects.get().action == "password_change"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"old": "wrong"}, "现在的密码不对，注意大小写。"),
        ({"old": ""}, "写现在的密码。"),
        ({"new": ""}, "写新密码。"),
        ({"again": "something else"}, "两遍写得不一样。"),
        ({"new": "Sh0rt-1"}, "至少要 10 个字符。"),
        ({"new": "1234567890123"}, "不能全是数字。"),
        ({"new": "onlylettershere"}, "四类里至少要有三类。"),
        ({"new": PASSWORD}, "最近 5 次用过的密码不能再用。"),
    ],
)
def test_refusals_say_what_to_do(client, person, sent, message):
    answer = change(client, **sent)
    assert answer.status_code == 422
    assert message in answer.text
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_last_five_passwords_are_refused_the_sixth_is_not(person):
    used = [PASSWORD] + [f"Another-horse-{n}" for n in range(5)]
    for word in used[1:]:
        change_password(person, word)
    for word in used[1:]:
        with pytest.raises(ValidationError):
            HistoryValidator().validate(word, person)
    HistoryValidator().validate(PASSWORD, person)
    assert len(person.password_history) == 5
    assert all(not check_password("x", old) for old in person.password_history)


@pytest.mark.parametrize(
    ("word", "is_fine"),
    [("abcDEF123", True), ("abc-123", True), ("abcdef", False), ("abcDEF", False), ("中文abc1", True)],
)
def test_three_of_four_classes(word, is_fine):
    if is_fine:
        CharacterClassValidator().validate(word)
    else:
        with pytest.raises(ValidationError):
            CharacterClassValidator().validate(word)


def test_somebody_elses_password_must_be_changed_first(client, person):
    person.must_change_password = True
    person.save()
    for address in ("/", reverse("accounts:people"), "/declarations/"):
        assert client.get(address).url == PAGE
    page = client.get(PAGE)
    assert "改成只有您知道的再开始" in page.text
    assert "主导航" not in page.text
    assert change(client).url == "/"
    assert client.get(PAGE).status_code == 200
    person.refresh_from_db()
    assert person.must_change_password is False


def test_script_of_such_a_person_gets_json(client, person):
    person.must_change_password = True
    person.save()
    answer = client.get("/declarations/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.json()["password"]) == (403, PAGE)


def test_such_a_person_can_sign_out_and_read_help(client, person):
    person.must_change_password = True
    person.save()
    assert client.get("/help/").status_code == 200
    assert client.post(reverse("accounts:logout")).url == reverse("accounts:login")


def sign_in(client, person):
    return client.post(
        reverse("accounts:login"), {"username": person.username, "password": PASSWORD}, follow=True
    )


def aged(person, days):
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - datetime.timedelta(days=days))


def test_old_password_must_be_changed_at_the_next_sign_in(client, people):
    person = people["系统管理员"]
    aged(person, 91)
    assert "这个密码用了 90 天" in sign_in(client, person).text


def test_password_that_grows_old_is_announced(client, people):
    person = people["系统管理员"]
    aged(person, 85)
    assert "密码 4 天后到期，可以现在就改。" in sign_in(client, person).text


def test_age_never_interrupts_a_session(client, person):
    aged(person, 91)
    assert client.get("/help/").status_code == 200
    assert client.get("/").url != PAGE


def test_age_can_be_switched_off_and_spares_demo_accounts(person, settings):
    person.password_changed_at = timezone.now() - datetime.timedelta(days=900)
    assert days_until_old(person) == 0
    person.is_demo = True
    assert days_until_old(person) is None
    person.is_demo = False
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert days_until_old(person) is None


def test_one_time_passwords_are_readable_and_differ():
    words = {one_time_password() for _ in range(50)}
    assert len(words) == 50
    for word in words:
        assert len(word) == 14
        assert not set(word) & set("0O1lI")
        CharacterClassValidator().validate(word)
