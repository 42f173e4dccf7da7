"""What a target value says: activities, trends, circles, several demands at once, the wrong direction."""

import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.targets import SATISFACTION, is_number, is_rate, is_reverse
from declarations.checkup.wording import apart_or_once, cells, change, listed, number, shown
from perfgoals.findings import Fix, Level
from perfgoals.targets import DOUBT_LABELS

CLEAR = "财预〔2015〕88号要求绩效目标细化量化，定性的也要能衡量"


def _doubted(sheet: Sheet, code: str) -> list[Line]:
    return [line for line in sheet.written if code in line.reading.doubts]


def _worded(sheet: Sheet, code: str) -> list[Line]:
    """The doubted rows whose name asks for words; a rate in words is the business of ``rate_with_words``."""
    return [line for line in _doubted(sheet, code) if not is_rate(line.name)]


@rule(
    "action_not_target",
    Level.DOUBT,
    "写的是要做的事",
    why=f"{CLEAR}：目标是做到什么程度，不是做什么；做的事写进实施计划。",
    good=Sample("通过发改委、市科委等网站公示：公示渠道不少于2个", "xxzx-2020-6"),
    bad=Sample("日常维护：及时报总务科", "xxzx-2020-1"),
)
def action_not_target(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 12 行。"""
    yield from apart_or_once(
        _worded(sheet, "action_not_target"),
        lambda line: f"{shown(line.name)}的目标值{shown(line.target)}是要做的事，不是做到什么程度。",
        lambda lines: f"{len(lines)} 行的目标值是要做的事，不是做到什么程度：{cells(lines)}。",
        apart=1,
    )


@rule(
    "trend_without_baseline",
    Level.DOUBT,
    "只写了变化方向",
    why=f"{CLEAR}：“提高”从多少提高到多少，要有基期值；没有基期值，自评时只能自说自话。",
    good=Sample("交易平台和相关部门满意度：>=75%", "xxzx-2020-2"),
    bad=Sample("带动社会投资：逐年上升", "xxzx-2020-3"),
)
def trend_without_baseline(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 10.3 第 8 条：问基期年和基期值。写了基期值的不问。"""
    bare = [line for line in _worded(sheet, "trend_without_baseline") if not line.row.baseline.strip()]
    yield from apart_or_once(
        bare,
        lambda line: f"{shown(line.name)}只写了{shown(line.target)}，没有写基期值，也没有写变化多少。",
        lambda lines: f"{len(lines)} 行只写了变化方向，没有基期值：{cells(lines)}。",
        apart=1,
    )


@rule(
    "circular_target",
    Level.DOUBT,
    "目标值等于没有说",
    why=f"{CLEAR}：“达到要求”没有说是什么要求，怎样做都算达到。",
    good=Sample("报告验收通过率：=100%", "xxzx-2020-7"),
    bad=Sample("报告质量：报告质量达到要求", "xxzx-2020-6"),
)
def circular_target(sheet: Sheet) -> Iterator[Remark]:
    """达到要求、达到预期目标一类（domain.md 10.1 第 89 行）。"""
    yield from apart_or_once(
        _worded(sheet, "circular"),
        lambda line: f"{shown(line.name)}的目标值是{shown(line.target)}，没有说是什么要求。",
        lambda lines: f"{len(lines)} 行只说达到要求，没有说是什么要求：{cells(lines)}。",
        apart=1,
    )


@rule(
    "composite_numbers",
    Level.DOUBT,
    "一个目标值里有几个数",
    why="一行一个目标：一个做到、一个没做到时，这一行没法打分。拆成几行。",
    good=Sample("查询服务使用次数：>=2000000次", "xxzx-2020-4"),
    bad=Sample("国库集中支付代理银行业务费完成：支付业务量达到200万笔、非税14万笔", "czj-2020-1"),
)
def composite_numbers(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 10 行后半、10.3 第 7 条：请填报人拆分。"""
    for line in sheet.written:
        reading = line.reading
        window = "service_window" in reading.doubts  # 5*8小时 is one promise
        if reading.kind == "composite" and any(part.numbers for part in reading.parts) and not window:
            parts = listed(shown(part.raw, 20) for part in reading.parts)
            yield Remark(line.path(), f"{shown(line.name)}的目标值里有几个数：{parts}。请拆成几行。")


@rule(
    "composite_words",
    Level.HINT,
    "一个目标值里有几项要求",
    why="一行一个目标：一项做到、一项没做到时，这一行没法打分。",
    good=Sample("财务管理制度健全性：健全", "sjrb-2018-3"),
    bad=Sample("计划制定及执行情况：制定并执行", "sjrb-2018-1"),
)
def composite_words(sheet: Sheet) -> Iterator[Remark]:
    """健全并执行一类（domain.md 10.1 第 82、98 行）。"""
    several = [
        line
        for line in sheet.written
        if line.reading.kind == "composite" and not any(part.numbers for part in line.reading.parts)
    ]
    if several:
        yield Remark(several[0].path(), f"{len(several)} 行的目标值里有几项要求：{cells(several)}。")


_FLOORS = re.compile(
    r"执行率|到位率|完成率|合格率|通过率|覆盖率|知晓率|参与率|及时率|准确率|办结率|就业率|采纳率"
)


@rule(
    "floor_as_equality",
    Level.DOUBT,
    "下限写成了等于",
    why="写“=80%”，做到 95% 反而不算达到；要的是不低于，就写“≥”。",
    good=Sample("预算执行率：≥80%", "xxzx-2020-3"),
    bad=Sample("预算执行率：=80%", "xxzx-2020-2"),
)
def floor_as_equality(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 13 行。=100% 无所谓下限，不提。"""
    yield from apart_or_once(
        [
            line
            for line in sheet.written
            if is_number(line)
            and line.reading.operator == "="
            and line.reading.operator_explicit
            and 0 < line.reading.numbers[0] < 100
            and (_FLOORS.search(line.name) or SATISFACTION.search(line.name))
            and not is_reverse(line.name)
        ],
        lambda line: (
            f"{shown(line.name)}写的是{shown(line.target)}，高于 {number(line.reading.numbers[0])}% 算不算达到？"
        ),
        lambda lines: f"{len(lines)} 行的下限写成了等于：{cells(lines)}。",
        fixes=lambda line: _with_sign(line, "≥"),
    )


def _with_sign(line: Line, sign: str) -> tuple[Fix, ...]:
    rest = re.sub(r"^\s*[=＝≥≤><＞＜]{1,2}\s*", "", line.target)
    return (change(line, sign + rest),) if rest != line.target and re.match(r"\d", rest) else ()


_AMOUNT_OF_WORK = re.compile(r"(?:数|数量|次数|人数|家数|面积|人次|场次)(?:[（(].*[）)])?$")


@rule(
    "direction",
    Level.DOUBT,
    "上限下限像是反了",
    why="越多越好的写成“不超过”，或越少越好的写成“不少于”，做得越差得分越高。",
    good=Sample("数据归集单位数：>=80家", "xxzx-2020-4"),
    bad=Sample("备案登记的网贷信息中介监管数量：<=400家", "sjrb-2018-disclosure-1"),
)
def direction(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 19 行：监管数量 <=400家；以及投诉率 ≥ 一类。"""
    yield from apart_or_once(
        [line for line in sheet.written if _is_turned(line)],
        lambda line: f"{shown(line.name)}写的是{shown(line.target)}，是不是写反了？",
        lambda lines: f"{len(lines)} 行的上限下限像是反了：{cells(lines)}。",
        fixes=lambda line: _with_sign(line, "≥" if line.reading.operator in ("<=", "<") else "≤"),
    )


def _is_turned(line: Line) -> bool:
    if not is_number(line) or not line.reading.operator_explicit:
        return False
    # A waiting time may be capped, a retention time floored: the name alone does not tell, so times are left out.
    less_is_better = is_reverse(line.name) and not re.search(r"时间|时长|周期|服务|成本|费用|支出", line.name)
    if line.reading.operator in (">=", ">"):
        return less_is_better and is_rate(line.name)
    if line.reading.operator in ("<=", "<"):
        good = _AMOUNT_OF_WORK.search(line.name) or SATISFACTION.search(line.name) or _FLOORS.search(line.name)
        return bool(good) and not is_reverse(line.name) and not re.search(r"控制|压减|上限|不超", line.name)
    return False


@rule(
    "execution_below_funding",
    Level.HINT,
    "钱全部到位，执行率却不到 100%",
    why="钱全部到位而计划只执行一部分，剩下的钱打算怎么办，审核人会问。",
    good=Sample("预算执行率：=100%", "czj-2020-2"),
    bad=Sample("预算执行率：≥85%", "xxzx-2020-7"),
)
def execution_below_funding(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 14 行。"""
    numbers = {
        key: line
        for line in sheet.written
        for key in ("预算执行率", "到位率")
        if key in line.name and line.reading.unit == "%" and line.reading.numbers
    }
    spent, arrived = numbers.get("预算执行率"), numbers.get("到位率")
    if spent and arrived and spent.reading.numbers[0] < 100 <= arrived.reading.numbers[0]:
        yield Remark(
            spent.path(),
            f"{shown(arrived.name)}{shown(arrived.target)}，{shown(spent.name)}却只有{shown(spent.target)}。",
        )


# What the reader of targets doubts and a rule of its own does not say better.
_PASSED_ON = (
    "excel_serial_date", "double_percentage", "malformed_number", "reversed_range", "conflicting_operators",
    "impossible_date", "lost_operator", "rule_not_target", "odd_characters", "too_long", "zero_money",
)  # fmt: skip


@rule(
    "reading_doubt",
    Level.DOUBT,
    "目标值读不准",
    why="目标值读不准，汇总和打分就会用错数。",
    good=Sample("系统服务用户数：>=50000个", "czj-2020-7"),
    bad=Sample("采购计划完成时间 44,561（表格软件把 2021-12-31 变成了序号）"),
)
def reading_doubt(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 10.2 第 116、120 行一类：读数时的疑问。"""
    for code in _PASSED_ON:
        label = DOUBT_LABELS[code]
        lines = _doubted(sheet, code)
        if len(lines) > 2:
            yield Remark(lines[0].path(), f"{len(lines)} 行（{cells(lines)}）：{label}")
            continue
        for line in lines:
            message = f"{shown(line.name)}的目标值{shown(line.target)}：{label}"
            yield Remark(line.path(), message, _day_meant(line) if code == "excel_serial_date" else ())


def _day_meant(line: Line) -> tuple[Fix, ...]:
    day = line.reading.date_to or ""
    return (change(line, day),) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else ()


_UNIT_FIXES = {"百分比": "%", "人/次": "人次", "个百分比": "%"}


@rule(
    "unit_spelling",
    Level.HINT,
    "单位写法不规范",
    why="同一个单位用同一种写法，汇总才加得到一起。",
    good=Sample("修缮面积：1344m2", "xxzx-2020-1"),
    bad=Sample("≥100百分比"),
)
def unit_spelling(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 10.2 第 102、121 行。m2 是上标打不出来，看得懂，不提。"""
    for line in sheet.written:
        for wrong, right in _UNIT_FIXES.items():
            if line.target.endswith(wrong) and is_number(line):
                fixed = line.target.removesuffix(wrong) + right
                yield Remark(
                    line.path(),
                    f"{shown(line.name)}的单位写作“{wrong}”，应为“{right}”。",
                    (change(line, fixed),),
                )
