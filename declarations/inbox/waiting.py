"""Whose turn it is: the forms that wait for one reviewer, what is looked for among them, and in which order.

An item leaves the inbox when its state moves on; nothing is kept apart, so the counts are true by construction. The
order by risk is a stored column with its own index: a page is cut from it whatever the number of waiting forms.
"""

from dataclasses import dataclass, fields
from typing import Self

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet
from django.http import QueryDict

from declarations.inbox import risk
from declarations.models import UNRANKED, Declaration
from perfgoals.accounts.models import Role, User
from perfgoals.reviewing.models import ReturnRound
from perfgoals.workflow import State

PAGE_SIZE = 50
LONGEST = 60
ORDERS = {"risk": "先看要紧的", "oldest": "等得最久的", "money": "金额最大的"}
FINDINGS = {
    "open": "有没处理的错误或疑问",
    "answered": "疑问写了理由",
    "none": "没有错误，没有疑问",
}
RANKS = {"3": "先看", "2": "要看", "1": "可快看"}
AMOUNTS = {"1000000": "100 万元以上", "5000000": "500 万元以上", "10000000": "1000 万元以上"}
STEP_OF = {
    Role.UNIT_REVIEWER: State.UNIT_REVIEW,
    Role.DEPARTMENT_REVIEWER: State.DEPARTMENT_REVIEW,
    Role.FINANCE_REVIEWER: State.FINANCE_REVIEW,
}
# No open 错误 and 疑问, as counted by a check-up: a form that was never checked is not clean.
NOTHING_OPEN = Q(open_errors=0, open_doubts=0) & ~Q(risk=UNRANKED)
HAS_DOUBTS = Q(finding_codes__contains="|doubt:")
CLEAN = NOTHING_OPEN & ~HAS_DOUBTS
# What a letter of a code can be; anything else is no code.
_CODE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def has_inbox(user: User) -> bool:
    """A reviewer of any step: the only people for whom forms wait."""
    return user.role in STEP_OF and user.organization_id is not None


def waiting_for(user: User) -> QuerySet[Declaration]:
    """``permissions.may_review`` as a query: the forms whose turn it is for this person, not sent by themselves."""
    home = user.organization
    step = STEP_OF.get(Role(user.role))
    if step is None or home is None:
        return Declaration.objects.none()
    mine = Declaration.objects.filter(state=step).exclude(submitted_by=user)
    match step:
        case State.UNIT_REVIEW:
            return mine.filter(organization=home)
        case State.DEPARTMENT_REVIEW:
            return mine.filter(organization__parent=home)
        case _:
            return mine.filter(organization__region=home.region_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and the order. Anything unreadable in an address counts as not asked for."""

    text: str = ""
    department: int = 0
    unit: int = 0
    campaign: int = 0
    kind: str = ""
    finding: str = ""  # a key of FINDINGS, or the code of a rule
    rank: str = ""
    amount: str = ""
    again: str = ""  # "1": returned before and sent again
    order: str = "risk"

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        # NUL cannot be stored, so nothing contains it; PostgreSQL refuses it even as a parameter.
        asked = {key: query.get(key, "").replace("\0", "").strip()[:LONGEST] for key in _KEYS}
        finding = asked["finding"]
        return cls(
            text=asked["q"],
            department=_number(asked["department"]),
            unit=_number(asked["unit"]),
            campaign=_number(asked["campaign"]),
            kind=asked["kind"],
            finding=finding if finding in FINDINGS or (finding and _CODE.issuperset(finding)) else "",
            rank=asked["rank"] if asked["rank"] in RANKS else "",
            amount=asked["amount"] if asked["amount"] in AMOUNTS else "",
            again="1" if asked["again"] == "1" else "",
            order=asked["order"] if asked["order"] in ORDERS else "risk",
        )

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name != "order")

    def query(self, **other: object) -> str:
        """This as the query of an address (“kind=…&order=oldest”), with some keys changed; what is not asked is left out."""
        told = QueryDict(mutable=True)
        for field in fields(self):
            key = "q" if field.name == "text" else field.name
            value = other.get(key, getattr(self, field.name))
            if value and (key, value) != ("order", "risk"):
                told[key] = str(value)
        return told.urlencode()


_KEYS = ("q", "department", "unit", "campaign", "kind", "finding", "rank", "amount", "again", "order")


def _number(text: str) -> int:
    """A key from an address; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def narrowed(waiting: QuerySet[Declaration], wanted: Wanted) -> QuerySet[Declaration]:
    """Those that fit everything that is wanted."""
    for word in wanted.text.split()[:6]:
        waiting = waiting.filter(
            Q(project_name__icontains=word)
            | Q(project__code__icontains=word)
            | Q(organization__name__icontains=word)
        )
    if wanted.department:
        own, units = Q(organization=wanted.department), Q(organization__parent=wanted.department)
        waiting = waiting.filter(own | units)
    if wanted.unit:
        waiting = waiting.filter(organization=wanted.unit)
    if wanted.campaign:
        waiting = waiting.filter(campaign=wanted.campaign)
    if wanted.kind:
        # The form of 2018 asks 资金用途 where that of 2020 asks 绩效类型; one filter serves both years.
        waiting = waiting.filter(Q(performance_type=wanted.kind) | Q(fund_use=wanted.kind))
    if wanted.amount:
        waiting = waiting.filter(current_year__gte=int(wanted.amount))
    if wanted.again:
        waiting = waiting.filter(returned_before())
    return _with_findings(_of_rank(waiting, wanted.rank), wanted.finding)


def _of_rank(waiting: QuerySet[Declaration], rank: str) -> QuerySet[Declaration]:
    match rank:
        case "3":
            return waiting.filter(risk__gte=risk.FIRST)
        case "2":
            return waiting.filter(risk__gte=risk.LOOK, risk__lt=risk.FIRST)
        case "1":
            return waiting.filter(risk__lt=risk.LOOK)
        case _:
            return waiting


def _with_findings(waiting: QuerySet[Declaration], finding: str) -> QuerySet[Declaration]:
    match finding:
        case "":
            return waiting
        case "open":
            return waiting.exclude(NOTHING_OPEN)
        case "answered":
            return waiting.filter(NOTHING_OPEN & HAS_DOUBTS)
        case "none":
            return waiting.filter(CLEAN)
        case code:
            return waiting.filter(finding_codes__contains=f":{code}|")


def returned_before() -> Exists:
    """Of a declaration: it was returned at least once."""
    content_type = ContentType.objects.get_for_model(Declaration)
    return Exists(ReturnRound.objects.filter(content_type=content_type, object_id=OuterRef("pk")))


def ordered(waiting: QuerySet[Declaration], order: str) -> QuerySet[Declaration]:
    """In the order asked for; every order is total, so that pages lose and repeat nothing.

    ``changed_at`` of a form in review is when it came to this desk: every step of the workflow stamps it, and nothing
    else changes a form that is being reviewed.
    """
    columns: tuple[str | OrderBy, ...]
    match order:
        case "oldest":
            columns = ("changed_at", "pk")
        case "money":
            columns = (F("current_year").desc(nulls_last=True), "changed_at", "pk")
        case _:
            columns = ("-risk", "changed_at", "pk")
    return waiting.order_by(*columns)


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
    keys = list(ordered(narrowed(waiting_for(user), wanted), wanted.order).values_list("pk", flat=True))
    if pk in keys:
        at = keys.index(pk)
        before, after = keys[:at], keys[at + 1 :]
        return Neighbours(at + 1, len(keys), before[-1] if before else None, after[0] if after else None)
    return Neighbours(0, len(keys), None, keys[0] if keys else None)
