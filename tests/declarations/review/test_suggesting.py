"""A reviewer proposes, the unit disposes (X-2): nothing of the form changes before it is accepted."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from declarations.models import Declaration
from declarations.review import suggesting
from declarations.review.suggesting import suggest
from declarations.workflow import RETURN
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.reviewing import return_list
from perfgoals.reviewing.models import Suggestion
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
TARGET = "indicators.aaaa0001.target"
BETTER = "2018年对1号楼大修，拟对2号楼进行全面修缮。"


@pytest.fixture
def reviewer(people):
    return people["发改委审核人"]


@pytest.fixture
def returned(sent, reviewer):
    """Returned with the place named and a suggestion for it, and one for a cell."""
    suggest(sent, "necessity", BETTER, actor=reviewer)
    suggest(sent, TARGET, "≥1500平方米", actor=reviewer)
    notes = return_list.listed(return_list.notes_of(sent, reviewer))
    return_list.give_back(
        RETURN,
        sent,
        actor=reviewer,
        version=sent.version,
        comment="见建议",
        places=[NamedPlace(note.path, note.note) for note in notes],
        reason_code="unclear",
        clause="",
    )
    return sent


def _answer(browser, form, path, do, **more):
    one = Suggestion.objects.get(path=path)
    return browser.post(reverse("declarations:suggestion", args=[form.pk, one.pk]), {"do": do} | more)


def test_a_suggestion_changes_nothing_and_joins_the_return_list(sent, reviewer, at):
    browser = at("发改委审核人")
    body = {"do": "suggest:necessity", "suggest:necessity": BETTER, "shown": ["necessity"]}
    answer = browser.post(reverse("declarations:review_keep", args=[sent.pk]), body)
    assert answer.url.endswith("#card-necessity")
    form = Declaration.objects.get(pk=sent.pk)
    assert form.necessity == sent.necessity
    assert form.version == sent.version
    assert return_list.notes_of(sent, reviewer)["necessity"].is_listed
    html = browser.get(reverse("declarations:review", args=[sent.pk])).content.decode()
    assert "建议改为" in html
    record = AuditRecord.objects.get(action="suggest")
    assert record.changes == {"necessity": [sent.necessity, BETTER]}


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("necessity", "2018年对1号楼大修，拟对对2号楼进行全面修缮。", "和原文一样"),
        ("project_name", "长" * 301, "最多 300 字"),
        ("indicators", "不是一格", "不能写建议"),
        ("indicators.aaaa0001", "不是一格", "不能写建议"),
        ("section:case", "不是一格", "不能写建议"),
        ("indicators.zzzz0001.target", "没有这一行", "不能写建议"),
        ("includes_government_purchase", "也许", "不能保存"),
    ],
)
def test_what_cannot_be_suggested_is_said_and_stays_on_screen(sent, reviewer, at, path, text, why):
    with pytest.raises(ValidationError, match=why):
        suggest(sent, path, text, actor=reviewer)
    body = {"do": "propose:0", "new-path:0": path, "new-note:0": text}
    answer = at("发改委审核人").post(reverse("declarations:review_keep", args=[sent.pk]), body)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Suggestion.objects.exists()


def test_only_the_reviewer_whose_turn_it_is_suggests_and_withdraws(sent, people, reviewer):
    for name in ("信息中心填报人", "财政审核人", "业务管理员"):
        with pytest.raises(PermissionDenied):
            suggest(sent, "necessity", BETTER, actor=people[name])
    one = suggest(sent, "necessity", BETTER, actor=reviewer)
    assert suggest(sent, "necessity", f"{BETTER}完。", actor=reviewer).pk == one.pk
    with pytest.raises(PermissionDenied):
        suggesting.withdraw(sent, one, actor=people["财政审核人"])
    suggesting.withdraw(sent, one, actor=reviewer)
    assert not Suggestion.objects.exists()
    assert AuditRecord.objects.filter(action="suggestion_withdraw").exists()


def test_the_officer_sees_it_at_the_field_once_it_is_returned(sent, reviewer, at):
    suggest(sent, "necessity", BETTER, actor=reviewer)
    step = reverse("declarations:step", args=[sent.pk, "case"])
    assert at("信息中心填报人").get(step).status_code == 302  # with the reviewer: closed
    Declaration.objects.filter(pk=sent.pk).update(state=State.RETURNED)
    html = at("信息中心填报人").get(step).content.decode()
    assert "建议改" in html
    assert "<del>对</del>" in html
    other = at("信息中心填报人").get(reverse("declarations:step", args=[sent.pk, "basics"]))
    assert "建议改" not in other.content.decode()


def test_accepting_writes_through_the_door_of_typing(returned, at):
    answer = _answer(at("信息中心填报人"), returned, "necessity", "accept:0")
    assert answer.status_code == 302
    returned.refresh_from_db()
    assert returned.necessity == BETTER
    mark = returned.marks.get(path="necessity")
    assert (mark.version, mark.saved_by.name) == (1, "信息中心填报人")
    assert Suggestion.objects.get(path="necessity").answer == "accepted"
    actions = list(AuditRecord.objects.order_by("sequence").values_list("action", flat=True))
    assert actions[-2:] == ["edit", "suggestion_accept"]
    again = _answer(at("信息中心填报人"), returned, "necessity", "accept:1")
    assert again.status_code == 302
    assert AuditRecord.objects.filter(action="suggestion_accept").count() == 1


def test_accepting_a_cell_keeps_its_reading_current(returned, at):
    _answer(at("信息中心填报人"), returned, TARGET, "accept:0")
    row = returned.indicators.get(row_id="aaaa0001")
    assert (row.target, row.reading_number) == ("≥1500平方米", 1500)


def test_declining_leaves_the_form_and_is_on_record(returned, at):
    before = returned.necessity
    _answer(at("信息中心填报人"), returned, "necessity", "decline")
    returned.refresh_from_db()
    assert returned.necessity == before
    assert Suggestion.objects.get(path="necessity").answer == "declined"
    assert AuditRecord.objects.filter(action="suggestion_decline").exists()


def test_a_field_that_moved_meanwhile_is_not_overwritten(returned, people, at):
    save_fields(returned, [FieldChange("necessity", "同事刚写的", 0)], actor=people["信息中心同事"])
    answer = _answer(at("信息中心填报人"), returned, "necessity", "accept:0")
    assert "没有替您采纳" in at("信息中心填报人").get(answer.url).content.decode() or answer.status_code == 302
    returned.refresh_from_db()
    assert returned.necessity == "同事刚写的"
    assert Suggestion.objects.get(path="necessity").answer == ""


def test_a_locked_place_cannot_be_accepted(sent, reviewer, at, people):
    from declarations.reviewing import send_back

    suggest(sent, "necessity", BETTER, actor=reviewer)
    send_back(
        sent,
        actor=reviewer,
        version=sent.version,
        comment="别处",
        places=[NamedPlace("legal_basis")],
    )
    browser = at("信息中心填报人")
    answer = _answer(browser, sent, "necessity", "accept:0")
    assert "已锁定" in browser.get(answer.url).content.decode()
    sent.refresh_from_db()
    assert sent.necessity != BETTER


def test_what_was_typed_elsewhere_on_the_page_is_saved_first(returned, at, people):
    from perfgoals.filling.posting import digest

    Declaration.objects.filter(pk=returned.pk).update(safeguards="")
    returned.refresh_from_db()
    import json

    page = json.dumps({"necessity": [0, digest(returned.necessity)], "legal_basis": [0, digest("检测报告")]})
    body = {"page": page, "necessity": returned.necessity, "legal_basis": "想改却没有退回的地方"}
    browser = at("信息中心填报人")
    answer = _answer(browser, returned, "necessity", "accept:0", **body)
    html = browser.get(answer.url).content.decode()
    assert "想改却没有退回的地方" in html  # refused by its lock, and given back
    returned.refresh_from_db()
    assert returned.necessity == BETTER


def test_somebody_elses_unit_and_reviewers_cannot_answer(returned, at):
    assert _answer(at("服务中心填报人"), returned, "necessity", "accept:0").status_code == 404
    assert _answer(at("信息中心审核人"), returned, "necessity", "accept:0").status_code == 403
