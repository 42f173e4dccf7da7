"""最常见的问题: on how many forms of a campaign the check-up finds each thing, most first."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from declarations.campaigning.progress import kind_of
from perfgoals.campaigns.models import Campaign
from perfgoals.findings import Level
from perfgoals.workflow import IN_REVIEW

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of finding; ``width`` is that of its bar, against the most frequent."""

    title: str
    level: str
    number: int
    width: str


def most_frequent(campaign: Campaign, units: list[int]) -> list[Trouble]:
    """The kinds of 错误 and 疑问 on most forms that were sent. One query.

    What a unit has not sent is nobody else's business, not even as a count (X-3): of one unit with one draft a count
    says all.
    """
    kind = kind_of(campaign)
    titles = kind.titles()
    sent = kind.forms(campaign).filter(state__in=IN_REVIEW | {kind.settled}, organization__in=units)
    forms = kind.once(sent)
    kept = forms.exclude(finding_codes="").order_by().values_list("finding_codes")
    found: Counter[tuple[str, str]] = Counter()
    for codes, number in kept.annotate(number=Count("pk")):
        for one in set(codes.strip("|").split("|")):
            level, _, code = one.partition(":")
            if code in titles and level in (Level.ERROR.value, Level.DOUBT.value):
                found[level, code] += number
    most = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    top = most[0][1] if most else 1
    return [Trouble(titles[code], level, number, f"{number / top:.1%}") for (level, code), number in most]
