"""Monitoring reports as campaigns see them (``perfgoals.campaigns.kinds``)."""

from collections.abc import Mapping
from types import MappingProxyType

from declarations.following.campaigns import form_kind
from monitoring.opening import MONITORED
from monitoring.season import SEASON
from perfgoals.workflow import State

# Code of a finding → what it is about, for counts over many forms.
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "required_missing": "必填的没有填",
        "amount_unreadable": "金额读不出",
        "amount_negative": "金额为负",
        "unprintable_character": "有印不出的字",
        "amounts_add_up": "各来源加起来不等于总额",
        "executed_over_budget": "执行数超过年初预算",
        "expected_over_budget": "全年预计超过年初预算",
        "expected_under_executed": "全年预计比已执行的少",
        "execution_slow": "预算执行过慢",
        "money_far_from_output": "钱和产出相差太远",
        "row_open": "还没有填的行",
        "attainment_missing": "没有选达成情况",
        "actual_missing": "没有写执行情况",
        "actual_unreadable": "执行情况读不出",
        "operator_unreadable": "没有确认比较符号",
        "expected_missing": "没有写全年预计",
        "expected_unreadable": "全年预计读不出",
        "expected_under_actual": "全年预计比已完成的少",
        "likelihood_missing": "没有选完成目标可能性",
        "likelihood_contradicts": "完成可能性与数对不上",
        "deviation_kind_missing": "没有选偏差原因",
        "reason_missing": "没有写原因说明",
        "reason_is_stock": "原因是套话",
        "plan_unreadable": "计划进度读不出",
        "plan_reason_missing": "计划不均匀，没有写原因",
        "target_changed": "目标值调整过",
        "rows_vanished": "批复中已没有的行",
        "targets_outdated": "批复的目标调整过，没有重新取",
    }
)

KIND = form_kind(
    MONITORED,
    SEASON,
    settled=State.CONFIRMED,
    progress_title="监控进度",
    money="initial",
    money_of=lambda report: report.initial,
    money_label="年初预算",
    titles=TITLES,
)
