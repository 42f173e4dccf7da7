"""The shipped editions against the published forms: words, order, frames, examples, defaults."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.cases import failures
from perfgoals.editions.checker import check_files, check_text
from perfgoals.editions.loader import FOLDER

SEEDS = Path(__file__).parent.parent / "seeds"
GROUND_TRUTH = {
    "sh-2018-declaration": "declarations-2018-sjrb.json",
    "sh-2020-target-table": "declarations-2020-czj.json",
    "sh-2020-declaration": "declarations-2020-xxzx.json",
    "sh-2018-disclosure": "disclosure-2018-sjrb.json",
}
EDITIONS = sorted(all_editions())


def seed(name):
    return json.loads((SEEDS / name).read_text("utf-8"))


def published(edition_id):
    """The published forms of an edition, and its legend."""
    data = seed(GROUND_TRUTH[edition_id])
    return data.get("declarations") or [data["target_table"]], data


def published_projects():
    """Every published text by “project，unit，year年”: what an example may quote."""
    records = {}
    for edition_id in GROUND_TRUTH:
        for form in published(edition_id)[0]:
            unit = form.get("declaring_unit", "上海市金融服务办公室")
            key = f"{form['project_name']}，{unit}，{form['fiscal_year']}年"
            records.setdefault(key, []).append(form)
    for form in seed("evaluations-2021-putuo.json")["evaluations"]:
        records.setdefault(f"{form['project_name']}，{form['budget_unit']}，2021年", []).append(form)
    notice = seed("disclosure-2018-sjrb.json")["project_notice"]
    records["上海金融数据运行监测系统（2018升级改造），上海市金融服务办公室，2018年"].append(notice)
    records["部门预算，上海市金融服务办公室，2018年"] = [seed("department-budget-2018-sjrb.json")]
    return records


PROJECTS = published_projects()


def texts_of(value):
    match value:
        case dict():
            return [text for item in value.values() for text in texts_of(item)]
        case list():
            return [text for item in value for text in texts_of(item)]
        case bool():
            return ["是" if value else "否"]
        case None:
            return ["（未填）"]
        case _:
            return [str(value)]


def quoted(text, forms):
    """``text`` stands in one of the forms; amounts are compared as numbers, a row by its two cells."""
    texts = [part for form in forms for part in texts_of(form)]
    if re.fullmatch(r"[\d,.]+", text):
        return any(re.fullmatch(r"[\d.]+", t) and float(t) == float(text.replace(",", "")) for t in texts)
    if any(text in part.replace("\n", "") or text in part for part in texts):
        return True
    name, _, target = text.rpartition(" ")
    return bool(name) and any(name == part for part in texts) and any(target == part for part in texts)


def plain_target(text):
    """One spelling for a default row and its source: operators, white space and empty decimals do not count."""
    plain = unicodedata.normalize("NFKC", text).replace("<=", "≤").replace(">=", "≥").removeprefix("=")
    return re.sub(r"\.0+(?!\d)", "", plain)


def test_the_five_editions_are_there():
    assert set(GROUND_TRUTH) | {"national-2021-declaration"} <= set(EDITIONS)


def test_every_shipped_edition_is_clean():
    problems = check_files(sorted(FOLDER.glob("*.toml")))
    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_the_cases_of_the_edition_hold(edition_id):
    edition = get_edition(edition_id)
    assert edition.cases
    assert {case.name: failures(edition, case) for case in edition.cases} == {
        case.name: [] for case in edition.cases
    }


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_labels_are_those_of_the_published_form(edition_id):
    edition, (_, data) = get_edition(edition_id), published(edition_id)
    legend = {key: label for key, label in data["legend"].items() if "[]" not in key}
    assert edition.unit_label == legend.pop("declaring_unit", "")
    assert edition.budget_heading == legend.pop("budget", "")
    assert edition.indicators_heading.replace("{year}", "2020") == legend.pop("indicators")
    labels = {key: field.label for key, field in edition.fields.items() if key != "indicators"}
    assert labels == legend
    assert edition.title == data["form_definition"]["title_printed"]


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_heads_of_the_indicator_table_are_the_published_ones(edition_id):
    edition, (_, data) = get_edition(edition_id), published(edition_id)
    heads = data["form_definition"]["indicator_columns_printed"]
    assert list(edition.fields["indicators"].columns) == heads
    assert len(edition.style.column_widths) == len(heads)


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_print_order_is_that_of_the_published_form(edition_id):
    """By the legend; on the form of 2018 the label column puts 资金用途 before 开始时间 in all four forms."""
    edition, (_, data) = get_edition(edition_id), published(edition_id)
    furniture = ("declaring_unit", "budget")
    wanted = [key for key in data["legend"] if "[]" not in key and key not in furniture]
    if edition_id == "sh-2018-declaration":
        dates = ["start_date", "end_date"]
        wanted = [key for key in wanted if key not in dates]
        wanted[3:3] = dates
    elif edition_id.startswith("sh-2020"):
        # One line carries 名称 and 类别, the next both dates, the next 政府购买 and 绩效类型: the legend's order too.
        assert wanted[:6] == [
            "project_name",
            "project_category",
            "start_date",
            "end_date",
            "includes_government_purchase",
            "performance_type",
        ]
    assert [field.key for field in edition.printed_fields] == wanted


def test_asterisks_and_required_fields_agree_where_the_form_has_asterisks():
    edition = get_edition("sh-2020-declaration")
    marked = seed(GROUND_TRUTH[edition.id])["form_definition"]["required_marked_with_asterisk"]
    starred = [key for key, field in edition.fields.items() if "*" in field.label]
    required = [key for key, field in edition.fields.items() if field.required]
    assert starred == marked
    assert required == [*marked, "indicators"]


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_no_required_field_is_empty_on_a_published_form(edition_id):
    edition = get_edition(edition_id)
    for form in published(edition_id)[0]:
        for key, field in edition.fields.items():
            value = form["budget"][key[7:]] if key.startswith("budget.") else form[key]
            assert value not in (None, "", []) or not field.required, (form["id"], key)


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_the_frame_has_every_group_of_the_published_forms(edition_id):
    edition = get_edition(edition_id)
    for form in published(edition_id)[0]:
        groups = [(row["level1"], row["level2"]) for row in form["indicators"]]
        assert set(groups) <= set(edition.groups), form["id"]
        order = [edition.groups.index(group) for group in groups]
        assert order == sorted(order), f"{form['id']}: the frame is not in print order"


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_required_groups_have_rows_on_every_published_form(edition_id):
    edition = get_edition(edition_id)
    for form in published(edition_id)[0]:
        for dimension in edition.frame:
            rows = [row for row in form["indicators"] if row["level1"] == dimension.name]
            assert rows or not dimension.required
            for category in dimension.categories:
                assert not category.required or any(row["level2"] == category.name for row in rows)


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_print_style_gives_back_what_was_printed(edition_id):
    edition = get_edition(edition_id)
    style = edition.style
    forms, data = published(edition_id)
    for form in forms:
        assert style.year_line.replace("{year}", str(form["fiscal_year"])) == form["fiscal_year_printed"]
        for key in ("start_date", "end_date"):
            day = form.get(key)
            # 2020/2/1 is a slip of one form, not the form's style (domain 8.3, row 16).
            if day and day["printed"] != "2020/2/1":
                assert style.date(day["iso"]) == day["printed"]
    if wanted := data.get("amount_style"):
        assert (style.amount_grouping, style.amount_decimals) == (wanted["grouping"], wanted["decimals"])


@pytest.mark.parametrize("edition_id", ["sh-2018-declaration"])
def test_boxes_stand_in_print_order_and_lines(edition_id):
    edition, (forms, _) = get_edition(edition_id), published(edition_id)
    for key in ("project_category", "fund_use"):
        printed = [(option["label"], option["row"]) for option in forms[0][f"{key}_options"]]
        assert [(choice.label, choice.row) for choice in edition.choices(key)] == printed


def test_words_outside_the_vocabulary_are_the_three_known_slips():
    """Domain 8.3 rows 17 and 18; 其他 and 其他类 each on the form of its own publisher."""
    strange = []
    for edition_id in GROUND_TRUTH:
        edition = get_edition(edition_id)
        for form in published(edition_id)[0]:
            for key in ("project_category", "fund_use", "performance_type"):
                value = form.get(key)
                if value and value not in [choice.label for choice in edition.choices(key)]:
                    strange.append((form["id"], key, value))
    assert strange == [
        ("xxzx-2020-2", "performance_type", "其他经常性项目"),
        ("xxzx-2020-6", "project_category", "其他经常性专项"),
    ]


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_examples_are_quoted_from_published_forms(edition_id):
    for key, field in get_edition(edition_id).fields.items():
        for example in (field.good, field.bad):
            assert example.why, key
            assert example.source in PROJECTS, (key, example.source)
            assert quoted(example.text, PROJECTS[example.source]), (key, example.text)


@pytest.mark.parametrize("edition_id", GROUND_TRUTH)
def test_default_rows_stand_in_the_form_they_name(edition_id):
    for row in get_edition(edition_id).defaults:
        rows = [
            (found["level1"], found["level2"], found["name"], plain_target(found["target_as_printed"]))
            for form in PROJECTS[row.source]
            for found in form.get("indicators", [])
        ]
        assert (row.level1, row.level2, row.name, plain_target(row.target)) in rows, row


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_default_rows_of_each_type_are_listed_once(edition_id):
    edition = get_edition(edition_id)
    types = [choice.label for key in ("performance_type", "fund_use") for choice in edition.choices(key)]
    for kind in [None, *types]:
        names = [(row.level1, row.level2, row.name) for row in edition.defaults_for(kind)]
        assert len(names) == len(set(names))


def test_general_knowledge_is_marked():
    edition = get_edition("national-2021-declaration")
    assert edition.unconfirmed
    assert all(dimension.unconfirmed for dimension in edition.frame)
    assert all(row.unconfirmed for row in edition.defaults)
    assert all(split.unconfirmed for split in edition.point_sets)


def test_every_split_of_points_is_found_by_the_groups_used():
    edition = get_edition("national-2021-declaration")
    with_cost = edition.points_for(["产出指标", "成本指标", "效益指标", "满意度指标", "产出指标"])
    assert dict(with_cost.points) == {d.name: d.points for d in edition.frame}
    assert edition.points_for(["产出指标", "效益指标", "满意度指标"]).points["产出指标"] == 50
    assert edition.points_for(["产出指标"]) is None


def test_a_changed_label_is_noticed_by_the_edition_itself():
    """The cases of an edition fail when its print style is changed."""
    text = (FOLDER / "sh-2020-declaration.toml").read_text("utf-8")
    broken = text.replace("amount_decimals = 2", "amount_decimals = 0")
    assert any(
        "应印作“600,000.00”" in problem.message for problem in check_text(broken, "sh-2020-declaration.toml")
    )
