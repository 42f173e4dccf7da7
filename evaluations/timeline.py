"""流转: what has happened to a self-evaluation and what is still to come, the same for both sides (F67)."""

from django.contrib.contenttypes.models import ContentType

from declarations.timeline import Step, review_chain
from evaluations.models import Evaluation
from perfgoals.audit.models import AuditRecord
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

_ACTS = {
    "evaluation_open": "从批复的目标建表",
    "evaluation_start": "建表",
    "evaluation_fetch": "重新取批复的目标",
    "submit": "送审",
    "recall": "撤回",
    "pass": "通过",
    "return": "退回",
    "confirm": "确认",
}
_TO_COME = {
    State.UNIT_REVIEW: "单位审核",
    State.DEPARTMENT_REVIEW: "主管部门审核",
    State.FINANCE_REVIEW: "财政审核",
    State.CONFIRMED: "确认",
}


def timeline_of(evaluation: Evaluation) -> list[Step]:
    """All steps in order. One query, however much has happened."""
    records = AuditRecord.objects.filter(
        content_type=ContentType.objects.get_for_model(Evaluation),
        object_id=evaluation.pk,
        action__in=_ACTS,
    ).select_related("actor")
    done: list[Step] = []
    sent = 0
    for record in records.order_by("pk"):
        who = record.actor.name if record.actor else "系统"
        if acting_for := record.changes.get("acting_for"):
            who += f"（代 {acting_for}）"
        text = f"{who} {_ACTS[record.action]}"
        if record.action == "submit":
            sent += 1
            text += f"（第 {sent} 稿）"
        done.append(Step("done", text, record.at, "", record.comment))
    if evaluation.targets_copied_at and not any(record.action == "evaluation_open" for record in records):
        done.insert(0, Step("done", "随批次建表，取批复的目标", evaluation.targets_copied_at))
    return [*done, *_now(evaluation), *_to_come(evaluation)]


def _now(evaluation: Evaluation) -> list[Step]:
    state = State(evaluation.state)
    if state in EDITABLE:
        return [Step("now", "填报人修改" if state == State.RETURNED else "填报人填写", note="现在在这里")]
    return [Step("now", _TO_COME[state], note="现在在这里")] if state in IN_REVIEW else []


def _to_come(evaluation: Evaluation) -> list[Step]:
    if evaluation.state == State.CONFIRMED:
        return []
    chain = [*review_chain(evaluation), State.CONFIRMED]
    state = State(evaluation.state)
    rest = chain[chain.index(state) + 1 :] if state in chain else chain
    return [Step("next", _TO_COME[one]) for one in rest]
