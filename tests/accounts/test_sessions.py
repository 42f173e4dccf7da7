"""Sessions end when nobody is there, and scripts are told so in their own language."""

import json
import re

import pytest
from django.urls import reverse

from perfgoals.accounts import sessions

PROBE = reverse("accounts:session")
BACKGROUND = {"X-Background": "1"}
START = 1_700_000_000


class Clock:
    """Stands still until told otherwise."""

    def __init__(self):
        self.now = START

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    stopped = Clock()
    monkeypatch.setattr(sessions, "time", stopped)
    return stopped


@pytest.fixture
def signed_in(client, people, clock):
    client.force_login(people["信息中心填报人"])
    client.get("/help/")
    return client


def test_idle_session_ends_after_thirty_minutes(signed_in, clock):
    clock.now += 30 * 60 - 1
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["seconds_left"] == 1
    clock.now += 1
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["authenticated"] is False


def test_activity_moves_the_end(signed_in, clock):
    clock.now += 20 * 60
    signed_in.get("/help/")
    clock.now += 20 * 60
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["seconds_left"] == 10 * 60


def test_background_requests_do_not_keep_a_session_alive(signed_in, clock):
    for _ in range(6):
        clock.now += 5 * 60
        signed_in.get(PROBE, headers=BACKGROUND)
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["authenticated"] is False


def test_background_request_that_writes_into_the_session_does_not_either(signed_in, clock):
    clock.now += 29 * 60
    session = signed_in.session
    session["anything"] = 1
    session.save()  # moves the expiry date of the row
    clock.now += 60
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["authenticated"] is False


def test_continue_button_keeps_the_session(signed_in, clock):
    clock.now += 29 * 60
    assert signed_in.get(PROBE).json()["seconds_left"] == 30 * 60


def test_reading_pages_writes_the_session_at_most_once_a_minute(signed_in, clock, django_assert_num_queries):
    clock.now += 30
    # session, person, organization and unread notices for the top bar: no write
    with django_assert_num_queries(4):
        signed_in.get("/help/")


def test_page_knows_how_long_its_session_lasts(signed_in, clock):
    assert 'data-seconds="1800"' in signed_in.get("/help/").text


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"Accept": "application/json"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"X-Part": "1"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "same-origin"},
    ],
)
def test_script_without_session_gets_401_and_the_address(client, db, headers):
    answer = client.get(reverse("accounts:people"), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["login"] == reverse("accounts:login")
    assert answer.json()["message"] == "登录已过期。您写的内容还在本机。"


def test_json_post_without_session_gets_401(client, db):
    answer = client.post(reverse("accounts:person_new"), "{}", content_type="application/json")
    assert answer.status_code == 401


def test_expired_session_answers_401_to_scripts_and_the_door_to_people(signed_in, clock):
    clock.now += 31 * 60
    assert signed_in.get(reverse("accounts:password"), headers={"HX-Request": "true"}).status_code == 401
    door = signed_in.get(reverse("accounts:password"), headers={"Sec-Fetch-Mode": "navigate"})
    assert door.url == f"{reverse('accounts:login')}?next={reverse('accounts:password')}"


def test_switching_an_account_off_ends_its_sessions(signed_in, people):
    person = people["信息中心填报人"]
    person.is_active = False
    person.save()
    assert signed_in.get(PROBE, headers=BACKGROUND).json()["authenticated"] is False


# What was typed when the session was over -------------------------------------------------------------------------------

REASON = "合同价下调，巡检由六次改为四次。"


@pytest.fixture
def adjust(make_declaration):
    return reverse("declarations:adjust", args=[make_declaration().pk])


def test_a_text_posted_after_the_end_is_given_back(signed_in, clock, adjust, caplog):
    clock.now += 31 * 60
    page = signed_in.post(
        adjust,
        {
            "reason": REASON,
            "version": "17",
            "password": "geheim-1",
            "new_password": "geheim-2",
            "shown:a|b": "geheim-3",
        },
        headers={"Referer": f"http://testserver{adjust}?q=geheim-4"},
    )
    assert page.status_code == 403
    assert REASON in page.text
    assert "登录已过期。" in page.text
    assert f'href="{reverse("accounts:login")}?next={adjust.replace("/", "%2F")}"' in page.text
    assert "geheim" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert REASON not in caplog.text


def test_it_is_given_back_once_and_to_nobody_else(signed_in, clock, adjust, people):
    clock.now += 31 * 60
    signed_in.post(adjust, {"reason": REASON})
    assert REASON not in str(dict(signed_in.session))
    signed_in.force_login(people["信息中心同事"])
    for address in (adjust, "/", "/help/", reverse("accounts:password")):
        assert REASON not in signed_in.get(address, follow=True).text


def test_markup_in_it_stays_text(signed_in, clock, adjust):
    clock.now += 31 * 60
    page = signed_in.post(adjust, {"reason": "</textarea><script>alert(1)</script>"})
    assert "<script>alert" not in page.text


def test_a_foreign_page_is_not_led_back_to(signed_in, clock, adjust):
    clock.now += 31 * 60
    page = signed_in.post(adjust, {"reason": REASON}, headers={"Referer": "https://evil.example/form"})
    assert f'{reverse("accounts:login")}?next=%2F"' in page.text
    assert "evil" not in page.text


def test_without_a_text_the_door_opens_at_once(signed_in, clock, adjust):
    clock.now += 31 * 60
    assert signed_in.post(adjust, {"version": "17"}).status_code == 302


def test_a_password_that_is_due_does_not_swallow_a_text(signed_in, people, adjust):
    person = people["信息中心填报人"]
    person.must_change_password = True
    person.save()
    page = signed_in.post(adjust, {"reason": REASON})
    assert (page.status_code, REASON in page.text, "要先改密码。" in page.text) == (403, True, True)


def test_an_odd_token_is_refused_before_anything_is_given_back(people, adjust):
    """A form of another site cannot have its words shown on ours as somebody's own."""
    from django.test import Client

    page = Client(enforce_csrf_checks=True).post(adjust, {"reason": REASON})
    assert "登录已过期" not in page.text


def test_what_is_given_back_is_called_by_its_field(signed_in, clock, adjust):
    clock.now += 31 * 60
    known = {"budget.initial": [0, ""], "indicators.aa.actual": [0, ""], "indicators.bb.actual": [0, ""]}
    typed = {
        "actual_completion": "全年巡检六次",
        "indicators.bb.actual": "45次",
        "indicators.zz.actual": "46次",
        "late_words": "系统停机",
        "reason:budget_changed|budget.current_year": "年中追加",
        "budget.initial": "600000",
    }
    page = signed_in.post(adjust, typed | {"page": json.dumps(known)})
    names = re.findall(r'<label for="kept-\d+">(.*?)</label>', page.text)
    assert names[:3] == ["实际完成情况", "第 2 行 实际完成值", "第 3 项"]
    assert names[3:] == ["逾期说明", "留着不改的理由", "年初预算数：年度资金总额"]
    for odd in ("[", "[1]", '{"a": 1}', "\x00"):
        assert signed_in.post(adjust, {"reason": REASON, "page": odd}).status_code == 403
