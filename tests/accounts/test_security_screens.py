"""The 安全管理员: who has which role, locks, sign-ins of thirty days; the entrance only, the own region only."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts import watching
from perfgoals.audit import trail
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.wording import SENTENCES
from tests.conftest import PASSWORD

ROLES, SIGN_INS = reverse("accounts:roles"), reverse("accounts:sign_ins")


@pytest.fixture
def keeper(client, people):
    client.force_login(people["安全管理员"])
    return client


def lock(person):
    for _ in range(5):
        Client().post(reverse("accounts:login"), {"username": person.username, "password": "Wrong-password-1"})


def test_roles_of_the_own_region(keeper, people):
    text = keeper.get(ROLES).text
    assert "财政审核人" in text
    assert "外区填报人" not in text
    assert "外区财政局" not in text


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"role": "auditor"}, "审计员</span>", "信息中心同事</span>"),
        ({"q": "信息中心 同事"}, "信息中心同事</span>", "服务中心填报人</span>"),
        ({"state": "disabled"}, "信息中心同事</span>", "服务中心填报人</span>"),
        ({"state": "no_app"}, "服务中心填报人</span>", "信息中心同事</span>"),
        ({"role": "nothing", "state": "nothing", "page": "x"}, "服务中心填报人</span>", "nothing"),
    ],
)
def test_filters(keeper, people, asked, there, gone):
    colleague = people["信息中心同事"]
    colleague.is_active = False
    colleague.save()
    text = keeper.get(ROLES, asked).text
    table = text[text.index("<main") :]
    assert there in table
    assert gone not in table or gone == "nothing"


def test_nothing_can_be_changed_here_but_locks_and_phones(keeper, people):
    text = keeper.get(ROLES).text
    assert reverse("accounts:person", args=[people["信息中心填报人"].pk]) not in text
    assert keeper.get(reverse("accounts:people")).status_code == 403
    assert keeper.get("/declarations/").status_code == 403


def test_a_locked_name_is_seen_and_opened(keeper, people):
    person = people["信息中心填报人"]
    lock(person)
    assert "1 个账号因连续输错密码被锁定" in keeper.get(ROLES).text
    assert person.username in keeper.get(ROLES, {"state": "locked"}).text
    keeper.post(reverse("accounts:role_unlock", args=[person.pk]))
    assert AuditRecord.objects.latest("sequence").action == "account_unlock"
    answer = Client().post(reverse("accounts:login"), {"username": person.username, "password": PASSWORD})
    assert answer.status_code == 302


def test_a_lost_phone(keeper, people):
    person = people["信息中心填报人"]
    TOTPDevice.objects.create(user=person)
    assert "已绑定" in keeper.get(ROLES).text
    keeper.post(reverse("accounts:role_second_factor", args=[person.pk]))
    assert not TOTPDevice.objects.exists()


def test_other_regions_are_absent(keeper, people):
    for name in ("role_unlock", "role_second_factor"):
        address = reverse(f"accounts:{name}", args=[people["外区填报人"].pk])
        assert keeper.post(address).status_code == 404
    assert not AuditRecord.objects.exists()


def test_the_right_is_asked_again_inside_the_acts(people):
    for name in ("系统管理员", "审计员", "业务管理员"):
        for act in (watching.people_of, watching.entrance_records):
            with pytest.raises(PermissionDenied):
                act(people[name])
        with pytest.raises(PermissionDenied):
            watching.unlock(people["信息中心填报人"], actor=people[name])
    with pytest.raises(PermissionDenied):
        watching.unlock(people["外区填报人"], actor=people["安全管理员"])


def test_sign_ins_show_the_entrance_and_nothing_else(keeper, people, make_declaration):
    trail.record(actor=people["信息中心填报人"], action="start", subject=make_declaration())
    trail.record(actor=people["信息中心填报人"], action="sign_in", subject=people["信息中心填报人"])
    trail.record(actor=people["外区填报人"], action="sign_in", subject=people["外区填报人"])
    trail.record(actor=None, action="sign_in_failed", changes={"username": "ro…"})
    answer = keeper.get(SIGN_INS)
    assert [line.entry.sequence for line in answer.context["lines"]] == [4, 2]
    assert "ro…" in answer.text
    assert "办公用房修缮" not in answer.text
    assert [e.sequence for e in keeper.get(SIGN_INS, {"person": "信息中心"}).context["page"].entries] == [2]
    assert [e.sequence for e in keeper.get(SIGN_INS, {"action": "start"}).context["page"].entries] == []


def test_sign_ins_reach_thirty_days_back(keeper, people, monkeypatch):
    trail.record(actor=people["信息中心填报人"], action="sign_in")
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + datetime.timedelta(days=31))
    assert not watching.entrance_records(people["安全管理员"]).exists()


def test_a_lock_is_the_next_step(keeper, people):
    assert "没有等您办的事" in keeper.get(SIGN_INS).text
    lock(people["信息中心填报人"])
    text = keeper.get(SIGN_INS).text
    assert "看锁定的 1 次" in text
    assert "127.0.0.1" in text


def test_as_many_queries_for_few_as_for_many(keeper, people):
    def queries(page):
        with CaptureQueriesContext(connection) as seen:
            keeper.get(page)
        return len(seen)

    trail.record(actor=people["信息中心填报人"], action="sign_in", subject=people["信息中心填报人"])
    for page in (ROLES, SIGN_INS):
        keeper.get(page)
    before = [queries(page) for page in (ROLES, SIGN_INS)]
    for person in people.values():
        trail.record(actor=person, action="sign_in", subject=person)
        TOTPDevice.objects.create(user=person)
    assert [queries(page) for page in (ROLES, SIGN_INS)] == before


def test_every_act_of_the_entrance_has_its_words():
    assert set(watching.ENTRANCE) <= set(SENTENCES)
