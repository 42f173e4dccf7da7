"""Saving what officers type: the only way a field or a cell of a draft changes.

A page says for every changed field which version of it was shown (``seen``). A field that somebody else changed
meanwhile is not overwritten: it comes back as a ``Conflict`` with both texts, and everything else is saved. Only the
named columns are written, so two people in one form never lose each other's work.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark, owner_of
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.places import Place
from perfgoals.reviewing import history, returning
from perfgoals.workflow import EDITABLE, State, StateConflict

# Control characters, halves of surrogate pairs and non-characters: invisible, and no database, paper or workbook
# takes all of them. Tab and line feed are text.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as typed now. ``seen`` is the version the page showed, 0 if it was never saved."""

    path: str
    value: str
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A field that now holds ``value``. ``note`` says what was taken out of the typed text, if anything."""

    path: str
    version: int
    at: datetime.datetime
    by: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that changed since the page showed it; nothing of it was written."""

    path: str
    yours: str
    theirs: str
    theirs_by: str
    theirs_at: datetime.datetime | None
    version: int
    own: bool = False  # the other text is the same person's, from another page


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that cannot be kept; ``message`` says why and what to do."""

    path: str
    value: str
    message: str


@dataclass(slots=True)
class SaveOutcome:
    """What became of every change of one call."""

    saved: list[Saved] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)  # table rows that were written, as they are now
    version: int = 0  # of the filing


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A change that may be written: cleaned, short enough, at a known place."""

    change: FieldChange
    place: Place
    value: str
    row: Any = None

    @property
    def note(self) -> str:
        plain = self.change.value.replace("\r\n", "\n").replace("\r", "\n")
        return "含有看不见的字符，已拿掉后保存。" if _INVISIBLE.search(plain) else ""

    def current(self, filing: FilledFiling) -> str:
        return self.place.read(self.row or filing)


def clean(value: str, *, single_line: bool) -> str:
    """``value`` as it is kept: line ends unified, invisible characters gone, and otherwise as typed."""
    plain = _INVISIBLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"\s*\n\s*", " ", plain).strip() if single_line and "\n" in plain else plain


def marks_of(filing: FilledFiling) -> dict[str, Mark]:
    """Who last saved each field, by path."""
    return {mark.path: mark for mark in filing.marks.select_related("saved_by")}


def save_fields(filing: FilledFiling, changes: Sequence[FieldChange], *, actor: User) -> SaveOutcome:
    """Write ``changes``, each by itself: saved, in conflict, or refused with a message.

    ``filing`` is current afterwards and its version has grown by one if anything was written. Raises
    ``PermissionDenied``, or ``StateConflict`` when the form is no longer being filled in.
    """
    if not may_fill(actor, filing):
        raise PermissionDenied
    if not filing.is_editable:
        raise StateConflict
    outcome = SaveOutcome(version=filing.version)
    latest = {change.path: change for change in changes}
    with transaction.atomic():
        candidates = _candidates(filing, latest.values(), outcome)
        if candidates:
            claim(filing)
            _write(filing, candidates, outcome, actor)
    outcome.version = filing.version
    return outcome


def claim(filing: FilledFiling) -> None:
    """Make this transaction the only writer of ``filing`` until it ends, and the instance current.

    The version grows by one. An UPDATE holds its row on every database, so there is no reliance on
    ``SELECT … FOR UPDATE``. Raises ``StateConflict`` when the form is no longer being filled in.
    """
    rows = type(filing)._default_manager.filter(pk=filing.pk, state__in=EDITABLE)
    growth = {"version": F("version") + 1, "changed_at": timezone.now()}
    if rows.filter(version=filing.version).update(**growth):
        filing.version += 1
    elif rows.update(**growth):
        filing.refresh_from_db()
    else:
        raise StateConflict


def _candidates(filing: FilledFiling, changes: Iterable[FieldChange], outcome: SaveOutcome) -> list[_Candidate]:
    """The changes that could be written; the others are refused."""
    candidates = []
    openness = returning.openness_of(filing)
    for change in changes:
        place = filing.place_of(change.path)
        if place is None:
            outcome.refused.append(Refused(change.path, change.value, "这张表上没有这一栏，没有保存。"))
            continue
        if not openness.allows(change.path, filing.edition):
            outcome.refused.append(Refused(change.path, change.value, returning.LOCKED))
            continue
        value = clean(change.value, single_line=place.single_line)
        if problem := place.problem(value):
            outcome.refused.append(Refused(change.path, change.value, problem))
        else:
            candidates.append(_Candidate(change, place, value))
    return candidates


