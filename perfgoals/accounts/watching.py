"""What the 安全管理员 may look at: who has which role, and the sign-ins of the last thirty days; locked names may be opened.

No business data, no creating of accounts (三员分立). Of other people's doings they see the entrance only; the whole trail
is the 审计员's.
"""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts import lockout
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import record

DAYS = 30
# The acts at the entrance.
ENTRANCE = (
    "sign_in",
    "sign_in_failed",
    "lockout",
    "sign_out",
    "session_end",
    "password_change",
    "password_reset",
    "account_unlock",
    "second_factor_enrol",
    "second_factor_verify",
    "second_factor_failed",
    "second_factor_codes",
    "second_factor_reset",
    "recovery_code_used",
)


def demand_watcher(actor: User) -> None:
    """Raise ``PermissionDenied`` unless the actor is a 安全管理员; asked again inside every act."""
    if actor.role != Role.SECURITY_ADMIN:
        raise PermissionDenied("只有安全管理员能看角色和登录记录。")


def people_of(actor: User) -> QuerySet[User]:
    """The accounts of the actor's region, each with ``has_app``: whether a second factor is bound."""
    demand_watcher(actor)
    apps = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    found = User.objects.filter(organization__region=actor.organization.region_id)
    return found.annotate(has_app=Exists(apps)).select_related("organization")


def entrance_records(actor: User) -> QuerySet[AuditRecord]:
    """The last thirty days at the entrance: people of the actor's region, and names that are nobody's."""
    demand_watcher(actor)
    since = timezone.now() - datetime.timedelta(days=DAYS)
    own = Q(actor__organization__region=actor.organization.region_id) | Q(actor=None)
    return AuditRecord.objects.filter(own, action__in=ENTRANCE, at__gte=since)


@transaction.atomic
def unlock(user: User, *, actor: User) -> None:
    """Forget the failed sign-ins, so that its owner can try again now. Raises ``PermissionDenied``."""
    demand_watcher(actor)
    if user.organization.region_id != actor.organization.region_id:
        raise PermissionDenied("只能管本区划的账号。")
    lockout.unlock(user.username)
    record(actor=actor, action="account_unlock", subject=user)
