"""The unit's written reason for leaving a 疑问 as it is. It stands beside the finding for everyone who reviews."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from perfgoals.accounts.models import User
from perfgoals.filling.editing import clean
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import WrittenReason
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.posting import digest, plain
from perfgoals.findings import Finding, Level
from perfgoals.workflow import StateConflict

CLOSED = "这张表已经送审，理由没有存。"
GONE = "这一处刚刚变了，理由没有存。看一看现在的问题。"
UNSAVED = "本节有内容没有保存，理由也还没有存。先看上面的说明。"
LIMIT = 1000
SHORTEST = 5
# Said of anything, these say nothing (F77: empty phrases refused).
STOCK = frozenset(
    (
        "没有问题", "情况属实", "确认无误", "核对无误", "经核实无误", "已核实无误", "按规定执行", "按要求执行", "按实际情况",
        "根据实际情况", "实际情况如此", "因工作需要", "根据工作需要", "与去年一致", "与上年一致", "不需要修改", "特此说明",
        "以上情况属实", "经核实情况属实", "无需修改", "维持原样不变",
    )
)  # fmt: skip


class ReasonRefused(ValueError):
    """The text is no reason; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Given:
    """A reason as it was typed on a page, for the finding ``code`` at ``path``."""

    code: str
    path: str
    text: str
    is_pressed: bool = False  # its own button was pressed


@dataclass(frozen=True, slots=True)
class Unkept:
    """A typed reason that was not kept, and why. ``is_gone``: nothing asks for it any more."""

    given: Given
    message: str
    is_gone: bool = False


def waiting(typed: Iterable[Given]) -> list[Unkept]:
    """None of them kept, because of what else was typed on the page."""
    return [Unkept(one, UNSAVED) for one in typed]


def posted_reasons(post: Mapping[str, str]) -> list[Given]:
    """The reasons of a posted page: the one whose button was pressed first, then all others that were typed.

    A box is named ``reason:<code>|<path>``. ``shown:<code>|<path>`` is the digest of the text it was drawn with, so that
    a box nobody touched never takes back what a colleague has written since; an emptied one says nothing.
    """
    pressed = post.get("answer", "")
    found = []
    for name in post:
        word, _, key = name.partition(":")
        code, bar, path = key.partition("|")
        if word != "reason" or not bar:
            continue
        given = Given(code, path, plain(post[name]), is_pressed=key == pressed)
        is_typed = given.text.strip() and digest(given.text) != post.get(f"shown:{key}", digest(given.text))
        if given.is_pressed or is_typed:
            found.append(given)
    return sorted(found, key=lambda given: not given.is_pressed)


def answered(filing: FilledFiling, findings: Iterable[Finding]) -> dict[tuple[str, str], WrittenReason]:
    """The written reasons that answer these findings, by (code, path).

    A reason answers one wording: where the finding's message has changed since, another reason is needed.
    """
    reasons = {(reason.code, reason.path): reason for reason in filing.reasons.select_related("written_by")}
    return {
        (finding.code, finding.path): reason
        for finding in findings
        if finding.level is Level.DOUBT
        and (reason := reasons.get((finding.code, finding.path)))
        and reason.message == finding.message
        and reason.reason.strip()
    }


def open_findings(filing: FilledFiling, findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that a reason answers."""
    listed = list(findings)
    given = answered(filing, listed)
    return [finding for finding in listed if (finding.code, finding.path) not in given]


def give_reasons(filing: FilledFiling, typed: Iterable[Given], *, actor: User) -> list[Unkept]:
    """Keep every reason that is one; the others come back. Raises ``PermissionDenied``."""
    given = list(typed)
    if not may_fill(actor, filing):
        raise PermissionDenied
    if not filing.is_editable:
        return [Unkept(one, CLOSED) for one in given]
    findings = filing.findings() if given else []
    unkept = []
    for one in given:
        try:
            if give_reason(filing, one.code, one.path, one.text, actor=actor, findings=findings) is None:
                unkept.append(Unkept(one, GONE, is_gone=True))
        except ReasonRefused as refused:
            unkept.append(Unkept(one, str(refused)))
    return unkept


def give_reason(
    filing: FilledFiling,
    code: str,
    path: str,
    text: str,
    *,
    actor: User,
    findings: list[Finding] | None = None,
) -> WrittenReason | None:
    """Keep ``text`` as the reason for the finding ``code`` at ``path``; None where that finding is gone.

    A second reason for the same finding replaces the first. Raises ``ReasonRefused``, ``PermissionDenied``, or
    ``StateConflict`` when the form is no longer being filled in.
    """
    if not may_fill(actor, filing):
        raise PermissionDenied
    if not filing.is_editable:
        raise StateConflict
    finding = _doubt(filing.findings() if findings is None else findings, code, path)
    if finding is None:
        return None
    reason = clean(text, single_line=False).strip()
    if problem := _problem(reason):
        raise ReasonRefused(problem)
    kept, _ = filing.reasons.update_or_create(
        code=code,
        path=path,
        defaults={"message": finding.message, "reason": reason, "written_by": actor},
    )
    return kept


def _doubt(findings: list[Finding], code: str, path: str) -> Finding | None:
    doubts = (f for f in findings if f.level is Level.DOUBT and f.code == code and f.path == path)
    return next(doubts, None)


def _problem(reason: str) -> str:
    bare = reason.strip("。.，,！!；;、 　\n")
    if not bare:
        return "没有写理由。写一句为什么这样是对的，审核人会看到。"
    if bare in STOCK or len(bare) < SHORTEST:
        return f"“{bare}”看不出为什么。写一句具体的理由，审核人会看到。"
    if len(set(bare)) < 3:
        return f"“{bare[:12]}”不是理由。写一句为什么这样是对的。"
    if len(reason) > LIMIT:
        return f"写了 {len(reason)} 字，最多 {LIMIT} 字。"
    return ""
