"""How pasted lines would become rows: which column is what, which group each line belongs to, and what is in the way.

Nothing is written here. The same text read against the same form gives the same lines, so the second click may send
the text again instead of a state.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from declarations.tables.clipboard import CELL_LIMIT, LINE_LIMIT, TooMuch, read_cells
from declarations.tables.guessing import Guesser, plain_group
from declarations.tables.kinds import INDICATORS, Group, RowDraft, TableKind, frame_groups
from declarations.tables.readings import Reading, reading_of
from perfgoals.documents.declaration import read_amount
from perfgoals.editions import Edition

# Heads of the forms of the seeds and of the national form, without furniture, by what they hold.
_HEADS = {
    "level1": "一级目标 一级指标 分解目标 分解目标内容 指标类型",
    "level2": "二级目标 二级指标",
    "name": "三级目标 三级指标 绩效指标 指标名称 指标 名称 指标内容 子项目名称 子项目 项目名称",
    "target": "指标目标值 目标值 指标值 年度指标值 绩效目标值 绩效指标值 目标 计划值",
    "weight": "分值 权重 分值权重 权重分值",
    "definition": "指标解释 指标说明",
    "calculation_method": "计算方法 计算公式 评分标准",
    "data_source": "数据来源 指标值数据来源",
    "setting_basis": "设定依据 指标值设定依据",
    "baseline": "基期值 历史值",
    "operator": "指标性质 计算符号 符号 运算符",
    "unit": "计量单位 度量单位 单位",
    "amount": "预算金额 金额 预算 预算数 当年预算",
    "number": "序号 编号 行号 no",
}
_KEY_OF_HEAD = {head: key for key, heads in _HEADS.items() for head in heads.split()}
_LENGTHS = {"name": 300, "weight": 20, "data_source": 300, "setting_basis": 300, "baseline": 300, "amount": 40}


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One line as it would be put in. ``problem`` keeps it out; ``note`` only tells how it was understood."""

    number: int
    cells: Mapping[str, str]
    group: Group | None = None
    reading: Reading | None = None
    note: str = ""
    problem: str = ""
    is_possible: bool = True  # can be put in as it is and mended later

    @property
    def is_ready(self) -> bool:
        return not self.problem

    @property
    def shown(self) -> str:
        """What stands for the line where it has no name."""
        return self.cells.get("name") or "（没有名称）"

    def draft(self, kind: TableKind) -> RowDraft:
        columns = {kind.cells[key]: value for key, value in self.cells.items() if key in kind.cells}
        return RowDraft(self.group or ("", ""), columns)


@dataclass(frozen=True, slots=True)
class Paste:
    """A read clipboard: its lines, and in words which columns it had."""

    lines: tuple[PastedLine, ...] = ()
    columns: str = ""
    refusal: str = ""

    @property
    def ready(self) -> tuple[PastedLine, ...]:
        return tuple(line for line in self.lines if line.is_ready)

    @property
    def all_words(self) -> str:
        """The button that puts in everything that can be put in."""
        count = len(self.possible)
        later = any(
            not line.cells.get("name") or line.reading is None or line.reading.is_unread
            for line in self.possible
        )
        every = f"{count} 行都放入" if count == len(self.lines) else f"放入 {count} 行"
        return f"{every}，稍后补写" if later else every

    @property
    def possible(self) -> tuple[PastedLine, ...]:
        return tuple(line for line in self.lines if line.is_possible)


def read_paste(
    text: str,
    kind: TableKind,
    edition: Edition,
    *,
    present: Mapping[str, int],
    guesser: Guesser,
    chosen: Mapping[int, Group] | None = None,
    column: str = "",
) -> Paste:
    """Read a clipboard for ``kind``. ``present`` holds the names already in the table with their row numbers;
    ``chosen`` the groups a person picked, by line number, over our guess; ``column`` is where the caret was."""
    try:
        rows = read_cells(text)
    except TooMuch as refused:
        return Paste(refusal=str(refused))
    if not rows:
        return Paste(refusal="剪贴板里没有文字。")
    keys, body = _columns(rows, kind, edition, column)
    if len(body) > LINE_LIMIT:
        return Paste(refusal=f"粘贴了 {len(body)} 行，一次最多 {LINE_LIMIT} 行。分几次粘贴。")
    lines = [_line(number, keys, row) for number, row in enumerate(body, 1)]
    if kind.is_grouped:
        lines = _grouped(lines, edition, guesser, chosen or {})
        lines = [_with_reading(line, edition) for line in lines]
    else:
        lines = [_with_amount(line) for line in lines]
    return Paste(tuple(_judged(lines, kind, present)), _column_words(keys, kind, edition))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\(.*?\)|[\s*:、/_-]", "", text)


