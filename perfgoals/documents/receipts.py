"""送审回执: a signed statement of who sent exactly what and when, and checking one that somebody shows (X-4).

The code names the revision and carries an HMAC of what the receipt says, made with the site's key. So a receipt cannot
be made up, and a revision that was changed afterwards in the database, document or fingerprint, is found out.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision, fingerprint

_SALT = "perfgoals.receipt"
_DIGITS = 20  # of the HMAC in base32: 100 bits
_CODE = re.compile(r"(\d{1,18})([A-Z2-7]{20})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says of a revision; ``code`` is its signature."""

    revision: Revision
    code: str

    @property
    def number(self) -> int:
        return self.revision.number

    @property
    def fingerprint(self) -> str:
        """All 64 digits, in groups of eight."""
        text = self.revision.fingerprint
        return " ".join(text[at : at + 8] for at in range(0, len(text), 8))

    @property
    def at(self) -> str:
        """To the second, with the clock it was taken from."""
        return f"{timezone.localtime(self.revision.made_at):%Y-%m-%d %H:%M:%S}（北京时间）"


def receipt_for(revision: Revision) -> Receipt:
    return Receipt(revision, code_of(revision))


def code_of(revision: Revision) -> str:
    """“12-ABCD-EFGH-…”: the revision's number in the database and its signature."""
    text = _signature(revision)
    return "-".join([str(revision.pk), *(text[at : at + 4] for at in range(0, _DIGITS, 4))])


def _signature(revision: Revision) -> str:
    said = {
        "revision": revision.pk,
        "kind": revision.kind,
        "filing": [revision.content_type_id, revision.object_id],
        "number": revision.number,
        "fingerprint": revision.fingerprint,
        "by": revision.made_by_id,
        "at": revision.made_at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="seconds"),
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    digest = salted_hmac(_SALT, text, secret=settings.RECEIPT_KEY, algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a code found. Without ``receipt`` there is none with this code."""

    receipt: Receipt | None
    problems: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.receipt is not None and not self.problems


def verify(code: str) -> Verdict:
    """Check a code as typed: blanks, hyphens and small letters do not matter. Two queries."""
    typed = _CODE.fullmatch(re.sub(r"[\s\-—－]+", "", code).upper())
    revision = Revision.objects.select_related("made_by").filter(pk=int(typed[1])).first() if typed else None
    if typed is None or revision is None or not hmac.compare_digest(_signature(revision), typed[2]):
        return Verdict(None)
    problems = []
    if fingerprint(revision.document) != revision.fingerprint:
        problems.append("库里这一稿的内容和它的指纹对不上：内容被改过。")
    if not _is_on_record(revision):
        problems.append("操作留痕里没有这个指纹的送审：留痕或定稿被动过。")
    return Verdict(receipt_for(revision), tuple(problems))


def _is_on_record(revision: Revision) -> bool:
    """The trail has its own copy of the fingerprint, in a chain that cannot be changed unseen."""
    records = AuditRecord.objects.filter(
        content_type=revision.content_type_id, object_id=revision.object_id, action=revision.reason
    )
    return any(
        entry.changes.get("fingerprint") == revision.fingerprint
        for entry in records
        if isinstance(entry.changes, dict)
    )


def fingerprint_of_receipt(code: str) -> str:
    """Names the printed receipt among kept files."""
    return hashlib.sha256(f"receipt {code}".encode()).hexdigest()
