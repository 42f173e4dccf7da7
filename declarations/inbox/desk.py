"""What the inbox shows around and in its rows: totals, what one can filter by, one page of forms with their reasons."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from declarations.checkup import RULES
from declarations.inbox import risk
from declarations.inbox.bulk import Pick
from declarations.inbox.risk import Facts
from declarations.inbox.waiting import (
    CLEAN,
    Wanted,
    narrowed,
    ordered,
    waiting_for,
)
from declarations.models import Declaration
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.reviewing.inbox import PAGE_SIZE, returned_before

# More units than this are chosen by their department first, or found by name.
MOST_UNITS = 150
# The columns of one row on the page; the long texts stay where they are.
_SHOWN = (
    "state",
    "version",
    "changed_at",
    "first_submitted_at",
    "adjusts",
    "fiscal_year",
    "project_name",
    "project_category",
    "current_year",
    "current_year_typed",
    "open_errors",
    "open_doubts",
    "open_findings",
    "risk",
    "risk_facts",
    "project__code",
    "organization__name",
    "campaign__name",
    "campaign__closes_at",
)

# What is counted along with every place: the bands of the order, and what needs no look at all.
_BANDS = {
    "3": Q(risk__gte=risk.FIRST),
    "2": Q(risk__gte=risk.LOOK, risk__lt=risk.FIRST),
    "1": Q(risk__lt=risk.LOOK),
    "clean": CLEAN,
}


def title_of(code: str) -> str:
    """A kind of finding in words; an unknown code (of an older rule set) is shown as it is."""
    rule = RULES.get(code)
    return rule.title if rule else code


@dataclass(frozen=True, slots=True)
class Row:
    """One waiting form as the list shows it."""

    form: Declaration
    facts: Facts | None
    days: int  # it has waited here

    @property
    def band(self) -> int:
        return risk.band(self.form.risk)

    @property
    def why(self) -> str:
        return risk.sentence(self.facts, title_of)

    @property
    def pick(self) -> str:
        return str(Pick(self.form.pk, self.form.version))

    @property
    def cents(self) -> int:
        return int((self.form.current_year or 0) * 100)

    @property
    def doubts(self) -> int:
        """Open and answered ones: an answered question is still one to look at."""
        return self.form.open_doubts + (self.facts.answered_doubts if self.facts else 0)

    @property
    def hints(self) -> int:
        return int(self.form.open_findings.get("hint", 0))

    @property
    def is_open(self) -> bool:
        """Not to be passed without having been opened: 错误, 疑问 without a reason, or never checked."""
        return bool(self.form.open_errors or self.form.open_doubts or self.facts is None)

    @property
    def change(self) -> str:
        """“+42.0%”, “持平”, or why there is none."""
        change = self.facts.change if self.facts else None
        if change is None:
            return (
                "新项目" if self.facts and self.facts.is_new and not self.facts.earlier_amount else "无上年数"
            )
        return f"{change * 100:+.1f}%".replace("-", "−") if abs(change) >= Decimal("0.0005") else "持平"

    @property
    def has_change(self) -> bool:
        return self.facts is not None and self.facts.change is not None


def rows_of(forms: Iterable[Declaration]) -> list[Row]:
    today = timezone.localdate()
    return [
        Row(form, Facts.from_json(form.risk_facts), (today - timezone.localdate(form.changed_at)).days)
        for form in forms
    ]


def page_of(user: User, wanted: Wanted, number: str | None, total: int | None = None) -> tuple[Page, list[Row]]:
    """One page of what is wanted; ``total`` where it is known already. A page out of range gives the nearest one.

    The keys come from an index, then only the fifty rows of the page are read.
    """
    keys = ordered(narrowed(waiting_for(user), wanted), wanted.order).values_list("pk", flat=True)
    paginator = Paginator(keys, PAGE_SIZE)
    if total is not None:
        paginator.count = total  # type: ignore[misc]
    page = paginator.get_page(number)
    at = {pk: place for place, pk in enumerate(page.object_list)}
    forms = Declaration.objects.filter(pk__in=at).select_related("project", "organization", "campaign")
    shown = forms.only(*_SHOWN).with_deadline()  # type: ignore[attr-defined]
    return page, rows_of(sorted(shown, key=lambda form: at[form.pk]))


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by: what the address says, what people read, how many there are."""

    value: str
    label: str
    count: int


