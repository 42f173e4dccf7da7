"""What a record says to people: one sentence per act, the values it changed in the words of the form.

The dictionary below is the only place where an act gets its words; an unknown act is shown by its code, and a test
fails when the code of the product records an act that has no sentence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from perfgoals.audit.models import AuditRecord
from perfgoals.workflow import State

# The act in a word or two, and the sentence. ``{what}`` is the object; other names are entries of ``changes``, which are then not listed a second time.
SENTENCES: dict[str, tuple[str, str]] = {
    # the entrance
    "sign_in": ("登录", "登录"),
    "sign_in_failed": ("登录没有成功", "登录没有成功"),
    "lockout": ("登录被锁定", "连续输错，登录被锁定"),
    "sign_out": ("退出", "退出"),
    "session_end": ("自动退出", "太久没有操作，自动退出"),
    "password_change": ("改自己的密码", "改了自己的密码"),
    "second_factor_enrol": ("绑定动态口令", "绑定了动态口令"),
    "second_factor_verify": ("动态口令验证", "动态口令验证通过"),
    "second_factor_failed": ("动态口令不对", "动态口令不对"),
    "second_factor_codes": ("换恢复码", "换了一组恢复码"),
    "recovery_code_used": ("用恢复码", "用恢复码通过验证，还剩 {left} 个"),
    "second_factor_reset": ("清除动态口令", "清除了{what}的动态口令"),
    # accounts and organizations
    "account_open": ("建账号", "建了账号{what}"),
    "account_change": ("改账号", "改了账号{what}"),
    "account_disable": ("停用账号", "停用了账号{what}"),
    "account_enable": ("启用账号", "启用了账号{what}"),
    "deputy_name": ("指定代理人", "指定“{deputy}”代理{what}，{days}"),
    "deputy_end": ("结束代理", "提前结束“{deputy}”对{what}的代理"),
    "deputy_begin": ("开始代理", "开始代理{what}"),
    "hand_over": ("移交", "把{what}没办完的事移交给“{taker}”，{count} 件"),
    "account_unlock": ("解除登录锁定", "解除了{what}的登录锁定"),
    "password_reset": ("重置密码", "重置了{what}的密码"),
    "organization_open": ("建单位", "建了单位{what}"),
    "organization_change": ("改单位", "改了单位{what}"),
    "organization_disable": ("停用单位", "停用了单位{what}"),
    "organization_enable": ("启用单位", "启用了单位{what}"),
    # campaigns
    "campaign_open": ("建批次", "建了批次{what}"),
    "campaign_change": ("改批次", "改了批次{what}"),
    "campaign_archive": ("归档批次", "归档了批次{what}"),
    "campaign_unarchive": ("取消归档", "取消了归档：{what}"),
    "announce": ("通知批次", "通知了批次{what}，新通知 {units} 个单位"),
    "extend": ("延期", "给{organization}延期：{what}"),
    "remind": ("催办", "催办{what}：{units} 个单位"),
    "roll_over": ("转年", "从“{from}”转出新年度批次{what}"),
    "undo_roll_over": ("撤回转年", "撤回了转年，删去批次“{campaign}”"),
    # forms
    "start": ("建草稿", "建了{what}的草稿"),
    "copy": ("从上年复制", "从 {year} 年复制，建了{what}的草稿"),
    "edit": ("修改申报表", "修改了{what}"),
    "edit_rows": ("改表格行", "改了{what}的表格行：{rows}"),
    "submit": ("送审", "送审{what}"),
    "recall": ("撤回", "撤回{what}"),
    "pass": ("审核通过", "审核通过{what}"),
    "return": ("退回", "退回{what}"),
    "approve": ("批复", "批复{what}"),
    "suggest": ("提修改建议", "对{what}提了修改建议"),
    "suggestion_withdraw": ("收回修改建议", "收回了对{what}的修改建议"),
    "suggestion_accept": ("采纳修改建议", "采纳了对{what}的修改建议"),
    "suggestion_decline": ("不采纳修改建议", "没有采纳对{what}的修改建议"),
    "undo": ("撤销审核", "撤销刚才的审核：{what}"),
    "adjust": ("目标调整", "开始调整目标：{what}"),
    "drop": ("删除草稿", "删除了“{name}”的一稿"),
    "supersede": ("被新版本替代", "{what}被新版本替代"),
    "restore": ("恢复现行版本", "恢复{what}为现行版本"),
    "evaluation_open": ("从目标建自评表", "从批复的目标建了{what}"),
    "evaluation_start": ("建自评表", "建了{what}，目标自行填写"),
    "evaluations_open": ("成批建自评表", "给{organization}建了 {forms} 张自评表：{what}"),
    "evaluation_fetch": (
        "重新取目标",
        "重新取了{what}的目标：改 {changed} 行，新增 {new} 行，去掉 {vanished} 行",
    ),
    "monitoring_open": ("从目标建监控表", "从批复的目标建了{what}"),
    "monitoring_open_many": ("成批建监控表", "给{organization}建了 {forms} 张监控表：{what}"),
    "correction_ask": ("提整改任务", "给{what}提了整改任务 {correction}"),
    "correction_answer": ("答复整改任务", "答复了{what}的整改任务 {correction}"),
    "correction_close": ("整改办结", "把{what}的整改任务 {correction} 办结"),
    "correction_return": ("整改退回再改", "把{what}的整改任务 {correction} 退回再改"),
    "monitoring_fetch": (
        "监控表重新取目标",
        "重新取了{what}的目标：改 {changed} 行，新增 {new} 行，去掉 {vanished} 行",
    ),
    "evaluation_points": ("给审核分", "给{what}写了审核分"),
    "evidence_add": ("上传佐证材料", "给{what}上传了“{file}”"),
    "evidence_remove": ("删除佐证材料", "删去了{what}的“{file}”"),
    # spot checks
    "spot_check_draw": (
        "抽取自评表",
        "抽取：{what}，从 {population} 张候选表里抽 {size} 张，种子 {seed}，名单指纹 {fingerprint}",
    ),
    "spot_check_assign": ("指派复核人", "把{what}的 {forms} 张表（第 {places} 张）指派给{person}"),
    "spot_case_save": ("填复核表", "存了{what}的复核表，答了 {answered} 问，{rubric} 分"),
    "spot_case_finish": ("完成复核", "完成了{what}的复核：复核表 {rubric} 分，改了 {rows} 行的分"),
    "spot_case_reopen": ("重新打开复核", "重新打开了{what}的复核"),
    "confirm": ("确认", "确认{what}"),
    "comment": ("写批注", "给{what}写了批注"),
    "reply": ("回复批注", "回复了{what}上的批注"),
    "resolve": ("批注已解决", "把{what}上的一条批注标为已解决"),
    "reopen": ("重新打开批注", "重新打开了{what}上的一条批注"),
    # review forms and panels
    "appraise": ("填审核表", "存了{what}的{paper}草稿，评了 {answered} 问"),
    "appraised": ("交审核表", "交了{what}的审核表：{paper_grade}"),
    "panel_open": ("组织会审", "组织了{what}：{forms} 张表，{members} 人，组长{chair}"),
    "panel_reschedule": ("改会审日期", "把{what}的日期改为 {day}"),
    "panel_chair": ("换会审组长", "{what}的组长换为{chair}"),
    "panel_statement": ("利害关系声明", "对{what}声明：{statement}"),
    "panel_answered": ("交个人审核表", "交了{what}的会审个人审核表"),
    "panel_close": ("会审收表", "{what}收表：收到 {forms} 张"),
    "panel_settled": ("会审定稿", "{what}的会审定稿：{paper_grade}"),
    # files and the trail itself
    "job_start": ("开始后台任务", "开始“{title}”，{items} 项"),
    "export": ("导出", "导出“{title}”，{items} 项"),
    "download": ("下载", "下载了导出的文件"),
    "verify_audit": ("核对留痕", "核对了留痕：{count} 条，{breaks} 处不对"),
}
# What one can search by: the kinds of objects that appear in the trail.
SUBJECTS = {
    "declarations.declaration": "申报表",
    "evaluations.evaluation": "自评表",
    "monitoring.monitoringreport": "监控表",
    "campaigns.campaign": "批次",
    "evaluations.spotcheck": "抽查",
    "evaluations.spotcase": "抽查的自评表",
    "appraising.panel": "会审",
    "appraising.panelcase": "会审项目",
    "accounts.user": "账号",
    "accounts.organization": "单位",
}
# Entries of ``changes`` that are no columns.
_DETAILS = {
    "path": "位置",
    "thread": "批注编号",
    "job": "任务编号",
    "title": "内容",
    "items": "项数",
    "fingerprint": "指纹",
    "until": "延到",
    "username": "写的登录名",
    "adjusts": "调整自",
    "source": "复制自",
    "year": "年度",
    "digest": "末条摘要",
    "units": "单位数",
    "names": "单位",
    "acting_for": "代",
    "device": "方式",
    "found": "不对的地方",
    "paper_total": "总分",
    "targets": "目标编号",
    "evaluations": "自评表编号",
    "reports": "监控表编号",
    "correction": "整改任务",
    "sha256": "文件指纹",
    "before": "复核前得分",
    "after": "复核得分",
}
# Characters of changed values that are shown without being asked for.
_SHORT = 120
_STATES = dict(State.choices)
_ROW = re.compile(r"(\w+)\.[^.]+\.(\w+)")


class _Words(dict[str, Any]):
    """The words of one record; remembers which were used, and shows a missing one as a dash."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.used.add(key)
        return super().__getitem__(key)

    def __missing__(self, key: str) -> str:
        return "—"


