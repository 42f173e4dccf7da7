"""Monitoring policy (监控口径): what a place decided about lights, deadlines and words, as frozen data.

The words a unit chooses from are vocabularies of the edition; their keys, in the order of the form, are fixed here, because
documents keep keys and print words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

MONTHS = 12
ATTAINMENTS = ("reached", "partly", "missed")  # 达成、部分达成、未达成
DEVIATION_KINDS = ("funds", "rules", "staff", "conditions", "other")  # 经费、制度、人员、硬件（条件）保障，其他
LIKELIHOODS = ("certain", "possible", "impossible")  # 确定能、有可能、完全不可能
# Vocabularies that every monitoring form has, by name; no field names them, they belong to the rows.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"attainment": ATTAINMENTS, "deviation_kinds": DEVIATION_KINDS, "likelihood": LIKELIHOODS}
)
# What stands under a printed head of the indicators: keys of ``MonitoringRow``.
MONITORING_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "一级指标": "level1",
        "二级指标": "level2",
        "三级指标": "name",
        "指标名称": "name",
        "年度指标值": "target",
        "目标值": "target",
        "1—{month}月执行情况": "actual",
        "当前执行情况": "actual",
        "全年预计完成情况": "expected",
        "偏差原因分析": "deviation_kinds",
        "原因说明": "deviation_reason",
        "完成目标可能性": "likelihood",
        "备注": "remark",
    }
)
NEEDED = ("level1", "name", "target", "actual", "expected", "deviation_kinds", "deviation_reason", "likelihood")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a row is behind: ``yellow`` and ``red`` in percentage points under plan; ``gap`` between output and money.

    ``execution``: by the end of a month at least so many percent of the budget; months between take the last one passed.
    ``clause`` stands for the floors and the gap, ``pace_clause`` for yellow and red, each with its own mark.
    """

    yellow: Decimal
    red: Decimal
    gap: Decimal
    execution: Mapping[int, Decimal]
    clause: str
    unconfirmed: bool = False
    pace_clause: str = ""
    pace_unconfirmed: bool = False

    def least_execution(self, month: int) -> Decimal | None:
        """The floor that holds in ``month``, None before the first."""
        passed = [one for one in self.execution if one <= month]
        return self.execution[max(passed)] if passed else None


@dataclass(frozen=True, slots=True)
class Monitoring:
    """``reaction_days``: working days in which a unit answers a warning (继续、调整、取消)."""

    thresholds: Thresholds
    reaction_days: int
    reaction_clause: str
    reaction_unconfirmed: bool = False


def load_monitoring(data: Mapping[str, Any]) -> Monitoring:
    """From the table of an edition file. Broken data was refused by the checker."""
    given = data["thresholds"]
    points = {key: Decimal(given[key]) for key in ("yellow", "red", "gap")}
    floors = MappingProxyType({one["month"]: Decimal(one["percent"]) for one in given["execution"]})
    return Monitoring(**{**data, "thresholds": Thresholds(**{**given, **points, "execution": floors})})
