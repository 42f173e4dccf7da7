"""The trail of the entrance: every way in and out is on record, without passwords, with the address."""

import time

import pytest
from django.urls import reverse

from perfgoals.accounts import entrance
from perfgoals.audit import trail
from perfgoals.audit.models import AuditRecord
from tests.conftest import PASSWORD

LOGIN = reverse("accounts:login")
FROM = {"REMOTE_ADDR": "203.0.113.9"}


def attempt(client, username, password):
    return client.post(LOGIN, {"username": username, "password": password}, **FROM)


def acts():
    return list(AuditRecord.objects.values_list("action", "actor__username", "address"))


@pytest.fixture
def filer(people):
    return people["信息中心填报人"]


def test_in_and_out(client, filer):
    attempt(client, filer.username, PASSWORD)
    client.post(reverse("accounts:logout"), **FROM)
    assert acts() == [
        ("sign_in", filer.username, "203.0.113.9"),
        ("sign_out", filer.username, "203.0.113.9"),
    ]
    assert list(trail.breaks()) == []


def test_a_session_that_ends_by_itself(client, filer):
    client.force_login(filer)
    session = client.session
    session["seen"] = int(time.time()) - 3600
    session.save()
    client.get("/", **FROM)
    assert acts() == [("session_end", filer.username, "203.0.113.9")]


def test_a_wrong_password_is_on_record_without_the_password(client, filer):
    attempt(client, filer.username, "Wrong-password-1")
    assert acts() == [("sign_in_failed", filer.username, "203.0.113.9")]
    entry = AuditRecord.objects.get()
    assert "Wrong" not in f"{entry.changes}{entry.comment}"


def test_a_name_that_is_nobodys_is_kept_only_in_part(client, people):
    attempt(client, "Secret-typed-too-early", "x")
    entry = AuditRecord.objects.get()
    assert entry.actor is None
    assert entry.subject is None
    assert entry.changes == {"username": "Se…"}


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("a", "a"), ("ab", "ab"), ("abc", "ab…")])
def test_masked(typed, kept):
    assert entrance.masked(typed) == kept


def test_the_lock_is_on_record_once_and_knocking_is_not(client, filer):
    for _ in range(8):
        attempt(client, filer.username, "Wrong-password-1")
    attempt(client, filer.username, PASSWORD)
    actions = [action for action, _, _ in acts()]
    assert actions == ["sign_in_failed"] * 5 + ["lockout"]


def test_an_account_that_is_switched_off_says_so_to_the_auditor_only(client, filer):
    filer.is_active = False
    filer.save()
    answer = attempt(client, filer.username, PASSWORD)
    assert "停用" not in answer.text
    assert AuditRecord.objects.get().comment == "账号已停用。"


def test_an_empty_form_is_no_attempt(client, people):
    attempt(client, "", "")
    assert acts() == []
