"""The check-answers page: every finding with what can be done about it, and the form as it will be printed."""

import datetime
from collections.abc import Sequence
from typing import Any

from declarations.models import Declaration
from declarations.next_step import next_step
from declarations.official import official
from declarations.review.lessons import lessons_for
from perfgoals.accounts.models import User
from perfgoals.documents import paper
from perfgoals.filling.check_page import (
    CHAIN_WORDS,
    Change,
    after_submission,
    homeless,
    level_groups,
    tints,
    verdict,
)
from perfgoals.filling.check_page import changes_since as typed_since
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import progress_of
from perfgoals.filling.reasons import Unkept, answered
from perfgoals.filling.returned import unsent_changes
from perfgoals.reviewing.desks import in_words, unmanned
from perfgoals.reviewing.returning import openness_of
from perfgoals.reviewing.timeline import review_chain


def check_page(declaration: Declaration, user: User, unkept: Sequence[Unkept] = ()) -> dict[str, Any]:
    """All that the page shows. ``unkept``: reasons typed on it just now that were not kept."""
    document = declaration.document()
    checked = declaration.findings(document)
    openness = openness_of(declaration)
    findings = [one.with_fixes_at(lambda path: openness.allows(path, declaration.edition)) for one in checked]
    reasons = answered(declaration, findings)
    still_open = [f for f in findings if (f.code, f.path) not in reasons]
    is_editor = may_edit(user, declaration)
    groups = level_groups(declaration, document, findings, reasons, unkept if is_editor else ())
    printed = official(declaration, user)
    return {
        "groups": groups,
        "unkept": homeless(groups, unkept),
        "verdict": verdict(groups),
        "first": next((line for group in groups for line in group.lines if line.reason is None), None),
        "next": next_step(declaration, still_open, user, progress_of(declaration, document, still_open)),
        "may_edit": is_editor,
        "lessons": lessons_for(declaration) if is_editor else [],
        "unsent": unsent_changes(declaration, printed.document, user),
        "goes_to": after_submission(declaration),
        "unmanned": in_words(unmanned(declaration, review_chain(declaration)), CHAIN_WORDS)
        if is_editor
        else "",
        "paper": paper.html(
            printed.document,
            declaration.edition,
            for_screen=True,
            watermark=printed.watermark,
            marks=tints(still_open),
        ),
    }


def changes_since(declaration: Declaration, moment: datetime.datetime) -> list[Change]:
    """What happened to the form after a page of it was opened, rows added and moved included, oldest first."""
    rows = [
        Change(undo.made_by.name, undo.made_at, undo.label)
        for undo in declaration.undos.select_related("made_by").filter(made_at__gt=moment)
    ]
    changes = [*typed_since(declaration, moment), *rows]
    return sorted(changes, key=lambda change: change.at)
