"""The check-up (体检) of a declaration: fixed, offline rules that say what is wrong, why, and how to mend it.

``check`` is pure; the rest brings it what the database knows. The rules and what they found on the published forms are
listed in ``docs/check-up.md``.
"""

from declarations.checkup.contract import RULES, Rule
from declarations.checkup.run import check, column_label, describe
from declarations.checkup.sheet import NO_HISTORY, History
from declarations.checkup.standing import (
    blocking_findings,
    findings_of,
    history_of,
    refresh_counts,
)

__all__ = [
    "NO_HISTORY",
    "RULES",
    "History",
    "Rule",
    "blocking_findings",
    "check",
    "column_label",
    "describe",
    "findings_of",
    "history_of",
    "refresh_counts",
]
