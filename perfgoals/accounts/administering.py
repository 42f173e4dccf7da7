"""What the 系统管理员 does: opening, changing and closing accounts and organizations.

Each act writes its audit record in its own transaction. Roles are given here too, for now: under 三员分立 the
安全管理员 will grant them once that role has its screens.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from perfgoals.accounts import lockout
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.accounts.passwords import one_time_password, replace_password
from perfgoals.audit.trail import record


class Refused(Exception):
    """The act would leave something broken; the reason is for people to read. Nothing was changed."""


def may_administer(user: User) -> bool:
    """May see and change the accounts and organizations of the own region."""
    return user.role == Role.SYSTEM_ADMIN


def demand_administrator(actor: User) -> None:
    """Raise ``PermissionDenied`` unless the actor may administer; asked again inside every act."""
    if not may_administer(actor):
        raise PermissionDenied("只有系统管理员能管理账号和单位。")


@transaction.atomic
def open_account(user: User, *, actor: User) -> str:
    """Save a new account and return its one-time password, which is kept nowhere."""
    demand_administrator(actor)
    _demand_scope(user.organization, actor)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(force_insert=True)
    kept = {
        name: [None, _readable(user, name)] for name in ("username", "name", "organization", "role", "email")
    }
    _record("account_open", user, actor, kept)
    return password


@transaction.atomic
def change_account(user: User, changed: list[str], *, actor: User) -> None:
    """Write the columns named in ``changed``; others may have been changed by somebody else meanwhile."""
    demand_administrator(actor)
    _demand_scope(user.organization, actor)
    _write("account_change", user, changed, actor)


@transaction.atomic
def switch_account(user: User, *, active: bool, actor: User) -> bool:
    """Switch an account on or off; False when it already was. Switching off ends its sessions at once."""
    demand_administrator(actor)
    if user.pk == actor.pk:
        raise Refused("不能停用自己的账号。请另一位系统管理员来做。")
    if active and not user.organization.is_active:
        raise Refused(f"“{user.organization}”已停用，先启用单位，再启用账号。")
    moved = User.objects.visible_to(actor).filter(pk=user.pk, is_active=not active).update(is_active=active)
    if moved:
        _record("account_enable" if active else "account_disable", user, actor)
    return bool(moved)


@transaction.atomic
def reset_password(user: User, *, actor: User) -> str:
    """A random password that works until its owner has chosen one; returned once and kept nowhere."""
    demand_administrator(actor)
    if user.pk == actor.pk:
        raise Refused("自己的密码在“修改密码”里改。")
    password = one_time_password()
    replace_password(user, password, must_change=True)
    lockout.unlock(user.username)
    _record("password_reset", user, actor)
    return password


@transaction.atomic
def unlock_account(user: User, *, actor: User) -> None:
    """Forget the failed sign-ins, so that its owner can try again now."""
    demand_administrator(actor)
    lockout.unlock(user.username)
    _record("account_unlock", user, actor)


@transaction.atomic
def open_organization(organization: Organization, *, actor: User) -> None:
    demand_administrator(actor)
    _demand_scope(organization, actor)
    organization.save(force_insert=True)
    kept = {name: [None, _readable(organization, name)] for name in ("code", "name", "kind", "parent")}
    _record("organization_open", organization, actor, kept)


@transaction.atomic
def change_organization(organization: Organization, changed: list[str], *, actor: User) -> None:
    demand_administrator(actor)
    _demand_scope(organization, actor)
    _write("organization_change", organization, changed, actor)


@transaction.atomic
def close_organization(organization: Organization, *, with_people: bool, actor: User) -> int:
    """Switch an organization off; its accounts too, if that was asked for. Returns how many accounts.

    Raises ``Refused`` while units hang under it, or while accounts are in use and ``with_people`` was not said.
    """
    demand_administrator(actor)
    units = organization.units.filter(is_active=True).count()
    if units:
        raise Refused(f"下面还有 {units} 个启用的预算单位。先停用它们，或给它们换主管部门。")
    people = list(organization.people.filter(is_active=True))
    if any(person.pk == actor.pk for person in people):
        raise Refused("您自己的账号在这个单位，不能停用。")
    if people and not with_people:
        raise Refused(f"这个单位还有 {len(people)} 个启用的账号。")
    if not Organization.objects.filter(pk=organization.pk, is_active=True).update(is_active=False):
        return 0
    for person in people:
        switch_account(person, active=False, actor=actor)
    _record("organization_disable", organization, actor)
    return len(people)


@transaction.atomic
def reopen_organization(organization: Organization, *, actor: User) -> None:
    """Switch an organization on again; accounts stay as they are."""
    demand_administrator(actor)
    if organization.parent is not None and not organization.parent.is_active:
        raise Refused(f"主管部门“{organization.parent}”已停用，先启用它。")
    if Organization.objects.filter(pk=organization.pk, is_active=False).update(is_active=True):
        _record("organization_enable", organization, actor)


def _demand_scope(organization: Organization, actor: User) -> None:
    if organization.region_id != actor.organization.region_id:
        raise PermissionDenied("只能管理本区划的账号和单位。")


def _write(action: str, row: Model, changed: list[str], actor: User) -> None:
    if not changed:
        return
    before = type(row)._default_manager.get(pk=row.pk)
    row.save(update_fields=changed)
    _record(action, row, actor, {name: [_readable(before, name), _readable(row, name)] for name in changed})


def _record(action: str, subject: Model, actor: User, changes: dict[str, Any] | None = None) -> None:
    record(actor=actor, action=action, subject=subject, changes=changes or {})


def _readable(row: Model, name: str) -> Any:
    """A column as JSON holds it: keys for relations, plain values otherwise."""
    value = getattr(row, name)
    return value.pk if isinstance(value, Model) else value
