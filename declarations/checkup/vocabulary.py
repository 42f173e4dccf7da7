"""Closed lists of the edition: choices, level 1 and level 2; and a small offline list of slips in fiscal terms."""

import difflib
import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.wording import shown
from perfgoals.findings import Fix, Level

_APART = 3


@rule(
    "choice_outside",
    Level.ERROR,
    "不是表上可选的词",
    why="这一栏只能用本表式规定的词，汇总和查找才对得上。",
    good=Sample("其他经常性项目", "xxzx-2020-2"),
    bad=Sample("其他经常性专项", "xxzx-2020-6"),
)
def choice_outside(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 17、18 行：别的清单里的词，或写错一个字。"""
    for field in sheet.edition.fields.values():
        words = [choice.label for choice in sheet.edition.choices(field.key)]
        text = sheet.document.text(field.key).strip()
        if not words or not text or text in words:
            continue
        other = _other_list(sheet, field.key, text)
        also = f"，它是“{other}”里的词" if other else ""
        near = difflib.get_close_matches(text[:60], words, n=2, cutoff=0.5)
        yield Remark(
            field.key,
            f"“{field.term}”写的是{shown(text)}，不在可选的词里{also}。",
            tuple(Fix(f"改为 {word}", ((field.key, word),)) for word in near if not other),
        )


def _other_list(sheet: Sheet, key: str, text: str) -> str:
    for field in sheet.edition.fields.values():
        if field.key != key and text in [choice.label for choice in sheet.edition.choices(field.key)]:
            return field.term
    return ""


@rule(
    "group_outside",
    Level.ERROR,
    "不在表上的目标框架里",
    why="每个指标要归到本表式规定的一级、二级目标之下。",
    good=Sample("部门协助", "czj-2020-2"),
    bad=Sample("效益指标（2020年表式用“效果目标”）"),
)
def group_outside(sheet: Sheet) -> Iterator[Remark]:
    """一级、二级目标取自表式的框架。“部门协助”照表上印的用，不是错字。"""
    wrong = [line for line in sheet.lines if line.row.level1.strip() and not _stands_in_frame(line)]
    if len(wrong) > _APART:
        used = "、".join(dict.fromkeys(shown(_group(line)) for line in wrong[:20]))
        yield Remark(wrong[0].path("level1"), f"{len(wrong)} 行的{used[:80]}不在本表式的目标框架里。")
        return
    for line in wrong:
        column = "level2" if line.dimension else "level1"
        yield Remark(
            line.path(column), f"{shown(_group(line))}不在本表式的目标框架里。", _nearest_group(sheet, line)
        )


def _group(line: Line) -> str:
    return f"{line.row.level1} {line.row.level2 or ''}".strip()


def _stands_in_frame(line: Line) -> bool:
    if line.dimension is None:
        return False
    level2 = (line.row.level2 or "").strip()
    return not level2 or line.category is not None or not line.dimension.categories


def _nearest_group(sheet: Sheet, line: Line) -> tuple[Fix, ...]:
    """The one group that the words fit: level 2 may name it alone, else the whole must be near."""
    groups = {
        f"{level1} {level2 or ''}".strip(): (level1, level2 or "") for level1, level2 in sheet.edition.groups
    }
    level2 = (line.row.level2 or "").strip()
    same = [key for key, group in groups.items() if level2 and group[1] == level2]
    near = same or difflib.get_close_matches(_group(line)[:60], list(groups), n=1, cutoff=0.6)
    if len(near) != 1:
        return ()
    to1, to2 = groups[near[0]]
    return (move(line, to1, to2),)


def move(line: Line, level1: str, level2: str) -> Fix:
    """The fix that puts ``line`` into another group."""
    place = f"{level1} › {level2}" if level2 else level1
    return Fix(f"移到 {place}", ((line.path("level1"), level1), (line.path("level2"), level2)))


# Slips that no context makes right, and what is meant. A pair that can stand inside right words is left out: 园满 is in
# 公园满意度, 积效 in 累积效应, 布署 in 发布署名. 部门协助 and 其它 are words of the official frame.
SLIPS = {
    "拔款": "拨款", "预箅": "预算", "满意渡": "满意度", "满意度度": "满意度", "绩效目表": "绩效目标",
    "财政政资金": "财政资金", "帐户": "账户", "帐目": "账目", "帐务": "账务", "帐号": "账号", "台帐": "台账",
    "按步就班": "按部就班", "招投票": "招投标", "报消": "报销", "核消": "核销", "既使": "即使",
    "其他经常性专项": "其他经常性项目", "拟对对": "拟对", "和和": "和", "的的": "的",
    "国金融中心": "国际金融中心", "国金融人才": "国际金融人才", "中心制度了": "中心制定了",
}  # fmt: skip
_SLIP = re.compile("|".join(sorted(map(re.escape, SLIPS), key=len, reverse=True)))
# 中国金融中心 and 我国金融人才 are right; so is 其他经常性专项业务费.
_RIGHT = re.compile(
    r"[中我全外各本]国金融(?:中心|人才)|和和(?:美|气气|睦睦)|目的的|的的确确|其他经常性专项业务费|既使用"
)
_TEXTS = (
    "project_name", "project_overview", "legal_basis", "necessity", "safeguards", "implementation_plan",
    "overall_goal", "annual_goal", "remarks",
)  # fmt: skip


@rule(
    "slip_of_the_pen",
    Level.HINT,
    "像是错别字",
    why="表要公开，错字也会公开。",
    good=Sample("拟对", "xxzx-2020-1"),
    bad=Sample("拟对对2号楼进行全面修缮", "xxzx-2020-1"),
)
def slip_of_the_pen(sheet: Sheet) -> Iterator[Remark]:
    """离线的财政用语错字表（F50）。只收任何上下文里都错的写法。"""
    for key, text in sheet.paragraphs(*_TEXTS):
        if found := _slips(text):
            what = "、".join(f"“{wrong}”是不是“{SLIPS[wrong]}”" for wrong in dict.fromkeys(found))
            yield Remark(key, f"“{sheet.term(key)}”里{what}？", (Fix("改正", ((key, _mended(text)),)),))
    for line in sheet.lines:
        for column, text in (("name", line.row.name), ("target", line.row.target)):
            if found := _slips(text):
                mended = _mended(text)
                what = f"{shown(text)}里“{found[0]}”是不是“{SLIPS[found[0]]}”？"
                yield Remark(line.path(column), what, (Fix(f"改为 {mended}", ((line.path(column), mended),)),))


def _slips(text: str) -> list[str]:
    right = [found.span() for found in _RIGHT.finditer(text)]
    return [
        found[0]
        for found in _SLIP.finditer(text)
        if not any(start <= found.start() and found.end() <= end for start, end in right)
    ]


def _mended(text: str) -> str:
    right = [found.span() for found in _RIGHT.finditer(text)]

    def replace(found: re.Match[str]) -> str:
        if any(start <= found.start() and found.end() <= end for start, end in right):
            return found[0]
        return SLIPS[found[0]]

    return _SLIP.sub(replace, text)
