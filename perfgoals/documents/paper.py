"""A document as its official form shows it: one plain context for paper and screen.

``lay_out(document, edition)`` turns what was typed into what is printed: labels and order from the edition, amounts
and dates in its style, ticked boxes, merged groups. ``html`` prints that context with ``templates/forms/``; the PDF is
made from the same template (decision 5), so the preview cannot differ from the print.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.template.loader import get_template, select_template
from django.utils.safestring import SafeString, mark_safe

from perfgoals.documents.declaration import DeclarationDocument, IndicatorRow
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.evaluation_paper import lay_out_evaluation
from perfgoals.documents.kinds import Document
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.monitoring_paper import lay_out_monitoring
from perfgoals.documents.parts import Group, IndicatorTable, Line, Paper, Place, Row
from perfgoals.documents.placing import (
    merged,
    place_of,
    printable,
    printed_amount,
    printed_date,
    printed_value,
    tinted,
)
from perfgoals.documents.points import Points
from perfgoals.editions import Edition, Field

__all__ = [
    "form_template",
    "html",
    "lay_out",
    "printable",
    "printed_amount",
    "printed_date",
    "printed_texts",
    "printed_value",
    "sheet",
]

# Same kind beside each other; a field alone takes the whole row.
_PAIRED = {"text": "pair", "choice": "pair", "yes_no": "pair", "date": "pair", "amount": "amounts"}
_TINTS = {"error": "is-err", "doubt": "is-ask"}


def lay_out(
    document: Document,
    edition: Edition,
    *,
    marks: Mapping[str, str] | None = None,
    points: Points | None = None,
) -> Paper:
    """The printed form of ``document``. ``marks`` maps finding paths to levels; they tint the places.

    ``points``: what was computed for a self-evaluation and stands in no document.
    """
    tints = {path: _TINTS.get(str(level), "") for path, level in (marks or {}).items()}
    if isinstance(document, EvaluationDocument):
        return lay_out_evaluation(document, edition, tints=tints, points=points or Points())
    if isinstance(document, MonitoringDocument):
        return lay_out_monitoring(document, edition, tints=tints)
    return _lay_out_declaration(document, edition, tints)


def _lay_out_declaration(document: DeclarationDocument, edition: Edition, tints: Mapping[str, str]) -> Paper:
    fields = edition.printed_fields
    split = next((i for i, one in enumerate(fields) if one.kind == "indicators"), len(fields))
    places = {
        one.key: place_of(document, edition, one, tints)
        for one in fields
        if one.kind not in ("indicators", "sub_projects")
    }
    return Paper(
        form=edition.id,
        title=edition.title,
        year_line=edition.style.year_line.replace("{year}", str(document.fiscal_year)),
        unit_label=edition.unit_label,
        unit=printable(document.declaring_unit),
        fingerprint=document.fingerprint,
        rows=tuple(_rows(document, edition, fields[:split], places, tints)),
        indicators=_indicators(document, edition, fields[split : split + 1], tints),
        tail=tuple(_rows(document, edition, fields[split + 1 :], places, tints)),
        budget_heading=edition.budget_heading,
        section_titles={section.key: section.title for section in edition.sections},
        places={key.replace(".", "_"): place for key, place in places.items()},
        page_numbers=edition.style.page_numbers,
        labels_centred=not any(one.label.endswith(("：", ":")) for one in fields),
    )


def printed_texts(paper: Paper) -> Iterator[tuple[str, str]]:
    """Every value printed, with its path: what must have a glyph."""
    for place in paper.places.values():
        yield place.path, place.text
    yield "declaring_unit", paper.unit
    table = paper.indicators
    yield from (("target_column", head) for head in table.columns)
    yield from (("indicators", head.label) for head in table.over)
    yield from ((place.path, place.text) for place in table.total)
    tables = [*(row.lines for row in (*paper.rows, *paper.tail)), table.lines]
    for lines in tables:
        for line in lines:
            yield from ((f"indicators.{line.row_id}.level", group.label) for group in line.groups)
            yield from ((place.path, place.text) for place in line.places)


def html(
    document: Document,
    edition: Edition,
    *,
    for_screen: bool,
    watermark: str = "",
    marks: Mapping[str, str] | None = None,
    points: Points | None = None,
) -> SafeString:
    """The form as an ``<article class="pg-paper">``; the page that shows it loads ``css/paper.css``."""
    context = {
        "paper": lay_out(document, edition, marks=marks, points=points),
        "for_screen": for_screen,
        "watermark": printable(watermark),
    }
    return mark_safe(form_template(edition.id).render(context))


def sheet(paper: Paper, *, watermark: str = "") -> str:
    """The whole HTML document that WeasyPrint prints."""
    context = {"paper": paper, "for_screen": False, "watermark": printable(watermark)}
    article = mark_safe(form_template(paper.form).render(context))
    return get_template("forms/sheet.html").render({"article": article, **context})


def form_template(form: str) -> Any:
    """A form's own template, else the common one: next year's form needs no template."""
    return select_template([f"forms/{form}.html", "forms/form.html"])


def _rows(
    document: DeclarationDocument,
    edition: Edition,
    fields: Sequence[Field],
    places: Mapping[str, Place],
    tints: Mapping[str, str],
) -> Iterator[Row]:
    """Fields in print order, two short ones of a kind beside each other."""
    waiting: list[Place] = []
    headed = False
    for form_field in fields:
        kind = _PAIRED.get(form_field.kind, "")
        same = bool(waiting) and _beside(waiting[-1], form_field)
        if waiting and not same:
            yield _closed(waiting)
            waiting = []
        if form_field.kind == "amount" and not headed:
            headed = True
            if edition.budget_heading:
                yield Row("heading", label=edition.budget_heading, path="budget")
        if form_field.kind == "sub_projects":
            yield _sub_projects(document, edition, form_field, tints)
        elif kind:
            waiting.append(places[form_field.key])
            if len(waiting) == 2:
                yield _closed(waiting)
                waiting = []
        else:
            kind = "boxes" if form_field.kind == "boxes" else "long"
            yield Row(kind, (places[form_field.key],))
    if waiting:
        yield _closed(waiting)


def _beside(place: Place, form_field: Field) -> bool:
    """Dates pair with dates, amounts with amounts, words with words."""
    words = ("text", "choice", "yes_no")
    return place.kind == form_field.kind or (place.kind in words and form_field.kind in words)


def _closed(places: list[Place]) -> Row:
    kind = _PAIRED[places[0].kind]
    return Row("single" if len(places) == 1 and kind == "pair" else kind, tuple(places))


def _sub_projects(
    document: DeclarationDocument, edition: Edition, form_field: Field, tints: Mapping[str, str]
) -> Row:
    """The head row and one row each; an empty table keeps one empty row."""
    cells = [
        (
            row.row_id,
            (
                Place(f"sub_projects.{row.row_id}.name", "", printable(row.name), "text"),
                Place(
                    f"sub_projects.{row.row_id}.amount",
                    "",
                    printed_amount(row.amount or "", edition),
                    "amount",
                ),
            ),
        )
        for row in document.sub_projects
    ] or [("", (Place("", "", "", "text"), Place("", "", "", "amount")))]
    size = len(cells) + 1  # the head row belongs to the merged label
    lines = tuple(
        Line(
            row_id,
            (Group(form_field.key, form_field.label, size, first=False, last=number == len(cells)),),
            tuple(tinted(place, tints) for place in places),
        )
        for number, (row_id, places) in enumerate(cells, 1)
    )
    return Row(
        "table",
        label=form_field.label,
        path=form_field.key,
        tint=tints.get(form_field.key, ""),
        columns=form_field.columns,
        lines=lines,
    )


def _indicators(
    document: DeclarationDocument, edition: Edition, fields: Sequence[Field], tints: Mapping[str, str]
) -> IndicatorTable:
    columns = fields[0].columns if fields else ()
    with_weights = edition.has_weights
    levels = len(columns) - 2 - with_weights
    rows = document.indicators or tuple(
        IndicatorRow("", level1, level2, "", "") for level1, level2 in edition.groups
    )
    heading = edition.indicators_heading.replace("{year}", str(document.fiscal_year))
    return IndicatorTable(
        path=fields[0].key if fields else "indicators",
        heading=heading,
        tint=tints.get("indicators", ""),
        columns=columns,
        widths=edition.style.column_widths,
        lines=tuple(_lines(rows, levels, with_weights=with_weights, tints=tints)) if columns else (),
    )


def _lines(
    rows: Sequence[IndicatorRow], levels: int, *, with_weights: bool, tints: Mapping[str, str]
) -> Iterator[Line]:
    names = [(row.level1, row.level2 or "")[:levels] for row in rows]
    columns = [list(merged([name[: level + 1] for name in names], level)) for level in range(levels)]
    for index, row in enumerate(rows):
        groups = tuple(column[index] for column in columns)
        keys = ("name", "target", "weight") if with_weights else ("name", "target")
        places = tuple(
            Place(
                f"indicators.{row.row_id}.{key}",
                "",
                printable(getattr(row, key) or ""),
                "number" if key == "weight" else "text",
            )
            for key in keys
        )
        yield Line(
            row.row_id,
            groups,
            tuple(tinted(place, tints) for place in places),
            # A part of a group on either page has at least two rows, so that its label fits beside them.
            keep_with_next=any(group.first and not group.last for group in groups),
            keep_with_previous=any(group.last and not group.first for group in groups),
        )
