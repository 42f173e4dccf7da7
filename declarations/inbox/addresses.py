"""Addresses that remember the list: a form opened from the inbox knows which ones stand before and after it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from declarations.inbox.waiting import Wanted, has_inbox, neighbours
from perfgoals.accounts.models import User

SOURCE = "inbox"


def list_url(wanted: Wanted, **other: object) -> str:
    """The inbox with this filter and order, some keys changed."""
    query = wanted.query(**other)
    return reverse("declarations:inbox") + (f"?{query}" if query else "")


def form_url(pk: int, wanted: Wanted) -> str:
    """The form, opened from this list: ``?from=inbox&…`` carries filter and order, no session does."""
    query = wanted.query()
    return f"{reverse('declarations:review', args=[pk])}?from={SOURCE}{'&' if query else ''}{query}"


@dataclass(frozen=True, slots=True)
class Beside:
    """What ``includes/neighbours.html`` shows: where the form stands, and the ways on. Empty addresses lead nowhere."""

    position: int  # 0: it has left the list
    total: int
    previous_url: str
    next_url: str
    list_url: str


def beside(user: User, query: QueryDict, pk: int) -> Beside | None:
    """For the page of a form: its neighbours in the list its address names; None where it was not opened from one.

    Ask before acting on the form: afterwards it has left the list, and ``next_url`` is the list's first.
    """
    if query.get("from") != SOURCE or not has_inbox(user):
        return None
    wanted = Wanted.from_query(query)
    found = neighbours(user, wanted, pk)
    return Beside(
        position=found.position,
        total=found.total,
        previous_url=form_url(found.previous, wanted) if found.previous else "",
        next_url=form_url(found.next, wanted) if found.next else "",
        list_url=list_url(wanted),
    )
