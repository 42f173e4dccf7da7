"""What is shared is enough: a kind that gives its data, its addresses and a few functions is filled in like declarations."""

import json

import pytest

from evaluations.models import Evaluation
from perfgoals.filling.addresses import page_url, place_url, step_url
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.next_step import next_for_filler
from perfgoals.filling.task_list import sections_page

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.filling.second_kind")]


@pytest.fixture
def form(opened):
    return opened()


@pytest.fixture
def li(client, people):
    client.force_login(people["信息中心填报人"])
    return client


def texts_of(form):
    """The section with words to write, and the first of its fields."""
    section = next(s for s in form.edition.sections if any(f.kind == "paragraph" for f in s.fields))
    return section, next(f.key for f in section.fields if f.kind == "paragraph")


def autosave(client, form, *changes):
    body = {"changes": [{"path": path, "value": value, "seen": seen} for path, value, seen in changes]}
    return client.post(page_url(form, "save"), json.dumps(body), content_type="application/json")


def test_every_step_is_drawn(li, form):
    for section in form.edition.sections:
        page = li.get(step_url(form, section.key))
        assert page.status_code == 200
        assert section.title in page.content.decode()


def test_a_cell_is_saved_and_a_copied_target_is_not(li, form):
    row = form.indicators.first()
    target = row.target
    actual, copied = f"indicators.{row.row_id}.actual", f"indicators.{row.row_id}.target"
    answer = autosave(li, form, (actual, "53家", 0), (copied, "≥1家", 0)).json()
    assert [one["path"] for one in answer["saved"]] == [actual]
    assert [one["path"] for one in answer["refused"]] == [copied]
    row.refresh_from_db()
    assert (row.actual, row.target) == ("53家", target)


def test_two_people_in_one_cell_get_both_texts(li, form, people):
    path = f"indicators.{form.indicators.first().row_id}.deviation_reason"
    save_fields(form, [FieldChange(path, "供应商晚到一周。")], actor=people["信息中心同事"])
    answer = autosave(li, form, (path, "招标流标一次。", 0))
    assert answer.status_code == 409
    [conflict] = answer.json()["conflicts"]
    assert conflict["theirs"] == "供应商晚到一周。"
    assert "第 1 行" in conflict["label"]


def test_a_plain_page_saves_what_was_changed_and_goes_on(li, form):
    section, key = texts_of(form)
    here = step_url(form, section.key)
    shown = li.get(here).context["page"]
    answer = li.post(here, {"page": shown, key: "全年巡检 12 次。", "go": "tasks"})
    assert answer.url == page_url(form, "tasks")
    fresh = Evaluation.objects.get(pk=form.pk)
    assert fresh.place_of(key).read(fresh) == "全年巡检 12 次。"


def test_a_stale_plain_page_shows_both_texts(li, form, people):
    section, key = texts_of(form)
    here = step_url(form, section.key)
    shown = li.get(here).context["page"]
    save_fields(form, [FieldChange(key, "同事写的。")], actor=people["信息中心同事"])
    answer = li.post(here, {"page": shown, key: "我写的。", "go": "stay"})
    assert answer.status_code == 409
    assert "同事写的。" in answer.content.decode()
    assert "我写的。" in answer.content.decode()


def test_the_column_follows_what_is_saved(li, form):
    section, _ = texts_of(form)
    page = li.get(f"{page_url(form, 'checkup')}?section={section.key}")
    assert page.status_code == 200
    assert page.context["step"].findings == form.findings()


def test_a_remark_hangs_on_a_cell(li, form):
    path = f"indicators.{form.indicators.first().row_id}.actual"
    page = li.get(f"{page_url(form, 'comments')}?path={path}")
    assert "批注：第 1 行" in page.content.decode()


def test_the_task_list_knows_what_is_typed(form, people):
    page = sections_page(form, form.document(), people["信息中心填报人"])
    assert [line.progress.section for line in page.lines] == list(form.edition.sections)
    step = next_for_filler(form, page.still_open, page.progress)
    assert step.url.startswith(page_url(form, "tasks").removesuffix("tasks/"))


def test_copied_rows_alone_do_not_fill_a_section(form, people):
    li = people["信息中心填报人"]

    def filling():
        page = sections_page(form, form.document(), li)
        return next(p.filling for p in page.progress if "indicators" in {f.key for f in p.section.fields})

    assert filling() == "empty"
    save_fields(form, [FieldChange(f"indicators.{form.indicators.first().row_id}.actual", "53家")], actor=li)
    assert filling() != "empty"


def test_a_finding_leads_to_its_control(form):
    row = form.indicators.first()
    url = place_url(form, f"indicators.{row.row_id}.actual")
    assert url.endswith(f"#f-indicators-{row.row_id}-actual")


def test_others_see_nothing(client, form, people):
    client.force_login(people["外区财政审核人"])
    section, key = texts_of(form)
    assert client.get(step_url(form, section.key)).status_code == 404
    assert autosave(client, form, (key, "x", 0)).status_code == 404
