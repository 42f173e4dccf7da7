"""Weights, on the forms that have them: readable, above zero, adding up, and in the frame's proportion."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.wording import names, number, shown
from perfgoals.documents.declaration import read_amount
from perfgoals.findings import Level

_TOP = Decimal(100)


def weight_of(line: Line) -> Decimal | None:
    """Points of one row: 0 to 100 with at most two decimals, or None where empty or unreadable."""
    value = read_amount((line.row.weight or "").strip().removesuffix("分"))
    return value if value is not None and 0 <= value <= _TOP else None


@rule(
    "weight_gap",
    Level.ERROR,
    "分值没有填或读不出",
    why="这张表每个指标都要有分值，合计才对得上，自评才能打分。",
    good=Sample("防范金融风险宣传场次：3", "putuo-2021-1", "每行都有分值"),
    bad=Sample("分值写“若干”"),
)
def weight_gap(sheet: Sheet) -> Iterator[Remark]:
    """有分值的表式，每行的分值都要填，0 到 100，最多两位小数。"""
    if not sheet.edition.has_weights:
        return
    empty = [line for line in sheet.lines if line.name and not (line.row.weight or "").strip()]
    if empty:
        yield Remark(empty[0].path("weight"), f"{len(empty)} 行没有写分值：{names(empty)}。")
    for line in sheet.lines:
        if (line.row.weight or "").strip() and weight_of(line) is None:
            yield Remark(
                line.path("weight"), f"{shown(line.name)}的分值{shown(line.row.weight or '')}读不出是多少分。"
            )


@rule(
    "weight_sum",
    Level.ERROR,
    "分值合计不对",
    why="各行分值之和应等于表上的满分，一分不差。",
    good=Sample("产出指标(45分)、效益指标(35分)、满意度指标(20分)", "putuo-2021-1"),
    bad=Sample("45 + 35 + 10 = 90"),
)
def weight_sum(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.2：各级权重加不拢；满分取自表式。"""
    weights = [weight_of(line) for line in sheet.lines if (line.row.weight or "").strip()]
    total = sheet.edition.weights_total
    if total is None or not weights or None in weights:
        return
    added = sum((weight for weight in weights if weight is not None), Decimal(0))
    if added != total:
        word = "多" if added > total else "少"
        yield Remark(
            "indicators",
            f"分值合计 {number(added)}，应为 {number(total)}，{word} {number(abs(added - total))}。",
        )


@rule(
    "weight_zero",
    Level.DOUBT,
    "分值是零",
    why="零分的指标做到做不到都一样，等于没有这个指标。",
    good=Sample("防范金融风险宣传场次：3", "putuo-2021-1", "每行的分值都大于零"),
    bad=Sample("分值写 0"),
)
def weight_zero(sheet: Sheet) -> Iterator[Remark]:
    """每行分值大于零。"""
    if not sheet.edition.has_weights:
        return
    zero = [line for line in sheet.lines if weight_of(line) == 0]
    if zero:
        yield Remark(zero[0].path("weight"), f"{len(zero)} 行的分值是零：{names(zero)}。")


@rule(
    "weight_split",
    Level.DOUBT,
    "一级指标的分值与表式不同",
    why="表式给了各一级指标的分值；按项目特点调整的，写明理由。",
    good=Sample("产出指标(45分)、效益指标(35分)、满意度指标(20分)", "putuo-2021-1"),
    bad=Sample("产出 70、效益 10、满意度 20"),
)
def weight_split(sheet: Sheet) -> Iterator[Remark]:
    """表式给出的几种分法（point_sets），按用到的一级指标取一种。合计不对时由 weight_sum 说。"""
    points: dict[str, Decimal] = defaultdict(Decimal)
    weights = [(line.row.level1, weight_of(line)) for line in sheet.lines if line.name]
    if not sheet.edition.has_weights or any(weight is None for _, weight in weights):
        return
    for level1, weight in weights:
        points[level1] += weight or 0
    if sum(points.values(), Decimal(0)) != sheet.edition.weights_total:
        return
    lawful = _lawful(sheet, points)
    off = [
        f"“{level1}”{number(points[level1])}（表式 {number(should)}）"
        for level1, should in lawful.items()
        if points.get(level1, Decimal(0)) != should
    ]
    if off:
        yield Remark("indicators", f"分值与表式不同：{'、'.join(off)}。")


def _lawful(sheet: Sheet, used: Iterable[str]) -> dict[str, Decimal]:
    """The points that the edition gives to the level-1 groups in use."""
    groups = set(used)
    if split := sheet.edition.points_for(groups):
        return {level1: Decimal(points) for level1, points in split.points.items()}
    return {
        dimension.name: Decimal(dimension.points)
        for dimension in sheet.edition.frame
        if dimension.points is not None and dimension.name in groups
    }
