"""The return list, the return, what is passed instead, and taking it back."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from declarations.models import Declaration
from declarations.reviewing import send_back
from declarations.workflow import RETURN
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing import return_list
from perfgoals.reviewing.models import ReturnNote, ReturnRound
from perfgoals.reviewing.reasons import all_reasons
from perfgoals.reviewing.return_list import Listed, choices, keep_notes, notes_of, said
from perfgoals.reviewing.returning import NamedPlace, openness_of
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
TARGET = "indicators.aaaa0001.target"


def url(name, form):
    return reverse(f"declarations:review_{name}", args=[form.pk])


@pytest.fixture
def reviewer(at):
    return at("发改委审核人")


@pytest.mark.parametrize(
    "path",
    [
        "indicators.aaaa0001.nowhere",
        "indicators.aaaa0001.target.more",
        "indicators.zzzz0001.target",
        "indicators..target",
        "indicators.aaaa0001.",
        "indicators.a\0b.target",
        "sub_projects.aaaa0001",
        "section:nowhere",
        "nowhere",
    ],
)
def test_a_place_that_is_not_on_the_form_is_refused(sent, people, path):
    reviewer = people["发改委审核人"]
    with pytest.raises(ValidationError, match="没有这一处"):
        send_back(sent, actor=reviewer, version=sent.version, comment="改", places=[NamedPlace(path)])
    with pytest.raises(ValidationError, match="没有这一处"):
        keep_notes(sent, [Listed(path)], actor=reviewer)


def test_ticks_and_notes_are_kept_and_told_to_the_script(sent, reviewer, people):
    body = {
        "shown": ["necessity", TARGET, "legal_basis"],
        "listed": ["necessity", TARGET],
        "note:necessity": "改掉重字\r\n“对对”",
        "note:legal_basis": "只是记一笔",
    }
    told = reviewer.post(url("keep", sent), body, headers={"accept": "application/json"}).json()
    assert told["count"] == 2
    assert told["words"] == "项目设立的必要性、绩效指标第 1 行"
    kept = notes_of(sent, people["发改委审核人"])
    assert {path: (n.note, n.is_listed) for path, n in kept.items()} == {
        "legal_basis": ("只是记一笔", False),
        "necessity": ("改掉重字\n“对对”", True),
        TARGET: ("", True),
    }
    reviewer.post(url("keep", sent), {"shown": ["necessity", TARGET], "note:necessity": "改掉重字"})
    kept = notes_of(sent, people["发改委审核人"])
    assert set(kept) == {"legal_basis", "necessity"}
    assert not kept["necessity"].is_listed


def test_notes_are_the_reviewers_own_and_only_on_their_turn(sent, people):
    for name in ("信息中心填报人", "财政审核人", "业务管理员", "信息中心审核人"):
        with pytest.raises(PermissionDenied):
            keep_notes(sent, [Listed("necessity")], actor=people[name])
    assert not ReturnNote.objects.exists()


def test_from_the_page_to_the_return_without_script(sent, reviewer, people):
    page = {"shown": ["necessity"], "listed": ["necessity"], "note:necessity": "改掉重字", "do": "return"}
    answer = reviewer.post(url("keep", sent), page)
    assert answer.url == url("return", sent)
    html = reviewer.get(answer.url).content.decode()
    assert "改掉重字" in html
    add = {"shown": ["necessity"], "listed": ["necessity"], "note:necessity": "改掉重字", "do": "add"}
    html = reviewer.post(answer.url, add | {"new": "section:budget", "comment": "写到一半"}).content.decode()
    assert "第 5 节 预算资金" in html
    assert "写到一半" in html
    send = {
        "shown": ["necessity", "section:budget"],
        "listed": ["necessity", "section:budget"],
        "note:necessity": "改掉重字",
        "reason": "contradiction",
        "comment": "两处对不上",
        "do": "return",
        "version": sent.version,
    }
    answer = reviewer.post(url("return", sent), send)
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.state == State.RETURNED
    kept = ReturnRound.objects.get()
    assert (kept.reason_code, kept.comment) == ("contradiction", "两处对不上")
    assert kept.clause == all_reasons()["contradiction"].clause
    assert {p.path: p.note for p in kept.places.all()} == {"necessity": "改掉重字", "section:budget": ""}
    openness = openness_of(sent)
    assert openness.allows("budget.total", sent.edition)
    assert not openness.allows("legal_basis", sent.edition)
    assert ReturnNote.objects.filter(used_in=kept).count() == 2
    assert "撤销（60 秒内）" in reviewer.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("change", "said_back"),
    [
        ({"reason": ""}, "从清单里选一个退回原因"),
        ({"reason": "made-up"}, "从清单里选一个退回原因"),
        ({"comment": " "}, "写一句要单位改什么"),
        ({"clause": "长" * 201}, "最多 200 字"),
        ({"listed": []}, "没有列出要改的地方"),
        ({"whole": "1"}, "只能选一样"),
        ({"note:necessity": "长" * 2001}, "最多 2000 字"),
        ({"version": "1"}, "您打开这一页之后，表变了"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(sent, reviewer, change, said_back):
    body = {
        "shown": ["necessity"],
        "listed": ["necessity"],
        "note:necessity": "改掉重字",
        "reason": "contradiction",
        "comment": "两处对不上",
        "do": "return",
        "version": str(sent.version),
    } | change
    answer = reviewer.post(url("return", sent), body)
    assert answer.status_code == (409 if "version" in change else 422)
    html = answer.content.decode()
    assert said_back in html
    for typed in (body["comment"].strip(), body["note:necessity"]):
        assert typed in html
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW


def test_returning_everything_is_said_outright(sent, reviewer):
    body = {"whole": "1", "reason": "unclear", "comment": "整体重写", "do": "return", "version": sent.version}
    reviewer.post(url("return", sent), body)
    sent.refresh_from_db()
    assert openness_of(sent).is_whole


def test_a_second_click_finds_the_work_done(sent, reviewer):
    body = {"whole": "1", "reason": "unclear", "comment": "重写", "do": "return", "version": sent.version}
    first, second = (reviewer.post(url("return", sent), body) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert ReturnRound.objects.count() == 1
    passed = {"decision": "pass", "version": sent.version}
    other = reviewer.post(url("decide", sent), passed)  # the window that is still open
    assert other.status_code == 409
    assert re.search("<h1.*>您 今天 .* 已经退回</h1>", other.content.decode())


@pytest.fixture
def second(at, people, places):
    """Another reviewer of the same department."""
    people["另一位"] = User.objects.create_user(
        "另一位",
        None,
        name="另一位审核人",
        role=Role.DEPARTMENT_REVIEWER,
        organization=places["发改委"],
        must_change_password=False,
    )
    return at("另一位")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("decide", {"decision": "pass"}),
        ("return", {"do": "return", "whole": "1", "reason": "unclear", "comment": "写明依据的文号"}),
        ("return", {"do": "add", "new": "necessity", "comment": "写明依据的文号"}),
        ("keep", {"do": "stay", "shown": ["necessity"], "note:necessity": "改掉重字"}),
    ],
)
def test_the_second_reviewer_is_told_who_was_faster_and_keeps_the_words(sent, reviewer, second, door, body):
    reviewer.post(url("decide", sent), {"decision": "pass", "version": sent.version})
    answer = second.post(url(door, sent), body | {"version": sent.version})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert re.search("<h1.*>发改委审核人 今天 .* 已经通过</h1>", html)
    assert "现在是“待财政审核”" in html
    assert reverse("declarations:inbox") in html
    assert body.get("comment", "") in html
    assert ("意见：项目设立的必要性" in html) == ("note:necessity" in body)
    assert Declaration.objects.get(pk=sent.pk).state == State.FINANCE_REVIEW
    assert not ReturnNote.objects.exists()
    assert second.get(url("return", sent)).status_code == 409


def test_the_second_reviewer_s_script_is_told_too(sent, reviewer, second):
    reviewer.post(url("decide", sent), {"decision": "pass", "version": sent.version})
    answer = second.post(url("keep", sent), {"shown": ["necessity"]}, headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("发改委审核人 今天 ")


def test_whose_turn_it_never_was_has_no_right(sent, reviewer, at):
    reviewer.post(url("decide", sent), {"decision": "pass", "version": sent.version})
    for name in ("信息中心审核人", "信息中心填报人", "业务管理员"):
        assert at(name).post(url("decide", sent), {"decision": "pass"}).status_code == 403, name


def test_passing_leads_to_the_next_form_and_can_be_taken_back(
    sent, reviewer, people, make_declaration, free_submit
):
    from perfgoals.workflow import perform

    other = make_declaration(name="另一个项目")
    perform(free_submit, other, actor=people["信息中心填报人"], version=1)
    Declaration.objects.filter(pk=other.pk).update(risk=0)  # the one after it in the list
    passed = {"decision": "pass", "version": sent.version}
    answer = reviewer.post(url("decide", sent), passed)
    assert answer.url.startswith(reverse("declarations:review", args=[other.pk]))
    assert "已通过“办公用房修缮”" in reviewer.get(answer.url).content.decode()
    assert reviewer.post(url("decide", sent), passed).status_code == 302  # the second click
    answer = reviewer.post(url("undo", sent))
    assert answer.url == reverse("declarations:review", args=[sent.pk])
    sent.refresh_from_db()
    assert sent.state == State.DEPARTMENT_REVIEW
    assert list(AuditRecord.objects.filter(object_id=sent.pk).values_list("action", flat=True)) == [
        "submit",
        "pass",
        "undo",
    ]


def test_taking_a_return_back_gives_notes_and_words_back(sent, reviewer, people):
    keep_notes(sent, [Listed("necessity", "改掉重字")], actor=people["发改委审核人"])
    return_list.give_back(
        RETURN,
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="两处对不上，请核对。",
        places=[NamedPlace("necessity", "改掉重字")],
        reason_code="unclear",
        clause="",
    )
    assert notes_of(sent, people["发改委审核人"]) == {}
    reviewer.post(url("undo", sent))
    assert notes_of(sent, people["发改委审核人"])["necessity"].note == "改掉重字"
    assert "两处对不上，请核对。" in reviewer.get(url("return", sent)).content.decode()


def test_a_form_with_a_return_list_is_not_passed_and_the_ticks_are_kept(sent, reviewer, people):
    body = {"decision": "pass", "version": sent.version, "shown": ["necessity"], "listed": ["necessity"]}
    answer = reviewer.post(url("decide", sent), body, follow=True)
    assert "退回清单上有 1 处" in answer.content.decode()
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW
    assert "necessity" in notes_of(sent, people["发改委审核人"])


def test_a_stale_page_passes_nothing(sent, reviewer):
    answer = reviewer.post(url("decide", sent), {"decision": "pass", "version": 1}, follow=True)
    assert "表变了，没有办" in answer.content.decode()
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW


def test_places_in_one_breath(sent):
    paths = [TARGET, "indicators.aaaa0003", "necessity", "section:budget", "indicators.aaaa0001.name"]
    words = said(sent, sent.document(), paths)
    assert words == "项目设立的必要性、第 5 节 预算资金、绩效指标第 1、3 行"


def test_every_place_to_choose_can_be_returned(sent, people):
    paths = [path for _, group in choices(sent, sent.document()) for path, _ in group]
    assert len(paths) == len(set(paths))
    assert len(paths) > 20
    keep_notes(sent, [Listed(path) for path in paths], actor=people["发改委审核人"])


def test_the_list_of_reasons_says_what_was_not_read():
    reasons = all_reasons()
    assert len(reasons) >= 10
    assert {reason.code for reason in reasons.values() if reason.confidence == "gk"} >= {"unrealistic"}
    assert all(reason.caution for reason in reasons.values() if reason.clause)
    assert all("〔" in reason.clause for reason in reasons.values() if reason.clause)


def test_used_reasons_are_counted_for_reviewers_and_the_admin(sent, reviewer, at, people):
    body = {"whole": "1", "reason": "unclear", "comment": "重写", "do": "return", "version": sent.version}
    reviewer.post(url("return", sent), body)
    reviewer.post(url("undo", sent))
    sent.refresh_from_db()
    places = {"shown": ["necessity"], "listed": ["necessity"], "version": sent.version}
    reviewer.post(url("return", sent), body | {"whole": ""} | places)
    page = at("业务管理员").get(reverse("declarations:return_reasons"))
    use = page.context["statistics"].uses[0]
    assert (use.reason.code, use.times, use.percent) == ("unclear", 1, 100)
    assert use.sections == (("立项情况", 1),)
    html = page.content.decode()
    assert "目标不明确" in html
    assert at("业务管理员").get(reverse("declarations:return_reasons") + "?year=2019").status_code == 200
