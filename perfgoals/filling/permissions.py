"""Who may fill in a form. One predicate per right; scope is ``visible_to``."""

from perfgoals.accounts.models import Role, User
from perfgoals.workflow import Filing


def may_edit(user: User, filing: Filing) -> bool:
    return may_fill(user, filing) and filing.is_editable


def may_fill(user: User, filing: Filing) -> bool:
    """An officer of the unit whose form it is, whatever its state."""
    return user.role == Role.FILER and user.organization_id == filing.organization_id
