"""Who may do what to a declaration. One predicate per right; scope is ``visible_to``."""

from declarations.models import Declaration
from perfgoals.accounts.models import Role, User
from perfgoals.filling.permissions import may_fill
from perfgoals.handover.models import givers_of
from perfgoals.workflow import IN_REVIEW, State


def may_start(user: User) -> bool:
    """May open new declarations for their own unit."""
    return user.role == Role.FILER and user.organization_id is not None


def may_see_rows(user: User, declaration: Declaration) -> bool:
    """What stands in the form now, sent or not: the unit's own people, and who runs the campaign.

    A reviewer still sees a form that went back to its unit, but as it was sent and not while it is being mended.
    """
    is_home = user.organization_id == declaration.organization_id
    return not declaration.is_editable or is_home or user.role == Role.BUSINESS_ADMIN


def may_export(user: User) -> bool:
    return user.role == Role.BUSINESS_ADMIN


def may_review(user: User, declaration: Declaration) -> bool:
    """The reviewer whose turn it is. Nobody reviews what they submitted, whatever role they hold by now."""
    if user.organization_id is None or user.pk == declaration.submitted_by_id:
        return False
    place = declaration.organization
    match declaration.state:
        case State.UNIT_REVIEW:
            return user.role == Role.UNIT_REVIEWER and user.organization_id == place.pk
        case State.DEPARTMENT_REVIEW:
            return user.role == Role.DEPARTMENT_REVIEWER and user.organization_id == place.parent_id
        case State.FINANCE_REVIEW:
            home = user.organization
            return user.role == Role.FINANCE_REVIEWER and home is not None and home.region_id == place.region_id
        case _:
            return False


def may_recall(user: User, declaration: Declaration) -> bool:
    """Who submitted it or took over from them, until the reviewer whose turn it is has opened it (F16, F117)."""
    return (
        declaration.state in IN_REVIEW
        and declaration.opened_at is None
        and may_fill(user, declaration)
        and (declaration.submitted_by_id == user.pk or _took_over(user, declaration))
    )


def _took_over(user: User, declaration: Declaration) -> bool:
    """What was submitted before the handover is the taker's now; what the giver submits afterwards is not."""
    submitter, sent = declaration.submitted_by_id, declaration.submitted_at
    if submitter is None or sent is None:
        return False
    until = givers_of(user).get(submitter)
    return until is not None and sent <= until


def may_adjust(user: User, declaration: Declaration) -> bool:
    """An officer of the unit, on targets in force."""
    return declaration.state == State.APPROVED and may_fill(user, declaration)
