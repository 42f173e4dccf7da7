"""Every kind of thing that can be wrong with an edition file is broken once: line and reason."""

from io import StringIO

import pytest
from django.core.management import call_command

from perfgoals.editions.checker import check_files, check_text
from perfgoals.editions.loader import FOLDER

DECLARATION = "sh-2020-declaration"
NATIONAL = "national-2021-declaration"
OLD = "sh-2018-declaration"


def text_of(edition_id):
    return (FOLDER / f"{edition_id}.toml").read_text("utf-8")


def broken(edition_id, old, new):
    """The edition with the first ``old`` replaced."""
    text = text_of(edition_id)
    assert old in text
    return text.replace(old, new, 1)


def line_of(text, marker):
    return text[: text.index(marker)].count("\n") + 1


FIELD_HEAD = '[[sections.fields]]\nkey = "necessity"\nlabel = "项目设立的必要性*："\n'
GOOD_BASIS = 'good.text = "《关于印发上海市公共资源交易平台管理暂行办法的通知 》（沪发改规范〔2018〕1号）"\n'

# edition, what is replaced, by what, where the problem stands (the start of that line's text), the reason
BREAKS = {
    # not TOML
    "no equals sign": (DECLARATION, 'kind = "declaration"', 'kind "declaration"', 'kind "decl', "键后面缺“=”"),
    "open string": (
        DECLARATION,
        'kind = "declaration"',
        'kind = "declaration',
        'kind = "decl',
        "不是有效的 TOML",
    ),
    "bare word": (DECLARATION, 'kind = "declaration"', "kind = declaration", "kind = decl", "文字要用引号"),
    "key twice": (
        DECLARATION,
        "year_from = 2020",
        "year_from = 2020\nyear_from = 2021",
        "year_from = 2021",
        "写了两次",
    ),
    # keys and types
    "unknown key": (
        DECLARATION,
        "year_from = 2020",
        "year_from = 2020\nyaer_to = 2021",
        "yaer_to",
        "不认识的键“yaer_to”",
    ),
    "unknown key of a field": (
        DECLARATION,
        FIELD_HEAD,
        FIELD_HEAD + "requierd = true\n",
        "requierd",
        "不认识的键“requierd”",
    ),
    "missing key": (DECLARATION, 'title = "财政项目支出绩效目标申报表"\n', "", "# 财政项目", "缺键“title”"),
    "missing key of a field": (
        DECLARATION,
        'label = "项目设立的必要性*："\n',
        "",
        '[[sections.fields]]\nkey = "necessity"',
        "缺键“label”",
    ),
    "number for text": (DECLARATION, 'region = "310000"', "region = 310000", "region", "“region”应是文字"),
    "text for number": (
        DECLARATION,
        "year_from = 2020",
        'year_from = "2020"',
        "year_from",
        "“year_from”应是整数",
    ),
    "text for yes": (
        DECLARATION,
        "required = true",
        'required = "true"',
        'required = "true"',
        "应是 true 或 false",
    ),
    "yes for number": (DECLARATION, "amount_decimals = 2", "amount_decimals = true", "amount_dec", "应是整数"),
    "text for list": (
        DECLARATION,
        "column_widths = [16, 14, 42, 28]",
        'column_widths = "16"',
        "column_w",
        "应是列表",
    ),
    "text for table": (DECLARATION, "[style]\n", 'style = "x"\n[styles]\n', 'style = "x"', "“style”应是一张表"),
    # identity
    "id is not the file's": (DECLARATION, 'id = "sh-2020-declaration"', 'id = "sh-2021"', "id = ", "与文件名"),
    "unknown kind": (DECLARATION, 'kind = "declaration"', 'kind = "form"', 'kind = "form"', "表的种类“form”"),
    "years upside down": (OLD, "year_to = 2019", "year_to = 2017", "year_to", "早于 year_from（2018）"),
    # steps and fields
    "step twice": (
        DECLARATION,
        'key = "case"',
        'key = "basics"',
        'key = "basics"\ntitle = "立项',
        "步骤“basics”写了两次",
    ),
    "step named like a page": (DECLARATION, 'key = "case"', 'key = "check"', 'key = "check"', "是页面用的词"),
    "step with capitals": (DECLARATION, 'key = "case"', 'key = "Case"', 'key = "Case"', "只能用小写字母"),
    "field twice": (
        DECLARATION,
        'key = "necessity"',
        'key = "legal_basis"',
        'key = "legal_basis"\nlabel = "项目设立',
        "栏目“legal_basis”写了两次",
    ),
    "unknown field kind": (
        DECLARATION,
        'kind = "yes_no"',
        'kind = "tick"',
        'kind = "tick"',
        "不认识的栏目种类“tick”",
    ),
    "amount outside the budget": (
        DECLARATION,
        'key = "budget.total"',
        'key = "total"',
        'key = "total"',
        "种类“amount”的栏目不能用键“total”",
    ),
    "budget as text": (
        DECLARATION,
        'label = "项目总预算（元）："\nkind = "amount"',
        'label = "项目总预算（元）："\nkind = "text"',
        'key = "budget.total"',
        "种类“text”的栏目不能用键“budget.total”",
    ),
    "date field as text": (
        DECLARATION,
        'label = "计划开始日期*："\nkind = "date"',
        'label = "计划开始日期*："\nkind = "text"',
        'kind = "text"\nrequired = true\nhelp = "写到日，如',
        "键“start_date”的栏目不能是种类“text”",
    ),
    "no indicator table": (
        DECLARATION,
        'key = "indicators"\nlabel',
        'key = "sub_projects"\nlabel',
        "[[sections]]",
        "没有指标表",
    ),
    "no good example": (
        DECLARATION,
        GOOD_BASIS,
        'good.text = " "\n',
        '[[sections.fields]]\nkey = "legal',
        "没有好的例子",
    ),
    "no help": (
        DECLARATION,
        'help = "写文件全名和文号，一份文件一行。"',
        'help = ""',
        'help = ""',
        "没有填写说明",
    ),
    "choice without vocabulary": (
        DECLARATION,
        'vocabulary = "performance_type"\n',
        "",
        '[[sections.fields]]\nkey = "performance_type"',
        "没有写词表",
    ),
    "vocabulary on a date": (
        DECLARATION,
        'kind = "date"\n',
        'kind = "date"\nvocabulary = "project_category"\n',
        '[[sections.fields]]\nkey = "start_date"',
        "多写了词表",
    ),
    "table without heads": (
        DECLARATION,
        'columns = ["一级目标", "二级目标", "三级目标", "指标目标值"]\n',
        "",
        '[[sections.fields]]\nkey = "indicators"',
        "没有写表头",
    ),
    # vocabularies
    "unknown vocabulary": (
        DECLARATION,
        'vocabulary = "performance_type"',
        'vocabulary = "types"',
        'vocabulary = "types"',
        "没有词表“types”",
    ),
    "empty vocabulary": (
        DECLARATION,
        "[[vocabularies.project_category]]",
        "[vocabularies]\nempty = []\n\n[[vocabularies.project_category]]",
        "empty = []",
        "词表“empty”是空的",
    ),
    "word twice": (
        DECLARATION,
        'label = "结转项目"',
        'label = "其他一次性项目"',
        'label = "其他一次性项目"\nrecurring = false\n\n[[vocabularies.project_category]]\nlabel = "经',
        "写了两次",
    ),
    # print order
    "print order names a stranger": (
        OLD,
        '    "fund_use",\n',
        '    "fund_uses",\n',
        '    "fund_uses"',
        "“fund_uses”不是本表的栏目",
    ),
    "print order lacks a field": (OLD, '    "fund_use",\n', "", "print_order", "缺“fund_use”"),
    # frame
    "group twice": (
        DECLARATION,
        'name = "质量"\nnature',
        'name = "数量"\nnature',
        'name = "数量"\nnature = "quality"',
        "二级“数量”写了两次",
    ),
    "unknown nature": (
        DECLARATION,
        'nature = "quality"',
        'nature = "qualities"',
        'nature = "qualities"',
        "nature 不在可用的词之中",
    ),
    "one group without level 2": (
        NATIONAL,
        "[[point_sets]]",
        '[[frame]]\nname = "其他指标"\nnature = "other"\n\n[[point_sets]]',
        '[[frame]]\nname = "其他指标"',
        "没有二级，其他一级有",
    ),
    # defaults
    "default row outside the frame": (
        DECLARATION,
        '[[defaults]]\nlevel1 = "投入与管理"\nlevel2 = "投入管理"\nname = "预算编制合理性"',
        '[[defaults]]\nlevel1 = "投入与管理"\nlevel2 = "数量"\nname = "预算编制合理性"',
        '[[defaults]]\nlevel1 = "投入与管理"\nlevel2 = "数量"',
        "“投入与管理/数量”不在指标分组里",
    ),
    "default row of an unknown type": (
        DECLARATION,
        'types = ["事业/专业类", "其他"]',
        'types = ["事业/专业类", "其他类"]',
        'types = ["事业/专业类", "其他类"]',
        "类型“其他类”不在词表里",
    ),
    # sums and points
    "sum of unknown parts": (
        OLD,
        "sub_projects[].amount",
        "sub_projects[].sum",
        "[[sums]]",
        "“sub_projects[].sum”不是本表的金额",
    ),
    "sum into an unknown total": (
        NATIONAL,
        'total = "budget.total"',
        'total = "budget.all"',
        "[[sums]]",
        "“budget.all”不是本表的金额",
    ),
    "points that do not add up": (
        NATIONAL,
        "points = 40",
        "points = 45",
        "weights_total",
        "加起来是 95，与 weights_total（90）不等",
    ),
    "a split that does not add up": (
        NATIONAL,
        '"产出指标" = 50\n"效益指标" = 30',
        '"产出指标" = 50\n"效益指标" = 35',
        '[[point_sets]]\nname = "不设成本指标"',
        "加起来是 95",
    ),
    "a split over a stranger": (
        NATIONAL,
        '"成本指标" = 20',
        '"成本" = 20',
        '"成本" = 20',
        "“成本”不是一级分组",
    ),
    "points without total": (NATIONAL, "weights_total = 90\n", "", "points = 20", "没有写分值合计"),
    # style
    "bad place in a date": (DECLARATION, "{d:02}", "{day:02}", "date_format", "{y}、{m}、{d}"),
    "date without day": (DECLARATION, "-{d:02}", "", "date_format", "{y}、{m}、{d}"),
    "year line without year": (DECLARATION, "({year})年度", "(2020)年度", "year_line", "只用 {year}"),
    "heading with a stranger": (
        DECLARATION,
        "{year}年绩效目标",
        "{month}绩效目标",
        "indicators_heading",
        "只能用 {year}",
    ),
    "strange grouping": (
        DECLARATION,
        'amount_grouping = ","',
        'amount_grouping = "、"',
        "amount_grouping",
        "金额分组",
    ),
    "strange decimals": (
        DECLARATION,
        "amount_decimals = 2",
        "amount_decimals = 4",
        "amount_decimals",
        "金额小数位",
    ),
    "widths that do not fit": (
        DECLARATION,
        "[16, 14, 42, 28]",
        "[16, 14, 42]",
        "column_widths",
        "列宽要有 4 个",
    ),
    # cases
    "a failing case": (
        DECLARATION,
        '"budget.total" = "600,000.00"',
        '"budget.total" = "600,000"',
        "[[cases]]",
        "应印作“600,000”，实际印作“600,000.00”",
    ),
    "a case that misses other fields": (
        OLD,
        '    "budget.total",\n]\nwrong',
        "]\nwrong",
        '[[cases]]\nname = "子项目',
        "应缺的必填项",
    ),
    "a case with another sum": (
        OLD,
        'wrong_sums = ["budget.current_year"]',
        "wrong_sums = []",
        '[[cases]]\nname = "子项目',
        "应不平的合计",
    ),
    "a case with another frame": (
        OLD,
        'outside_frame = ["巡检次数"]',
        "outside_frame = []",
        '[[cases]]\nname = "子项目',
        "应在表外的指标",
    ),
    "a case of a strange field": (
        DECLARATION,
        'project_name = "办公用房修缮"\n',
        'name = "办公用房修缮"\n',
        "[[cases]]",
        "“name”不是本表的栏目",
    ),
    "a case with an unreadable amount": (
        DECLARATION,
        '"budget.total" = "8825000.55"',
        '"budget.total" = "八百万"',
        '[[cases]]\nname = "角分',
        "读不出：八百万",
    ),
    "a case with a short row": (
        DECLARATION,
        '["成本指标", "经济成本指标", "项目总成本", "≤882.5万元"]',
        '["成本指标", "项目总成本"]',
        '[[cases]]\nname = "角分',
        "应是行的列表",
    ),
    "a case without year": (OLD, "fiscal_year = 2018\n", "", "[[cases]]", "要有 fiscal_year"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_edition_is_refused_with_line_and_reason(name):
    edition_id, old, new, marker, reason = BREAKS[name]
    text = broken(edition_id, old, new)
    problems = check_text(text, f"{edition_id}.toml")
    line = line_of(text, marker)
    assert any(p.line == line and reason in p.message for p in problems), [str(p) for p in problems]
    assert all(p.file == f"{edition_id}.toml" for p in problems)


def test_an_edition_without_cases_is_refused():
    text = text_of(DECLARATION)
    text = text[: text.index("[[cases]]")]
    assert [p.message for p in check_text(text, f"{DECLARATION}.toml")] == ["缺键“cases”。"]
    empty = "cases = []\n" + text
    assert [p.message for p in check_text(empty, f"{DECLARATION}.toml")] == ["没有测试用例（[[cases]]）。"]


def test_an_empty_file_lacks_everything():
    problems = check_text("", "x.toml")
    assert {p.line for p in problems} == {1}
    assert "缺键“sections”。" in [p.message for p in problems]


def test_an_id_used_twice_is_refused(tmp_path):
    first = FOLDER / f"{DECLARATION}.toml"
    second = tmp_path / f"{DECLARATION}.toml"
    second.write_text(first.read_text("utf-8"), "utf-8")
    (problem,) = check_files([first, second])
    assert problem.file == str(second)
    assert problem.line == line_of(second.read_text("utf-8"), "id = ")
    assert f"已用于 {first}" in problem.message


def test_files_that_cannot_be_read_are_named(tmp_path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    problems = check_files([binary, tmp_path / "absent.toml"])
    assert [p.message for p in problems] == ["不是 UTF-8 文字文件。", "读不到这个文件。"]


def test_the_command_is_silent_about_good_editions():
    out = StringIO()
    call_command("check_editions", stdout=out)
    assert "没有问题" in out.getvalue()


def test_the_command_prints_file_line_reason_and_fails(tmp_path):
    path = tmp_path / f"{DECLARATION}.toml"
    path.write_text(broken(DECLARATION, "amount_decimals = 2", "amount_decimals = 4"), "utf-8")
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("check_editions", str(path), stdout=out)
    assert stop.value.code == 1
    line = line_of(path.read_text("utf-8"), "amount_decimals")
    assert out.getvalue().endswith(f"{DECLARATION}.toml:{line}: 金额小数位只能是 0、1、2。\n")


@pytest.mark.parametrize(
    "value", ["-1", '""', "true", "[]", "[[]]", "{}", "2020-01-01", "nan", "99999999999999999999"]
)
def test_any_value_anywhere_gives_reasons_and_never_a_crash(value):
    """Whatever an administrator's hand puts behind a key: lines and reasons, no traceback."""
    rows = text_of(NATIONAL).splitlines()
    for number, row in enumerate(rows):
        if "=" in row and number % 11 == 0:
            changed = [*rows[:number], f"{row.split('=')[0]}= {value}", *rows[number + 1 :]]
            for problem in check_text("\n".join(changed), f"{NATIONAL}.toml"):
                assert 1 <= problem.line <= len(rows) + 1
                assert problem.message.endswith("。")
