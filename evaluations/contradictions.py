"""Contradictions inside one self-evaluation (F89, I9): numbers against numbers, narrative against numbers.

Pure: a document and its edition in, findings out, same input same result. Arithmetic that does not hold is an 错误; what
may have a good reason is a 疑问. ``DEFECTS`` names the rows of ``domain.md`` 8.3 that a rule stands for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

from evaluations.narrative import not_done, says_nothing
from evaluations.scoring import Basis, ScoreSheet, execution_of, score
from evaluations.scoring.arithmetic import HUNDRED, ZERO, read_points, share, show
from evaluations.scoring.bands import grade_of
from evaluations.scoring.execution import cap_of, rate
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.editions import Edition
from perfgoals.editions.rules import RuleSet
from perfgoals.findings import Finding, Level
from perfgoals.targets import normalise, read_target

# Codes → rows of domain.md 8.3.
DEFECTS: Mapping[str, int] = MappingProxyType(
    {
        "wrong_operator": 3,
        "head_is_not_a_target": 23,
        "narrative_against_points": 24,
        "execution_far_from_output": 24,
        "perfect_without_problems": 25,
    }
)
LOW_EXECUTION = Decimal(80)
FAR_APART = Decimal(30)  # percentage points between execution and the share of output points


class Filled(Protocol):
    """A form of any kind: all that the rules about its fields and groups need."""

    @property
    def document(self) -> Any: ...

    @property
    def edition(self) -> Edition: ...


@dataclass(frozen=True)
class Form:
    """A document with what every rule needs of it."""

    document: EvaluationDocument
    edition: Edition
    rules: RuleSet

    @cached_property
    def sheet(self) -> ScoreSheet:
        return score(self.document, self.edition)

    @cached_property
    def weights(self) -> tuple[Decimal | None, ...]:
        return tuple(read_points(row.weight) for row in self.document.indicators)

    @cached_property
    def given(self) -> tuple[Decimal | None, ...]:
        return tuple(read_points(row.self_score) for row in self.document.indicators)

    @cached_property
    def given_total(self) -> Decimal | None:
        """The sum of the unit's own points, execution included; None while one is missing."""
        added = _added(
            row for row, whole in zip(self.given, self.document.indicators, strict=True) if _counts(whole)
        )
        execution = read_points(self.document.budget.get("execution_score"))
        if added is None or (self.rules.execution and execution is None):
            return None
        return added + (execution or ZERO)

    @cached_property
    def rate(self) -> Decimal | None:
        return rate(self.document.amount("executed"), self.document.amount("current_year"))

    @property
    def stated_total(self) -> Decimal | None:
        """The printed total, or where none is printed the sum."""
        stated = read_points(self.document.totals.get("self_score"))
        return self.given_total if stated is None else stated


def contradictions(document: EvaluationDocument, edition: Edition) -> list[Finding]:
    """What does not fit together, in the order of ``RULES``. Raises ``ValueError`` for an edition without rule set."""
    if edition.scoring is None:
        raise ValueError(f"{edition.id} has no rule set")
    form = Form(document, edition, edition.scoring)
    return [finding for rule in RULES for finding in rule(form)]


# Numbers against numbers ------------------------------------------------------------------------------------------------


def points_in_bounds(form: Form) -> Iterator[Finding]:
    """自评分 between zero and the weight (“得分必须小于等于权重”)."""
    for row, weight, given in zip(form.document.indicators, form.weights, form.given, strict=True):
        if row.self_score and given is None:
            yield _error("points_unreadable", row, "self_score", f"自评分“{row.self_score}”不是一个数。")
        if given is not None and (given < 0 or (weight is not None and given > weight)):
            message = (
                f"“{row.name}”自评 {show(given)} 分，分值是 {row.weight}：得分不能小于 0，也不能超过分值。"
            )
            yield _error("points_out_of_bounds", row, "self_score", message)


