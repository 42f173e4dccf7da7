"""The published self-evaluations as documents: from the ground truth under ``tests/seeds`` to ``EvaluationDocument``."""

from collections.abc import Mapping
from typing import Any

from perfgoals.documents.declaration import DateValue
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow, GroupPoints

_TEXTS = (
    "form",
    "fiscal_year",
    "budget_unit",
    "project_name",
    "implementing_department",
    "is_recurring",
    "grade",
    "annual_goal",
    "main_results",
    "main_problems",
    "improvement_measures",
)
_AMOUNTS = ("current_year", "previous_year_budget", "executed")


def document_of(record: Mapping[str, Any]) -> EvaluationDocument:
    """One record of ``evaluations-*.json``. Row ids follow the print order: ``r1``, ``r2`` …"""
    budget = {key: record["budget"][key] for key in _AMOUNTS}
    return EvaluationDocument(
        **{key: record[key] for key in _TEXTS},
        evaluation_date=DateValue(record["evaluation_date"]["printed"], record["evaluation_date"]["iso"]),
        budget=budget | {"execution_rate": record["budget"]["execution_rate"]["printed"]},
        groups=tuple(GroupPoints(group["level1"], None, group["points"]) for group in record["groups"]),
        target_column=record["target_column_printed"],
        indicators=tuple(_row(row) for row in record["indicators"]),
        totals=dict(record["totals"]),
    )


def _row(row: Mapping[str, Any]) -> EvaluationRow:
    return EvaluationRow(
        row_id=f"r{row['seq']}",
        level1=row["level1"],
        level2=None,
        name=row["name"],
        target=row["target_as_printed"],
        weight=row["weight"],
        rule=row["rule"],
        self_score=row["self_score"],
        remark=row["remark"] or "",
    )
