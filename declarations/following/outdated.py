"""What happened to the approved targets after a form had copied them."""

from collections.abc import Iterator
from typing import Any

from declarations.following.opening import targets_in_force
from perfgoals.findings import Finding, Level


def about_targets(filing: Any, why: str) -> Iterator[Finding]:
    """One query, two for a draft; none for a form that stands alone. ``why`` is the clause that wants targets copied."""
    if filing.declaration_id is None:
        return
    rows = list(filing.indicators.all())
    for row in rows:
        if row.former_target and not row.is_vanished:
            message = f"“{row.name}”的目标值由“{row.former_target}”调整为“{row.target}”，请核对这一行写的数。"
            yield Finding("target_changed", Level.HINT, f"indicators.{row.row_id}.target", message, why)
    vanished = [row.name for row in rows if row.is_vanished]
    if vanished:
        message = f"批复的目标里已没有“{'”“'.join(vanished)}”。写过的内容还在，不印出，也不计算。"
        yield Finding("rows_vanished", Level.HINT, "indicators", message, why)
    if filing.is_editable:
        newest = targets_in_force(filing)
        if newest is not None and newest.pk != filing.declaration_id:
            message = "批复的目标在取来之后调整过。请重新取目标，写过的内容不会丢。"
            yield Finding("targets_outdated", Level.DOUBT, "indicators", message, why)