def weights_add_up(form: Form) -> Iterator[Finding]:
    """Level by level: rows against their printed group, all rows against the whole (3.9)."""
    if None in form.weights:
        return
    for group in form.document.groups:
        printed, added = read_points(group.points), _weight_of(form, group.level1, group.level2)
        if printed is not None and added != printed:
            where = f"{group.level1}/{group.level2}" if group.level2 else group.level1
            message = f"“{where}”各行的分值加起来是 {show(added)}，应是 {show(printed)}。"
            yield Finding("weights_of_group", Level.ERROR, "groups", message, ADDS_UP)
    added = _weight_of(form, None, None)
    if form.document.indicators and added != form.rules.tree_points:
        message = f"各行的分值合计 {show(added)}，应是 {show(form.rules.tree_points)}。"
        yield Finding("weights_of_form", Level.ERROR, "indicators", message, ADDS_UP)


def points_moved(form: Form) -> Iterator[Finding]:
    """Rows against the points of the edition's groups. These may be moved, with a reason."""
    if None in form.weights or form.document.groups:
        return
    for level1, level2, points in _frame_points(form.edition):
        added = _weight_of(form, level1, level2)
        if added and added != points:
            where = f"{level1}/{level2}" if level2 else level1
            message = (
                f"“{where}”各行的分值加起来是 {show(added)}，口径是 {show(points)}。调整过的，请写明理由。"
            )
            yield _doubt("points_moved", "indicators", message, ADDS_UP)


def printed_weight_total(form: Form) -> Iterator[Finding]:
    stated = read_points(form.document.totals.get("weight"))
    if stated is None or None in form.weights:
        return
    added = _weight_of(form, None, None)
    # A national form prints 100 below 90 points of indicators and 10 of execution; ours may print either.
    if stated not in (added, added + form.rules.full - form.rules.tree_points):
        message = f"合计栏的分值是 {show(stated)}，各行加起来是 {show(added)}。"
        yield Finding("printed_weight_total", Level.ERROR, "totals.weight", message, ADDS_UP)


def printed_total(form: Form) -> Iterator[Finding]:
    """The published total is the sum of the published points, rescaled and capped where the rule set says so."""
    stated = read_points(form.document.totals.get("self_score"))
    added, right = form.given_total, _right_total(form)
    if stated is None or added is None or stated == right:
        return
    why = "" if right == added else f"，按口径总分是 {show(right)} 分"
    message = f"合计栏是 {show(stated)} 分，各行加起来是 {show(added)} 分{why}。"
    yield Finding("printed_total", Level.ERROR, "totals.self_score", message, ADDS_UP)


def printed_grade(form: Form) -> Iterator[Finding]:
    stated, total = (form.document.grade or "").strip(), form.stated_total
    grade = grade_of(total, form.rules) if total is not None else None
    if stated and grade and stated != grade.label:
        message = f"{show(total or ZERO)} 分是“{grade.label}”，表上写的是“{stated}”。"
        yield Finding("printed_grade", Level.ERROR, "grade", message, form.rules.grades_clause)


def printed_rate(form: Form) -> Iterator[Finding]:
    """预算执行率 is 执行数 ÷ the adjusted budget, half up to two decimals."""
    printed = (form.document.budget.get("execution_rate") or "").strip()
    stated = read_points(printed.removesuffix("%").strip())
    if stated is None or form.rate is None or stated == form.rate:
        return
    message = f"表上写执行率 {printed}，按执行数 ÷ 预算数算是 {show(form.rate)}%。"
    yield Finding("printed_rate", Level.ERROR, "budget.execution_rate", message, RATE)


def printed_execution_score(form: Form) -> Iterator[Finding]:
    stated = read_points(form.document.budget.get("execution_score"))
    scored = form.sheet.execution
    if stated is None or scored.points is None or stated == scored.points:
        return
    message = f"预算执行率得分写 {show(stated)}，应是 {scored.sentence}。"
    yield Finding("printed_execution_score", Level.ERROR, "budget.execution_score", message, scored.clause)


def amounts_add_up(form: Filled) -> Iterator[Finding]:
    """Each total of the money is the sum of its sources, where any source is filled in."""
    for rule in form.edition.sums:
        parts = [form.document.amount(part.removeprefix("budget.")) for part in rule.parts]
        total = form.document.amount(rule.total.removeprefix("budget."))
        filled = [part for part in parts if part is not None]
        if total is not None and filled and sum(filled, ZERO) != total:
            term = form.edition.fields[rule.total].term
            message = f"{term}是 {show(total)} 元，各来源加起来是 {show(sum(filled, ZERO))} 元。"
            yield Finding("amounts_add_up", Level.ERROR, rule.total, message, rule.clause)


