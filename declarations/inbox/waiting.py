"""What is looked for among the declarations that wait for one reviewer, and in which order.

The order by risk is a stored column with its own index: a page is cut from it whatever the number of waiting forms.
"""

from dataclasses import dataclass, fields
from typing import Self

from django.db.models import F, OrderBy, Q, QuerySet
from django.http import QueryDict

from declarations.inbox import risk
from declarations.models import UNRANKED, Declaration
from perfgoals.accounts.models import User
from perfgoals.reviewing import inbox
from perfgoals.reviewing.inbox import returned_before, waiting

LONGEST = 60
ORDERS = {"risk": "先看要紧的", "oldest": "等得最久的", "money": "金额最大的"}
FINDINGS = {
    "open": "有没处理的错误或疑问",
    "answered": "疑问写了理由",
    "none": "没有错误，没有疑问",
}
RANKS = {"3": "先看", "2": "要看", "1": "可快看"}
AMOUNTS = {"1000000": "100 万元以上", "5000000": "500 万元以上", "10000000": "1000 万元以上"}
# No open 错误 and 疑问, as counted by a check-up: a form that was never checked is not clean.
NOTHING_OPEN = Q(open_errors=0, open_doubts=0) & ~Q(risk=UNRANKED)
HAS_DOUBTS = Q(finding_codes__contains="|doubt:")
CLEAN = NOTHING_OPEN & ~HAS_DOUBTS
# What a letter of a code can be; anything else is no code.
_CODE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def waiting_for(user: User) -> QuerySet[Declaration]:
    """The declarations whose turn it is for this person."""
    return waiting(Declaration, user)


@dataclass(frozen=True, slots=True)
class Wanted(inbox.Wanted):
    """What is looked for, and the order. Anything unreadable in an address counts as not asked for."""

    model = Declaration

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

    def found(self, user: User) -> QuerySet[Declaration]:
        return ordered(narrowed(waiting_for(user), self), self.order)


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
        waiting = waiting.filter(returned_before(Declaration))
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
