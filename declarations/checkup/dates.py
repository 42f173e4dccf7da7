"""Dates: readable, in order, inside the year; targets, steps and half-year words inside the project's period."""

import calendar
import datetime
import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet, read
from declarations.checkup.wording import listed, names, shown
from perfgoals.documents.declaration import DateValue
from perfgoals.findings import Fix, Level

START, END = "start_date", "end_date"
PLANS = ("implementation_plan", "overall_goal", "annual_goal")


@rule(
    "date_unreadable",
    Level.ERROR,
    "读不出日期",
    why="开始和完成日期要写到日，指标的时间才能与它核对。",
    good=Sample("2020-01-01 至 2020-11-27", "xxzx-2020-1"),
    bad=Sample("2020年12月底"),
)
def date_unreadable(sheet: Sheet) -> Iterator[Remark]:
    """开始、完成日期写到日。"""
    for key in (START, END):
        value = getattr(sheet.document, key)
        if key not in sheet.edition.fields or value is None or not value.printed.strip():
            continue
        if (sheet.start if key == START else sheet.end) is None:
            yield Remark(
                key,
                f"{shown(value.printed)}读不出是哪一天。请写成 {sheet.year}-12-31 的样子。",
                _nearest_day(key, value),
            )


def _nearest_day(key: str, value: DateValue) -> tuple[Fix, ...]:
    """``2020年12月底`` as a day, where a month or a deadline can be read with its year."""
    reading = read(value.printed, name="完成时间", level2="时效")
    edge = reading.date_to or ""
    if re.fullmatch(r"\d{4}-\d{2}", edge):
        year, month = int(edge[:4]), int(edge[5:])
        edge += "-01" if key == START else f"-{calendar.monthrange(year, month)[1]:02}"
    try:
        day = datetime.date.fromisoformat(edge)
    except ValueError:
        return ()
    return (Fix(f"改为 {day}", ((key, day.isoformat()),)),)


@rule(
    "end_before_start",
    Level.ERROR,
    "完成早于开始",
    why="项目不能在开始之前完成。",
    good=Sample("2020-03-09 至 2020-12-15", "xxzx-2020-2"),
    bad=Sample("2020-12-15 至 2020-03-09"),
)
def end_before_start(sheet: Sheet) -> Iterator[Remark]:
    """完成日期不早于开始日期。"""
    if sheet.start and sheet.end and sheet.end < sheet.start:
        yield Remark(
            END,
            f"“{sheet.term(END)}”{sheet.end}，早于“{sheet.term(START)}”{sheet.start}。",
            (
                Fix(
                    "对调两个日期",
                    ((START, sheet.end.isoformat()), (END, sheet.start.isoformat())),
                ),
            ),
        )


