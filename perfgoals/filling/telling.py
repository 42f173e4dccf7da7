"""What became of a save, as JSON for the page that asked: times and readings in words, conflicts with their panel."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from perfgoals.filling.conflicts import versions_of
from perfgoals.filling.editing import Conflict, SaveOutcome
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.forms import reading_of
from perfgoals.filling.matrices import sum_readings
from perfgoals.filling.posting import together


def told(filing: FilledFiling, outcome: SaveOutcome) -> dict[str, Any]:
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
        "conflicts": [_told_conflict(filing, conflict) for conflict in outcome.conflicts],
        "refused": [
            {"path": refused.path, "value": refused.value, "message": refused.message}
            for refused in outcome.refused
        ],
        "readings": _readings(filing, outcome),
    }


def _told_conflict(filing: FilledFiling, conflict: Conflict) -> dict[str, Any]:
    versions = versions_of(filing, conflict)
    place = filing.place_of(conflict.path)
    return {
        "path": conflict.path,
        "yours": conflict.yours,
        "theirs": conflict.theirs,
        "both": together((conflict.yours, conflict.theirs), single_line=place is None or place.single_line),
        "theirs_by": conflict.theirs_by,
        "theirs_at": conflict.theirs_at.isoformat() if conflict.theirs_at else None,
        "version": conflict.version,
        "label": versions.label,
        "html": render_to_string("filling/conflict.html", {"versions": versions}),
    }


def _kind(filing: FilledFiling, path: str) -> str:
    field = filing.edition.fields.get(path)
    return field.kind if field else ""


def _readings(filing: FilledFiling, outcome: SaveOutcome) -> dict[str, str]:
    """Inside of every 读作 that a saved change moved, by path."""
    readings = {
        saved.path: reading_of(kind, saved.value)
        for saved in outcome.saved
        if (kind := _kind(filing, saved.path)) in ("amount", "date")
    }
    for row in outcome.rows:
        readings |= filing.row_readings(row)
    return readings | filing.form_readings() | sum_readings(filing) if outcome.saved else readings
