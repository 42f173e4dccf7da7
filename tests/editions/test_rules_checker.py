"""Every kind of thing that can be wrong with a rule set is broken once: file, line and reason."""

import pytest

from perfgoals.editions.checker import check_text
from perfgoals.editions.loader import FOLDER
from perfgoals.editions.rules import FORMULAS

NATIONAL = "national-2020-self-evaluation"
PUTUO = "putuo-2021-self-evaluation"
SICHUAN = "sichuan-2025-self-evaluation"
HUBEI = "hubei-2020-self-evaluation"
DECLARATION = "sh-2020-declaration"

# edition, what is replaced, by what, the start of the line where the problem stands ("": many lines look like it), the reason
BREAKS = {
    "no rule set": (
        PUTUO,
        "[scoring]\nfull = 100\n",
        "[scorings]\nfull = 100\n",
        "[scorings]",
        "不认识的键“scorings”",
    ),
    "rule set on a declaration": (
        DECLARATION,
        "[style]\n",
        '[scoring]\nfull = 100\nformulas = {}\nbands = []\nbands_clause = "x"\n\n[style]\n',
        "[scoring]",
        "只有绩效自评的表式才有评分口径",
    ),
    "kind changed under it": (
        PUTUO,
        'kind = "evaluation"',
        'kind = "declaration"',
        "[scoring]",
        "只有绩效自评",
    ),
    "unknown case": (
        NATIONAL,
        "[scoring.formulas.at_least]",
        "[scoring.formulas.at_leasts]",
        "[scoring.formulas.at_leasts]",
        "不认识的情形“at_leasts”",
    ),
    "missing case": (
        NATIONAL,
        "[scoring.formulas.at_least]",
        "[scoring.formulas.satisfaction]",
        "[scoring]",
        "没有写“at_least”用哪个公式",
    ),
    "unknown formula": (
        NATIONAL,
        'name = "proportional"',
        'name = "proportionate"',
        'name = "proportionate"',
        "“at_least”没有公式“proportionate”",
    ),
    "formula of another case": (
        NATIONAL,
        'name = "linear_overrun"',
        'name = "proportional"',
        "",
        "“at_most”没有公式“proportional”",
    ),
    "no clause": (
        HUBEI,
        'clause = "湖北省2020年度项目支出绩效自评表填表说明：定性指标分三档，在档内给分。"',
        'clause = " "',
        'clause = " "',
        "公式“bands”没有写依据",
    ),
    "pass mark missing": (
        NATIONAL,
        'name = "proportional"',
        'name = "proportional_from"',
        "[scoring.formulas.at_least]",
        "缺 pass_from",
    ),
    "pass mark where none is used": (
        NATIONAL,
        'name = "proportional"',
        'name = "proportional"\npass_from = 60',
        "[scoring.formulas.at_least]",
        "不用 pass_from",
    ),
    "pass mark out of range": (
        NATIONAL,
        'name = "proportional"',
        'name = "proportional_from"\npass_from = 100',
        "pass_from",
        "要在 0 和 100 之间",
    ),
    "steps missing": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "stepped_rate"',
        "[scoring.execution.formula]",
        "没有写分档",
    ),
    "steps where none are used": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "linear_rate"\nsteps = [{ floor = 0, share = 0 }]',
        "[scoring.execution.formula]",
        "不用分档",
    ),
    "steps that rise": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "stepped_rate"\nsteps = [{ floor = 60, share = 50 }, { floor = 80, share = 70 }, { floor = 0, share = 0 }]',
        "steps",
        "不低于上一档",
    ),
    "steps that pay more for less": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "stepped_rate"\nsteps = [{ floor = 80, share = 70 }, { floor = 0, share = 90 }]',
        "steps",
        "比上一档还多",
    ),
    "steps over the whole": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "stepped_rate"\nsteps = [{ floor = 80, share = 170 }, { floor = 0, share = 0 }]',
        "steps",
        "得分比例 170% 不在 0 和 100 之间",
    ),
    "steps with an open end": (
        NATIONAL,
        'name = "linear_rate"',
        'name = "stepped_rate"\nsteps = [{ floor = 80, share = 70 }]',
        "steps",
        "最后一档的起点要是 0",
    ),
    "unknown base": (NATIONAL, 'base = "adjusted"', 'base = "final"', 'base = "final"', "执行率的分母“final”"),
    "execution without points": (NATIONAL, "points = 10\nbase", "points = 0\nbase", "points = 0", "要大于 0"),
    # Bands
    "gap between bands": (
        NATIONAL,
        "floor = 60\nceiling = 80",
        "floor = 60\nceiling = 79",
        "ceiling = 79",
        "有空档",
    ),
    "overlap of bands": (
        NATIONAL,
        "floor = 60\nceiling = 80",
        "floor = 60\nceiling = 85",
        "ceiling = 85",
        "有重叠",
    ),
    "best band too low": (NATIONAL, "ceiling = 100", "ceiling = 99", "ceiling = 99", "最高一档要到 100%"),
    "worst band too high": (
        NATIONAL,
        "floor = 0\nceiling = 60",
        "floor = 10\nceiling = 60",
        "floor = 10",
        "最低一档要从 0 起",
    ),
    "empty band": (
        NATIONAL,
        "floor = 60\nceiling = 80",
        "floor = 80\nceiling = 80",
        "[[scoring.bands]]",
        "下限不低于上限",
    ),
    "band twice": (
        NATIONAL,
        'key = "partly"',
        'key = "achieved"',
        "[[scoring.bands]]",
        "档次“achieved”写了两次",
    ),
    # Grades
    "gap under the grades": (
        PUTUO,
        "floor = 0\n\n# Cases",
        "floor = 1\n\n# Cases",
        "floor = 1",
        "最低等级要从 0 分起",
    ),
    "grades out of order": (
        PUTUO,
        'label = "良好"\nfloor = 75',
        'label = "良好"\nfloor = 55',
        "",
        "“合格”的起点不低于“良好”",
    ),
    "two grades from one floor": (
        PUTUO,
        'label = "合格"\nfloor = 60',
        'label = "合格"\nfloor = 75',
        "",
        "“合格”的起点不低于“良好”",
    ),
    "grade nobody reaches": (PUTUO, "floor = 90", "floor = 101", "floor = 101", "谁也得不到"),
    "grade twice": (
        PUTUO,
        'label = "良好"\nfloor = 75',
        'label = "优秀"\nfloor = 75',
        "[[scoring.grades]]",
        "等级“优秀”写了两次",
    ),
    # Weights
    "groups that do not add up": (
        PUTUO,
        "points = 35",
        "points = 30",
        "weights_total",
        "一级分值加起来是 95，与 weights_total（100）不等",
    ),
    "execution and groups that do not add up": (
        NATIONAL,
        "points = 10\nbase",
        "points = 20\nbase",
        "full = 100",
        "指标 90 分加预算执行率 20 分是 110 分，与满分 100 不等",
    ),
    "level 2 that does not add up": (SICHUAN, "points = 8", "points = 9", "[[frame]]", "二级分值加起来是 21"),
    "no total of weights": (PUTUO, "weights_total = 100\n", "", "full = 100", "要写指标分值合计"),
    "no points at all": (PUTUO, "full = 100", "full = 0", "full = 0", "满分要大于 0"),
    # Thresholds and caps
    "over from the target itself": (
        NATIONAL,
        "ratio = 1.3",
        "ratio = 1",
        "ratio = 1",
        "超额完成的界限要大于 1",
    ),
    "window without the target": (SICHUAN, "low = 0.7", "low = 1.1", "[scoring.window]", "把 1 包在里面"),
    "unknown way for rows that do not apply": (
        HUBEI,
        'not_applicable = "rescale"',
        'not_applicable = "drop"',
        'not_applicable = "drop"',
        "“drop”不在 rescale、by_person 之中",
    ),
    "cap for everybody": (SICHUAN, "below = 80", "below = 101", "below = 101", "封顶线的执行率"),
    "cap at the whole": (SICHUAN, "total = 89", "total = 100", "total = 100", "封顶的分数要低于满分"),
    "caps out of order": (
        SICHUAN,
        "total = 69",
        "total = 95",
        "[[scoring.caps]]",
        "执行率更低的一档，封顶要更低",
    ),
    "cap without clause": (
        SICHUAN,
        'clause = "预算执行率低于50%的，总分最多69分；未经原文核实。"',
        'clause = ""',
        'clause = ""',
        "封顶没有写依据",
    ),
    # Cases of the rule set
    "case of nothing": (
        PUTUO,
        'total = "75"\ngrade = "良好"',
        "",
        "[[scoring_cases]]",
        "要写 row 或 total",
    ),
    "case without its result": (
        PUTUO,
        'total = "75"\ngrade = "良好"',
        'total = "75"',
        "[[scoring_cases]]",
        "total 配 grade",
    ),
    "case of an unknown grade": (
        PUTUO,
        'total = "75"\ngrade = "良好"',
        'total = "75"\ngrade = "良"',
        'grade = "良"',
        "等级“良”不在等级里",
    ),
    "case with a strange cell": (
        PUTUO,
        'row = { target = "=3天"',
        'row = { goal = "=3天"',
        "row = { goal",
        "的“goal”写得不对",
    ),
    "case with odd points": (
        PUTUO,
        'points = "2.00"',
        'points = "两分"',
        'points = "两分"',
        "要写分数，或写“人”",
    ),
    # Numbers
    "no number": (PUTUO, "full = 100", "full = nan", "full = nan", "“full”不是一个数"),
    "endless number": (NATIONAL, "ratio = 1.3", "ratio = inf", "ratio = inf", "“ratio”不是一个数"),
    "too many decimals": (NATIONAL, "ratio = 1.3", "ratio = 1.33333", "ratio = 1.33333", "小数多于四位"),
    "text for a number": (PUTUO, "floor = 90", 'floor = "90"', 'floor = "90"', "“floor”应是数"),
    "unknown key": (
        PUTUO,
        "unit_judges = true",
        "unit_judge = true",
        "unit_judge = true",
        "不认识的键“unit_judge”",
    ),
    # The form that is shared
    "form of nobody": (
        HUBEI,
        'same_form_as = "national-2020-self-evaluation"',
        'same_form_as = "national-1999"',
        "",
        "缺键“sections”",
    ),
    "date field of a declaration": (
        PUTUO,
        'key = "evaluation_date"',
        'key = "evaluated_at"',
        'key = "evaluated_at"',
        "种类“date”的栏目不能用键“evaluated_at”",
    ),
    # How it is printed
    "head that nobody knows": (
        PUTUO,
        '"评分规则", "自评分"',
        '"评分办法", "自评分"',
        "columns",
        "不认识的表头“评分办法”",
    ),
    "points without a column": (PUTUO, '"自评分", "备注"', '"备注"', "columns", "表头里缺 self_score"),
    "two columns for one thing": (
        PUTUO,
        '"自评分", "备注"',
        '"自评分", "得分"',
        "columns",
        "表头“self_score”写了两次",
    ),
    "group without its name": (
        PUTUO,
        'group_label = "{name}({points}分)"',
        'group_label = "({points}分)"',
        "group_label",
        "一级指标的写法要用 {name}",
    ),
    "widths that leave no room beside": (
        NATIONAL,
        "column_widths = [11, 13, 15, 12, 12, 7, 7, 17]",
        "column_widths = [11, 13, 15, 12, 12, 6, 7, 24]",
        "column_widths",
        "合计 94",
    ),
    "nothing to print beside": (
        NATIONAL,
        'indicators_heading = "绩效指标"\n',
        "",
        "heading_beside",
        "不能印在左边",
    ),
}


