"""The latest act on a form, in words: who was faster, and with what (“王一 今天 14:03 已经通过”)."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.templatetags.perfgoals import when
from perfgoals.workflow import Filing

# What moves a form of any kind on, or shows that its unit has begun to work on it. Other records are nobody's turn.
_WORDS = {
    "submit": "送审",
    "recall": "撤回",
    "pass": "通过",
    "return": "退回",
    "approve": "批复",
    "confirm": "确认",
    "undo": "撤销了审核",
    "edit": "开始改",
    "edit_rows": "开始改",
    "adjust": "开始目标调整",
}


def acts_on(model: type[Model], keys: Iterable[int]) -> QuerySet[AuditRecord]:
    """These acts on these forms of one kind, the latest last."""
    content_type = ContentType.objects.get_for_model(model)
    records = AuditRecord.objects.filter(content_type=content_type, object_id__in=keys, action__in=_WORDS)
    return records.select_related("actor").order_by("sequence")


def latest_act(filing: Filing) -> AuditRecord | None:
    return acts_on(type(filing), [filing.pk]).last()


def told(act: AuditRecord, user: User) -> str:
    """Who did it and when, as ``user`` would say it; no full stop."""
    mine = act.actor_id == user.pk
    who = "您" if mine else act.actor.name if act.actor else "系统"
    return f"{who} {when(act.at)} 已经{_WORDS[act.action]}"
