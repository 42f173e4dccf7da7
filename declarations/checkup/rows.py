"""Rows against rows: the same indicator twice, nearly twice, and sub-projects under another name."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.wording import shown
from perfgoals.documents.difference import core
from perfgoals.findings import Fix, Level

# Said of many things without changing what is measured.
_FURNITURE = re.compile(r"情况|程度|工作|相关|有关|机制|健全性|完备性|规范性|有效性|合规性|及时性|性$|率$")


@rule(
    "duplicate_rows",
    Level.DOUBT,
    "同一个指标写了两行",
    why="同一个指标写两行会算两次；目标值不同的，还不知道以哪个为准。",
    good=Sample("故障处理率：=100%", "czj-2020-2"),
    bad=Sample("“用户满意度”≥85% 和“用户满意度”≥90% 在一张表里"),
)
def duplicate_rows(sheet: Sheet) -> Iterator[Remark]:
    """名称（不计标点和“的”）相同的指标只写一行；子项目同此。"""
    for lines in _same(sheet.written, lambda line: core(line.name)):
        first, *others = lines
        differ = {core(line.target) for line in lines}
        values = "，目标值还不一样" if len(differ) > 1 else ""
        numbers = "、".join(str(line.number) for line in lines[:8])
        yield Remark(
            others[0].path("name"), f"{shown(first.name)}写了 {len(lines)} 行（第 {numbers} 行）{values}。"
        )
    named = defaultdict(list)
    for row in sheet.document.sub_projects:
        named[core(row.name)].append(row)
    for key, rows in named.items():
        if key and len(rows) > 1:
            yield Remark(
                f"sub_projects.{rows[1].row_id}.name", f"子项目{shown(rows[0].name)}写了 {len(rows)} 次。"
            )


def _same(lines: tuple[Line, ...], key) -> Iterator[list[Line]]:
    groups = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    yield from (group for name, group in groups.items() if name and len(group) > 1)


@rule(
    "near_duplicate_rows",
    Level.HINT,
    "两行像是同一个指标",
    why="说法略有不同、意思一样的两行会算两次；合成一行，或把区别写清楚。",
    good=Sample("长效管理机制健全性：健全", "czj-2020-7"),
    bad=Sample("“应急响应机制”和“应急响应机制健全性”在一张表里"),
)
def near_duplicate_rows(sheet: Sheet) -> Iterator[Remark]:
    """去掉“情况”“健全性”一类虚字后相同，且在同一分组。完成率与及时性说的不是一件事，不算。"""
    groups = _same(
        sheet.written, lambda line: (line.row.level1, line.row.level2, _FURNITURE.sub("", core(line.name)))
    )
    for lines in groups:
        if len(_FURNITURE.sub("", core(lines[0].name))) < 4 or len({_aspect(line) for line in lines}) == len(
            lines
        ):
            continue
        alike = [line for line in lines if core(line.name) != core(lines[0].name)]
        if alike:
            yield Remark(
                alike[0].path("name"), f"{shown(lines[0].name)}与{shown(alike[0].name)}像是同一个指标。"
            )


def _aspect(line: Line) -> str:
    """Which side of a thing a name asks about: soundness, timeliness, share …; "" where it does not say."""
    found = re.search(r"及时|完成率|覆盖率|合格率|通过率|有效|规范|合规|完备|数量|满意|率$", line.name)
    return found[0] if found else ""


@rule(
    "sub_project_renamed",
    Level.DOUBT,
    "子项目与项目名称不一致",
    why="只有一个子项目、金额又等于当年预算，它就是这个项目，名称应当一致，否则查不到同一笔钱。",
    good=Sample("2018年金融创新奖", "sjrb-2018-3"),
    bad=Sample("上海数据运行监测系统2018", "sjrb-2018-2"),
)
def sub_project_renamed(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 26 行：少了“金融”二字。"""
    rows, name = sheet.document.sub_projects, (sheet.document.project_name or "").strip()
    if len(rows) != 1 or not name or not rows[0].name.strip():
        return
    ours, theirs = _plain(name), _plain(rows[0].name)
    if ours in theirs or theirs in ours or not ours or not theirs:
        return
    if difflib.SequenceMatcher(None, ours[:100], theirs[:100], autojunk=False).ratio() >= 0.6:
        path = f"sub_projects.{rows[0].row_id}.name"
        yield Remark(
            path,
            f"子项目{shown(rows[0].name, 60)}与项目名称{shown(name, 60)}不一致。",
            (Fix(f"改为 {name}", ((path, name),)),),
        )


def _plain(name: str) -> str:
    """The name without years, brackets and punctuation."""
    return core(re.sub(r"[（(][^（）()]*[）)]|20\d\d年?(?:度)?", "", name))
