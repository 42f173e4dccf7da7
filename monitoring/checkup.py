"""The check-up (体检) of a monitoring report: what is missing, unreadable, unexplained or contradicts itself (F77). Pure.

A document and its edition in, findings out. 错误 blocks sending; 疑问 needs a fix or a written reason. A row that nobody has
come to yet is told with all the others like it, in one sentence.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from evaluations.checkup import (
    fields_readable,
    in_form_order,
    is_stock,
    negative_amounts,
    printable,
    required_filled,
)
from evaluations.contradictions import amounts_add_up
from evaluations.pace import Light
from evaluations.scoring.arithmetic import ZERO, show
from evaluations.scoring.inputs import OPEN
from monitoring.curves import HOW
from monitoring.progress import Progress, RowProgress, expected_of, progress_of, short_of
from perfgoals.documents.monitoring import MonitoringDocument, MonitoringRow
from perfgoals.editions import Edition
from perfgoals.findings import Finding, Level
from perfgoals.targets import Kind, read_target

WHY_VALUE = "定量指标写数和单位；定性指标选达成、部分达成或未达成；完成目标可能性每行必选（监控表通行的要求，未经原文核实）。"
WHY_DEVIATION = "监控表：没有按计划完成的，选偏差原因并写原因说明（财预〔2019〕136号，未经原文核实）。"
WHY_OURS = "前后要说得通（本系统的要求）。"
WHY_PLAN = "灯按计划进度算，不按月均匀的要说得出为什么（本系统的要求）。"
_RESULTS = ("actual", "expected", "operator", "attainment", "deviation_reason", "likelihood", "remark")


@dataclass(frozen=True)
class Form:
    """A document with what every rule needs of it."""

    document: MonitoringDocument
    edition: Edition

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.document, self.edition)

    @property
    def begun(self) -> list[RowProgress]:
        return [one for one in self.progress.rows if is_begun(one.row)]


def is_begun(row: MonitoringRow) -> bool:
    """Whether somebody has written anything of how the row is coming along."""
    return bool(row.deviation_kinds) or any(getattr(row, column).strip() for column in _RESULTS)


def findings_of(form: Form) -> list[Finding]:
    """All findings in the order of the form."""
    found = [finding for rule in RULES for finding in rule(form)]
    return in_form_order(list(dict.fromkeys(found)), form.document, form.edition)


# Money ------------------------------------------------------------------------------------------------------------------


def money_fits(form: Form) -> Iterator[Finding]:
    """Executed within the budget, the year's expectation not under what is spent."""
    initial, executed, expected = (form.document.amount(key) for key in ("initial", "executed", "expected"))
    if initial is not None and executed is not None and executed > initial:
        message = f"执行数 {show(executed)} 元超过年初预算数 {show(initial)} 元。追加过预算的，写明。"
        yield Finding("executed_over_budget", Level.DOUBT, "budget.executed", message, WHY_OURS)
    elif initial is not None and expected is not None and expected > initial:
        message = f"全年预计执行 {show(expected)} 元，超过年初预算数 {show(initial)} 元。追加过预算的，写明。"
        yield Finding("expected_over_budget", Level.DOUBT, "budget.expected", message, WHY_OURS)
    if executed is not None and expected is not None and expected < executed:
        message = f"全年预计执行 {show(expected)} 元，比已经执行的 {show(executed)} 元还少。"
        yield Finding("expected_under_executed", Level.ERROR, "budget.expected", message, WHY_OURS)


def money_in_time(form: Form) -> Iterator[Finding]:
    money, thresholds = form.progress.money, form.progress.policy.thresholds
    if money.light is Light.RED:
        rate, least = show(money.progress or ZERO), show(money.planned or ZERO)
        message = (
            f"到 {form.document.cutoff_month} 月执行率 {rate}%，低于 {least}%。写明为什么慢、哪个月付到多少。"
        )
        yield Finding(
            "execution_slow",
            Level.DOUBT,
            "budget.executed",
            message,
            _marked(thresholds.clause, thresholds.unconfirmed),
        )
    if form.progress.gap:
        yield Finding(
            "money_far_from_output",
            Level.DOUBT,
            "budget.executed",
            f"{form.progress.gap}写明原因。",
            _marked(thresholds.clause, thresholds.unconfirmed),
        )


