"""Opening, changing and archiving campaigns: the acts of the 业务管理员, each with its record."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.campaigns.announcing import may_run
from perfgoals.campaigns.models import Campaign

_KEPT = (
    "name",
    "kind",
    "fiscal_year",
    "edition_id",
    "opens_at",
    "closes_at",
    "has_unit_review",
    "cutoff_month",
)


@transaction.atomic
def open_campaign(campaign: Campaign, *, actor: User) -> None:
    """Save a new campaign. Units hear of it when it is announced. Raises ``PermissionDenied``."""
    if not may_run(actor, campaign):
        raise PermissionDenied
    campaign.save(force_insert=True)
    changes = {name: [None, _readable(campaign, name)] for name in _KEPT}
    record(actor=actor, action="campaign_open", subject=campaign, changes=changes)


@transaction.atomic
def change_campaign(campaign: Campaign, changed: list[str], *, actor: User) -> None:
    """Write the columns named in ``changed``. Raises ``PermissionDenied``."""
    if not may_run(actor, campaign):
        raise PermissionDenied
    if not changed:
        return
    before = Campaign.objects.get(pk=campaign.pk)
    campaign.save(update_fields=changed)
    changes = {name: [_readable(before, name), _readable(campaign, name)] for name in changed}
    record(actor=actor, action="campaign_change", subject=campaign, changes=changes)


@transaction.atomic
def archive(campaign: Campaign, *, archived: bool, actor: User) -> bool:
    """Close a campaign to new forms, or open it again; False when it already was so. Raises ``PermissionDenied``."""
    if not may_run(actor, campaign):
        raise PermissionDenied
    moved = Campaign.objects.filter(pk=campaign.pk, is_archived=not archived).update(is_archived=archived)
    if moved:
        record(actor=actor, action="campaign_archive" if archived else "campaign_unarchive", subject=campaign)
    campaign.refresh_from_db(fields=["is_archived"])
    return bool(moved)


def _readable(campaign: Campaign, name: str) -> Any:
    value = getattr(campaign, name)
    return value.isoformat(timespec="minutes") if hasattr(value, "isoformat") else value