@rule(
    "date_notation",
    Level.HINT,
    "日期写法与表上不同",
    why="同一张表用一种日期写法，查找和核对才不会漏。",
    good=Sample("2020-01-01", "xxzx-2020-1"),
    bad=Sample("2020/2/1", "xxzx-2020-3"),
)
def date_notation(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 16 行：2020/2/1 与 ISO 日期混用。"""
    for key in (START, END):
        value = getattr(sheet.document, key)
        day = sheet.start if key == START else sheet.end
        if not (value and day) or value.printed.strip() in (
            day.isoformat(),
            sheet.edition.style.date(str(day)),
        ):
            continue
        yield Remark(
            key,
            f"“{sheet.term(key)}”写作{shown(value.printed)}，请写成 {day} 的样子。",
            (Fix(f"改为 {day}", ((key, day.isoformat()),)),),
        )


@rule(
    "period_misses_year",
    Level.DOUBT,
    "项目期间不在本年度",
    why="申报的是本年度的目标，项目期间应当落在本年度里。",
    good=Sample("2020-02-03 至 2020-11-20", "xxzx-2020-7"),
    bad=Sample("2019-01-01 至 2019-12-31"),
)
def period_misses_year(sheet: Sheet) -> Iterator[Remark]:
    """项目期间与申报年度没有交集：多半是复制上年的表忘了改。"""
    if not sheet.start or not sheet.end or sheet.end < sheet.start:
        return
    if sheet.end.year < sheet.year or sheet.start.year > sheet.year:
        yield Remark(START, f"项目期间 {sheet.start} 至 {sheet.end}，不在{sheet.year}年度里。")


@rule(
    "period_crosses_year",
    Level.HINT,
    "项目跨年度",
    why="跨年度的项目，长期目标和本年度目标要分开写，不能把几年的目标写成一年的。",
    good=Sample("2020-01-01 至 2020-12-31", "czj-2020-1"),
    bad=Sample("2020-07-01 至 2021-06-30"),
)
def period_crosses_year(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.2：多年资金把长期目标当作当年目标。"""
    if not sheet.start or not sheet.end or sheet.end < sheet.start:
        return
    inside = sheet.start.year <= sheet.year <= sheet.end.year
    if inside and (sheet.start.year < sheet.year or sheet.end.year > sheet.year):
        yield Remark(
            END, f"项目期间 {sheet.start} 至 {sheet.end} 跨年度。本表的指标写的是{sheet.year}年度要做到的吗？"
        )


def deadline(line: Line, year: int) -> tuple[datetime.date, datetime.date] | None:
    """The first and last day that a row's deadline may mean; a month without a day means any of its days."""
    found = re.fullmatch(r"(\d{4}|-)-(\d{2})(?:-(\d{2}))?", line.reading.date_to or "")
    if not found:
        return None
    in_year = year if found[1] == "-" else int(found[1])
    try:
        first = datetime.date(in_year, int(found[2]), int(found[3] or 1))
        last = int(found[3] or calendar.monthrange(in_year, int(found[2]))[1])
        return first, first.replace(day=last)
    except ValueError:
        return None


@rule(
    "target_after_end",
    Level.DOUBT,
    "目标时间晚于项目完成日期",
    why="项目已经完成，目标还没有到期，两个日期必有一个不对。",
    good=Sample("运维平均响应时间：<=2小时", "czj-2020-3"),
    bad=Sample("研究报告完成时间：2021年6月", "xxzx-2020-7"),
)
def target_after_end(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 15 行。只写月份的，整个月都晚于完成日期才算。"""
    if sheet.end is None:
        return
    late = [line for line in sheet.written if (due := deadline(line, sheet.year)) and due[0] > sheet.end]
    if late:
        what = listed(f"{shown(line.name, 24)}{shown(line.target, 24)}" for line in late)
        yield Remark(late[0].path(), f"{what}，晚于“{sheet.term(END)}”{sheet.end}。")


@rule(
    "target_before_start",
    Level.DOUBT,
    "目标时间早于项目开始日期",
    why="项目还没有开始，目标已经到期，两个日期必有一个不对。",
    good=Sample("年度项目评估完成时间：12月底前", "xxzx-2020-6"),
    bad=Sample("年度会议完成时间：2019年12月底"),
)
def target_before_start(sheet: Sheet) -> Iterator[Remark]:
    """目标到期日不早于项目开始日期。"""
    if sheet.start is None:
        return
    early = [line for line in sheet.written if (due := deadline(line, sheet.year)) and due[1] < sheet.start]
    if early:
        what = listed(f"{shown(line.name, 24)}{shown(line.target, 24)}" for line in early)
        yield Remark(early[0].path(), f"{what}，早于“{sheet.term(START)}”{sheet.start}。")


# A dated step: 2017年9-10月, 2020年8月; and a span of years: 2020-2021年内.
_STEP = re.compile(r"(?<!\d)(20\d\d)年(\d{1,2})(?:月?[-—–~至](?:20\d\d年)?(\d{1,2}))?月")
_YEARS = re.compile(r"(?<!\d)20\d\d[-—–~至](20\d\d)年")
# Tendering before the year begins is how a service can run from 1 January (two published forms do so).
_PREPARATION = re.compile(r"采购|招标|招投标|比选|合同|筹备|申报预算|前期")
_CITED = re.compile(r"^\d{0,2}日?(?:印发|发布|出台|颁布|公布|施行|下发|召开的|通过的|以来|至今|起施行)")


@rule(
    "step_outside_period",
    Level.DOUBT,
    "实施步骤在项目期间之外",
    why="实施计划的每一步都应当落在项目的开始和完成日期之间。",
    good=Sample("预计2020年8月召开长信联年度会议", "xxzx-2020-7"),
    bad=Sample("1、形成方案阶段（2017年9-10月）", "sjrb-2018-3"),
)
def step_outside_period(sheet: Sheet) -> Iterator[Remark]:
    """种子表的矛盾：2018 年的项目写着 2017 年的步骤；2020-11-20 完成的项目写着 2021 年内完成。"""
    if not sheet.start or not sheet.end:
        return
    for key, text in sheet.paragraphs("implementation_plan"):
        outside = [step for step in _steps(text) if _is_outside(step, sheet.start, sheet.end)]
        if outside:
            what = listed(shown(step[2]) for step in outside)
            yield Remark(key, f"计划写了{what}，项目期间是 {sheet.start} 至 {sheet.end}。")


def _steps(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
    """(first month, last month, as written) of each dated step, without steps that only prepare."""
    for found in _STEP.finditer(text):
        clause = re.split(r"[；;。\n]", text[found.end() :], maxsplit=1)[0]
        if not _PREPARATION.search(clause) and not _CITED.search(clause):
            year, first = int(found[1]), int(found[2])
            yield (year, first), (year, int(found[3] or first)), found[0]
    for found in _YEARS.finditer(text):
        yield (int(found[1]), 12), (int(found[1]), 12), found[0]


def _is_outside(step: tuple, start: datetime.date, end: datetime.date) -> bool:
    return step[1] < (start.year, start.month) or step[0] > (end.year, end.month)


# Words for a part of the year, with the months they begin and end in.
_PARTS = {
    "上半年": (1, 6), "下半年": (7, 12), "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9),
    "四季度": (10, 12), "年末": (12, 12), "年底": (12, 12),
}  # fmt: skip
_PART = re.compile(rf"(?:(20\d\d|上|去)年度?)?的?第?({'|'.join(_PARTS)})")
_WHOLE_YEAR = re.compile(r"(?<!\d年)(?<!上年)全年")
_SHORT = datetime.timedelta(days=183)


@rule(
    "words_outside_period",
    Level.DOUBT,
    "文字说的时间在项目期间之外",
    why="文字里的上半年、季度、全年，应当与项目的开始和完成日期说的是同一段时间。",
    good=Sample("第二季度对于房屋外立面，渗水等情况进行修缮", "xxzx-2020-1"),
    bad=Sample("2020年上半年完成项目采购与签订合同", "xxzx-2020-4"),
)
def words_outside_period(sheet: Sheet) -> Iterator[Remark]:
    """I9：半年、季度的说法与起止月份对照；三个月的项目写着全年的量。"""
    if not sheet.start or not sheet.end or sheet.end < sheet.start:
        return
    for key, text in sheet.paragraphs(*PLANS):
        wrong = list(dict.fromkeys(map(shown, _foreign_parts(text, sheet.year, sheet.start, sheet.end))))
        if sheet.end - sheet.start < _SHORT and _WHOLE_YEAR.search(text):
            wrong.append(shown("全年"))
        if wrong:
            yield Remark(
                key,
                f"“{sheet.term(key)}”写了{'、'.join(wrong)}，项目期间是 {sheet.start} 至 {sheet.end}。",
            )


def _foreign_parts(text: str, this_year: int, start: datetime.date, end: datetime.date) -> Iterator[str]:
    for found in _PART.finditer(text):
        if found[1] in ("上", "去"):
            continue
        year = int(found[1]) if found[1] else this_year
        first, last = _PARTS[found[2]]
        if _is_outside(((year, first), (year, last)), start, end):
            yield found[0]


_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_QUOTED = re.compile(r"《[^》]*》|[（(〔\[【][^）)〕\]】]*[）)〕\]】]")


@rule(
    "past_year_in_name",
    Level.DOUBT,
    "名称里是过去的年份",
    why="本年度的目标用了往年的名称，多半是照抄上年的表；确是往年延续的工作，写明理由。",
    good=Sample("2020年优秀会计人才培训时效性：及时", "czj-2020-4"),
    bad=Sample("2019年优秀会计人才培训完成率：100%", "czj-2020-4"),
)
def past_year_in_name(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 28 行。书名号和括号里的年份是文件的，不算。"""
    document = sheet.document
    old = [line for line in sheet.lines if _names_past_year(line.name, sheet.year)]
    if old:
        yield Remark(old[0].path("name"), f"{names(old)}写的是过去的年份，本表是{sheet.year}年度的。")
    if _names_past_year(document.project_name or "", sheet.year):
        yield Remark("project_name", f"项目名称{shown(document.project_name or '')}写的是过去的年份。")
    for row in document.sub_projects:
        if _names_past_year(row.name, sheet.year):
            yield Remark(f"sub_projects.{row.row_id}.name", f"子项目{shown(row.name)}写的是过去的年份。")


def _names_past_year(name: str, year: int) -> bool:
    years = [int(found) for found in _YEAR.findall(_QUOTED.sub("", name))]
    return bool(years) and max(years) < year
