"""Whatever is posted to the reviewer's doors is answered with a sentence, never with a 500."""

import pytest
from django.urls import reverse

from declarations.models import Declaration
from perfgoals.reviewing.models import ReturnNote, Suggestion
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
ODD = [
    "",
    "\0",
    "9" * 30,
    "section:",
    "indicators.",
    "indicators.aaaa0001.",
    "\u202e",
    "长" * 3000,
    "suggest:²",
]
# What is asked of each door; the odd text stands in every field besides.
DOORS = {
    "review_keep": ("stay", "list:0", "propose:0", "withdraw:{odd}", "{odd}"),
    "review_return": ("add", "return"),
    "review_decide": ("",),
    "review_undo": ("",),
}


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_values(sent, at, odd):
    browser = at("发改委审核人")
    keys = ("shown", "listed", "note:necessity", "new", "new-path:0", "new-note:0", "version", "decision", "whole",
            "reason", "comment", "clause")  # fmt: skip
    for name, acts in DOORS.items():
        for do in acts:
            body = dict.fromkeys(keys, odd) | {"do": do.format(odd=odd)}
            answer = browser.post(reverse(f"declarations:{name}", args=[sent.pk]), body)
            assert answer.status_code in (302, 403, 404, 409, 422), (name, do)
    assert Declaration.objects.get(pk=sent.pk).state == State.DEPARTMENT_REVIEW
    assert not Suggestion.objects.exists()
    assert not ReturnNote.objects.exists()


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_addresses(sent, last_year, at, odd):
    browser = at("发改委审核人")
    for name, key in (("review", "compare"), ("review_compare", "with"), ("review", "from")):
        answer = browser.get(reverse(f"declarations:{name}", args=[sent.pk]), {key: odd})
        assert answer.status_code == 200
    assert at("业务管理员").get(reverse("declarations:return_reasons"), {"year": odd}).status_code == 200


def test_more_places_than_a_return_holds_are_refused(sent, at):
    body = {"shown": [f"p{n}" for n in range(300)], "listed": [], "do": "return"}
    answer = at("发改委审核人").post(reverse("declarations:review_keep", args=[sent.pk]), body)
    assert answer.status_code == 422
    assert "退回整节" in answer.content.decode()
