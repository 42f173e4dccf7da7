"""How a target value is written: sign, number, unit; and words where a number is expected."""

import re
from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.required import is_placeholder
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Line, Sheet
from declarations.checkup.wording import apart_or_once, cells, change, names, shown
from perfgoals.findings import Fix, Level
from perfgoals.targets.units import dimension_of

SIGNS = {">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<"}
# Names that promise a share of something, always a number with %.
RATE = re.compile(r"(?:(?<![频功效速])率|比例|比率|占比|百分比)(?:[（(].*[）)])?$")
SATISFACTION = re.compile(r"满意(?:度|率)")
# More of it is worse. 故障处理率 and 投诉办结率 are not meant: there the remedy is counted.
REVERSE = re.compile(
    r"投诉|故障|事故|丢失|停机|差错|错误|失误|撤销|延误|逾期|违规|违法|超支|偏差|流失|损耗|失败|重复|能耗|排放|污染|"
    r"时长|时间|周期|成本|费用|支出|单价|次品|伤亡|死亡|发案|上访|漏报|误报|中断"
)
REMEDY = re.compile(
    r"处理|排除|办结|解决|整改|查处|恢复率|响应率|修复率|及时|完好|回访|下降|降低|减少|覆盖|服务时"
)
_OPERATOR = re.compile(r"^\s*(?:[≥≤≧≦＞＜＝><=]|[》《]\s*[=＝]?)\s*[=＝]?")


def is_reverse(name: str) -> bool:
    """More of what ``name`` counts is worse (投诉率, 响应时间)."""
    return bool(REVERSE.search(name)) and not REMEDY.search(name)


def is_rate(name: str) -> bool:
    return bool(RATE.search(name))


def is_percent(line: Line) -> bool:
    return line.reading.unit in ("%", "‰", "个百分点")


def is_number(line: Line) -> bool:
    return line.reading.kind == "quantitative" and bool(line.reading.numbers)


def is_words(line: Line) -> bool:
    return line.reading.kind == "qualitative"


