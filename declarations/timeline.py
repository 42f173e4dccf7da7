"""流转: what has happened to a form and what is still to come, the same for both sides (F67)."""

import datetime
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.words import section_key
from perfgoals.reviewing.models import Comment, ReturnRound
from perfgoals.workflow import EDITABLE, IN_REVIEW, Filing, State

# One sentence per act. Records of other acts (exports, saved values) are not steps of a form.
_ACTS = {
    "start": "建立草稿",
    "copy": "建立草稿",
    "submit": "送审",
    "recall": "撤回",
    "pass": "通过",
    "return": "退回",
    "approve": "批复",
    "undo": "撤销",
    "adjust": "建立草稿（目标调整）",
    "supersede": "批复新的一版，这一版不再有效",
    "restore": "撤销新的一版，这一版恢复有效",
}
_UNDONE = {State.RETURNED: "退回", State.APPROVED: "批复"}
_TO_COME = {
    State.UNIT_REVIEW: "单位审核",
    State.DEPARTMENT_REVIEW: "主管部门审核",
    State.FINANCE_REVIEW: "财政审核",
    State.APPROVED: "批复",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line: ``kind`` is done, now or to come."""

    kind: str
    text: str
    at: datetime.datetime | None = None
    note: str = ""
    comment: str = ""


def timeline_of(declaration: Declaration) -> list[Step]:
    """All steps in order. Four queries, however much has happened."""
    records = list(
        AuditRecord.objects.filter(
            content_type=ContentType.objects.get_for_model(Declaration),
            object_id=declaration.pk,
            action__in=_ACTS,
        ).select_related("actor")
    )
    written = list(Comment.objects.of(declaration).values_list("written_at", flat=True))
    done = _done(records, _places_by_return(declaration, records), written)
    return [*done, *_now(declaration), *_to_come(declaration)]


def _places_by_return(declaration: Declaration, records: list[AuditRecord]) -> dict[int, str]:
    """What each return names, by record: “第 2、5 节”. A return that was taken back has left no places."""
    standing: list[AuditRecord] = []
    for record in records:
        if record.action == "return":
            standing.append(record)
        elif record.action == "undo" and record.from_state == State.RETURNED and standing:
            standing.pop()
    rounds = ReturnRound.objects.of(declaration).order_by("pk").prefetch_related("places") if standing else ()
    edition = declaration.edition
    keys = [section.key for section in edition.sections]
    named: dict[int, str] = {}
    for record, kept in zip(standing, rounds, strict=False):
        paths = [place.path for place in kept.places.all()]
        numbers = sorted({keys.index(key) + 1 for path in paths if (key := section_key(edition, path)) in keys})
        if numbers:
            named[record.pk] = f"{len(paths)} 处，在第 {'、'.join(map(str, numbers))} 节"
    return named


def _done(records: list[AuditRecord], named: dict[int, str], written: list[datetime.datetime]) -> list[Step]:
    steps = []
    submissions = 0
    before: datetime.datetime | None = None
    for record in records:
        who = record.actor.name if record.actor else "系统"
        if acting_for := record.changes.get("acting_for"):
            who += f"（代 {acting_for}）"
        text = f"{who} {_ACTS[record.action]}"
        notes = []
        if record.action == "submit":
            submissions += 1
            text += f"（第 {submissions} 稿）"
            if record.comment:  # only asked for after the deadline
                notes.append("逾期送审")
        elif record.action == "undo":
            text += _UNDONE.get(State(record.from_state), "通过")
        elif record.action == "recall":
            notes.append("审核人还没有打开")
        if record.pk in named:
            text += f" {named[record.pk]}"
        if record.action == "copy":
            notes.append(f"从 {record.changes.get('year', '')} 年复制")
        elif before is not None and (days := (_day(record.at) - _day(before)).days) > 0:
            notes.append(f"用时 {days} 天")
        if remarks := sum((before is None or before < at) and at <= record.at for at in written):
            notes.append(f"其间批注 {remarks} 条")
        steps.append(Step("done", text, record.at, "，".join(notes), record.comment))
        before = record.at
    if remarks := sum(before is None or before < at for at in written):
        steps.append(Step("done", f"之后批注 {remarks} 条", max(written)))
    return steps


def _day(moment: datetime.datetime) -> datetime.date:
    return timezone.localdate(moment)


def _now(declaration: Declaration) -> list[Step]:
    state = State(declaration.state)
    if state in EDITABLE:
        return [Step("now", "填报人修改" if state == State.RETURNED else "填报人填写", note="现在在这里")]
    if state in IN_REVIEW:
        return [Step("now", _TO_COME[state], note="现在在这里")]
    return []


def review_chain(filing: Filing) -> list[State]:
    """The review steps that this form goes through, in order (design 7)."""
    chain = [State.FINANCE_REVIEW]
    if filing.organization.parent_id is not None:
        chain.insert(0, State.DEPARTMENT_REVIEW)
    if filing.campaign.has_unit_review:
        chain.insert(0, State.UNIT_REVIEW)
    return chain


def _to_come(declaration: Declaration) -> list[Step]:
    state = State(declaration.state)
    if state in (State.APPROVED, State.SUPERSEDED):
        return []
    chain = [*review_chain(declaration), State.APPROVED]
    rest = chain[chain.index(state) + 1 :] if state in chain else chain
    return [Step("next", _TO_COME[one]) for one in rest]
