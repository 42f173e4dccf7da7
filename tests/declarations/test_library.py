"""Indicators to borrow, the row view with and without script, and the library page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations import library
from declarations.models import Declaration, Indicator, LibraryIndicator, TableUndo
from declarations.tables import INDICATORS, acts
from declarations.tables.kinds import RowDraft
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.posting import dump, page_of
from perfgoals.workflow import State, StateConflict

QUANTITY = ("产出目标", "数量")
PART = {"HTTP_X_PART": "1"}


@pytest.fixture
def officer(people):
    return people["信息中心填报人"]


@pytest.fixture
def declaration(make_declaration):
    return make_declaration(performance_type="信息化建设工程类")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def entry(name, group=QUANTITY, **columns):
    return LibraryIndicator.objects.create(
        level1=group[0],
        level2=group[1],
        name=name,
        **{"target": "≥5次", "edition_id": "sh-2020-declaration", **columns},
    )


def url(declaration, operation, table="indicators"):
    return reverse("declarations:row", args=[declaration.pk, table, operation])


def add(declaration, officer, *names, group=QUANTITY, target="≥1次"):
    drafts = [RowDraft(group, {"name": name, "target": target}) for name in names]
    acts.insert_rows(declaration, INDICATORS, drafts, label=f"粘贴 {len(names)} 行", actor=officer)


# Offers --------------------------------------------------------------------------------------------------------------------


def test_the_form_offers_its_own_rows_and_marks_those_present(declaration, officer):
    add(declaration, officer, "预算执行率", group=("投入与管理", "投入管理"))
    offers = library.default_offers(declaration)
    assert offers
    assert {offer.name: offer.present for offer in offers}["预算执行率"] == 1
    done = library.take(declaration, "defaults", [o.key for o in offers if not o.present], actor=officer)
    assert done.said == f"已带入共性指标 {len(offers) - 1} 行"
    rows = Indicator.objects.exclude(name="预算执行率")
    assert {row.origin for row in rows} == {"default"}
    assert all(offer.present for offer in library.default_offers(declaration))


def test_library_entries_are_found_by_every_word_and_by_group(declaration):
    entry("巡检次数", definition="现场巡检")
    entry("用户满意度", ("效果目标", "满意度"), target="≥85%")
    entry("单价", ("成本指标", "经济成本"))
    assert [o.name for o in library.library_offers(declaration)[0]] == ["巡检次数", "用户满意度"]
    assert [o.name for o in library.library_offers(declaration, query="巡检 现场")[0]] == ["巡检次数"]
    assert [o.name for o in library.library_offers(declaration, query="85%")[0]] == ["用户满意度"]
    assert [o.name for o in library.library_offers(declaration, group=QUANTITY)[0]] == ["巡检次数"]
    assert library.library_offers(declaration, query="没有")[0] == []


def test_taking_from_the_library_copies_the_card_and_counts_the_use(declaration, officer):
    taken = entry("巡检次数", definition="现场巡检", data_source="工单系统", used=3)
    left = entry("工单数")
    library.take(declaration, "library", [str(taken.pk)], actor=officer)
    row = Indicator.objects.get()
    assert (row.name, row.definition, row.data_source, row.origin) == (
        "巡检次数",
        "现场巡检",
        "工单系统",
        "library",
    )
    assert (row.level1, row.level2, row.reading_unit) == (*QUANTITY, "次")
    assert LibraryIndicator.objects.get(pk=taken.pk).used == 4
    assert LibraryIndicator.objects.get(pk=left.pk).used == 0


def test_a_refused_taking_counts_nothing(declaration, officer):
    taken = entry("巡检次数")
    Declaration.objects.update(state=State.FINANCE_REVIEW, submitted_by=officer)
    with pytest.raises(StateConflict):
        library.take(declaration, "library", [str(taken.pk)], actor=officer)
    taken.refresh_from_db()
    assert taken.used == 0
    assert not Indicator.objects.exists()


@pytest.mark.parametrize("keys", [[], ["999999"], ["x"], ["-1"], ["9" * 40]])
def test_taking_nothing_says_so(declaration, officer, keys):
    with pytest.raises(acts.RowRefused, match="没有选中任何一行"):
        library.take(declaration, "library", keys, actor=officer)


def earlier(declaration, year, edition="sh-2020-declaration", state=State.APPROVED):
    then = Campaign.objects.get(pk=declaration.campaign_id)
    then.pk, then.fiscal_year, then.edition_id = None, year, edition
    then.name = f"{year}年度 {edition} {Campaign.objects.count()}"
    then.save()
    return Declaration.objects.create(
        project=declaration.project,
        organization=declaration.organization,
        campaign=then,
        fiscal_year=year,
        edition_id=edition,
        state=state,
        project_name=declaration.project_name,
    )


def old_row(last, name, group, target, position=1):
    return Indicator.objects.create(
        declaration=last,
        position=position,
        level1=group[0],
        level2=group[1],
        name=name,
        target=target,
        baseline="83%",
    )


def test_last_year_says_what_differs_from_this_years_rows(declaration, officer):
    last = earlier(declaration, 2019)
    for at, (name, target) in enumerate([("巡检次数", "=6次"), ("工单数", "≥120个"), ("培训场次", "≥2场")], 1):
        old_row(last, name, QUANTITY, target, at)
    add(declaration, officer, "巡检次数", target="=6次")
    add(declaration, officer, "工单数", target="≥90个")
    notes = {offer.name: offer.note for offer in library.last_year_offers(declaration, last)}
    assert notes == {
        "巡检次数": "与第 1 行一样",
        "工单数": "第 2 行今年写的是“≥90个”",
        "培训场次": "今年的表里没有",
    }
    library.take(declaration, "last_year", [last.indicators.get(name="培训场次").row_id], actor=officer)
    row = declaration.indicators.get(name="培训场次")
    assert (row.origin, row.baseline, row.target) == ("last_year", "83%", "≥2场")


def test_last_year_is_the_form_in_force_of_the_latest_earlier_year(declaration):
    assert library.last_declaration(declaration) is None
    earlier(declaration, 2018)
    in_force = earlier(declaration, 2019)
    earlier(declaration, 2019, state=State.SUPERSEDED)
    earlier(declaration, 2019, state=State.DRAFT)
    assert library.last_declaration(declaration) == in_force


def test_rows_of_another_form_ask_for_the_group_where_only_a_person_can_choose(declaration, officer):
    last = earlier(declaration, 2018, "sh-2018-declaration")
    old_row(last, "系统巡检次数", ("产出目标", ""), "=6次")
    old_row(last, "某某事项", ("产出目标", ""), "有", 2)
    first, second = library.last_year_offers(declaration, last)
    assert (first.must_choose, first.group) == (True, QUANTITY)
    assert (second.must_choose, second.group) == (True, None)
    assert "上年在“产出目标”" in second.note
    with pytest.raises(acts.RowRefused, match="“某某事项”还没有选放在哪一组"):
        library.take(declaration, "last_year", [first.key, second.key], actor=officer)
    chosen = {second.key: ("产出目标", "质量")}
    library.take(declaration, "last_year", [first.key, second.key], actor=officer, chosen=chosen)
    assert [row.level2 for row in declaration.indicators.all()] == ["数量", "质量"]


# The view -----------------------------------------------------------------------------------------------------------------


def test_an_operation_answers_the_table_alone_with_what_to_say_and_focus(signed_in, declaration):
    answer = signed_in.post(url(declaration, "add"), {"group": "3"}, **PART)
    row = Indicator.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="indicator-table"' in page
    assert "<html" not in page
    assert 'data-said="已加第 1 行"' in page
    assert f'data-focus="{row.row_id}"' in page
    assert f'data-path="indicators.{row.row_id}.name" data-seen="0"' in page
    assert "撤销上一步：加第 1 行" in page


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (None, 401),
        ("信息中心填报人", 200),
        ("信息中心同事", 200),
        ("信息中心审核人", 403),
        ("服务中心填报人", 404),
        ("发改委审核人", 404),
        ("财政审核人", 404),
        ("业务管理员", 403),
        ("系统管理员", 404),
        ("外区填报人", 404),
    ],
)
def test_who_may_change_rows(client, people, declaration, person, code):
    if person:
        client.force_login(people[person])
    for operation in ("add", "paste", "undo", "bring"):
        data = {"group": "3", "text": "甲\t1", "pick": "1", "source": "library"}
        answer = client.post(url(declaration, operation), data, **PART)
        expected = 422 if code == 200 and operation == "bring" else code
        assert answer.status_code == expected, operation
    for operation in ("table", "defaults", "library", "last_year", "paste"):
        assert client.get(url(declaration, operation), **PART).status_code == code, operation
    assert Indicator.objects.exists() == (code == 200)


@pytest.mark.parametrize("part", [{}, PART])
def test_a_form_in_review_answers_409_and_says_why(signed_in, declaration, officer, part):
    add(declaration, officer, "巡检次数")
    Declaration.objects.update(state=State.FINANCE_REVIEW, submitted_by=officer)
    answer = signed_in.post(url(declaration, "delete"), {"row": Indicator.objects.get().row_id}, **part)
    assert answer.status_code == 409
    assert "这张表已经不能改行了" in answer.content.decode()
    assert Indicator.objects.exists()


def test_a_row_that_a_colleague_deleted_answers_409_with_the_table_as_it_is(signed_in, declaration, officer):
    add(declaration, officer, "巡检次数", "工单数")
    gone = Indicator.objects.get(name="工单数")
    acts.delete_row(declaration, INDICATORS, gone.row_id, actor=officer)
    answer = signed_in.post(url(declaration, "duplicate"), {"row": gone.row_id}, **PART)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "这一行已经不在表里" in page
    assert "巡检次数" in page
    assert "工单数" not in page


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        ("nothing", {}),
        ("table", {}),
        ("add", {"below": "x" * 5000}),
        ("add", {"group": "99"}),
        ("add", {"group": "²"}),
        ("delete", {"row": "\x00"}),
        ("place", {"row": "", "near": ""}),
        ("undo", {"step": "9" * 30}),
        ("undo", {"step": "abc"}),
        ("add", {"group": "9" * 5000}),
        ("regroup", {"row": "", "group": "-1"}),
        ("put", {}),
        ("put", {"text": "甲\t1", "group-99999999999999999999": "1", "group-²": "0", "which": "all"}),
        ("bring", {"source": "elsewhere", "pick": "1"}),
    ],
)
def test_nonsense_is_never_an_error_of_ours(signed_in, declaration, operation, data):
    for part in ({}, PART):
        answer = signed_in.post(url(declaration, operation), data, **part)
        assert answer.status_code in (200, 302, 404, 409, 422)
    assert signed_in.get(url(declaration, operation), data, **PART).status_code in (200, 302, 404)


def test_unknown_tables_are_404(signed_in, declaration):
    assert signed_in.post(url(declaration, "add", "marks"), **PART).status_code == 404
    assert (
        signed_in.post(url(declaration, "add", "sub_projects"), **PART).status_code == 404
    )  # not on this form
    assert signed_in.get(url(declaration, "library", "sub_projects"), **PART).status_code == 404


def test_without_script_what_was_typed_is_saved_before_rows_change(signed_in, declaration, officer):
    add(declaration, officer, "巡检次数", "工单数")
    section = declaration.edition.section_for_path("indicators")
    first, second = declaration.indicators.all()
    page = dump(page_of(declaration, section, {}))
    typed = {f"indicators.{first.row_id}.target": "=12次", f"indicators.{second.row_id}.name": "工单数量"}
    answer = signed_in.post(url(declaration, "delete"), {"page": page, "row": second.row_id, **typed})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#f-indicators-{first.row_id}-name")
    first.refresh_from_db()
    assert first.target == "=12次"
    assert [row.name for row in declaration.indicators.all()] == ["巡检次数"]
    signed_in.post(url(declaration, "undo"), {"step": TableUndo.objects.first().pk})
    assert declaration.indicators.get(row_id=second.row_id).name == "工单数量"


def test_without_script_a_conflict_stops_the_operation_and_shows_the_text(
    signed_in, declaration, officer, people
):
    from perfgoals.filling.editing import FieldChange, save_fields

    add(declaration, officer, "巡检次数")
    row = Indicator.objects.get()
    path = f"indicators.{row.row_id}.target"
    page = dump(page_of(declaration, declaration.edition.section_for_path("indicators"), {}))
    save_fields(declaration, [FieldChange(path, "=8次")], actor=people["信息中心同事"])
    answer = signed_in.post(url(declaration, "delete"), {"page": page, "row": row.row_id, path: "=12次"})
    assert answer.status_code == 422
    assert "=12次" in answer.content.decode()
    assert Indicator.objects.get().target == "=8次"


@pytest.mark.parametrize("operation", ["paste", "defaults", "library", "last_year"])
def test_without_script_a_panel_is_a_page(signed_in, declaration, operation):
    page = signed_in.get(url(declaration, operation)).content.decode()
    assert "<html" in page
    assert 'class="pg-panel"' in page


def test_paste_shows_first_and_writes_only_after_the_second_click(signed_in, declaration):
    text = "三级目标\t指标目标值\n运维人员配备数量\t>=21人\n现场维护服务时长\t\n<b>坏</b>数量\t≥1个\n"
    shown = signed_in.post(url(declaration, "paste"), {"text": text}, **PART).content.decode()
    assert "粘贴了 3 行，2 行可以放入" in shown
    assert "&lt;b&gt;坏&lt;/b&gt;数量" in shown
    assert not Indicator.objects.exists()
    signed_in.post(url(declaration, "put"), {"text": text, "which": "ready"}, **PART)
    assert [row.name for row in declaration.indicators.all()] == ["运维人员配备数量", "<b>坏</b>数量"]
    signed_in.post(url(declaration, "undo"), {"step": TableUndo.objects.get().pk}, **PART)
    signed_in.post(url(declaration, "put"), {"text": text, "which": "all"}, **PART)
    assert declaration.indicators.count() == 3


def test_twenty_rows_at_once_are_one_step(signed_in, declaration):
    text = "".join(f"指标{n}的数量\t≥{n}个\n" for n in range(20))
    answer = signed_in.post(url(declaration, "put"), {"text": text, "which": "ready"}, **PART)
    assert 'data-said="已粘贴 20 行"' in answer.content.decode()
    assert declaration.indicators.count() == 20
    assert TableUndo.objects.get().label == "粘贴 20 行"


def test_a_paste_that_is_too_much_keeps_the_text_on_screen(signed_in, declaration):
    shown = signed_in.post(url(declaration, "paste"), {"text": "甲\t1\n" * 350}, **PART).content.decode()
    assert "粘贴了 350 行，一次最多 200 行" in shown
    assert "<textarea" in shown


def test_the_card_opens_with_its_fields(signed_in, declaration, officer):
    add(declaration, officer, "巡检次数")
    row = Indicator.objects.get()
    closed = signed_in.get(url(declaration, "table"), **PART).content.decode()
    opened = signed_in.get(url(declaration, "table"), {"open": row.row_id}, **PART).content.decode()
    assert f"indicators.{row.row_id}.baseline" not in closed
    for key in ("definition", "calculation_method", "data_source", "setting_basis", "baseline"):
        assert f'data-path="indicators.{row.row_id}.{key}" data-seen="0"' in opened


@pytest.mark.parametrize("operation", ["add", "up", "delete", "duplicate", "table", "regroup"])
def test_row_operations_cost_the_same_for_3_and_40_rows(signed_in, make_declaration, officer, operation):
    signed_in.get(reverse("declarations:library"))  # the first request of a session marks it as used
    counts = []
    for size in (3, 40):
        declaration = make_declaration(name=f"{size} 行")
        add(declaration, officer, *[f"指标{n}" for n in range(size)])
        row = declaration.indicators.get(name="指标1")
        data = {"row": row.row_id, "below": row.row_id, "group": "4"}
        if operation == "add":
            data.pop("row")
        with CaptureQueriesContext(connection) as queries:
            send = signed_in.get if operation == "table" else signed_in.post
            assert send(url(declaration, operation), data, **PART).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 20


# The page -----------------------------------------------------------------------------------------------------------------


def test_the_library_page_searches_filters_and_pages(signed_in):
    for number in range(60):
        entry(f"指标{number:02}", definition="现场" if number % 2 else "")
    entry("用户满意度", ("效果目标", "满意度"), bad_target="满意", source="公开表 3 张", used=7)
    address = reverse("declarations:library")
    page = signed_in.get(address).content.decode()
    assert "第 1—50 条，共 61 条" in page
    found = signed_in.get(address, {"q": "满意"}).content.decode()
    for word in ("用户满意度", "公开表 3 张", "7 次", "找到 1 条，共 61 条"):
        assert word in found
    assert "共 30 条" in signed_in.get(address, {"q": "现场"}).content.decode()
    assert "找到 1 条" in signed_in.get(address, {"level1": "效果目标", "level2": "满意度"}).content.decode()
    nothing = signed_in.get(address, {"q": "没有这个"}).content.decode()
    assert "没有找到这样的指标" in nothing


def test_the_library_page_is_in_the_order_of_the_form(signed_in):
    entry("丙", ("影响力目标", "长效管理"))
    entry("乙", ("投入与管理", "投入管理"))
    page = signed_in.get(reverse("declarations:library")).content.decode()
    assert page.index("投入与管理 › 投入管理") < page.index("影响力目标 › 长效管理")


def test_an_empty_library_says_what_to_do(signed_in):
    assert "指标库还是空的" in signed_in.get(reverse("declarations:library")).content.decode()


@pytest.mark.parametrize(
    ("person", "code"), [("审计员", 403), ("系统管理员", 403), ("财政审核人", 200), ("业务管理员", 200)]
)
def test_who_reads_the_library(client, people, person, code):
    client.force_login(people[person])
    assert client.get(reverse("declarations:library")).status_code == code


def test_inactive_entries_are_not_offered(signed_in, declaration):
    entry("停用的", is_active=False)
    assert library.library_offers(declaration)[0] == []
    assert "停用的" not in signed_in.get(reverse("declarations:library")).content.decode()
