"""Which filings a person may open: one scope for every kind (docs/decisions/0009)."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.models import Extension
from perfgoals.workflow import State

OUTSIDE_UNIT = (
    State.DEPARTMENT_REVIEW,
    State.FINANCE_REVIEW,
    State.APPROVED,
    State.CONFIRMED,
    State.SUPERSEDED,
)
BACK_IN_UNIT = (State.UNIT_REVIEW, State.RETURNED)


class FilingQuerySet(models.QuerySet[Any]):
    """Filings of one kind."""

    def visible_to(self, user: User) -> Self:
        """The filings this person may open; every page, file and export starts from here.

        Drafts, and forms the unit's own reviewer has not passed, are the unit's; a department and the bureau see what
        has left it, and what came back if it was on their desk. Keepers (三员) see no business data.
        """
        home = user.organization
        if home is None or user.is_keeper:
            return self.none()
        match user.role:
            case Role.FILER | Role.UNIT_REVIEWER:
                return self.filter(organization=home)
            case Role.DEPARTMENT_REVIEWER:
                scope = Q(organization=home) | Q(organization__parent=home)
                return self.filter(scope, self._left_the_unit(State.DEPARTMENT_REVIEW))
            case Role.FINANCE_REVIEWER:
                return self.filter(
                    self._left_the_unit(State.FINANCE_REVIEW), organization__region=home.region_id
                )
            case Role.BUSINESS_ADMIN:
                return self.filter(organization__region=home.region_id)
            case _:
                return self.none()

    def with_deadline(self) -> Self:
        """With the unit's own extension read along, so that ``deadline`` costs a list no query per row."""
        own = Extension.objects.filter(campaign=OuterRef("campaign"), organization=OuterRef("organization"))
        return self.annotate(extended_to=Subquery(own.values("closes_at")[:1]))

    def _left_the_unit(self, step: State) -> Q:
        """Handed on by their unit or, where they are with it again, once on the desk of ``step``.

        The trail knows where a form has been; content types are joined by name, so that this costs no query of its own.
        """
        been_there = AuditRecord.objects.filter(
            content_type__app_label=self.model._meta.app_label,
            content_type__model=self.model._meta.model_name,
            object_id=OuterRef("pk"),
            from_state=step,
        )
        return Q(state__in=OUTSIDE_UNIT) | Q(Exists(been_there), state__in=BACK_IN_UNIT)
