"""What a step of the wizard shows around its fields: progress, findings, the next step, who else is writing.

Everything is computed from one check-up of the saved form, so that the three zones of the page never contradict
each other.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.editions.model import Section
from perfgoals.filling.addresses import place_url, step_url
from perfgoals.filling.beside import Beside
from perfgoals.filling.editing import marks_of
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.grid import Saying, saying
from perfgoals.filling.marks import Mark, WrittenReason
from perfgoals.filling.posting import digest
from perfgoals.filling.progress import Filling, SectionProgress, progress_of
from perfgoals.filling.reasons import Unkept, answered
from perfgoals.filling.returned import Unsent, unsent_changes
from perfgoals.filling.spots import Spot, place_of, spots_of
from perfgoals.findings import Finding, Level

# Somebody who saved a field within this time is “也在填”.
PRESENT = datetime.timedelta(minutes=2)


@dataclass(frozen=True)
class Remark:
    """A finding as the 体检 column shows it."""

    finding: Finding
    place: str
    url: str
    reason: WrittenReason | None = None
    typed_reason: str = ""  # a reason that was refused, kept on screen
    refusal: str = ""
    fixes: tuple[tuple[str, str], ...] = ()  # words of the button, and what it posts
    each: tuple[Spot, ...] = ()  # of what is said of many places, every one of them

    @property
    def key(self) -> str:
        return Saying(self.finding).key

    @property
    def anchor(self) -> str:
        return Saying(self.finding).anchor

    @property
    def id(self) -> str:
        """Usable in an HTML id."""
        return f"{self.finding.code}-{self.finding.path}".replace(".", "-")

    @property
    def shown(self) -> str:
        """The digest of the reason this page shows as written."""
        return digest(self.reason.reason if self.reason else "")

    @property
    def is_doubt(self) -> bool:
        return self.finding.level is Level.DOUBT


@dataclass
class Step:
    """One section of one form, looked at by one person now. A kind that keeps what was found overrides ``keep``."""

    # The code of what 体检 says of a required field that is empty; a kind may have its own.
    absence: ClassVar[str] = "required_field"

    filing: FilledFiling
    section: Section
    user: User

    @cached_property
    def marks(self) -> dict[str, Mark]:
        return marks_of(self.filing)

    @cached_property
    def document(self) -> Any:
        return self.filing.document()

    @cached_property
    def findings(self) -> list[Finding]:
        """All findings of the form as it is saved, with the ready fixes that may be pressed now."""
        found = [finding.with_fixes_at(self._is_open) for finding in self._checked]
        self._answered = answered(self.filing, found)
        self.keep(found, [finding for finding in found if not self.is_answered(finding)])
        return found

    @cached_property
    def _checked(self) -> list[Finding]:
        return self.filing.findings(self.document)

    def _is_open(self, path: str) -> bool:
        return not self.beside.is_locked(path)

    def keep(self, findings: list[Finding], still_open: list[Finding]) -> None:
        """What lists show of the findings follows, where the kind stores any of it."""

    @cached_property
    def beside(self) -> Beside:
        """Remarks, changes and what was sent back."""
        return Beside(self.filing, self.user, self.document, lambda: self._checked)

    @cached_property
    def unsent(self) -> Unsent | None:
        return unsent_changes(self.filing, self.document, self.user)

    def is_answered(self, finding: Finding) -> bool:
        return (finding.code, finding.path) in self._answered

    @cached_property
    def open(self) -> list[Finding]:
        return [finding for finding in self.findings if not self.is_answered(finding)]

    @cached_property
    def sections(self) -> list[SectionProgress]:
        return progress_of(self.filing, self.document, self.open)

    @cached_property
    def progress(self) -> SectionProgress:
        return next(item for item in self.sections if item.section.key == self.section.key)

    @property
    def filled_sections(self) -> int:
        return sum(item.filling is Filling.FILLED for item in self.sections)

    @property
    def others_errors(self) -> int:
        return sum(item.errors for item in self.sections) - self.progress.errors

    @property
    def others_doubts(self) -> int:
        return sum(item.doubts for item in self.sections) - self.progress.doubts

    def _is_here(self, finding: Finding) -> bool:
        return self.filing.edition.section_for_path(finding.path).key == self.section.key

    @cached_property
    def here(self) -> list[Finding]:
        return [finding for finding in self.findings if self._is_here(finding)]

    @property
    def remarks(self) -> list[Remark]:
        """This section's findings for the 体检 column: open ones by gravity, then those with a reason."""
        told = {remark.key for remark in self.missing}
        ordered = sorted(self.here, key=lambda f: (self.is_answered(f), f.level.rank))
        return [remark for remark in map(self.remark, ordered) if remark.key not in told]

    @property
    def missing(self) -> list[Remark]:
        """Required fields without a word: told in one breath, so that an empty form does not shout."""
        empty = [finding for finding in self.here if self._is_missing(finding)]
        return [self.remark(finding) for finding in empty] if len(empty) > 1 else []

    def refused(self, unkept: Iterable[Unkept]) -> tuple[Remark, ...]:
        """This section's remarks whose typed reason was not kept: text and refusal stay on screen."""
        said = {(one.given.code, one.given.path): one for one in unkept}
        return tuple(
            self.remark(finding, typed_reason=one.given.text, refusal=one.message)
            for finding in self.here
            if (one := said.get((finding.code, finding.path)))
        )

    def remark(self, finding: Finding, **others: Any) -> Remark:
        return Remark(
            finding=finding,
            place=place_of(self.filing, finding, self.document),
            each=spots_of(self.filing, finding, self.document),
            url=place_url(self.filing, finding.path),
            reason=self._answered.get((finding.code, finding.path)),
            fixes=saying(finding, self._versions).fixes,
            **others,
        )

    @cached_property
    def _versions(self) -> dict[str, int]:
        return {path: mark.version for path, mark in self.marks.items()}

    def field_findings(self) -> dict[str, list[Finding]]:
        """错误 and open 疑问 of this section by path, as shown at the fields.

        A required field that nobody has come to yet is not marked: 体检 lists it, red ink would only scold.
        """
        marked: dict[str, list[Finding]] = {}
        for finding in self.marked():
            untouched = self.is_untouched(finding)
            if finding.level is not Level.HINT and not self.is_answered(finding) and not untouched:
                marked.setdefault(finding.path, []).append(finding)
        return {path: sorted(found, key=lambda f: f.level.rank) for path, found in marked.items()}

    def marked(self) -> Iterable[Finding]:
        """This section's findings, each at the places where it is marked."""
        return self.here

    def is_untouched(self, finding: Finding) -> bool:
        """About a place that nobody has come to yet."""
        return finding.code == self.absence and finding.path not in self.marks

    @property
    def previous(self) -> Section | None:
        sections = self.filing.edition.sections
        number = self.progress.number
        return sections[number - 2] if number > 1 else None

    @property
    def next(self) -> Section | None:
        sections = self.filing.edition.sections
        number = self.progress.number
        return sections[number] if number < len(sections) else None

    @property
    def others_present(self) -> list[str]:
        """Names of colleagues who saved something in the last two minutes (X-1)."""
        since = timezone.now() - PRESENT
        fresh = [m for m in self.marks.values() if m.saved_at >= since and m.saved_by_id != self.user.pk]
        return sorted({mark.saved_by.name for mark in fresh})

    @property
    def next_words(self) -> str:
        """The sentence after “下一步：” on this page."""
        progress = self.progress
        if self.beside.is_section_locked(self.section.key):
            return "这一节没有退回，已锁定，不用改。"
        if progress.filling is Filling.EMPTY:
            missing = f"，必填 {len(progress.missing)} 项" if progress.missing else ""
            count = len(self.filing.typed_fields(self.section))
            return f"填本节 {count} 项{missing}。随时可以停下，写的内容会自动保存。"
        returned = self.beside.returned
        asked = (
            [one for one in returned.by_section.get(self.section.key, ()) if not one.is_changed]
            if returned
            else []
        )
        parts = (
            [f"改退回的{'、'.join(f'“{one.words}”' for one in asked[:3])}{'等' if len(asked) > 3 else ''}"]
            if asked
            else []
        )
        if progress.missing:
            names = "、".join(f"“{field.term}”" for field in progress.missing[:3])
            parts.append(f"填{names}{'等' if len(progress.missing) > 3 else ''}")
        errors = [f for f in self.here if f.level is Level.ERROR and not self._is_missing(f)]
        if errors:
            parts.append(f"改正 {len(errors)} 处错误")
        if progress.doubts:
            parts.append(f"把 {progress.doubts} 处疑问改好，或写明理由")
        if parts:
            return f"{'；'.join(parts)}。"
        following = self.next
        if following:
            return f"本节没有要改的了，接着看“{following.title}”。"
        return "本节没有要改的了，可以去检查与送审。"

    def _is_missing(self, finding: Finding) -> bool:
        is_about_absence = finding.code == self.absence
        return is_about_absence and any(field.key == finding.path for field in self.progress.missing)

    def url(self, section: Section) -> str:
        return step_url(self.filing, section.key)
