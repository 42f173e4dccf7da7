"""Who may do what to a declaration. One predicate per right; scope is ``visible_to``."""

from declarations.models import Declaration
from perfgoals.accounts.models import Role, User
from perfgoals.filling.permissions import may_fill
from perfgoals.reviewing.rights import may_recall, may_review, may_see_rows
from perfgoals.workflow import State

__all__ = ["may_adjust", "may_export", "may_fill", "may_recall", "may_review", "may_see_rows", "may_start"]


def may_start(user: User) -> bool:
    """May open new declarations for their own unit."""
    return user.role == Role.FILER and user.organization_id is not None


def may_export(user: User) -> bool:
    return user.role == Role.BUSINESS_ADMIN


def may_adjust(user: User, declaration: Declaration) -> bool:
    """An officer of the unit, on targets in force."""
    return declaration.state == State.APPROVED and may_fill(user, declaration)
