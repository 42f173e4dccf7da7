"""Indicators to borrow: the form's own rows, the library, and last year's form of the same project.

An offer is only shown; ``take`` puts the chosen ones into the table through the same act as every other row, with
where they came from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When

from declarations.models import Declaration, Indicator, LibraryIndicator, Origin
from declarations.tables.acts import Done, RowRefused, insert_rows
from declarations.tables.guessing import Guesser, plain_group
from declarations.tables.kinds import INDICATORS, Group, RowDraft, frame_groups, group_words
from perfgoals.accounts.models import User
from perfgoals.editions import Edition, all_editions, get_edition
from perfgoals.editions.loader import UnknownEdition
from perfgoals.editions.mapping import map_group
from perfgoals.searching import words
from perfgoals.workflow import State

CARD = ("definition", "calculation_method", "data_source", "setting_basis", "baseline")
OFFERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """One indicator that can be brought into the table. ``key`` finds it again when it is taken."""

    key: str
    group: Group | None  # None: this form has no such group, or a person must choose
    columns: dict[str, str]
    origin: str
    note: str = ""
    present: int = 0  # number of the row of the same name, 0 if there is none
    bad_target: str = ""
    source: str = ""
    used: int | None = None
    must_choose: bool = False  # ``group`` is a guess, to be confirmed
    differs: bool = False  # from the row of the same name in the table

    @property
    def name(self) -> str:
        return self.columns["name"]

    @property
    def short_source(self) -> str:
        """The first of several sources, and how many more there are."""
        first, *more = self.source.split("；")
        return f"{first}，另 {len(more)} 处" if more else first

    @property
    def target(self) -> str:
        return self.columns["target"]

    def draft(self) -> RowDraft:
        return RowDraft(self.group or ("", ""), self.columns, self.origin)


def present_names(declaration: Declaration) -> dict[str, int]:
    """The names in the table with the number of the first row that bears them."""
    numbers: dict[str, int] = {}
    for number, row in enumerate(declaration.indicators.all(), 1):
        numbers.setdefault(row.name, number)
    numbers.pop("", None)
    return numbers


def fit_group(group: Group, edition: Edition, source: Edition | None = None, *, name: str = "") -> Group | None:
    """The group of ``edition`` that holds what ``group`` held: by name, by plain name, by the mapping of editions.

    None where the form has no such group, and where only a person can choose level 2.
    """
    groups = frame_groups(edition)
    if group in groups:
        return group
    wanted = tuple(plain_group(part) for part in group)
    for candidate in groups:
        if tuple(plain_group(part) for part in candidate) == wanted:
            return candidate
    found = _mapped(group, edition, source, name) if source else None
    return found if found in groups else None


def _mapped(group: Group, edition: Edition, source: Edition, name: str) -> Group | None:
    found = map_group(group[0], group[1] or None, source, edition, name=name)
    return (found[0], found[1] or "") if found else None


def default_offers(declaration: Declaration) -> list[Offer]:
    """The rows that the form itself offers for this 绩效类型."""
    present = present_names(declaration)
    return [
        Offer(
            key=str(number),
            group=fit_group((row.level1, row.level2 or ""), declaration.edition),
            columns={"name": row.name, "target": row.target},
            origin=Origin.DEFAULT,
            present=present.get(row.name, 0),
            source=row.source,
        )
        for number, row in enumerate(
            declaration.edition.defaults_for(declaration.performance_type or declaration.fund_use)
        )
    ]


def search(query: str) -> QuerySet[LibraryIndicator]:
    """Active entries that hold every word of ``query`` in name, definition or target."""
    entries = LibraryIndicator.objects.filter(is_active=True)
    for word in words(query):
        entries = entries.filter(
            Q(name__icontains=word) | Q(definition__icontains=word) | Q(target__icontains=word)
        )
    return entries


def in_form_order(entries: QuerySet[LibraryIndicator]) -> QuerySet[LibraryIndicator]:
    """Sorted as forms print their groups, the latest edition first; groups of no edition last."""
    editions = sorted(all_editions().values(), key=lambda edition: -edition.year_from)
    groups = dict.fromkeys(group for edition in editions for group in frame_groups(edition))
    places = [When(level1=level1, level2=level2, then=at) for at, (level1, level2) in enumerate(groups)]
    return entries.order_by(Case(*places, default=len(places)), "level1", "level2", "name", "pk")


def fitting_groups(edition: Edition) -> dict[Group, Group]:
    """Groups that entries of the library bear → the group of this form where they fit."""
    fits = {}
    rows = LibraryIndicator.objects.filter(is_active=True).order_by()
    for level1, level2, edition_id in rows.values_list("level1", "level2", "edition_id").distinct():
        source = _edition_or_none(edition_id)
        if group := fit_group((level1, level2), edition, source):
            fits[level1, level2] = group
    return fits


def library_offers(
    declaration: Declaration, *, query: str = "", group: Group | None = None
) -> tuple[list[Offer], int]:
    """Entries that fit this form, most used first, and how many there are in all."""
    fits = fitting_groups(declaration.edition)
    wanted = [of for of, here in fits.items() if group is None or here == group]
    bearing = Q(pk__in=())
    for level1, level2 in wanted:
        bearing |= Q(level1=level1, level2=level2)
    entries = search(query).filter(bearing).order_by("-used", "level1", "level2", "name", "pk")
    present = present_names(declaration)
    return [_entry_offer(entry, fits, present) for entry in entries[:OFFERS_SHOWN]], entries.count()


def last_declaration(declaration: Declaration) -> Declaration | None:
    """The latest earlier year's form of the same project; of one year, the one in force."""
    earlier = declaration.project.declarations.filter(fiscal_year__lt=declaration.fiscal_year)
    earlier = earlier.exclude(state=State.SUPERSEDED).order_by("-fiscal_year", "-pk")
    found = list(earlier[:5])
    if not found:
        return None
    same_year = [one for one in found if one.fiscal_year == found[0].fiscal_year]
    return next((one for one in same_year if one.state == State.APPROVED), same_year[0])


