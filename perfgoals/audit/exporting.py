"""The trail as an Excel list, and its verification where it is long: jobs of the 审计员."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Any

from django.utils import timezone

from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.searching import search
from perfgoals.audit.verifying import length, verify
from perfgoals.audit.wording import Said, label_of, say
from perfgoals.excel import write_list
from perfgoals.jobs.kinds import JobKind, Planned
from perfgoals.jobs.models import Job, JobItem

_CHUNK = 1000
# Heading, key (unused here: the rows come as tuples), width
COLUMNS = (
    ("序号", "sequence", 8),
    ("时间", "at", 20),
    ("操作人", "actor", 12),
    ("登录名", "username", 16),
    ("单位", "organization", 26),
    ("操作", "action", 18),
    ("做了什么", "sentence", 50),
    ("对象", "subject", 30),
    ("原状态", "from_state", 14),
    ("新状态", "to_state", 14),
    ("意见", "comment", 40),
    ("变更（原 → 新）", "changes", 60),
    ("来源地址", "address", 16),
    ("摘要", "digest", 66),
)


def may_audit(user: User) -> bool:
    return user.role == Role.AUDITOR


def title_of(asked: dict[str, str]) -> str:
    return "操作留痕（按条件选出的）" if asked else "操作留痕（全部）"


def _plan(user: User, params: dict[str, Any]) -> list[Planned]:
    found = search(AuditRecord.objects.visible_to(user), params)
    return [Planned("list", "留痕清单", units=max(1, found.count()))] if found.exists() else []


def _list(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    write_list(out, "操作留痕", COLUMNS, rows(item.job.owner, item.job.params), report)
    return item.label


def rows(user: User, params: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The records in the order of the chain, in words, a thousand in memory at a time."""
    found = search(AuditRecord.objects.visible_to(user), params).order_by("sequence")
    entries = (
        found.select_related("actor__organization", "content_type").prefetch_related("subject").iterator(_CHUNK)
    )
    while chunk := list(islice(entries, _CHUNK)):
        yield from map(_row, say(chunk))


def _row(said: Said) -> tuple[Any, ...]:
    entry, actor = said.entry, said.entry.actor
    changes = [f"{change.label}：{change.old} → {change.new}" for change in said.changes]
    changes += [f"{label}：{value}" for label, value in said.details]
    return (
        entry.sequence,
        timezone.localtime(entry.at).replace(tzinfo=None, microsecond=0),
        actor.name if actor else "",
        actor.username if actor else "",
        actor.organization.name if actor else "",
        label_of(entry.action),
        said.sentence,
        said.what,
        said.from_state,
        said.to_state,
        entry.comment,
        "\n".join(changes)[:32_000],
        entry.address,
        entry.digest,
    )


def _plan_verification(user: User, params: dict[str, Any]) -> list[Planned]:
    return [Planned("chain", "核对留痕", units=max(1, length()))]


def _verify(item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
    result = verify(actor=item.job.owner).changes
    lines = [f"共 {result['count']} 条，{result['breaks']} 处不对。", *result["found"].splitlines()]
    out.write(("\ufeff" + "\r\n".join([*lines, f"末条摘要：{result['digest']}"])).encode())
    return item.label


def _named(words: str, ending: str) -> Callable[[Job], str]:
    return lambda job: f"{words} {timezone.localtime(job.created_at):%Y%m%d-%H%M}.{ending}"


HOME = ("audit:records", "操作留痕", "audit")
KINDS = (
    JobKind("audit_list", may_audit, _plan, _list, None, _named("操作留痕", "xlsx"), HOME),
    JobKind(
        "verify_audit", may_audit, _plan_verification, _verify, None, _named("留痕核对", "txt"), HOME, "核对"
    ),
)