@rule(
    "operator_glyph",
    Level.DOUBT,
    "比较符号用错了字符",
    why="书名号不是大于号：软件认不出，汇总和打分都会漏掉这一行。",
    good=Sample("系统服务部门数：>=160个", "czj-2020-5"),
    bad=Sample("》=50家", "putuo-2021-1"),
)
def operator_glyph(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 3 行：`》=` 代替 `≥`。"""
    wrong = [line for line in sheet.written if "wrong_operator_glyph" in line.reading.doubts]
    yield from apart_or_once(
        wrong,
        lambda line: f"{shown(line.name)}写的是{shown(line.target)}，比较符号是书名号。",
        lambda lines: f"{len(lines)} 行的比较符号是书名号：{cells(lines)}。",
        fixes=_resigned,
    )


def _resigned(line: Line) -> tuple[Fix, ...]:
    """The value with the form's usual sign in front, the rest as typed."""
    rest = _OPERATOR.sub("", line.target)
    sign = SIGNS.get(line.reading.operator or "")
    if not sign or rest == line.target or not line.reading.operator_explicit:
        return ()
    return (change(line, f"{sign}{rest}"),)


@rule(
    "target_spacing",
    Level.HINT,
    "目标值前后有空格",
    why="看不见的空格会让查找、排序和汇总漏掉这一行。",
    good=Sample("市级单位投诉率：≤0.01%", "czj-2020-4"),
    bad=Sample("　≤0.01%", "czj-2020-4", "符号前有一个全角空格"),
)
def target_spacing(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 4 行：符号前的全角空格。"""
    spaced = [line for line in sheet.written if line.row.target != line.target]
    yield from apart_or_once(
        spaced,
        lambda line: f"{shown(line.name)}的目标值{shown(line.target)}前后有空格。",
        lambda lines: f"{len(lines)} 行的目标值前后有空格：{cells(lines)}。",
        fixes=lambda line: (change(line, line.target),),
    )


_SPELT = (("≥", (">=", "≧", "＞＝")), ("≤", ("<=", "≦", "＜＝")))


@rule(
    "operator_spelling",
    Level.HINT,
    "同一个符号两种写法",
    why="一张表里同一个意思用一种写法，读的人才不会以为有区别。",
    good=Sample("再评价完成数量：=6个", "czj-2020-6"),
    bad=Sample("预算执行率：≥80%", "xxzx-2020-5"),
)
def operator_spelling(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 5 行：一张表里 ≥ 与 >= 并存。统一成 ≥、≤。"""
    starts = [(line, line.target[:2]) for line in sheet.written]
    odd: list[Line] = []
    said = []
    for sign, spellings in _SPELT:
        ours = [line for line, start in starts if start[:1] == sign]
        others = [line for line, start in starts if start in spellings or start[:1] in spellings]
        if ours and others:
            odd += others
            said.append(f"“{sign}”{len(ours)} 行，{shown(others[0].target[:2])}{len(others)} 行")
    if odd:
        fixes = tuple(pair for line in odd for fix in _resigned(line) for pair in fix.changes)
        whole = (Fix("都改成 ≥、≤", fixes),) if fixes else ()
        yield Remark(odd[0].path(), f"同一个符号有两种写法：{'；'.join(said)}。", whole)


def _bare(sheet: Sheet) -> list[Line]:
    """Rows with a number and no sign; windows such as 5*8小时 and other odd ones are left to ``reading_doubt``."""
    return [
        line
        for line in sheet.written
        if is_number(line)
        and not line.reading.operator_explicit
        and "service_window" not in line.reading.doubts
    ]


def _is_plain(line: Line) -> bool:
    """100% and 0 can be met in one way only, so a missing sign misleads nobody."""
    first = line.reading.numbers[0]
    return first == 0 or (first == 100 and line.reading.unit == "%")


@rule(
    "operator_missing",
    Level.DOUBT,
    "没有写比较符号",
    why="没有符号，年底做到 98% 还是 96% 算完成“97%”，各人说法不一。",
    good=Sample("用户满意度：≥85%", "czj-2020-2"),
    bad=Sample("预算执行率：97%", "czj-2020-4"),
)
def operator_missing(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 2 行：97%、129家、2篇。"""
    yield from apart_or_once(
        [line for line in _bare(sheet) if not _is_plain(line)],
        lambda line: f"{shown(line.name)}写的是{shown(line.target)}，没有写不少于、不超过还是正好。",
        lambda lines: f"{len(lines)} 行没有写比较符号：{cells(lines)}。",
        fixes=_signs,
    )


def _signs(line: Line) -> tuple[Fix, ...]:
    """The likelier sign first, then the exact one."""
    if not re.match(r"\d", line.target):
        return ()
    likely = SIGNS.get(line.reading.operator or "", "=")
    signs = dict.fromkeys((likely, "=" if likely != "=" else "≥"))
    return tuple(change(line, sign + line.target) for sign in signs)


@rule(
    "operator_missing_plain",
    Level.HINT,
    "满值或零没有写比较符号",
    why="100% 和 0 不会读错，但与别的行写法一致更好。",
    good=Sample("专款专用率：=100%", "czj-2020-6"),
    bad=Sample("专款专用率：100%", "czj-2020-4"),
)
def operator_missing_plain(sheet: Sheet) -> Iterator[Remark]:
    """同上，只是 100% 与 0 没有歧义。"""
    plain = [line for line in _bare(sheet) if _is_plain(line)]
    if plain:
        able = [line for line in plain if re.match(r"\d", line.target)]
        fixes = tuple((line.path(), f"={line.target}{_percent(line)}") for line in able)
        fix = (Fix(f"{len(able)} 行都加上 =", fixes),) if able else ()
        yield Remark(plain[0].path(), f"{len(plain)} 行没有写比较符号：{cells(plain)}。", fix)


def _percent(line: Line) -> str:
    return "%" if is_rate(line.name) and not line.reading.unit else ""


@rule(
    "rate_with_words",
    Level.DOUBT,
    "比率写成了文字",
    why="名称是比率，就要有一个百分数；写不出数的，名称改成“情况”或“规范性”。",
    good=Sample("申报项目清洗比对后入库率：=100%", "xxzx-2020-3"),
    bad=Sample("信息公开实现率：规范", "xxzx-2020-1"),
)
def rate_with_words(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 6 行。"""
    yield from apart_or_once(
        [line for line in sheet.written if is_rate(line.name) and is_words(line)],
        lambda line: f"{shown(line.name)}是比率，目标值却是文字{shown(line.target)}。",
        lambda lines: f"{len(lines)} 行是比率，目标值却是文字：{cells(lines)}。",
        apart=1,
    )


_WANTS_NUMBER = re.compile(r"(?:数|数量|次数|人数|面积|速度|时间|时长|频率|频次|天数)(?:[（(].*[）)])?$")


@rule(
    "number_expected",
    Level.DOUBT,
    "该写数的写成了文字",
    why="财预〔2015〕88号要求绩效目标细化量化：数量和时间写得出数的，用数写。",
    good=Sample("运维平均响应时间：<=2小时", "czj-2020-3"),
    bad=Sample("系统响应速度：快速", "sjrb-2018-2"),
)
def number_expected(sheet: Sheet) -> Iterator[Remark]:
    """数量指标，以及名称为数量、速度、时间的指标，目标值是词（domain.md 10.1 第 80 行）。"""
    yield from apart_or_once(
        [
            line
            for line in sheet.written
            if is_words(line)
            and (line.nature == "quantity" or _WANTS_NUMBER.search(line.name))
            and not is_rate(line.name)
            and line.reading.kind != "deadline"
            and not re.search(r"\d", line.target)
        ],
        lambda line: f"{shown(line.name)}应当是一个数，目标值却是{shown(line.target)}。",
        lambda lines: f"{len(lines)} 行应当是数，目标值却是文字：{cells(lines)}。",
        apart=1,
    )


@rule(
    "rate_with_count",
    Level.DOUBT,
    "比率配了个数",
    why="比率的单位是 %；要写个数，名称就用“数”或“次数”。",
    good=Sample("重要信息存储丢失率：=0%", "czj-2020-7"),
    bad=Sample("安全事故发生率：=0起", "czj-2020-7"),
)
def rate_with_count(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 7 行。"""
    yield from apart_or_once(
        [
            line
            for line in sheet.written
            if is_rate(line.name)
            and is_number(line)
            and dimension_of(line.reading.unit) in ("count", "time", "money")
        ],
        lambda line: f"{shown(line.name)}是比率，目标值{shown(line.target)}的单位是“{line.reading.unit}”。",
        lambda lines: f"{len(lines)} 行是比率，目标值的单位却是个数：{cells(lines)}。",
        fixes=_rate_or_count,
    )


def _rate_or_count(line: Line) -> tuple[Fix, ...]:
    offered = [change(line, "=0%")] if line.reading.numbers[0] == 0 else []
    if line.name.endswith("率") and dimension_of(line.reading.unit) == "count":
        renamed = f"{line.name[:-1]}{line.reading.unit}数"
        offered.append(Fix(f"名称改为 {renamed}", ((line.path("name"), renamed),)))
    return tuple(offered)


_QUALITY_NAME = re.compile(r"(合规|规范|健全|有效|完备|合理)性$")


@rule(
    "quality_with_percent",
    Level.DOUBT,
    "规范性、有效性配了百分数",
    why="“合规性 100%”没有分子和分母；要写百分数，名称用“合规率”，并说明怎么算。",
    good=Sample("政府采购规范性：合规", "czj-2020-1"),
    bad=Sample("政府采购合规性：=100%", "czj-2020-6"),
)
def quality_with_percent(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 8 行。"""
    yield from apart_or_once(
        [line for line in sheet.written if is_percent(line) and _QUALITY_NAME.search(line.name)],
        lambda line: f"{shown(line.name)}配了百分数{shown(line.target)}。",
        lambda lines: f"{len(lines)} 行的规范性、有效性配了百分数：{cells(lines)}。",
        fixes=lambda line: (_as_word(line), _as_rate(line)),
    )


def _as_word(line: Line) -> Fix:
    found = _QUALITY_NAME.search(line.name)
    return change(line, found[1] if found else line.target)


def _as_rate(line: Line) -> Fix:
    renamed = f"{line.name[:-1]}率"
    return Fix(f"名称改为 {renamed}", ((line.path("name"), renamed),))


@rule(
    "qualitative_rows",
    Level.HINT,
    "目标值是词的行",
    why="财预〔2015〕88号要求尽量量化，用词的也要能衡量：想好自评时拿什么证明做到了，写在指标解释里。",
    good=Sample("房屋修缮质量：通过检测报告", "xxzx-2020-1"),
    bad=Sample("获奖项目示范效应：显著", "sjrb-2018-3"),
)
def qualitative_rows(sheet: Sheet) -> Iterator[Remark]:
    """写了指标解释或计算方法的不提。"""
    bare = [
        line
        for line in sheet.written
        if is_words(line)
        and not is_placeholder(line.target)
        and not (line.row.definition.strip() or line.row.calculation_method.strip())
    ]
    if bare:
        share = f"{len(bare)} 行（共 {len(sheet.written)} 行）"
        yield Remark(bare[0].path(), f"{share}的目标值是词：{names(bare)}。")
