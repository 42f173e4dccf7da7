"""Who may judge a filing, take it back, or look into it. One predicate per right; scope is ``visible_to``."""

from perfgoals.accounts.models import Role, User
from perfgoals.filling.permissions import may_fill
from perfgoals.handover.models import givers_of
from perfgoals.workflow import IN_REVIEW, Filing, State


def may_see_rows(user: User, filing: Filing) -> bool:
    """What stands in the form now, sent or not: the unit's own people, and who runs the campaign.

    A reviewer still sees a form that went back to its unit, but as it was sent and not while it is being mended.
    """
    is_home = user.organization_id == filing.organization_id
    return not filing.is_editable or is_home or user.role == Role.BUSINESS_ADMIN


def may_review(user: User, filing: Filing) -> bool:
    """The reviewer whose turn it is. Nobody reviews what they submitted, whatever role they hold by now."""
    if user.organization_id is None or user.pk == filing.submitted_by_id:
        return False
    place = filing.organization
    match filing.state:
        case State.UNIT_REVIEW:
            return user.role == Role.UNIT_REVIEWER and user.organization_id == place.pk
        case State.DEPARTMENT_REVIEW:
            return user.role == Role.DEPARTMENT_REVIEWER and user.organization_id == place.parent_id
        case State.FINANCE_REVIEW:
            home = user.organization
            return user.role == Role.FINANCE_REVIEWER and home is not None and home.region_id == place.region_id
        case _:
            return False


def may_recall(user: User, filing: Filing) -> bool:
    """Who submitted it or took over from them, until the reviewer whose turn it is has opened it (F16, F117)."""
    return filing.opened_at is None and _sent_by(user, filing)


def may_ask_back(user: User, filing: Filing) -> bool:
    """The same people, once it has been opened: then the reviewer decides (F16)."""
    return filing.opened_at is not None and _sent_by(user, filing)


def _sent_by(user: User, filing: Filing) -> bool:
    return (
        filing.state in IN_REVIEW
        and may_fill(user, filing)
        and (filing.submitted_by_id == user.pk or _took_over(user, filing))
    )


def _took_over(user: User, filing: Filing) -> bool:
    """What was submitted before the handover is the taker's now; what the giver submits afterwards is not."""
    submitter, sent = filing.submitted_by_id, filing.submitted_at
    if submitter is None or sent is None:
        return False
    until = givers_of(user).get(submitter)
    return until is not None and sent <= until
