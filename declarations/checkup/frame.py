"""The indicator frame: parts without a row, outputs without a number, and what the indicator cards still lack."""

import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Sheet
from declarations.checkup.wording import listed, names, shown
from perfgoals.findings import Level


@rule(
    "frame_missing",
    Level.DOUBT,
    "目标框架缺一块",
    why="财预〔2015〕88号要求绩效目标从数量、质量、时效和效益、满意度等方面细化；缺一块，写明为什么不适用。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6"),
    bad=Sample("“产出目标”里没有“时效”"),
)
def frame_missing(sheet: Sheet) -> Iterator[Remark]:
    """各表式框架里标为应有的一级、二级目标都有指标。一张空表由 required_field 说。"""
    if not sheet.document.indicators:
        return
    level1 = {line.row.level1 for line in sheet.lines if line.name}
    pairs = {(line.row.level1, line.row.level2) for line in sheet.lines if line.name}
    missing = []
    for dimension in sheet.edition.frame:
        if dimension.name not in level1:
            missing += [f"“{dimension.name}”"] if dimension.required else []
            continue
        missing += [
            f"“{dimension.name} › {category.name}”"
            for category in dimension.categories
            if category.required and (dimension.name, category.name) not in pairs
        ]
    if missing:
        yield Remark("indicators", f"{listed(missing)}没有指标。")


@rule(
    "output_without_number",
    Level.DOUBT,
    "产出没有一个数",
    why="财预〔2015〕88号要求绩效目标细化量化：做了多少、做得怎样，至少有一行写得出数。",
    good=Sample("数据检查次数：>=200次", "xxzx-2020-2"),
    bad=Sample("升级改造完成情况：完成", "sjrb-2018-2"),
)
def output_without_number(sheet: Sheet) -> Iterator[Remark]:
    """产出一块至少有一个定量指标。"""
    outputs = [line for line in sheet.written if line.part == "output"]
    if outputs and not any(line.reading.numbers or line.reading.parts for line in outputs):
        yield Remark(
            outputs[0].path(), f"“{outputs[0].row.level1}”的 {len(outputs)} 行没有一个数：{names(outputs)}。"
        )


_CARD = {
    "definition": "指标解释",
    "calculation_method": "计算方法",
    "data_source": "数据来源",
    "setting_basis": "设定依据",
}


@rule(
    "card_missing",
    Level.DOUBT,
    "指标卡没有填",
    why="本表式要求每个指标写明解释、算法、数据来源和设定依据。",
    good=Sample("财政部年度考核良好以上", "czj-2020-6"),
    bad=Sample("（指标解释空着）"),
)
def card_missing(sheet: Sheet) -> Iterator[Remark]:
    """表式要求填指标卡的（card_required），逐项要有。"""
    if not sheet.edition.card_required:
        return
    for column, label in _CARD.items():
        bare = [line for line in sheet.written if not getattr(line.row, column).strip()]
        if bare:
            yield Remark(bare[0].path(column), f"{len(bare)} 行没有写{label}：{names(bare)}。")


@rule(
    "effect_without_source",
    Level.HINT,
    "效果指标没有数据来源",
    why="效果要拿数据证明：写明数从哪里来、和哪一年的数比，自评时才不用临时找。",
    good=Sample("财政部年度考核良好以上", "czj-2020-6"),
    bad=Sample("带动社会投资：逐年上升", "xxzx-2020-3"),
)
def effect_without_source(sheet: Sheet) -> Iterator[Remark]:
    """I1：效果行的数据来源和基期值。表式已要求填指标卡的，由 card_missing 说。"""
    if sheet.edition.card_required:
        return
    bare = [
        line
        for line in sheet.written
        if line.part in ("outcome", "benefit", "satisfaction")
        and not (line.row.data_source.strip() or line.row.baseline.strip() or line.row.definition.strip())
    ]
    if bare:
        yield Remark(
            bare[0].path("data_source"), f"{len(bare)} 行效果指标没有写数据来源和基期值：{names(bare)}。"
        )


@rule(
    "numeric_baseline_missing",
    Level.HINT,
    "与上年比却没有基期值",
    why="“同比”“比上年”要有上年的数才能比。",
    good=Sample("近3年全市通过在线监管平台备案的项目数据分别为4303、4197、4354", "xxzx-2020-3"),
    bad=Sample("“带动社会投资”同比增长5%以上，没有写上年是多少"),
)
def numeric_baseline_missing(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 10.1 第 87 行、10.2 第 146 行：同比意味着有上年值。没有数的归 trend_without_baseline。"""
    bare = [
        line
        for line in sheet.written
        if "relative" in line.reading.doubts
        and line.reading.numbers
        and re.search(r"同比|环比|[比较]上|去年|上年|基期", line.target)
        and not line.row.baseline.strip()
    ]
    for line in bare:
        yield Remark(line.path("baseline"), f"{shown(line.name)}写的是{shown(line.target)}，没有写基期值。")
