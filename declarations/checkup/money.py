"""Money: readable amounts, sums to the cent, last year's figures, 元 against 万元."""

import re
from collections.abc import Iterator
from decimal import Decimal

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Sheet
from declarations.checkup.wording import amount, number, shown
from perfgoals.documents.declaration import read_amount
from perfgoals.findings import Fix, Level

TOTAL, CURRENT = "budget.total", "budget.current_year"
LAST_BUDGET, LAST_SPENT = "budget.previous_year_budget", "budget.previous_year_executed"
SUB_AMOUNTS = "sub_projects[].amount"
# A yearly project of less than this is more likely one typed in 万元.
_TINY = Decimal(1000)
# From this change on the question "which output is dropped?" is asked (I8).
MOVED = Decimal("0.30")
_STATED = re.compile(
    r"(项目总预算|总预算|项目当年预算|当年预算|年度预算)(?:金额|数|额)?(?:为|共计|合计|共|计|[:：])*\s*"
    r"(\d[\d,，]*(?:\.\d+)?)\s*(亿元|万元|元)"
)
_FACTOR = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


def money(sheet: Sheet, key: str) -> Decimal | None:
    """The amount at ``budget.<key>``, or None when empty, unreadable or not on this form."""
    return read_amount(sheet.document.text(key)) if key in sheet.edition.fields else None


