"""The published self-evaluations as the tests of their paper read them, and a national form with every kind of cell."""

import json
from dataclasses import replace
from functools import cache

from evaluations.published import document_of
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow

from .ground import SEEDS

NATIONAL = "national-2020-self-evaluation"
PUTUO = "putuo-2021-self-evaluation"
IDS = ("putuo-2021-1", "putuo-2021-2", "putuo-2021-3")


@cache
def ground():
    return json.loads((SEEDS / "evaluations-2021-putuo.json").read_text("utf-8"))


def record(source_id):
    return next(one for one in ground()["evaluations"] if one["id"] == source_id)


def published(source_id):
    return document_of(record(source_id))


def raw_lines(source_id):
    lines = (SEEDS / ground()["source"]["file"]).read_text("utf-8").splitlines()
    first, last = record(source_id)["source_lines"]
    return lines[first - 1 : last]


# level 1, level 2, name, target, actual, band, weight, points, reason
ROWS = (
    ("产出指标", "数量指标", "巡检次数", "≥6次", "6次", "", "15", "15", ""),
    ("产出指标", "质量指标", "故障处理率", "=100%", "100%", "", "15", "15", ""),
    (
        "产出指标",
        "时效指标",
        "故障响应时间",
        "≤2小时",
        "3小时",
        "",
        "10",
        "5",
        "汛期断电两次；已增加夜班值守。",
    ),
    ("产出指标", "成本指标", "运维总成本", "≤3059776元", "3,000,000元", "", "10", "10", ""),
    ("效益指标", "社会效益指标", "故障重复发生率", "≤3‰", "2‰", "", "15", "15", ""),
    ("效益指标", "可持续影响指标", "运行维护制度健全性", "健全", "", "achieved", "15", "14", "=1+1"),
    ("满意度指标", "服务对象满意度指标", "用户满意度", "≥85%", "92%", "", "10", "10", ""),
)
MONEY = {
    "initial": ("3259776", "3059776", "200000", "0"),
    "current_year": ("3059776", "2859776", "200000", "0"),
    "executed": ("3000000", "2800000", "200000", "0"),
}
SOURCES = ("", "_fiscal", "_carried_over", "_other")


def national(**more):
    rows = tuple(
        EvaluationRow(
            f"r{number}",
            level1,
            level2,
            name,
            target,
            weight=weight,
            actual=actual,
            band=band,
            self_score=points,
            deviation_reason=reason,
        )
        for number, (level1, level2, name, target, actual, band, weight, points, reason) in enumerate(ROWS)
    )
    budget = {
        f"{key}{source}": amount
        for key, amounts in MONEY.items()
        for source, amount in zip(SOURCES, amounts, strict=True)
    }
    form = EvaluationDocument(
        form=NATIONAL,
        fiscal_year=2022,
        budget_unit="上海市财政局信息中心",
        competent_department="上海市财政局",
        project_name="财政网络基础平台(运维)",
        annual_goal="目标1：保障财政信息化基础设施平稳运行。\n目标2：全年巡检6次。",
        actual_completion="全年巡检6次，故障处理率100%。",
        budget={**budget, "execution_rate": "98.05%", "execution_score": "9.81"},
        indicators=rows,
        totals={"self_score": "93.81"},
    )
    return replace(form, **more)


def many(count):
    """The national form with ``count`` rows in its groups."""
    base = national()
    frame = [(row.level1, row.level2) for row in base.indicators]
    rows = (
        replace(
            base.indicators[number % len(frame)],
            row_id=f"m{number:03}",
            level1=frame[number * len(frame) // count][0],
            level2=frame[number * len(frame) // count][1],
            name=f"第{number}项巡检次数与完成情况",
        )
        for number in range(count)
    )
    return replace(base, indicators=tuple(rows))
