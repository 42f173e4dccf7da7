"""Writing and verifying the trail.

Every record carries the SHA-256 of its own content and of the record before it. Changing, removing, adding or
reordering rows breaks the chain at that place; cutting off the end is seen by the head row and by any head that was
written down elsewhere (``manage.py verify_audit`` prints it).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditHead, AuditRecord


def record(
    *,
    actor: User | None,
    action: str,
    subject: models.Model | None = None,
    from_state: str = "",
    to_state: str = "",
    comment: str = "",
    changes: dict[str, Any] | None = None,
) -> AuditRecord:
    """Add one record to the chain, in the caller's transaction (or one of its own).

    The head row is updated first: on every database that makes this transaction the only writer of the chain until it
    ends, without asking for row locks. Write the record last in an act, so that others wait as short as possible.
    """
    if actor is not None and actor.acting_for:
        changes = (changes or {}) | {"acting_for": actor.acting_for}
    with transaction.atomic():
        if not AuditHead.objects.filter(pk=1).update(sequence=F("sequence") + 1):
            AuditHead.objects.get_or_create(pk=1)
            AuditHead.objects.filter(pk=1).update(sequence=F("sequence") + 1)
        head = AuditHead.objects.get(pk=1)
        entry = AuditRecord(
            sequence=head.sequence,
            at=timezone.now(),
            actor=actor,
            action=action,
            content_type=ContentType.objects.get_for_model(subject) if subject is not None else None,
            object_id=subject.pk if subject is not None and isinstance(subject.pk, int) else None,
            from_state=from_state,
            to_state=to_state,
            comment=comment,
            changes=json.loads(json.dumps(changes or {}, ensure_ascii=False, default=str)),
            address=structlog.contextvars.get_contextvars().get("ip", "") or "",
            previous=head.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=1).update(digest=entry.digest)
    return entry


def digest_of(entry: AuditRecord) -> str:
    """SHA-256 of everything the record says, and of the record before it."""
    content = {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "action": entry.action,
        "content_type": entry.content_type_id,
        "object_id": entry.object_id,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "comment": entry.comment,
        "changes": entry.changes,
        "address": entry.address,
        "previous": entry.previous,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold, in words."""

    sequence: int
    message: str


def breaks() -> Iterator[Break]:
    """Every place where the trail was tampered with, in order; nothing where it is whole. Streams the table.

    The head is read first: records that others add meanwhile are not this verification's business.
    """
    head = AuditHead.objects.filter(pk=1).first()
    expected, previous = 1, ""
    for entry in AuditRecord.objects.order_by("sequence").iterator(2000):
        if head is not None and entry.sequence > head.sequence and _is_new(entry):
            break
        if entry.sequence > expected:
            gone = str(expected) if entry.sequence == expected + 1 else f"{expected}—{entry.sequence - 1}"
            yield Break(expected, f"第 {gone} 条不见了。")
        if entry.digest != digest_of(entry):
            yield Break(entry.sequence, f"第 {entry.sequence} 条的内容被改过。")
        elif entry.sequence == expected and entry.previous != previous:
            yield Break(entry.sequence, f"第 {entry.sequence} 条和前一条接不上：前一条被换过，或顺序被动过。")
        expected, previous = entry.sequence + 1, entry.digest
    if head is None and expected > 1:
        yield Break(expected, "链尾记录不见了。")
    elif head is not None and (head.sequence, head.digest) != (expected - 1, previous):
        yield Break(expected, f"末尾少了记录：链尾记到第 {head.sequence} 条，表里只到第 {expected - 1} 条。")


def _is_new(entry: AuditRecord) -> bool:
    """The head has moved on to it since; a record that was slipped in behind the head stays behind it."""
    return AuditHead.objects.filter(pk=1, sequence__gte=entry.sequence).exists()