def _head_keys(row: Sequence[str], kind: TableKind, edition: Edition) -> list[str]:
    """The keys of a line of column heads; "" for cells that are no head."""
    own = dict(_KEY_OF_HEAD)
    if kind.is_grouped:
        heads = edition.fields["indicators"].columns
        order = (
            ["level1", *(["level2"] if edition.has_categories else []), "name", "target"]
            + (["weight"] if edition.has_weights else [])
        )  # fmt: skip
        own |= {_plain(head): key for head, key in zip(heads, order, strict=False)}
    return [own.get(_plain(cell), "") for cell in row]


def _columns(
    rows: list[list[str]], kind: TableKind, edition: Edition, column: str
) -> tuple[list[str], list[list[str]]]:
    """What each column holds, and the lines without heads (a head printed again on page two goes as well)."""
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    first = _head_keys(rows[0], kind, edition)
    filled = sum(1 for cell in rows[0] if cell)
    if filled and sum(1 for key in first if key) * 2 >= filled and any(first) and _is_head_line(first, rows[0]):
        heads = rows[0]
        return _spread(first, heads), [row for row in rows[1:] if row != heads]
    return _guessed(rows, kind, edition, column), rows


def _is_head_line(keys: Sequence[str], row: Sequence[str]) -> bool:
    """A single cell “目标值” may be text; two heads, or one that nobody would give an indicator, is a head line."""
    found = [key for key in keys if key]
    return len(found) >= 2 or (
        len(found) == 1 and len([cell for cell in row if cell]) == 1 and found != ["name"]
    )


def _spread(keys: list[str], heads: Sequence[str]) -> list[str]:
    """A key counts once, from the left; a merged head (三级目标 over two columns) names its first column."""
    seen: set[str] = set()
    spread = []
    for key, _ in zip(keys, heads, strict=True):
        spread.append(key if key not in seen else "")
        seen.add(key)
    return spread


def _guessed(rows: list[list[str]], kind: TableKind, edition: Edition, column: str) -> list[str]:
    """Without heads: running numbers and group names give themselves away; name and target follow in this order."""
    width = len(rows[0])
    columns = [[row[at] for row in rows] for at in range(width)]
    keys = [""] * width
    level1 = {plain_group(dimension.name) for dimension in edition.frame}
    level2 = {plain_group(name) for _, name in frame_groups(edition) if name}
    for at, cells in enumerate(columns):
        filled = [cell for cell in cells if cell]
        if not filled:
            keys[at] = "nothing"
        elif width > 1 and _is_count(filled):
            keys[at] = "number"
        elif kind.is_grouped and "level1" not in keys and _are_mostly(filled, level1):
            keys[at] = "level1"
        elif kind.is_grouped and "level2" not in keys and _are_mostly(filled, level2):
            keys[at] = "level2"
    rest = ["name", "amount"] if not kind.is_grouped else ["name", "target"]
    if kind.is_grouped and edition.has_weights:
        rest.append("weight")
    free = [at for at, key in enumerate(keys) if not key]
    if len(free) == 1 and column in rest:
        rest = [column]  # one column copied into the column of targets is targets, not names
    for at, key in zip(free, rest, strict=False):
        keys[at] = key
    return ["" if key == "nothing" else key for key in keys]


def _are_mostly(cells: Sequence[str], names: set[str]) -> bool:
    """One misspelt or unknown group among twenty does not turn the column of groups into one of names."""
    return sum(plain_group(cell) in names for cell in cells) * 2 > len(cells)


def _is_count(cells: Sequence[str]) -> bool:
    """1, 2, 3 … in order."""
    return cells == [str(number) for number in range(1, len(cells) + 1)] and len(cells) > 1


