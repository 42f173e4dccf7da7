"""The official form of one frozen revision, for reading beside a review form."""

from django.utils.safestring import SafeString

from declarations.models import Declaration
from perfgoals.documents import paper
from perfgoals.documents.models import Revision


def paper_of(declaration: Declaration, revision: Revision) -> SafeString:
    """The form as it will be printed; the page loads ``css/paper.css``."""
    return paper.html(revision.declaration(), declaration.edition, for_screen=True)
