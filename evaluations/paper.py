"""What a score adds to official paper: the points that stand in no document, and 评分明细 behind the form (I2).

Pure. The form itself is laid out by ``perfgoals.documents``; here a score sheet is turned into the words it needs.
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from evaluations.contradictions import contradictions
from evaluations.scorecard import CardRow, ScoreCard, score_card
from evaluations.scoring import ScoreSheet, score
from evaluations.scoring.arithmetic import read_points, show
from evaluations.scoring.bands import band_of
from evaluations.scoring.inputs import OPEN, Inputs
from evaluations.scoring.measuring import spoken
from evaluations.scoring.rows import Basis
from evaluations.scoring.sentences import SIGNS
from perfgoals.documents.details import Detail, Details
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.placing import printable
from perfgoals.documents.points import Points
from perfgoals.editions import Edition

TITLE = "评分明细"
UNDECIDED = "未定"
UNCONFIRMED = "（待核实）"
EXECUTION = "预算执行率"
FOOT = (
    "本页各数由表上的数据按所列口径算出，四舍五入到两位小数，每行只舍入一次。"
    "这份 PDF 附带的 evaluation.json 是全部输入，任何人可以据此重算（score_form 命令直接读这份 PDF）。"
)


def score_text(document: EvaluationDocument, edition: Edition, sheet: ScoreSheet) -> str:
    """The score as JSON, for whoever wants to do the sums again: the whole sheet, with rules, inputs and figures, and what
    contradicts itself on the form. ``manage.py score_form`` prints the same.
    """
    said = [finding.to_dict() for finding in contradictions(document, edition)]
    result = sheet.to_dict() | {"fingerprint": document.fingerprint, "findings": said}
    return json.dumps(result, ensure_ascii=False, indent=2)


def for_print(
    document: EvaluationDocument,
    edition: Edition,
    *,
    sheet: ScoreSheet | None = None,
    with_details: bool = False,
    reviews: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Points, tuple[Details, ...]]:
    """What is handed to the printer beside the document. ``sheet``: the stored score, else it is computed.

    ``reviews``: by row, why the reviewer's points that stand in the document are not the unit's.
    """
    sheet = sheet or score(document, edition)
    behind = (details_of(document, edition, sheet, reviews),) if with_details else ()
    return points_for(document, sheet), behind


def points_for(document: EvaluationDocument, sheet: ScoreSheet) -> Points:
    """What paper prints as 得分 beside the document's own words.

    A form that prints its own total was filled elsewhere: what it says stands, misprints included, and only gaps are
    filled. On ours a computed row shows what was computed; what the unit may judge shows what the unit wrote.
    """
    is_published = bool(document.totals.get("self_score"))
    rows = {}
    for row, scored in zip(document.indicators, sheet.rows, strict=True):
        settled = scored.settled
        if settled.points is None or settled.basis is not Basis.COMPUTED:
            continue
        if row.self_score and (is_published or read_points(row.self_score) == settled.points):
            continue
        rows[row.row_id] = show(settled.points)
    execution, total = sheet.execution.points, sheet.total.total
    typed = document.budget.get("execution_score")
    return Points(
        rows,
        show(execution) if execution is not None and not typed else "",
        show(total) if total is not None and not is_published else "",
    )


def details_of(
    document: EvaluationDocument,
    edition: Edition,
    sheet: ScoreSheet | None = None,
    reviews: Mapping[str, str] = MappingProxyType({}),
) -> Details:
    """评分明细 of a form: each row's formula, inputs, clause, points and sentence, then the way to the total."""
    sheet = sheet or score(document, edition)
    card = score_card(document, sheet)
    clauses: list[str] = []
    rows = tuple(_detail(row, clauses, sheet, reviews.get(row.row.row_id, "")) for row in card.rows)
    execution = tuple(_execution(sheet, clauses))
    short = document.fingerprint[:12]
    return Details(
        title=TITLE,
        mark=" ".join(short[i : i + 4] for i in (0, 4, 8)),
        about=tuple((label, printable(words)) for label, words in _about(document, edition)),
        rows=rows + execution,
        groups=tuple(
            [(printable(one.name), f"{show(one.weight)} 分", f"{show(one.points)} 分") for one in card.branches]
            + [
                (row.group, f"{row.weight} 分", row.points if row.points == UNDECIDED else f"{row.points} 分")
                for row in execution
            ]
        ),
        result=tuple(_result(card, clauses)),
        clauses=tuple(clauses),
        foot=FOOT,
    )


def _about(document: EvaluationDocument, edition: Edition) -> Iterator[tuple[str, str]]:
    yield "项目名称", document.project_name or "未命名项目"
    yield edition.unit_label or "单位", document.budget_unit
    yield "年度", f"{document.fiscal_year}年"
    rules = edition.scoring
    mark = UNCONFIRMED if rules and rules.unconfirmed else ""
    yield "评分口径", f"{edition.title}：{edition.prescribed_by}{mark}"


