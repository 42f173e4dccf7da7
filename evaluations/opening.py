"""Opens self-evaluations: from approved targets, one by one or a whole season at once, or standing alone.

Targets are copied, not referenced: an adjustment made afterwards must not move the goalposts of a year that is being
judged behind anybody's back. Fetching them again is an act; it never wipes what was typed.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from declarations.models import Declaration, Project
from declarations.starting import start_key
from evaluations import copying, permissions
from evaluations.models import Evaluation, EvaluationRow
from perfgoals.accounts.models import Organization, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign, CampaignKind, CampaignQuerySet
from perfgoals.editions import get_edition
from perfgoals.filling.editing import claim
from perfgoals.reviewing import history
from perfgoals.reviewing.returning import openness_of
from perfgoals.workflow import State, StateConflict

# Forms made in one transaction: few enough that a killed worker loses little, enough that statements are shared.
CHUNK = 50
logger = structlog.get_logger(__name__)


class NothingApproved(Exception):
    """The project has no approved targets of this year. The message is Chinese."""


@dataclass
class Opened:
    """What became of the forms of a unit: names of the new ones, of those that were there, and why others were not made."""

    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.made) + len(self.there) + len(self.failed)


def campaigns_open_to(user: User) -> CampaignQuerySet:
    """The evaluation campaigns in which this person can open a form now."""
    return Campaign.objects.visible_to(user).filter(kind=CampaignKind.EVALUATION).open_at(timezone.now())


def targets_for(campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force that this campaign evaluates, the newest last; a project may have filed twice in a year."""
    return Declaration.objects.filter(
        state=State.APPROVED,
        fiscal_year=campaign.fiscal_year,
        organization__region=campaign.region_id,
        campaign__kind=CampaignKind.DECLARATION,
    ).order_by("organization", "pk")


def targets_in_force(evaluation: Evaluation) -> Declaration | None:
    """The approved targets of the evaluation's project and year as they are today. One query."""
    return targets_for(evaluation.campaign).filter(project=evaluation.project_id).last()


