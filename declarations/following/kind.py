"""What a kind of form that follows a declaration says of itself."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils import timezone

from declarations.following.rows import CopiedRow
from declarations.models import Declaration, Indicator, Project
from declarations.permissions import may_start
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.editions import Edition


class Following:
    """One kind: its tables, its words in the trail, how a form and a row begin, and who may open them.

    ``model`` has the columns ``project``, ``declaration``, ``targets_copied_at``, ``weights_copied`` and
    ``annual_goal``, one form per project and campaign, and its rows as ``indicators``.
    """

    model: type[Any]
    row_model: type[CopiedRow]
    owner: ClassVar[str]  # the foreign key of a row to its form
    campaign_kind: ClassVar[CampaignKind]
    noun: ClassVar[str]  # 自评表
    # Words of the trail: one form opened, a unit's forms opened, targets fetched; and the key of the opened numbers.
    opened: ClassVar[str]
    opened_many: ClassVar[str]
    fetched: ClassVar[str]
    numbers: ClassVar[str]

    def begin(self, source: Declaration, campaign: Campaign) -> Any:
        """An unsaved form that says what is known already."""
        raise NotImplementedError

    def row(self, row: Indicator, declared: Edition, edition: Edition, position: int) -> CopiedRow:
        """An unsaved row with everything that is copied."""
        raise NotImplementedError

    def carry(self, made: Sequence[tuple[Any, Sequence[Any]]], campaign: Campaign) -> None:
        """Bring what is known from other forms into unsaved forms and their rows, for all of them at once."""

    def count(self, filing: Any, rows: Sequence[Any]) -> None:
        """Set the kept columns of a form that is not saved yet, so that it is written once."""
        raise NotImplementedError

    def keep(self, filing: Any) -> None:
        """Refresh the kept columns of a saved form."""
        raise NotImplementedError

    # Rights --------------------------------------------------------------------------------------------------------

    def is_open(self, campaign: Campaign) -> bool:
        """Of this kind, begun and not archived. A passed deadline marks forms late, it does not lock."""
        has_begun = campaign.opens_at is None or campaign.opens_at <= timezone.now()
        return campaign.kind == self.campaign_kind and has_begun and not campaign.is_archived

    def may_open(self, user: User, project: Project, campaign: Campaign) -> bool:
        """An officer of the project's unit while the campaign is open, or who runs the campaign."""
        if not self.is_open(campaign):
            return False
        is_own = may_start(user) and user.organization_id == project.organization_id
        return is_own or self.may_open_season(user, campaign)

    def may_open_season(self, user: User, campaign: Campaign) -> bool:
        """The 业务管理员 of the campaign's region."""
        home = user.organization
        is_admin = (
            user.role == Role.BUSINESS_ADMIN and home is not None and home.region_id == campaign.region_id
        )
        return is_admin and self.is_open(campaign)
