"""What the officer sees of a form that came back, and what both sides see of its way."""

import dataclasses
import datetime
import json
import re
from html import unescape

import pytest
from django.urls import reverse

from declarations import workflow
from declarations.models import Declaration
from declarations.reviewing import send_back, undo
from declarations.tables import acts
from declarations.tables.acts import RowRefused
from declarations.tables.kinds import INDICATORS, SUB_PROJECTS
from declarations.timeline import timeline_of
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.returned import returned_of, sections_to_mend
from perfgoals.findings import Level
from perfgoals.reviewing import commenting
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.reviewing.returning import LOCKED, NamedPlace, openness_of
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


# A form that came back can always be mended -----------------------------------------------------------------------------


@pytest.fixture
def summed(make_declaration, campaign, people):
    """A form of 2018, whose sub-projects add up to the money of the year; sent, then returned for that money alone."""
    campaign.edition_id = "sh-2018-declaration"
    campaign.save()
    money = {"total_typed": "300000", "current_year_typed": "300000"}
    declaration = make_declaration(necessity="渗漏", legal_basis="沪府发〔2016〕19号", **money)
    for position, (row_id, amount) in enumerate([("aaaa0001", "100000"), ("aaaa0002", "200000")]):
        declaration.sub_projects.create(row_id=row_id, position=position, name="修缮", amount_typed=amount)
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    perform(free, declaration, actor=people["信息中心填报人"], version=declaration.version)
    return declaration


def send_it_back(declaration, people, *paths):
    send_back(
        declaration,
        actor=people["发改委审核人"],
        version=declaration.version,
        comment="请改",
        places=[NamedPlace(path) for path in paths],
    )


def save(declaration, people, path, value):
    mark = declaration.marks.filter(path=path).first()
    seen = mark.version if mark else 0
    return save_fields(declaration, [FieldChange(path, value, seen)], actor=people["信息中心填报人"])


@pytest.mark.parametrize("named", ["budget.current_year", "section:budget", "sub_projects.aaaa0001"])
def test_what_a_sum_joins_with_a_returned_place_is_open(summed, people, named):
    send_it_back(summed, people, named)
    for path, value in (
        ("budget.current_year", "350000"),
        ("sub_projects.aaaa0001.amount", "120000"),
        ("sub_projects.aaaa0002.amount", "230000"),
    ):
        assert save(summed, people, path, value).saved, path
    assert [refused.message for refused in save(summed, people, "necessity", "改别处").refused] == [LOCKED]
    acts.delete_row(summed, SUB_PROJECTS, "aaaa0002", actor=people["信息中心填报人"])


@pytest.mark.parametrize("named", ["necessity", "sub_projects.aaaa0001.name"])
def test_a_return_that_touches_no_amount_opens_none(summed, people, named):
    send_it_back(summed, people, named)
    assert save(summed, people, "sub_projects.aaaa0002.amount", "1").refused
    assert save(summed, people, "budget.current_year", "1").refused
    with pytest.raises(RowRefused):
        acts.delete_row(summed, SUB_PROJECTS, "aaaa0002", actor=people["信息中心填报人"])


def test_an_error_can_be_mended_wherever_it_stands(summed, people):
    days = {"start_date": datetime.date(2020, 1, 1), "end_date": datetime.date(2020, 12, 31)}
    typed = {f"{name}_typed": day.isoformat() for name, day in days.items()}
    Declaration.objects.filter(pk=summed.pk).update(**days, **typed)
    summed.refresh_from_db()
    send_it_back(summed, people, "start_date")
    assert save(summed, people, "end_date", "2020-06-30").refused
    assert save(summed, people, "start_date", "2021-03-01").saved
    assert any(f.path == "end_date" and f.level is Level.ERROR for f in summed.findings())
    assert save(summed, people, "end_date", "2020-11-30").saved
    # It stays open under the hands of whoever mends it, also when the error is gone.
    assert save(summed, people, "end_date", "2021-06-30").saved
    assert save(summed, people, "end_date", "2021-09-30").saved
    assert save(summed, people, "legal_basis", "改别处").refused


def test_money_of_the_year_over_the_total_opens_the_total(summed, people):
    send_it_back(summed, people, "budget.current_year")
    assert save(summed, people, "budget.total", "350000").refused
    assert save(summed, people, "budget.current_year", "350000").saved
    assert save(summed, people, "budget.total", "350000").saved