def _write(filing: FilledFiling, candidates: list[_Candidate], outcome: SaveOutcome, actor: User) -> None:
    candidates = _with_rows(filing, candidates, outcome)
    paths = [candidate.change.path for candidate in candidates]
    marks = {mark.path: mark for mark in filing.marks.filter(path__in=paths).select_related("saved_by")}
    changed = [c for c in candidates if _differs(filing, c, marks.get(c.change.path), outcome, actor)]
    if not changed:
        # Nothing to write: the version must not grow for it.
        transaction.set_rollback(True)
        filing.version -= 1
        return
    now = timezone.now()
    _record(filing, changed, actor)
    versions = _mark(filing, [c.change.path for c in changed], marks, actor, now)
    _write_columns(filing, changed, outcome)
    filing.after_saving()
    outcome.saved += [
        Saved(c.change.path, versions[c.change.path], now, actor.name, c.value, c.note) for c in changed
    ]


def _with_rows(filing: FilledFiling, candidates: list[_Candidate], outcome: SaveOutcome) -> list[_Candidate]:
    """Cells get their row, one query a table; a cell whose row is gone is refused."""
    rows: dict[tuple[str, str], Any] = {}
    for table in {c.place.table for c in candidates if c.place.is_cell}:
        wanted = {c.place.row_id for c in candidates if c.place.table == table}
        rows |= {(table, row.row_id): row for row in filing.rows_of(table).filter(row_id__in=wanted)}
    kept = []
    for candidate in candidates:
        place, change = candidate.place, candidate.change
        if not place.is_cell:
            kept.append(candidate)
        elif (place.table, place.row_id) in rows:
            kept.append(replace(candidate, row=rows[place.table, place.row_id]))
        else:
            outcome.refused.append(Refused(change.path, change.value, "这一行已经删除，没有保存。"))
    return kept


def _differs(
    filing: FilledFiling,
    candidate: _Candidate,
    mark: Mark | None,
    outcome: SaveOutcome,
    actor: User,
) -> bool:
    """Whether the change is to be written. The same text twice is saved already; a field that moved is a conflict."""
    change, current = candidate.change, candidate.current(filing)
    version = mark.version if mark else 0
    if current == candidate.value:
        at, by = (mark.saved_at, mark.saved_by.name) if mark else (timezone.now(), actor.name)
        outcome.saved.append(Saved(change.path, version, at, by, current, candidate.note))
        return False
    if version == change.seen:
        return True
    outcome.conflicts.append(
        Conflict(
            path=change.path,
            yours=candidate.value,
            theirs=current,
            theirs_by=mark.saved_by.name if mark else "",
            theirs_at=mark.saved_at if mark else None,
            version=version,
            own=mark is not None and mark.saved_by_id == actor.pk,
        )
    )
    return False


def _mark(
    filing: FilledFiling,
    paths: list[str],
    marks: dict[str, Mark],
    actor: User,
    now: datetime.datetime,
) -> dict[str, int]:
    """Note the new version of each field; all or nothing against the versions that were read."""
    versions = {path: marks[path].version if path in marks else 0 for path in paths}
    for version in set(versions.values()) - {0}:
        pks = [marks[path].pk for path in paths if versions[path] == version]
        moved = filing.marks.filter(pk__in=pks, version=version).update(
            version=version + 1, saved_by=actor, saved_at=now
        )
        if moved != len(pks):
            raise StateConflict
    owner = owner_of(filing.marks)
    filing.marks.bulk_create(
        filing.marks.model(**owner, path=path, version=1, saved_by=actor)
        for path, version in versions.items()
        if version == 0
    )
    return {path: version + 1 for path, version in versions.items()}


def _write_columns(filing: FilledFiling, changed: list[_Candidate], outcome: SaveOutcome) -> None:
    columns: set[str] = set()
    row_columns: dict[int, set[str]] = {}
    rows: dict[int, Any] = {}
    for candidate in changed:
        if candidate.row is None:
            columns |= candidate.place.write(filing, candidate.value)
        else:
            rows[id(candidate.row)] = candidate.row
            written = candidate.place.write(candidate.row, candidate.value)
            row_columns.setdefault(id(candidate.row), set()).update(written)
    if columns:
        values = {column: getattr(filing, column) for column in columns}
        type(filing)._default_manager.filter(pk=filing.pk).update(**values)
    for key, row in rows.items():
        row.save(update_fields=row_columns[key])
    outcome.rows = list(rows.values())


def _record(filing: FilledFiling, changed: list[_Candidate], actor: User) -> None:
    """What was sent once keeps its old values; what a reviewer has seen has them on record too (操作留痕)."""
    values = {c.change.path: (c.current(filing), c.value) for c in changed}
    history.keep(filing, values, actor=actor)
    if filing.state != State.RETURNED:
        return
    record(
        actor=actor,
        action="edit",
        subject=filing,
        from_state=filing.state,
        to_state=filing.state,
        changes={path: list(pair) for path, pair in values.items()},
    )
