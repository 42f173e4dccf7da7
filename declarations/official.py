"""Which document official paper is printed from.

With the officer (draft, returned) that is what the rows say now, marked 草稿. From 送审 on it is the latest frozen
revision: what reviewers judge, what was approved, and nothing typed since.
"""

from dataclasses import dataclass

from declarations import permissions
from declarations.models import Declaration
from declarations.speaking import document_of
from perfgoals.accounts.models import User
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.models import Revision, latest_revision

WATERMARK = "草稿"


@dataclass(frozen=True)
class Official:
    """A document to print, the revision it comes from (None for a draft) and its watermark."""

    document: DeclarationDocument
    revision: Revision | None
    watermark: str


def official(declaration: Declaration, reader: User | None = None) -> Official:
    """What to print for this declaration today, as ``reader`` may see it. One query, three for a draft."""
    may_see_rows = reader is None or permissions.may_see_rows(reader, declaration)
    is_draft = declaration.is_editable and may_see_rows
    revision = None if is_draft else latest_revision(declaration)
    if revision is None:
        return Official(document_of(declaration), None, WATERMARK)
    return Official(revision.declaration(), revision, "")
