"""A form that came back: what the reviewer named, in which section, and what has been changed since (F61, F134, X-7)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib.contenttypes.models import ContentType

from perfgoals.accounts.models import User
from perfgoals.documents.models import Revision, latest_revision
from perfgoals.editions import Edition
from perfgoals.filling.addresses import place_url, step_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.words import in_form_order, section_key, words_of
from perfgoals.findings import Finding
from perfgoals.reviewing import history, returning
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.reviewing.returning import Openness
from perfgoals.workflow import State

SENT = "submit"  # the action of 送审, of every kind of filing


@dataclass(frozen=True, slots=True)
class Named:
    """One place named by a return, with the reviewer's words and whether it was changed since."""

    path: str
    words: str
    note: str
    section: str
    url: str
    is_changed: bool


@dataclass(frozen=True)
class Returned:
    """The return that is being answered."""

    round: ReturnRound
    places: tuple[Named, ...]  # in the order of the form; none: the whole form is open
    edition: Edition
    openness: Openness
    joined: tuple[str, ...] = ()  # in words: what a sum joins with the named places, open as well

    @property
    def is_whole(self) -> bool:
        return not self.places

    @cached_property
    def by_section(self) -> dict[str, list[Named]]:
        found: dict[str, list[Named]] = {}
        for place in self.places:
            found.setdefault(place.section, []).append(place)
        return found

    def is_open(self, section: str) -> bool:
        """Whether anything in this section may be changed."""
        return (
            self.is_whole or section in self.by_section or self.openness.allows_section(section, self.edition)
        )

    def numbers(self, *, changed: bool) -> list[int]:
        """Numbers of the named sections in which every place (or not every place) was changed."""
        return [
            number
            for number, section in enumerate(self.edition.sections, 1)
            if (here := self.by_section.get(section.key)) and all(p.is_changed for p in here) == changed
        ]

    @property
    def next_place(self) -> Named | None:
        """The first named place that was not changed yet."""
        return next((place for place in self.places if not place.is_changed), None)

    @property
    def words(self) -> str:
        """“退回修改：请改第 2、5 节。”, with what is changed already."""
        if self.is_whole:
            return "退回修改：照退回意见改，整张表都可以改。"
        waiting, done = self.numbers(changed=False), self.numbers(changed=True)
        if not waiting:
            return f"退回的第 {in_words(done)} 节都改过了。"
        also = f"（第 {in_words(done)} 节已改）" if done else ""
        return f"退回修改：请改第 {in_words(waiting)} 节{also}。"


def in_words(numbers: Iterable[int]) -> str:
    """“2、5、6”."""
    return "、".join(str(number) for number in numbers)


def returned_of(
    filing: FilledFiling,
    document: Any = None,
    *,
    is_own: bool = True,
    findings: Callable[[], Iterable[Finding]] | None = None,
) -> Returned | None:
    """What is to be mended in a returned form; None for every other. At most four queries.

    ``is_own``: asked for the unit, which alone sees what it has changed and not sent yet. ``findings`` saves another
    check-up where the page has had one.
    """
    if filing.state != State.RETURNED:
        return None
    latest = ReturnRound.objects.of(filing).select_related("returned_by").order_by("-pk").first()
    if latest is None:
        return None
    notes = {place.path: place.note for place in latest.places.all()}
    changes = history.changes_of(filing, since=latest.returned_at) if is_own else {}
    edition = filing.edition
    words = words_of(filing, in_form_order(edition, notes), document)
    changed = {path for path, told in changes.items() if told[0].old != told[-1].new}
    places = tuple(
        Named(
            path,
            said,
            notes[path],
            section_key(edition, path),
            _url(filing, path),
            _is_changed(path, changed, edition),
        )
        for path, said in words.items()
    )
    checked = (findings or partial(filing.findings, document)) if is_own else None
    openness = returning.openness_after(filing, latest, notes, checked)
    joined = words_of(filing, in_form_order(edition, openness.joined), document)
    return Returned(latest, places, edition, openness, tuple(joined.values()))


def _url(filing: FilledFiling, path: str) -> str:
    if path.startswith("section:"):
        return step_url(filing, path[8:])
    table, _, rest = path.partition(".")
    if table in filing.tables and rest and "." not in rest:
        return f"{step_url(filing, section_key(filing.edition, path))}#row-{rest}"
    return place_url(filing, path)


def _is_changed(path: str, changed: Iterable[str], edition: Edition) -> bool:
    if path.startswith("section:"):
        return any(section_key(edition, one) == path[8:] for one in changed)
    return any(one == path or one.startswith(f"{path}.") for one in changed)


@dataclass(frozen=True, slots=True)
class Unsent:
    """“已修改，尚未重新送审”: what the unit has now is not what it sent last (X-7)."""

    revision: Revision


def is_own(filing: FilledFiling, user: User) -> bool:
    """Somebody of the unit: what it has not sent is nobody else's business."""
    return user.organization_id == filing.organization_id


def unsent_changes(filing: FilledFiling, document: Any, user: User) -> Unsent | None:
    """Whether an open form says something else than its last 送审. No query for a form that was never sent."""
    if not filing.is_editable or filing.submitted_at is None or not is_own(filing, user):
        return None
    sent = latest_revision(filing, reason=SENT)
    if sent is None or sent.fingerprint == document.fingerprint:
        return None
    return Unsent(sent)


def sections_to_mend(filings: Sequence[FilledFiling]) -> dict[int, str]:
    """“请改第 2、5 节” for the returned ones among these rows of a list of one kind, by key. Two queries for any number."""
    rows = {row.pk: row for row in filings if row.state == State.RETURNED}
    if not rows:
        return {}
    kind = ContentType.objects.get_for_model(type(filings[0]))
    rounds = ReturnRound.objects.filter(content_type=kind, object_id__in=rows).order_by("pk")
    latest = dict(rounds.values_list("object_id", "pk"))
    numbers: dict[int, set[int]] = {pk: set() for pk in latest}
    by_round = {round_pk: pk for pk, round_pk in latest.items()}
    for place in ReturnedPlace.objects.filter(round__in=by_round):
        edition = rows[by_round[place.round_id]].edition
        keys = [section.key for section in edition.sections]
        key = section_key(edition, place.path)
        if key in keys:
            numbers[by_round[place.round_id]].add(keys.index(key) + 1)
    return {pk: f"请改第 {in_words(sorted(found))} 节" for pk, found in numbers.items() if found}
