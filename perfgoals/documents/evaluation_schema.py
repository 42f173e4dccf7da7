"""The JSON Schema of the evaluation document, made from its classes: ``python -m perfgoals.documents.evaluation_schema``
prints what ``docs/evaluation.schema.json`` holds."""

import json
import types
from typing import Any

from perfgoals.documents.evaluation import SCHEMA, EvaluationDocument, EvaluationRow, GroupPoints

TEXT = {"$ref": "#/$defs/text"}
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
TABLES = {"budget": TEXT, "totals": TEXT, "extra": {"type": "string"}}
ROWS = {"groups": GroupPoints, "indicators": EvaluationRow}


def json_schema() -> dict[str, Any]:
    """The schema as data; every key the canonical JSON has is required."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "绩效自评表（一个项目，一个年度）",
        "description": "Canonical JSON of a self-evaluation: UTF-8, keys sorted, no insignificant white space. "
        "Values are as typed; null means empty or not on this form. SHA-256 of the text is the fingerprint.",
        **_object(EvaluationDocument, {"schema": {"const": SCHEMA}}),
        "$defs": {
            "text": {"type": ["string", "null"]},
            "row_id": {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,16}$", "description": "行的不变编号"},
            "date": {
                "type": ["object", "null"],
                "additionalProperties": False,
                "required": ["printed", "iso"],
                "properties": {"printed": {"type": "string"}, "iso": TEXT},
            },
        },
    }


def _object(shape: type[Any], first: dict[str, Any]) -> dict[str, Any]:
    properties = first | {key: _property(key, kind) for key, kind in shape.__annotations__.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _property(key: str, kind: Any) -> dict[str, Any]:
    if key == "row_id":
        return {"$ref": "#/$defs/row_id"}
    says = {"description": SAYS[key]}
    if key in TABLES:
        return {"type": "object", "additionalProperties": TABLES[key]} | says
    if key in ROWS:
        return {"type": "array", "items": _object(ROWS[key], {})} | says
    if key == "evaluation_date":
        return {"$ref": "#/$defs/date"} | says
    names = {str: "string", int: "integer", bool: "boolean", types.NoneType: "null"}
    parts = kind.__args__ if isinstance(kind, types.UnionType) else (kind,)
    if parts == (str, types.NoneType):
        return TEXT | says
    kinds = [names[part] for part in parts]
    return {"type": kinds[0] if len(kinds) == 1 else kinds} | says


if __name__ == "__main__":
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
