"""What hangs beside which block of the paper: one card a place, numbered in the order of the form.

A card gathers all that is said of its place: findings with the unit's reasons, remarks, what the last return asked for,
what changed, money beside targets, the reviewer's own note and suggestion.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from perfgoals.documents.bands import Band, Block, bands, blocks, decorated
from perfgoals.documents.parts import Mark, Paper
from perfgoals.editions import Edition
from perfgoals.filling.check_page import tints
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import WrittenReason
from perfgoals.filling.words import place_words
from perfgoals.findings import Finding, Level
from perfgoals.reviewing.commenting import Board
from perfgoals.reviewing.comparing import Comparison, RowChange, TextChange
from perfgoals.reviewing.models import ReturnNote

# Kinds of fields whose changes are worth a card; those of short ones are seen where they stand.
_TEXTS = ("paragraph",)


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as reviewers see it, with the unit's written reason."""

    finding: Finding
    reason: WrittenReason | None


@dataclass(slots=True)
class Card:
    """Everything said of one place. ``number`` is printed on the form, 0 where the place stands on no paper."""

    path: str
    place: str
    number: int = 0
    findings: list[Said] = field(default_factory=list)
    asked: str | None = None  # what the last return asked here
    asked_changed: bool = False
    change: TextChange | None = None
    money: Any = None  # sentences about money, where the kind has any
    has_remarks: bool = False
    note: ReturnNote | None = None
    suggestions: list[Any] = field(default_factory=list)
    may_list: bool = True  # a whole return needs no name
    may_suggest: bool = False
    draft: str = ""  # a suggestion that was refused, kept on screen
    error: str = ""

    @property
    def level(self) -> str:
        levels = sorted((said.finding.level for said in self.findings), key=lambda level: level.rank)
        return levels[0].value if levels else ""

    @property
    def says_something(self) -> bool:
        """Whether anything is said here, beside what a reviewer may write."""
        return bool(self.findings or self.has_remarks or self.asked is not None or self.change or self.money)

    @property
    def is_listed(self) -> bool:
        return self.note is not None and self.note.is_listed

    @property
    def id(self) -> str:
        return self.path.replace(".", "-").replace(":", "-") or "form"


@dataclass(frozen=True, slots=True)
class BandView:
    """A band with its cards, the hints beside it and the places where the reviewer may write a note of their own."""

    band: Band
    number: int
    cards: list[Card]
    hints: list[tuple[str, Finding]]
    places: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sources:
    """All that may be said of a form, as it was brought together by the page."""

    filing: FilledFiling
    document: Any
    lay_out: Callable[[Mapping[str, str]], Paper]  # the form on paper, with these tints
    findings: Sequence[Finding]
    reasons: Mapping[tuple[str, str], WrittenReason]
    board: Board
    notes: Mapping[str, ReturnNote]
    suggestions: Sequence[Any] = ()  # each with a ``path``
    asked: Mapping[str, str] = field(default_factory=dict)
    takes_suggestions: bool = False
    comparison: Comparison | None = None
    since: Comparison | None = None  # with the submission before, where there was a return
    money: tuple[str, Any] | None = None  # the place it stands at, and what is said

    @property
    def edition(self) -> Edition:
        return self.filing.edition


@dataclass(frozen=True, slots=True)
class Margin:
    """The page's bands, and the cards that belong to the form as a whole."""

    bands: list[BandView]
    whole: list[Card]

    @property
    def cards(self) -> list[Card]:
        return [*self.whole, *(card for view in self.bands for card in view.cards)]


def margin_of(sources: Sources, *, revision: str = "") -> Margin:
    """The form in bands with its cards."""
    edition = sources.edition
    marked = [f for f in sources.findings if (f.code, f.path) not in sources.reasons]
    sheet = sources.lay_out(tints(marked))
    stand = blocks(sheet, edition)
    cards = _cards(sources)
    homes = {path: at for at, block in reversed(list(enumerate(stand))) for path in block.paths}
    anchors = {path: _anchor(path, homes, sources) for path in cards}
    order = {path: at for at, path in enumerate(dict.fromkeys(path for block in stand for path in block.paths))}
    placed = sorted((path for path in cards if anchors[path]), key=lambda path: (order[anchors[path]], path))
    marks: dict[str, tuple[Mark, ...]] = {}
    for number, path in enumerate(placed, 1):
        cards[path].number = number
        anchor = anchors[path]
        marks[anchor] = (*marks.get(anchor, ()), Mark(number, cards[path].level))
    sizes = _sizes(
        stand, [[cards[path] for path in placed if homes[anchors[path]] == at] for at in range(len(stand))]
    )
    drawn = bands(_drawn(sheet, marks, sources.comparison), edition, sizes=sizes, revision=revision)
    homes = {path: at for at, band in reversed(list(enumerate(drawn))) for path in band.paths}
    views = []
    for at, band in enumerate(drawn):
        here = [cards[path] for path in placed if homes[anchors[path]] == at]
        views.append(BandView(band, at, here, _hints(sources, homes, at), _places(sources, band, cards)))
    return Margin(views, [card for path, card in cards.items() if not anchors[path]])


# About how tall notes are drawn, in pixels: what is left out does no harm, rows only grow a little more.
_CARD, _NOTE_LINE, _NOTE_CHARACTERS = 110, 23, 24
_SLACK = 1.2  # rows may grow by a fifth before the next block is taken along


