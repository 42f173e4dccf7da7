"""Which places of a returned form are open: what the return names, and what mending that needs (F61)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.editions import Edition
from perfgoals.findings import Finding, Level
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound, ValueChange
from perfgoals.workflow import Filing, State

LOCKED = "这一处没有退回，已锁定。要改就写批注告诉审核人，送审以后请他把这一处也退回。"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place to be mended, with the reviewer's note."""

    path: str
    note: str = ""


def _nothing() -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Openness:
    """What may be changed now. ``paths``, named by the return, is None where everything is.

    Two kinds of places are open with them, so that a form that came back can always be mended and sent again:
    ``joined``, what a sum of the form adds up with a named place, and ``mending``, where 体检 finds 错误 or something was
    changed since the return (or a place would close under the hands of whoever mends it). The latter is asked for last.
    """

    paths: frozenset[str] | None
    joined: frozenset[str] = frozenset()
    mending: Callable[[], frozenset[str]] = _nothing

    @property
    def is_whole(self) -> bool:
        return self.paths is None

    def allows(self, path: str, edition: Edition) -> bool:
        """Whether this field, cell or row is open: named itself, or by its row, its table or its section."""
        return self.is_named(path, edition) or bool(self.why_unnamed(path, edition))

    def is_named(self, path: str, edition: Edition) -> bool:
        """Whether the return itself opens this place."""
        return self.paths is None or _covers(self.paths, path, edition)

    def why_unnamed(self, path: str, edition: Edition) -> str:
        """Why a place is open that the return does not name: ``joined``, ``mending``, or "" for a locked one."""
        if _covers(self.joined, path, edition):
            return "joined"
        return "mending" if _covers(self.mending(), path, edition) else ""

    def allows_section(self, key: str, edition: Edition) -> bool:
        """Whether anything in this section is open."""
        if self.paths is None or f"section:{key}" in self.paths:
            return True
        places = self.paths | self.joined | self.mending()
        return any(
            edition.section_for_path(path).key == key for path in places if not path.startswith("section:")
        )

    def opens_within(self, path: str) -> bool:
        """Whether something inside this row or table is open besides what the return names."""
        return any(one.startswith(f"{path}.") for one in self.joined | self.mending())


EVERYTHING = Openness(None)


def last_round(filing: Filing) -> ReturnRound | None:
    """The latest return of this filing, answered or not."""
    return ReturnRound.objects.of(filing).order_by("-pk").first()


def openness_of(filing: Any) -> Openness:
    """What may be changed now in a ``FilledFiling``; two queries for a returned form, none for a draft.

    The form is checked up only where somebody asks for a place that the return does not open.
    """
    if filing.state != State.RETURNED:
        return EVERYTHING
    latest = last_round(filing)
    if latest is None:
        return EVERYTHING
    return openness_after(filing, latest, latest.places.values_list("path", flat=True), filing.findings)


def openness_after(
    filing: Any, latest: ReturnRound, paths: Iterable[str], findings: Callable[[], Iterable[Finding]] | None
) -> Openness:
    """What this return leaves open. Without ``findings``, for people who do not mend the form: what it names and joins."""
    named = frozenset(paths)
    if not named:
        return EVERYTHING
    joined = joined_with(named, filing.edition)
    if findings is None:
        return Openness(named, joined)

    @cache
    def mending() -> frozenset[str]:
        wrong = (finding for finding in findings() if finding.level is Level.ERROR)
        errors = {_whole_row(filing, path) for finding in wrong for path in finding.mended_at}
        changed = ValueChange.objects.of(filing).filter(changed_at__gte=latest.returned_at)
        return frozenset(errors | set(changed.values_list("path", flat=True))) - {""}

    return Openness(named, joined, mending)


def joined_with(named: frozenset[str], edition: Edition) -> frozenset[str]:
    """What the sums of the form join with these places, table columns as whole tables: rows may have to come or go."""
    joined: set[str] = set()
    for sums in edition.sums:
        places = [part.partition("[]")[0] for part in (sums.total, *sums.parts)]
        columns = [part.partition("[].")[2] for part in (sums.total, *sums.parts)]
        if any(_touches(named, place, column, edition) for place, column in zip(places, columns, strict=True)):
            joined |= {place for place in places if not _covers(named, place, edition)}
    return frozenset(joined)


def _touches(named: frozenset[str], place: str, column: str, edition: Edition) -> bool:
    """Whether a return opens this place, or of a table this column in some row."""
    rows = {path for path in named if path.startswith(f"{place}.")} if column else set()
    return _covers(named, place, edition) or any(
        path.count(".") == 1 or path.endswith(f".{column}") for path in rows
    )


def _whole_row(filing: Any, path: str) -> str:
    """A cell that is wrong may have to move with its row."""
    return ".".join(path.split(".")[:2]) if path.partition(".")[0] in filing.tables else path


def _covers(paths: frozenset[str], path: str, edition: Edition) -> bool:
    """Whether ``paths`` name this field, cell or row: itself, or its row, its table or its section."""
    if not paths:
        return False
    parts = path.split(".")
    above = {".".join(parts[: length + 1]) for length in range(len(parts))}
    return bool(paths & (above | {f"section:{edition.section_for_path(path).key}"}))


def keep_round(
    filing: Filing,
    *,
    actor: User,
    comment: str,
    places: Sequence[NamedPlace] = (),
    reason_code: str = "",
    clause: str = "",
) -> ReturnRound:
    """Write down a return; called by the act that returns, in its transaction."""
    kept = ReturnRound.objects.create(
        content_type=ContentType.objects.get_for_model(type(filing)),
        object_id=filing.pk,
        comment=comment.strip(),
        reason_code=reason_code,
        clause=clause,
        returned_by=actor,
    )
    ReturnedPlace.objects.bulk_create(
        ReturnedPlace(round=kept, path=place.path, note=place.note.strip()) for place in _distinct(places)
    )
    return kept


def close_rounds(filing: Filing) -> None:
    """The unit has sent the form again: its return is answered."""
    ReturnRound.objects.of(filing).filter(answered_at__isnull=True).update(answered_at=timezone.now())


def reopen_last_round(filing: Filing) -> None:
    """The unit has recalled the form: its latest return is being answered again."""
    latest = last_round(filing)
    if latest is not None:
        ReturnRound.objects.filter(pk=latest.pk).update(answered_at=None)


def _distinct(places: Iterable[NamedPlace]) -> list[NamedPlace]:
    return list({place.path: place for place in places}.values())
