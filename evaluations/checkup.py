"""The check-up (体检) of a self-evaluation: what is missing, unreadable, unexplained or contradicts itself.

Pure: a document and its edition in, findings out. 错误 blocks sending; 疑问 needs a fix or a written reason. What does
not fit together inside the form is found by ``contradictions``; here stand the rules about a single place.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from evaluations import contradictions
from evaluations.contradictions import Filled, Form
from evaluations.gaps import gathered
from evaluations.scoring import Basis, RowScore, measure
from evaluations.scoring.arithmetic import show
from evaluations.scoring.inputs import OPEN
from evaluations.scoring.rows import Flag
from perfgoals.documents.canonical import DateValue
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.documents.glyphs import unprintable_words
from perfgoals.editions import Edition
from perfgoals.findings import Finding, Level
from perfgoals.targets import Kind, read_target

LOW_EXECUTION = 90
SHORTEST_REASON = 5
WHY_LOST = "得分低于分值的，必须写偏差原因和改进措施。"
WHY_RATE = "预算执行率低于90%的，要说明原因。"
WHY_CHANGED = "年中调整过预算的，要另作说明。"
WHY_REQUIRED = "表上的必填栏。"
WHY_PRINTED = "正式表印不出这个字，送审以后就打不出纸质表；表情符号和从 Word 带来的项目符号都印不出。"
WHY_OPEN = "每个指标都要有得分，才有总分。"
WHY_FAR_OVER = "远超目标的，要分析原因：目标定得是否偏低。只问，不扣分。"
WHY_SIGN = "目标前的符号要和指标的意思一致：越多越好的写≥，越少越好的写≤。"

_COPIED = frozenset(("level1", "level2", "name", "target"))

# A clause that says nothing of this project: 管理有待加强, 今后将进一步加强管理, 制度还需完善.
_THING = "(?:项目|预算|资金|财务|绩效|内部|日常|相关|各项|有关)*(?:管理|工作|监督|监管|力度|水平|意识|制度|机制|质量|效率|沟通|协调|能力)"
_BETTER = "(?:加强|提高|提升|改进|完善|改善|强化|优化|规范|健全|重视)"
_STOCK_CLAUSE = re.compile(
    f"(?:{_THING})+(?:尚|还|仍)?(?:有待|需要?|应当?|要|待|不够|不足|不到位)(?:进一步|继续|不断)?(?:{_BETTER})?"
    f"|(?:今后|下一步|下步|以后|明年|来年|我们|本单位)*(?:将|要|会|需要?|应当?)?(?:进一步|继续|不断|切实|努力)*{_BETTER}(?:和{_BETTER})?(?:{_THING}|和|及)*"
    "|客观原因|主观原因|其他原因|特殊原因|实际情况|工作需要|历史原因|无|没有|暂无|按实际情况|根据实际情况|情况属实|正常"
)
_PUNCTUATION = re.compile(r"[\s，。、；：！？,.;:!?（）()“”\"]+")


def check(document: EvaluationDocument, edition: Edition) -> list[Finding]:
    """All findings in the order of the form. Raises ``ValueError`` for an edition without rule set."""
    return findings_of(form_of(document, edition))


def form_of(document: EvaluationDocument, edition: Edition) -> Form:
    """The document with what every rule needs of it, scored once."""
    if edition.scoring is None:
        raise ValueError(f"{edition.id} has no rule set")
    return Form(document, edition, edition.scoring)


def findings_of(form: Form) -> list[Finding]:
    """As ``check``, for a form that is scored already."""
    found = [finding for rule in contradictions.RULES for finding in rule(form)]
    wrong = {finding.path for finding in found if finding.level is Level.ERROR}
    said = {finding.path for finding in found}
    for rule in RULES:
        for finding in rule(form):
            # What is wrong with a value is said once, by the rule that knows more; so is what is to be explained.
            if finding.path not in wrong and not (finding.code == "low_execution" and finding.path in said):
                found.append(finding)
    said_once = gathered(list(dict.fromkeys(found)), form.document)
    return in_form_order(said_once, form.document, form.edition)


def in_form_order(found: Sequence[Finding], document: Any, edition: Edition) -> list[Finding]:
    """Field by field, row by row, cell by cell, then by level."""
    fields = {key: number for number, key in enumerate(edition.fields)}
    rows = {row.row_id: number for number, row in enumerate(document.indicators, 1)}
    cells = document.indicators[0].__dataclass_fields__ if rows else ()
    columns = {key: number for number, key in enumerate(cells)}

    def place(finding: Finding) -> tuple[int, int, int, int, str, str]:
        table, _, rest = finding.path.partition(".")
        row_id, _, column = rest.partition(".")
        field = fields.get(finding.path, fields.get(table, len(fields)))
        at = (rows.get(row_id, 0), columns.get(column, 0)) if table == "indicators" else (0, 0)
        return (field, *at, finding.level.rank, finding.code, finding.message)

    return sorted(found, key=place)


# Fields -----------------------------------------------------------------------------------------------------------------


def required_filled(form: Filled) -> Iterator[Finding]:
    for key, field in form.edition.fields.items():
        empty = (
            not form.document.indicators if field.kind == "indicators" else not form.document.text(key).strip()
        )
        if field.required and empty:
            words = "还没有指标。" if field.kind == "indicators" else f"“{field.term}”没有填。"
            yield Finding("required_missing", Level.ERROR, key, words, WHY_REQUIRED)


def fields_readable(form: Filled) -> Iterator[Finding]:
    """Amounts to the cent, dates to the day, choices out of the form's own list."""
    for key, field in form.edition.fields.items():
        text = form.document.text(key).strip()
        if not text:
            continue
        if field.kind == "amount" and form.document.amount(key.removeprefix("budget.")) is None:
            message = f"“{field.term}”写的是“{text[:40]}”，读不出是多少元。写数字，以元为单位，例如 600000.00。"
            yield Finding("amount_unreadable", Level.ERROR, key, message, "金额以元填报。")
        if field.kind == "date" and not _iso(form, key):
            message = f"“{field.term}”写的是“{text[:40]}”，读不出是哪一天。写到日，例如 2022-03-02。"
            yield Finding("date_unreadable", Level.ERROR, key, message, "日期写到日。")
        labels = [choice.label for choice in form.edition.choices(key)]
        if field.kind == "choice" and labels and text not in labels:
            message = f"“{field.term}”写的是“{text[:40]}”，只能是{'、'.join(labels)}。"
            yield Finding("choice_unknown", Level.ERROR, key, message, "这一栏从列出的里面选。")