def overspent(form: Form) -> Iterator[Finding]:
    if form.rate is not None and form.rate > HUNDRED:
        message = f"预算执行率是 {show(form.rate)}%：执行数比全年预算数多。预算调整过的，写调整后的数。"
        yield _doubt("overspent", "budget.executed", message, RATE)


def given_above_computed(form: Form) -> Iterator[Finding]:
    """The unit gives itself more than the formula does from its own actual value."""
    for scored, row in zip(form.sheet.rows, form.document.indicators, strict=True):
        settled = scored.settled
        computed, given = settled.computed, settled.inputs.given
        if settled.basis is Basis.OPEN or computed is None or given is None or given <= computed:
            continue
        message = f"“{row.name}”自评 {show(given)} 分；{settled.sentence}"
        yield _doubt("given_above_computed", f"indicators.{row.row_id}.self_score", message, settled.clause)


# Narrative against numbers ----------------------------------------------------------------------------------------------


def narrative_against_points(form: Form) -> Iterator[Finding]:
    """The text says that something was not done, most output rows have full marks (8.3 no. 24)."""
    rows = _output_rows(form)
    full = [row for row, lost in rows if not lost]
    if not rows or 2 * len(full) < len(rows):
        return
    for key in ("main_problems", "main_results", "actual_completion"):
        said = next(not_done(form.document.text(key)), "")
        if said:
            total, grade = form.stated_total, form.document.grade
            numbers = f"，总分 {show(total)}" if total is not None else ""
            numbers += f"，等级“{grade}”" if grade else ""
            executed = f"，预算执行 {show(form.rate)}%" if form.rate is not None and form.rate < HUNDRED else ""
            message = f"写着“{said}”{executed}，但 {len(rows)} 个产出指标有 {len(full)} 个满分{numbers}。"
            yield _doubt("narrative_against_points", key, message, TRUTHFUL)
            return


def execution_far_from_output(form: Form) -> Iterator[Finding]:
    """Money spent and output claimed lie far apart: cheaper than planned, or not done?"""
    rows = _output_rows(form)
    weight = sum((read_points(row.weight) or ZERO for row, _ in rows), ZERO)
    if form.rate is None or not weight:
        return
    got = weight - sum((lost for _, lost in rows), ZERO)
    output = got * HUNDRED / weight
    if output - form.rate < FAR_APART:
        return
    message = f"预算只执行了 {show(form.rate)}%，产出指标得了 {show(weight)} 分中的 {show(got)} 分，相差很大。"
    yield _doubt("execution_far_from_output", "budget.executed", message, TRUTHFUL)


def perfect_with_low_execution(form: Form) -> Iterator[Finding]:
    if form.stated_total == form.rules.full and form.rate is not None and form.rate < LOW_EXECUTION:
        message = (
            f"总分 {show(form.rules.full)}，预算只执行了 {show(form.rate)}%。没花的钱对应的事是怎样做成的？"
        )
        yield _doubt("perfect_with_low_execution", "budget.executed", message, TRUTHFUL)


def perfect_without_problems(form: Form) -> Iterator[Finding]:
    """A perfect score with neither a problem nor a measure named (8.3 no. 25)."""
    document = form.document
    if form.stated_total != form.rules.full or "main_problems" not in form.edition.fields:
        return
    if says_nothing(document.main_problems) and says_nothing(document.improvement_measures):
        message = f"自评 {show(form.rules.full)} 分，主要问题、改进措施都没有内容。是真的没有，还是没有写？"
        yield _doubt("perfect_without_problems", "main_problems", message, TRUTHFUL)


def lost_points_without_problems(form: Form) -> Iterator[Finding]:
    """主要问题 无, and yet points were lost: what cost them is a problem."""
    total = form.stated_total
    if total is None or total >= form.rules.full or "main_problems" not in form.edition.fields:
        return
    if says_nothing(form.document.main_problems):
        message = f"扣了 {show(form.rules.full - total)} 分，主要问题却没有内容。扣分的原因就是问题。"
        yield _doubt("lost_points_without_problems", "main_problems", message, TRUTHFUL)


# Targets on the form ----------------------------------------------------------------------------------------------------


