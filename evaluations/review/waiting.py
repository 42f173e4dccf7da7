"""What is looked for among the self-evaluations that wait for one reviewer, and in which order."""

from dataclasses import dataclass, fields
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.http import QueryDict

from evaluations.models import UNRANKED, Evaluation
from evaluations.review import risk
from perfgoals.accounts.models import User
from perfgoals.reviewing import inbox
from perfgoals.reviewing.inbox import returned_before, waiting
from perfgoals.searching import plain, words

ORDERS = {"risk": "先看要紧的", "oldest": "等得最久的", "low": "得分最低的"}
FINDINGS = {
    "contradiction": "自相矛盾",
    "lost": "扣了分",
    "perfect": "满分而执行率低于 80%",
    "answered": "疑问写了理由",
    "none": "没有疑问",
}
RANKS = {"3": "先看", "2": "要看", "1": "可快看"}
# Rules of ``evaluations.contradictions`` that ask a question; what is wrong in them does not reach a reviewer.
CONTRADICTIONS = (
    "narrative_against_points",
    "execution_far_from_output",
    "perfect_with_low_execution",
    "perfect_without_problems",
    "lost_points_without_problems",
    "given_above_computed",
    "overspent",
)
HAS_DOUBTS = Q(finding_codes__contains="doubt:")


def waiting_for(user: User) -> QuerySet[Any]:
    """The self-evaluations whose turn it is for this person."""
    return waiting(Evaluation, user)


@dataclass(frozen=True, slots=True)
class Wanted(inbox.Wanted):
    """What is looked for, and the order."""

    model = Evaluation

    text: str = ""
    unit: int = 0
    grade: str = ""
    finding: str = ""
    rank: str = ""
    again: str = ""  # "1": returned before and sent again
    order: str = "risk"

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        asked = {key: plain(query.get(key, "")) for key in ("q", *(one.name for one in fields(cls)))}
        number = asked["unit"]
        return cls(
            text=asked["q"],
            unit=int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0,
            grade=asked["grade"][:20],
            finding=asked["finding"] if asked["finding"] in FINDINGS else "",
            rank=asked["rank"] if asked["rank"] in RANKS else "",
            again="1" if asked["again"] == "1" else "",
            order=asked["order"] if asked["order"] in ORDERS else "risk",
        )

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name != "order")

    def query(self, **other: object) -> str:
        told = QueryDict(mutable=True)
        for one in fields(self):
            key = "q" if one.name == "text" else one.name
            value = other.get(key, getattr(self, one.name))
            if value and (key, value) != ("order", "risk"):
                told[key] = str(value)
        return told.urlencode()

    def found(self, user: User) -> QuerySet[Any]:
        return _ordered(narrowed(waiting_for(user), self), self.order)


def narrowed(forms: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    """Those that fit everything that is wanted."""
    for word in words(wanted.text):
        named = Q(project_name__icontains=word) | Q(project__code__icontains=word)
        forms = forms.filter(named | Q(organization__name__icontains=word))
    if wanted.unit:
        forms = forms.filter(organization=wanted.unit)
    if wanted.grade:
        forms = forms.filter(computed_grade=wanted.grade)
    if wanted.again:
        forms = forms.filter(returned_before(Evaluation))
    return _with_findings(_of_rank(forms, wanted.rank), wanted.finding)


def of_rank(rank: str) -> Q:
    """The band of the order as a condition."""
    match rank:
        case "3":
            return Q(risk__gte=risk.FIRST)
        case "2":
            return Q(risk__gte=risk.LOOK, risk__lt=risk.FIRST)
        case _:
            return Q(risk__lt=risk.LOOK)


def _of_rank(forms: QuerySet[Any], rank: str) -> QuerySet[Any]:
    return forms.filter(of_rank(rank)) if rank else forms


def _with_findings(forms: QuerySet[Any], finding: str) -> QuerySet[Any]:
    match finding:
        case "contradiction":
            any_of = Q()
            for code in CONTRADICTIONS:
                any_of |= Q(finding_codes__contains=f"doubt:{code}|")
            return forms.filter(any_of)
        case "lost":
            return forms.filter(total__lt=100)
        case "perfect":
            return forms.filter(finding_codes__contains="doubt:perfect_with_low_execution|")
        case "answered":
            return forms.filter(HAS_DOUBTS, open_doubts=0, open_errors=0)
        case "none":
            return forms.exclude(HAS_DOUBTS).filter(open_errors=0).exclude(risk=UNRANKED)
        case _:
            return forms


def _ordered(forms: QuerySet[Any], order: str) -> QuerySet[Any]:
    """``changed_at`` of a form in review is about when it came to this desk: steps stamp it, and the reviewer's own points."""
    match order:
        case "oldest":
            return forms.order_by("changed_at", "pk")
        case "low":
            return forms.order_by("total", "changed_at", "pk")
        case _:
            return forms.order_by("-risk", "changed_at", "pk")
