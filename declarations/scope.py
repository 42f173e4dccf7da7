"""What of a unit's work those outside it may see (docs/decisions/0009)."""

from django.db.models import Exists, OuterRef, Q

from perfgoals.audit.models import AuditRecord
from perfgoals.workflow import State

OUTSIDE_UNIT = (State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW, State.APPROVED, State.SUPERSEDED)
BACK_IN_UNIT = (State.UNIT_REVIEW, State.RETURNED)


def left_the_unit(step: State) -> Q:
    """Declarations handed on by their unit or, where they are with it again, once on the desk of ``step``.

    The trail knows where a form has been; content types are joined by name, so that this costs no query of its own.
    """
    been_there = AuditRecord.objects.filter(
        content_type__app_label="declarations",
        content_type__model="declaration",
        object_id=OuterRef("pk"),
        from_state=step,
    )
    return Q(state__in=OUTSIDE_UNIT) | Q(Exists(been_there), state__in=BACK_IN_UNIT)
