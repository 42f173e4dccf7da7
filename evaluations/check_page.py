"""The check-answers page of a self-evaluation: every finding with what can be done about it, the score, the paper."""

from collections.abc import Sequence
from typing import Any

from evaluations.models import Evaluation
from evaluations.next_step import next_step
from evaluations.paper import for_print
from evaluations.scorecard import score_card
from evaluations.scoring import score
from perfgoals.accounts.models import User
from perfgoals.documents import paper
from perfgoals.filling.check_page import CHAIN_WORDS, after_submission, homeless, level_groups, tints, verdict
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import progress_of
from perfgoals.filling.reasons import Unkept, answered
from perfgoals.filling.returned import unsent_changes
from perfgoals.reviewing.desks import in_words, unmanned
from perfgoals.reviewing.returning import openness_of
from perfgoals.reviewing.timeline import review_chain


def check_page(evaluation: Evaluation, user: User, unkept: Sequence[Unkept] = ()) -> dict[str, Any]:
    """All that the page shows. ``unkept``: reasons typed on it just now that were not kept."""
    document = evaluation.document()
    edition = evaluation.edition
    openness = openness_of(evaluation)
    findings = [
        one.with_fixes_at(lambda path: openness.allows(path, edition)) for one in evaluation.findings(document)
    ]
    reasons = answered(evaluation, findings)
    still_open = [f for f in findings if (f.code, f.path) not in reasons]
    is_editor = may_edit(user, evaluation)
    groups = level_groups(evaluation, document, findings, reasons, unkept if is_editor else ())
    sheet = score(document, edition)
    points, _ = for_print(document, edition, sheet=sheet)
    watermark = "草稿" if evaluation.is_editable else ""
    return {
        "groups": groups,
        "unkept": homeless(groups, unkept),
        "verdict": verdict(groups),
        "first": next((line for group in groups for line in group.lines if line.reason is None), None),
        "next": next_step(evaluation, still_open, user, progress_of(evaluation, document, still_open)),
        "may_edit": is_editor,
        "card": score_card(document, sheet),
        "unsent": unsent_changes(evaluation, document, user),
        "goes_to": after_submission(evaluation),
        "unmanned": in_words(unmanned(evaluation, review_chain(evaluation)), CHAIN_WORDS) if is_editor else "",
        "paper": paper.html(
            document, edition, for_screen=True, watermark=watermark, marks=tints(still_open), points=points
        ),
    }
