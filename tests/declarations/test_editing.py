"""Saving fields: only what changed, only where nobody was faster, and nothing that cannot be kept."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from declarations.fields import cells_of, place_of, typed
from declarations.models import Declaration, FieldMark, Indicator, SubProject
from perfgoals.audit.models import AuditRecord
from perfgoals.editions import all_editions
from perfgoals.filling.editing import FieldChange, clean, marks_of, save_fields
from perfgoals.workflow import State, StateConflict


@pytest.fixture
def draft(make_declaration):
    return make_declaration(necessity="财政信息化工作需要。")


@pytest.fixture
def chen(people):
    return people["信息中心填报人"]


@pytest.fixture
def li(people):
    return people["信息中心同事"]


def save(draft, actor, path, value, seen=0):
    return save_fields(draft, [FieldChange(path, value, seen)], actor=actor)


def test_saves_the_named_field_only(draft, chen):
    stale = Declaration.objects.get(pk=draft.pk)
    save(draft, chen, "legal_basis", "《管理办法》（沪财绩〔2014〕22号）")
    outcome = save(stale, chen, "safeguards", "《内控手册》")
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.legal_basis, fresh.safeguards) == ("《管理办法》（沪财绩〔2014〕22号）", "《内控手册》")
    assert outcome.version == stale.version == fresh.version == 3
    assert stale.legal_basis == fresh.legal_basis


def test_says_who_and_when_and_which_version(draft, chen):
    first = save(draft, chen, "necessity", "停运一小时即影响支付。").saved[0]
    second = save(draft, chen, "necessity", "停运即影响支付。", first.version).saved[0]
    assert (first.version, second.version, second.by) == (1, 2, chen.name)
    mark = marks_of(draft)["necessity"]
    assert (mark.version, mark.saved_by, mark.saved_at) == (2, chen, second.at)


def test_the_version_grows_once_a_call(draft, chen):
    changes = [
        FieldChange("necessity", "甲"),
        FieldChange("legal_basis", "乙"),
        FieldChange("budget.total", "1"),
    ]
    assert save_fields(draft, changes, actor=chen).version == 2
    assert Declaration.objects.get(pk=draft.pk).version == 2


def test_the_same_text_again_is_saved_and_changes_nothing(draft, chen, li):
    """A request whose answer was lost is sent again; a colleague typed the same words."""
    save(draft, chen, "necessity", "停运即影响支付。")
    outcome = save(draft, li, "necessity", "停运即影响支付。")
    assert outcome.saved[0].version == 1
    assert outcome.saved[0].by == chen.name
    assert Declaration.objects.get(pk=draft.pk).version == outcome.version == draft.version == 2


def test_a_field_that_somebody_changed_meanwhile_is_a_conflict(draft, chen, li):
    save(draft, li, "necessity", "李航写的。")
    outcome = save(draft, chen, "necessity", "陈静写的。")
    (conflict,) = outcome.conflicts
    assert (conflict.yours, conflict.theirs, conflict.theirs_by) == ("陈静写的。", "李航写的。", li.name)
    assert (conflict.version, conflict.own, outcome.saved) == (1, False, [])
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.necessity, fresh.version, draft.version) == ("李航写的。", 2, 2)


def test_after_seeing_theirs_one_may_write_over_it(draft, chen, li):
    save(draft, li, "necessity", "李航写的。")
    conflict = save(draft, chen, "necessity", "陈静写的。").conflicts[0]
    assert save(draft, chen, "necessity", "陈静写的。", conflict.version).saved[0].version == 2


def test_ones_own_other_page_is_said_to_be_so(draft, chen):
    save(draft, chen, "necessity", "一。")
    assert save(draft, chen, "necessity", "二。").conflicts[0].own


def test_the_rest_of_a_page_is_saved_beside_a_conflict(draft, chen, li):
    save(draft, li, "necessity", "李航写的。")
    changes = [FieldChange("necessity", "陈静写的。"), FieldChange("legal_basis", "依据。")]
    outcome = save_fields(draft, changes, actor=chen)
    assert [saved.path for saved in outcome.saved] == ["legal_basis"]
    assert [conflict.path for conflict in outcome.conflicts] == ["necessity"]


def test_fields_kept_together_do_not_overwrite_each_other(make_declaration, chen, li, campaign):
    campaign.edition_id = "national-2021-declaration"
    draft = make_declaration()
    keys = [key for key in draft.edition.fields if place_of(draft.edition, key)]
    extra = [key for key in keys if place_of(draft.edition, key).write(Declaration(), "") == {"extra"}][:2]
    assert len(extra) == 2
    stale = Declaration.objects.get(pk=draft.pk)
    save(draft, chen, extra[0], "甲")
    save(stale, li, extra[1], "乙")
    fresh = Declaration.objects.get(pk=draft.pk)
    assert [typed(fresh, key) for key in extra] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018年1月1日", datetime.date(2018, 1, 1)),
        ("2020/2/1", datetime.date(2020, 2, 1)),
        ("2020-12-31", datetime.date(2020, 12, 31)),
        ("2020年12月底", None),
        ("2020-02-30", None),
        ("", None),
    ],
)
def test_a_date_is_kept_as_typed_and_read_where_it_can_be(draft, chen, text, day):
    save(draft, chen, "end_date", "2019-01-01")
    save(draft, chen, "end_date", text, 1)
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.end_date_typed, fresh.end_date) == (text, day)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3,059,776", Decimal("3059776")),
        ("６００００．５０", Decimal("60000.50")),
        ("约三百万", None),
        ("", None),
    ],
)
def test_an_amount_is_kept_as_typed_and_read_where_it_can_be(draft, chen, text, amount):
    save(draft, chen, "budget.current_year", "1")
    save(draft, chen, "budget.current_year", text, 1)
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.current_year_typed, fresh.current_year) == (text, amount)


@pytest.mark.parametrize(("text", "value"), [("是", True), ("否", False), ("", None)])
def test_yes_no(draft, chen, text, value):
    save(draft, chen, "includes_government_purchase", "是")
    save(draft, chen, "includes_government_purchase", text, 1)
    assert Declaration.objects.get(pk=draft.pk).includes_government_purchase is value


def test_a_cell_is_saved_with_its_reading(draft, chen):
    row = Indicator.objects.create(
        declaration=draft, position=1, level1="产出目标", level2="数量", name="部门数量"
    )
    outcome = save(draft, chen, f"indicators.{row.row_id}.target", ">=50家")
    row.refresh_from_db()
    assert (row.target, row.reading_operator, row.reading_number, row.reading_unit) == (
        ">=50家",
        ">=",
        50,
        "家",
    )
    assert [written.pk for written in outcome.rows] == [row.pk]


def test_a_sub_project_amount_is_saved_with_its_reading(make_declaration, chen, campaign):
    campaign.edition_id = "sh-2018-declaration"
    draft = make_declaration()
    row = SubProject.objects.create(declaration=draft, position=1, name="修缮")
    save(draft, chen, f"sub_projects.{row.row_id}.amount", "8,825,000")
    row.refresh_from_db()
    assert (row.amount_typed, row.amount) == ("8,825,000", 8825000)


def test_two_cells_of_one_row_by_two_people(draft, chen, li):
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出目标")
    stale = Declaration.objects.get(pk=draft.pk)
    save(draft, chen, f"indicators.{row.row_id}.name", "巡检次数")
    save(stale, li, f"indicators.{row.row_id}.target", "=6次")
    row.refresh_from_db()
    assert (row.name, row.target) == ("巡检次数", "=6次")


@pytest.mark.parametrize(
    "path",
    [
        "", "state", "version", "edition_id", "budget", "budget.", "budget.nothing", "indicators", "indicators.",
        "indicators..target", "indicators.abc", "sub_projects.1.name", "extra", "no\x00such", "\ud800", "x" * 5000,
        "__class__", "project_name.x",
    ],
)  # fmt: skip
def test_an_unknown_path_is_refused(draft, chen, path):
    outcome = save(draft, chen, path, "x")
    assert [refused.path for refused in outcome.refused] == [path]
    assert not FieldMark.objects.exists()


def test_a_cell_of_a_deleted_row_is_refused_and_said(draft, chen):
    outcome = save(draft, chen, "indicators.deadbeef.target", "≥50家")
    assert outcome.refused[0].message == "这一行已经删除，没有保存。"
    assert Declaration.objects.get(pk=draft.pk).version == draft.version == 1


def test_a_text_too_long_is_refused_with_its_length(draft, chen):
    outcome = save(draft, chen, "project_name", "名" * 301)
    assert "写了 301 字，最多 300 字" in outcome.refused[0].message
    assert save(draft, chen, "project_name", "名" * 300).saved
    assert save(draft, chen, "necessity", "名" * 20001).refused


def test_invisible_characters_are_taken_out_and_it_is_said(draft, chen):
    saved = save(draft, chen, "necessity", "停运\x00即\ud800影响\x0b支付\ufffe。").saved[0]
    assert saved.value == Declaration.objects.get(pk=draft.pk).necessity == "停运即影响支付。"
    assert "看不见的字符" in saved.note
    assert save(draft, chen, "legal_basis", "一\r\n二\t三").saved[0].note == ""


@given(st.text(st.characters(), max_size=40))
def test_a_cleaned_text_is_clean(text):
    once = clean(text, single_line=False)
    assert clean(once, single_line=False) == once
    assert not set(once) & {"\x00", "\r"}
    once.encode("utf-8")


def test_a_single_line_field_takes_no_line_break(draft, chen):
    assert save(draft, chen, "project_name", "办公用房\n修缮\n").saved[0].value == "办公用房 修缮"


@pytest.mark.parametrize("who", ["信息中心审核人", "服务中心填报人", "财政审核人", "业务管理员", "系统管理员"])
def test_nobody_else_writes(draft, people, who):
    with pytest.raises(PermissionDenied):
        save(draft, people[who], "necessity", "x")


def test_a_form_in_review_is_closed(draft, chen):
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=chen)
    with pytest.raises(StateConflict):
        save(draft, chen, "necessity", "x")  # the instance still says draft
    draft.refresh_from_db()
    with pytest.raises(StateConflict):
        save(draft, chen, "necessity", "x")
    assert Declaration.objects.get(pk=draft.pk).necessity == "财政信息化工作需要。"


def test_changes_after_a_return_are_on_record(draft, chen):
    save(draft, chen, "necessity", "一。")
    assert not AuditRecord.objects.exists()
    Declaration.objects.update(state=State.RETURNED)
    draft.refresh_from_db()
    save(draft, chen, "necessity", "二。", 1)
    assert AuditRecord.objects.get().changes == {"necessity": ["一。", "二。"]}


def test_an_autosave_costs_five_queries(draft, chen, django_assert_num_queries, transactional_db):
    save(draft, chen, "necessity", "一。")
    with django_assert_num_queries(6):  # BEGIN, claim, marks, mark, column, COMMIT
        save(draft, chen, "necessity", "二。", 1)


@pytest.mark.parametrize("edition_id", sorted(all_editions()))
def test_every_field_of_every_edition_can_be_saved(make_declaration, chen, campaign, edition_id):
    campaign.edition_id = edition_id
    draft = make_declaration()
    values = {
        key: f.kind for key, f in draft.edition.fields.items() if f.kind not in ("indicators", "sub_projects")
    }
    texts = {key: "是" if key == "includes_government_purchase" else "1" for key in values}
    changes = [FieldChange(key, text) for key, text in texts.items() if typed(draft, key) != text]
    outcome = save_fields(draft, changes, actor=chen)
    assert outcome.refused == outcome.conflicts == []
    fresh = Declaration.objects.get(pk=draft.pk)
    assert {key: typed(fresh, key) for key in values} == texts


def test_every_cell_of_a_row_can_be_saved(make_declaration, chen, campaign):
    campaign.edition_id = "national-2021-declaration"
    draft = make_declaration()
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出指标")
    paths = list(cells_of(draft.edition, row))
    assert f"indicators.{row.row_id}.weight" in paths
    save_fields(draft, [FieldChange(path, "10") for path in paths], actor=chen)
    row.refresh_from_db()
    assert set(cells_of(draft.edition, row).values()) == {"10"}
    assert row.weight == 10