def _line(number: int, keys: Sequence[str], row: Sequence[str]) -> PastedLine:
    cells = {key: row[at] for at, key in enumerate(keys) if key and row[at]}
    # The national form keeps sign, number and unit in three columns; the target is what they say together.
    if "operator" in cells or "unit" in cells:
        value = cells.get("target", "")
        operator, unit = cells.get("operator", ""), cells.get("unit", "")
        operator = "" if operator in ("定性", "/", "—", "-") else operator
        unit = "" if unit in ("无", "/", "—", "-") or value.endswith(unit) else unit
        cells["target"] = f"{operator}{value}{unit}" if value else ""
    return PastedLine(number, cells)


def _grouped(
    lines: Sequence[PastedLine], edition: Edition, guesser: Guesser, chosen: Mapping[int, Group]
) -> list[PastedLine]:
    """Fill merged group cells downwards and find each line's group."""
    level1 = level2 = ""
    placed = []
    for line in lines:
        if line.cells.get("level1"):
            level1, level2 = line.cells["level1"], ""
        level2 = line.cells.get("level2") or level2
        group, note = guesser.group(level1, level2, line.cells.get("name", ""))
        if line.number in chosen:
            group, note = chosen[line.number], ""
        placed.append(replace(line, group=group, note=note))
    return placed


def _with_reading(line: PastedLine, edition: Edition) -> PastedLine:
    target, name = line.cells.get("target", ""), line.cells.get("name", "")
    reading = reading_of(target, name=name, level2=line.group[1] if line.group else "")
    note = line.note or (reading.doubts[0] if reading.doubts else "")
    return replace(line, reading=reading, note=note)


def _with_amount(line: PastedLine) -> PastedLine:
    amount = read_amount(line.cells.get("amount", ""))
    return replace(line, reading=Reading(f"{amount:,.2f}" if amount is not None else ""))


def _judged(lines: Sequence[PastedLine], kind: TableKind, present: Mapping[str, int]) -> list[PastedLine]:
    """Say of each line what keeps it out."""
    seen: dict[str, int] = {}
    judged = []
    for line in lines:
        name = line.cells.get("name", "")
        problem, is_possible = _problem(line, kind)
        if not problem and name in present:
            problem = f"表里第 {present[name]} 行已有这个名称"
        elif not problem and name in seen:
            problem = f"与粘贴的第 {seen[name]} 行同名"
        seen.setdefault(name, line.number)
        judged.append(replace(line, problem=problem, is_possible=is_possible))
    return judged


def _problem(line: PastedLine, kind: TableKind) -> tuple[str, bool]:
    """Why the line is not put in by itself, and whether it may be put in all the same."""
    for key, value in line.cells.items():
        limit = _LENGTHS.get(key, CELL_LIMIT)
        if key in kind.cells and len(value) > limit:
            return f"有一格 {len(value):,} 个字，最多 {limit:,} 个字", False
    value_key = "target" if kind is INDICATORS else "amount"
    if not line.cells.get("name") and not line.cells.get(value_key):
        return "没有名称，也没有值", False
    if kind.is_grouped and line.group is None:
        return "看不出放在哪一组，在左边选", False
    if not line.cells.get("name"):
        return "没有名称，放入后补写", True
    if not line.cells.get(value_key):
        return "没有目标值，放入后补写" if kind.is_grouped else "没有金额，放入后补写", True
    if line.reading is not None and line.reading.is_unread:
        words = "读不出目标值，放入后补写" if kind.is_grouped else "金额读不出，写成 120000.00 的样子"
        return words, True
    return "", True


def _column_words(keys: Sequence[str], kind: TableKind, edition: Edition) -> str:
    """“三级目标、指标目标值”: what the columns were taken for; what was not used is said too."""
    words = {
        "level1": "一级目标",
        "level2": "二级目标",
        "name": "三级目标" if edition.has_categories else "绩效指标",
        "target": "指标目标值",
        "weight": "分值",
        "definition": "指标解释",
        "calculation_method": "计算方法",
        "data_source": "数据来源",
        "setting_basis": "设定依据",
        "baseline": "基期值",
        "operator": "符号",
        "unit": "单位",
    }
    if not kind.is_grouped:
        words = {"name": "子项目名称", "amount": "预算金额"}
    known = [words[key] for key in keys if key in words]
    unused = [str(at) for at, key in enumerate(keys, 1) if key not in words and key != "number"]
    text = f"{len(known)} 列：{'、'.join(known)}" if known else "没有认出列"
    return f"{text}；第 {'、'.join(unused)} 列没有用到" if unused else text
