"""整改任务 of a report and of everybody in scope: asking, answering, concluding."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from monitoring import correcting
from monitoring.models import CorrectiveTask, Decision, MonitoringReport, Stage
from monitoring.official import NeverSent, official
from monitoring.progress import Progress, progress_of
from monitoring.scope import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.workflow import StateConflict

PAGE_SIZE = 50
OVERTAKEN = "没有记下：这项任务刚刚有人办过。下面是现在的情况，您写的还在。"


@require_GET
def all_corrections(request: SignedInRequest) -> HttpResponse:
    """Every task in this person's scope: open ones first, the most urgent on top; ``?all=1`` with those that are closed."""
    if request.user.is_keeper:
        raise PermissionDenied
    shows_all = request.GET.get("all") == "1"
    found = correcting.visible_tasks(request.user)
    open_ones = found.exclude(stage=Stage.CLOSED)
    overdue = open_ones.filter(stage=Stage.OPEN, due__lt=timezone.localdate()).count()
    shown = (found if shows_all else open_ones).select_related("report__organization", "report__project")
    context = {
        "nav": "monitoring",
        "page": Paginator(shown.order_by("due", "pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "open_count": open_ones.count(),
        "overdue": overdue,
        "shows_all": shows_all,
    }
    return render(request, "monitoring/corrections.html", context)


@require_http_methods(["GET", "POST"])
def corrections(request: SignedInRequest, pk: int) -> HttpResponse:
    """The tasks of one report. POST ``do=ask``, ``answer``, ``close`` or ``back``."""
    report = in_scope(request, pk)
    if request.method == "GET":
        return _page(request, report)
    do = request.POST.get("do", "")
    try:
        said = _act(request, report, do)
    except ValidationError as refused:
        return _page(request, report, status=422, error=refused.messages[0])
    except StateConflict:
        return _page(request, report, status=409, error=OVERTAKEN)
    messages.success(request, said)
    return redirect("monitoring:corrections", pk=pk)


def _act(request: SignedInRequest, report: MonitoringReport, do: str) -> str:
    post = request.POST
    if do == "ask":
        correcting.ask(
            report,
            row_id=post.get("row", ""),
            problem=post.get("problem", ""),
            requirement=post.get("requirement", ""),
            due=_day(post.get("due", "")),
            key=_key(post.get("key", "")),
            actor=request.user,
        )
        return "整改任务已提出，单位收到消息。"
    if do not in ("answer", "close", "back"):
        raise Http404
    task = get_object_or_404(report.corrections.select_related("asked_by"), pk=_number(post.get("task", "")))
    version = _number(post.get("version", ""))
    if do == "answer":
        correcting.answer(
            task,
            decision=post.get("decision", ""),
            result=post.get("result", ""),
            actor=request.user,
            version=version,
        )
        return f"整改任务 {task.number} 已答复，等提出人核实。"
    conclusion = post.get("conclusion", "")
    correcting.judge(task, closes=do == "close", conclusion=conclusion, actor=request.user, version=version)
    return f"整改任务 {task.number} 已办结。" if do == "close" else f"整改任务 {task.number} 已退回再改。"


def _page(
    request: SignedInRequest, report: MonitoringReport, *, status: int = 200, error: str = ""
) -> HttpResponse:
    tasks: list[CorrectiveTask] = list(
        report.corrections.select_related("asked_by", "answered_by", "judged_by").order_by("number")
    )
    may_ask = correcting.may_ask(request.user, report)
    progress = _progress(request, report)
    names = {row.row_id: f"第 {number} 行 {row.name}" for number, row in enumerate(_rows(progress), 1)}
    for task in tasks:
        task.place = names.get(task.row_id, "") or "整张表"  # type: ignore[attr-defined]
        task.report = report
        task.is_mine = correcting.may_judge(request.user, task)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "nav": "monitoring",
        "report": report,
        "tasks": tasks,
        "open_count": sum(task.stage != Stage.CLOSED for task in tasks),
        "may_ask": may_ask,
        "judges": any(task.is_mine and task.stage != Stage.CLOSED for task in tasks),  # type: ignore[attr-defined]
        "may_answer": correcting.may_answer(request.user, report),
        "proposals": correcting.proposals(report, progress) if may_ask and progress else [],
        "rows": list(names.items()),
        "due": correcting.default_due(report),
        "policy": report.edition.monitoring,
        "decisions": Decision.choices,
        "key": uuid.uuid4(),
        "error": error,
        "said": request.POST,
        "about": _number(request.POST.get("task", "")),
    }
    return render(request, "monitoring/report_corrections.html", context, status=status)


def _progress(request: SignedInRequest, report: MonitoringReport) -> Progress | None:
    """Of what this person may see; None where that is nothing."""
    try:
        return progress_of(official(report, request.user).document, report.edition)
    except NeverSent:
        return None


def _rows(progress: Progress | None) -> list[Any]:
    return [one.row for one in progress.rows] if progress else []


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
