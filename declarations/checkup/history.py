"""This form against last year's and against the unit's other forms: ratchets, copies, two versions of one project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from declarations.checkup.contract import Remark, rule
from declarations.checkup.money import CURRENT, moved
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet, read
from declarations.checkup.targets import is_reverse
from declarations.checkup.wording import listed, names, number, shown
from perfgoals.documents.declaration import DeclarationDocument, IndicatorRow
from perfgoals.documents.difference import core
from perfgoals.findings import Level
from perfgoals.targets import TargetReading
from perfgoals.targets.units import UNITS

# Texts that are a project's own; regulations (立项依据, 保障措施) are rightly the same in one unit.
OWN_TEXTS = ("project_overview", "necessity", "implementation_plan", "overall_goal", "annual_goal")
_SHINGLE = 4
_ALIKE = Decimal(
    "0.60"
)  # published forms of one unit: 0.84, 0.70, 0.68, 0.60 where copied, 0.28 and less where not
_SAME_ROWS = Decimal("0.75")  # share of common own indicators
_LONG_ENOUGH = 50
_EXAMINED = 4_000


@dataclass(frozen=True, slots=True)
class Past:
    """A row of this year beside the row of the same name of last year."""

    line: Line
    row: IndicatorRow
    reading: TargetReading


def _pairs(sheet: Sheet) -> Iterator[Past]:
    previous = sheet.history.previous
    if previous is None:
        return
    old = {core(row.name): row for row in previous.indicators if row.name.strip() and row.target.strip()}
    for line in sheet.written:
        if row := old.get(core(line.name)):
            yield Past(line, row, read(row.target, name=row.name, level2=row.level2 or ""))


def value_of(reading: TargetReading) -> tuple[str, Decimal] | None:
    """(base unit, number) of a single-valued target, comparable with another of the same base unit."""
    if reading.kind != "quantitative" or len(reading.numbers) != 1:
        return None
    unit = UNITS.get(reading.unit)
    if unit and unit.factor is not None:
        return unit.base, reading.numbers[0] * unit.factor
    return reading.unit, reading.numbers[0]


def softer(past: Past) -> str:
    """``低了 5`` where this year asks for less than last year did, else ""."""
    here, there = value_of(past.line.reading), value_of(past.reading)
    if here is None or there is None or here[0] != there[0] or here[1] == there[1]:
        return ""
    sign = past.line.reading.operator if past.line.reading.operator_explicit else None
    ceiling = sign in ("<=", "<") or (sign in ("=", None) and is_reverse(past.line.name))
    if (here[1] > there[1]) != ceiling:
        return ""
    return f"{'放宽' if ceiling else '低'}了 {number(abs(here[1] - there[1]))}{here[0]}"


@rule(
    "below_last_year",
    Level.DOUBT,
    "目标比上年低",
    why="财预〔2015〕88号要求绩效目标合理可行；比上年降低的，写明为什么只能做到这些。",
    good=Sample("成员单位工作满意度：≥95%", "xxzx-2020-7"),
    bad=Sample("上年“用户满意度”≥90%，今年 ≥85%"),
)
def below_last_year(sheet: Sheet) -> Iterator[Remark]:
    """I6：只问原因，从不自己抬高目标。"""
    found = [(past, words) for past in _pairs(sheet) if (words := softer(past))]
    year = sheet.history.previous.fiscal_year if sheet.history.previous else 0
    if len(found) > 3:
        what = listed(f"{shown(p.line.name, 24)}{p.row.target.strip()}→{p.line.target}" for p, _ in found)
        yield Remark(found[0][0].line.path(), f"{len(found)} 行比{year}年低：{what}。")
        return
    for past, words in found:
        yield Remark(
            past.line.path(),
            f"{shown(past.line.name)}今年{shown(past.line.target)}，{year}年{shown(past.row.target)}，{words}。",
        )


def _signature(rows: Sequence[IndicatorRow]) -> frozenset[tuple[str, str]]:
    return frozenset((core(row.name), _target_key(row.target)) for row in rows if row.name.strip())


@lru_cache(maxsize=20_000)
def _target_key(target: str) -> str:
    """The target without blanks and widths; signs stay: ≥ 85% and ≤ 85% are not the same."""
    return "".join(target.split()).replace(">=", "≥").replace("<=", "≤").replace("％", "%")


@rule(
    "same_as_last_year",
    Level.DOUBT,
    "指标与上年一字不差",
    why="整张表照抄上年，看不出今年要多做什么、做好什么；确实不变的，写明理由。",
    good=Sample("2020年优秀会计人才培训时效性：及时", "czj-2020-4"),
    bad=Sample("2019年优秀会计人才培训完成率：100%", "czj-2020-4"),
)
def same_as_last_year(sheet: Sheet) -> Iterator[Remark]:
    """全部指标和目标值都与上年相同（domain.md 8.2：原样照抄上年）。"""
    previous = sheet.history.previous
    if previous is None or len(sheet.written) < 4 or _moved_money(sheet):
        return
    if _signature(sheet.document.indicators) == _signature(previous.indicators):
        yield Remark(
            "indicators", f"{len(sheet.written)} 行指标和目标值与{previous.fiscal_year}年的表全部相同。"
        )


def _moved_money(sheet: Sheet) -> str:
    return moved(sheet) if sheet.history.previous else ""


@rule(
    "money_moved_targets_stayed",
    Level.DOUBT,
    "钱变了，目标没有变",
    why="财预〔2015〕88号要求目标与资金相应匹配：钱少了三成，少做什么；钱多了三成，多做什么。",
    good=Sample("9806100", "czj-2020-1"),
    bad=Sample("1398160.00", "xxzx-2020-5"),
)
def money_moved_targets_stayed(sheet: Sheet) -> Iterator[Remark]:
    """I8：预算变动三成以上，产出的目标值一个没有变。"""
    previous, arithmetic = sheet.history.previous, _moved_money(sheet)
    if previous is None or not arithmetic:
        return
    outputs = [
        past for past in _pairs(sheet) if past.line.part in ("output", "outcome") and past.line.reading.numbers
    ]
    kept = [past for past in outputs if value_of(past.line.reading) == value_of(past.reading)]
    whole = _signature(sheet.document.indicators) == _signature(previous.indicators)
    if whole or (outputs and len(kept) == len(outputs)):
        what = "全部指标" if whole else names([past.line for past in kept])
        yield Remark(CURRENT, f"预算{arithmetic}，{what}的目标值与上年相同。")


@rule(
    "output_dropped",
    Level.HINT,
    "上年有的产出今年没有了",
    why="上年承诺过的产出今年不提，审核人会问是做完了、不做了，还是换了名称。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6"),
    bad=Sample("上年有“系统自检次数”，今年没有"),
)
def output_dropped(sheet: Sheet) -> Iterator[Remark]:
    """上年的定量产出，今年同名的行没有了。"""
    previous = sheet.history.previous
    if previous is None or not sheet.document.indicators:
        return
    here = {core(row.name) for row in sheet.document.indicators}
    output = {dimension.name for dimension in sheet.edition.frame if dimension.nature == "output"}
    gone = [
        row.name.strip()
        for row in previous.indicators
        if row.level1 in output
        and core(row.name) not in here
        and read(row.target, name=row.name, level2=row.level2 or "").numbers
    ]
    if gone:
        yield Remark(
            "indicators",
            f"{previous.fiscal_year}年的表有{listed(shown(name, 24) for name in gone)}，今年没有。",
        )


@lru_cache(maxsize=4_000)
def _pieces(text: str) -> frozenset[str]:
    plain = core(text[:_EXAMINED])
    return frozenset(plain[at : at + _SHINGLE] for at in range(len(plain) - _SHINGLE + 1))


def likeness(one: str, other: str) -> Decimal:
    """How much of the shorter text stands in the other, 0 to 1, by four-character pieces."""
    here, there = _pieces(one), _pieces(other)
    shorter = min(len(here), len(there))
    return Decimal(len(here & there)) / shorter if shorter else Decimal(0)


@rule(
    "text_copied",
    Level.DOUBT,
    "文字与本单位另一项目大半相同",
    why="财预〔2015〕88号要求绩效目标指向明确：换个项目名称就能用的话，说明不了这个项目。",
    good=Sample("近3年全市通过在线监管平台备案的项目数据分别为4303、4197、4354", "xxzx-2020-3"),
    bad=Sample("确保运维工单处理率100%，数据治理及时响应，适应终端国产化", "czj-2020-7"),
)
def text_copied(sheet: Sheet) -> Iterator[Remark]:
    """I5：概况、必要性、计划、目标与本单位别的申报表大半相同。依据和制度各项目相同是正常的，不比。

    每一栏只说最像的一份。
    """
    alike: list[tuple[str, Decimal, DeclarationDocument]] = []
    for key, text in sheet.paragraphs(*OWN_TEXTS):
        ours = _unnamed(text, sheet.document)
        if len(core(ours)) < _LONG_ENOUGH:
            continue
        nearest, share = None, _ALIKE
        for other in sheet.history.siblings:
            theirs = _unnamed(other.text(key), other)
            if len(core(theirs)) >= _LONG_ENOUGH and (likely := likeness(ours, theirs)) >= share:
                nearest, share = (other, likely) if likely > share or nearest is None else (nearest, share)
        if nearest is not None:
            alike.append((key, share, nearest))
    if alike:
        what = "；".join(
            f"“{sheet.term(key)}”有 {share * 100:.0f}% 与{shown(other.project_name or '')}相同"
            for key, share, other in alike
        )
        yield Remark(alike[0][0], f"{what}。")


def _unnamed(text: str, document: DeclarationDocument) -> str:
    return text.replace(document.project_name, "") if document.project_name else text


@rule(
    "rows_copied",
    Level.DOUBT,
    "指标与本单位另一项目几乎相同",
    why="不计投入与管理的共性指标，两个项目的目标大半一样，看不出各自要做到什么。",
    good=Sample("系统服务部门数：>=160个", "czj-2020-5"),
    bad=Sample("运维工单处理率：=100%", "czj-2020-5"),
)
def rows_copied(sheet: Sheet) -> Iterator[Remark]:
    """I5：先去掉投入与管理各行，再比名称和目标值；至少四行，四分之三相同。只说最像的一份。"""
    ours = _own_rows(sheet, sheet.document)
    found = []
    for other in sheet.history.siblings:
        theirs = _own_rows(sheet, other)
        smaller, common = min(len(ours), len(theirs)), len(ours & theirs)
        if smaller >= 4 and Decimal(common) / smaller >= _SAME_ROWS:
            found.append((common, other.project_name or ""))
    if found:
        common, name = max(found, key=lambda pair: (pair[0], pair[1]))
        more = f"；另有 {len(found) - 1} 个项目也是这样" if len(found) > 1 else ""
        yield Remark(
            "indicators",
            f"不计投入与管理，{len(ours)} 行里有 {common} 行的名称和目标值与{shown(name)}相同{more}。",
        )


def _own_rows(sheet: Sheet, document: DeclarationDocument) -> frozenset[tuple[str, str]]:
    """(name, target) of the rows outside the management part, which every project has alike."""
    managed = {dimension.name for dimension in sheet.edition.frame if dimension.nature == "management"}
    return _signature([row for row in document.indicators if row.level1 not in managed])


@rule(
    "declared_twice",
    Level.DOUBT,
    "同名项目有两份申报",
    why="一个项目一年只能有一套目标；两份不一样，年底不知道按哪一份考核。",
    good=Sample("上海金融数据运行监测系统（2018升级改造）", "sjrb-2018-2"),
    bad=Sample("上海金融数据运行监测系统（2018升级改造）", "sjrb-2018-2", "公开表里同名项目的指标一个也不同"),
)
def declared_twice(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 27 行：同一项目两套目标。"""
    name = core(sheet.document.project_name or "")
    for other in sheet.history.siblings:
        if name and core(other.project_name or "") == name:
            same = _signature(other.indicators) == _signature(sheet.document.indicators)
            what = "指标相同" if same else "指标不同"
            yield Remark("project_name", f"本单位另有一份{shown(other.project_name or '')}，{what}。")


@rule(
    "adjustment_changes_nothing",
    Level.ERROR,
    "调整没有改任何内容",
    why="目标调整要说清改什么、为什么改；一字未改的一版没有可以批复的内容。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6", "调整后写新的数量"),
    bad=Sample("与批复的一版一字不差"),
)
def adjustment_changes_nothing(sheet: Sheet) -> Iterator[Remark]:
    """目标调整：与现在执行的一版完全相同。改好，或删掉这一稿不调整了。"""
    if sheet.history.adjusted == sheet.document:
        yield Remark("indicators", "这一版与现在执行的目标一字不差。改要改的地方，或不调整了、删掉这一稿。")