def last_year_offers(declaration: Declaration, last: Declaration) -> list[Offer]:
    """Last year's rows with what differs from this year's row of the same name."""
    rows = list(declaration.indicators.all())
    numbers = present_names(declaration)
    return [_last_year_offer(old, last, declaration.edition, numbers, rows) for old in last.indicators.all()]


def _last_year_offer(
    old: Indicator, last: Declaration, edition: Edition, numbers: dict[str, int], rows: Sequence[Indicator]
) -> Offer:
    number = numbers.get(old.name, 0)
    was = (old.level1, old.level2)
    group = fit_group(was, edition, last.edition, name=old.name)
    must_choose = group is None
    if must_choose:
        group = _guess(_mapped(was, edition, last.edition, old.name), edition, old.name)
    if not number:
        note = "今年的表里没有"
    elif rows[number - 1].target == old.target:
        note = f"与第 {number} 行一样"
    else:
        note = f"第 {number} 行今年写的是“{rows[number - 1].target or '空'}”"
    if must_choose:
        note += f"；上年在“{group_words(was)}”"
    return Offer(
        key=old.row_id,
        group=group,
        columns={"name": old.name, "target": old.target} | {key: getattr(old, key) for key in CARD},
        origin=Origin.LAST_YEAR,
        note=note,
        present=number,
        must_choose=must_choose,
        differs=bool(number) and rows[number - 1].target != old.target,
    )


def _guess(certain: Group | None, edition: Edition, name: str) -> Group | None:
    """A group to start from where the old frame leaves it open: by the name, inside the level 1 that is certain."""
    guess, _ = Guesser(edition, {}).group("", "", name)
    return guess if guess and (certain is None or guess[0] == certain[0]) else None


def take(
    declaration: Declaration,
    source: str,
    keys: Iterable[str],
    *,
    actor: User,
    chosen: Mapping[str, Group] | None = None,
) -> Done:
    """Bring the offers ``keys`` of ``source`` (defaults, library, last_year) into the table, in the order shown.

    ``chosen`` holds the groups a person picked, by key. An entry that is taken from the library counts as used once more. Raises what ``insert_rows`` raises.
    """
    wanted = set(keys)
    with transaction.atomic():
        offers = [
            replace(offer, group=(chosen or {}).get(offer.key, offer.group))
            for offer in _offers(declaration, source, wanted)
            if offer.key in wanted
        ]
        if homeless := next((offer for offer in offers if offer.group is None), None):
            raise RowRefused(f"“{homeless.name}”还没有选放在哪一组。表没有改动。")
        words = {"defaults": "带入共性指标", "library": "从指标库带入", "last_year": "从上年带入"}[source]
        done = insert_rows(
            declaration,
            INDICATORS,
            [offer.draft() for offer in offers],
            label=f"{words} {len(offers)} 行",
            actor=actor,
        )
        if source == "library":
            taken = LibraryIndicator.objects.filter(pk__in=[int(offer.key) for offer in offers])
            taken.update(used=F("used") + 1)
    return done


def _offers(declaration: Declaration, source: str, wanted: set[str]) -> list[Offer]:
    match source:
        case "defaults":
            return default_offers(declaration)
        case "library":
            keys = [int(key) for key in wanted if key.isascii() and key.isdigit() and len(key) < 18]
            fits = fitting_groups(declaration.edition)
            entries = LibraryIndicator.objects.filter(is_active=True, pk__in=keys)
            return [_entry_offer(entry, fits, {}) for entry in entries]
        case "last_year":
            last = last_declaration(declaration)
            return last_year_offers(declaration, last) if last else []
    raise RowRefused("没有这种来源。")


def _entry_offer(entry: LibraryIndicator, fits: dict[Group, Group], present: dict[str, int]) -> Offer:
    return Offer(
        key=str(entry.pk),
        group=fits.get((entry.level1, entry.level2)),
        columns={"name": entry.name, "target": entry.target} | {key: getattr(entry, key) for key in CARD},
        origin=Origin.LIBRARY,
        present=present.get(entry.name, 0),
        bad_target=entry.bad_target,
        source=entry.source,
        used=entry.used,
    )


def usual_groups(declaration: Declaration, names: Iterable[str]) -> dict[str, Group]:
    """Where indicators of these names usually stand on this form: its own rows first, then the library."""
    edition = declaration.edition
    usual: dict[str, Group] = {}
    entries = LibraryIndicator.objects.filter(is_active=True, name__in=set(names)).order_by("used", "pk")
    for level1, level2, name in entries.values_list("level1", "level2", "name"):
        if group := fit_group((level1, level2), edition):
            usual[name] = group
    for row in edition.defaults:
        if group := fit_group((row.level1, row.level2 or ""), edition):
            usual[row.name] = group
    return usual


def _edition_or_none(edition_id: str) -> Edition | None:
    try:
        return get_edition(edition_id) if edition_id else None
    except UnknownEdition:
        return None
