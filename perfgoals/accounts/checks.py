"""What must not be true of a database that real people work on."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from perfgoals.accounts.models import Role, User


@register(Tags.security)
def second_factor_roles_exist(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A role that is spelled wrong would silently need no second factor."""
    unknown = [name for name in settings.SECOND_FACTOR_ROLES if name not in Role.values]
    if not unknown:
        return []
    return [
        Error(
            f"PERFGOALS_SECOND_FACTOR_ROLES 里没有这样的角色：{'、'.join(unknown)}。",
            hint=f"可以写：{'、'.join(Role.values)}。",
            id="accounts.E002",
        )
    ]


@register(Tags.database)
def no_demo_accounts(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Demo accounts have a published password: outside demo mode they must not even exist."""
    if settings.LOCAL:
        return []
    found: list[CheckMessage] = []
    for alias in databases or []:
        if User._meta.db_table not in connections[alias].introspection.table_names():
            continue
        count = User.objects.using(alias).filter(is_demo=True).count()
        if count:
            found.append(
                Error(
                    f"数据库里有 {count} 个演示账号，演示账号的密码是公开的。",
                    hint="正式环境要用没有装过演示数据的数据库。",
                    id="accounts.E001",
                )
            )
    return found
