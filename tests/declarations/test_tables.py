"""Row acts on both tables: order, undo, permissions, two people at once."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from declarations.models import Declaration, Indicator, Origin, TableUndo
from declarations.tables import INDICATORS, SUB_PROJECTS, acts, indicator_table, sub_project_table
from declarations.tables.kinds import ROW_LIMIT, RowDraft
from perfgoals.audit.models import AuditRecord
from perfgoals.findings import Finding, Level
from perfgoals.workflow import State, StateConflict

QUANTITY, QUALITY = ("产出目标", "数量"), ("产出目标", "质量")
INPUT, SATISFACTION = ("投入与管理", "投入管理"), ("效果目标", "满意度")


@pytest.fixture
def officer(people):
    return people["信息中心填报人"]


@pytest.fixture
def declaration(make_declaration):
    return make_declaration()


def fill(declaration, *rows):
    """Rows as (group, name, target), put in as given."""
    Indicator.objects.bulk_create(
        Indicator(
            declaration=declaration, position=at, level1=group[0], level2=group[1], name=name, target=target
        )
        for at, (group, name, target) in enumerate(rows, 1)
    )


@pytest.fixture
def filled(declaration):
    fill(
        declaration,
        (INPUT, "预算执行率", "=100%"),
        (QUANTITY, "巡检次数", "=6次"),
        (QUANTITY, "工单数", "≥120个"),
        (SATISFACTION, "用户满意度", "≥85%"),
    )
    return declaration


def names(declaration, kind=INDICATORS):
    rows = list(kind.model.objects.filter(declaration=declaration))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.name for row in rows]


def row_id(declaration, name, kind=INDICATORS):
    return kind.model.objects.get(declaration=declaration, name=name).row_id


# Adding, removing, moving ------------------------------------------------------------------------------------------------


def test_a_row_added_to_an_empty_group_stands_where_the_form_prints_the_group(filled, officer):
    done = acts.add_row(filled, INDICATORS, actor=officer, group=QUALITY)
    added = Indicator.objects.get(row_id=done.row_id)
    assert names(filled) == ["预算执行率", "巡检次数", "工单数", "", "用户满意度"]
    assert (added.level1, added.level2, added.origin) == (*QUALITY, Origin.OWN)
    assert done.said == "已加第 4 行"


def test_a_row_added_below_takes_the_group_of_that_row(filled, officer):
    acts.add_row(filled, INDICATORS, actor=officer, below=row_id(filled, "巡检次数"))
    assert names(filled) == ["预算执行率", "巡检次数", "", "工单数", "用户满意度"]
    assert Indicator.objects.get(name="").level2 == "数量"


def test_a_row_in_the_first_group_of_an_empty_table(declaration, officer):
    acts.add_row(declaration, INDICATORS, actor=officer, group=SATISFACTION)
    acts.add_row(declaration, INDICATORS, actor=officer, group=INPUT)
    assert [r.level2 for r in declaration.indicators.all()] == ["投入管理", "满意度"]


@pytest.mark.parametrize("group", [("产出目标", "成本"), ("", ""), ("数量", "产出目标")])
def test_a_group_the_form_does_not_have_is_refused(filled, officer, group):
    with pytest.raises(acts.RowRefused, match="没有"):
        acts.add_row(filled, INDICATORS, actor=officer, group=group)
    assert len(names(filled)) == 4
    assert Declaration.objects.get().version == filled.version == 1


def test_delete_goes_on_in_the_row_above(filled, officer):
    above = row_id(filled, "巡检次数")
    done = acts.delete_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    assert names(filled) == ["预算执行率", "巡检次数", "用户满意度"]
    assert done == acts.Done("已删除第 3 行", above)


def test_delete_of_the_first_row_goes_on_in_the_new_first_row(filled, officer):
    done = acts.delete_row(filled, INDICATORS, row_id(filled, "预算执行率"), actor=officer)
    assert done.row_id == row_id(filled, "巡检次数")


def test_delete_twice_is_refused_the_second_time(filled, officer):
    gone = row_id(filled, "工单数")
    acts.delete_row(filled, INDICATORS, gone, actor=officer)
    with pytest.raises(acts.RowGone, match="不在表里"):
        acts.delete_row(filled, INDICATORS, gone, actor=officer)
    assert TableUndo.objects.count() == 1


def test_duplicate_copies_every_cell_and_stands_below(filled, officer):
    Indicator.objects.filter(name="工单数").update(definition="当年", baseline="2019年 100个", origin="library")
    done = acts.duplicate_row(filled, INDICATORS, row_id(filled, "巡检次数"), actor=officer)
    assert names(filled) == ["预算执行率", "巡检次数", "巡检次数", "工单数", "用户满意度"]
    twin = acts.duplicate_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    copy = Indicator.objects.get(row_id=twin.row_id)
    assert (copy.target, copy.definition, copy.baseline, copy.origin) == (
        "≥120个",
        "当年",
        "2019年 100个",
        "library",
    )
    assert (copy.reading_operator, copy.reading_unit) == (">=", "个")
    assert done.row_id != twin.row_id


def test_move_stays_inside_the_group(filled, officer):
    acts.move_row(filled, INDICATORS, row_id(filled, "工单数"), step=-1, actor=officer)
    assert names(filled) == ["预算执行率", "工单数", "巡检次数", "用户满意度"]
    for name, step, edge in [
        ("工单数", -1, "第一行"),
        ("巡检次数", 1, "最后一行"),
        ("用户满意度", 1, "最后一行"),
    ]:
        with pytest.raises(acts.RowRefused, match=edge):
            acts.move_row(filled, INDICATORS, row_id(filled, name), step=step, actor=officer)
    assert TableUndo.objects.count() == 1


def test_regroup_moves_to_the_end_of_the_group_and_reads_again(filled, officer):
    done = acts.regroup_row(filled, INDICATORS, row_id(filled, "巡检次数"), group=SATISFACTION, actor=officer)
    moved = Indicator.objects.get(row_id=done.row_id)
    assert names(filled) == ["预算执行率", "工单数", "用户满意度", "巡检次数"]
    assert (moved.level1, moved.level2) == SATISFACTION
    with pytest.raises(acts.RowRefused, match="已经在"):
        acts.regroup_row(filled, INDICATORS, done.row_id, group=SATISFACTION, actor=officer)


@pytest.mark.parametrize(
    ("row", "near", "after", "expected"),
    [
        ("工单数", "巡检次数", False, ["预算执行率", "工单数", "巡检次数", "用户满意度"]),
        ("巡检次数", "工单数", True, ["预算执行率", "工单数", "巡检次数", "用户满意度"]),
        ("预算执行率", "用户满意度", False, ["巡检次数", "工单数", "预算执行率", "用户满意度"]),
        ("用户满意度", "预算执行率", True, ["预算执行率", "用户满意度", "巡检次数", "工单数"]),
    ],
)
def test_drag_and_drop(filled, officer, row, near, after, expected):
    moved, beside = row_id(filled, row), row_id(filled, near)
    acts.place_row(filled, INDICATORS, moved, near=beside, after=after, actor=officer)
    assert names(filled) == expected
    first, second = Indicator.objects.get(row_id=moved), Indicator.objects.get(row_id=beside)
    assert (first.level1, first.level2) == (second.level1, second.level2)


def test_drag_without_a_change_is_no_step(filled, officer):
    with pytest.raises(acts.RowRefused, match="没有移动"):
        acts.place_row(
            filled,
            INDICATORS,
            row_id(filled, "工单数"),
            near=row_id(filled, "巡检次数"),
            after=True,
            actor=officer,
        )
    assert not TableUndo.objects.exists()


def test_sub_projects_go_through_the_same_acts(declaration, officer):
    first = acts.add_row(declaration, SUB_PROJECTS, actor=officer)
    drafts = [
        RowDraft(columns={"name": "监理", "amount_typed": "120,000.00"}),
        RowDraft(columns={"name": "测评"}),
    ]
    acts.insert_rows(declaration, SUB_PROJECTS, drafts, label="粘贴 2 行", actor=officer)
    assert names(declaration, SUB_PROJECTS) == ["", "监理", "测评"]
    assert declaration.sub_projects.get(name="监理").amount == 120_000
    acts.move_row(declaration, SUB_PROJECTS, row_id(declaration, "测评", SUB_PROJECTS), step=-1, actor=officer)
    acts.delete_row(declaration, SUB_PROJECTS, first.row_id, actor=officer)
    assert names(declaration, SUB_PROJECTS) == ["测评", "监理"]
    acts.undo(declaration, SUB_PROJECTS, step=None, actor=officer)
    acts.undo(declaration, SUB_PROJECTS, step=None, actor=officer)
    assert names(declaration, SUB_PROJECTS) == ["", "监理", "测评"]
    assert not declaration.indicators.exists()


def test_the_table_has_an_end(declaration, officer):
    full = [RowDraft(QUANTITY, {"name": f"指标{n}"}) for n in range(ROW_LIMIT)]
    acts.insert_rows(declaration, INDICATORS, full[:-1], label="粘贴", actor=officer)
    with pytest.raises(acts.RowRefused, match="最多 300 行，现在有 299 行，放不下再加的 2 行"):
        acts.insert_rows(declaration, INDICATORS, full[:2], label="粘贴", actor=officer)
    assert declaration.indicators.count() == ROW_LIMIT - 1


def test_each_act_grows_the_version_once(filled, officer):
    acts.add_row(filled, INDICATORS, actor=officer, group=QUALITY)
    assert filled.version == 2
    assert Declaration.objects.get().version == 2


# Undo ---------------------------------------------------------------------------------------------------------------------


def test_undo_brings_a_deleted_row_back_with_every_cell(filled, officer):
    Indicator.objects.filter(name="工单数").update(
        weight_typed="10",
        weight=10,
        definition="全年",
        calculation_method="计数",
        data_source="系统",
        baseline="90",
    )
    before = list(Indicator.objects.order_by("position").values(*INDICATORS.columns, "row_id", "weight"))
    acts.delete_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    done = acts.undo(filled, INDICATORS, step=None, actor=officer)
    after = list(Indicator.objects.order_by("position").values(*INDICATORS.columns, "row_id", "weight"))
    assert after == before
    assert done.said == "已撤销：删除第 3 行"
    assert done.row_id == row_id(filled, "工单数")


def test_undo_never_touches_text_typed_since(filled, officer):
    acts.move_row(filled, INDICATORS, row_id(filled, "工单数"), step=-1, actor=officer)
    Indicator.objects.filter(name="巡检次数").update(target="=12次", definition="同事后来写的")
    acts.undo(filled, INDICATORS, step=None, actor=officer)
    row = Indicator.objects.get(name="巡检次数")
    assert names(filled) == ["预算执行率", "巡检次数", "工单数", "用户满意度"]
    assert (row.target, row.definition) == ("=12次", "同事后来写的")


def test_undo_of_an_added_row_takes_it_away_only_while_nobody_has_written_in_it(filled, officer):
    acts.add_row(filled, INDICATORS, actor=officer, group=QUALITY)
    acts.undo(filled, INDICATORS, step=None, actor=officer)
    assert len(names(filled)) == 4
    done = acts.add_row(filled, INDICATORS, actor=officer, group=QUALITY)
    Indicator.objects.filter(row_id=done.row_id).update(name="故障处理率")
    said = acts.undo(filled, INDICATORS, step=None, actor=officer).said
    assert names(filled) == ["预算执行率", "巡检次数", "工单数", "故障处理率", "用户满意度"]
    assert "第 4 行加入后又写过字，留在表里" in said
    assert not TableUndo.objects.exists()


def test_undo_of_a_regroup_restores_the_group(filled, officer):
    moved = row_id(filled, "巡检次数")
    acts.regroup_row(filled, INDICATORS, moved, group=SATISFACTION, actor=officer)
    acts.undo(filled, INDICATORS, step=None, actor=officer)
    row = Indicator.objects.get(row_id=moved)
    assert (row.level1, row.level2) == QUANTITY
    assert names(filled) == ["预算执行率", "巡检次数", "工单数", "用户满意度"]


def test_undo_step_by_step_back_to_the_start(filled, officer):
    start = names(filled)
    acts.delete_row(filled, INDICATORS, row_id(filled, "预算执行率"), actor=officer)
    acts.duplicate_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    acts.delete_row(filled, INDICATORS, row_id(filled, "巡检次数"), actor=officer)
    acts.regroup_row(filled, INDICATORS, row_id(filled, "用户满意度"), group=QUALITY, actor=officer)
    for _ in range(4):
        acts.undo(filled, INDICATORS, step=None, actor=officer)
    assert names(filled) == start
    with pytest.raises(acts.RowRefused, match="没有可以撤销"):
        acts.undo(filled, INDICATORS, step=None, actor=officer)


def test_nobody_undoes_a_step_they_have_not_seen(filled, people, officer):
    acts.delete_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    seen = TableUndo.objects.get().pk
    acts.delete_row(filled, INDICATORS, row_id(filled, "巡检次数"), actor=people["信息中心同事"])
    with pytest.raises(acts.RowGone, match="信息中心同事刚改过这张表：删除第 2 行"):
        acts.undo(filled, INDICATORS, step=seen, actor=officer)
    assert len(names(filled)) == 2


def test_only_the_last_steps_are_kept(filled, officer):
    for _ in range(acts.STEPS_KEPT + 3):
        acts.add_row(filled, INDICATORS, actor=officer, group=QUALITY)
    assert TableUndo.objects.count() == acts.STEPS_KEPT


# Who may ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["信息中心审核人", "服务中心填报人", "业务管理员", "系统管理员"])
def test_only_officers_of_the_unit_change_rows(filled, people, person):
    with pytest.raises(PermissionDenied):
        acts.add_row(filled, INDICATORS, actor=people[person], group=QUALITY)
    assert len(names(filled)) == 4


def test_a_form_in_review_is_closed(filled, officer):
    Declaration.objects.update(state=State.FINANCE_REVIEW, submitted_by=officer)
    with pytest.raises(StateConflict):
        acts.delete_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    assert len(names(filled)) == 4


def test_row_changes_of_a_returned_form_are_on_record(filled, officer):
    Declaration.objects.update(state=State.RETURNED)
    filled.refresh_from_db()
    acts.delete_row(filled, INDICATORS, row_id(filled, "工单数"), actor=officer)
    acts.undo(filled, INDICATORS, step=None, actor=officer)
    assert [r.changes["rows"] for r in AuditRecord.objects.all()] == ["删除第 3 行", "撤销：删除第 3 行"]


# Two at once ----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_lose_no_row_and_give_no_position_twice(filled, people):
    failures = []

    def work(person, group):
        try:
            for turn in range(6):
                mine = Declaration.objects.get(pk=filled.pk)
                done = acts.add_row(mine, INDICATORS, actor=people[person], group=group)
                if turn % 2:
                    acts.duplicate_row(mine, INDICATORS, done.row_id, actor=people[person])
                if turn % 3 == 2:
                    acts.delete_row(mine, INDICATORS, done.row_id, actor=people[person])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=("信息中心填报人", QUANTITY)),
        threading.Thread(target=work, args=("信息中心同事", QUALITY)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(names(filled)) == 4 + 2 * (6 + 3 - 2)
    assert Declaration.objects.get().version == 1 + 2 * (6 + 3 + 2)


# Layout ------------------------------------------------------------------------------------------------------------------------


def test_groups_without_rows_are_seen_where_the_form_prints_them(filled):
    table = indicator_table(filled, {})
    groups = [line.group for line in table.lines]
    assert groups == sorted(groups, key=[tuple(g) for g in filled.edition.groups].index)
    assert set(filled.edition.groups) == set(groups)
    assert table.missing == ("影响力目标",)
    assert "还没有指标的一级目标：影响力目标" in table.summary
    assert [row.number for row in table.rows] == [1, 2, 3, 4]


def test_merged_cells_cover_the_table_exactly(filled):
    finding = Finding("x", Level.DOUBT, f"indicators.{row_id(filled, '巡检次数')}.target", "缺单位")
    table = indicator_table(filled, {}, [finding], open_cards={row_id(filled, "工单数")})
    height = sum(line.height for line in table.lines)
    assert height == len(table.lines) + 2
    assert sum(line.level1.span for line in table.lines if line.level1) == height
    assert sum(line.level2.span for line in table.lines if line.level2) == height
    said = next(line for line in table.lines if line.findings)
    assert (said.row.number, said.level) == (2, "doubt")


def test_hints_and_findings_elsewhere_stay_out_of_the_table(filled):
    path = f"indicators.{row_id(filled, '巡检次数')}.target"
    others = [Finding("a", Level.HINT, path, "提示"), Finding("b", Level.ERROR, "indicators", "整张表")]
    assert not any(line.findings for line in indicator_table(filled, {}, others).lines)


def test_rows_of_a_group_the_form_does_not_know_are_shown_not_lost(declaration):
    fill(declaration, (("成本指标", "经济成本"), "单价", "≤3元"), (QUANTITY, "次数", "6次"))
    table = indicator_table(declaration, {})
    assert [row.cells["name"].value for row in table.rows] == ["单价", "次数"]
    assert ("成本指标", "经济成本") in [line.group for line in table.lines]


def test_one_level_of_groups(make_declaration, campaign):
    campaign.edition_id = "sh-2018-declaration"
    declaration = make_declaration(in_campaign=campaign)
    fill(declaration, (("产出目标", ""), "次数", "6次"))
    table = indicator_table(declaration, {})
    assert not table.has_level2
    assert len(table.lines) == 4
    assert [line.group_words for line in table.lines][1] == "产出目标"


def test_points_are_summed_against_what_the_form_gives(make_declaration, campaign):
    campaign.edition_id = "national-2021-declaration"
    declaration = make_declaration(in_campaign=campaign)
    level1, level2 = declaration.edition.groups[1][0], declaration.edition.groups[1][1]
    for at, weight in enumerate(["10", "7.5", "十"], 1):
        row = Indicator(
            declaration=declaration,
            position=at,
            level1=level1,
            level2=level2,
            name=f"指标{at}",
            weight_typed=weight,
        )
        INDICATORS.read(row)
        row.save()
    table = indicator_table(declaration, {})
    assert table.has_weights
    assert (str(table.total.value), table.total.full, table.total.unread) == ("17.50", 90, 1)


@pytest.mark.parametrize(
    ("budget", "amounts", "verdict"),
    [
        ("600000", ["480000", "120000.00"], "与项目当年预算相等"),
        ("600000", ["480,000"], "比项目当年预算少，还差 120,000.00 元"),
        ("600000", ["480000", "200000"], "比项目当年预算多出 80,000.00 元"),
        ("", ["1"], "项目当年预算还没有填"),
        ("六十万", ["1"], "项目当年预算读不出"),
        ("100", ["100", "约50万"], "第 2 行的金额读不出，没有算进合计；与项目当年预算相等"),
    ],
)
def test_sub_projects_say_the_difference_in_words(declaration, officer, budget, amounts, verdict):
    from declarations.speaking import set_amount

    set_amount(declaration, "current_year", budget)
    declaration.edition_id = "sh-2018-declaration"
    declaration.save()
    drafts = [RowDraft(columns={"name": f"子项目{n}", "amount_typed": a}) for n, a in enumerate(amounts)]
    acts.insert_rows(declaration, SUB_PROJECTS, drafts, label="粘贴", actor=officer)
    table = sub_project_table(declaration, {})
    assert table.verdict == verdict
    assert table.is_right == (verdict == "与项目当年预算相等")


def test_version_of_the_field_is_what_the_cell_has_seen(filled, officer):
    from perfgoals.filling.editing import FieldChange, marks_of, save_fields

    path = f"indicators.{row_id(filled, '巡检次数')}.target"
    save_fields(filled, [FieldChange(path, "=8次")], actor=officer)
    cell = next(row for row in indicator_table(filled, marks_of(filled)).rows if row.number == 2).cells[
        "target"
    ]
    assert (cell.value, cell.seen, cell.id) == ("=8次", 1, "f-" + path.replace(".", "-"))


def test_undo_leaves_a_restored_cell_editable_from_where_it_was(filled, officer):
    """The mark of a cell outlives its row, so a page that shows the restored row saves without a conflict."""
    from perfgoals.filling.editing import FieldChange, marks_of, save_fields

    target = row_id(filled, "巡检次数")
    path = f"indicators.{target}.target"
    save_fields(filled, [FieldChange(path, "=8次")], actor=officer)
    acts.delete_row(filled, INDICATORS, target, actor=officer)
    acts.undo(filled, INDICATORS, step=None, actor=officer)
    seen = marks_of(filled)[path].version
    assert not save_fields(filled, [FieldChange(path, "=9次", seen)], actor=officer).conflicts