@dataclass
class Desk:
    """Everything that waits for one person, counted. Each count is one walk along an index of what waits."""

    user: User
    places: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting = waiting_for(self.user).order_by()
        grouped = self._waiting.values("organization", "organization__parent", "campaign")
        counts = {f"band_{name}": Count("pk", filter=which) for name, which in _BANDS.items()}
        self.places = list(
            grouped.annotate(number=Count("pk"), since=Min("changed_at"), money=Sum("current_year"), **counts)
        )

    @cached_property
    def total(self) -> int:
        return sum(place["number"] for place in self.places)

    @property
    def money(self) -> Decimal:
        """Summed per unit by the database and rounded to the cent: SQLite adds floats."""
        amounts = (place["money"] or 0 for place in self.places)
        return sum((Decimal(a).quantize(Decimal("0.01")) for a in amounts), start=Decimal(0))

    @property
    def longest(self) -> int:
        """Days the oldest has waited."""
        since = min((place["since"] for place in self.places), default=None)
        return (timezone.localdate() - timezone.localdate(since)).days if since else 0

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How many of each band (“3”, “2”, “1”), and how many without a finding (“clean”)."""
        return {name: sum(place[f"band_{name}"] for place in self.places) for name in _BANDS}

    @cached_property
    def again(self) -> int:
        return self._waiting.filter(returned_before(Declaration)).count()

    def units(self, department: int = 0) -> list[Choice]:
        """Of one department, where one is chosen; [] where they are too many to choose from."""
        counts: Counter[int] = Counter()
        for place in self.places:
            if not department or department in (place["organization"], place["organization__parent"]):
                counts[place["organization"]] += place["number"]
        return _named(counts, Organization.objects.all()) if len(counts) <= MOST_UNITS else []

    @cached_property
    def campaigns(self) -> list[Choice]:
        counts: Counter[int] = Counter()
        for place in self.places:
            counts[place["campaign"]] += place["number"]
        return _named(counts, Campaign.objects.all())

    @cached_property
    def departments(self) -> list[Choice]:
        """For the bureau: each department with what waits of its own and of its units."""
        if self.user.role != Role.FINANCE_REVIEWER:
            return []
        counts: Counter[int] = Counter()
        for place in self.places:
            counts[place["organization__parent"] or place["organization"]] += place["number"]
        return _named(counts, Organization.objects.all())

    @cached_property
    def _natures(self) -> list[Any]:
        """How many forms share their kind and all their findings."""
        return list(
            self._waiting.values("performance_type", "fund_use", "finding_codes").annotate(number=Count("pk"))
        )

    @cached_property
    def kinds(self) -> list[Choice]:
        """绩效类型, on the form of 2018 资金用途."""
        counts: Counter[str] = Counter()
        for row in self._natures:
            for word in {row["performance_type"], row["fund_use"]} - {""}:
                counts[word] += row["number"]
        return [Choice(word, word, number) for word, number in counts.most_common()]

    @cached_property
    def codes(self) -> list[Choice]:
        """Which kinds of findings occur, in words, the commonest first."""
        counts: Counter[str] = Counter()
        for row in self._natures:
            for one in row["finding_codes"].strip("|").split("|"):
                if code := one.partition(":")[2]:
                    counts[code] += row["number"]
        return [Choice(code, title_of(code), number) for code, number in counts.most_common()]


def _named(counts: Counter[int], models: QuerySet[Any]) -> list[Choice]:
    """The counted objects with their names, the greatest first. One query."""
    names = dict(models.order_by().filter(pk__in=counts).values_list("pk", "name"))
    found = (Choice(str(pk), names[pk], number) for pk, number in counts.items())
    return sorted(found, key=lambda choice: (-choice.count, choice.label))
