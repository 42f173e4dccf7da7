"""Verifying the trail as an act of the 审计员, itself on record."""

from itertools import islice

from django.core.exceptions import PermissionDenied

from perfgoals.accounts.models import Role, User
from perfgoals.audit import trail
from perfgoals.audit.models import AuditHead, AuditRecord

# Up to here a verification takes less than two seconds and is done at once; beyond, as a job.
AT_ONCE = 20_000
# How many places are kept in words; the number of all of them is kept too.
KEPT = 20


def demand_auditor(actor: User) -> None:
    """Raise ``PermissionDenied`` unless the actor may read the whole trail; asked again inside every act."""
    if actor.role != Role.AUDITOR:
        raise PermissionDenied("只有审计员能看操作留痕。")


def length() -> int:
    """How many records there are, by the end of the chain; counts nothing."""
    return AuditHead.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0


def verify(*, actor: User) -> AuditRecord:
    """Go through the whole chain and record what was found. Raises ``PermissionDenied``."""
    demand_auditor(actor)
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    places = trail.breaks()
    kept = [place.message for place in islice(places, KEPT)]
    count = len(kept) + sum(1 for _ in places)
    found = {"count": head.sequence, "breaks": count, "digest": head.digest, "found": "\n".join(kept)}
    return trail.record(actor=actor, action="verify_audit", changes=found)


def last_verification() -> AuditRecord | None:
    return (
        AuditRecord.objects.filter(action="verify_audit").select_related("actor").order_by("-sequence").first()
    )
