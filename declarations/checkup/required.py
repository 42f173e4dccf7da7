"""Empty places: required fields, rows with a gap, and marks that only hold a place."""

import re
from collections.abc import Iterator, Sequence

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.wording import listed, names, shown
from perfgoals.documents.difference import core
from perfgoals.findings import Level

# A whole value that only keeps the place warm (domain.md 10.2, rows 128–132).
_PLACEHOLDER = re.compile(
    r"[\s*＊/／\\—–―\-－_＿.。…·?？xX×ＸｘoO○□]+|(?:待定|待填|待填写|待补|待补充|待完善|待确定|测试|test|某某)[。.]?",
    re.IGNORECASE,
)
# The same inside a longer text: ≥**人次, **月**日前, XX单位.
_SLOT = re.compile(
    r"[*＊]{2,}|[_＿]{2,}|(?<![A-Za-z])[xXＸ×]{2,}(?![A-Za-z])|○{2,}|（\s*(?:待定|待填|待补充)\s*）|某某"
)
_SAYS_NOTHING = re.compile(r"(?:无|没有|暂无|略|同上|见附件|详见附件|不涉及|按规定|按规定执行|/)[。.；;]?")
_APART = 3


def is_placeholder(text: str) -> bool:
    """Nothing is said: only marks such as ``*``, ``/``, ``—`` or 待定. An empty text is not meant here."""
    return bool(text.strip()) and _PLACEHOLDER.fullmatch(text.strip()) is not None


@rule(
    "required_field",
    Level.ERROR,
    "必填栏目没有填",
    why="表上规定这一栏必填；内容完整是绩效目标审核的第一项。",
    good=Sample("房屋地上2层，局部设有3层阁楼，建筑面积约为1344m2。", "xxzx-2020-1"),
    bad=Sample("（空白）"),
)
def required_field(sheet: Sheet) -> Iterator[Remark]:
    """表上带 * 的栏目，以及公开的表张张填了的栏目（各表式 required）。"""
    document = sheet.document
    for field in sheet.edition.fields.values():
        if field.kind in ("indicators", "sub_projects"):
            rows = document.indicators if field.kind == "indicators" else document.sub_projects
            if not rows and (field.required or field.kind == "indicators"):
                yield Remark(field.key, f"“{field.term}”一行也没有写。")
        elif field.required and not document.text(field.key).strip():
            yield Remark(field.key, f"“{field.term}”没有填。")


