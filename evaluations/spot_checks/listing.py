"""The sample as lines of a list."""

from collections.abc import Iterator
from typing import Any

from evaluations.spot_checks.changes import since_drawn
from evaluations.spot_checks.models import SeedOrigin, SpotCheck

COLUMNS = (
    ("次序", "place", 8),
    ("项目", "project", 40),
    ("单位", "unit", 30),
    ("key", "key", 10),
    ("权数", "weight", 8),
    ("签号", "lot", 44),
    ("风险因素", "reasons", 50),
    ("抽中的定稿", "revision", 12),
    ("抽中以后", "since", 40),
    ("进度", "stage", 10),
    ("复核人", "rechecker", 16),
    ("复核表得分", "rubric", 12),
    ("复核前得分", "before", 12),
    ("复核得分", "after", 12),
    ("改分的指标", "corrected", 12),
    ("复核意见", "findings", 60),
)


POPULATION_COLUMNS = (
    ("key", "key", 12),
    ("项目", "project", 40),
    ("单位", "unit", 30),
    ("权数", "weight", 8),
    ("风险因素", "reasons", 50),
)
METHOD_COLUMNS = (("项", "name", 16), ("内容", "value", 100))


def population_lines(data: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """Every candidate, from ``drawing.open_data``."""
    labels = {code: one["label"] for code, one in data["reasons"].items()}
    for one in data["candidates"]:
        words = "；".join(labels.get(code, code) for code in one["reasons"])
        yield one["key"], one["project"], one["unit"], one["weight"], words


def method_lines(data: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """What else it takes to draw again: seed, size, fingerprint, how, and the weight of each reason."""
    yield "批次", data["campaign"]
    yield "种子", data["seed"]
    yield "种子来源", SeedOrigin(data["seed_origin"]).label
    yield "种子出处", data["seed_note"]
    yield "抽取时间", data["drawn_at"]
    yield "抽取人", data["drawn_by"]
    yield "抽取张数", data["size"]
    yield "候选名单指纹", data["fingerprint"]
    yield "怎么抽", data["how"]
    yield "基数", data["base"]
    for one in data["reasons"].values():
        yield f"权数：{one['label']}", one["weight"]


def lines(check: SpotCheck) -> Iterator[tuple[object, ...]]:
    """One a form, in the order of the draw. Three queries."""
    cases = list(
        check.cases.select_related("evaluation__organization", "revision", "rechecker").order_by("place")
    )
    moved = since_drawn(cases)
    for case in cases:
        yield (
            case.place,
            case.evaluation.project_name or "未命名项目",
            case.evaluation.organization.name,
            str(case.evaluation_id),
            case.weight,
            case.lot,
            "；".join(words for _, _, words in case.reasons) or "没有风险因素",
            f"第 {case.revision.number} 稿",
            moved.get(case.pk, ""),
            case.get_stage_display(),
            case.rechecker.name if case.rechecker else "",
            case.rubric_total,
            case.total_before,
            case.total_after,
            case.corrected_rows if case.is_done else None,
            case.findings_text,
        )
