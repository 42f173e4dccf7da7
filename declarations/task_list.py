"""The task list of one form: its sections with their state, what came back from review, what happened so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from declarations import permissions
from declarations.checkup import findings_of
from declarations.copying import look_groups
from declarations.library import last_declaration
from declarations.models import Declaration, FieldMark
from declarations.next_step import next_step
from declarations.timeline import timeline_of
from perfgoals.accounts.models import User
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import SectionProgress, progress_of, summary
from perfgoals.filling.reasons import open_findings
from perfgoals.filling.returned import Named, Returned, is_own, returned_of, unsent_changes
from perfgoals.filling.words import section_key
from perfgoals.reviewing.commenting import threads_of


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the list. ``notes`` are the reviewer's words on it; a locked one was not sent back."""

    progress: SectionProgress
    mark: FieldMark | None
    notes: tuple[Named, ...] = ()
    is_locked: bool = False
    remarks: int = 0  # threads that are not resolved

    @property
    def is_mended(self) -> bool:
        return bool(self.notes) and all(note.is_changed for note in self.notes)


def task_list(declaration: Declaration, user: User) -> dict[str, Any]:
    """Everything the task list shows beside the declaration itself."""
    findings = findings_of(declaration)
    still_open = open_findings(declaration, findings)
    document = declaration.document()
    sections = progress_of(declaration, document, still_open)
    returned = returned_of(declaration, document, is_own=is_own(declaration, user))
    looks = look_groups(declaration)
    lines = section_lines(declaration, sections, returned, user)
    locked = sum(line.is_locked for line in lines)
    return {
        "sections": lines,
        "summary": f"{summary(sections)}{f'{locked} 节没有退回，已锁定。' if locked else ''}",
        "next": next_step(declaration, still_open, user, sections, returned),
        "steps": timeline_of(declaration),
        "returned": returned,
        "unsent": unsent_changes(declaration, document, user),
        "remarks": sum(line.remarks for line in lines),
        "looks_total": sum(len(group.looks) for group in looks),
        "looks_open": sum(group.open_count for group in looks),
        "reason_count": len(findings) - len(still_open),
        "last_year": last_declaration(declaration),
        "may_edit": may_edit(user, declaration),
        "may_adjust": permissions.may_adjust(user, declaration),
    }


def section_lines(
    declaration: Declaration, sections: Sequence[SectionProgress], returned: Returned | None, user: User
) -> list[SectionLine]:
    """The sections in form order; of a returned form those that came back stand first."""
    latest = _last_saves(declaration)
    waiting: dict[str, int] = {}
    for thread in threads_of(declaration, user):
        if not thread.is_resolved and thread.path:
            key = section_key(declaration.edition, thread.path)
            waiting[key] = waiting.get(key, 0) + 1
    lines = []
    for progress in sections:
        key = progress.section.key
        notes = tuple(returned.by_section.get(key, ())) if returned else ()
        is_locked = returned is not None and not returned.is_open(key)
        lines.append(SectionLine(progress, latest.get(key), notes, is_locked, waiting.get(key, 0)))
    return sorted(lines, key=lambda line: not line.notes)


def _last_saves(declaration: Declaration) -> dict[str, FieldMark]:
    """The latest save of one of each section's fields. One query."""
    latest: dict[str, FieldMark] = {}
    for mark in declaration.marks.select_related("saved_by").order_by("saved_at", "pk"):
        latest[declaration.edition.section_for_path(mark.path).key] = mark
    return latest
