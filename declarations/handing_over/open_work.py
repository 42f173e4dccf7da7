"""What is open with one person: only what hangs on them by name. Drafts and reviews belong to the unit and the role.

Every kind is counted, and moved, by the same query, so that the page promises what the act does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.appraising.models import PanelMember, ReviewForm
from perfgoals.jobs.models import Job, JobState
from perfgoals.notices.models import Notice
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import IN_REVIEW


@dataclass(frozen=True)
class Kind:
    """One kind of open work: its word, the rows that are open, and the column that names the person."""

    key: str
    label: str
    note: str
    rows: Callable[[], QuerySet[Any]]
    person: str

    def of(self, user: User) -> QuerySet[Any]:
        return self.rows().filter(**{self.person: user})


def _recallable() -> QuerySet[Declaration]:
    return Declaration.objects.filter(state__in=IN_REVIEW, opened_at__isnull=True)


def _mentions() -> QuerySet[Comment]:
    return Comment.objects.filter(resolved_at__isnull=True)


def _unread() -> QuerySet[Notice]:
    return Notice.objects.filter(read_at__isnull=True)


def _exports() -> QuerySet[Job]:
    kept = ~Q(result="") & Q(expires_at__gt=timezone.now())
    return Job.objects.filter(Q(state=JobState.WORKING) | kept)


def _seats() -> QuerySet[PanelMember]:
    """Seats nobody has used yet. Whoever has stated an interest or begun a form has acted; that seat stays theirs."""
    panel, member = OuterRef("panel"), OuterRef("user")
    begun = ReviewForm.objects.filter(case__panel=panel, author=member)
    waiting = PanelMember.objects.filter(
        panel__meets_on__gte=timezone.localdate(), panel__cases__settled_at__isnull=True
    )
    unused = waiting.filter(~Exists(begun), statements__isnull=True)
    return PanelMember.objects.filter(pk__in=unused.order_by().values("pk"))


KINDS = (
    Kind("recalls", "能撤回的送审", "送审了、审核人还没有打开的表，由接手人撤回", _recallable, "submitted_by"),
    Kind("mentions", "提到本人的批注", "没有解决的；接手人也会被提到", _mentions, "mentions"),
    Kind("notices", "没看过的消息", "转到接手人名下", _unread, "person"),
    Kind("exports", "导出", "在做的和还能下载的", _exports, "owner"),
    Kind("seats", "会审席位", "还没有开始审的；开始了的留在原处", _seats, "user"),
)


def counts_of(user: User) -> list[tuple[Kind, int]]:
    """How much of each kind is open with one person."""
    return [(kind, kind.of(user).count()) for kind in KINDS]


def totals_of(people: Iterable[User]) -> dict[int, int]:
    """How many things are open with each of these people. One query per kind."""
    keys = [person.pk for person in people]
    totals: dict[int, int] = dict.fromkeys(keys, 0)
    for kind in KINDS:
        rows = kind.rows().order_by().filter(**{f"{kind.person}__in": keys})
        for person, number in rows.values_list(kind.person).annotate(number=Count("pk")):
            if person in totals:
                totals[person] += number
    return totals