def _detail(card: CardRow, clauses: list[str], sheet: ScoreSheet, review: str) -> Detail:
    settled = card.scored.settled
    remarks = [f"{settled.to_full}。"] if settled.to_full else []
    remarks += [flag.text for flag in settled.flags]
    if card.reviewed is not None:
        remarks.append(f"审核得 {show(card.reviewed)} 分{f'：{review}' if review else '。'}")
    actual = card.row.actual or _band_label(settled.inputs, sheet)
    return Detail(
        group=printable(card.row.level1),
        name=printable(card.row.name) + ("（核心指标）" if card.row.is_key else ""),
        path=f"{card.path}.name",
        target=printable(card.row.target),
        actual=printable(actual),
        formula=f"{card.formula_name}（{card.whose}）" if card.formula_name else card.whose,
        inputs=printable(_inputs(settled.inputs)),
        sentence=printable(card.says),
        remarks=tuple(map(printable, remarks)),
        weight=show(card.weight) if card.weight is not None else UNDECIDED,
        points="—" if settled.basis is Basis.NOT_APPLICABLE else _points(card),
        clause=_number(settled.clause, clauses, unconfirmed=settled.unconfirmed),
    )


def _points(card: CardRow) -> str:
    return UNDECIDED if card.points is None else show(card.points)


def _band_label(inputs: Inputs, sheet: ScoreSheet) -> str:
    band = band_of(sheet.rules, inputs.band) if inputs.band else None
    return band.label if band else ""


def _inputs(inputs: Inputs) -> str:
    """What was read and computed with, in words: “读作：目标 ≥ 24次，实际 5次。” What a person gave is in the sentence."""
    found = []
    if inputs.case == "deadline":
        found += [f"最迟 {inputs.due}"] if inputs.due else []
        found += [f"完成于 {inputs.done}"] if inputs.done else []
    elif inputs.case not in (OPEN, "words"):
        found += [_target(inputs)] if inputs.target is not None else []
        found += [f"实际 {spoken(inputs, inputs.actual)}"] if inputs.actual is not None else []
    return f"读作：{'，'.join(found)}。" if found else ""


def _target(inputs: Inputs) -> str:
    target = inputs.target
    assert target is not None
    if inputs.case == "range" and inputs.upper is not None:
        return f"目标 {show(target)}—{spoken(inputs, inputs.upper)}"
    sign = SIGNS[inputs.case, inputs.strict][0] if (inputs.case, inputs.strict) in SIGNS else "＝"
    return f"目标 {sign} {spoken(inputs, target)}"


def _execution(sheet: ScoreSheet, clauses: list[str]) -> Iterator[Detail]:
    """The row of the budget's execution, where it has points."""
    scored = sheet.execution
    if scored.weight is None:
        return
    given = scored.inputs
    read = [
        f"{label} {show(amount)} 元"
        for label, amount in (
            ("年初预算", given.initial),
            ("全年预算（调整后）", given.adjusted),
            ("全年执行", given.executed),
        )
        if amount is not None
    ]
    yield Detail(
        group=EXECUTION,
        name=EXECUTION,
        path="budget.execution_score",
        target="",
        actual=f"{show(scored.rate)}%" if scored.rate is not None else "",
        formula="按公式计算",
        inputs=f"读作：{'，'.join(read)}。" if read else "",
        sentence=scored.sentence or scored.open_reason,
        remarks=(),
        weight=show(scored.weight),
        points=UNDECIDED if scored.points is None else show(scored.points),
        clause=_number(scored.clause, clauses, unconfirmed=scored.unconfirmed),
    )


def _result(card: ScoreCard, clauses: list[str]) -> Iterator[tuple[str, str]]:
    """From the sum of the rows to the total, its cap and its grade; or what is missing."""
    total, rules = card.sheet.total, card.sheet.rules
    if card.sheet.execution.weight is None and card.sheet.execution.rate is not None:
        yield EXECUTION, f"{show(card.sheet.execution.rate)}%，这套口径不计分"
    yield "各项合计", f"{show(total.counted)} 分"
    if total.rescaled:
        number = _number(rules.not_applicable_clause, clauses)
        yield "折算", f"{total.rescaled}" + (f"〔{number}〕" if number else "")
    if total.total is None:
        yield "总分", "未定，还差：\n" + "\n".join(printable(one) for one in total.missing)
        return
    if total.cap is not None and total.raw_total is not None:
        number = _number(total.cap_clause, clauses, unconfirmed=total.cap_unconfirmed)
        yield "封顶", f"封顶前 {show(total.raw_total)} 分，执行率低，最多 {show(total.cap)} 分〔{number}〕"
    yield "总分", f"{show(total.total)} 分（满分 {show(rules.full)} 分）"
    if total.grade:
        number = _number(rules.grades_clause, clauses)
        yield "等级", f"{total.grade}" + (f"〔{number}〕" if number else "")
        yield ("离下一等级" if total.next_grade else "等级线以上"), card.standing
    else:
        yield "等级", "这套口径不评等级"
    if card.is_reviewed:
        differs = "、".join(f"第 {row.number} 行" for row in card.differing)
        same = "各行都和自评相同" if not differs else f"与自评不同的是{differs}，理由写在各行"
        yield "审核", f"{card.judged.in_words}；{same}"


def _number(clause: str, clauses: list[str], *, unconfirmed: bool = False) -> int:
    """The number of a clause in the list below the table, where equal ones stand once; 0 for none."""
    if not clause:
        return 0
    text = clause + (UNCONFIRMED if unconfirmed else "")
    if text not in clauses:
        clauses.append(text)
    return clauses.index(text) + 1
