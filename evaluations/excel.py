"""Lists of self-evaluations as Excel: what the columns are and where the rows come from (``perfgoals.excel`` writes them).

Rows are streamed and never held in memory. ``score_rows`` says of every indicator how it came to its points, with the
score that was kept when the form was sent.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from evaluations.checking import for_check
from evaluations.models import Evaluation, EvaluationRow
from evaluations.official import scored
from evaluations.scorecard import score_card
from perfgoals.editions import all_editions
from perfgoals.filling.exporting import CHUNK
from perfgoals.workflow import State

STATES = dict(State.choices)
# Forms that are scored at a time: each holds all its rows.
SCORED_CHUNK = 200

# (heading, column of the query, width)
PROJECT_COLUMNS = (
    ("年度", "fiscal_year", 7),
    ("主管部门", "organization__parent__name", 24),
    ("预算单位", "organization__name", 24),
    ("项目代码", "project__code", 16),
    ("项目名称", "project_name", 40),
    ("年初预算数（元）", "initial", 18),
    ("全年预算数（调整后，元）", "current_year", 22),
    ("全年执行数（元）", "executed", 18),
    ("预算执行率（%）", "execution_rate", 14),
    ("总分", "total", 9),
    ("核算等级", "computed_grade", 10),
    ("填报等级", "grade", 10),
    ("状态", "state", 14),
    ("错误", "open_errors", 7),
    ("疑问", "open_doubts", 7),
    ("表式", "edition_id", 30),
)
ROW_COLUMNS = (
    ("年度", "evaluation__fiscal_year", 7),
    ("预算单位", "evaluation__organization__name", 24),
    ("项目代码", "evaluation__project__code", 16),
    ("项目名称", "evaluation__project_name", 40),
    ("一级指标", "level1", 14),
    ("二级指标", "level2", 14),
    ("指标名称", "name", 34),
    ("目标值", "target", 26),
    ("实际完成值", "actual", 26),
    ("分值", "weight", 8),
    ("自评分", "self_score", 8),
    ("审核分", "reviewer_score", 8),
    ("偏差原因分析及改进措施", "deviation_reason", 40),
    ("状态", "evaluation__state", 14),
    ("行号", "row_id", 12),
)
SCORE_COLUMNS = (
    ("年度", "", 7),
    ("预算单位", "", 24),
    ("项目代码", "", 16),
    ("项目名称", "", 40),
    ("一级指标", "", 14),
    ("指标名称", "", 34),
    ("目标值", "", 26),
    ("实际完成值", "", 26),
    ("分值", "", 8),
    ("得分", "", 8),
    ("扣分", "", 8),
    ("审核分", "", 8),
    ("算法", "", 26),
    ("怎么算的", "", 50),
    ("差多少得满分", "", 20),
    ("依据", "", 50),
    ("状态", "", 14),
    ("行号", "", 12),
)


def project_rows(evaluations: QuerySet[Evaluation]) -> Iterator[tuple[Any, ...]]:
    """One tuple per evaluation, in the order of ``PROJECT_COLUMNS``."""
    titles = {edition.id: edition.title for edition in all_editions().values()}
    names = [column for _, column, _ in PROJECT_COLUMNS]
    state, own, department = (
        names.index(name) for name in ("state", "organization__name", "organization__parent__name")
    )
    for row in evaluations.values_list(*names).iterator(CHUNK):
        cells = list(row)
        cells[state] = STATES[cells[state]]
        cells[department] = cells[department] or cells[own]
        cells[-1] = titles.get(cells[-1], cells[-1])
        yield tuple(cells)


def indicator_rows(evaluations: QuerySet[Evaluation]) -> Iterator[tuple[Any, ...]]:
    """One tuple per indicator that stands on the form, in the order of ``ROW_COLUMNS``."""
    names = [column for _, column, _ in ROW_COLUMNS]
    state = names.index("evaluation__state")
    found = standing(evaluations).order_by("evaluation_id", "position")
    for row in found.values_list(*names).iterator(CHUNK):
        cells = list(row)
        cells[state] = STATES[cells[state]]
        yield tuple(cells)


def standing(evaluations: QuerySet[Evaluation]) -> QuerySet[EvaluationRow]:
    """The rows that are printed and scored."""
    return EvaluationRow.objects.filter(evaluation__in=evaluations.order_by().values("pk"), is_vanished=False)


def score_rows(evaluations: QuerySet[Evaluation]) -> Iterator[tuple[Any, ...]]:
    """One tuple per indicator, in the order of ``SCORE_COLUMNS``: points with formula, sentence and clause."""
    for evaluation in for_check(evaluations).iterator(SCORED_CHUNK):  # type: ignore[arg-type]
        found = scored(evaluation)
        given = {row.row_id: row.reviewer_score for row in evaluation.indicators.all()}
        for line in score_card(found.document, found.sheet).rows:
            settled = line.scored.settled
            yield (
                evaluation.fiscal_year,
                evaluation.organization.name,
                evaluation.project.code,
                found.document.project_name or "",
                line.row.level1,
                line.row.name,
                line.row.target,
                line.row.actual,
                line.weight,
                line.points,
                line.lost,
                given.get(line.row.row_id),
                line.formula_name,
                line.says,
                settled.to_full,
                settled.clause,
                STATES[evaluation.state],
                line.row.row_id,
            )
