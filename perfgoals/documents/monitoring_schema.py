"""The JSON Schema of the monitoring document, made from its classes: ``python -m perfgoals.documents.monitoring_schema``
prints what ``docs/monitoring.schema.json`` holds."""

import json
from typing import Any

from perfgoals.documents.monitoring import (
    ATTAINMENTS,
    DEVIATION_KINDS,
    LIKELIHOODS,
    MONTHS,
    MonitoringDocument,
)
from perfgoals.documents.schemas import schema_of

SAYS = {
    "form": "表式编号",
    "fiscal_year": "年度",
    "cutoff_month": "截止月份：数据从1月到这个月底",
    "budget_unit": "实施单位",
    "project_code": "项目代码",
    "project_name": "项目名称",
    "competent_department": "主管部门及代码，照表上所写",
    "budget": "金额，单位元：initial 年初预算数，executed 截止月份的执行数，expected 全年预计执行数；"
    "加 _fiscal 是本年一般公共预算拨款，加 _other 是其他资金",
    "annual_goal": "年度总体目标",
    "indicators": "指标",
    "extra": "只有某些表式才有的栏目",
    "level1": "一级指标",
    "level2": "二级指标；没有二级的为 null",
    "name": "指标名称",
    "target": "年度指标值，照录",
    "weight": "分值；没有的为 null",
    "actual": "截止月份的执行情况，照录",
    "expected": "全年预计完成情况，照录",
    "operator": "目标值没有写比较符号时，由人确认的符号",
    "attainment": "定性指标：reached 达成，partly 部分达成，missed 未达成；没有选的为空",
    "deviation_kinds": "偏差原因：funds 经费保障，rules 制度保障，staff 人员保障，conditions 硬件（条件）保障，other 其他；"
    "按这个次序，各写一次",
    "deviation_reason": "原因说明",
    "likelihood": "完成目标可能性：certain 确定能，possible 有可能，impossible 完全不可能；没有选的为空",
    "remark": "备注",
    "plan": "到某月底计划完成全年目标的百分之几，照录；空着是按月均匀。不印在表上",
    "plan_reason": "为什么不按月均匀",
}
NARROWER: dict[str, dict[str, Any]] = {
    "cutoff_month": {"minimum": 1, "maximum": MONTHS},
    "attainment": {"enum": ["", *ATTAINMENTS]},
    "likelihood": {"enum": ["", *LIKELIHOODS]},
    "deviation_kinds": {"items": {"enum": list(DEVIATION_KINDS)}, "uniqueItems": True},
}


def json_schema() -> dict[str, Any]:
    """The schema as data."""
    return schema_of(
        MonitoringDocument,
        "绩效运行监控表（一个项目，一个监控时点）",
        "Canonical JSON of a monitoring report",
        SAYS,
        NARROWER,
    )


if __name__ == "__main__":
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
