"""Who may do what to an evaluation. One predicate per right; scope is ``visible_to``."""

from declarations.permissions import may_start
from evaluations.models import Evaluation
from perfgoals.accounts.models import Role, User
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.reviewing.rights import may_recall, may_review, may_see_rows

__all__ = [
    "may_edit",
    "may_export",
    "may_fill",
    "may_recall",
    "may_review",
    "may_see_rows",
    "may_start",
    "may_upload",
]


def may_export(user: User) -> bool:
    return user.role == Role.BUSINESS_ADMIN


def may_upload(user: User, evaluation: Evaluation) -> bool:
    return may_edit(user, evaluation)
