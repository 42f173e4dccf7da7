"""Lists as Excel: what the columns are and where the rows come from (``perfgoals.excel`` writes them).

Rows are streamed (``iterator``) and never held in memory.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from declarations.models import Declaration, Indicator, Origin
from perfgoals.editions import all_editions
from perfgoals.workflow import State

CHUNK = 2000
STATES = dict(State.choices)
ORIGINS = dict(Origin.choices)

# (heading, column of the query, width)
PROJECT_COLUMNS = (
    ("年度", "fiscal_year", 7),
    ("主管部门", "organization__parent__name", 24),
    ("申报单位", "organization__name", 24),
    ("项目代码", "project__code", 16),
    ("项目名称", "project_name", 40),
    ("项目类别", "project_category", 18),
    ("资金用途", "fund_use", 16),
    ("绩效类型", "performance_type", 18),
    ("开始日期", "start_date", 12),
    ("完成日期", "end_date", 12),
    ("项目总预算（元）", "total", 18),
    ("项目当年预算（元）", "current_year", 18),
    ("上年预算额（元）", "previous_year_budget", 18),
    ("上年预算执行数（元）", "previous_year_executed", 18),
    ("状态", "state", 14),
    ("错误", "open_errors", 7),
    ("疑问", "open_doubts", 7),
    ("表式", "edition_id", 30),
)
INDICATOR_COLUMNS = (
    ("年度", "declaration__fiscal_year", 7),
    ("申报单位", "declaration__organization__name", 24),
    ("项目代码", "declaration__project__code", 16),
    ("项目名称", "declaration__project_name", 40),
    ("一级目标", "level1", 14),
    ("二级目标", "level2", 14),
    ("三级目标", "name", 34),
    ("指标目标值", "target", 26),
    ("读作：运算符", "reading_operator", 10),
    ("读作：数", "reading_number", 14),
    ("读作：单位", "reading_unit", 10),
    ("分值", "weight", 8),
    ("来源", "origin", 8),
    ("状态", "declaration__state", 14),
    ("行号", "row_id", 12),
)


def project_rows(declarations: QuerySet[Declaration]) -> Iterator[tuple[Any, ...]]:
    """One tuple per declaration, in the order of ``PROJECT_COLUMNS``."""
    titles = {edition.id: edition.title for edition in all_editions().values()}
    names = [column for _, column, _ in PROJECT_COLUMNS]
    state, own, department = (
        names.index(n) for n in ("state", "organization__name", "organization__parent__name")
    )
    for row in (
        declarations.order_by("-fiscal_year", "organization__code", "pk").values_list(*names).iterator(CHUNK)
    ):
        cells = list(row)
        cells[state] = STATES[cells[state]]
        cells[department] = cells[department] or cells[own]
        cells[-1] = titles.get(cells[-1], cells[-1])
        yield tuple(cells)


def indicator_rows(declarations: QuerySet[Declaration]) -> Iterator[tuple[Any, ...]]:
    """One tuple per indicator of these declarations, in the order of ``INDICATOR_COLUMNS``."""
    names = [column for _, column, _ in INDICATOR_COLUMNS]
    state, origin = names.index("declaration__state"), names.index("origin")
    found = Indicator.objects.filter(declaration__in=declarations.order_by().values("pk"))
    for row in found.order_by("declaration_id", "position").values_list(*names).iterator(CHUNK):
        cells = list(row)
        cells[state] = STATES[cells[state]]
        cells[origin] = ORIGINS.get(cells[origin], cells[origin])
        yield tuple(cells)
