"""What became of a save, as JSON for the page that asked: times and readings in words, conflicts with their panel."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from declarations.checkup import describe
from declarations.fields import place_of
from declarations.forms import reading_of
from declarations.models import Declaration, Indicator
from declarations.steps import versions_of
from declarations.tables import reading_html
from perfgoals.filling.editing import Conflict, SaveOutcome
from perfgoals.filling.posting import together
from perfgoals.findings import Finding, Level


def told(declaration: Declaration, outcome: SaveOutcome) -> dict[str, Any]:
    """What became of each change, ready for the page to show."""
    return {
        "version": outcome.version,
        "saved": [
            {
                "path": saved.path,
                "version": saved.version,
                "at": saved.at.isoformat(),
                "time": f"{timezone.localtime(saved.at):%H:%M:%S}",
                "by": saved.by,
                "value": saved.value,
                "note": saved.note,
            }
            for saved in outcome.saved
        ],
        "conflicts": [_told_conflict(declaration, conflict) for conflict in outcome.conflicts],
        "refused": [
            {"path": refused.path, "value": refused.value, "message": refused.message}
            for refused in outcome.refused
        ],
        "readings": _readings(declaration, outcome),
    }


def _told_conflict(declaration: Declaration, conflict: Conflict) -> dict[str, Any]:
    versions = versions_of(conflict, place_in_words(declaration, conflict.path))
    place = place_of(declaration.edition, conflict.path)
    return {
        "path": conflict.path,
        "yours": conflict.yours,
        "theirs": conflict.theirs,
        "both": together((conflict.yours, conflict.theirs), single_line=place is None or place.single_line),
        "theirs_by": conflict.theirs_by,
        "theirs_at": conflict.theirs_at.isoformat() if conflict.theirs_at else None,
        "version": conflict.version,
        "label": versions.label,
        "html": render_to_string("declarations/includes/conflict.html", {"versions": versions}),
    }


def _kind(declaration: Declaration, path: str) -> str:
    field = declaration.edition.fields.get(path)
    return field.kind if field else ""


def _readings(declaration: Declaration, outcome: SaveOutcome) -> dict[str, str]:
    """Inside of every 读作 that a saved change moved, by path."""
    readings = {
        saved.path: reading_of(kind, saved.value)
        for saved in outcome.saved
        if (kind := _kind(declaration, saved.path)) in ("amount", "date")
    }
    for row in outcome.rows:
        if isinstance(row, Indicator):
            html = reading_html(row.target, name=row.name, level2=row.level2)
            readings[f"indicators.{row.row_id}.target"] = html
    return readings


def place_in_words(declaration: Declaration, path: str) -> str:
    """“项目概况”, “第 9 行 指标目标值”."""
    if path in declaration.edition.fields:
        return declaration.edition.fields[path].term
    return describe(Finding("", Level.HINT, path, ""), declaration.document(), declaration.edition)