# Rows -------------------------------------------------------------------------------------------------------------------


def rows_begun(form: Form) -> Iterator[Finding]:
    """Rows that nobody has come to yet, in one sentence."""
    blank = [one for one in form.progress.rows if not is_begun(one.row)]
    if not blank:
        return
    names = "".join(f"“{one.row.name}”" for one in blank[:3])
    paths = [f"{one.path}.{'attainment' if one.is_words else 'actual'}" for one in blank]
    if len(blank) == 1:
        yield Finding("row_open", Level.ERROR, paths[0], f"{names}还没有填。", WHY_VALUE)
        return
    message = f"还有 {len(blank)} 行没有填：{names}{'等' if len(blank) > 3 else ''}。"
    yield Finding("row_open", Level.ERROR, paths[0], message, WHY_VALUE, also=tuple(paths[1:]), gathered=True)


def of_each_row(finding: Finding) -> Iterator[Finding]:
    """A gathered finding as it is said under each of its rows; any other as it is."""
    if not finding.gathered:
        yield finding
        return
    for path in finding.places:
        yield replace(finding, path=path, also=(), gathered=False, message="这一行还没有填。")


def values_written(form: Form) -> Iterator[Finding]:
    """What was done and what is expected, so that it can be read."""
    for one in form.begun:
        row = one.row
        if one.is_words:
            if not row.attainment:
                message = f"“{row.name}”：选达成、部分达成或未达成。"
                yield Finding("attainment_missing", Level.ERROR, f"{one.path}.attainment", message, WHY_VALUE)
        elif _is_dated(row):
            yield from _dated(one)
        else:
            yield from _counted(one, form.document.fiscal_year)


def _is_dated(row: MonitoringRow) -> bool:
    return read_target(row.target, name=row.name, level2=row.level2 or "").kind is Kind.DEADLINE


def _dated(one: RowProgress) -> Iterator[Finding]:
    row = one.row
    if row.actual.strip() and one.inputs.case == OPEN:
        message = f"“{row.name}”：{one.inputs.open_reason}还没有完成的，这一格空着。"
        yield Finding("actual_unreadable", Level.ERROR, f"{one.path}.actual", message, WHY_VALUE)


def _counted(one: RowProgress, year: int) -> Iterator[Finding]:
    row = one.row
    if one.starts_later and not row.actual.strip():
        pass
    elif one.inputs.case == OPEN and not _needs_operator(row) and not row.actual.strip():
        message = f"“{row.name}”没有写执行情况。还没有做的写 0 和单位。"
        yield Finding("actual_missing", Level.ERROR, f"{one.path}.actual", message, WHY_VALUE)
    elif one.inputs.case == OPEN:
        column = "operator" if _needs_operator(row) else "actual"
        yield Finding(
            f"{column}_unreadable",
            Level.ERROR,
            f"{one.path}.{column}",
            f"“{row.name}”：{one.inputs.open_reason}",
            WHY_VALUE,
        )
    if not row.expected.strip():
        message = f"“{row.name}”没有写全年预计完成情况。"
        yield Finding("expected_missing", Level.ERROR, f"{one.path}.expected", message, WHY_VALUE)
    elif one.inputs.case != OPEN:
        yield from _expected(one, year)


def _expected(one: RowProgress, year: int) -> Iterator[Finding]:
    row, path = one.row, f"{one.path}.expected"
    expected = expected_of(row, year)
    if expected.case == OPEN or expected.actual is None:
        says = expected.open_reason.replace("实际完成值", "全年预计完成情况")
        yield Finding("expected_unreadable", Level.ERROR, path, f"“{row.name}”：{says}", WHY_VALUE)
    elif not one.is_level and one.inputs.actual is not None and expected.actual < one.inputs.actual:
        message = f"“{row.name}”全年预计 {show(expected.actual)}，比已经完成的 {show(one.inputs.actual)} 还少。"
        yield Finding("expected_under_actual", Level.DOUBT, path, message, WHY_OURS)


