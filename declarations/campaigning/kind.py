"""Targets as campaigns see them."""

import datetime
from collections.abc import Mapping, Sequence

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse

from declarations.checkup.contract import RULES
from declarations.models import Declaration, DeclarationQuerySet, Project
from perfgoals.campaigns.kinds import Expected, FormKind
from perfgoals.campaigns.models import Campaign
from perfgoals.workflow import State


def previous_year(campaign: Campaign) -> int | None:
    """The last year before this campaign's in which the region filed this kind of form."""
    earlier = Campaign.objects.filter(
        region=campaign.region_id, kind=campaign.kind, fiscal_year__lt=campaign.fiscal_year
    ).filter(Exists(Declaration.objects.filter(campaign=OuterRef("pk"))))
    return earlier.aggregate(last=Max("fiscal_year"))["last"]


def expected(campaign: Campaign, units: Sequence[int]) -> Expected:
    """未开始: projects filed in the last year before that go on into this one and have no form in it yet.

    A project whose form said that it ends before this year is not waited for. One query, the projects' own aside.
    """
    year = None if campaign.is_archived else previous_year(campaign)
    if year is None:
        return Expected(Project.objects.none())
    of_kind = Declaration.objects.filter(project=OuterRef("pk"), campaign__kind=campaign.kind)
    last = of_kind.filter(fiscal_year=year).exclude(state=State.SUPERSEDED)
    goes_on = last.filter(Q(end_date__isnull=True) | Q(end_date__gte=datetime.date(year, 12, 31)))
    here = of_kind.filter(fiscal_year=campaign.fiscal_year)
    projects = Project.objects.filter(organization__in=units).filter(Exists(goes_on), ~Exists(here))
    return Expected(projects, f"{year} 年报过、没有写明当年完成、今年还没有建表的项目")


def _once(forms: DeclarationQuerySet) -> DeclarationQuerySet:
    return forms.once_per_project()


def _first_versions(forms: DeclarationQuerySet) -> DeclarationQuerySet:
    """An adjustment has no deadline."""
    return forms.filter(adjusts__isnull=True)


def _titles() -> Mapping[str, str]:
    return {code: rule.title for code, rule in RULES.items()}


KIND = FormKind(
    model=Declaration,
    settled=State.APPROVED,
    progress_title="申报进度",
    money="current_year",
    money_of=lambda declaration: declaration.current_year,
    money_label="当年预算",
    expected=expected,
    new_url=lambda campaign: f"{reverse('declarations:new')}?campaign={campaign.pk}",
    list_url_of_year=lambda year: f"{reverse('declarations:list')}?year={year}",
    every_unit_files=True,
    once=_once,
    with_deadline=_first_versions,
    titles=_titles,
)
