"""进度: how far each unit of a campaign is, counted by the database in a constant number of queries.

The same for every kind of form; what only a kind knows it says in ``perfgoals.campaigns.kinds``.

Counts speak of every form, also of drafts that only their unit may open: a reviewer sees how many, never what they say.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from perfgoals.accounts.models import Organization, User
from perfgoals.campaigns import kinds
from perfgoals.campaigns.kinds import FormKind
from perfgoals.campaigns.models import Campaign, Participation
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

CENT = Decimal("0.01")


@dataclass
class Counts:
    """Projects of a unit, a department or everybody, by how far they are."""

    not_started: int = 0
    draft: int = 0
    returned: int = 0
    review: int = 0
    settled: int = 0  # approved or confirmed
    late: int = 0  # sent after the deadline
    overdue: int = 0  # not sent although the deadline has passed
    money: Decimal = Decimal(0)

    def add(self, other: "Counts") -> None:
        for name in ("not_started", "draft", "returned", "review", "settled", "late", "overdue", "money"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def count(self, state: str, number: int) -> None:
        if state in IN_REVIEW:
            self.review += number
        elif state == State.RETURNED:
            self.returned += number
        elif state == State.DRAFT:
            self.draft += number
        else:
            self.settled += number

    @property
    def total(self) -> int:
        return self.unsent + self.review + self.settled

    @property
    def unsent(self) -> int:
        return self.not_started + self.draft + self.returned

    @property
    def bar(self) -> list[tuple[str, str, str]]:
        """Class, x and width of each part of the bar, in percent of the total."""
        parts = (
            ("c-4", self.settled),
            ("c-2", self.review),
            ("c-amber", self.returned),
            ("c-1", self.draft),
            ("c-0", self.not_started),
        )
        shown, before = [], 0
        for name, number in parts:
            if number:
                shown.append((name, f"{before / self.total:.2%}", f"{number / self.total:.2%}"))
            before += number
        return shown


@dataclass
class UnitLine:
    """One unit in the campaign."""

    organization: Organization
    counts: Counts
    deadline: datetime.datetime | None
    is_extended: bool
    reminded_at: datetime.datetime | None
    must_file: bool  # also where no project is known

    @property
    def is_waited_for(self) -> bool:
        """Something is still to come from this unit; one that must file and has no form has not begun."""
        return self.counts.unsent > 0 or (self.must_file and self.counts.total == 0)

    @property
    def has_nothing_to_send(self) -> bool:
        """Nothing was opened and nothing is expected: there is nothing to be evaluated."""
        return self.counts.total == 0 and not self.must_file


@dataclass
class DepartmentLine:
    """A department with its units; a department that files for itself is one of them."""

    department: Organization
    units: list[UnitLine] = field(default_factory=list)

    @cached_property
    def counts(self) -> Counts:
        counts = Counts()
        for unit in self.units:
            counts.add(unit.counts)
        return counts

    @property
    def waited_for(self) -> list[UnitLine]:
        return [unit for unit in self.units if unit.is_waited_for]

    @property
    def has_nothing_to_send(self) -> bool:
        return all(unit.has_nothing_to_send for unit in self.units)

    @property
    def only_unit(self) -> UnitLine | None:
        return self.units[0] if len(self.units) == 1 else None

    @property
    def reminded_at(self) -> datetime.datetime | None:
        """When the last of those still waited for was reminded; None while one of them never was."""
        moments = [unit.reminded_at for unit in self.waited_for]
        return min((m for m in moments if m), default=None) if moments and all(moments) else None


@dataclass
class Progress:
    """A campaign as one person sees it."""

    campaign: Campaign
    kind: FormKind
    departments: list[DepartmentLine]
    not_started: str  # which projects 未开始 counts, in words; "" where none are expected

    @cached_property
    def counts(self) -> Counts:
        counts = Counts()
        for department in self.departments:
            counts.add(department.counts)
        return counts

    @property
    def units(self) -> list[UnitLine]:
        return [unit for department in self.departments for unit in department.units]

    @property
    def waited_for(self) -> list[UnitLine]:
        return [unit for unit in self.units if unit.is_waited_for]


def kind_of(campaign: Campaign) -> FormKind:
    """What is filled in this campaign. 404 where this site fills no such forms."""
    found = kinds.find(campaign)
    if found is None:
        raise Http404
    return found


def progress_of(campaign: Campaign, user: User, *, places: Sequence[int] | None = None) -> Progress:
    """How far everybody in this person's scope is; ``places`` narrows it to some units. Six queries."""
    units = units_in(campaign, user)
    if places is not None:
        units = units.filter(pk__in=places)
    known = {unit.pk: unit for unit in units.select_related("parent")}
    kind = kind_of(campaign)
    counts: dict[int, Counts] = defaultdict(Counts)
    counted = kind.once(kind.forms(campaign).filter(organization__in=list(known)))
    grouped = counted.order_by().values_list("organization", "state")
    for unit, state, number, money in grouped.annotate(number=Count("pk"), money=Sum(kind.money)):
        counts[unit].count(state, number)
        # SQLite adds floats: what it says is right to the cent for any sum that a city spends.
        counts[unit].money += (money or Decimal(0)).quantize(CENT)
    expected = kind.expected(campaign, list(known))
    by_unit = expected.projects.order_by().values_list("organization")
    for unit, number in by_unit.annotate(number=Count("pk")):
        counts[unit].not_started = number
    extensions = dict(campaign.extensions.values_list("organization", "closes_at"))
    deadlines = {pk: campaign.later_of(extensions.get(pk)) for pk in known}
    _mark_late(campaign, kind.with_deadline(counted), counts, deadlines)
    reminded = dict(Participation.objects.filter(campaign=campaign).values_list("organization", "reminded_at"))
    departments: dict[int, DepartmentLine] = {}
    for unit in known.values():
        line = departments.setdefault(unit.department.pk, DepartmentLine(unit.department))
        line.units.append(
            UnitLine(
                unit,
                counts[unit.pk],
                deadlines[unit.pk],
                unit.pk in extensions,
                reminded.get(unit.pk),
                kind.every_unit_files,
            )
        )
    return Progress(campaign, kind, _waited_for_first(departments.values()), expected.note)