def test_a_row_in_a_group_the_form_does_not_have_can_be_moved(summed, people):
    row = summed.indicators.create(
        row_id="bbbb0001", position=0, level1="没有这一级", level2="也没有", name="面积", target="≥1平方米"
    )
    send_it_back(summed, people, "necessity")
    assert save(summed, people, "indicators.bbbb0001.target", "≥2平方米").saved
    acts.delete_row(summed, INDICATORS, row.row_id, actor=people["信息中心填报人"])


def test_the_page_says_why_a_place_is_open_that_was_not_named(summed, people, at):
    send_it_back(summed, people, "budget.current_year")
    section = summed.edition.section_for_path("sub_projects").key
    page = at("信息中心填报人").get(reverse("declarations:step", args=[summed.pk, section])).text
    assert "和退回的地方在同一个合计里，也可以改" in page
    assert "这一节没有退回" not in page
    told = at("信息中心填报人").get(tasks(summed))
    assert f"“{summed.edition.fields['sub_projects'].term}”和退回的地方在同一个合计里，也可以改" in told.text
    # Nothing is written under 项目概况, an 错误 in a section that was not named.
    elsewhere = summed.edition.section_for_path("project_overview").key
    (line,) = (line for line in told.context["sections"] if line.progress.section.key == elsewhere)
    assert not line.is_locked
    assert (
        "没有点名退回；为改错误打开"
        in at("信息中心填报人").get(reverse("declarations:step", args=[summed.pk, elsewhere])).text
    )


def test_what_the_unit_is_mending_is_not_told_to_reviewers(summed, people):
    send_it_back(summed, people, "start_date")
    ours, theirs = (returned_of(summed, is_own=is_own) for is_own in (True, False))
    Declaration.objects.filter(pk=summed.pk).update(necessity="")
    assert ours.openness.mending() != frozenset()
    assert theirs.openness.mending() == frozenset()


def test_a_locked_cell_looks_locked_at_every_width(returned, people, at, make_declaration):
    """来源, where the row's lock stands, is left out on a narrow screen: cells and row number say it too."""
    row = returned.indicators.first()
    ReturnedPlace.objects.create(round=ReturnRound.objects.get(), path=f"indicators.{row.row_id}.target")
    page = (
        at("信息中心填报人")
        .get(
            reverse(
                "declarations:step", args=[returned.pk, returned.edition.section_for_path("indicators").key]
            )
        )
        .text
    )
    rows = dict(re.findall(r'data-row="(\w+)"(.*?)</tr>', page, re.DOTALL))
    number = re.search(r'class="pg-rowno".*?</td>', rows.pop(row.row_id), re.DOTALL)
    assert "已锁定" in number[0]  # the rest of this row
    own = re.search(rf'data-row="{row.row_id}".*?</tr>', page, re.DOTALL)[0]
    assert own.count("pg-in is-locked") == 1  # its name; the target was returned
    assert rows
    for other in rows.values():
        assert other.count("pg-in is-locked") == 2
        assert "已锁定" in re.search(r'class="pg-rowno".*?</td>', other, re.DOTALL)[0]


def test_nothing_looks_locked_in_a_draft(filled, at):
    draft = filled()
    section = draft.edition.section_for_path("indicators").key
    page = at("信息中心填报人").get(reverse("declarations:step", args=[draft.pk, section])).text
    assert "is-locked" not in page


def test_a_fix_that_would_write_to_a_locked_place_is_not_offered(sent, people, at):
    first, second, *_ = sent.indicators.all()
    sent.indicators.filter(pk__in=[first.pk, second.pk]).update(target="》=50家")
    send_it_back(sent, people, f"indicators.{first.row_id}")
    section = sent.edition.section_for_path("indicators").key
    for name, more in (("step", [section]), ("check", [])):
        page = at("信息中心填报人").get(reverse(f"declarations:{name}", args=[sent.pk, *more])).text
        offered = [unescape(value) for value in re.findall(r'name="fix" value="([^"]+)"', page)]
        assert any(first.row_id in value for value in offered), name
        for value in offered:
            paths = [path for path, *_ in json.loads(value)]
            assert all(openness_of(sent).allows(path, sent.edition) for path in paths), value
