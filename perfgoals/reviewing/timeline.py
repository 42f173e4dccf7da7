"""流转: what has happened to a form and what is still to come, the same for both sides (F67)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from perfgoals.audit.models import AuditRecord
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.words import section_key
from perfgoals.reviewing.arrows import Arrows
from perfgoals.reviewing.models import Comment, ReturnRound
from perfgoals.workflow import EDITABLE, IN_REVIEW, Filing, State

# One sentence per act. Records of other acts (exports, saved values) are not steps of a form.
_ACTS = {
    "submit": "送审",
    "recall": "撤回",
    "pass": "通过",
    "return": "退回",
    "approve": "批复",
    "confirm": "确认",
    "undo": "撤销",
}
_UNDONE = {State.RETURNED: "退回", State.APPROVED: "批复", State.CONFIRMED: "确认"}
STEPS = MappingProxyType(
    {
        State.UNIT_REVIEW: "单位审核",
        State.DEPARTMENT_REVIEW: "主管部门审核",
        State.FINANCE_REVIEW: "财政审核",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line: ``kind`` is done, now or to come."""

    kind: str
    text: str
    at: datetime.datetime | None = None
    note: str = ""
    comment: str = ""


def timeline_of(filing: FilledFiling, arrows: Arrows, own: Mapping[str, str]) -> list[Step]:
    """All steps in order; ``own`` are the sentences of acts that only this kind has. Four queries, however much happened."""
    acts = _ACTS | dict(own)
    records = list(
        AuditRecord.objects.filter(
            content_type=ContentType.objects.get_for_model(type(filing)),
            object_id=filing.pk,
            action__in=acts,
        )
        .select_related("actor")
        .order_by("pk")
    )
    written = list(Comment.objects.of(filing).values_list("written_at", flat=True))
    done = _done(records, acts, _places_by_return(filing, records), written)
    return [*done, *_now(filing), *_to_come(filing, arrows)]


def _places_by_return(filing: FilledFiling, records: list[AuditRecord]) -> dict[int, str]:
    """What each return names, by record: “第 2、5 节”. A return that was taken back has left no places."""
    standing: list[AuditRecord] = []
    for record in records:
        if record.action == "return":
            standing.append(record)
        elif record.action == "undo" and record.from_state == State.RETURNED and standing:
            standing.pop()
    rounds = ReturnRound.objects.of(filing).order_by("pk").prefetch_related("places") if standing else ()
    edition = filing.edition
    keys = [section.key for section in edition.sections]
    named: dict[int, str] = {}
    for record, kept in zip(standing, rounds, strict=False):
        paths = [place.path for place in kept.places.all()]
        numbers = sorted({keys.index(key) + 1 for path in paths if (key := section_key(edition, path)) in keys})
        if numbers:
            named[record.pk] = f"{len(paths)} 处，在第 {'、'.join(map(str, numbers))} 节"
    return named


def _done(
    records: list[AuditRecord],
    acts: Mapping[str, str],
    named: Mapping[int, str],
    written: list[datetime.datetime],
) -> list[Step]:
    steps = []
    submissions = 0
    before: datetime.datetime | None = None
    for record in records:
        submissions += record.action == "submit"
        notes = _notes(record, before)
        if remarks := sum((before is None or before < at) and at <= record.at for at in written):
            notes.append(f"其间批注 {remarks} 条")
        text = _said(record, acts, submissions)
        if record.pk in named:
            text += f" {named[record.pk]}"
        steps.append(Step("done", text, record.at, "，".join(notes), record.comment))
        before = record.at
    if remarks := sum(before is None or before < at for at in written):
        steps.append(Step("done", f"之后批注 {remarks} 条", max(written)))
    return steps


def _said(record: AuditRecord, acts: Mapping[str, str], submissions: int) -> str:
    who = record.actor.name if record.actor else "系统"
    if acting_for := record.changes.get("acting_for"):
        who += f"（代 {acting_for}）"
    text = f"{who} {acts[record.action]}"
    if record.action == "submit":
        return f"{text}（第 {submissions} 稿）"
    if record.action == "undo":
        return text + _UNDONE.get(State(record.from_state), "通过")
    return text


def _notes(record: AuditRecord, before: datetime.datetime | None) -> list[str]:
    notes = []
    if record.action == "submit" and record.comment:  # only asked for after the deadline
        notes.append("逾期送审")
    if record.action == "recall":
        notes.append("审核人还没有打开")
    if record.action == "copy":
        notes.append(f"从 {record.changes.get('year', '')} 年复制")
    elif before is not None and (days := (_day(record.at) - _day(before)).days) > 0:
        notes.append(f"用时 {days} 天")
    return notes


def _day(moment: datetime.datetime) -> datetime.date:
    return timezone.localdate(moment)


def _now(filing: Filing) -> list[Step]:
    state = State(filing.state)
    if state in EDITABLE:
        return [Step("now", "填报人修改" if state == State.RETURNED else "填报人填写", note="现在在这里")]
    if state in IN_REVIEW:
        return [Step("now", STEPS[state], note="现在在这里")]
    return []


def review_chain(filing: Filing) -> list[State]:
    """The review steps that this form goes through, in order (design 7)."""
    chain = [State.FINANCE_REVIEW]
    if filing.organization.parent_id is not None:
        chain.insert(0, State.DEPARTMENT_REVIEW)
    if filing.campaign.has_unit_review:
        chain.insert(0, State.UNIT_REVIEW)
    return chain


def _to_come(filing: Filing, arrows: Arrows) -> list[Step]:
    if filing.is_settled:
        return []
    chain = review_chain(filing)
    state = State(filing.state)
    rest = chain[chain.index(state) + 1 :] if state in chain else chain
    return [*(Step("next", STEPS[one]) for one in rest), Step("next", arrows.settle.label)]
