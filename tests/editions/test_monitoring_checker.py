"""Monitoring editions: what they say, typed; labels name the month; every kind of slip is refused by line."""

from decimal import Decimal

import pytest

from perfgoals.editions import all_editions, get_edition
from perfgoals.editions.checker import check_text
from perfgoals.editions.loader import FOLDER

NATIONAL = "national-2019-monitoring"
SICHUAN = "sichuan-2025-monitoring"
TEXT = (FOLDER / f"{NATIONAL}.toml").read_text("utf-8")
D = Decimal


def test_the_policy_is_typed():
    policy = get_edition(SICHUAN).monitoring
    given = policy.thresholds
    assert (given.yellow, given.red, given.gap) == (D(10), D(25), D(10))
    assert [given.least_execution(month) for month in (1, 3, 4, 7, 8, 9, 10, 12)] == [
        None,
        None,
        D(25),
        D(40),
        D(60),
        D(60),
        D(80),
        D(80),
    ]
    assert policy.reaction_days == 10
    assert all(
        edition.monitoring is None for edition in all_editions().values() if edition.kind != "monitoring"
    )


def test_what_was_not_read_is_marked_and_said_on_paper():
    """The national rule was not read; of Sichuan the form and our own steps behind plan."""
    national, sichuan = get_edition(NATIONAL), get_edition(SICHUAN)
    for edition in (national, sichuan):
        assert edition.unconfirmed
        assert "未经原文核实" in edition.footer_notes[0]
        assert edition.monitoring.thresholds.pace_unconfirmed
        assert all(rule.unconfirmed for rule in edition.sums)
        assert all(one.unconfirmed for one in edition.fields.values() if one.key.startswith("budget."))
    marks = [
        (edition.monitoring.thresholds.unconfirmed, edition.monitoring.reaction_unconfirmed)
        for edition in (national, sichuan)
    ]
    assert marks == [(True, True), (False, False)]


def test_labels_name_the_month_of_the_report():
    edition = get_edition(NATIONAL)
    july = edition.at(7)
    assert july is edition.at(7) is july.at(7)
    assert july.fields["budget.executed"].term == "1—7月执行数：年度资金总额"
    assert july.fields["budget.execution_rate"].label == "1—7月执行率"
    assert dict(july.columns)["actual"] == "1—7月执行情况"
    assert dict(edition.at(10).columns)["actual"] == "1—10月执行情况"
    assert dict(edition.at(1).columns)["actual"] == "1月执行情况"
    assert "{" not in "".join(one.label + one.term + one.help for one in july.fields.values())
    with pytest.raises(ValueError, match="already that of month 7"):
        july.at(10)
    other = get_edition("national-2020-self-evaluation")
    assert other.at(7) is other


def test_words_are_kept_by_key():
    edition = get_edition(NATIONAL)
    assert edition.word("likelihood", "impossible") == "完全不可能"
    assert edition.word("deviation_kinds", "conditions") == "硬件条件保障"
    assert edition.word("attainment", "gone") == "gone"


FLOOR = "{ month = 6, percent = 40 }"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("yellow = 10", "yellow = 30", "红灯（25）要比黄灯大"),
        ("yellow = 10", "yellow = 0", "黄灯（0）要大于 0"),
        ("red = 25", "red = nan", "不是一个数"),
        ("red = 25", "red = 101", "都不超过 100"),
        ("gap = 10", "gap = 0", "要在 0 和 100 之间"),
        (FLOOR, "{ month = 13, percent = 40 }", "月份 13 不在 1 到 12 之间"),
        (FLOOR, "{ month = 4, percent = 40 }", "4 月没有写在 4 月后面，或写了两次"),
        (FLOOR, "{ month = 6, percent = 25 }", "6 月的下限 25% 不高于 4 月"),
        (FLOOR, "{ month = 6, percent = 140 }", "执行率 140% 不在 0 和 100 之间"),
        (FLOOR, "{ month = 6 }", "缺键“percent”"),
        ("reaction_days = 10", "reaction_days = 0", "答复的工作日要在 1 到 60 之间"),
        ("reaction_days = 10", 'reaction_days = "十"', "“reaction_days”应是整数"),
        (
            'reaction_clause = "收到预警10个工作日内选择继续、调整或取消（四川2025年的做法）；全国办法没有读到期限。"',
            'reaction_clause = " "',
            "没有写依据（reaction_clause）",
        ),
        ('pace_clause = "比', 'pace_clause = " "\n#', "没有写依据（pace_clause）"),
        ('key = "possible"', 'key = "maybe"', "键（key）要依次是 certain、possible、impossible"),
        ("vocabularies.likelihood", "vocabularies.chances", "没有词表“likelihood”"),
        ('"全年预计完成情况",', "", "表头里缺 expected"),
        ('"全年预计完成情况",', '"全年预计",', "不认识的表头“全年预计”"),
        (
            '"原因说明",\n    "完成目标可能性",',
            '"完成目标可能性",\n    "原因说明",',
            "要紧跟在“偏差原因分析”后面",
        ),
        ('label = "1—{month}月执行率"', 'label = "1—{mouth}月执行率"', "只能用 {month} 一个位置"),
        ("[monitoring.thresholds]", "[monitoring.threshold]", "缺键“thresholds”"),
        ('kind = "monitoring"', 'kind = "declaration"', "只有绩效运行监控的表式才有监控口径"),
        ('kind = "monitoring"', 'kind = "declaration"', "只有绩效运行监控的表式才有截止月份"),
        ("side_width = 3", "side_width = 4", "列宽要有 10 个，合计 96"),
    ],
)
def test_a_slip_is_refused(old, new, says):
    assert old in TEXT
    found = check_text(TEXT.replace(old, new), f"{NATIONAL}.toml")
    assert any(says in problem.message for problem in found), [str(one) for one in found]


def test_a_form_without_policy_is_refused():
    start, end = TEXT.index("[monitoring]"), TEXT.index("# Steps and fields")
    found = check_text(TEXT[:start] + TEXT[end:], f"{NATIONAL}.toml")
    assert "绩效运行监控的表式要有监控口径（monitoring）。" in [problem.message for problem in found]
