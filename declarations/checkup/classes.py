"""Rows in the class they belong to: quantities, rates, times, satisfaction; outputs that pose as effects."""

import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.targets import SATISFACTION, is_number, is_percent, is_rate
from declarations.checkup.vocabulary import move
from declarations.checkup.wording import apart_or_once, cells, listed, names, shown
from perfgoals.documents.difference import core
from perfgoals.findings import Fix, Level
from perfgoals.targets.units import dimension_of

_PROMPT = re.compile(r"及时|按时|准时|时效|按期|准点|速度|时间|时长|周期|频率|期限|进度|响应")
# Customary as a quantity: how much of what was planned is done. 数量 asks "how many", and the plan holds the number.
_DONE_SHARE = re.compile(r"(?:完成|覆盖|到位|发放|执行|实现|开展)(?:率|比例)")


def _to(sheet: Sheet, line: Line, nature: str) -> tuple[Fix, ...]:
    """The move of ``line`` to the category of this nature, in its own level 1 where that has one."""
    frame = sorted(sheet.edition.frame, key=lambda dimension: dimension is not line.dimension)
    for dimension in frame:
        for category in dimension.categories:
            if category.nature == nature:
                return (move(line, dimension.name, category.name),)
    return ()


def _named(sheet: Sheet, nature: str) -> str:
    """What this form calls the category of ``nature``."""
    return next((c.name for d in sheet.edition.frame for c in d.categories if c.nature == nature), "")


