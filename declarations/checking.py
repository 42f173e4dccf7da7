"""The check-answers page: every finding with what can be done about it, and the form as it will be printed."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType

from declarations.checkup import describe, findings_of
from declarations.models import Declaration
from declarations.next_step import next_step
from declarations.official import official
from declarations.review.lessons import lessons_for
from declarations.timeline import review_chain
from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.documents import paper
from perfgoals.filling.addresses import place_url
from perfgoals.filling.marks import WrittenReason
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import progress_of
from perfgoals.filling.reasons import answered
from perfgoals.filling.returned import unsent_changes
from perfgoals.findings import Finding, Level
from perfgoals.workflow import State

_ADVICE = {
    Level.ERROR: "必须改正，改完才能送审",
    Level.DOUBT: "改好，或写明理由；理由会给审核人看",
    Level.HINT: "供参考，不影响送审",
}
CHAIN_WORDS = {
    State.UNIT_REVIEW: "单位审核",
    State.DEPARTMENT_REVIEW: "主管部门审核",
    State.FINANCE_REVIEW: "财政审核",
}


@dataclass(frozen=True, slots=True)
class ReadyFix:
    """A button: its label and what it posts, each as path, value, version shown."""

    label: str
    changes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding with its place in words and on the site, its fixes, and the reason given for leaving it."""

    finding: Finding
    section: int
    place: str
    url: str
    fixes: tuple[ReadyFix, ...]
    reason: WrittenReason | None

    @property
    def anchor(self) -> str:
        return f"r-{self.finding.code}-{self.finding.path}".replace(".", "-")


@dataclass(frozen=True, slots=True)
class LevelGroup:
    level: Level
    advice: str
    lines: list[Line]

    @property
    def open_count(self) -> int:
        return sum(line.reason is None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the form can be sent, and if not, why."""

    errors: int
    doubts: int  # without a reason
    reasons: int  # written

    @property
    def may_pass(self) -> bool:
        return not self.errors and not self.doubts

    @property
    def why_not(self) -> str:
        """“3 处错误没有改，3 处疑问没有写理由”."""
        parts = []
        if self.errors:
            parts.append(f"{self.errors} 处错误没有改")
        if self.doubts:
            parts.append(f"{self.doubts} 处疑问没有写理由")
        return "，".join(parts)


def check_page(declaration: Declaration, user: User) -> dict[str, Any]:
    """All that the page shows."""
    findings = findings_of(declaration)
    reasons = answered(declaration, findings)
    still_open = [f for f in findings if (f.code, f.path) not in reasons]
    is_editor = may_edit(user, declaration)
    groups = level_groups(declaration, findings, reasons)
    printed = official(declaration, user)
    return {
        "groups": groups,
        "verdict": verdict(groups),
        "first": next((line for group in groups for line in group.lines if line.reason is None), None),
        "next": next_step(
            declaration, still_open, user, progress_of(declaration, declaration.document(), still_open)
        ),
        "may_edit": is_editor,
        "lessons": lessons_for(declaration) if is_editor else [],
        "unsent": unsent_changes(declaration, printed.document, user),
        "goes_to": after_submission(declaration),
        "paper": paper.html(
            printed.document,
            declaration.edition,
            for_screen=True,
            watermark=printed.watermark,
            marks=tints(still_open),
        ),
    }


def level_groups(
    declaration: Declaration, findings: Sequence[Finding], reasons: dict[tuple[str, str], WrittenReason]
) -> list[LevelGroup]:
    """错误, 疑问, 提示, each in form order; levels without findings are left out."""
    document, edition = declaration.document(), declaration.edition
    numbers = {section.key: number for number, section in enumerate(edition.sections, 1)}
    versions = dict(declaration.marks.values_list("path", "version"))
    lines: dict[Level, list[Line]] = {level: [] for level in Level}
    for finding in findings:
        lines[finding.level].append(
            Line(
                finding=finding,
                section=numbers[edition.section_for_path(finding.path).key],
                place=describe(finding, document, edition),
                url=place_url(declaration, finding.path),
                fixes=ready_fixes(finding, versions),
                reason=reasons.get((finding.code, finding.path)),
            )
        )
    return [LevelGroup(level, _ADVICE[level], found) for level, found in lines.items() if found]


def ready_fixes(finding: Finding, versions: Mapping[str, int]) -> tuple[ReadyFix, ...]:
    """The fixes of a finding with the versions this page shows, so that a stale page overwrites nothing."""
    return tuple(
        ReadyFix(fix.label, tuple((path, value, versions.get(path, 0)) for path, value in fix.changes))
        for fix in finding.fixes
    )


def verdict(groups: Sequence[LevelGroup]) -> Verdict:
    by_level = {group.level: group for group in groups}
    errors, doubts = by_level.get(Level.ERROR), by_level.get(Level.DOUBT)
    without = doubts.open_count if doubts else 0
    return Verdict(len(errors.lines) if errors else 0, without, len(doubts.lines) - without if doubts else 0)


def tints(findings: Sequence[Finding]) -> dict[str, str]:
    """The highest level at each path; 提示 leave the paper white."""
    marks: dict[str, str] = {}
    for finding in sorted(findings, key=lambda f: f.level.rank, reverse=True):
        if finding.level is not Level.HINT:
            marks[finding.path] = finding.level.value
    return marks


def after_submission(declaration: Declaration) -> str:
    """Where the form goes when it is sent: “财政审核（本单位即主管部门）”."""
    chain = review_chain(declaration)
    words = CHAIN_WORDS[chain[0]]
    if chain[0] == State.FINANCE_REVIEW and declaration.organization.parent_id is None:
        return f"{words}（本单位即主管部门）"
    return words


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to the form: “李航 10:45 改了“立项依据””."""

    who: str
    at: datetime.datetime
    what: str


def changes_since(declaration: Declaration, moment: datetime.datetime) -> list[Change]:
    """What happened to the form after a page of it was opened, oldest first. Three queries."""
    changes = [
        Change(mark.saved_by.name, mark.saved_at, f"改了“{_field_name(declaration, mark.path)}”")
        for mark in declaration.marks.select_related("saved_by").filter(saved_at__gt=moment)
    ]
    changes += [
        Change(undo.made_by.name, undo.made_at, undo.label)
        for undo in declaration.undos.select_related("made_by").filter(made_at__gt=moment)
    ]
    records = AuditRecord.objects.filter(
        content_type=ContentType.objects.get_for_model(Declaration),
        object_id=declaration.pk,
        at__gt=moment,
        to_state__gt="",
    ).select_related("actor")
    changes += [
        Change(
            record.actor.name if record.actor else "系统",
            record.at,
            f"把这张表变成了“{State(record.to_state).label}”",
        )
        for record in records
    ]
    return sorted(changes, key=lambda change: change.at)


def _field_name(declaration: Declaration, path: str) -> str:
    here = Finding("", Level.HINT, path, "")
    return describe(here, declaration.document(), declaration.edition)
