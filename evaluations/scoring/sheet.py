"""The score sheet: every row settled, the tree of points, cap, grade, and what is missing to the next grade.

A sheet carries its inputs and its rule set, so ``to_dict`` is all that has to be stored: ``replay`` makes the same sheet
from it. While one row needs a person, ``total`` is None and ``missing`` says why; there is no half-true total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from evaluations.scoring.arithmetic import ZERO, share, show
from evaluations.scoring.bands import grade_of, next_grade
from evaluations.scoring.execution import ExecutionScore, cap_of, score_execution
from evaluations.scoring.inputs import ExecutionInputs, Inputs
from evaluations.scoring.rows import Basis, Settled, settle
from perfgoals.editions.rules import Cap, Grade, RuleSet, load_rules

SCHEMA = "perfgoals-score/1"


@dataclass(frozen=True, slots=True)
class RowScore:
    """One row of the form with its settled points."""

    row_id: str
    level1: str
    level2: str | None
    name: str
    target_text: str
    actual_text: str
    settled: Settled


@dataclass(frozen=True, slots=True)
class Total:
    """The form's points. ``counted`` is what is certain so far; ``total`` None while anything is ``missing``."""

    counted: Decimal
    raw_total: Decimal | None
    total: Decimal | None
    missing: tuple[str, ...]
    cap: Decimal | None = None
    cap_clause: str = ""
    cap_unconfirmed: bool = False
    rescaled: str = ""  # how rows that do not apply were taken out
    grade: str = ""
    next_grade: str = ""
    to_next: Decimal | None = None
    next_barred: str = ""  # why no more points lead to the next grade: a cap lies under its floor
    sentence: str = ""

    @property
    def in_words(self) -> str:
        """“92.5 分（优秀）”, “未定”."""
        if self.total is None:
            return "未定"
        return f"{show(self.total)} 分" + (f"（{self.grade}）" if self.grade else "")


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """All that is said about the score of one form."""

    form: str
    rules: RuleSet
    rows: tuple[RowScore, ...]
    execution: ExecutionScore
    total: Total

    @property
    def groups(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Level-1 name → (points so far, weights), in form order."""
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for row in self.rows:
            points, weight = sums.get(row.level1, (ZERO, ZERO))
            settled = row.settled
            sums[row.level1] = points + (settled.points or ZERO), weight + (settled.inputs.weight or ZERO)
        return sums

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; decimals as strings. ``replay(sheet.to_dict()) == sheet``."""
        bases = [row.settled.basis for row in self.rows]
        return {
            "schema": SCHEMA,
            "form": self.form,
            "rules": self.rules.to_dict(),
            "rows": [_row_dict(row) for row in self.rows],
            "groups": [
                {"level1": name, "points": _text(points), "weight": _text(weight)}
                for name, (points, weight) in self.groups.items()
            ],
            "execution": _dict(self.execution, inputs=self.execution.inputs.to_dict()),
            "bases": {basis.value: bases.count(basis) for basis in Basis if basis in bases},
            "complete": self.total.total is not None,
            **_dict(self.total, missing=list(self.total.missing)),
        }


def make_sheet(
    form: str,
    rules: RuleSet,
    rows: Iterable[tuple[tuple[str, str, str | None, str, str, str], Inputs]],
    execution: ExecutionInputs,
) -> ScoreSheet:
    """Settle every row, then the whole. ``rows`` pairs what names a row with its inputs."""
    settled = tuple(RowScore(*named, settle(inputs, rules)) for named, inputs in rows)
    scored = score_execution(execution, rules)
    return ScoreSheet(form, rules, settled, scored, _total(settled, scored, rules))


def replay(stored: Mapping[str, Any]) -> ScoreSheet:
    """The sheet made again from the inputs and rules of a stored one, with today's formulas."""
    rules = load_rules(stored["rules"])
    rows = (
        (
            (
                row["row_id"],
                row["level1"],
                row["level2"],
                row["name"],
                row["target_text"],
                row["actual_text"],
            ),
            Inputs.from_dict(row["inputs"]),
        )
        for row in stored["rows"]
    )
    return make_sheet(stored["form"], rules, rows, ExecutionInputs.from_dict(stored["execution"]["inputs"]))


def with_points(sheet: ScoreSheet, points: Mapping[str, Decimal]) -> ScoreSheet:
    """The sheet with somebody else's points in place of those of some rows, by row id; caps and grades follow.

    Rows that do not apply stay out, whatever is given for them.
    """
    rows = tuple(
        row
        if row.row_id not in points or _left_out(row)
        else replace(row, settled=replace(row.settled, points=points[row.row_id], basis=Basis.GIVEN))
        for row in sheet.rows
    )
    return replace(sheet, rows=rows, total=_total(rows, sheet.execution, sheet.rules))


def _total(rows: tuple[RowScore, ...], execution: ExecutionScore, rules: RuleSet) -> Total:
    counted = sum((row.settled.points or ZERO for row in rows), execution.points or ZERO)
    missing = tuple(_missing(rows, execution, rules))
    if missing:
        return Total(counted, None, None, missing, sentence=f"总分未定：{missing[0]}")
    left_out = sum((row.settled.inputs.weight or ZERO for row in rows if _left_out(row)), ZERO)
    raw, rescaled = counted, ""
    if left_out:
        raw = share(rules.full, counted, rules.full - left_out)
        rescaled = (
            f"{show(counted)} ÷（{show(rules.full)} − {show(left_out)}）× {show(rules.full)} ＝ {show(raw)}"
        )
    cap = cap_of(execution.inputs, rules)
    total = min(raw, cap.total) if cap else raw
    capped = cap is not None and total < raw
    grade, better = grade_of(total, rules), next_grade(total, rules)
    barred = _barred(cap, better)
    return Total(
        counted,
        raw,
        total,
        (),
        cap=cap.total if cap and capped else None,
        cap_clause=cap.clause if cap and capped else "",
        cap_unconfirmed=cap.unconfirmed if cap and capped else False,
        rescaled=rescaled,
        grade=grade.label if grade else "",
        next_grade=better.label if better else "",
        to_next=better.floor - total if better and not barred else None,
        next_barred=barred,
        sentence=_says(raw, total, grade.label if grade else "", better, barred),
    )


def _missing(rows: tuple[RowScore, ...], execution: ExecutionScore, rules: RuleSet) -> Iterable[str]:
    """Everything that keeps the total from being final, row by row."""
    if not rows:
        yield "表上没有指标。"
    for number, row in enumerate(rows, 1):
        if row.settled.basis is Basis.OPEN:
            yield f"第 {number} 行“{row.name}”：{row.settled.open_reason}"
    if any(_left_out(row) for row in rows):
        if rules.not_applicable != "rescale":
            yield f"有不适用的指标：{rules.not_applicable_clause}由人判定。"
        elif all(_left_out(row) for row in rows):
            yield "所有指标都不适用。"
    weights = [row.settled.inputs.weight for row in rows]
    added = sum((weight for weight in weights if weight is not None), ZERO)
    if rows and None not in weights and added != rules.tree_points:
        yield f"分值合计 {show(added)}，应是 {show(rules.tree_points)}。"
    if execution.open_reason:
        yield execution.open_reason
    if rules.caps and execution.rate is None:
        yield "预算执行率算不出来，不知道总分是否封顶。"


def _left_out(row: RowScore) -> bool:
    return row.settled.basis is Basis.NOT_APPLICABLE


def _barred(cap: Cap | None, better: Grade | None) -> str:
    """A cap under the floor of the next grade keeps the form from it, whether or not the cap has cut anything yet."""
    if cap is None or better is None or better.floor <= cap.total:
        return ""
    return f"执行率不到 {show(cap.below)}%，总分最多 {show(cap.total)} 分，到不了{better.label}"


def _says(raw: Decimal, total: Decimal, grade: str, better: Grade | None, barred: str) -> str:
    capped = f"合计 {show(raw)} 分，执行率低，封顶" if total < raw else "总分"
    says = f"{capped} {show(total)} 分" + (f"，{grade}" if grade else "，这套口径不评等级")
    if barred:
        return f"{says}；{barred}。"
    return says + (f"；差 {show(better.floor - total)} 分到{better.label}。" if better else "。")


def _row_dict(row: RowScore) -> dict[str, Any]:
    settled = row.settled
    allowed = settled.allowed
    return {
        "row_id": row.row_id,
        "level1": row.level1,
        "level2": row.level2,
        "name": row.name,
        "target_text": row.target_text,
        "actual_text": row.actual_text,
        **_dict(
            settled,
            inputs=settled.inputs.to_dict(),
            basis=settled.basis.value,
            allowed=str(allowed) if allowed else "",
            flags=[{"code": flag.code, "text": flag.text} for flag in settled.flags],
        ),
    }


def _dict(value: Any, **instead: Any) -> dict[str, Any]:
    pairs = {name: getattr(value, name) for name in value.__dataclass_fields__} | instead
    return {name: _text(item) if isinstance(item, Decimal) else item for name, item in pairs.items()}


def _text(number: Decimal) -> str:
    return format(number, "f")


def same_figures(stored: Mapping[str, Any]) -> bool:
    """Whether a stored score recomputes to the same figures, words and grade."""
    return replay(stored).to_dict() == stored


def points_of(sheet: ScoreSheet) -> dict[str, Decimal | None]:
    """Row id → points, for lists and comparison."""
    return {row.row_id: row.settled.points for row in sheet.rows}