def text_of(edition_id):
    return (FOLDER / f"{edition_id}.toml").read_text("utf-8")


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_set_is_refused_with_line_and_reason(name):
    edition_id, old, new, marker, reason = BREAKS[name]
    text = text_of(edition_id)
    assert old in text
    text = text.replace(old, new, 1)
    problems = check_text(text, f"{edition_id}.toml")
    assert problems
    assert any(reason in problem.message for problem in problems), [str(problem) for problem in problems]
    for problem in problems:
        assert problem.file == f"{edition_id}.toml"
        assert problem.message.endswith("。")
    if marker:
        lines = text.splitlines()
        at = [lines[problem.line - 1] for problem in problems if reason in problem.message]
        assert any(line.startswith(marker) for line in at), at


@pytest.mark.parametrize(
    ("key", "reason"),
    [("grades_clause", "等级没有写依据"), ("bands_clause", "定性档次没有写依据")],
)
def test_grades_and_bands_need_their_clause(key, reason):
    text = text_of(PUTUO)
    (line,) = [line for line in text.splitlines() if line.startswith(key)]
    (problem,) = check_text(text.replace(line, f'{key} = " "'), f"{PUTUO}.toml")
    assert reason in problem.message


@pytest.mark.parametrize(
    "value", ["-1", '""', "true", "[]", "[[]]", "{}", "2020-01-01", "nan", "99999999999999999999"]
)
@pytest.mark.parametrize("edition_id", [NATIONAL, SICHUAN])
def test_any_value_anywhere_gives_reasons_and_never_a_crash(edition_id, value):
    rows = text_of(edition_id).splitlines()
    start = next(number for number, row in enumerate(rows) if row.startswith("[[frame]]"))
    for number, row in enumerate(rows[start:], start):
        if " = " in row and number % 7 == 0:
            changed = [*rows[:number], f"{row.split('=')[0]}= {value}", *rows[number + 1 :]]
            for problem in check_text("\n".join(changed), f"{edition_id}.toml"):
                assert 1 <= problem.line <= len(rows) + 1
                assert problem.message.endswith("。")


def test_a_rule_set_without_cases_is_refused():
    text = text_of(PUTUO)
    start, end = text.index("[[scoring_cases]]"), text.index("# Cases ---")
    (problem,) = check_text(text[:start] + text[end:], f"{PUTUO}.toml")
    assert "没有评分用例" in problem.message


def test_every_formula_name_belongs_to_a_case():
    assert all(names for names in FORMULAS.values())
