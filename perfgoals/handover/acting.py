"""Acting with a colleague's role: the one place that lends a role, for as long as a session says so.

While somebody acts for a colleague, ``request.user`` has the colleague's role and keeps the own name: every predicate
and every scope asks the role, so all of them respect it, and whoever submitted a form still cannot approve it, for that
is asked of the person. Records say for whom (``User.acting_for``).
"""

import datetime
from collections.abc import Callable
from typing import cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from perfgoals.accounts.models import KEEPER_ROLES, Role, User
from perfgoals.audit.trail import record
from perfgoals.handover.models import Deputy, DeputyQuerySet

LONGEST = 90  # days
_KEY = "acting"


def offers_to(user: User, *, today: datetime.date | None = None) -> DeputyQuerySet:
    """For whom this person may act today."""
    day = today or timezone.localdate()
    return Deputy.objects.on(day).filter(deputy=user.pk).select_related("principal", "deputy")


def candidates_for(principal: User) -> list[User]:
    """Colleagues of the unit with another business role; whoever has the same role may do it all anyway."""
    if principal.role in KEEPER_ROLES:
        return []
    same_unit = User.objects.filter(organization=principal.organization_id, is_active=True)
    return list(same_unit.exclude(role__in=[*KEEPER_ROLES, principal.role]).order_by("username"))


@transaction.atomic
def name_deputy(
    principal: User,
    deputy: User | None,
    *,
    first_day: datetime.date | None,
    last_day: datetime.date | None,
    reason: str,
    actor: User,
) -> Deputy:
    """Let ``deputy`` act for ``principal`` on these days. Raises ``ValidationError`` (Chinese, by field).

    Raises ``PermissionDenied`` unless the actor is the principal, or the 系统管理员 of the region.
    """
    in_region = actor.organization.region_id == principal.organization.region_id
    if actor.pk != principal.pk and not (actor.role == Role.SYSTEM_ADMIN and in_region):
        raise PermissionDenied
    if actor.acting_for:
        raise PermissionDenied("正在代理的人不能再指定代理人。")
    problems = _problems(principal, deputy, first_day, last_day, reason)
    if problems or deputy is None or first_day is None or last_day is None:
        raise ValidationError(problems)
    named = Deputy.objects.create(
        principal=principal,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip()[:200],
        named_by=actor,
    )
    days = f"{first_day} 至 {last_day}"
    record(
        actor=actor,
        action="deputy_name",
        subject=principal,
        comment=named.reason,
        changes={"deputy": named.deputy.name, "days": days},
    )
    return named


def _problems(
    principal: User,
    deputy: User | None,
    first_day: datetime.date | None,
    last_day: datetime.date | None,
    reason: str,
) -> dict[str, str]:
    """What is wrong, by field, in Chinese."""
    problems = {}
    if deputy is None or deputy.pk not in {person.pk for person in candidates_for(principal)}:
        problems["deputy"] = "选本单位另一个角色的同事；同一角色的同事本来就能办，不用代理。"
    if not reason.strip():
        problems["reason"] = "要写代理的原因。"
    if first_day is None or last_day is None:
        problems["last_day"] = "写从哪天到哪天，写成 2026-10-18 的样子。"
    elif last_day < first_day or last_day < timezone.localdate():
        problems["last_day"] = "最后一天不能早于第一天，也不能早于今天。"
    elif (last_day - first_day).days >= LONGEST:
        problems["last_day"] = f"一次最多代理 {LONGEST} 天。"
    return problems


@transaction.atomic
def end_deputy(named: Deputy, *, actor: User) -> None:
    """End it before its last day: the principal, the deputy, or who named it. Twice does no harm."""
    if actor.pk not in (named.principal_id, named.deputy_id, named.named_by_id):
        raise PermissionDenied
    if Deputy.objects.filter(pk=named.pk, ended_at__isnull=True).update(ended_at=timezone.now()):
        record(actor=actor, action="deputy_end", subject=named.principal, changes={"deputy": named.deputy.name})


def begin(request: HttpRequest, named: Deputy) -> None:
    """From the next request on this session acts for the principal."""
    request.session[_KEY] = named.pk
    record(actor=cast(User, request.user), action="deputy_begin", subject=named.principal)


def stop(request: HttpRequest) -> None:
    """The own role again from the next request on."""
    request.session.pop(_KEY, None)


class ActingMiddleware:
    """Lends the role to ``request.user`` while the session asks for it and the days allow it; asks nothing otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.get(_KEY)
        if key is not None and request.user.is_authenticated:
            user = cast(User, request.user)
            named = offers_to(user).filter(pk=key).first()
            if named is None or named.principal.role in KEEPER_ROLES:
                stop(request)  # the days are over, or somebody moved: the own role is back
            else:
                user.role = named.principal.role
                user.acting_for = f"{named.principal.name}（{named.principal.get_role_display()}）"
        return self.get_response(request)
