"""What a spreadsheet's clipboard is read as: real forms as Excel copies them, and texts that mean harm."""

import json

import pytest
from django.conf import settings

from declarations.tables.clipboard import CELL_LIMIT, read_cells
from declarations.tables.guessing import Guesser
from declarations.tables.kinds import INDICATORS, SUB_PROJECTS
from declarations.tables.pasting import read_paste
from perfgoals.editions import get_edition

SEEDS = settings.BASE_DIR / "tests" / "seeds"
E2020, E2018 = "sh-2020-declaration", "sh-2018-declaration"
QUANTITY, QUALITY, TIMELINESS = ("产出目标", "数量"), ("产出目标", "质量"), ("产出目标", "时效")


def read(text, *, edition=E2020, kind=INDICATORS, present=None, usual=None, here=None, chosen=None, column=""):
    edition = get_edition(edition)
    guesser = Guesser(edition, usual or {}, here)
    return read_paste(text, kind, edition, present=present or {}, guesser=guesser, chosen=chosen, column=column)


def excel_cell(text):
    """As Excel writes a cell to the clipboard: quoted only where it holds a line break."""
    text = text or ""
    return '"' + text.replace('"', '""') + '"' if "\n" in text else text


def excel(rows):
    return "".join("\t".join(excel_cell(cell) for cell in row) + "\r\n" for row in rows)


def published(name):
    data = json.loads((SEEDS / name).read_text("utf-8"))
    return [(record["id"], record["indicators"]) for record in data["declarations"]]


def as_copied(indicators, heads, keys):
    """The rows of a published form with merged group cells: only the first cell of a group holds its name."""
    rows, above = [heads], ("", "")
    for indicator in indicators:
        level1, level2 = indicator["level1"], indicator["level2"] or ""
        cells = {
            "level1": level1 if level1 != above[0] else "",
            "level2": level2 if (level1, level2) != above else "",
            "name": indicator["name"],
            "target": indicator["target_as_printed"],
        }
        above = (level1, level2)
        rows.append([cells[key] for key in keys])
    return excel(rows)


HEADS_2020 = ["一级目标", "二级目标", "三级目标", "指标目标值"]


@pytest.mark.parametrize("file", ["declarations-2020-czj.json", "declarations-2020-xxzx.json"])
@pytest.mark.parametrize("with_heads", [True, False])
def test_a_form_of_2020_copied_from_excel_is_read_row_by_row(file, with_heads):
    edition = "sh-2020-target-table" if "czj" in file else E2020
    for form, indicators in published(file):
        text = as_copied(indicators, HEADS_2020, ("level1", "level2", "name", "target"))
        paste = read(text if with_heads else text.split("\r\n", 1)[1], edition=edition)
        assert [(line.group, line.cells["name"], line.cells["target"]) for line in paste.lines] == [
            ((i["level1"], i["level2"]), i["name"], i["target_as_printed"].strip("　 ")) for i in indicators
        ], form


def test_a_form_of_2018_copied_from_excel():
    for form, indicators in published("declarations-2018-sjrb.json"):
        text = as_copied(indicators, ["分解目标内容", "绩效指标", "指标目标值"], ("level1", "name", "target"))
        paste = read(text, edition=E2018)
        assert [line.group for line in paste.lines] == [(i["level1"], "") for i in indicators], form
        assert [line.cells["name"] for line in paste.lines] == [i["name"] for i in indicators]


