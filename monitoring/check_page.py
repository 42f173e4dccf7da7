"""The check-answers page of a report: every finding with what can be done about it, the lights, the paper."""

from collections.abc import Sequence
from typing import Any

from monitoring.entry import counted
from monitoring.models import MonitoringReport
from monitoring.next_step import next_step
from monitoring.progress import progress_of
from perfgoals.accounts.models import User
from perfgoals.documents import paper
from perfgoals.filling.check_page import CHAIN_WORDS, after_submission, homeless, level_groups, tints, verdict
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import progress_of as sections_progress
from perfgoals.filling.reasons import Unkept, answered
from perfgoals.filling.returned import unsent_changes
from perfgoals.reviewing.desks import in_words, unmanned
from perfgoals.reviewing.returning import openness_of
from perfgoals.reviewing.timeline import review_chain


def check_page(report: MonitoringReport, user: User, unkept: Sequence[Unkept] = ()) -> dict[str, Any]:
    """All that the page shows. ``unkept``: reasons typed on it just now that were not kept."""
    document, edition = report.document(), report.edition
    openness = openness_of(report)
    findings = [
        one.with_fixes_at(lambda path: openness.allows(path, edition)) for one in report.findings(document)
    ]
    reasons = answered(report, findings)
    still_open = [f for f in findings if (f.code, f.path) not in reasons]
    is_editor = may_edit(user, report)
    groups = level_groups(report, document, findings, reasons, unkept if is_editor else ())
    progress = progress_of(document, edition)
    return {
        "groups": groups,
        "unkept": homeless(groups, unkept),
        "verdict": verdict(groups),
        "first": next((line for group in groups for line in group.lines if line.reason is None), None),
        "next": next_step(report, still_open, user, sections_progress(report, document, still_open)),
        "may_edit": is_editor,
        "progress": progress,
        "counts": counted(progress),
        "unsent": unsent_changes(report, document, user),
        "goes_to": after_submission(report),
        "unmanned": in_words(unmanned(report, review_chain(report)), CHAIN_WORDS) if is_editor else "",
        "paper": paper.html(
            document,
            edition,
            for_screen=True,
            watermark="草稿" if report.is_editable else "",
            marks=tints(still_open),
        ),
    }