def printable(form: Filled) -> Iterator[Finding]:
    """The same characters that the printer refuses: once it was sent, a form that has one could never be printed.

    In what was copied from the approved targets, which the unit cannot mend here, it is asked about and does not block.
    """
    fields = form.edition.fields.items()
    texts = [(key, form.document.text(key)) for key, field in fields if field.kind != "indicators"]
    for row in form.document.indicators:
        columns = (key for key in row.__dataclass_fields__ if key != "row_id")
        texts += [(f"indicators.{row.row_id}.{key}", getattr(row, key)) for key in columns]
    for path, text in texts:
        if isinstance(text, str) and (words := unprintable_words(text)):
            level = Level.DOUBT if path.rpartition(".")[2] in _COPIED else Level.ERROR
            yield Finding("unprintable_character", level, path, words, WHY_PRINTED)


def negative_amounts(form: Filled) -> Iterator[Finding]:
    for key, field in form.edition.fields.items():
        value = form.document.amount(key.removeprefix("budget.")) if field.kind == "amount" else None
        if value is not None and value < 0:
            message = f"“{field.term}”是 {show(value)} 元，金额不能为负。"
            yield Finding("amount_negative", Level.ERROR, key, message, "预算数、执行数不小于 0。")


def low_execution(form: Form) -> Iterator[Finding]:
    if form.rate is not None and form.rate < LOW_EXECUTION:
        message = f"预算执行率是 {show(form.rate)}%，低于 {LOW_EXECUTION}%。写明没有执行完的原因。"
        yield Finding("low_execution", Level.DOUBT, "budget.executed", message, WHY_RATE)


def budget_changed(form: Form) -> Iterator[Finding]:
    initial, adjusted = form.document.amount("initial"), form.document.amount("current_year")
    if initial is not None and adjusted is not None and initial != adjusted:
        message = f"年初预算 {show(initial)} 元，调整后是 {show(adjusted)} 元。写明为什么调整。"
        yield Finding("budget_changed", Level.DOUBT, "budget.current_year", message, WHY_CHANGED)


def measures_say_something(form: Form) -> Iterator[Finding]:
    for key in ("improvement_measures", "main_problems"):
        text = (form.document.text(key)).strip()
        if (
            key in form.edition.fields
            and text
            and is_stock(text)
            and _PUNCTUATION.sub("", text) not in _NOTHING
        ):
            message = (
                f"“{text[:40]}”放在哪个项目上都成立，看不出本项目要改什么。写具体的事、谁来做、什么时候做完。"
            )
            yield Finding("text_is_stock", Level.DOUBT, key, message, WHY_LOST)


# Rows -------------------------------------------------------------------------------------------------------------------


def rows_in_frame(form: Filled) -> Iterator[Finding]:
    for row in form.document.indicators:
        if (row.level1, row.level2) not in form.edition.groups:
            where = f"{row.level1}/{row.level2}" if row.level2 else row.level1
            message = f"“{row.name}”原在“{where}”，这张表没有这一组，请选它归到哪一组。"
            path = f"indicators.{row.row_id}.level1"
            yield Finding("group_open", Level.ERROR, path, message, "指标按本表的分组填列、计分。")


def rows_settled(form: Form) -> Iterator[Finding]:
    """Every row has points. What the unit cannot mend, a target that was approved so, it explains."""
    for scored, row in zip(form.sheet.rows, form.document.indicators, strict=True):
        if scored.settled.basis is not Basis.OPEN:
            continue
        column = open_column(scored, row, form)
        level = Level.DOUBT if column == "target" else Level.ERROR
        message = f"“{row.name}”：{scored.settled.open_reason}"
        yield Finding(f"{column}_open", level, f"indicators.{row.row_id}.{column}", message, WHY_OPEN)


