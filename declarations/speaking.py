"""Between rows and document: ``document_of`` makes the rows speak, ``write_rows`` puts a document into rows.

``write_rows(document)`` followed by ``document_of`` gives an equal document; a test proves it on every published form.
"""

import datetime
from decimal import Decimal

from declarations.models import Declaration, Indicator, SubProject
from perfgoals.documents.declaration import (
    TEXT_KEYS,
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
    read_amount,
    read_date,
)
from perfgoals.targets import read_target

AMOUNT_COLUMNS = ("total", "current_year", "previous_year_budget", "previous_year_executed")


def document_of(declaration: Declaration) -> DeclarationDocument:
    """The declaration as its document. Costs two queries, none if sub_projects and indicators are prefetched."""
    edition = declaration.edition
    texts = {key: getattr(declaration, key) or None for key in TEXT_KEYS}
    budget_keys = [key[7:] for key in edition.fields if key.startswith("budget.")]
    return DeclarationDocument(
        form=declaration.edition_id,
        fiscal_year=declaration.fiscal_year,
        declaring_unit=declaration.organization.name,
        project_code=declaration.project.code,
        **texts,
        includes_government_purchase=declaration.includes_government_purchase,
        start_date=_date_value(declaration.start_date_typed, declaration.start_date),
        end_date=_date_value(declaration.end_date_typed, declaration.end_date),
        budget={key: _amount_text(budget_typed(declaration, key)) for key in budget_keys},
        sub_projects=tuple(sub_project_row(row) for row in declaration.sub_projects.all()),
        indicators=tuple(indicator_row(row) for row in declaration.indicators.all()),
        extra={
            key: value
            for key, value in sorted(declaration.extra.items())
            if value and not key.startswith("budget.")
        },
    )


def indicator_row(row: Indicator) -> IndicatorRow:
    return IndicatorRow(
        row_id=row.row_id,
        level1=row.level1,
        level2=row.level2 or None,
        name=row.name,
        target=row.target,
        weight=row.weight_typed or None,
        definition=row.definition,
        calculation_method=row.calculation_method,
        data_source=row.data_source,
        setting_basis=row.setting_basis,
        baseline=row.baseline,
        origin=row.origin,
    )


def sub_project_row(row: SubProject) -> SubProjectRow:
    return SubProjectRow(row_id=row.row_id, name=row.name, amount=_amount_text(row.amount_typed))


def budget_typed(declaration: Declaration, key: str) -> str:
    """What was typed for ``budget.<key>``."""
    if key in AMOUNT_COLUMNS:
        return getattr(declaration, f"{key}_typed")
    return declaration.extra.get(f"budget.{key}", "")


def write_rows(document: DeclarationDocument, declaration: Declaration) -> None:
    """Overwrite ``declaration`` (saved here) and its table rows with what ``document`` says."""
    for key in TEXT_KEYS:
        setattr(declaration, key, getattr(document, key) or "")
    declaration.includes_government_purchase = document.includes_government_purchase
    for key in ("start_date", "end_date"):
        set_date(declaration, key, document.text(key))
    declaration.extra = dict(document.extra)
    for key, value in document.budget.items():
        set_amount(declaration, key, value or "")
    declaration.save()
    declaration.sub_projects.all().delete()
    declaration.indicators.all().delete()
    SubProject.objects.bulk_create(
        SubProject(
            declaration=declaration,
            row_id=row.row_id,
            position=position,
            name=row.name,
            amount_typed=row.amount or "",
            amount=read_amount(row.amount or ""),
        )
        for position, row in enumerate(document.sub_projects, 1)
    )
    Indicator.objects.bulk_create(
        _indicator(declaration, position, row) for position, row in enumerate(document.indicators, 1)
    )


def _indicator(declaration: Declaration, position: int, row: IndicatorRow) -> Indicator:
    indicator = Indicator(
        declaration=declaration,
        row_id=row.row_id,
        position=position,
        level1=row.level1,
        level2=row.level2 or "",
        name=row.name,
        target=row.target,
        weight_typed=row.weight or "",
        weight=read_weight(row.weight or ""),
        definition=row.definition,
        calculation_method=row.calculation_method,
        data_source=row.data_source,
        setting_basis=row.setting_basis,
        baseline=row.baseline,
        origin=row.origin,
    )
    set_reading(indicator)
    return indicator


def set_date(declaration: Declaration, key: str, typed: str) -> None:
    setattr(declaration, f"{key}_typed", typed)
    setattr(declaration, key, read_date(typed))


def set_amount(declaration: Declaration, key: str, typed: str) -> None:
    """Keep the typed amount of ``budget.<key>`` and, in its column, our reading."""
    if key in AMOUNT_COLUMNS:
        setattr(declaration, f"{key}_typed", typed)
        setattr(declaration, key, read_amount(typed))
    elif typed:
        declaration.extra[f"budget.{key}"] = typed
    else:
        declaration.extra.pop(f"budget.{key}", None)


def read_weight(typed: str) -> Decimal | None:
    """Points of one row: 0 to 100 with at most two decimals, or None."""
    value = read_amount(typed.strip().removesuffix("分"))
    return value if value is not None and 0 <= value <= 100 else None


def set_reading(indicator: Indicator) -> None:
    """Refresh the columns that hold our reading of ``indicator.target``."""
    reading = read_target(indicator.target, name=indicator.name, level2=indicator.level2)
    indicator.reading_kind = str(reading.kind)
    indicator.reading_operator = reading.operator or ""
    number = reading.numbers[0] if reading.numbers else None
    fits = number is not None and abs(number) < Decimal(10) ** 17
    indicator.reading_number = number.quantize(Decimal("0.000001")) if fits and number is not None else None
    indicator.reading_unit = reading.unit[:40]


def _date_value(typed: str, day: datetime.date | None) -> DateValue | None:
    return DateValue(printed=typed, iso=day.isoformat() if day else None) if typed else None


def _amount_text(typed: str) -> str | None:
    """Grouping marks are furniture, decimals are not: ``600,000.00`` → ``600000.00``; unreadable stays as typed."""
    if not typed:
        return None
    value = read_amount(typed)
    return typed if value is None else str(value)
