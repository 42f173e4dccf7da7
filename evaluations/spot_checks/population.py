"""From what a sample is drawn: forms of a campaign with what the draw has to know of them, in a constant number of queries."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from evaluations.models import Evaluation, EvaluationRow, KeptScore
from evaluations.sampling import Candidate
from evaluations.scoring.arithmetic import read_points
from evaluations.spot_checks.models import Population, SpotCase
from evaluations.spot_checks.risks import Facts, candidate
from evaluations.spot_checks.scheme import Scheme
from perfgoals.accounts.models import Organization
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.models import Revision
from perfgoals.editions import UnknownEdition, get_edition
from perfgoals.workflow import IN_REVIEW, State


@dataclass(frozen=True)
class Wanted:
    """Which forms of the campaign: by state, and of these departments (with their units) and units only."""

    scope: Population = Population.CONFIRMED
    departments: tuple[Organization, ...] = ()
    units: tuple[Organization, ...] = ()

    @property
    def names(self) -> list[str]:
        return [one.name for one in (*self.departments, *self.units)]


@dataclass(frozen=True)
class Drawable:
    """A form that may be drawn, with the revision that would be looked at."""

    pk: int
    revision: int
    state: str
    project: str
    unit: str
    candidate: Candidate = field(repr=False)


def forms_of(campaign: Campaign, wanted: Wanted) -> Any:
    """The forms that may be drawn: sent, so that there is something to look at, and not drawn from this campaign yet."""
    states = {State.CONFIRMED} if wanted.scope == Population.CONFIRMED else {State.CONFIRMED, *IN_REVIEW}
    latest = Revision.objects.filter(
        content_type=ContentType.objects.get_for_model(Evaluation), object_id=OuterRef("pk")
    ).order_by("-number")
    found = Evaluation.objects.filter(campaign=campaign, state__in=states, spot_cases__isnull=True)
    if wanted.departments or wanted.units:
        found = found.filter(
            Q(organization__in=[*wanted.departments, *wanted.units])
            | Q(organization__parent__in=wanted.departments)
        )
    return found.annotate(latest=Subquery(latest.values("pk")[:1])).filter(latest__isnull=False).order_by("pk")


def drawable(campaign: Campaign, wanted: Wanted, scheme: Scheme) -> list[Drawable]:
    """Every form that may be drawn, weighed. Five queries, however many forms."""
    found = forms_of(campaign, wanted)
    forms = list(_with_history(found, campaign).values(*_COLUMNS))
    changed = _changed_by_reviewers(found)
    bound = _large_from((form["current_year"] for form in forms), scheme)
    return [
        Drawable(
            form["pk"],
            form["latest"],
            form["state"],
            form["project_name"] or "未命名项目",
            form["organization__name"],
            candidate(_facts(form, campaign, changed.get(form["pk"], 0), bound), scheme),
        )
        for form in forms
    ]


_COLUMNS = (
    *("pk", "latest", "state", "project_name", "organization__name", "edition_id", "total", "execution_rate"),
    *("finding_codes", "first_submitted_at", "extended_to", "current_year", "was_before", "drawn_before"),
)


def _with_history(found: Any, campaign: Campaign) -> Any:
    earlier = Evaluation.objects.filter(project=OuterRef("project"), fiscal_year__lt=campaign.fiscal_year)
    drawn = SpotCase.objects.filter(
        evaluation__project=OuterRef("project"), check_of__campaign__fiscal_year=campaign.fiscal_year - 1
    )
    return found.with_deadline().annotate(was_before=Exists(earlier), drawn_before=Exists(drawn))


def _facts(form: dict[str, Any], campaign: Campaign, changed: int, bound: Decimal | None) -> Facts:
    full, floors = _scale(form["edition_id"])
    deadline, sent = campaign.later_of(form["extended_to"]), form["first_submitted_at"]
    amount = form["current_year"]
    return Facts(
        key=str(form["pk"]),
        total=form["total"],
        full=full,
        floors=floors,
        rate=form["execution_rate"],
        codes=frozenset(part.partition(":")[2] for part in form["finding_codes"].split("|") if part),
        is_late=deadline is not None and sent is not None and deadline < sent,
        reviewer_changed=changed,
        is_large=bound is not None and amount is not None and amount >= bound,
        is_first_year=not form["was_before"],
        drawn_last_year=form["drawn_before"],
    )


@cache
def _scale(edition_id: str) -> tuple[Decimal | None, tuple[Decimal, ...]]:
    """The full score and the grades' lower ends of a form; nothing where it is not scored."""
    try:
        rules = get_edition(edition_id).scoring
    except UnknownEdition:
        return None, ()
    return (rules.full, tuple(grade.floor for grade in rules.grades)) if rules else (None, ())


def _large_from(amounts: Iterable[Decimal | None], scheme: Scheme) -> Decimal | None:
    """The budget from which a form is among the largest: the smallest of the first so many percent, at least one."""
    percent = next((risk.percent for risk in scheme.risks if risk.test == "top_share"), None)
    known = sorted((one for one in amounts if one), reverse=True)
    if not known or percent is None:
        return None
    return known[math.ceil(len(known) * percent / 100) - 1]


def _changed_by_reviewers(found: QuerySet[Evaluation]) -> dict[int, int]:
    """By form: rows on which the reviewer's points are not those the form was sent with. Two queries."""
    forms = found.order_by().values("pk")
    given: dict[int, dict[str, Decimal]] = defaultdict(dict)
    judged = EvaluationRow.objects.filter(evaluation__in=forms, reviewer_score__isnull=False, is_vanished=False)
    for form, row_id, points in judged.order_by().values_list("evaluation", "row_id", "reviewer_score"):
        if points is not None:
            given[form][row_id] = points
    if not given:
        return {}
    kept = KeptScore.objects.filter(evaluation__in=judged.order_by().values("evaluation")).order_by("pk")
    counted: dict[int, int] = {}
    for form, sheet in kept.values_list("evaluation", "sheet").iterator(
        200
    ):  # a later sheet replaces an earlier one
        sent_with = dict(_points(sheet))
        counted[form] = sum(sent_with.get(row_id) != theirs for row_id, theirs in given[form].items())
    return counted


def _points(sheet: dict[str, Any]) -> Iterator[tuple[str, Decimal | None]]:
    for row in sheet["rows"]:
        yield row["row_id"], read_points(row["points"])