def not_opened(campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force whose project has no self-evaluation in this campaign yet."""
    there = Evaluation.objects.filter(campaign=campaign, project=OuterRef("project"))
    return targets_for(campaign).filter(~Exists(there))


def open_evaluation(project: Project, campaign: Campaign, *, actor: User) -> Evaluation:
    """The self-evaluation of ``project`` in ``campaign``, made with a copy of its approved targets.

    Opening twice, or two at once, gives the first one. Raises ``PermissionDenied`` or ``NothingApproved``.
    """
    if not permissions.may_open(actor, project, campaign):
        raise PermissionDenied
    source = _with_rows(targets_for(campaign).filter(project=project)).last()
    there: Evaluation | None = Evaluation.objects.filter(project=project, campaign=campaign).first()
    if there is not None:
        return there
    if source is None:
        raise NothingApproved(f"“{project}”没有 {campaign.fiscal_year} 年批复的目标，不能从目标建自评表。")
    try:
        with transaction.atomic():
            evaluation = _make([source], campaign)[0]
            record(
                actor=actor,
                action="evaluation_open",
                subject=evaluation,
                to_state=State.DRAFT,
                changes={"targets": source.pk},
            )
            return evaluation
    except IntegrityError:
        # Somebody opened it in between: the unique column decided, not what was read before.
        return Evaluation.objects.get(project=project, campaign=campaign)


def start_alone(
    *, campaign: Campaign, project: Project | None = None, name: str = "", key: uuid.UUID, actor: User
) -> Evaluation:
    """An empty form for a project whose targets were approved elsewhere: its targets are typed.

    The same click twice gives the same form; a project that has a form in this campaign gives that. Raises
    ``PermissionDenied``.
    """
    is_own = project is None or project.organization_id == actor.organization_id
    if (
        not is_own
        or not permissions.may_start(actor)
        or not campaigns_open_to(actor).filter(pk=campaign.pk).exists()
    ):
        raise PermissionDenied
    row_key = start_key(key, actor, campaign, f"alone {project.pk if project else ''}/{name}")
    try:
        with transaction.atomic():
            own = project or Project.objects.create(organization=actor.organization, name=name)
            evaluation = copying.blank(own, campaign)
            evaluation.start_key = row_key
            evaluation.save()
            _keep_counts([evaluation])
            record(actor=actor, action="evaluation_start", subject=evaluation, to_state=State.DRAFT)
            return evaluation
    except IntegrityError:
        first: Evaluation | None = Evaluation.objects.filter(start_key=row_key).first()
        if first is not None:
            return first
        return Evaluation.objects.get(project=project, campaign=campaign)


def open_for_unit(
    organization: Organization,
    campaign: Campaign,
    *,
    actor: User,
    report: Callable[[int], None] = lambda done: None,
) -> Opened:
    """Open what is missing of a unit's self-evaluations; ``report`` gets how many are settled.

    Doing it again does the rest: every chunk is a transaction, forms that are there stay untouched. One form that
    cannot be made does not keep the others from it. Raises ``PermissionDenied``.
    """
    if not permissions.may_open_season(actor, campaign):
        raise PermissionDenied
    opened = Opened()
    sources = {source.project_id: source for source in targets_for(campaign).filter(organization=organization)}
    there = set(
        Evaluation.objects.filter(campaign=campaign, project__in=sources).values_list("project", flat=True)
    )
    opened.there = [source.project_name for pk, source in sources.items() if pk in there]
    missing = [source.pk for pk, source in sources.items() if pk not in there]
    for start in range(0, len(missing), CHUNK):
        chunk = list(
            _with_rows(Declaration.objects.filter(pk__in=missing[start : start + CHUNK])).order_by("pk")
        )
        _open_chunk(chunk, campaign, organization, actor, opened)
        report(opened.done)
    return opened


def _open_chunk(
    chunk: Sequence[Declaration], campaign: Campaign, organization: Organization, actor: User, opened: Opened
) -> None:
    """All in one transaction; where that fails, one by one, so that only the bad one is left out."""
    try:
        with transaction.atomic():
            _open_together(chunk, campaign, organization, actor)
    except Exception:
        if len(chunk) > 1:
            for source in chunk:
                _open_chunk([source], campaign, organization, actor, opened)
        elif Evaluation.objects.filter(project=chunk[0].project_id, campaign=campaign).exists():
            opened.there.append(chunk[0].project_name)
        else:
            logger.exception("evaluation not opened", declaration=chunk[0].pk)
            opened.failed.append((chunk[0].project_name, "系统出错了，已记入日志。"))
    else:
        opened.made += [source.project_name for source in chunk]


def _open_together(
    chunk: Sequence[Declaration], campaign: Campaign, organization: Organization, actor: User
) -> None:
    made = _make(chunk, campaign)
    changes: dict[str, Any] = {
        "organization": organization.name,
        "forms": len(made),
        "evaluations": [evaluation.pk for evaluation in made],
    }
    record(actor=actor, action="evaluations_open", subject=campaign, changes=changes)


def _make(sources: Sequence[Declaration], campaign: Campaign) -> list[Evaluation]:
    """The forms with their rows and kept counts, in a number of statements that does not grow with each form."""
    edition = get_edition(campaign.edition_id)
    made = []
    for source in sources:
        evaluation = copying.from_targets(source, campaign)
        rows = [
            copying.row_from(row, source.edition, edition, number)
            for number, row in enumerate(_rows(source), 1)
        ]
        copying.count_findings(evaluation, rows)
        made.append((evaluation, rows))
    evaluations = Evaluation.objects.bulk_create(evaluation for evaluation, _ in made)
    EvaluationRow.objects.bulk_create(_belonging(evaluation, row) for evaluation, rows in made for row in rows)
    return evaluations


def _belonging(evaluation: Evaluation, row: EvaluationRow) -> EvaluationRow:
    row.evaluation = evaluation
    return row


def _rows(source: Declaration) -> Iterable[Any]:
    return source.indicators.all()


def _with_rows(found: QuerySet[Declaration]) -> QuerySet[Declaration]:
    return found.select_related("project", "organization__parent").prefetch_related("indicators")


def _keep_counts(evaluations: Iterable[Evaluation]) -> None:
    from evaluations.checking import keep

    for evaluation in evaluations:
        keep(evaluation)


@dataclass(frozen=True)
class Fetched:
    """What fetching the targets again has changed, by row id."""

    changed: tuple[str, ...]
    new: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.changed or self.new or self.vanished)


def fetch_targets(evaluation: Evaluation, *, actor: User) -> Fetched:
    """Copy the targets in force today into the form again, row by row of the same id.

    Only copied columns change: what was typed stays. New rows come in at their place, rows that are gone are kept and
    marked. Raises ``PermissionDenied``, ``NothingApproved``, or ``StateConflict`` when the form is not being filled in
    or a return leaves only some of its places open.
    """
    if not permissions.may_fill(actor, evaluation) or evaluation.stands_alone:
        raise PermissionDenied
    if not openness_of(evaluation).is_whole:
        raise StateConflict
    source = targets_in_force(evaluation)
    if source is None:
        raise NothingApproved("批复的目标已不在，没有可以取的。")
    with transaction.atomic():
        claim(evaluation)
        fetched = copying.fetch(evaluation, source)
        history.keep(evaluation, fetched.targets, actor=actor)
        _keep_counts([evaluation])
        record(
            actor=actor,
            action="evaluation_fetch",
            subject=evaluation,
            from_state=evaluation.state,
            to_state=evaluation.state,
            changes={
                "targets": source.pk,
                "changed": len(fetched.changed),
                "new": len(fetched.new),
                "vanished": len(fetched.vanished),
            },
        )
    return Fetched(*map(tuple, (fetched.changed, fetched.new, fetched.vanished)))
