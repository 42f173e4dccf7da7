"""整改任务: asked by a reviewer, answered by the unit, closed with a conclusion or sent back (F78).

Each act is one conditional UPDATE on stage and version: of two clicks, or two people, one succeeds.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluations.checkup import is_stock
from evaluations.pace import Light
from monitoring.models import CorrectiveTask, Decision, MonitoringReport, Stage
from monitoring.progress import Progress
from perfgoals.accounts.models import Role, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.workdays import after_working_days
from perfgoals.documents.corrections import CorrectiveTask as Printed
from perfgoals.documents.glyphs import unprintable_words
from perfgoals.filling.editing import clean
from perfgoals.filling.places import is_row_id
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import settle, tell
from perfgoals.reviewing.notifying import officers
from perfgoals.workflow import StateConflict

LONGEST = 2000
# Who asks, by the step of the review chain they stand on.
_STEPS = {Role.UNIT_REVIEWER: 1, Role.DEPARTMENT_REVIEWER: 2, Role.FINANCE_REVIEWER: 3}
_LAST_STEP = max(_STEPS.values())


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be asked for, from a red row or from the money: offered, never made by itself."""

    row_id: str
    place: str
    problem: str


def may_ask(user: User, report: MonitoringReport) -> bool:
    """A reviewer in whose scope a report is that was sent; never who sent it."""
    return user.role in _STEPS and not report.is_editable and user.pk != report.submitted_by_id


def may_judge(user: User, task: CorrectiveTask) -> bool:
    """Reviewers of the step that asked or of a later one: a unit does not close what was asked of it from outside.

    Where who asked reviews no longer, only the last step may. Nobody judges an answer of their own.
    """
    asked_at = _STEPS.get(Role(task.asked_by.role), _LAST_STEP)
    return may_ask(user, task.report) and _STEPS[Role(user.role)] >= asked_at and user.pk != task.answered_by_id


def may_answer(user: User, report: MonitoringReport) -> bool:
    """The officers of the unit, also after the report was confirmed."""
    return user.role == Role.FILER and user.organization_id == report.organization_id


def visible_tasks(user: User) -> QuerySet[CorrectiveTask]:
    """The tasks of every report that this person may open."""
    reports = MonitoringReport.objects.visible_to(user)
    return CorrectiveTask.objects.filter(report__in=reports)


def proposals(report: MonitoringReport, progress: Progress) -> list[Proposal]:
    """Red rows and red money that no task is about yet."""
    there = set(report.corrections.values_list("row_id", flat=True))
    found = [
        Proposal(one.row.row_id, f"第 {one.number} 行 {one.row.name}", one.pace.sentence)
        for one in progress.rows
        if one.light is Light.RED and one.row.row_id not in there
    ]
    if progress.money.light is Light.RED and "" not in there:
        found.append(Proposal("", "资金", progress.money.sentence))
    return found


def default_due(report: MonitoringReport) -> datetime.date:
    """The edition's days of reaction, in working days from today."""
    policy = report.edition.monitoring
    return after_working_days(timezone.localdate(), policy.reaction_days if policy else 10)


def ask(
    report: MonitoringReport,
    *,
    row_id: str,
    problem: str,
    requirement: str,
    due: datetime.date | None,
    key: uuid.UUID,
    actor: User,
) -> CorrectiveTask:
    """A new task; the same click twice gives the first. Raises ``PermissionDenied`` or ``ValidationError`` (Chinese)."""
    if not may_ask(actor, report):
        raise PermissionDenied
    if row_id and not (is_row_id(row_id) and report.has_row("indicators", row_id)):
        raise ValidationError("表上没有这一行。")
    what, wanted = _said(problem, "问题"), _said(requirement, "整改要求")
    if due is None or due < timezone.localdate():
        raise ValidationError("限期写成 2026-08-20 的样子，不早于今天。")
    if due.year > timezone.localdate().year + 2:
        raise ValidationError("限期太远了，写两年以内的日子。")
    try:
        with transaction.atomic():
            last = report.corrections.aggregate(last=Max("number"))["last"] or 0
            task = CorrectiveTask.objects.create(
                report=report,
                number=last + 1,
                row_id=row_id,
                problem=what,
                requirement=wanted,
                due=due,
                ask_key=key,
                asked_by=actor,
            )
            _record(task, "correction_ask", actor)
            text = f"{report.called}要整改，{due:%m月%d日}前答复：{wanted}"
            tell(officers(report), NoticeKind.CORRECTION, text, url_of(report), about=task, by=actor)
            return task
    except IntegrityError:
        first = CorrectiveTask.objects.filter(ask_key=key, report=report, asked_by=actor).first()
        if first is None:
            raise StateConflict from None  # somebody took the number at the same moment
        return first


