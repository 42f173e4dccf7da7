"""Between rows and document: ``document_of`` makes the rows speak. Rows that are approved no longer stand in none."""

from collections.abc import Iterable

from declarations.speaking import read_weight
from monitoring.models import MonitoringReport, MonitoringRow
from perfgoals.documents import monitoring as documents
from perfgoals.documents.declaration import read_amount
from perfgoals.documents.monitoring import DEVIATION_KINDS, TEXT_KEYS, MonitoringDocument

AMOUNT_COLUMNS = ("initial", "executed", "expected")


def document_of(report: MonitoringReport, rows: Iterable[MonitoringRow] | None = None) -> MonitoringDocument:
    """The report as its document. Costs one query for the rows, none if they are given or prefetched."""
    rows = report.indicators.all() if rows is None else rows
    return MonitoringDocument(
        form=report.edition_id,
        fiscal_year=report.fiscal_year,
        cutoff_month=report.cutoff_month,
        budget_unit=report.organization.name,
        project_code=report.project.code,
        **{key: getattr(report, key) or None for key in TEXT_KEYS},
        budget=_budget(report),
        indicators=tuple(row_of(row) for row in rows if not row.is_vanished),
        extra={key: value for key, value in sorted(report.extra.items()) if value},
    )


def row_of(row: MonitoringRow) -> documents.MonitoringRow:
    return documents.MonitoringRow(
        row_id=row.row_id,
        level1=row.level1,
        level2=row.level2 or None,
        name=row.name,
        target=row.target,
        weight=row.weight_typed or None,
        actual=row.actual,
        expected=row.expected,
        operator=row.operator,
        attainment=row.attainment,
        deviation_kinds=tuple(kind for kind in DEVIATION_KINDS if getattr(row, f"deviation_{kind}")),
        deviation_reason=row.deviation_reason,
        likelihood=row.likelihood,
        remark=row.remark,
        plan=row.plan,
        plan_reason=row.plan_reason,
    )


def _budget(report: MonitoringReport) -> dict[str, str | None]:
    """Every amount the form asks for. Grouping marks are furniture, decimals are not; unreadable stays as typed."""
    keys = {key[7:] for key in report.edition.fields if key.startswith("budget.")} | report.budget.keys()
    return {key: _amount_text(report.budget.get(key, "")) or None for key in sorted(keys)}


def _amount_text(typed: str) -> str:
    value = read_amount(typed)
    return typed if value is None else str(value)


def set_budget(report: MonitoringReport, key: str, typed: str) -> set[str]:
    """Keep what was typed for ``budget.<key>`` and, in its column, our reading; the names of the changed columns."""
    if typed:
        report.budget[key] = typed
    else:
        report.budget.pop(key, None)
    if key not in AMOUNT_COLUMNS:
        return {"budget"}
    setattr(report, key, read_amount(typed))
    return {"budget", key}


def write_rows(document: MonitoringDocument, report: MonitoringReport) -> None:
    """Overwrite ``report`` (saved here) and its rows with what ``document`` says; ``document_of`` then gives an equal one."""
    for key in TEXT_KEYS:
        setattr(report, key, getattr(document, key) or "")
    report.extra = dict(document.extra)
    report.budget = {}
    for key in {*AMOUNT_COLUMNS, *document.budget}:
        set_budget(report, key, document.budget.get(key) or "")
    report.save()
    report.indicators.all().delete()
    MonitoringRow.objects.bulk_create(
        _row(report, position, said) for position, said in enumerate(document.indicators, 1)
    )


def _row(report: MonitoringReport, position: int, said: documents.MonitoringRow) -> MonitoringRow:
    same = ("row_id", "level1", "name", "target", "actual", "expected", "operator", "attainment")
    texts = (*same, "deviation_reason", "likelihood", "remark", "plan", "plan_reason")
    return MonitoringRow(
        report=report,
        position=position,
        level2=said.level2 or "",
        weight_typed=said.weight or "",
        weight=read_weight(said.weight or ""),
        **{key: getattr(said, key) for key in texts},
        **{f"deviation_{kind}": kind in said.deviation_kinds for kind in DEVIATION_KINDS},
    )