def open_column(scored: RowScore, row: EvaluationRow, form: Form) -> str:
    """Where an open row is mended: weight, self_score, band, operator, actual, or nowhere but in the target."""
    inputs = scored.settled.inputs
    if inputs.weight is None:
        return "weight"
    if row.band or (form.rules.unit_judges and row.self_score):
        return "self_score"
    if inputs.case != OPEN or inputs.judgeable:
        return "band"
    target = read_target(row.target, name=row.name, level2=row.level2 or "")
    if target.kind is not Kind.QUANTITATIVE:
        return "target" if target.kind is Kind.NONE else "actual"
    if not target.operator_explicit and not row.operator:
        return "operator"
    perfect = replace(row, actual=f"{target.numbers[0]}{target.unit}" if target.numbers else "")
    return "target" if measure(perfect, form.document.fiscal_year).case == OPEN else "actual"


def lost_points_explained(form: Form) -> Iterator[Finding]:
    """得分 < 分值 → 偏差原因分析及改进措施, in words that say something of this row.

    A form without that column asks for problems and measures once, for the whole form: what stands there explains its
    rows. Where nothing stands there either, each row is asked for its remark.
    """
    column = reason_column(form.edition)
    if column != "deviation_reason" and _told_for_the_form(form):
        return
    for scored, row in zip(form.sheet.rows, form.document.indicators, strict=True):
        settled = scored.settled
        weight, reason = settled.inputs.weight, getattr(row, column)
        if settled.points is None or weight is None or settled.points >= weight:
            continue
        path = f"indicators.{row.row_id}.{column}"
        lost = f"“{row.name}”得 {show(settled.points)} 分，少 {show(weight - settled.points)} 分"
        if not reason.strip():
            message = f"{lost}，没有写偏差原因和改进措施。"
            yield Finding("reason_missing", Level.ERROR, path, message, WHY_LOST)
        elif is_stock(reason):
            message = f"{lost}，原因只写了“{reason.strip()[:30]}”，看不出为什么少、怎样改。写具体的原因和措施。"
            yield Finding("reason_is_stock", Level.ERROR, path, message, WHY_LOST)


def _told_for_the_form(form: Form) -> bool:
    """主要问题 or 改进措施 stand on the form and say something of this project."""
    texts = (form.document.text(key).strip() for key in ("main_problems", "improvement_measures"))
    return any(text and not is_stock(text) for text in texts)


def reason_column(edition: Edition) -> str:
    """Where this form has the reason for lost points: its own column, else 备注."""
    columns = dict(edition.columns)
    return "remark" if "remark" in columns and "deviation_reason" not in columns else "deviation_reason"


def flags_answered(form: Form) -> Iterator[Finding]:
    """Far over the target (X-18), or a sign that seems to point the wrong way: asked, never deducted."""
    column = reason_column(form.edition)
    head = dict(form.edition.columns).get(column, "偏差原因分析及改进措施")
    for scored, row in zip(form.sheet.rows, form.document.indicators, strict=True):
        for flag in scored.settled.flags:
            if (code := _FLAGS.get(flag.code)) and not _explained(flag, getattr(row, column)):
                path = f"indicators.{row.row_id}"
                far = flag.code == "far_over"
                answer = f"在“{head}”里写明为什么高出这么多，或者在体检里写明理由。" if far else ""
                message, why = f"“{row.name}”：{flag.text}{answer}", WHY_FAR_OVER if far else WHY_SIGN
                yield Finding(code, Level.DOUBT, f"{path}.actual", message, why, also=(f"{path}.{column}",))


def is_stock(text: str) -> bool:
    """Whether every clause of ``text`` would do for any project: “管理有待加强，今后进一步加强管理。”."""
    clauses = [clause for clause in _PUNCTUATION.split(text) if clause]
    return sum(map(len, clauses)) < SHORTEST_REASON or all(map(_STOCK_CLAUSE.fullmatch, clauses))


def _explained(flag: Flag, reason: str) -> bool:
    return flag.code == "far_over" and bool(reason.strip()) and not is_stock(reason)


def _iso(form: Filled, key: str) -> str | None:
    value: DateValue | None = getattr(form.document, key, None)
    return value.iso if value is not None else None


RULES: tuple[Callable[[Form], Iterator[Finding]], ...] = (
    required_filled,
    fields_readable,
    printable,
    negative_amounts,
    low_execution,
    budget_changed,
    measures_say_something,
    rows_in_frame,
    rows_settled,
    lost_points_explained,
    flags_answered,
)
_FLAGS = {"far_over": "target_too_low", "direction": "direction_doubt"}
# Said by ``contradictions`` where it matters.
_NOTHING = frozenset(("", "无", "没有", "暂无", "不存在", "/", "-", "—"))
