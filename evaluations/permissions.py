"""Who may do what to an evaluation. One predicate per right; scope is ``visible_to``."""

from django.utils import timezone

from declarations.models import Project
from evaluations.models import Evaluation
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.reviewing.rights import may_recall, may_review, may_see_rows

__all__ = [
    "may_edit",
    "may_export",
    "may_fill",
    "may_open",
    "may_open_season",
    "may_recall",
    "may_review",
    "may_see_rows",
    "may_start",
    "may_upload",
]


def may_start(user: User) -> bool:
    """May open evaluations for their own unit."""
    return user.role == Role.FILER and user.organization_id is not None


def may_open(user: User, project: Project, campaign: Campaign) -> bool:
    """An officer of the project's unit while the campaign is open, or who runs the campaign."""
    if not is_open(campaign):
        return False
    is_own = may_start(user) and user.organization_id == project.organization_id
    return is_own or may_open_season(user, campaign)


def may_open_season(user: User, campaign: Campaign) -> bool:
    """The 业务管理员 of the campaign's region."""
    home = user.organization
    is_admin = user.role == Role.BUSINESS_ADMIN and home is not None and home.region_id == campaign.region_id
    return is_admin and is_open(campaign)


def is_open(campaign: Campaign) -> bool:
    """An evaluation campaign that has begun and is not archived. A passed deadline marks forms late, it does not lock."""
    has_begun = campaign.opens_at is None or campaign.opens_at <= timezone.now()
    return campaign.kind == CampaignKind.EVALUATION and has_begun and not campaign.is_archived


def may_export(user: User) -> bool:
    return user.role == Role.BUSINESS_ADMIN


def may_upload(user: User, evaluation: Evaluation) -> bool:
    return may_edit(user, evaluation)
