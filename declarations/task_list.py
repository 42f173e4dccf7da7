"""The task list of one declaration: its sections, what came back from review, what happened so far, last year's form."""

from typing import Any

from declarations import permissions
from declarations.copying import look_groups
from declarations.dropping import why_kept
from declarations.following.offers import offers_for
from declarations.library import last_declaration
from declarations.models import Declaration
from declarations.next_step import next_step
from declarations.timeline import timeline_of
from perfgoals.accounts.models import User
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.recall_pages import taking_back
from perfgoals.filling.task_list import sections_page


def task_list(declaration: Declaration, user: User) -> dict[str, Any]:
    """Everything the task list shows beside the declaration itself."""
    page = sections_page(declaration, declaration.document(), user)
    looks = look_groups(declaration)
    return {
        "page": page,
        "sections": page.lines,
        "next": next_step(declaration, page.still_open, user, page.progress, page.returned),
        "steps": timeline_of(declaration),
        "returned": page.returned,
        "unsent": page.unsent,
        "looks_total": sum(len(group.looks) for group in looks),
        "looks_open": sum(group.open_count for group in looks),
        "last_year": last_declaration(declaration),
        "may_edit": page.may_edit,
        "may_adjust": permissions.may_adjust(user, declaration),
        "offers": offers_for(declaration, user),
        "may_drop": may_fill(user, declaration) and not why_kept(declaration),
        "taking_back": taking_back(declaration, user),
    }
