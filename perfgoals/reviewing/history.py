"""修改记录: what became of each value since the filing was first sent, shown where the value stands (F119).

Autosave writes while somebody types. What one person changed at one place without a longer pause is one change to
people, and a value that was put back is none.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType

from perfgoals.accounts.models import User
from perfgoals.documents.difference import Piece, words
from perfgoals.reviewing.models import ValueChange
from perfgoals.workflow import Filing

_CONTEXT = 16
PAUSE = datetime.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Change:
    """One change as people see it."""

    path: str
    old: str
    new: str
    by: str
    at: datetime.datetime

    @property
    def pieces(self) -> list[Piece]:
        """Old and new in one text, word by word."""
        return words(self.old, self.new)

    @property
    def shown(self) -> list[Piece]:
        """The same, with long unchanged passages cut to what stands next to a change."""
        pieces = self.pieces
        last = len(pieces) - 1
        return [
            (kind, _cut(text, at, last) if kind == "equal" else text) for at, (kind, text) in enumerate(pieces)
        ]


def _cut(text: str, at: int, last: int) -> str:
    if len(text) <= 2 * _CONTEXT:
        return text
    before = text[:_CONTEXT] if at else ""
    after = text[-_CONTEXT:] if at < last else ""
    return f"{before}……{after}"


def is_kept(filing: Filing) -> bool:
    """Whether changes are written down: from the first 送审 on. Before it a draft is its unit's own business."""
    return filing.submitted_at is not None


def keep(filing: Filing, values: Mapping[str, tuple[str, str]], *, actor: User) -> None:
    """Write down old and new of each path, in the transaction that changes them."""
    changed = {path: pair for path, pair in values.items() if pair[0] != pair[1]}
    if not changed or not is_kept(filing):
        return
    content_type = ContentType.objects.get_for_model(type(filing))
    ValueChange.objects.bulk_create(
        ValueChange(
            content_type=content_type, object_id=filing.pk, path=path, old=old, new=new, changed_by=actor
        )
        for path, (old, new) in changed.items()
    )


def changes_of(
    filing: Filing, *, since: datetime.datetime | None = None, sent_only: bool = False
) -> dict[str, list[Change]]:
    """Changes by path, oldest first; one query, none before the first 送审.

    ``sent_only`` leaves out what was changed after the last 送审: that is the unit's own until it is sent.
    """
    if not is_kept(filing):
        return {}
    kept = ValueChange.objects.of(filing).select_related("changed_by").order_by("pk")
    if since is not None:
        kept = kept.filter(changed_at__gte=since)
    if sent_only:
        kept = kept.filter(changed_at__lte=filing.submitted_at)
    by_path: dict[str, list[Change]] = {}
    for entry in kept:
        _add(by_path.setdefault(entry.path, []), entry)
    told = {path: [one for one in changes if one.old != one.new] for path, changes in by_path.items()}
    return {path: changes for path, changes in told.items() if changes}


def _add(changes: list[Change], entry: ValueChange) -> None:
    """One more entry: part of the change before it, or a change of its own."""
    before = changes[-1] if changes else None
    by, at = entry.changed_by.name, entry.changed_at
    if before is not None and before.by == by and at - before.at <= PAUSE and before.new == entry.old:
        changes[-1] = Change(entry.path, before.old, entry.new, by, at)
    else:
        changes.append(Change(entry.path, entry.old, entry.new, by, at))


def in_row(changes: Mapping[str, list[Change]], row: str) -> list[Change]:
    """The changes of a row (``indicators.1f00a2b3``) and of its cells, oldest first."""
    found = [one for path, here in changes.items() if path == row or path.startswith(f"{row}.") for one in here]
    return sorted(found, key=lambda one: one.at)
