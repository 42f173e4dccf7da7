"""Who may do what to an evaluation. One predicate per right; scope is ``visible_to``."""

from declarations.permissions import may_start
from evaluations.models import Evaluation
from perfgoals.accounts.models import Role, User
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.reviewing.rights import may_recall, may_review, may_see_rows
from perfgoals.workflow import IN_REVIEW

__all__ = [
    "may_edit",
    "may_export",
    "may_fill",
    "may_recall",
    "may_review",
    "may_see_points",
    "may_see_rows",
    "may_start",
    "may_upload",
]


def may_export(user: User) -> bool:
    return user.role == Role.BUSINESS_ADMIN


def may_upload(user: User, evaluation: Evaluation) -> bool:
    return may_edit(user, evaluation)


def may_see_points(user: User, evaluation: Evaluation) -> bool:
    """The reviewer's points: at work they are the reviewers' own, decided they are everybody's who sees the form."""
    is_home = user.organization_id == evaluation.organization_id
    return evaluation.state not in IN_REVIEW or not is_home or may_review(user, evaluation)