def _amounts(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """(path, what it is called, typed text) of every amount that is not empty."""
    for field in sheet.edition.fields.values():
        if field.kind == "amount" and (text := sheet.document.text(field.key).strip()):
            yield field.key, f"“{field.term}”", text
    for row in sheet.document.sub_projects:
        if (text := (row.amount or "").strip()) and sheet.edition.has_sub_projects:
            yield f"sub_projects.{row.row_id}.amount", f"子项目{shown(row.name)}的金额", text


@rule(
    "amount_unreadable",
    Level.ERROR,
    "读不出金额",
    why="金额要能相加和比较：只写数字，单位是元，最多两位小数。",
    good=Sample("8825000", "czj-2020-1"),
    bad=Sample("约110万"),
)
def amount_unreadable(sheet: Sheet) -> Iterator[Remark]:
    """金额单位为元，最多两位小数。"""
    for path, what, text in _amounts(sheet):
        if read_amount(text) is None:
            yield Remark(
                path,
                f"{what}写的是{shown(text)}，读不出是多少元。请写成 1104600 或 1,104,600.00 的样子。",
                _in_yuan(path, text),
            )


def _in_yuan(path: str, text: str) -> tuple[Fix, ...]:
    """``110.46万元`` in 元, where that is plain."""
    found = re.fullmatch(r"(\d[\d,，]*(?:\.\d+)?)\s*(亿|万)元?", text)
    value = read_amount(found[1].replace("，", ",")) if found else None
    if found is None or value is None:
        return ()
    plain = number(value * _FACTOR[f"{found[2]}元"])
    return (Fix(f"改为 {plain}", ((path, plain),)),) if read_amount(plain) is not None else ()


@rule(
    "amount_missing",
    Level.DOUBT,
    "没有写要花多少钱",
    why="绩效目标要与预算相匹配；没有金额，审核人无从判断目标定得高还是低。",
    good=Sample("8825000", "czj-2020-1"),
    bad=Sample("项目当年预算：（空白）"),
)
def amount_missing(sheet: Sheet) -> Iterator[Remark]:
    """总预算、当年预算表上没有带 * 的，也要写；必填的表式由 required_field 管。"""
    for key in (TOTAL, CURRENT):
        field = sheet.edition.fields.get(key)
        if field and not field.required and not sheet.document.text(key).strip():
            yield Remark(key, f"“{field.term}”没有填，看不出目标与钱是否相配。")


@rule(
    "amount_not_positive",
    Level.DOUBT,
    "金额不是正数",
    why="申报的是要安排的钱，零或负数要说明原因。",
    good=Sample("604000.00", "xxzx-2020-5"),
    bad=Sample("-604000.00"),
)
def amount_not_positive(sheet: Sheet) -> Iterator[Remark]:
    """当年的钱应大于零，上年的数不应为负。"""
    for path, what, text in _amounts(sheet):
        value = read_amount(text)
        if value is not None and (value < 0 or (value == 0 and path in (TOTAL, CURRENT))):
            yield Remark(path, f"{what}是 {amount(value)} 元。")


@rule(
    "sum_differs",
    Level.ERROR,
    "合计对不上",
    why="总数应等于各部分之和，一分不差。",
    good=Sample("金融人才招聘服务：480000", "sjrb-2018-4"),
    bad=Sample("子项目合计 1160000，当年预算 1160100"),
)
def sum_differs(sheet: Sheet) -> Iterator[Remark]:
    """各表式 [[sums]]：如子项目之和等于当年预算。按分计算，不用浮点数。"""
    for sums in sheet.edition.sums:
        total = read_amount(sheet.document.text(sums.total))
        parts = [text for part in sums.parts for text in _parts(sheet, part)]
        values = [read_amount(text) for text in parts if text.strip()]
        if total is None or not values or None in values:
            continue  # what is empty or unreadable is said elsewhere
        added = sum((value for value in values if value is not None), Decimal(0))
        if added != total:
            what = "子项目合计" if SUB_AMOUNTS in sums.parts else "各部分合计"
            yield Remark(
                sums.total,
                f"{what} {amount(added)} 元，“{sheet.term(sums.total)}”{amount(total)} 元，"
                f"相差 {amount(abs(added - total))} 元。",
            )


def _parts(sheet: Sheet, part: str) -> list[str]:
    if part == SUB_AMOUNTS:
        return [row.amount or "" for row in sheet.document.sub_projects]
    return [sheet.document.text(part)]


@rule(
    "year_over_total",
    Level.ERROR,
    "当年预算大于总预算",
    why="当年预算是总预算的一部分。",
    good=Sample("1095000.00", "xxzx-2020-6"),
    bad=Sample("总预算 600000，当年预算 6000000"),
)
def year_over_total(sheet: Sheet) -> Iterator[Remark]:
    """部分不能大于全部。"""
    total, current = money(sheet, TOTAL), money(sheet, CURRENT)
    if total is not None and current is not None and current > total:
        yield Remark(
            CURRENT,
            f"“{sheet.term(CURRENT)}”{amount(current)} 元，大于“{sheet.term(TOTAL)}”{amount(total)} 元。",
            also=(TOTAL,),
        )


@rule(
    "tiny_amount",
    Level.DOUBT,
    "像是按万元填的",
    why="这里的单位是元；全年只有几百元的项目很少见。",
    good=Sample("1267720", "sjrb-2018-2"),
    bad=Sample("126.77"),
)
def tiny_amount(sheet: Sheet) -> Iterator[Remark]:
    """元与万元混用（I9）。"""
    for key in (TOTAL, CURRENT):
        value = money(sheet, key)
        if value is not None and 0 < value < _TINY:
            plain = number(value * 10_000)
            yield Remark(
                key,
                f"“{sheet.term(key)}”只有 {amount(value)} 元，是不是按万元填的？",
                (Fix(f"改为 {plain}", ((key, plain),)),),
            )


@rule(
    "amount_in_text",
    Level.DOUBT,
    "文字里的金额与表上不同",
    why="同一个数在一张表里只能有一种说法。",
    good=Sample("28200000", "sjrb-2018-3"),
    bad=Sample("项目总预算126.77万元，表上1267720元"),
)
def amount_in_text(sheet: Sheet) -> Iterator[Remark]:
    """文字写明的总预算、当年预算与金额栏一致；文字折成万元的，按它写到的位数比较（I9）。"""
    for key, text in sheet.paragraphs("project_overview", "necessity", "implementation_plan", "overall_goal"):
        for found in _STATED.finditer(text):
            stated = read_amount(found[2].replace("，", ","))
            total = money(sheet, TOTAL if "总" in found[1] else CURRENT)
            if stated is None or total is None:
                continue
            step = _FACTOR[found[3]]
            exponent = stated.as_tuple().exponent
            places = Decimal(10) ** (exponent if isinstance(exponent, int) else 0)
            if abs(stated * step - total) >= places * step:
                yield Remark(key, f"文字里写{shown(found[0])}，金额栏是 {amount(total)} 元。")


@rule(
    "recurring_without_last_year",
    Level.DOUBT,
    "经常性项目没有上年数",
    why="经常性项目年年都有，上年的预算和执行数是看今年的钱和目标合不合适的依据。",
    good=Sample("9806100", "czj-2020-1"),
    bad=Sample("经常性专项业务费", "czj-2020-2", "上年预算额空着"),
)
def recurring_without_last_year(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 20 行：经常性项目的同名项目上年数空着。"""
    document = sheet.document
    chosen = next(
        (c for c in sheet.edition.choices("project_category") if c.label == document.project_category), None
    )
    if chosen is None or not chosen.recurring:
        return
    empty = [
        key
        for key in (LAST_BUDGET, LAST_SPENT)
        if key in sheet.edition.fields and not document.text(key).strip()
    ]
    if empty:
        what = "和".join(f"“{sheet.term(key)}”" for key in empty)
        yield Remark(
            empty[0],
            f"项目类别是{shown(document.project_category or '')}，{what}空着。上年没有这个项目的，写明理由。",
            _from_last_year(sheet) if LAST_BUDGET in empty else (),
        )


def _from_last_year(sheet: Sheet) -> tuple[Fix, ...]:
    previous = sheet.history.previous
    value = previous.budget.get("current_year") if previous else None
    if not value or read_amount(value) is None:
        return ()
    return (Fix(f"用上年表上的 {value}", ((LAST_BUDGET, value),)),)


@rule(
    "last_year_figure_differs",
    Level.DOUBT,
    "上年数与上年的表不同",
    why="同名项目上年预算额，应当就是上年那张表上的当年预算；年中调整过的，写明理由。",
    good=Sample("1398160.00", "xxzx-2020-5"),
    bad=Sample("今年表上写上年预算 560000，上年表上当年预算 600000"),
)
def last_year_figure_differs(sheet: Sheet) -> Iterator[Remark]:
    """本表的上年预算额对上年批复的当年预算（F35）。"""
    previous, here = sheet.history.previous, money(sheet, LAST_BUDGET)
    there = previous.amount("current_year") if previous else None
    if previous and previous.fiscal_year == sheet.year - 1 and None not in (here, there) and here != there:
        yield Remark(
            LAST_BUDGET,
            f"“{sheet.term(LAST_BUDGET)}”写 {amount(here or Decimal(0))} 元，"
            f"{previous.fiscal_year}年批复的表上是 {amount(there or Decimal(0))} 元。",
            _from_last_year(sheet),
        )


@rule(
    "overspent_last_year",
    Level.DOUBT,
    "上年执行数大于预算额",
    why="没有调整预算，执行不会超过预算。",
    good=Sample("176100.00", "xxzx-2020-4"),
    bad=Sample("上年预算 176100，执行 186100"),
)
def overspent_last_year(sheet: Sheet) -> Iterator[Remark]:
    """上年执行数不大于上年预算额。"""
    planned, spent = money(sheet, LAST_BUDGET), money(sheet, LAST_SPENT)
    if planned is not None and spent is not None and spent > planned:
        yield Remark(LAST_SPENT, f"上年执行 {amount(spent)} 元，大于上年预算 {amount(planned)} 元。")


@rule(
    "spent_to_the_yuan",
    Level.HINT,
    "上年执行数与预算额一元不差",
    why="实际支出很少与预算分毫不差；公开的十一张有上年数的表张张如此，多半是照抄。写实际支出数。",
    good=Sample("257602", "putuo-2021-1"),
    bad=Sample("1398160.00", "xxzx-2020-5"),
)
def spent_to_the_yuan(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 21 行。"""
    planned, spent = money(sheet, LAST_BUDGET), money(sheet, LAST_SPENT)
    if planned and planned == spent:
        yield Remark(LAST_SPENT, f"上年执行数与上年预算额都是 {amount(planned)} 元。")


@rule(
    "one_off_with_last_year",
    Level.HINT,
    "一次性项目有上年数",
    why="一次性项目做完就结束；上年已经安排过的，看一看是不是结转项目或经常性项目。",
    good=Sample("1104600", "sjrb-2018-1"),
    bad=Sample("176100.00", "xxzx-2020-4"),
)
def one_off_with_last_year(sheet: Sheet) -> Iterator[Remark]:
    """项目类别与上年数互相对照（I9）。"""
    category = sheet.document.project_category
    chosen = next((c for c in sheet.edition.choices("project_category") if c.label == category), None)
    planned = money(sheet, LAST_BUDGET)
    if chosen and chosen.recurring is False and "结转" not in chosen.label and planned:
        yield Remark(
            "project_category",
            f"项目类别是{shown(chosen.label)}，上年却已有同名项目预算 {amount(planned)} 元。",
        )


def year_on_year(sheet: Sheet) -> tuple[Decimal, Decimal, Decimal] | None:
    """(last year, this year, relative change), from the form itself or else from last year's document."""
    current, last = money(sheet, CURRENT), money(sheet, LAST_BUDGET)
    if last is None and sheet.history.previous:
        last = sheet.history.previous.amount("current_year")
    if current is None or not last or last < 0:
        return None
    return last, current, (current - last) / last


def moved(sheet: Sheet) -> str:
    """``上年 1,398,160.00 元，今年 604,000.00 元，少 56.8%`` where money moved by 30 % or more, else ""."""
    change = year_on_year(sheet)
    if change is None or abs(change[2]) < MOVED:
        return ""
    word = "多" if change[2] > 0 else "少"
    return f"上年 {amount(change[0])} 元，今年 {amount(change[1])} 元，{word} {abs(change[2]) * 100:.1f}%"


@rule(
    "budget_moved",
    Level.HINT,
    "预算比上年变动较大",
    why="财预〔2015〕88号要求目标与资金相应匹配：钱变了三成以上，看一看目标有没有跟着变。",
    good=Sample("9806100", "czj-2020-1"),
    bad=Sample("1398160.00", "xxzx-2020-5"),
)
def budget_moved(sheet: Sheet) -> Iterator[Remark]:
    """I8：钱与目标对照。有上年的表时由 money_moved_targets_stayed 逐项比较。"""
    if (arithmetic := moved(sheet)) and sheet.history.previous is None:
        yield Remark(CURRENT, f"预算{arithmetic}。哪些产出跟着增减？")
