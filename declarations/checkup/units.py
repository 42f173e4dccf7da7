"""Units of measure in target values: missing, written twice, at odds with the name, beyond what a share can be."""

import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.targets import SATISFACTION, is_number, is_rate
from declarations.checkup.wording import apart_or_once, cells, change, number, shown
from perfgoals.findings import Fix, Level
from perfgoals.targets.units import dimension_of

# A unit that the name itself gives: 巡检次数 counts 次, 配备人数 counts 人.
_COUNTED = re.compile(
    r"(次|人|家|户|套|份|篇|场|件|台|条|笔|册|名|期|批|天|起|辆|座)(?:总)?数(?:量)?(?:[（(].*[）)])?$"
)


@rule(
    "percent_missing",
    Level.DOUBT,
    "没有写百分号",
    why="“90”是 90%、90 分还是 90 人，读的人只能猜。",
    good=Sample("用户满意度：≥85%", "czj-2020-2"),
    bad=Sample("员工满意度：>=90", "xxzx-2020-1"),
)
def percent_missing(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 1 行：比率、满意度没有写 %。"""
    yield from apart_or_once(
        [line for line in _unitless(sheet) if is_rate(line.name) or SATISFACTION.search(line.name)],
        lambda line: f"{shown(line.name)}写的是{shown(line.target)}，没有写“%”。",
        lambda lines: f"{len(lines)} 行没有写“%”：{cells(lines)}。",
        fixes=lambda line: (change(line, f"{line.target}%"),) if line.reading.numbers[0] <= 100 else (),
    )


@rule(
    "unit_missing",
    Level.DOUBT,
    "没有写计量单位",
    why="财预〔2015〕88号要求绩效目标细化量化：数要带单位，自评时才能核对。",
    good=Sample("系统自检次数：>=12次", "czj-2020-7"),
    bad=Sample("巡检次数：=6", "czj-2020-2"),
)
def unit_missing(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 1 行：=6、>3000、>10000。"""
    yield from apart_or_once(
        [line for line in _unitless(sheet) if not (is_rate(line.name) or SATISFACTION.search(line.name))],
        _unit_question,
        lambda lines: f"{len(lines)} 行没有写计量单位：{cells(lines)}。",
        fixes=_named_unit,
    )


def _unitless(sheet: Sheet) -> list[Line]:
    return [
        line
        for line in sheet.written
        if is_number(line)
        and not line.reading.unit
        and line.reading.numbers[0] != 0
        and "unit_in_name" not in line.reading.doubts
        and re.search(r"[\d０-９]\s*$", line.target)
        and not _in_brackets(line.name)
    ]


def _in_brackets(name: str) -> bool:
    """The name ends with its unit: 平均恢复时长（小时）."""
    found = re.search(r"[（(]([^（）()]{1,6})[）)]$", name)
    return bool(found and (dimension_of(found[1]) or found[1] in ("％", "百分比")))


def _unit_question(line: Line) -> str:
    value = number(line.reading.numbers[0])
    if found := _COUNTED.search(line.name):
        return f"{shown(line.name)}写的是{shown(line.target)}，没有写计量单位。是 {value} {found[1]}吗？"
    return f"{shown(line.name)}写的是{shown(line.target)}，没有写计量单位。“{value}”是 {value} 个什么？"


def _named_unit(line: Line) -> tuple[Fix, ...]:
    found = _COUNTED.search(line.name)
    return (change(line, f"{line.target}{found[1]}"),) if found else ()


@rule(
    "unit_twice",
    Level.HINT,
    "单位写了两遍",
    why="名称和目标值各写一遍单位，改一处忘一处就会矛盾。",
    good=Sample("平均系统故障修复时间：<30分钟", "xxzx-2020-3"),
    bad=Sample("系统故障平均恢复时长（小时）：<=2小时", "xxzx-2020-4"),
)
def unit_twice(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 9 行。"""
    for line, unit in _unit_in_name(sheet):
        if unit == line.reading.unit:
            bare = re.sub(r"[（(][^（）()]*[）)]$", "", line.name)
            yield Remark(
                line.path("name"),
                f"{shown(line.name)}和目标值{shown(line.target)}都写了“{unit}”。",
                (Fix(f"名称改为 {bare}", ((line.path("name"), bare),)),),
            )


@rule(
    "unit_contradiction",
    Level.DOUBT,
    "名称与目标值的单位不同",
    why="同一个指标只能有一个单位。",
    good=Sample("系统故障平均恢复时长（小时）：<=2小时", "xxzx-2020-4"),
    bad=Sample("系统故障平均恢复时长（小时） ≤30分钟"),
)
def unit_contradiction(sheet: Sheet) -> Iterator[Remark]:
    """名称括号里的单位与目标值的单位一致（domain.md 10.2 第 117 行）。"""
    for line, unit in _unit_in_name(sheet):
        if line.reading.unit and unit != line.reading.unit:
            yield Remark(
                line.path(),
                f"{shown(line.name)}的单位是“{unit}”，目标值{shown(line.target)}的单位是“{line.reading.unit}”。",
            )


def _unit_in_name(sheet: Sheet) -> Iterator[tuple[Line, str]]:
    for line in sheet.written:
        found = re.search(r"[（(]([^（）()]{1,6})[）)]$", line.name)
        if found and is_number(line) and dimension_of(found[1]):
            yield line, found[1]


@rule(
    "over_hundred",
    Level.DOUBT,
    "比率超过 100%",
    why="满意度、合格率、到位率一类的比率最多 100%。",
    good=Sample("自检通过率：=100%", "czj-2020-7"),
    bad=Sample("用户满意度：≥850%"),
)
def over_hundred(sheet: Sheet) -> Iterator[Remark]:
    """部分不会超过全部；增长率、收益率除外。"""
    part = re.compile(r"满意|合格|通过|到位|覆盖|专用|知晓|参与|准确|及时|处理|办结|排除|执行")
    for line in sheet.written:
        if (
            line.reading.unit == "%"
            and line.reading.numbers
            and part.search(line.name)
            and "增长" not in line.name
        ):
            top = max(line.reading.numbers)
            if top > 100:
                yield Remark(line.path(), f"{shown(line.name)}写的是{shown(line.target)}，超过 100%。")
