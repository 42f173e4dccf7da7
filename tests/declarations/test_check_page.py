"""What the check page posts: its fixes and reasons do their work and lead back to it, and nothing typed is lost."""

import re
from html import unescape

import pytest
from django.urls import reverse

from declarations.models import Declaration, Indicator
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db

GOOD = "与去年验收的口径一致。"
MEAGRE = "无"


class CheckPage:
    """The page as a browser holds it: the fields of its one form, and its buttons."""

    def __init__(self, answer):
        self.html = answer.content.decode()
        self.fields = dict(re.findall(r'<input type="hidden"[^>]*? name="([^"]+)" value="([^"]*)"', self.html))
        boxes = re.findall(
            r'<textarea [^>]*?name="(reason:[^"]+)"[^>]*>\n?(.*?)</textarea>', self.html, re.DOTALL
        )
        self.boxes = {unescape(name): unescape(text) for name, text in boxes}
        buttons = re.findall(r'formaction="([^"]+)" name="(\w+)" value="([^"]*)"', self.html)
        self.buttons = [(unescape(address), name, unescape(value)) for address, name, value in buttons]

    def button(self, name, part):
        return next((at, {name: value}) for at, word, value in self.buttons if word == name and part in value)

    def posted(self, **typed):
        return {unescape(name): unescape(value) for name, value in self.fields.items()} | self.boxes | typed


@pytest.fixture
def look(at):
    def read(declaration):
        return CheckPage(at("信息中心填报人").get(reverse("declarations:check", args=[declaration.pk])))

    return read


@pytest.fixture
def two(filled, look):
    """A form with more than one 疑问: the form, its page, and the names of two boxes."""
    declaration = filled()
    page = look(declaration)
    first, second, *_ = page.boxes
    return declaration, page, first, second


def press(at, page, name, part, who="信息中心填报人", **typed):
    address, pressed = page.button(name, part)
    return at(who).post(address, page.posted(**typed) | pressed)


def given(declaration):
    return {f"reason:{reason.code}|{reason.path}": reason.reason for reason in declaration.reasons.all()}


def test_a_fix_is_written_and_leads_back(at, filled, look):
    declaration = filled()
    row = Indicator.objects.filter(declaration=declaration, level1="产出目标").first()
    Indicator.objects.filter(pk=row.pk).update(target="》=50家")
    answer = press(at, look(declaration), "fix", f"indicators.{row.row_id}.target")
    assert answer["Location"].startswith(f"{reverse('declarations:check', args=[declaration.pk])}#r-")
    row.refresh_from_db()
    assert row.target == "≥50家"


def test_a_reason_is_kept_and_leads_back(at, two, look):
    declaration, page, first, _ = two
    answer = press(at, page, "answer", first.removeprefix("reason:"), **{first: GOOD})
    here, _, anchor = answer["Location"].partition("#")
    assert here == reverse("declarations:check", args=[declaration.pk])
    assert given(declaration) == {first: GOOD}
    assert f'id="{anchor}"' in look(declaration).html


def test_one_button_keeps_every_reason_that_was_typed(at, two):
    declaration, page, first, second = two
    press(
        at, page, "answer", first.removeprefix("reason:"), **{first: GOOD, second: "合同另附，口径见第三页。"}
    )
    assert given(declaration) == {first: GOOD, second: "合同另附，口径见第三页。"}


def test_a_refused_reason_comes_back_on_the_page_with_all_others(at, two):
    declaration, page, first, second = two
    answer = press(at, page, "answer", first.removeprefix("reason:"), **{first: MEAGRE, second: GOOD})
    assert answer.status_code == 422
    again = CheckPage(answer)
    assert again.boxes[first] == MEAGRE
    assert "“无”看不出为什么" in again.html
    assert given(declaration) == {second: GOOD}  # a good one does not wait for the other
    # What the page knows of the refused one is still “nothing written”: pressed elsewhere, it is asked for again.
    assert press(at, again, "answer", second.removeprefix("reason:")).status_code == 422
    # Its address opens like any other page.
    assert at("信息中心填报人").get(answer.request["PATH_INFO"]).status_code == 200


def test_a_fix_loses_no_reason_half_written(at, filled, look):
    declaration = filled()
    row = Indicator.objects.filter(declaration=declaration, level1="产出目标").first()
    Indicator.objects.filter(pk=row.pk).update(target="》=50家")
    page = look(declaration)
    box = next(name for name in page.boxes if row.row_id not in name)
    answer = press(at, page, "fix", f"indicators.{row.row_id}.target", **{box: MEAGRE})
    row.refresh_from_db()
    assert row.target == "≥50家"
    assert (answer.status_code, CheckPage(answer).boxes[box]) == (422, MEAGRE)


def test_a_box_nobody_touched_takes_nothing_back(at, two, look):
    declaration, page, first, second = two
    press(at, page, "answer", first.removeprefix("reason:"), **{first: GOOD})
    mine, theirs = look(declaration), look(declaration)
    press(at, theirs, "answer", first.removeprefix("reason:"), "信息中心同事", **{first: "同事写得更清楚。"})
    press(at, mine, "answer", second.removeprefix("reason:"), **{second: GOOD})
    assert given(declaration) == {first: "同事写得更清楚。", second: GOOD}


def test_sending_keeps_a_reason_that_was_rewritten(at, ready, look):
    declaration = ready()
    page = look(declaration)
    box = next(iter(page.boxes))
    send = reverse("declarations:submit", args=[declaration.pk])
    refused = at("信息中心填报人").post(send, page.posted(**{box: MEAGRE}))
    assert (refused.status_code, CheckPage(refused).boxes[box]) == (422, MEAGRE)
    assert "没有送审：有 1 条理由没有记下" in refused.content.decode()
    assert Declaration.objects.get(pk=declaration.pk).state == State.DRAFT
    at("信息中心填报人").post(send, page.posted(**{box: "重新写过的理由。"}))
    assert given(declaration)[box] == "重新写过的理由。"
    assert Declaration.objects.get(pk=declaration.pk).state != State.DRAFT


def test_what_was_typed_for_a_form_that_is_sent_can_be_copied(at, two, people):
    declaration, page, first, _ = two
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=people["信息中心同事"])
    answer = press(at, page, "answer", first.removeprefix("reason:"), **{first: GOOD})
    assert answer.status_code == 422
    assert GOOD in answer.content.decode()
    assert not declaration.reasons.exists()


def test_the_words_for_being_late_stay_while_reasons_are_given(at, two):
    _, page, first, _ = two
    answer = press(at, page, "answer", first.removeprefix("reason:"), **{first: GOOD, "late_words": "等批文"})
    assert answer.context["late_said"]["words"] == "等批文"


@pytest.mark.parametrize("odd", ["//evil.example", "r-a b", "r-x\r\nSet-Cookie: a=b", "r-\u3000", ""])
def test_an_odd_anchor_is_left_out(at, two, odd):
    declaration, *_ = two
    here = reverse("declarations:check", args=[declaration.pk])
    assert at("信息中心填报人").post(here, query_params={"at": odd})["Location"] == here


@pytest.mark.parametrize("odd", ["reason:", "reason:a", "reason:a|b|c", "shown:x|y", "reason:x|\0"])
def test_odd_names_of_boxes_do_nothing(at, two, odd):
    declaration, *_ = two
    here = reverse("declarations:check", args=[declaration.pk])
    assert at("信息中心填报人").post(here, {odd: GOOD, "answer": odd, "shown:a|b|c": "1"}).status_code in (
        302,
        422,
    )
    assert not declaration.reasons.exists()
