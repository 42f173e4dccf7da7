"""待审核: one desk with a tab for each kind of filing, and the way from form to form in a list that was opened there.

A kind registers its desk (in its ``AppConfig.ready``) and has an address ``inbox`` in its namespace. An item leaves the
desk when its state moves on; nothing is kept apart, so the counts are true by construction.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.urls import reverse

from perfgoals.accounts.models import Role, User
from perfgoals.filling.filing import FilledFiling
from perfgoals.reviewing.models import ReturnRound
from perfgoals.workflow import State

PAGE_SIZE = 50
SOURCE = "inbox"
STEP_OF = {
    Role.UNIT_REVIEWER: State.UNIT_REVIEW,
    Role.DEPARTMENT_REVIEWER: State.DEPARTMENT_REVIEW,
    Role.FINANCE_REVIEWER: State.FINANCE_REVIEW,
}


def has_inbox(user: User) -> bool:
    """A reviewer of any step: the only people for whom forms wait."""
    return user.role in STEP_OF and user.organization_id is not None


def waiting(model: type[FilledFiling], user: User) -> QuerySet[Any]:
    """``rights.may_review`` as a query: the forms of a kind whose turn it is for this person, not sent by themselves."""
    home, forms = user.organization, model._default_manager.all()
    step = STEP_OF.get(Role(user.role))
    if step is None or home is None:
        return forms.none()
    mine = forms.filter(state=step).exclude(submitted_by=user)
    match step:
        case State.UNIT_REVIEW:
            return mine.filter(organization=home)
        case State.DEPARTMENT_REVIEW:
            return mine.filter(organization__parent=home)
        case _:
            return mine.filter(organization__region=home.region_id)


def returned_before(model: type[FilledFiling]) -> Exists:
    """Of a form: it was returned at least once. The content type is joined by name, which costs no query of its own."""
    rounds = ReturnRound.objects.filter(
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
        object_id=OuterRef("pk"),
    )
    return Exists(rounds)


class Wanted:
    """What is looked for on a desk, and in which order; the dataclass of a kind derives from it.

    It is read from an address (``from_query``, unreadable parts count as not asked for) and written back (``query``).
    """

    model: ClassVar[type[FilledFiling]]

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        raise NotImplementedError

    def query(self, **other: object) -> str:
        raise NotImplementedError

    def found(self, user: User) -> QuerySet[Any]:
        """The waiting forms that fit, in the order asked for. The order is total: pages lose and repeat nothing."""
        raise NotImplementedError

    def list_url(self, **other: object) -> str:
        """The desk with this filter and order, some keys changed."""
        query = self.query(**other)
        return reverse(f"{self.model.namespace}:inbox") + (f"?{query}" if query else "")

    def form_url(self, pk: int) -> str:
        """The form, opened from this list: ``?from=inbox&…`` carries filter and order, no session does."""
        query = self.query()
        page = reverse(f"{self.model.namespace}:review", args=[pk])
        return f"{page}?from={SOURCE}{'&' if query else ''}{query}"


# Neighbours -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a form stands in the list it was opened from. ``position`` is 0 where it has left it meanwhile."""

    position: int
    total: int
    previous: int | None
    next: int | None


def neighbours(user: User, wanted: Wanted, pk: int) -> Neighbours:
    """The forms before and after ``pk`` in this person's list. One query, of keys only.

    A form that is no longer in the list leads to the first that is: whoever passes one and wants the one after it asks
    before passing it.
    """
    keys = list(wanted.found(user).values_list("pk", flat=True))
    if pk in keys:
        at = keys.index(pk)
        before, after = keys[:at], keys[at + 1 :]
        return Neighbours(at + 1, len(keys), before[-1] if before else None, after[0] if after else None)
    return Neighbours(0, len(keys), None, keys[0] if keys else None)


@dataclass(frozen=True, slots=True)
class Beside:
    """What ``reviewing/neighbours.html`` shows: where the form stands, and the ways on. Empty addresses lead nowhere."""

    position: int  # 0: it has left the list
    total: int
    previous_url: str
    next_url: str
    list_url: str


def beside(user: User, kind: type[Wanted], query: QueryDict, pk: int) -> Beside | None:
    """For the page of a form: its neighbours in the list its address names; None where it was not opened from one.

    Ask before acting on the form: afterwards it has left the list, and ``next_url`` is the list's first.
    """
    if query.get("from") != SOURCE or not has_inbox(user):
        return None
    wanted = kind.from_query(query)
    found = neighbours(user, wanted, pk)
    return Beside(
        position=found.position,
        total=found.total,
        previous_url=wanted.form_url(found.previous) if found.previous else "",
        next_url=wanted.form_url(found.next) if found.next else "",
        list_url=wanted.list_url(),
    )


# One desk ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of one kind: its tab, and the forms that wait on it."""

    label: str  # 绩效目标
    model: type[FilledFiling]

    @property
    def url(self) -> str:
        return reverse(f"{self.model.namespace}:inbox")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the desk. ``count`` is what waits for the person there."""

    label: str
    url: str
    count: int
    is_here: bool


_desks: dict[str, Desk] = {}


def register(desk: Desk) -> None:
    _desks[desk.model.namespace] = desk


def desk_url(namespace: str) -> str:
    """The desk where forms of this kind wait; the list of all of them for a kind that has no desk."""
    return _desks[namespace].url if namespace in _desks else reverse(f"{namespace}:list")


def tabs(user: User, here: type[FilledFiling], known: int) -> list[Tab]:
    """The tabs of this person's desk; ``known`` is the count of the one that is open. One query for each other tab."""
    return [
        Tab(desk.label, desk.url, known if is_here else waiting(desk.model, user).count(), is_here)
        for desk in _desks.values()
        for is_here in (desk.model is here,)
    ]


def waiting_count(user: User) -> int:
    """The number beside “待审核”: everything that waits for this person, of every kind.

    One count along an index per kind: it is asked for on every page of a reviewer.
    """
    if not has_inbox(user):
        return 0
    first, *others = (waiting(desk.model, user).order_by().values_list("pk") for desk in _desks.values())
    return first.union(*others, all=True).count() if others else first.count()
