"""What stands beside the fields of a form that came back: the reviewer's words, locks, changes, remarks."""

import dataclasses
import json

import pytest
from django.urls import reverse

from declarations import workflow
from declarations.reviewing import send_back
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.posting import digest
from perfgoals.reviewing import commenting
from perfgoals.reviewing.models import Comment
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(ready, people):
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    declaration = ready()
    perform(free, declaration, actor=people["信息中心填报人"], version=declaration.version)
    row = declaration.indicators.first()
    places = [
        NamedPlace("necessity", "1号楼花了多少？"),
        NamedPlace(f"indicators.{row.row_id}.target", "没有单位"),
    ]
    reviewer = people["发改委审核人"]
    send_back(declaration, actor=reviewer, version=declaration.version, comment="两处", places=places)
    return declaration


def step(declaration, path):
    key = declaration.edition.section_for_path(path).key
    return reverse("declarations:step", args=[declaration.pk, key])


def test_the_reviewers_words_stand_at_the_field(returned, at):
    page = at("信息中心填报人").get(step(returned, "necessity")).text
    assert "“1号楼花了多少？”" in page
    assert "改退回的“项目设立的必要性”" in page


def test_other_fields_are_locked_and_say_so(returned, at):
    page = at("信息中心填报人").get(step(returned, "necessity")).text
    control = page.split('id="f-legal_basis"')[1].split(">")[0]
    assert "readonly" in control
    assert "没有退回，已锁定" in page
    assert "readonly" not in page.split('id="f-necessity"')[1].split(">")[0]


def test_a_locked_section_says_so(returned, at):
    page = at("信息中心填报人").get(step(returned, "project_name")).text
    assert "这一节没有退回，已锁定，不用改。" in page


def test_rows_are_locked_one_by_one(returned, at):
    first, second = returned.indicators.all()[:2]
    page = at("信息中心填报人").get(step(returned, "indicators")).text
    assert "“没有单位”" in page
    assert "readonly" not in page.split(f'id="f-indicators-{first.row_id}-target"')[1].split(">")[0]
    assert "readonly" in page.split(f'id="f-indicators-{second.row_id}-target"')[1].split(">")[0]


def test_changes_are_shown_in_place(returned, at, people):
    save_fields(returned, [FieldChange("necessity", "两栋楼合计 120 万元。")], actor=people["信息中心填报人"])
    row = returned.indicators.first()
    path = f"indicators.{row.row_id}.target"
    save_fields(returned, [FieldChange(path, "6 套")], actor=people["信息中心填报人"])
    page = at("信息中心填报人").get(step(returned, "necessity")).text
    assert "改过 1 次" in page
    assert "<ins>" in page.split("改过 1 次")[1]
    assert "改过<wbr>1 次" in at("信息中心填报人").get(step(returned, "indicators")).text
    place = reverse("declarations:comments", args=[returned.pk]) + f"?path=indicators.{row.row_id}"
    assert "6 套" in at("信息中心填报人").get(place).text


def test_reviewers_see_changes_once_they_are_sent(returned, at, people):
    officer = people["信息中心填报人"]
    save_fields(returned, [FieldChange("necessity", "还没有送的句子。")], actor=officer)
    place = reverse("declarations:comments", args=[returned.pk]) + "?path=necessity"
    assert "改过 1 次" in at("信息中心填报人").get(place).text
    seen = at("发改委审核人").get(place)
    assert seen.status_code == 200
    assert "还没有送的句子" not in seen.text
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    returned.refresh_from_db()
    perform(free, returned, actor=officer, version=returned.version)
    assert "改过 1 次" in at("发改委审核人").get(place).text
    review = at("发改委审核人").get(reverse("declarations:review", args=[returned.pk])).text
    assert "改过 1 次" in review


def test_a_remark_inside_the_form_saves_what_was_typed(returned, at):
    """Without script the whole step is posted with the remark."""
    client = at("信息中心填报人")
    address = step(returned, "necessity")
    page = client.get(address).text
    assert 'name="new:necessity"' in page
    seen = {"necessity": [0, digest(returned.necessity)]}
    posted = {
        "page": json.dumps(seen),
        "necessity": "改好的必要性",
        "path": "necessity",
        "new:necessity": "已经补上",
    }
    comments = reverse("declarations:comments", args=[returned.pk])
    answer = client.post(f"{comments}?next={address}&nested=1", posted)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}#thread-necessity")
    returned.refresh_from_db()
    assert returned.necessity == "改好的必要性"
    assert Comment.objects.get().text == "已经补上"


def test_a_first_draft_has_nothing_beside_it(filled, at):
    page = at("信息中心填报人").get(step(filled(), "necessity")).text
    assert "写批注" not in page
    assert "改过" not in page


def test_the_step_costs_the_same_however_much_stands_beside_it(
    returned, at, people, django_assert_max_num_queries
):
    client, address = at("信息中心填报人"), step(returned, "indicators")
    reviewer, officer = people["发改委审核人"], people["信息中心填报人"]
    first = returned.indicators.first()
    commenting.write(returned, path=f"indicators.{first.row_id}", text="问", author=officer)
    save_fields(returned, [FieldChange(f"indicators.{first.row_id}.target", "7 套")], actor=officer)
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(address)
    for row in returned.indicators.all():
        commenting.write(returned, path=f"indicators.{row.row_id}", text=f"问 {row.row_id}", author=officer)
        commenting.write(returned, path=f"indicators.{row.row_id}", text="@信息中心同事 看", author=officer)
    assert reviewer
    with django_assert_max_num_queries(len(few)):
        client.get(address)
