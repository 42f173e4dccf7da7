"""The shipped questionnaire, and every kind of thing that can be wrong with one: line and reason."""

from io import StringIO

import pytest
from django.core.management import call_command

from perfgoals.appraising.checker import check_files, check_text
from perfgoals.appraising.questionnaire import (
    FOLDER,
    UnknownQuestionnaire,
    all_questionnaires,
    get_questionnaire,
    questionnaire_for,
)

NAME = "national-2015-appraisal"
TEXT = (FOLDER / f"{NAME}.toml").read_text("utf-8")


def test_the_shipped_ones_are_sound():
    assert check_files(sorted(FOLDER.glob("*.toml"))) == []
    out = StringIO()
    call_command("check_questionnaires", stdout=out)
    assert "没有问题" in out.getvalue()


def test_four_parts_of_two_questions_each():
    form = get_questionnaire(NAME)
    assert [part.label for part in form.parts] == ["完整性审核", "相关性审核", "适当性审核", "可行性审核"]
    assert [len(part.questions) for part in form.parts] == [2, 2, 2, 2]
    assert [grade.label for grade in form.grades] == ["优", "良", "中", "差"]
    assert form.full_points == 100


def test_what_is_not_confirmed_says_so():
    """No text of the annex was read: every question is marked, and every defect has a source or the mark."""
    form = get_questionnaire(NAME)
    assert all(question.unconfirmed for question in form.questions)
    defects = [defect for question in form.questions for defect in question.defects]
    assert all(bool(defect.source) != defect.unconfirmed for defect in defects)
    assert any("未经原文核实" in note for note in form.notes)


@pytest.mark.parametrize(
    ("label", "offers"), [("优", {"pass"}), ("良", {"pass", "return"}), ("中", {"return"}), ("差", {"return"})]
)
def test_what_each_grade_leaves_open(label, offers):
    grade = next(one for one in get_questionnaire(NAME).grades if one.label == label)
    assert grade.offers == offers


def test_which_one_is_in_force():
    assert questionnaire_for(region="310000", year=2020).id == NAME
    with pytest.raises(UnknownQuestionnaire):
        questionnaire_for(region="310000", year=2010)
    with pytest.raises(UnknownQuestionnaire):
        get_questionnaire("nonsense")
    assert NAME in all_questionnaires()


# what is replaced, by what, where the problem stands (the start of that line's text), the reason
BREAKS = {
    "not TOML": ('overall = "worst"', 'overall "worst"', "overall", "键后面缺“=”"),
    "unknown key": ('overall = "worst"', 'overall = "worst"\noveral = 1', "overal = 1", "不认识的键“overal”"),
    "missing key": ('region = "100000"\n', "", "# 项目", "缺键“region”"),
    "wrong type": ("year_from = 2016", 'year_from = "2016"', "year_from", "应是整数"),
    "other id": (f'id = "{NAME}"', 'id = "else"', "id =", "与文件名"),
    "years": ("year_from = 2016", "year_from = 2016\nyear_to = 2015", "year_to", "早于 year_from"),
    "rule": ('overall = "worst"', 'overall = "best"', "overall", "综合等级的算法“best”"),
    "mode": ('key = "points"', 'key = "marks"', 'key = "marks"', "方式“marks”"),
    "bands": ("floor = 80", "floor = 95", "floor = 95", "不低于前一档"),
    "gap": ("floor = 0\n", "floor = 1\n", "floor = 1\n", "最后一档的起点要是 0"),
    "act": ('offers = ["pass"]', 'offers = ["praise"]', 'offers = ["praise"]', "不认识的办法“praise”"),
    "question twice": (
        'key = "clear"',
        'key = "well_formed"',
        'key = "well_formed"\nlabel = "明确',
        "写了两次",
    ),
    "points": ("points = 10\n", "points = 11\n", "[[parts]]", "合计 101，应是 100"),
    "way": ('per = "each"', 'per = "all"', 'per = "all"', "扣法“all”"),
    "too much": ("deduct = 0.2\n", "deduct = 12\n", "deduct = 12\n", "不超过本问的分值"),
    "range": ('per = "range"', 'per = "once"', "deduct_to = 2", "酌情扣分"),
    "no source": (
        'per = "each"\nsource = "某市绩效目标审核评分办法：错填漏填每项扣 0.2 分"',
        'per = "each"',
        '[[parts.questions.defects]]\nkey = "wrong_cell"',
        "没有出处",
    ),
    "case grade": ('grade = "fair"', 'grade = "good"', 'grade = "good"\nanswers', "应是 good，算出 fair"),
    "case total": ("total = 88", "total = 87", "total = 87", "应得 87 分，算出 88.00"),
    "case question": ("answers.clear.grade", "answers.cleer.grade", "[[cases]]", "没有“cleer”这一问"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_break_is_named_with_its_line(name):
    old, new, marker, words = BREAKS[name]
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    problems = check_text(text, f"{NAME}.toml")
    line = text[: text.index(marker)].count("\n") + 1
    assert [(p.file, p.line) for p in problems if words in p.message] == [(f"{NAME}.toml", line)], problems


def test_a_file_that_cannot_be_read_and_an_id_used_twice(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe")
    first, second = tmp_path / f"{NAME}.toml", tmp_path / "b" / f"{NAME}.toml"
    second.parent.mkdir()
    for path in (first, second):
        path.write_text(TEXT, "utf-8")
    words = [problem.message for problem in check_files([broken, first, second])]
    assert "UTF-8" in words[0]
    assert "已用于" in words[1]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_questionnaires", str(broken), stdout=out)
    assert "broken.toml:1:" in out.getvalue()
