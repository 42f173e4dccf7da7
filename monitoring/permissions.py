"""Who may do what to a monitoring report. One predicate per right; scope is ``visible_to``."""

from declarations.permissions import may_start
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.reviewing.rights import may_recall, may_review, may_see_rows

__all__ = ["may_edit", "may_fill", "may_recall", "may_review", "may_see_rows", "may_start"]
