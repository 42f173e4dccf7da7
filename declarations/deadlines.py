"""快到截止时间: which officers hear in their daily e-mail that forms are still to be sent (F70).

Five, three and one working days before the deadline of the unit, its extension included, and not any more once
everything of the unit was sent.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind, Extension, Participation
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
    campaigns = Campaign.objects.open_at(now).filter(kind=CampaignKind.DECLARATION, closes_at__isnull=False)
    for campaign in campaigns:
        due = {
            unit: (until, days)
            for unit, until in _deadlines(campaign).items()
            if (days := working_days_left(until, today=today) - 1) in DAYS_BEFORE  # today is not counted
        }
        if due:
            yield from _lines(campaign, due)


def _deadlines(campaign: Campaign) -> dict[int, datetime.datetime]:
    """When each unit that takes part has to be ready."""
    begun = set(Declaration.objects.filter(campaign=campaign).values_list("organization", flat=True).distinct())
    told = set(Participation.objects.filter(campaign=campaign).values_list("organization", flat=True))
    later = dict(Extension.objects.filter(campaign=campaign).values_list("organization", "closes_at"))
    return {unit: later.get(unit, campaign.closes_at) for unit in begun | told if campaign.closes_at}


def _lines(campaign: Campaign, due: dict[int, tuple[datetime.datetime, int]]) -> Iterator[Deadline]:
    forms = Declaration.objects.filter(campaign=campaign, organization__in=due).order_by()
    counted = forms.values("organization").annotate(
        waiting=Count("pk", filter=Q(state__in=EDITABLE)),
        first=Min("project_name", filter=Q(state__in=EDITABLE)),
    )
    standing = {row["organization"]: (row["waiting"], row["first"] or "") for row in counted}
    people: dict[int, list[User]] = defaultdict(list)
    active = Organization.objects.filter(pk__in=due, is_active=True)
    for person in User.objects.filter(organization__in=active, role=Role.FILER, is_active=True).order_by("pk"):
        people[person.organization_id].append(person)
    for unit, (until, days) in due.items():
        text, url = _said(campaign, standing.get(unit))
        if text:
            count = "个工作日" if knows_year(timezone.localtime(until).year) else "个工作日（没有算节假日调休）"
            when = f"{closing(until)} 截止，还有 {days} {count}"
            yield from (
                Deadline(person, f"{campaign.name}：{when}，{text}", url, campaign) for person in people[unit]
            )


def _said(campaign: Campaign, standing: tuple[int, str] | None) -> tuple[str, str]:
    """What the unit has still to do; nothing once all its forms are sent."""
    if standing is None:
        return "您的单位还没有建表。", f"{reverse('declarations:new')}?campaign={campaign.pk}"
    waiting, first = standing
    if not waiting:
        return "", ""
    named = f"“{first}”{'等' if waiting > 1 else ''} " if first else ""
    return f"{named}{waiting} 张表还没有送审。", f"{reverse('declarations:list')}?year={campaign.fiscal_year}"
