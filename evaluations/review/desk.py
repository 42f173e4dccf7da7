"""What the desk of self-evaluations shows around and in its rows. Constant queries, however many forms wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q
from django.utils import timezone

from evaluations.models import UNRANKED, Evaluation
from evaluations.review import risk
from evaluations.review.waiting import HAS_DOUBTS, RANKS, Wanted, of_rank, waiting_for
from perfgoals.accounts.models import Organization, User
from perfgoals.reviewing.inbox import PAGE_SIZE, returned_before

# The columns of one row on the page; the long texts stay where they are.
_SHOWN = (
    *("state", "changed_at", "submitted_at", "first_submitted_at", "fiscal_year", "project_name"),
    *("total", "computed_grade", "execution_rate", "current_year", "open_errors", "open_doubts"),
    *("open_findings", "finding_codes", "risk", "project__code", "organization__name"),
    *("campaign__name", "campaign__closes_at"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One waiting form as the list shows it."""

    form: Evaluation
    days: int  # since it was sent

    @property
    def band(self) -> int:
        return risk.band(self.form.risk)

    @property
    def doubts(self) -> int:
        """Open and answered kinds of 疑问: an answered question is still one to look at."""
        return max(self.form.open_doubts, len(risk.doubts_of(self.form.finding_codes)))

    @property
    def hints(self) -> int:
        return int(self.form.open_findings.get("hint", 0))

    @property
    def why(self) -> str:
        form = self.form
        if form.risk == UNRANKED:
            return risk.NOT_RANKED
        facts = risk.Facts(
            errors=form.open_errors,
            open_doubts=form.open_doubts,
            doubts=risk.doubts_of(form.finding_codes),
            amount=form.current_year,
            total=form.total,
        )
        return risk.sentence(risk.parts(facts), self._more())

    def _more(self) -> Iterable[str]:
        if getattr(self.form, "was_returned", False):
            yield "退回过，改好重报"
        if self.form.was_late:
            yield "过了截止时间才送审"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by: what the address says, what people read, how many there are."""

    value: str
    label: str
    count: int


class Desk:
    """Everything that waits for one person, counted."""

    def __init__(self, user: User) -> None:
        self._waiting = waiting_for(user).order_by()
        parts = {f"band_{rank}": Count("pk", filter=of_rank(rank)) for rank in RANKS}
        clean = ~HAS_DOUBTS & Q(open_errors=0) & ~Q(risk=UNRANKED)
        self._places: list[Any] = list(
            self._waiting.values("organization", "computed_grade").annotate(
                number=Count("pk"), since=Min("changed_at"), clean=Count("pk", filter=clean), **parts
            )
        )

    @cached_property
    def total(self) -> int:
        return self._sum("number")

    @property
    def longest(self) -> int:
        """Days the oldest has waited."""
        since = min((place["since"] for place in self._places), default=None)
        return (timezone.localdate() - timezone.localdate(since)).days if since else 0

    @cached_property
    def ranks(self) -> dict[str, int]:
        return {rank: self._sum(f"band_{rank}") for rank in RANKS}

    @property
    def clean(self) -> int:
        return self._sum("clean")

    @cached_property
    def again(self) -> int:
        return self._waiting.filter(returned_before(Evaluation)).count()

    @cached_property
    def units(self) -> list[Choice]:
        counts: dict[int, int] = {}
        for place in self._places:
            counts[place["organization"]] = counts.get(place["organization"], 0) + place["number"]
        names = dict(Organization.objects.order_by().filter(pk__in=counts).values_list("pk", "name"))
        found = (Choice(str(pk), names[pk], number) for pk, number in counts.items())
        return sorted(found, key=lambda choice: (-choice.count, choice.label))

    @property
    def grades(self) -> list[Choice]:
        counts: dict[str, int] = {}
        for place in self._places:
            if grade := place["computed_grade"]:
                counts[grade] = counts.get(grade, 0) + place["number"]
        found = (Choice(grade, grade, number) for grade, number in counts.items())
        return sorted(found, key=lambda choice: -choice.count)

    def tabs(self, wanted: Wanted) -> list[tuple[str, int, str, bool]]:
        """(words, count, address, is here): the whole list and its obvious parts, in the order that is chosen."""
        order = wanted.order
        parts = [("全部", self.total, Wanted(order=order))]
        parts += [(word, self.ranks[key], Wanted(order=order, rank=key)) for key, word in RANKS.items()]
        parts.append(("没有疑问", self.clean, Wanted(order=order, finding="none")))
        parts.append(("改好重报", self.again, Wanted(order=order, again="1")))
        return [
            (words, count, part.list_url(), part == wanted) for words, count, part in parts if count or not part
        ]

    def _sum(self, key: str) -> int:
        return sum(place[key] for place in self._places)


def page_of(user: User, wanted: Wanted, number: str | None) -> tuple[Page[Any], list[Row]]:
    """One page of what is wanted. The keys come from an index, then only the fifty rows of the page are read."""
    page = Paginator(wanted.found(user).values_list("pk", flat=True), PAGE_SIZE).get_page(number)
    at = {pk: place for place, pk in enumerate(page.object_list)}
    forms = Evaluation.objects.filter(pk__in=at).select_related("project", "organization", "campaign")
    shown = forms.only(*_SHOWN).annotate(was_returned=returned_before(Evaluation)).with_deadline()
    today = timezone.localdate()
    return page, [
        Row(form, (today - timezone.localdate(form.submitted_at or form.changed_at)).days)
        for form in sorted(shown, key=lambda form: at[form.pk])
    ]
