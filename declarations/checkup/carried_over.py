"""What the year before found out, asked of this year's targets (F91, X-18): beaten and missed rows, corrections, promises,
money that was not spent, whatever is still open.

A question goes away when the target is changed so that it answers; else a written reason does.
"""

from collections.abc import Iterator, Mapping

from declarations.checkup.contract import Remark, rule
from declarations.checkup.history import Past, softer, value_of
from declarations.checkup.money import CURRENT, money
from declarations.checkup.results import NOWHERE, PastRow, Question, Results
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet, read
from declarations.checkup.wording import amount, number, shown
from perfgoals.documents.difference import core
from perfgoals.documents.matching import match_rows
from perfgoals.findings import Level
from perfgoals.targets.reached import is_far_over
from perfgoals.targets.units import UNITS

# Under this rate a budget that does not fall is asked about: ours, as is the same figure in the self-evaluation.
LOW_RATE = 80
LONGEST = 120
TABLE = "indicators"


def _pairs(sheet: Sheet) -> Iterator[tuple[Line, PastRow, Results]]:
    """This year's rows beside what came of them, matched as the comparison of two years does."""
    results = sheet.history.carried.results
    if results is None:
        return
    matched: Mapping[str, PastRow] = match_rows(results.rows, [line.row for line in sheet.written])
    for line in sheet.written:
        if row := matched.get(line.row.row_id):
            yield line, row, results


def _promised(row: PastRow) -> str:
    return shown(row.target) if row.target.strip() else "没有写目标值"


def _still_far_over(line: Line, row: PastRow) -> bool:
    """Whether what was reached is far over this year's target too; compared as text where the numbers cannot be."""
    if row.far_over is None:
        return False
    here, unit = value_of(line.reading), UNITS.get(row.unit)
    if here is not None and row.reached is not None:
        known = unit is not None and unit.factor is not None
        base = unit.base if unit and known else row.unit
        reached = row.reached * unit.factor if unit and unit.factor is not None else row.reached
        if base == here[0]:
            return here[1] <= 0 or is_far_over(here[1], reached, row.far_over)
    return core(line.target) == core(row.target)


@rule(
    "last_year_far_over",
    Level.DOUBT,
    "上年远超目标，今年还是这个数",
    why="财预〔2015〕88号要求绩效目标合理可行；做到的比目标高出许多，目标可能偏低。只问，不扣分；从高出多少起问，是本系统的做法。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6", "比上年做到的低，写明为什么"),
    bad=Sample("上年目标 ≥20家，完成 45家，今年还写 ≥20家"),
)
def last_year_far_over(sheet: Sheet) -> Iterator[Remark]:
    """X-18：上年完成值远超目标，今年的目标照旧或仍然低得多。"""
    for line, row, results in _pairs(sheet):
        if _still_far_over(line, row):
            yield Remark(
                line.path(),
                f"{shown(line.name)}{results.year}年目标{_promised(row)}，完成{shown(row.actual)}：今年目标{shown(line.target)}是否偏低？",
                source=results.source,
            )


@rule(
    "last_year_missed",
    Level.DOUBT,
    "上年没有完成，今年目标没有降",
    why="财预〔2015〕88号要求绩效目标合理可行；上年没有做到的，今年怎样做到，要说得清。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6", "写明怎样做到，或调到做得到的数"),
    bad=Sample("上年目标 ≥20家，只完成 15家，今年还写 ≥20家"),
)
def last_year_missed(sheet: Sheet) -> Iterator[Remark]:
    """上年扣了分的行，今年目标不变或更高；比上年低的，由“目标比上年低”去问。"""
    for line, row, results in _pairs(sheet):
        if not row.is_missed or not (stays := _not_softer(line, row)):
            continue
        why = f"（原因：{shown(row.reason, LONGEST)}）" if row.reason.strip() else "（没有写原因）"
        done = f"只做到{shown(row.actual)}" if row.actual.strip() else "没有得满分"
        yield Remark(
            line.path(),
            f"{shown(line.name)}{results.year}年目标{_promised(row)}，{done}{why}。今年目标{shown(line.target)}，{stays}，怎样做到？",
            source=results.source,
        )


def _not_softer(line: Line, row: PastRow) -> str:
    """没有变 or 更高; "" where this year asks for less or for something else."""
    if core(line.target) == core(row.target):
        return "没有变"
    old = read(row.target, name=row.name, level2=row.level2)
    here, there = value_of(line.reading), value_of(old)
    if here is None or there is None or here[0] != there[0]:
        return ""
    if here[1] == there[1]:
        return "没有变"
    return "" if softer(Past(line, line.row, old)) else "更高"


