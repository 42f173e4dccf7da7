"""The JSON Schema of the evaluation document, made from its classes: ``python -m perfgoals.documents.evaluation_schema``
prints what ``docs/evaluation.schema.json`` holds."""

import json
from typing import Any

from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.schemas import schema_of

SAYS = {
    "form": "表式编号",
    "fiscal_year": "年度",
    "budget_unit": "预算单位（实施单位）",
    "project_code": "项目代码",
    "project_name": "项目名称",
    "competent_department": "主管部门",
    "implementing_department": "具体实施处（科室）",
    "is_recurring": "是否为经常性项目",
    "is_finished": "项目是否已经完成",
    "evaluation_date": "自评时间",
    "grade": "绩效等级，照表上所写",
    "annual_goal": "项目年度总目标",
    "actual_completion": "实际完成情况",
    "budget": "金额，单位元；execution_rate 是印出的执行率，execution_score 是印出的得分",
    "groups": "各级指标印出的分值",
    "target_column": "目标值一栏印出的表头",
    "indicators": "指标",
    "totals": "印出的合计：weight 分值，self_score 得分",
    "main_results": "主要绩效",
    "main_problems": "主要问题",
    "improvement_measures": "改进措施",
    "extra": "只有某些表式才有的栏目",
    "level1": "一级指标",
    "level2": "二级指标；没有二级的为 null",
    "points": "分值",
    "name": "指标名称",
    "target": "目标值，照录",
    "weight": "权重（分值）",
    "rule": "评分规则，照录",
    "actual": "实际完成值，照录",
    "operator": "目标值没有写比较符号时，由人确认的符号",
    "band": "定性指标的完成档次",
    "self_score": "自评分",
    "reviewer_score": "审核人给的分",
    "deviation_reason": "偏差原因分析及改进措施",
    "evidence": "佐证材料及所在页、格",
    "remark": "备注",
    "not_applicable": "不适用",
    "is_key": "核心指标",
}


def json_schema() -> dict[str, Any]:
    """The schema as data."""
    return schema_of(
        EvaluationDocument, "绩效自评表（一个项目，一个年度）", "Canonical JSON of a self-evaluation", SAYS
    )


if __name__ == "__main__":
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
