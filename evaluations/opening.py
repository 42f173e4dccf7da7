"""Opens self-evaluations: from approved targets (``declarations.following``), or standing alone."""

import uuid
from collections.abc import Callable, Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from declarations.following import opening
from declarations.following.kind import Following
from declarations.following.opening import (
    Fetched,
    NothingApproved,
    Opened,
    targets_for,
    targets_in_force,
    told,
)
from declarations.models import Declaration, Indicator, Project
from declarations.permissions import may_start
from declarations.starting import start_key
from evaluations import copying
from evaluations.models import Evaluation, EvaluationRow
from perfgoals.accounts.models import Organization, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign, CampaignKind, CampaignQuerySet
from perfgoals.editions import Edition
from perfgoals.workflow import State

__all__ = [
    "SELF_EVALUATION",
    "Fetched",
    "NothingApproved",
    "Opened",
    "campaigns_open_to",
    "fetch_targets",
    "not_opened",
    "open_evaluation",
    "open_for_unit",
    "start_alone",
    "targets_for",
    "targets_in_force",
    "told",
]


class SelfEvaluation(Following):
    model = Evaluation
    row_model = EvaluationRow
    owner = "evaluation"
    campaign_kind = CampaignKind.EVALUATION
    noun = "自评表"
    opened = "evaluation_open"
    opened_many = "evaluations_open"
    fetched = "evaluation_fetch"
    numbers = "evaluations"

    def begin(self, source: Declaration, campaign: Campaign) -> Evaluation:
        return copying.from_targets(source, campaign)

    def row(self, row: Indicator, declared: Edition, edition: Edition, position: int) -> EvaluationRow:
        return copying.row_from(row, declared, edition, position)

    def count(self, filing: Evaluation, rows: Sequence[EvaluationRow]) -> None:
        copying.count_findings(filing, rows)

    def keep(self, filing: Evaluation) -> None:
        from evaluations.checking import keep

        keep(filing)


SELF_EVALUATION = SelfEvaluation()


def campaigns_open_to(user: User) -> CampaignQuerySet:
    """The evaluation campaigns in which this person can open a form now."""
    return opening.campaigns_open_to(SELF_EVALUATION, user)


def built_from(declaration: Declaration) -> str:
    """Why the approval of these targets stands: a self-evaluation holds copies of them. One query."""
    has_one = Evaluation.objects.filter(declaration=declaration).exists()
    return "单位已经从它建了自评表，撤不了" if has_one else ""


def not_opened(campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force whose project has no self-evaluation in this campaign yet."""
    return opening.not_opened(SELF_EVALUATION, campaign)


def open_evaluation(project: Project, campaign: Campaign, *, actor: User) -> Evaluation:
    """The self-evaluation of ``project`` in ``campaign``. Raises ``PermissionDenied`` or ``NothingApproved``."""
    evaluation: Evaluation = opening.open_one(SELF_EVALUATION, project, campaign, actor=actor)
    return evaluation


def open_for_unit(
    organization: Organization,
    campaign: Campaign,
    *,
    actor: User,
    report: Callable[[int], None] = lambda done: None,
) -> Opened:
    """Open what is missing of a unit's self-evaluations. Raises ``PermissionDenied``."""
    return opening.open_for_unit(SELF_EVALUATION, organization, campaign, actor=actor, report=report)


def fetch_targets(evaluation: Evaluation, *, actor: User) -> Fetched:
    """Copy the targets in force today again. Raises what ``declarations.following.opening.fetch_targets`` raises."""
    return opening.fetch_targets(SELF_EVALUATION, evaluation, actor=actor)


def start_alone(
    *, campaign: Campaign, project: Project | None = None, name: str = "", key: uuid.UUID, actor: User
) -> Evaluation:
    """An empty form for a project whose targets were approved elsewhere: its targets are typed.

    The same click twice gives the same form; a project that has a form in this campaign gives that. Raises
    ``PermissionDenied``.
    """
    is_own = project is None or project.organization_id == actor.organization_id
    if not is_own or not may_start(actor) or not campaigns_open_to(actor).filter(pk=campaign.pk).exists():
        raise PermissionDenied
    row_key = start_key(key, actor, campaign, f"alone {project.pk if project else ''}/{name}")
    try:
        with transaction.atomic():
            own = project or Project.objects.create(organization=actor.organization, name=name)
            evaluation = copying.blank(own, campaign)
            evaluation.start_key = row_key
            evaluation.save()
            SELF_EVALUATION.keep(evaluation)
            record(actor=actor, action="evaluation_start", subject=evaluation, to_state=State.DRAFT)
            return evaluation
    except IntegrityError:
        first: Evaluation | None = Evaluation.objects.filter(start_key=row_key).first()
        if first is not None:
            return first
        return Evaluation.objects.get(project=project, campaign=campaign)