def answer(task: CorrectiveTask, *, decision: str, result: str, actor: User, version: int) -> None:
    """What the unit decided and did. Raises ``PermissionDenied``, ``StateConflict`` or ``ValidationError``."""
    if not may_answer(actor, task.report):
        raise PermissionDenied
    if decision not in Decision.values:
        raise ValidationError("选继续、调整还是取消。")
    said = _said(result, "整改结果")
    if is_stock(said):
        raise ValidationError("看不出做了什么。写具体做了哪件事、什么时候、结果怎样。")
    columns = {"decision": decision, "result": said, "answered_by": actor, "answered_at": timezone.now()}
    with transaction.atomic():
        _move(task, Stage.OPEN, Stage.ANSWERED, version, columns)
        _record(task, "correction_answer", actor)
        settle(task, {NoticeKind.CORRECTION})
        text = f"{task.report.called}的整改任务 {task.number} 已答复，等您核实。"
        tell([task.asked_by], NoticeKind.CORRECTION, text, url_of(task.report), about=task, by=actor)


def judge(task: CorrectiveTask, *, closes: bool, conclusion: str, actor: User, version: int) -> None:
    """Close the task, or send it back for more. Raises what ``answer`` raises."""
    if not may_judge(actor, task):
        raise PermissionDenied("整改任务由提出它的那一级审核人或上级审核人核实，答复的人自己不核实。")
    columns = {"conclusion": _said(conclusion, "结论"), "judged_by": actor, "judged_at": timezone.now()}
    with transaction.atomic():
        _move(task, Stage.ANSWERED, Stage.CLOSED if closes else Stage.OPEN, version, columns)
        _record(task, "correction_close" if closes else "correction_return", actor)
        settle(task, {NoticeKind.CORRECTION})
        what = "已办结" if closes else "还要整改"
        text = f"{task.report.called}的整改任务 {task.number} {what}：{columns['conclusion']}"
        tell(officers(task.report), NoticeKind.CORRECTION, text, url_of(task.report), about=task, by=actor)


def printed(tasks: Sequence[CorrectiveTask], places: dict[str, str]) -> list[Printed]:
    """The tasks as the annex prints them, in the words of today."""
    return [
        Printed(
            number=str(one.number),
            place=places.get(one.row_id, "") or "整张表",
            problem=one.problem,
            requirement=one.requirement,
            due=one.due.isoformat(),
            state_words=one.words,
            result=f"{one.get_decision_display()}：{one.result}" if one.result else "",
            conclusion=one.conclusion,
        )
        for one in tasks
    ]


def url_of(report: MonitoringReport) -> str:
    return reverse("monitoring:corrections", args=[report.pk])


def _said(text: str, what: str) -> str:
    said = clean(text, single_line=False).strip()
    if not said:
        raise ValidationError(f"没有写{what}。")
    if len(said) > LONGEST:
        raise ValidationError(f"{what}写了 {len(said)} 字，最多 {LONGEST} 字。")
    if words := unprintable_words(said):  # it is printed behind a form that nobody can mend any more
        raise ValidationError(f"{what}里{words}")
    return said


def _move(task: CorrectiveTask, source: Stage, target: Stage, version: int, columns: dict[str, Any]) -> None:
    mine = CorrectiveTask.objects.filter(pk=task.pk, stage=source, version=version)
    if not mine.update(stage=target, version=F("version") + 1, **columns):
        raise StateConflict
    task.refresh_from_db()


def _record(task: CorrectiveTask, action: str, actor: User) -> None:
    changes = {"correction": task.number, "path": f"indicators.{task.row_id}" if task.row_id else ""}
    record(actor=actor, action=action, subject=task.report, changes=changes)
