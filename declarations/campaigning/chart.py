"""累计送审: the line of first submissions, day by day, as numbers and as points of a small chart."""

import datetime
from dataclasses import dataclass
from itertools import accumulate

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from declarations.campaigning.progress import kind_of
from perfgoals.campaigns.models import Campaign

WIDTH, TOP, BOTTOM = 378, 20, 160


@dataclass(frozen=True, slots=True)
class Chart:
    """``days`` are the numbers; the rest is where they stand on a 420 × 190 canvas."""

    days: tuple[tuple[datetime.date, int], ...]
    total: int
    points: str
    end_x: str
    end_y: str
    deadline_x: str  # "" where there is none on the canvas
    deadline_on_left: bool
    label_on_left: bool

    @property
    def half(self) -> int:
        return self.total // 2

    @property
    def sent(self) -> int:
        return self.days[-1][1]


def chart_of(campaign: Campaign, units: list[int], total: int) -> Chart | None:
    """The chart of these units' forms, or None while fewer than two days have something to show. One query."""
    kind = kind_of(campaign)
    forms = kind.forms(campaign).filter(organization__in=units, first_submitted_at__isnull=False)
    counted = kind.once(forms)
    by_day = dict(
        counted.order_by()
        .annotate(day=TruncDate("first_submitted_at"))
        .values_list("day")
        .annotate(number=Count("pk"))
    )
    if len(by_day) < 2:
        return None
    dates = sorted(by_day)
    days = tuple(zip(dates, accumulate(by_day[day] for day in dates), strict=True))
    closing = timezone.localdate(campaign.closes_at) if campaign.closes_at else None
    last = max(dates[-1], min(timezone.localdate(), closing or dates[-1]), closing or dates[-1])
    return _drawn(days, max(total, days[-1][1]), closing, last)


def _drawn(
    days: tuple[tuple[datetime.date, int], ...],
    total: int,
    closing: datetime.date | None,
    last: datetime.date,
) -> Chart:
    first = days[0][0]
    span = max((last - first).days, 1)

    def x_of(day: datetime.date) -> float:
        return (day - first).days / span * WIDTH

    def y_of(number: int) -> float:
        return BOTTOM - number / total * (BOTTOM - TOP)

    points = [(x_of(day), y_of(number)) for day, number in days]
    deadline = x_of(closing) if closing and closing >= first else None
    return Chart(
        days=days,
        total=total,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        end_x=f"{points[-1][0]:.1f}",
        end_y=f"{points[-1][1]:.1f}",
        deadline_x="" if deadline is None else f"{deadline:.1f}",
        deadline_on_left=deadline is not None and deadline > WIDTH / 2,
        label_on_left=points[-1][0] > WIDTH / 2,
    )
