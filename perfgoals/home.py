"""The roof: the first page, health checks, and what every page shows around its content."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from perfgoals.accounts import second_factor
from perfgoals.accounts.models import Role, User
from perfgoals.accounts.sessions import SignedInRequest, seconds_left, wants_json
from perfgoals.accounts.typed import origin_of, typed_texts
from perfgoals.campaigns.models import Campaign
from perfgoals.jobs.queue import is_worker_alive
from perfgoals.notices.telling import unread_count
from perfgoals.reviewing.inbox import waiting_count

# Without these the official paper cannot be printed.
FONT_FOLDER = settings.BASE_DIR / "static" / "fonts"
FONT_FILES = ("form-song.ttf", "form-song-ext.ttf", "form-hei.ttf")

# Main navigation: key (a page says it as ``nav``), label, address, who sees it. Later parts add their lines.
_BUSINESS = frozenset(
    {Role.FILER, Role.UNIT_REVIEWER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN}
)
_REVIEWERS = frozenset({Role.UNIT_REVIEWER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER})
_NAVIGATION = (
    ("inbox", "待审核", "declarations:inbox", _REVIEWERS),
    ("list", "我的项目", "declarations:list", frozenset({Role.FILER})),
    ("list", "项目", "declarations:list", _BUSINESS - {Role.FILER}),
    ("monitoring", "运行监控", "monitoring:list", _BUSINESS),
    ("evaluations", "绩效自评", "evaluations:list", _BUSINESS),
    ("campaigns", "批次", "declarations:campaigns", frozenset({Role.BUSINESS_ADMIN})),
    ("campaigns", "进度", "declarations:campaigns", _BUSINESS - {Role.BUSINESS_ADMIN, Role.FILER}),
    ("panels", "会审", "declarations:panels", _REVIEWERS | {Role.BUSINESS_ADMIN}),
    ("library", "指标库", "declarations:library", _BUSINESS),
    ("returns", "退回原因", "declarations:return_reasons", frozenset({Role.BUSINESS_ADMIN})),
    ("exports", "导出", "declarations:exports", frozenset({Role.BUSINESS_ADMIN})),
    ("people", "账号", "accounts:people", frozenset({Role.SYSTEM_ADMIN})),
    ("organizations", "单位", "accounts:organizations", frozenset({Role.SYSTEM_ADMIN})),
    ("handover", "移交", "declarations:handovers", frozenset({Role.BUSINESS_ADMIN, Role.SYSTEM_ADMIN})),
    ("deliveries", "邮件", "notices:deliveries", frozenset({Role.SYSTEM_ADMIN})),
    ("roles", "角色", "accounts:roles", frozenset({Role.SECURITY_ADMIN})),
    ("sign_ins", "登录记录", "accounts:sign_ins", frozenset({Role.SECURITY_ADMIN})),
    ("audit", "操作留痕", "audit:records", frozenset({Role.AUDITOR})),
)


@dataclass(frozen=True)
class NavLink:
    """One link of the main navigation; ``key`` is what a page says it is."""

    key: str
    label: str
    url: str
    count: Callable[[], int] | None = None  # of things this person must do; asked for where it is shown


# What a link counts, by its key.
_COUNTS = {"inbox": waiting_count}


def navigation(user: User) -> list[NavLink]:
    """The main links for this person's role."""
    return [
        NavLink(key, label, reverse(name), partial(_COUNTS[key], user) if key in _COUNTS else None)
        for key, label, name, roles in _NAVIGATION
        if user.role in roles
    ]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the page shell: the main navigation of who is signed in, how long the session lasts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_links": [], "open_campaigns": open_campaigns}
    is_held_up = user.must_change_password or second_factor.is_missing(request)
    links = [] if is_held_up else navigation(user)
    # What the list of all forms is called where a page leads back to it.
    list_name = next((link.label for link in links if link.key == "list"), "项目")
    return {
        "nav_links": links,
        "list_name": list_name,
        "shows_notices": not is_held_up,
        "unread_notices": partial(unread_count, user),
        "session_seconds": seconds_left(request),
    }


def open_campaigns() -> list[Campaign]:
    """What the sign-in page announces: campaigns that are open and have not closed, the next deadline first."""
    now = timezone.now()
    upcoming = Campaign.objects.open_at(now).filter(closes_at__gte=now)
    return list(upcoming.order_by("closes_at")[:5])


def home(request: SignedInRequest) -> HttpResponse:
    """Where a person's work begins: the first link of their navigation."""
    return redirect(navigation(request.user)[0].url)


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """How to fill a form, and the keys of the grid."""
    return render(request, "help.html")


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it by this name where they have not seen what a page names, or do not know the format."""
    return redirect(static("favicon.svg"))


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing about what stands behind it."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can do its work: 200, or 503 with the reasons. The worker is told, but not demanded."""
    problems = _problems()
    told = {"ready": not problems, "problems": problems}
    if not problems:
        told["worker"] = "alive" if is_worker_alive() else "silent"
    return JsonResponse(told, status=503 if problems else 200, json_dumps_params={"ensure_ascii": False})


def _problems() -> list[str]:
    """What keeps this process from working, in words an operator can act on."""
    missing = [f"缺字体 {name}，打不出正式表。" for name in FONT_FILES if not (FONT_FOLDER / name).is_file()]
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return [*missing, "连不上数据库。请看 DATABASE_URL 和数据库服务。"]
    if waiting:
        missing.append(f"还有 {len(waiting)} 个数据库迁移没有执行。请运行 manage.py migrate。")
    return missing


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, "读不懂这个请求。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in the words of whoever refused."""
    words = str(exception)
    return _error(request, 403, words or "您不能办这件事。", {"exception": words})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: absent and out of scope look alike, to people and to scripts."""
    return _error(request, 404, "找不到这个页面。")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without asking anything that may be broken; the number leads to the line in the log."""
    reference = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:8].upper()
    message = f"系统出错了。报修时请说编号 {reference}。" if reference else "系统出错了。"
    if wants_json(request):
        return JsonResponse({"message": message}, status=500)
    return HttpResponseServerError(loader.render_to_string("500.html", {"reference": reference}))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token, mostly after signing in elsewhere: shows what was typed, so that it can be copied."""
    context = {"texts": typed_texts(request), "origin": origin_of(request)}
    return _error(request, 403, "页面打开太久了，刷新以后再试。", context, template="403_csrf.html")


def _error(
    request: HttpRequest, status: int, message: str, context: dict[str, Any] | None = None, template: str = ""
) -> HttpResponse:
    """A page for people, one sentence as JSON for scripts."""
    if wants_json(request):
        return JsonResponse({"message": message}, status=status)
    return render(request, template or f"{status}.html", context, status=status)