def _sizes(stand: Sequence[Block], cards: Sequence[Sequence[Card]]) -> list[int]:
    """How many blocks go into each band: where the notes are taller than their block, the next one joins it."""
    sizes: list[int] = []
    paper_height = notes_height = 0
    for block, here in zip(stand, cards, strict=True):
        fits = notes_height <= paper_height * _SLACK
        if not sizes or fits:
            sizes.append(1)
            paper_height = notes_height = 0
        else:
            sizes[-1] += 1
        paper_height += block.height
        notes_height += 40 + sum(_card_height(card) for card in here)
    return sizes


def _card_height(card: Card) -> int:
    texts = [said.finding.message + (said.reason.reason if said.reason else "") for said in card.findings]
    texts += [card.asked or "", *(one.suggestion.text for one in card.suggestions)]
    if card.change is not None:
        texts.append("　" * 40)
    if card.money is not None:
        texts += [card.money.money, *(note.text + "看这一行" for note in card.money.notes)]
    return _CARD + _NOTE_LINE * sum(len(text) // _NOTE_CHARACTERS + 1 for text in texts if text)


def _drawn(sheet: Paper, marks: Mapping[str, tuple[Mark, ...]], comparison: Comparison | None) -> Paper:
    return decorated(sheet, marks=marks, pieces=comparison.pieces() if comparison else {})


def _cards(sources: Sources) -> dict[str, Card]:
    """One card a path; 提示 make none."""
    edition, document = sources.edition, sources.document
    cards: dict[str, Card] = {}

    def card(path: str) -> Card:
        if path not in cards:
            cards[path] = Card(path, place_words(sources.filing, path, document))
        return cards[path]

    for finding in sources.findings:
        if finding.level is not Level.HINT:
            reason = sources.reasons.get((finding.code, finding.path))
            card(finding.path).findings.append(Said(finding, reason))
    for path in sources.board.by_path:
        card(path).has_remarks = True
    changed = _changed_paths(sources.since)
    for path, words in sources.asked.items():
        card(path).asked = words
        card(path).asked_changed = any(one == path or one.startswith(f"{path}.") for one in changed) or (
            path.startswith("section:") and any(f"section:{_section(edition, one)}" == path for one in changed)
        )
    for field_change in sources.comparison.changed_fields if sources.comparison else ():
        if edition.fields[field_change.path].kind in _TEXTS:
            card(field_change.path).change = field_change.change
    if sources.money is not None and sources.money[0] in edition.fields:
        card(sources.money[0]).money = sources.money[1]
    for path, note in sources.notes.items():
        card(path).note = note
    for suggestion in sources.suggestions:
        card(suggestion.path).suggestions.append(suggestion)
    for path, one in cards.items():
        one.may_list = bool(path) and _is_here(path, sources)
        one.may_suggest = sources.takes_suggestions and one.may_list and _is_text(path, sources)
    return cards


def _changed_paths(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    rows: tuple[RowChange, ...] = (*comparison.changed_rows, *comparison.changed_parts)
    found = [one.path for one in comparison.changed_fields]
    for row in rows:
        found += [row.path, row.path.split(".", 1)[0], *(f"{row.path}.{cell.column}" for cell in row.cells)]
    return found


def _section(edition: Edition, path: str) -> str:
    return edition.section_for_path(path).key


def _is_here(path: str, sources: Sources) -> bool:
    """Whether a return can name the place: a remark may hang on a row that is gone."""
    table, _, rest = path.partition(".")
    if table in sources.filing.tables and rest:
        row_id, dot, _ = rest.partition(".")
        here = row_id in {row.row_id for row in getattr(sources.document, table)}
        return here and (not dot or sources.filing.place_of(path) is not None)
    return path.startswith("section:") or path in sources.edition.fields


def _is_text(path: str, sources: Sources) -> bool:
    table, _, rest = path.partition(".")
    if table in sources.filing.tables:
        return "." in rest
    return path in sources.edition.fields


def _anchor(path: str, homes: Mapping[str, int], sources: Sources) -> str:
    """Where on paper the number of a card stands; "" for what is about the whole form."""
    if not path:
        return ""
    if path.startswith("section:"):
        section = next((one for one in sources.edition.sections if one.key == path[8:]), None)
        return next((one.key for one in section.fields if one.key in homes), "") if section else ""
    table, _, rest = path.partition(".")
    if table not in sources.filing.tables or not rest:
        return path if path in homes else ""
    row_id, _, column = rest.partition(".")
    wanted = (path if column else "", f"{table}.{row_id}.name", table)
    return next((anchor for anchor in wanted if anchor in homes), "")


def _hints(sources: Sources, homes: Mapping[str, int], at: int) -> list[tuple[str, Finding]]:
    found = []
    for finding in sources.findings:
        if finding.level is Level.HINT:
            anchor = _anchor(finding.path, homes, sources)
            if homes.get(anchor, 0) == at:
                found.append((place_words(sources.filing, finding.path, sources.document), finding))
    return found


def _places(sources: Sources, band: Band, cards: Mapping[str, Card]) -> list[tuple[str, str]]:
    """The fields and cells of a band, for a note where there is no card yet."""
    found = []
    for path in band.paths:
        is_named = path in sources.edition.fields or (_is_text(path, sources) and _is_here(path, sources))
        if is_named and path not in cards:
            found.append((path, _short(path, sources)))
    return found


def _short(path: str, sources: Sources) -> str:
    words = place_words(sources.filing, path, sources.document)
    table, _, rest = path.partition(".")
    if table not in sources.filing.tables or not rest:
        return words
    row = next((row for row in getattr(sources.document, table) if row.row_id == rest.split(".")[0]), None)
    name = row.name if row else ""
    return f"{words}（{name if len(name) <= 16 else name[:16] + '……'}）"