@dataclass(frozen=True)
class Change:
    """One value before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Said:
    """A record in words; ``details`` are pairs of label and value that the sentence does not hold."""

    entry: AuditRecord
    sentence: str
    what: str
    changes: tuple[Change, ...]
    details: tuple[tuple[str, str], ...]

    @property
    def is_short(self) -> bool:
        """The changes fit beside the sentence; longer ones are opened by whoever wants them."""
        return sum(len(change.old) + len(change.new) for change in self.changes) <= _SHORT

    @property
    def from_state(self) -> str:
        return _STATES.get(self.entry.from_state, self.entry.from_state)

    @property
    def to_state(self) -> str:
        return _STATES.get(self.entry.to_state, self.entry.to_state)

    @property
    def moved(self) -> bool:
        return bool(self.entry.from_state) and self.entry.from_state != self.entry.to_state

    @property
    def names_object(self) -> bool:
        """The sentence says on what it was done, so that “only this one” means something beside it."""
        return bool(self.subject_key) and self.what in self.sentence

    @property
    def subject_key(self) -> str:
        """How an address names the object: ``declarations.declaration:7``; empty where there is none."""
        kind = self.entry.content_type
        if kind is None or self.entry.object_id is None:
            return ""
        return f"{kind.app_label}.{kind.model}:{self.entry.object_id}"


def say(entries: Iterable[AuditRecord]) -> list[Said]:
    """Each record in words. The number of queries depends on the kinds of objects named, not on how many records."""
    entries = list(entries)
    names = _names_of_related(entries)
    return [_say(entry, names) for entry in entries]


def label_of(action: str) -> str:
    """The act in a word or two, for a list to choose from."""
    return SENTENCES[action][0] if action in SENTENCES else action


def _say(entry: AuditRecord, names: dict[tuple[type[Model], Any], str]) -> Said:
    what = _name_of(entry)
    quoted = f"“{what}”" if what else ""
    entries = _values(entry)
    words = _Words({key: value for key, value in entries.items() if not _is_pair(value)} | {"what": quoted})
    _, pattern = SENTENCES.get(entry.action, ("", f"{entry.action} {{what}}"))
    sentence = pattern.format_map(words).strip()
    model = entry.content_type.model_class() if entry.content_type else None
    changes = tuple(
        Change(_label(model, key), *(_shown(model, key, value, names) for value in pair))
        for key, pair in entries.items()
        if _is_pair(pair)
    )
    details = tuple(
        (_DETAILS.get(key, key), str(value))
        for key, value in entries.items()
        if not _is_pair(value) and key not in words.used and value not in ("", None)
    )
    return Said(entry, sentence, what, changes, details)


def _values(entry: AuditRecord) -> dict[str, Any]:
    return entry.changes if isinstance(entry.changes, dict) else {}


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _name_of(entry: AuditRecord) -> str:
    if entry.content_type is None or entry.object_id is None:
        return ""
    if entry.subject is not None:
        return str(entry.subject)
    kind = SUBJECTS.get(f"{entry.content_type.app_label}.{entry.content_type.model}", entry.content_type.model)
    return f"{kind} {entry.object_id}（已不在）"


def _field(model: type[Model] | None, path: str) -> Field | None:
    """The column that a path of the form stands for: ``necessity``, ``budget.total``, ``indicators.<row>.target``."""
    if model is None:
        return None
    row = _ROW.fullmatch(path)
    try:
        if row:
            model = model._meta.get_field(row[1]).related_model
            cell = model._meta.get_field(row[2]) if model and not isinstance(model, str) else None
            return cell if isinstance(cell, Field) else None
        found = model._meta.get_field(path.removeprefix("budget."))
        # What is changed is what was typed; the column beside it holds our reading.
        typed = {f.name: f for f in model._meta.fields}.get(f"{found.name}_typed", found)
    except FieldDoesNotExist:
        return None
    return typed if isinstance(typed, Field) else None


def _label(model: type[Model] | None, path: str) -> str:
    field = _field(model, path)
    if field is None:
        return _DETAILS.get(path, path)
    owner = field.model._meta.verbose_name
    return f"{owner}：{field.verbose_name}" if _ROW.fullmatch(path) else str(field.verbose_name)


def _shown(model: type[Model] | None, path: str, value: Any, names: dict[tuple[type[Model], Any], str]) -> str:
    """A kept value as people read it: names for keys, labels for codes, 是 and 否."""
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    field = _field(model, path)
    if field is None:
        return str(value)
    if field.is_relation:
        return names.get((field.related_model, value), str(value))  # type: ignore[arg-type]
    return str(dict(field.flatchoices).get(value, value))


def _names_of_related(entries: list[AuditRecord]) -> dict[tuple[type[Model], Any], str]:
    """Names of the objects that changed columns point at: one query per kind."""
    wanted: dict[type[Model], set[Any]] = {}
    for related, value in _related(entries):
        wanted.setdefault(related, set()).add(value)
    return {
        (model, row.pk): str(row)
        for model, keys in wanted.items()
        for row in model._default_manager.filter(pk__in=keys)
    }


def _related(entries: list[AuditRecord]) -> Iterator[tuple[type[Model], Any]]:
    for entry in entries:
        model = entry.content_type.model_class() if entry.content_type else None
        for key, pair in _values(entry).items():
            field = _field(model, key) if _is_pair(pair) else None
            if field is not None and field.is_relation and isinstance(field.related_model, type):
                yield from ((field.related_model, value) for value in pair if isinstance(value, int))
