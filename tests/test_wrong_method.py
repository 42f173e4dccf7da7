"""An address that only takes what a button sends, opened by itself: a page that leads back to where the button stands."""

import re

from django.test import Client

from tests.test_access import LINES, address_of, make_objects

WRONG = "这个地址不能直接打开"
# Their page above only takes buttons as well, and leads on from there.
IN_TWO_STEPS = {"declarations:inbox_filter_delete"}


def way_on(answer):
    return re.search(r'class="btn btn-primary" href="([^"]*)"', answer.text)[1]


def test_every_such_address_leads_to_a_page(people, places, make_declaration):
    """Each address of the table of rights that is posted to; the method is refused before anybody's right is asked."""
    objects, client = make_objects(people, places, make_declaration), Client()
    client.force_login(people["发改委审核人"])
    seen = 0
    for address, name in {
        address_of(line, objects): line.name for line in LINES if line.method == "post"
    }.items():
        answer = client.get(address)
        if answer.status_code != 405:
            continue
        seen += 1
        assert WRONG in answer.text, name
        assert "POST" in answer["Allow"], name
        assert way_on(answer) != "/" or address == "/logout/", name
        onward = client.get(way_on(answer))
        if name in IN_TWO_STEPS:
            onward = client.get(way_on(onward))
        assert onward.status_code != 405, name
    assert seen > 20


def test_the_page_is_the_one_the_button_stands_on(people, make_declaration):
    draft, client = make_declaration(), Client()
    client.force_login(people["信息中心填报人"])
    form = f"/declarations/{draft.pk}/"
    for path, page in (
        ("fix/", ""),
        ("suggestions/7/", ""),  # not the section that would be called “suggestions”
        ("review/undo/", "review/"),
        ("comments/7/reply/", "comments/"),
    ):
        assert way_on(client.get(form + path)) == form + page


def test_a_script_gets_a_sentence(people, make_declaration):
    client = Client(headers={"Accept": "application/json"})
    client.force_login(people["信息中心填报人"])
    answer = client.get(f"/declarations/{make_declaration().pk}/save/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["message"].endswith("。")
