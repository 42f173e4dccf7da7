"""Amounts by source, typed as one table (``Edition.matrices``): its cells, what the sources add up to, a copied column.

Every cell is a field like any other, with its own version, conflicts and findings. Only the drawing is that of a table.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from perfgoals.documents.declaration import read_amount
from perfgoals.editions.model import Matrix, SumRule
from perfgoals.filling.editing import FieldChange
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.posting import posted_page

if TYPE_CHECKING:
    from perfgoals.filling.forms import FieldView

ZERO = Decimal(0)


def matrix_view(matrix: Matrix, views: Mapping[str, "FieldView"], filing: FilledFiling) -> dict[str, Any]:
    """Context of ``filling/matrix.html``: ``lines`` (head, cells), ``heads`` (column, help), ``sums`` by column."""
    totals = {rule.total: rule for rule in filing.edition.sums}
    readings = sum_readings(filing)
    first = matrix.rows[0].fields
    helps = matrix.helps or ("",) * len(matrix.columns)
    cells = [[views[key] for key in row.fields if key in views] for row in matrix.rows]
    return {
        "heads": list(zip(matrix.columns, helps, strict=True)),
        "lines": [(row.label, drawn) for row, drawn in zip(matrix.rows, cells, strict=True)],
        "sums": [(key, readings.get(_name(key), "")) for key in first] if totals.keys() & set(first) else [],
        "copies": f"{matrix.key}:{matrix.same[0]}:{matrix.same[1]}" if matrix.same else "",
        "copy_words": [matrix.columns[at] for at in matrix.same or ()],
        "is_locked": all(view.is_locked for drawn in cells for view in drawn),
    }


def sum_readings(filing: FilledFiling) -> dict[str, str]:
    """What the sources of every column add up to, as HTML by the name of its place. No query."""
    matrix_of = filing.edition.matrix_of
    return {
        _name(rule.total): _sum_html(filing, rule)
        for rule in filing.edition.sums
        if rule.total in matrix_of and all(part in matrix_of for part in rule.parts)
    }


def _name(total: str) -> str:
    return f"sum.{total}"


def _sum_html(filing: FilledFiling, rule: SumRule) -> str:
    texts = {key: _text(filing, key) for key in (rule.total, *rule.parts)}
    amounts = {key: read_amount(text) for key, text in texts.items()}
    if any(texts[key] and amounts[key] is None for key in texts):
        return ""  # 体检 says which amount cannot be read
    if not any(texts[part] for part in rule.parts):
        return ""
    added = sum((amounts[part] or ZERO for part in rule.parts), ZERO)
    total = amounts[rule.total]
    apart = None if total is None else added - total
    context = {"added": added, "apart": apart, "size": None if apart is None else abs(apart)}
    return render_to_string("filling/matrix_sum.html", context).strip()


def _text(filing: FilledFiling, key: str) -> str:
    place = filing.place_of(key)
    return place.read(filing).strip() if place else ""


def copied(filing: FilledFiling, post: Mapping[str, Any], changes: Sequence[FieldChange]) -> list[FieldChange]:
    """What the button “copy this column” writes: ``copy`` = ``matrix:from:to``. Typed texts of the same page go first.

    Only what the page has shown is written over: a cell that somebody else changed meanwhile is a conflict as ever.
    """
    key, _, columns = post.get("copy", "").partition(":")
    matrix = next((one for one in filing.edition.matrices if one.key == key and one.same), None)
    if matrix is None or matrix.same is None or columns != f"{matrix.same[0]}:{matrix.same[1]}":
        return []
    source, goal = matrix.same
    typed = {change.path: change.value for change in changes}
    shown = posted_page(post)
    made = []
    for row in matrix.rows:
        value = typed.get(row.fields[source], _text(filing, row.fields[source]))
        if value:
            goal_path = row.fields[goal]
            made.append(FieldChange(goal_path, value, shown.get(goal_path, (0, ""))[0]))
    return made
