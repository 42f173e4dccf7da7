"""快到截止时间: which officers hear in their daily e-mail that forms are still to be sent (F70).

Five, three and one working days before the deadline of the unit, its extension included, and not any more once
everything of the unit was sent. The same for every kind of form (``perfgoals.campaigns.kinds``).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils import timezone

from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns import kinds
from perfgoals.campaigns.kinds import FormKind
from perfgoals.campaigns.models import Campaign, Extension, Participation
from perfgoals.campaigns.workdays import is_working_day, knows_year, working_days_left
from perfgoals.notices.digest import Deadline
from perfgoals.templatetags.perfgoals import closing
from perfgoals.workflow import EDITABLE

DAYS_BEFORE = frozenset({5, 3, 1})


def closing_soon(now: datetime.datetime) -> Iterator[Deadline]:
    """One line per officer, campaign and unit with something to send. Constant queries per campaign."""
    today = timezone.localdate(now)
    if not is_working_day(today):
        return
    filled = kinds.registered()
    for campaign in Campaign.objects.open_at(now).filter(kind__in=filled, closes_at__isnull=False):
        kind = filled[campaign.kind]
        due = {
            unit: (until, days)
            for unit, until in _deadlines(campaign, kind).items()
            if (days := working_days_left(until, today=today) - 1) in DAYS_BEFORE  # today is not counted
        }
        if due:
            yield from _lines(campaign, kind, due)


def _deadlines(campaign: Campaign, kind: FormKind) -> dict[int, datetime.datetime]:
    """When each unit that takes part has to be ready."""
    begun = set(kind.forms(campaign).order_by().values_list("organization", flat=True).distinct())
    told = set(Participation.objects.filter(campaign=campaign).values_list("organization", flat=True))
    later = dict(Extension.objects.filter(campaign=campaign).values_list("organization", "closes_at"))
    return {unit: later.get(unit, campaign.closes_at) for unit in begun | told if campaign.closes_at}


def _lines(
    campaign: Campaign, kind: FormKind, due: dict[int, tuple[datetime.datetime, int]]
) -> Iterator[Deadline]:
    forms = kind.forms(campaign).filter(organization__in=due).order_by()
    counted = forms.values("organization").annotate(
        waiting=Count("pk", filter=Q(state__in=EDITABLE)),
        first=Min("project_name", filter=Q(state__in=EDITABLE)),
    )
    standing = {row["organization"]: (row["waiting"], row["first"] or "") for row in counted}
    missing = {} if kind.every_unit_files else _missing(campaign, kind, list(due))
    people: dict[int, list[User]] = defaultdict(list)
    active = Organization.objects.filter(pk__in=due, is_active=True)
    for person in User.objects.filter(organization__in=active, role=Role.FILER, is_active=True).order_by("pk"):
        people[person.organization_id].append(person)
    for unit, (until, days) in due.items():
        text, url = _said(campaign, kind, standing.get(unit), missing.get(unit, 0))
        if text:
            count = "个工作日" if knows_year(timezone.localtime(until).year) else "个工作日（没有算节假日调休）"
            when = f"{closing(until)} 截止，还有 {days} {count}"
            yield from (
                Deadline(person, f"{campaign.name}：{when}，{text}", url, campaign) for person in people[unit]
            )


def _missing(campaign: Campaign, kind: FormKind, units: list[int]) -> dict[int, int]:
    """How many projects of each unit have no form yet. Where every unit files, having none at all is what counts."""
    by_unit = kind.expected(campaign, units).projects.order_by().values_list("organization")
    return dict(by_unit.annotate(number=Count("pk")))


def _said(
    campaign: Campaign, kind: FormKind, standing: tuple[int, str] | None, missing: int
) -> tuple[str, str]:
    """What the unit has still to do; nothing once all its forms are sent."""
    if standing is None and kind.every_unit_files:
        return "您的单位还没有建表。", kind.new_url(campaign)
    waiting, first = standing or (0, "")
    if missing:
        also = f"，另有 {waiting} 张表还没有送审" if waiting else ""
        return f"{missing} 个项目还没有建表{also}。", kind.new_url(campaign)
    if not waiting:
        return "", ""
    named = f"“{first}”{'等' if waiting > 1 else ''} " if first else ""
    return f"{named}{waiting} 张表还没有送审。", kind.list_url(campaign)
