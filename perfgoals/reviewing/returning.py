"""Which places of a returned form are open: only what the return names (F61)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.editions import Edition
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.workflow import Filing, State

LOCKED = "这一处没有退回，已锁定。要改请先让审核人退回这一处。"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place to be mended, with the reviewer's note."""

    path: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Openness:
    """What may be changed now. ``paths`` is None where everything is."""

    paths: frozenset[str] | None

    @property
    def is_whole(self) -> bool:
        return self.paths is None

    def allows(self, path: str, edition: Edition) -> bool:
        """Whether this field, cell or row is open: named itself, or by its row, its table or its section."""
        if self.paths is None:
            return True
        parts = path.split(".")
        above = {".".join(parts[: length + 1]) for length in range(len(parts))}
        return bool(self.paths & (above | {f"section:{edition.section_for_path(path).key}"}))

    def allows_section(self, key: str, edition: Edition) -> bool:
        """Whether anything in this section is open."""
        if self.paths is None or f"section:{key}" in self.paths:
            return True
        return any(
            edition.section_for_path(path).key == key for path in self.paths if not path.startswith("section:")
        )


EVERYTHING = Openness(None)


def last_round(filing: Filing) -> ReturnRound | None:
    """The latest return of this filing, answered or not."""
    return ReturnRound.objects.of(filing).order_by("-pk").first()


def openness_of(filing: Filing) -> Openness:
    """What may be changed now; one query for a returned form, none for a draft."""
    if filing.state != State.RETURNED:
        return EVERYTHING
    latest = last_round(filing)
    paths = frozenset(latest.places.values_list("path", flat=True)) if latest else frozenset()
    return Openness(paths or None)


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
