"""The check-answers page: every finding with what can be done about it, and what changed since it was opened."""

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType

from perfgoals.audit.models import AuditRecord
from perfgoals.filling.addresses import place_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import WrittenReason
from perfgoals.filling.posting import digest
from perfgoals.filling.reasons import Unkept
from perfgoals.filling.spots import Spot, place_of, spots_of
from perfgoals.findings import Finding, Level
from perfgoals.reviewing.timeline import review_chain
from perfgoals.workflow import Filing, State

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
    """A button: its label and what it writes, each as path, value, version shown."""

    label: str
    changes: tuple[tuple[str, str, int], ...]

    @property
    def value(self) -> str:
        """What the button posts."""
        return json.dumps(self.changes, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding with its place in words and on the site, its fixes, and the reason given for leaving it."""

    finding: Finding
    section: int
    place: str
    url: str
    fixes: tuple[ReadyFix, ...]
    reason: WrittenReason | None
    each: tuple[Spot, ...] = ()
    unkept: Unkept | None = None  # the reason as typed just now, and why it was not kept

    @property
    def key(self) -> str:
        """As the boxes and buttons of the page name this finding."""
        return f"{self.finding.code}|{self.finding.path}"

    @property
    def text(self) -> str:
        """What stands in the box for the reason."""
        return self.unkept.given.text if self.unkept else self.reason.reason if self.reason else ""

    @property
    def shown(self) -> str:
        return digest(self.reason.reason if self.reason else "")

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


def level_groups(
    filing: FilledFiling,
    document: Any,
    findings: Sequence[Finding],
    reasons: Mapping[tuple[str, str], WrittenReason],
    unkept: Iterable[Unkept] = (),
) -> list[LevelGroup]:
    """错误, 疑问, 提示, each in form order; levels without findings are left out."""
    typed = {(one.given.code, one.given.path): one for one in unkept}
    edition = filing.edition
    numbers = {section.key: number for number, section in enumerate(edition.sections, 1)}
    versions = dict(filing.marks.values_list("path", "version"))
    lines: dict[Level, list[Line]] = {level: [] for level in Level}
    for finding in findings:
        lines[finding.level].append(
            Line(
                finding=finding,
                section=numbers[edition.section_for_path(finding.path).key],
                place=place_of(filing, finding, document),
                each=spots_of(filing, finding, document),
                url=place_url(filing, finding.path),
                fixes=ready_fixes(finding, versions),
                reason=reasons.get((finding.code, finding.path)),
                unkept=typed.get((finding.code, finding.path)) if finding.level is Level.DOUBT else None,
            )
        )
    return [LevelGroup(level, _ADVICE[level], found) for level, found in lines.items() if found]


def homeless(groups: Sequence[LevelGroup], unkept: Iterable[Unkept]) -> list[Unkept]:
    """The typed reasons that no line of the page has a box for: nothing of them may be lost either."""
    boxed = {line.unkept for group in groups for line in group.lines}
    return [one for one in unkept if one not in boxed]


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
            marks.update(dict.fromkeys(finding.places, finding.level.value))
    return marks


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to the form: “李航 10:45 改了“立项依据””."""

    who: str
    at: datetime.datetime
    what: str


def changes_since(filing: FilledFiling, moment: datetime.datetime) -> list[Change]:
    """What was typed in the form and became of its state after a page of it was opened, oldest first."""
    changes = [
        Change(mark.saved_by.name, mark.saved_at, f"改了“{filing.words_for(mark.path)}”")
        for mark in filing.marks.select_related("saved_by").filter(saved_at__gt=moment)
    ]
    records = AuditRecord.objects.filter(
        content_type=ContentType.objects.get_for_model(type(filing)),
        object_id=filing.pk,
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


def after_submission(filing: Filing) -> str:
    """Where the form goes when it is sent: “财政审核（本单位即主管部门）”."""
    chain = review_chain(filing)
    words = CHAIN_WORDS[chain[0]]
    if chain[0] == State.FINANCE_REVIEW and filing.organization.parent_id is None:
        return f"{words}（本单位即主管部门）"
    return words