@rule(
    "timeliness_not_time",
    Level.DOUBT,
    "时效里不是时间",
    why="时效指标说的是什么时候做完、多久响应；数量归数量，比率归质量。",
    good=Sample("运维平均响应时间：<=2小时", "czj-2020-5"),
    bad=Sample("国库集中支付代理银行业务费完成：支付业务量达到200万笔、非税14万笔", "czj-2020-1"),
)
def timeliness_not_time(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 10 行；种子表 xxzx-2020-4 的非正常停机率。"""
    for line in sheet.written:
        if line.nature != "timeliness" or _PROMPT.search(line.name):
            continue
        units = {line.reading.unit, *(part.unit for part in line.reading.parts)} - {""}
        dimensions = {dimension_of(unit) for unit in units}
        if "count" in dimensions or "measure" in dimensions:
            yield Remark(
                line.path("level2"),
                f"{shown(line.name)}写的是数量{shown(line.target)}，却放在“{line.row.level2}”里。",
                _to(sheet, line, "quantity"),
            )
        elif is_percent(line):
            yield Remark(
                line.path("level2"),
                f"{shown(line.name)}{shown(line.target)}说的不是时间，却放在“{line.row.level2}”里。",
                _to(sheet, line, "quality"),
            )


@rule(
    "quantity_is_rate",
    Level.DOUBT,
    "数量里放了比率",
    why="数量指标说做多少，单位是次、套、人；做得好坏的比率归质量。",
    good=Sample("运维工单处理率：=100%", "czj-2020-3"),
    bad=Sample("运维工单处理率：=100%", "czj-2020-7"),
)
def quantity_is_rate(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 11 行。完成率、覆盖率习惯上算数量，不提。"""
    yield from apart_or_once(
        [
            line
            for line in sheet.written
            if line.nature == "quantity"
            and is_percent(line)
            and (is_rate(line.name) or SATISFACTION.search(line.name))
            and not _DONE_SHARE.search(line.name)
        ],
        lambda line: f"{shown(line.name)}是比率，却放在“{line.row.level2}”里。",
        lambda lines: f"{len(lines)} 行是比率，却放在“{lines[0].row.level2}”里：{names(lines)}。",
        fixes=lambda line: _to(sheet, line, "satisfaction" if SATISFACTION.search(line.name) else "quality"),
        column="level2",
    )


@rule(
    "other_class",
    Level.DOUBT,
    "像是放错了分组",
    why="同一类指标放在同一组里，审核和汇总才看得到它。",
    good=Sample("用户满意度：>=85%", "czj-2020-7"),
    bad=Sample("“用户满意度”放在“社会效益”里"),
)
def other_class(sheet: Sheet) -> Iterator[Remark]:
    """名称写明满意度、及时性，却不在那一组（F42）。表式没有那一组的不提。"""
    for nature, pattern, home in (
        ("satisfaction", re.compile(r"满意(?:度|率)(?:[（(].*[）)])?$"), ("satisfaction",)),
        ("timeliness", re.compile(r"(?:及时性|时效性)$"), ("timeliness",)),
    ):
        if not (name := _named(sheet, nature)):
            continue
        for line in sheet.written:
            misplaced = line.category and line.nature not in home and line.part != "satisfaction"
            # 财务信息报送及时性 may well stand in the management part, which has no 时效 of its own.
            managed = nature == "timeliness" and line.part == "management"
            quantity = line.nature == "quantity" and is_percent(line)  # said by quantity_is_rate
            if misplaced and not managed and not quantity and pattern.search(line.name):
                yield Remark(
                    line.path("level2"),
                    f"{shown(line.name)}放在“{line.row.level2}”里，像是应放在“{name}”。",
                    _to(sheet, line, nature),
                )


@rule(
    "customary_class",
    Level.HINT,
    "与共性指标的分组不同",
    why="这个指标是本表式的共性指标，别的表放在另一组；放在一处才能横向比较。",
    good=Sample("政府采购规范性：合规", "czj-2020-3"),
    bad=Sample("政府采购规范性：规范", "czj-2020-4"),
)
def customary_class(sheet: Sheet) -> Iterator[Remark]:
    """种子表 czj-2020-4：政府采购规范性放在投入管理，别的表放在实施管理。"""
    usual: dict[str, set[tuple[str, str | None]]] = {}
    for row in sheet.edition.defaults:
        usual.setdefault(core(row.name), set()).add((row.level1, row.level2))
    for line in sheet.written:
        places = usual.get(core(line.name), set())
        said = line.nature == "quantity" and is_percent(line)  # by quantity_is_rate
        if len(places) == 1 and (line.row.level1, line.row.level2) not in places and line.category and not said:
            level1, level2 = next(iter(places))
            yield Remark(
                line.path("level2"),
                f"{shown(line.name)}放在“{line.row.level2}”里，共性指标里它在“{level2 or level1}”。",
                (move(line, level1, level2 or ""),),
            )


@rule(
    "effect_is_output",
    Level.HINT,
    "效果里放的是数量",
    why="效果说的是给谁带来了什么变化；做了多少、服务了多少是产出。",
    good=Sample("政策知晓率：=100%", "czj-2020-6"),
    bad=Sample("系统服务部门数：>=160个", "czj-2020-5"),
)
def effect_is_output(sheet: Sheet) -> Iterator[Remark]:
    """X-19：用产出数量充当效果。"""
    counted = [
        line
        for line in sheet.written
        if line.part == "outcome"
        and line.nature not in ("satisfaction", "economic")
        and is_number(line)
        and dimension_of(line.reading.unit) == "count"
        and re.search(r"(?:数|数量|次数|人数|用户|情况)$", line.name)
        and line.reading.numbers[0] > 0
    ]
    if counted:
        fixes = _to(sheet, counted[0], "quantity") if len(counted) == 1 else ()
        yield Remark(counted[0].path("level1"), f"效果目标里写的是数量：{cells(counted)}。", fixes)


@rule(
    "input_as_output",
    Level.HINT,
    "用投入充当产出",
    why="配了多少人、花了多少钱是投入，不能说明做成了什么。",
    good=Sample("系统自检次数：>=12次", "czj-2020-7"),
    bad=Sample("运维人员配备数量：>=21人", "czj-2020-7"),
)
def input_as_output(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.2：投入的人和钱不能当作绩效目标。"""
    pattern = re.compile(
        r"(?:人员|人手|团队|经费|资金|车辆)(?:配备|投入|安排|支出)|出差|差旅|配备(?:人数|数量)"
    )
    inputs = [line for line in sheet.written if line.part == "output" and pattern.search(line.name)]
    if inputs:
        yield Remark(inputs[0].path("name"), f"产出里写的是投入：{names(inputs)}。")


@rule(
    "satisfaction_only",
    Level.HINT,
    "效果只有满意度",
    why="满意度代替不了效益：项目给谁带来了什么变化，也要有一行。",
    good=Sample("支出处室参与率：=100%", "czj-2020-6"),
    bad=Sample("培训人员满意率：达到98%以上", "czj-2020-1"),
)
def satisfaction_only(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.2：说不出效益就用满意度充数。"""
    effects = [line for line in sheet.lines if line.part == "outcome" and line.name]
    if effects and all(line.nature == "satisfaction" for line in effects):
        groups = listed(
            f"“{category.name}”"
            for dimension in sheet.edition.frame
            if dimension.nature == "outcome"
            for category in dimension.categories
            if category.nature != "satisfaction"
        )
        yield Remark(effects[0].path("level1"), f"“{effects[0].row.level1}”只写了满意度，{groups}一行也没有。")