@rule(
    "last_year_corrected",
    Level.DOUBT,
    "上年自评时审核人改过这一行",
    why="审核人改过得分或退回过的行，今年再写时要说清凭什么算完成；是本系统的做法。",
    good=Sample("支出处室参与率：=100%", "czj-2020-6", "写明数据来源和计算方法"),
    bad=Sample("上年自评 3 分、审核 1 分，今年一字不改"),
)
def last_year_corrected(sheet: Sheet) -> Iterator[Remark]:
    """上年自评里审核人改了得分，或退回时点了名的行。"""
    for line, row, results in _pairs(sheet):
        said = "；".join(words for words in (row.corrected, row.returned) if words)
        if said:
            yield Remark(
                line.path(),
                f"{results.year}年自评时，审核人对{shown(line.name)}说：{said}。今年凭什么算完成，写清楚了吗？",
                source=results.source,
            )


@rule(
    "last_year_promised",
    Level.DOUBT,
    "上年自评说要改进",
    why="自评结果要用于改进管理和编制下一年的目标；说过要改的，今年要找得到落实的地方。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6", "写明落实在这一行"),
    bad=Sample("上年写“了解业务需求，科学编制预算”，今年的表上看不出改了什么"),
)
def last_year_promised(sheet: Sheet) -> Iterator[Remark]:
    """上年自评的主要问题和改进措施：今年落实在哪一行。套话和“无”不问。"""
    results = sheet.history.carried.results
    if results is None or not (results.problems.strip() or results.measures.strip()):
        return
    parts = []
    if results.problems.strip():
        parts.append(f"问题：{shown(results.problems, LONGEST)}")
    if results.measures.strip():
        parts.append(f"要改进：{shown(results.measures, LONGEST)}")
    yield Remark(
        TABLE,
        f"{results.year}年自评写了{'，'.join(parts)}。今年落实在哪一行、哪一步？",
        source=results.source,
    )


@rule(
    "last_year_unspent",
    Level.DOUBT,
    "上年的钱没有用完，今年没有少要",
    why="财预〔2015〕88号要求绩效目标与资金相应匹配；上年执行率不到 80% 而预算不减的，写明今年为什么用得完。80% 是本系统定的。",
    good=Sample("9806100", "czj-2020-1"),
    bad=Sample("上年执行 62.16%，今年预算与上年相同"),
)
def last_year_unspent(sheet: Sheet) -> Iterator[Remark]:
    """上年预算执行率低，今年的当年预算不比上年少。"""
    results, current = sheet.history.carried.results, money(sheet, CURRENT)
    if results is None or results.rate is None or results.budget is None or results.executed is None:
        return
    if current is None or results.rate >= LOW_RATE or current < results.budget:
        return
    arithmetic = f"{amount(results.executed)} ÷ {amount(results.budget)} ＝ {number(results.rate)}%"
    yield Remark(
        CURRENT,
        f"{results.year}年预算执行率只有 {arithmetic}，今年预算 {amount(current)} 元没有减少：为什么用得完？",
        source=results.source,
    )


@rule(
    "carried_question",
    Level.DOUBT,
    "上年查出的事还没有了结",
    why="监控的整改任务、抽查的结论，没有了结的要在下一年的目标里有交代；是本系统的做法。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6", "写明整改落实在这一行"),
    bad=Sample("整改任务还没有办结，今年的目标没有提"),
)
def carried_question(sheet: Sheet) -> Iterator[Remark]:
    """整改任务、抽查结果等：同一处的合起来问一次。"""
    questions = sheet.history.carried.questions
    rows = [
        PastRow(str(number), one.name, "", one.level1, one.level2)
        for number, one in enumerate(questions)
        if one.name
    ]
    by_name = match_rows(rows, [line.row for line in sheet.lines])
    at_row = {int(row.row_id): line_id for line_id, row in by_name.items()}
    known = {line.row.row_id for line in sheet.lines}
    asked: dict[str, list[Question]] = {}
    for index, one in enumerate(questions):
        row_id = one.row_id if one.row_id in known else at_row.get(index, "")
        asked.setdefault(f"{TABLE}.{row_id}.target" if row_id else TABLE, []).append(one)
    for path, together in asked.items():
        source = next((one.source for one in together if one.source.url), NOWHERE)
        yield Remark(path, " ".join(one.text for one in together), source=source)
