"""What reviewers judge: the form as it was sent, and what it can be compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType

from perfgoals.documents.kinds import read_document
from perfgoals.documents.models import Revision
from perfgoals.editions import Edition, get_edition
from perfgoals.filling.filing import FilledFiling
from perfgoals.workflow import EDITABLE

_SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier form. ``key`` names it in addresses, ``short`` in sentences (“上年”, “第 1 稿”)."""

    key: str
    short: str
    label: str  # 与上年（2019年度）比较
    document: Any
    filing: FilledFiling | None = None  # where it is another form with a page of its own

    @property
    def edition(self) -> Edition:
        return get_edition(self.document.form)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The latest submission, its number among submissions, and what it can be compared with."""

    revision: Revision | None
    document: Any
    number: int
    earlier: tuple[Earlier, ...]

    def find(self, key: str) -> Earlier | None:
        return next((one for one in self.earlier if one.key == key), None)

    @property
    def last_year(self) -> Earlier | None:
        return self.find("year")


def submitted(filing: FilledFiling, others: Sequence[Earlier] = ()) -> Submitted | None:
    """The latest frozen form with the submission before it and ``others``; None where nothing was handed in yet.

    A form in review without a frozen revision (brought in from elsewhere) speaks for itself. One query.
    """
    content_type = ContentType.objects.get_for_model(type(filing))
    kept = list(Revision.objects.filter(content_type=content_type, object_id=filing.pk).order_by("number"))
    if not kept:
        return None if filing.state in EDITABLE else Submitted(None, filing.document(), 1, ())
    drafts = [revision for revision in kept if revision.reason == _SUBMIT]
    latest = kept[-1]
    earlier = []
    before = [revision for revision in drafts if revision.number < latest.number]
    if latest.reason != _SUBMIT and before:
        before.pop()  # what was settled is what was submitted last
    if before:
        number = len(before)
        document = read_document(before[-1].document)
        earlier.append(Earlier("draft", f"第 {number} 稿", f"与第 {number} 稿比较", document))
    return Submitted(latest, read_document(latest.document), max(len(drafts), 1), (*earlier, *others))