def wrong_operator(form: Form) -> Iterator[Finding]:
    """》= where ≥ is meant (8.3 no. 3)."""
    for row in form.document.indicators:
        if "wrong_operator_glyph" in read_target(row.target, name=row.name).doubts:
            plain = normalise(row.target)
            written = plain if plain != row.target else "≥或≤"
            message = f"“{row.name}”的目标值“{row.target}”比较符号用错了字符，应写作{written}。"
            yield _doubt(
                "wrong_operator", f"indicators.{row.row_id}.target", message, "指标值要写清运算符、数和单位。"
            )


def head_is_not_a_target(form: Form) -> Iterator[Finding]:
    """The column is headed 指标解释 and holds target values (8.3 no. 23)."""
    head = (form.document.target_column or "").strip()
    if head and "值" not in head and any(row.target for row in form.document.indicators):
        message = f"这一栏的表头是“{head}”，填的是目标值。"
        yield _doubt("head_is_not_a_target", "target_column", message, "目标值要与批复的目标表对得上。")


RULES: tuple[Callable[[Form], Iterator[Finding]], ...] = (
    points_in_bounds,
    weights_add_up,
    points_moved,
    printed_weight_total,
    printed_total,
    printed_grade,
    printed_rate,
    printed_execution_score,
    amounts_add_up,
    overspent,
    given_above_computed,
    narrative_against_points,
    execution_far_from_output,
    perfect_with_low_execution,
    perfect_without_problems,
    lost_points_without_problems,
    wrong_operator,
    head_is_not_a_target,
)

ADDS_UP = "各级分值、得分要逐级相加对得上，合计等于满分。"
RATE = "预算执行率 = 全年执行数 ÷ 全年预算数（调整后），四舍五入到两位小数。"
TRUTHFUL = "自评要如实，不能拔高；没有完成或偏离目标的，要写明原因和改进措施（单位自评的要求）。"


def _doubt(code: str, path: str, message: str, why: str) -> Finding:
    return Finding(code, Level.DOUBT, path, message, why)


def _error(code: str, row: EvaluationRow, key: str, message: str) -> Finding:
    return Finding(code, Level.ERROR, f"indicators.{row.row_id}.{key}", message, "得分必须小于等于权重。")


def _counts(row: EvaluationRow) -> bool:
    return not row.not_applicable


def _right_total(form: Form) -> Decimal:
    """What the total must be, by the unit's own points."""
    added, full = form.given_total or ZERO, form.rules.full
    rows = zip(form.weights, form.document.indicators, strict=True)
    left_out = sum((weight or ZERO for weight, row in rows if not _counts(row)), ZERO)
    if left_out and form.rules.not_applicable == "rescale":
        added = share(full, added, full - left_out)
    cap = cap_of(execution_of(form.document), form.rules)
    return min(added, cap.total) if cap else added


def _added(points: Iterator[Decimal | None]) -> Decimal | None:
    """The sum, or None when one is missing or there is none."""
    numbers = list(points)
    known = [number for number in numbers if number is not None]
    return sum(known, ZERO) if numbers and len(known) == len(numbers) else None


def _weight_of(form: Form, level1: str | None, level2: str | None) -> Decimal:
    return sum(
        (
            weight or ZERO
            for row, weight in zip(form.document.indicators, form.weights, strict=True)
            if (level1 is None or row.level1 == level1) and (level2 is None or row.level2 == level2)
        ),
        ZERO,
    )


def _frame_points(edition: Edition) -> Iterator[tuple[str, str | None, Decimal]]:
    """The groups of the frame that have points, level 1 and level 2."""
    for dimension in edition.frame:
        if dimension.points is not None:
            yield dimension.name, None, dimension.points
        for category in dimension.categories:
            if category.points is not None:
                yield dimension.name, category.name, category.points


def _output_rows(form: Form) -> list[tuple[EvaluationRow, Decimal]]:
    """The rows of output groups with readable points, each with what it lost."""
    groups = {dimension.name for dimension in form.edition.frame if dimension.nature == "output"}
    return [
        (row, weight - given)
        for row, weight, given in zip(form.document.indicators, form.weights, form.given, strict=True)
        if row.level1 in groups and weight is not None and given is not None and _counts(row)
    ]
