"""Opening the forms of a whole campaign at once, as the campaign's page shows it."""

from dataclasses import dataclass

from perfgoals.accounts.models import User
from perfgoals.campaigns import kinds
from perfgoals.campaigns.models import Campaign
from perfgoals.jobs.models import Job, JobQuerySet


@dataclass(frozen=True, slots=True)
class SeasonState:
    """What the page of a campaign says of opening its forms: ``noun`` is what they are called."""

    noun: str
    missing: int
    may_open: bool
    last: Job | None  # one's own last run


def season_state(campaign: Campaign, user: User) -> SeasonState | None:
    """None where forms of this kind are not opened from approved targets. Two queries."""
    kind = kinds.find(campaign)
    if kind is None or kind.opening is None:
        return None
    opening = kind.opening
    return SeasonState(
        opening.noun,
        opening.missing(campaign),
        opening.permitted(user, campaign),
        runs_of(campaign, user).first(),
    )


def runs_of(campaign: Campaign, user: User) -> JobQuerySet:
    kind = kinds.find(campaign)
    name = kind.opening.job if kind and kind.opening else ""
    mine = Job.objects.visible_to(user).filter(kind=name, params__campaign=campaign.pk)
    return mine.order_by("-created_at")
