"""What waits for a reviewer: reports in the order of their lights, then by how long they have waited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import QueryDict
from django.utils import timezone

from evaluations.pace import Light
from monitoring.listing import LIGHTS, narrowed
from monitoring.listing import Wanted as Listed
from monitoring.models import MonitoringReport
from perfgoals.accounts.models import User
from perfgoals.reviewing import inbox
from perfgoals.reviewing.inbox import PAGE_SIZE
from perfgoals.searching import plain

_ORDER = (Light.RED, Light.YELLOW, Light.NONE, Light.GREEN)


@dataclass(frozen=True, slots=True)
class Wanted(inbox.Wanted):
    """What the reviewer looks for on the desk."""

    model: ClassVar[type[MonitoringReport]] = MonitoringReport

    text: str = ""
    light: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        light = plain(query.get("light", ""))
        return cls(plain(query.get("q", "")), light if light in LIGHTS else "")

    def query(self, **other: object) -> str:
        asked = {"q": self.text, "light": self.light} | other
        return urlencode({key: value for key, value in asked.items() if value})

    def found(self, user: User) -> QuerySet[Any]:
        rank = Case(
            *(When(light=light, then=Value(at)) for at, light in enumerate(_ORDER)), output_field=IntegerField()
        )
        waiting: Any = inbox.waiting(MonitoringReport, user)
        return narrowed(waiting, Listed(text=self.text, light=self.light)).order_by(rank, "changed_at", "pk")

    def __bool__(self) -> bool:
        return bool(self.text or self.light)


@dataclass(frozen=True, slots=True)
class Row:
    """One waiting report, how long it has waited, and whether it came back before."""

    report: MonitoringReport
    days: int
    url: str
    was_returned: bool


def page_of(user: User, wanted: Wanted, number: str | None) -> tuple[Page[Any], list[Row]]:
    """One page of what waits. A number out of range gives the nearest page."""
    found = wanted.found(user).select_related("project", "organization", "campaign", "submitted_by")
    shown = found.annotate(was_returned=inbox.returned_before(MonitoringReport)).with_deadline()
    page = Paginator(shown, PAGE_SIZE).get_page(number)
    today = timezone.localdate()
    rows = [
        Row(one, (today - timezone.localdate(one.changed_at)).days, wanted.form_url(one.pk), one.was_returned)
        for one in page.object_list
    ]
    return page, rows


def counts(user: User) -> Mapping[str, int]:
    """How many wait, by light."""
    lights = inbox.waiting(MonitoringReport, user).values_list("light", flat=True)
    found = dict.fromkeys(LIGHTS, 0)
    for one in lights:
        found[one] += 1
    return found