@rule(
    "row_gap",
    Level.ERROR,
    "一行没有写全",
    why="指标与目标值要成对，每一行都要归到表上的一个目标之下，否则审核和自评都无从对起。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6"),
    bad=Sample("再评价完成数量：（空白）"),
)
def row_gap(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 29 行：有指标没有目标值，或有目标值没有指标。"""
    empty = [line for line in sheet.lines if not line.name and not line.target]
    gaps = {
        "name": [line for line in sheet.lines if line.target and not line.name],
        "target": [line for line in sheet.lines if line.name and not line.target],
        "level1": [line for line in sheet.lines if not line.row.level1.strip()],
        "level2": [
            line
            for line in sheet.lines
            if line.dimension and line.dimension.categories and not (line.row.level2 or "").strip()
        ],
    }
    if empty:
        rows = "、".join(str(line.number) for line in empty[:8]) + ("……" if len(empty) > 8 else "")
        yield Remark(empty[0].path("name"), f"第 {rows} 行是空行。写上内容，或删去。")
    for column, lines in gaps.items():
        yield from _gap(column, lines)
    for row in sheet.document.sub_projects:
        if not row.name.strip():
            yield Remark(f"sub_projects.{row.row_id}.name", "有一个子项目没有写名称。")
        if not (row.amount or "").strip():
            yield Remark(f"sub_projects.{row.row_id}.amount", f"子项目{shown(row.name)}没有写金额。")


def _gap(column: str, lines: Sequence[Line]) -> Iterator[Remark]:
    missing = {"name": "指标名称", "target": "目标值", "level1": "一级目标", "level2": "二级目标"}[column]
    if len(lines) > _APART:
        which = names([line for line in lines if line.name]) or f"第 {lines[0].number} 行等"
        yield Remark(lines[0].path(column), f"{len(lines)} 行没有写{missing}：{which}。")
        return
    for line in lines:
        which = shown(line.name) if line.name else f"目标值{shown(line.target)}" if line.target else "这一行"
        yield Remark(line.path(column), f"{which}没有写{missing}。")


@rule(
    "placeholder",
    Level.ERROR,
    "只有占位符号",
    why="占位符号等于没有填。",
    good=Sample("绩效目标会审部门数量：=35个", "czj-2020-6"),
    bad=Sample("采购计划完成时间：*"),
)
def placeholder(sheet: Sheet) -> Iterator[Remark]:
    """表上不得留 *、/、— 一类“无值”的记号（domain.md 10.2 第 132 行）。"""
    for field in sheet.edition.fields.values():
        text = sheet.document.text(field.key)
        if field.required and field.kind in ("text", "paragraph") and is_placeholder(text):
            yield Remark(field.key, f"“{field.term}”只写了{shown(text)}，等于没有填。")
    found = [line for line in sheet.lines if _holds_no_target(line) or is_placeholder(line.name)]
    if len(found) > _APART:
        yield Remark(found[0].path(), f"{len(found)} 行的名称或目标值只有占位符号，没有内容。")
        return
    for line in found:
        column = "target" if _holds_no_target(line) else "name"
        value = line.target if column == "target" else line.name
        what = f"{shown(line.name)}的目标值" if column == "target" else "指标名称"
        yield Remark(line.path(column), f"{what}只写了{shown(value)}，等于没有填。")


def _holds_no_target(line: Line) -> bool:
    """``*``, ``≥**人次``, ``**月**日前``; an ellipsis in a sentence is not meant."""
    unread = "placeholder" in line.reading.doubts and not re.search(r"…|\.\.\.", line.target)
    return bool(line.target) and (unread or is_placeholder(line.target))


@rule(
    "slot_left",
    Level.DOUBT,
    "还有没填的空位",
    why="从模板抄来的空位没有填完，读的人不知道是多少、是哪一天。",
    good=Sample("培训人数约2400人，计划6月份完成", "czj-2020-6"),
    bad=Sample("**月**日前"),
)
def slot_left(sheet: Sheet) -> Iterator[Remark]:
    """模板留下的 **、XX 空位（domain.md 10.2 第 128–131 行）。"""
    for key, text in sheet.paragraphs(
        "project_name", "project_overview", "legal_basis", "necessity", "safeguards", "implementation_plan",
        "overall_goal", "annual_goal",
    ):  # fmt: skip
        if not is_placeholder(text) and (found := _SLOT.search(text)):
            around = text[max(0, found.start() - 8) : found.end() + 8]
            yield Remark(key, f"“{sheet.term(key)}”里的{shown(around)}还有空位没有填。")
    for line in sheet.written:
        if not _holds_no_target(line) and _SLOT.search(line.target):
            yield Remark(line.path(), f"{shown(line.name)}的目标值{shown(line.target)}还有空位没有填。")


@rule(
    "says_nothing",
    Level.DOUBT,
    "写了等于没写",
    why="必填栏目要写出内容；“无”“略”“详见附件”离开附件就没有意思，公开后也没有附件。",
    good=Sample("中发[2018]34号、沪委发[2019]12号、财预[2011]285号文、沪财绩[2014]22号文", "czj-2020-6"),
    bad=Sample("详见附件。"),
)
def says_nothing(sheet: Sheet) -> Iterator[Remark]:
    """必填的大段文字不能只有“无”“略”“详见附件”。"""
    for field in sheet.edition.fields.values():
        text = sheet.document.text(field.key).strip()
        if field.required and field.kind == "paragraph" and _SAYS_NOTHING.fullmatch(text):
            yield Remark(field.key, f"“{field.term}”只写了{shown(text)}。")


@rule(
    "thin_text",
    Level.HINT,
    "写得太短",
    why="放到别的项目里也成立的一句话，说明不了这个项目；写清做什么、依据哪份文件、为什么要做。",
    good=Sample("开展市级财政资金拨付、调度和与国库集中支付银行清算等相关业务", "czj-2020-1"),
    bad=Sample("财政信息化工作需要。", "czj-2020-2"),
)
def thin_text(sheet: Sheet) -> Iterator[Remark]:
    """概况、依据、必要性、计划不足 12 个字。"""
    thin = [
        (key, text)
        for key, text in sheet.paragraphs("project_overview", "legal_basis", "necessity", "implementation_plan")
        if len(text) < 12
        and not is_placeholder(text)
        and not _SAYS_NOTHING.fullmatch(text)
        and core(text) != core(sheet.document.project_name or "")  # said by overview_is_name
    ]
    if thin:
        what = listed(f"“{sheet.term(key)}”{shown(text)}" for key, text in thin)
        yield Remark(thin[0][0], f"写得太短：{what}。")
