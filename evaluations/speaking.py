"""Between rows and document: ``document_of`` makes the rows speak, ``write_rows`` puts a document into rows.

``write_rows(document)`` followed by ``document_of`` gives an equal document; tests prove it on the published forms and
on generated ones. Rows that the approved targets have no longer (``is_vanished``) stand in no document.
"""

from collections.abc import Iterable
from decimal import Decimal

from declarations.speaking import read_weight
from evaluations.models import Evaluation, EvaluationRow
from perfgoals.documents import evaluation as documents
from perfgoals.documents.declaration import DateValue, read_amount, read_date
from perfgoals.documents.evaluation import BOOLEAN_KEYS, TEXT_KEYS, EvaluationDocument, GroupPoints

AMOUNT_COLUMNS = ("initial", "current_year", "executed", "previous_year_budget")
POINTS_COLUMNS = ("weight", "self_score", "reviewer_score")


def document_of(evaluation: Evaluation, rows: Iterable[EvaluationRow] | None = None) -> EvaluationDocument:
    """The evaluation as its document. Costs one query for the rows, none if they are given or prefetched."""
    rows = evaluation.indicators.all() if rows is None else rows
    texts = {key: getattr(evaluation, key) or None for key in TEXT_KEYS}
    day = evaluation.evaluation_date
    typed = evaluation.evaluation_date_typed
    return EvaluationDocument(
        form=evaluation.edition_id,
        fiscal_year=evaluation.fiscal_year,
        budget_unit=evaluation.organization.name,
        project_code=evaluation.project.code,
        **texts,
        **{key: getattr(evaluation, key) for key in BOOLEAN_KEYS},
        evaluation_date=DateValue(typed, day.isoformat() if day else None) if typed else None,
        budget=_budget(evaluation),
        groups=tuple(GroupPoints(**group) for group in evaluation.printed_groups),
        indicators=tuple(row_of(row) for row in rows if not row.is_vanished),
        totals=dict(evaluation.printed_totals),
        extra={
            key: value
            for key, value in sorted(evaluation.extra.items())
            if value and not key.startswith("budget.")
        },
    )


def row_of(row: EvaluationRow) -> documents.EvaluationRow:
    return documents.EvaluationRow(
        row_id=row.row_id,
        level1=row.level1,
        level2=row.level2 or None,
        name=row.name,
        target=row.target,
        weight=row.weight_typed or None,
        rule=row.rule,
        actual=row.actual,
        operator=row.operator,
        band=row.band,
        self_score=row.self_score_typed or None,
        reviewer_score=row.reviewer_score_typed or None,
        deviation_reason=row.deviation_reason,
        evidence=row.evidence_note,
        remark=row.remark,
        not_applicable=row.not_applicable,
        is_key=row.is_key,
    )


def _budget(evaluation: Evaluation) -> dict[str, str | None]:
    """Every amount the form asks for, and what else was written about money."""
    fields = {key[7:]: field for key, field in evaluation.edition.fields.items() if key.startswith("budget.")}
    others = {key[7:] for key in evaluation.extra if key.startswith("budget.")}
    columns = {key for key in AMOUNT_COLUMNS if budget_typed(evaluation, key)}
    budget: dict[str, str | None] = {}
    for key in sorted(fields.keys() | others | columns):
        text = budget_typed(evaluation, key)
        is_amount = key in AMOUNT_COLUMNS or (key in fields and fields[key].kind == "amount")
        budget[key] = (_amount_text(text) if is_amount else text) or None
    return budget


def budget_typed(evaluation: Evaluation, key: str) -> str:
    """What was typed for ``budget.<key>``."""
    if key in AMOUNT_COLUMNS:
        return str(getattr(evaluation, f"{key}_typed"))
    return str(evaluation.extra.get(f"budget.{key}", ""))


def write_rows(document: EvaluationDocument, evaluation: Evaluation) -> None:
    """Overwrite ``evaluation`` (saved here) and its rows with what ``document`` says."""
    for key in TEXT_KEYS:
        setattr(evaluation, key, getattr(document, key) or "")
    for key in BOOLEAN_KEYS:
        setattr(evaluation, key, getattr(document, key))
    set_date(evaluation, document.evaluation_date.printed if document.evaluation_date else "")
    evaluation.extra = {key: value for key, value in document.extra.items() if value}
    for key in {*AMOUNT_COLUMNS, *document.budget}:
        set_budget(evaluation, key, document.budget.get(key) or "")
    evaluation.printed_groups = [
        {"level1": group.level1, "level2": group.level2, "points": group.points} for group in document.groups
    ]
    evaluation.printed_totals = dict(document.totals)
    evaluation.save()
    evaluation.indicators.all().delete()
    EvaluationRow.objects.bulk_create(
        _row(evaluation, position, row) for position, row in enumerate(document.indicators, 1)
    )


def _row(evaluation: Evaluation, position: int, said: documents.EvaluationRow) -> EvaluationRow:
    row = EvaluationRow(
        evaluation=evaluation,
        row_id=said.row_id,
        position=position,
        level1=said.level1,
        level2=said.level2 or "",
        name=said.name,
        target=said.target,
        rule=said.rule,
        actual=said.actual,
        operator=said.operator,
        band=said.band,
        deviation_reason=said.deviation_reason,
        evidence_note=said.evidence,
        remark=said.remark,
        not_applicable=said.not_applicable,
        is_key=said.is_key,
    )
    for key in POINTS_COLUMNS:
        set_points(row, key, getattr(said, key) or "")
    return row


def set_date(evaluation: Evaluation, typed: str) -> None:
    evaluation.evaluation_date_typed = typed
    evaluation.evaluation_date = read_date(typed)


def set_budget(evaluation: Evaluation, key: str, typed: str) -> set[str]:
    """Keep what was typed for ``budget.<key>`` and, in its column, our reading; the names of the changed columns."""
    if key in AMOUNT_COLUMNS:
        setattr(evaluation, f"{key}_typed", typed)
        setattr(evaluation, key, read_amount(typed))
        return {f"{key}_typed", key}
    if typed:
        evaluation.extra[f"budget.{key}"] = typed
    else:
        evaluation.extra.pop(f"budget.{key}", None)
    return {"extra"}


def set_points(row: EvaluationRow, key: str, typed: str) -> set[str]:
    """Keep typed points (``weight``, ``self_score``, ``reviewer_score``) and our reading beside them."""
    setattr(row, f"{key}_typed", typed)
    setattr(row, key, read_points(typed))
    return {f"{key}_typed", key}


def read_points(typed: str) -> Decimal | None:
    """0 to 100 with at most two decimals, or None."""
    return read_weight(typed)


def _amount_text(typed: str) -> str:
    """Grouping marks are furniture, decimals are not; unreadable stays as typed."""
    value = read_amount(typed)
    return typed if value is None else str(value)
