"""What the officer sees of a form that came back, and what both sides see of its way."""

import dataclasses

import pytest
from django.urls import reverse

from declarations import workflow
from declarations.models import Declaration
from declarations.reviewing import send_back, undo
from declarations.timeline import timeline_of
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.returned import returned_of, sections_to_mend
from perfgoals.reviewing import commenting
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import perform

pytestmark = pytest.mark.django_db

PLACES = (NamedPlace("necessity", "1号楼、3号楼花了多少？"), NamedPlace("section:budget", "增幅请说明"))


@pytest.fixture
def sent(ready, people):
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    declaration = ready()
    perform(free, declaration, actor=people["信息中心填报人"], version=declaration.version)
    return declaration


@pytest.fixture
def returned(sent, people):
    send_back(
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="两处要补",
        places=PLACES,
        clause="财预〔2020〕10号",
    )
    return sent


def tasks(declaration):
    return reverse("declarations:tasks", args=[declaration.pk])


def change(declaration, person, path="necessity", value="两栋楼合计 120 万元，见附件 3。"):
    outcome = save_fields(declaration, [FieldChange(path, value)], actor=person)
    assert outcome.saved


def number(declaration, key):
    return [section.key for section in declaration.edition.sections].index(key) + 1


def test_the_next_step_names_the_sections(returned, at, people):
    necessity = returned.edition.section_for_path("necessity").key
    first, second = sorted((number(returned, necessity), number(returned, "budget")))
    page = at("信息中心填报人").get(tasks(returned)).text
    assert f"退回修改：请改第 {first}、{second} 节。" in page
    change(returned, people["信息中心填报人"])
    page = at("信息中心填报人").get(tasks(returned)).text
    assert f"请改第 {number(returned, 'budget')} 节（第 {number(returned, necessity)} 节已改）。" in page


def test_the_returned_sections_stand_first_with_the_reviewers_words(returned, at):
    page = at("信息中心填报人").get(tasks(returned))
    lines = page.context["sections"]
    assert {line.progress.section.key for line in lines[:2]} == {
        returned.edition.section_for_path("necessity").key,
        "budget",
    }
    assert all(line.is_locked for line in lines[2:])
    for words in (
        "“1号楼、3号楼花了多少？”",
        "“增幅请说明”",
        "两处要补",
        "财预〔2020〕10号",
        "没有退回，已锁定",
    ):
        assert words in page.text


def test_the_banner_says_that_changes_are_not_sent_yet(returned, at, people):
    banner = "已修改，尚未重新送审"
    addresses = [tasks(returned), reverse("declarations:check", args=[returned.pk])]
    addresses.append(reverse("declarations:preview", args=[returned.pk]))
    client = at("信息中心填报人")
    assert not any(banner in client.get(address).text for address in addresses)
    before = returned.necessity
    change(returned, people["信息中心填报人"])
    assert all(banner in client.get(address).text for address in addresses)
    mark = returned.marks.get(path="necessity")
    save_fields(
        returned, [FieldChange("necessity", before, mark.version)], actor=people["信息中心填报人"]
    )  # put back: nothing to send
    assert not any(banner in client.get(address).text for address in addresses)


def test_what_is_not_sent_yet_is_the_units_own(returned, at, people):
    change(returned, people["信息中心填报人"])
    page = at("发改委审核人").get(tasks(returned))
    assert page.status_code == 200
    assert "尚未重新送审" not in page.text
    assert not any(line.is_mended for line in page.context["sections"])
    assert any(line.is_mended for line in at("信息中心审核人").get(tasks(returned)).context["sections"])


def test_a_return_of_the_whole_form(sent, at, people):
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="重写")
    page = at("信息中心填报人").get(tasks(sent)).text
    assert "退回修改：照退回意见改，整张表都可以改。" in page
    assert "已锁定" not in page


def test_the_list_says_which_sections(returned, at, make_declaration, django_assert_num_queries):
    make_declaration(name="另一个")
    page = at("信息中心填报人").get(reverse("declarations:list")).text
    assert "请改第" in page
    with django_assert_num_queries(2):
        sections_to_mend([returned, returned])


def test_the_timeline_tells_all_acts_the_same_to_both_sides(returned, at, people):
    commenting.write(returned, path="necessity", text="补好了", author=people["信息中心填报人"])
    said = [step.text for step in timeline_of(returned)]
    sections = sorted(
        {number(returned, returned.edition.section_for_path("necessity").key), number(returned, "budget")}
    )
    words = "、".join(map(str, sections))
    assert f"发改委审核人 退回 2 处，在第 {words} 节" in said
    assert "之后批注 1 条" in said
    undo(returned, actor=people["发改委审核人"])
    said = [step.text for step in timeline_of(returned)]
    assert "发改委审核人 撤销退回" in said
    assert "发改委审核人 退回" in said
    officers = at("信息中心填报人").get(tasks(returned)).context["steps"]
    reviewers = at("发改委审核人").get(tasks(returned)).context["steps"]
    assert officers == reviewers


def test_the_cost_does_not_grow_with_places(returned, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(5) as few:
        returned_of(returned)
    Declaration.objects.filter(pk=returned.pk)
    assert len(few) <= 5