def _waited_for_first(departments: Iterable[DepartmentLine]) -> list[DepartmentLine]:
    lines = list(departments)
    for line in lines:
        line.units.sort(key=_unit_order)
    return sorted(lines, key=lambda line: (-line.counts.unsent, -len(line.waited_for), line.department.code))


def _unit_order(unit: UnitLine) -> tuple[int, bool, bool, str]:
    return -unit.counts.unsent, not unit.is_waited_for, unit.has_nothing_to_send, unit.organization.code


def units_in(campaign: Campaign, user: User) -> QuerySet[Organization]:
    """The units that take part, within this person's scope: those that were told, and those that have a form.

    Before a campaign is announced these are all that will be told.
    """
    seen = Organization.objects.visible_to(user).filter(region=campaign.region_id)
    forms = Exists(kind_of(campaign).forms(campaign).filter(organization=OuterRef("pk")))
    told = Exists(Participation.objects.filter(campaign=campaign, organization=OuterRef("pk")))
    if campaign.announced_at is None and not campaign.is_archived:
        return seen.filter(Q(is_active=True) | forms)
    return seen.filter(told | forms)


def _mark_late(
    campaign: Campaign,
    counted: Any,
    counts: dict[int, Counts],
    deadlines: dict[int, datetime.datetime | None],
) -> None:
    """Late forms by the deadline of their own unit. One query, none before the first deadline has passed."""
    now = timezone.now()
    if campaign.closes_at is None or campaign.closes_at >= now:
        return
    late = counted.filter(first_submitted_at__gt=campaign.closes_at)
    for unit, sent in late.values_list("organization", "first_submitted_at"):
        deadline = deadlines[unit]
        counts[unit].late += deadline is not None and sent is not None and sent > deadline
    never_sent = dict(
        counted.filter(first_submitted_at__isnull=True, state__in=EDITABLE)
        .order_by()
        .values_list("organization")
        .annotate(number=Count("pk"))
    )
    for unit, deadline in deadlines.items():
        if deadline is not None and deadline < now:
            counts[unit].overdue = counts[unit].not_started + never_sent.get(unit, 0)