def test_the_example_of_the_house():
    text = "运维人员配备数量\t>=21人\r\n系统自检次数\t》=12次\r\n系统故障平均恢复时长（小时）\t<=2小时\r\n现场维护服务时长\t及时报总务科\r\n"
    paste = read(text)
    assert [line.group for line in paste.lines] == [QUANTITY, QUANTITY, TIMELINESS, TIMELINESS]
    assert [line.reading.text for line in paste.lines][:3] == ["≥ 21 人", "≥ 12 次", "≤ 2 小时"]
    assert paste.columns == "2 列：三级目标、指标目标值"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("甲\t1\r\n乙\t2\r\n", [["甲", "1"], ["乙", "2"]]),
        ("甲\t1\n乙\t2", [["甲", "1"], ["乙", "2"]]),
        ("甲\t1\r乙\t2\r", [["甲", "1"], ["乙", "2"]]),
        ('"第一行\n第二行"\t1\n', [["第一行第二行", "1"]]),
        ('"over\r\ntwo lines"\t1\n', [["over two lines", "1"]]),
        ('"他说""好""\n就好"\t1', [['他说"好"就好', "1"]]),
        ('"好"字工程\t1', [['"好"字工程', "1"]]),
        ('"没有完\t1\n乙\t2', [['"没有完', "1"], ["乙", "2"]]),
        ('5"管\t=3"', [['5"管', '=3"']]),
        ("\n\n甲\t\t1\n\t\t\n", [["甲", "", "1"]]),
        ("　甲　\t\u00a01\u00a0", [["甲", "1"]]),
        ("\ufeff甲\u200b\t1\u0000", [["甲", "1"]]),
        ("", []),
        ("\t\t\n \n", []),
        ("=cmd|'/c calc'!A0\t+1", [["=cmd|'/c calc'!A0", "+1"]]),
    ],
)
def test_cells_of_a_clipboard(text, cells):
    assert read_cells(text) == cells


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("甲\t1\n" * 350, "粘贴了 350 行，一次最多 200 行。分几次粘贴。"),
        ("甲\t1\n" * 201, "粘贴了 201 行，一次最多 200 行。分几次粘贴。"),
        ("甲" * 600_000, "一次最多 500,000 个字"),
        ("\t" * 80 + "甲\n", "超过 50 列"),
        ("\t" * 400_000 + "甲", "超过 50 列"),
        ("", "剪贴板里没有文字。"),
    ],
)
def test_what_is_too_much_is_refused_with_its_size(text, message):
    paste = read(text)
    assert message in paste.refusal
    assert not paste.lines


def test_two_hundred_lines_with_heads_are_taken():
    text = "三级目标\t指标目标值\n" + "".join(f"指标{n}的数量\t≥{n}个\n" for n in range(200))
    assert len(read(text).ready) == 200


@pytest.mark.parametrize(
    "text",
    ['"' * 400_000, '"\n' * 150_000, '"a\t' * 120_000, '""\t"' * 100_000, '"' + "a" * 400_000, "\n" * 400_000],
)
def test_hostile_quotes_end_in_an_answer(text):
    """Each of these would hang a reader that looks for the closing quote again and again."""
    assert isinstance(read(text).refusal, str)


def test_a_cell_that_is_too_long_stays_listed_with_the_reason():
    paste = read(f"巡检次数\t{'长' * (CELL_LIMIT + 1)}\n工单数量\t≥5个")
    assert [line.is_ready for line in paste.lines] == [False, True]
    assert paste.lines[0].problem == "有一格 1,001 个字，最多 1,000 个字"
    assert not paste.lines[0].is_possible
    paste = read(f"{'长' * 301}\t1次")
    assert "最多 300 个字" in paste.lines[0].problem


@pytest.mark.parametrize(
    ("row", "problem", "possible"),
    [
        ("巡检次数\t", "没有目标值，放入后补写", True),
        ("\t≥5次", "没有名称，放入后补写", True),
        ("巡检次数\t—", "读不出目标值，放入后补写", True),
        ("巡检次数\t≥5次", "表里第 7 行已有这个名称", True),
    ],
)
def test_lines_that_are_held_say_why(row, problem, possible):
    present = {"巡检次数": 7} if "已有" in problem else {}
    line = read(f"工单数量\t≥5个\n{row}", here=QUANTITY, present=present).lines[1]
    assert (line.problem, line.is_possible) == (problem, possible)


def test_the_same_name_twice_in_one_paste_is_held_once():
    paste = read("工单数量\t≥5个\n工单数量\t≥6个")
    assert [line.problem for line in paste.lines] == ["", "与粘贴的第 1 行同名"]


def test_a_group_the_form_does_not_have_is_left_to_the_person():
    text = (
        "一级目标\t二级目标\t三级目标\t指标目标值\n产出目标\t成本\t单价\t≤3元\n产出指标\t质量指标\t合格率\t≥95%"
    )
    paste = read(text)
    assert [line.group for line in paste.lines] == [None, QUALITY]
    assert paste.lines[0].problem == "看不出放在哪一组，在左边选"
    assert paste.lines[0].note == "这张表没有“产出目标 › 成本”"
    assert not paste.lines[0].is_possible
    chosen = read(text, chosen={1: QUANTITY})
    assert (chosen.lines[0].group, chosen.lines[0].is_ready) == (QUANTITY, True)


