"""The task list of a form: its sections with their state, and what came back from review."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perfgoals.accounts.models import User
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import SectionProgress, progress_of, summary
from perfgoals.filling.reasons import open_findings
from perfgoals.filling.returned import Named, Returned, Unsent, is_own, returned_of, unsent_changes
from perfgoals.filling.words import section_key
from perfgoals.findings import Finding
from perfgoals.reviewing.commenting import threads_of


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the list. ``notes`` are the reviewer's words on it; a locked one was not sent back."""

    progress: SectionProgress
    mark: Mark | None
    notes: tuple[Named, ...] = ()
    is_locked: bool = False
    remarks: int = 0  # threads that are not resolved

    @property
    def is_mended(self) -> bool:
        return bool(self.notes) and all(note.is_changed for note in self.notes)


@dataclass(frozen=True)
class SectionsPage:
    """The sections of one form as the task list shows them (``filling/task_list.html``)."""

    findings: list[Finding]
    still_open: list[Finding]
    progress: list[SectionProgress]
    returned: Returned | None
    lines: list[SectionLine]
    unsent: Unsent | None
    may_edit: bool

    @property
    def summary(self) -> str:
        """“6 节：2 节已填完，4 节未开始。”, and how many are locked."""
        locked = sum(line.is_locked for line in self.lines)
        return f"{summary(self.progress)}{f'{locked} 节没有退回，已锁定。' if locked else ''}"

    @property
    def remarks(self) -> int:
        """Threads that are not resolved, in any section."""
        return sum(line.remarks for line in self.lines)

    @property
    def reason_count(self) -> int:
        """疑问 that a written reason answers."""
        return len(self.findings) - len(self.still_open)


def sections_page(filing: FilledFiling, document: Any, user: User) -> SectionsPage:
    """Everything that the task list of any kind shows. ``document`` is what the rows say now."""
    findings = filing.findings(document)
    still_open = open_findings(filing, findings)
    sections = progress_of(filing, document, still_open)
    returned = returned_of(filing, document, is_own=is_own(filing, user), findings=lambda: findings)
    return SectionsPage(
        findings=findings,
        still_open=still_open,
        progress=sections,
        returned=returned,
        lines=section_lines(filing, sections, returned, user),
        unsent=unsent_changes(filing, document, user),
        may_edit=may_edit(user, filing),
    )


def section_lines(
    filing: FilledFiling, sections: Sequence[SectionProgress], returned: Returned | None, user: User
) -> list[SectionLine]:
    """The sections in form order; of a returned form those that came back stand first."""
    latest = _last_saves(filing)
    waiting: dict[str, int] = {}
    for thread in threads_of(filing, user):
        if not thread.is_resolved and thread.path:
            key = section_key(filing.edition, thread.path)
            waiting[key] = waiting.get(key, 0) + 1
    lines = []
    for progress in sections:
        key = progress.section.key
        notes = tuple(returned.by_section.get(key, ())) if returned else ()
        is_locked = returned is not None and not returned.is_open(key)
        lines.append(SectionLine(progress, latest.get(key), notes, is_locked, waiting.get(key, 0)))
    return sorted(lines, key=lambda line: not line.notes)


def _last_saves(filing: FilledFiling) -> dict[str, Mark]:
    """The latest save of one of each section's fields. One query."""
    latest: dict[str, Mark] = {}
    for mark in filing.marks.select_related("saved_by").order_by("saved_at", "pk"):
        latest[filing.edition.section_for_path(mark.path).key] = mark
    return latest
