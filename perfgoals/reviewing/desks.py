"""Whether somebody sits at the desk a form is sent to: a form that reaches an empty desk waits for ever."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from perfgoals.accounts.models import Organization, Role, User
from perfgoals.workflow import Filing, State

_ROLES = {
    State.UNIT_REVIEW: Role.UNIT_REVIEWER,
    State.DEPARTMENT_REVIEW: Role.DEPARTMENT_REVIEWER,
    State.FINANCE_REVIEW: Role.FINANCE_REVIEWER,
}


def unmanned(filing: Filing, chain: Iterable[State]) -> list[State]:
    """The steps of ``chain`` at which nobody with an active account could act on this filing. One query."""
    place = filing.organization
    desks = {
        State.UNIT_REVIEW: Q(organization=place.pk),
        State.DEPARTMENT_REVIEW: Q(organization=place.parent_id or 0),
        State.FINANCE_REVIEW: Q(organization__region=place.region_id),
    }
    steps = list(chain)
    wanted = Q(pk__in=())
    for step in steps:
        wanted |= Q(role=_ROLES[step]) & desks[step]
    manned = set(User.objects.filter(wanted, is_active=True).values_list("role", flat=True))
    return [step for step in steps if _ROLES[step] not in manned]


def units_without_reviewer(units: QuerySet[Organization]) -> QuerySet[Organization]:
    """Those in which no active account is a 单位审核人. One query."""
    reviewers = User.objects.filter(organization=OuterRef("pk"), role=Role.UNIT_REVIEWER, is_active=True)
    return units.filter(~Exists(reviewers))


def in_words(steps: Sequence[State], words: dict[State, str]) -> str:
    """“单位审核、财政审核”."""
    return "、".join(words[step] for step in steps)