def test_the_group_comes_from_known_names_then_words_then_the_place_of_the_caret():
    paste = read(
        "应急响应机制健全性\t健全\n巡检次数\t=6次\n某某事项\t有\n",
        usual={"应急响应机制健全性": ("影响力目标", "长效管理")},
        here=QUALITY,
    )
    assert [line.group for line in paste.lines] == [("影响力目标", "长效管理"), QUANTITY, QUALITY]
    assert paste.lines[1].note == "按名称猜的组"
    assert read("某某事项\t有").lines[0].group is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("序号\t三级目标\t指标目标值\n1\t甲数量\t1个\n2\t乙数量\t2个", ["甲数量", "乙数量"]),
        ("1\t甲数量\t1个\n2\t乙数量\t2个", ["甲数量", "乙数量"]),
        ("甲数量\n乙数量", ["甲数量", "乙数量"]),
        ("二级目标\t三级目标\t目标值\n数量\t甲\t1个\n\t乙\t2个", ["甲", "乙"]),
        ("数量\t甲\t1个\n\t乙\t2个", ["甲", "乙"]),
        ("三级目标\t\t指标目标值\n甲数量\t\t1个\n乙数量\t\t2个", ["甲数量", "乙数量"]),
        (
            "一级目标\t二级目标\t三级目标\t指标目标值\n产出目标\t数量\t甲\t1个\n一级目标\t二级目标\t三级目标\t指标目标值\n\t\t乙\t2个",
            ["甲", "乙"],
        ),
    ],
)
def test_columns_are_recognised(text, names):
    paste = read(text)
    assert [line.cells.get("name") for line in paste.lines] == names
    assert {line.group for line in paste.lines} == {QUANTITY}


def test_the_national_export_in_three_columns_becomes_one_target():
    text = "指标名称\t指标性质\t指标值\t度量单位\t分值\n招聘活动场次\t≥\t5\t场\t10\n就业率\t定性\t提升\t\t5\n满意度\t≥\t85%\t%\t10"
    paste = read(text, edition="national-2021-declaration")
    assert [line.cells["target"] for line in paste.lines] == ["≥5场", "提升", "≥85%"]
    assert [line.cells["weight"] for line in paste.lines] == ["10", "5", "10"]
    draft = paste.lines[0].draft(INDICATORS)
    assert draft.columns == {"name": "招聘活动场次", "target": "≥5场", "weight_typed": "10"}


def test_columns_that_are_not_used_are_named():
    assert read("甲数量\t1个\t张三\t科室\n乙数量\t2个\t李四\t科室").columns == (
        "2 列：三级目标、指标目标值；第 3、4 列没有用到"
    )


def test_sub_projects():
    text = "子项目名称\t预算金额（元）\n监理\t120,000.00\n测评\t约5万\n合并 后\t\n"
    paste = read(text, kind=SUB_PROJECTS, edition=E2018)
    assert [line.problem for line in paste.lines] == [
        "",
        "金额读不出，写成 120000.00 的样子",
        "没有金额，放入后补写",
    ]
    assert paste.lines[0].draft(SUB_PROJECTS).columns == {"name": "监理", "amount_typed": "120,000.00"}
    assert paste.lines[0].reading.text == "120,000.00"
    assert paste.all_words == "3 行都放入，稍后补写"


def test_words_of_the_button_for_everything():
    assert read("巡检次数\t6次\n巡检次数\t7次").all_words == "2 行都放入"


def test_one_column_copied_into_the_targets_is_no_list_of_names():
    paste = read("≥21人\n≥12次", here=QUANTITY, column="target")
    assert [line.cells for line in paste.lines] == [{"target": "≥21人"}, {"target": "≥12次"}]
    assert {line.problem for line in paste.lines} == {"没有名称，放入后补写"}
    assert not paste.ready
    assert [line.cells["name"] for line in read("甲\n乙", here=QUANTITY, column="name").lines] == ["甲", "乙"]


def test_one_unknown_group_among_several_does_not_turn_groups_into_names():
    rows = [("数量", "巡检次数", "≥12次"), ("质量", "故障处理率", "100%"), ("没有这样的组", "某某率", "90%")]
    paste = read(excel(rows))
    assert [line.cells["name"] for line in paste.lines] == ["巡检次数", "故障处理率", "某某率"]
    assert [line.group for line in paste.lines] == [QUANTITY, QUALITY, None]
    assert [line.is_ready for line in paste.lines] == [True, True, False]