def _needs_operator(row: MonitoringRow) -> bool:
    target = read_target(row.target, name=row.name, level2=row.level2 or "")
    return target.kind is Kind.QUANTITATIVE and not target.operator_explicit and not row.operator


def likelihood_chosen(form: Form) -> Iterator[Finding]:
    for one in form.begun:
        if not one.row.likelihood:
            message = f"“{one.row.name}”没有选完成目标可能性。"
            yield Finding("likelihood_missing", Level.ERROR, f"{one.path}.likelihood", message, WHY_VALUE)


def deviations_explained(form: Form) -> Iterator[Finding]:
    """Off track: which kind of reason, and in words that say something of this row."""
    for one in form.begun:
        row = one.row
        if not one.is_off_track:
            continue
        why = _why_off_track(one, form)
        if not row.deviation_kinds:
            message = f"“{row.name}”{why}：选偏差原因是哪一类。"
            yield Finding(
                "deviation_kind_missing", Level.ERROR, f"{one.path}.deviation_funds", message, WHY_DEVIATION
            )
        path = f"{one.path}.deviation_reason"
        if not row.deviation_reason.strip():
            message = f"“{row.name}”{why}，没有写原因说明。"
            yield Finding("reason_missing", Level.ERROR, path, message, WHY_DEVIATION)
        elif is_stock(row.deviation_reason):
            said = row.deviation_reason.strip()[:30]
            message = f"“{row.name}”{why}，原因只写了“{said}”，看不出为什么、怎样补上。写具体的事和时间。"
            yield Finding("reason_is_stock", Level.ERROR, path, message, WHY_DEVIATION)


def _why_off_track(one: RowProgress, form: Form) -> str:
    if one.light in (Light.YELLOW, Light.RED):
        return f"进度{one.light.label}"
    if one.keeps is False:
        return f"全年完不成（{short_of(one, form.document.fiscal_year)}）"
    return f"选了“{form.edition.word('likelihood', one.row.likelihood)}”完成"


def likelihood_fits(form: Form) -> Iterator[Finding]:
    """What is said of the year's end against what the numbers say."""
    for one in form.begun:
        row, path = one.row, f"{one.path}.likelihood"
        words = form.edition.word("likelihood", row.likelihood)
        message = ""
        if row.likelihood == "certain" and one.keeps is False:
            message = f"选了“{words}”，但{short_of(one, form.document.fiscal_year)}。"
        elif row.likelihood == "certain" and one.light is Light.RED:
            message = f"选了“{words}”，但{one.pace.sentence}写明后几个月怎样补上，或改选。"
        elif row.likelihood == "impossible" and (one.keeps or row.attainment == "reached"):
            so_far = (
                "已经达成" if row.attainment == "reached" else f"全年预计“{row.expected.strip()}”已达到目标"
            )
            message = f"选了“{words}”，但{so_far}。"
        if message:
            yield Finding("likelihood_contradicts", Level.DOUBT, path, f"“{row.name}”{message}", WHY_OURS)


def plans_readable(form: Form) -> Iterator[Finding]:
    for one in form.progress.rows:
        row = one.row
        if one.plan_problem:
            message = f"“{row.name}”的计划进度：{one.plan_problem}"
            yield Finding("plan_unreadable", Level.ERROR, f"{one.path}.plan", message, WHY_PLAN, good=HOW)
        elif row.plan.strip() and (not row.plan_reason.strip() or is_stock(row.plan_reason)):
            message = f"“{row.name}”的计划不按月均匀：写明为什么这样安排。"
            yield Finding("plan_reason_missing", Level.ERROR, f"{one.path}.plan_reason", message, WHY_PLAN)


def _marked(clause: str, unconfirmed: bool) -> str:
    return f"{clause}（未经原文核实）" if unconfirmed else clause


RULES: Sequence[Callable[[Form], Iterator[Finding]]] = (
    required_filled,
    fields_readable,
    printable,
    negative_amounts,
    amounts_add_up,
    money_fits,
    money_in_time,
    rows_begun,
    values_written,
    likelihood_chosen,
    deviations_explained,
    likelihood_fits,
    plans_readable,
)
