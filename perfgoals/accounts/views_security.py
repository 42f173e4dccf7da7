"""Roles, locks and sign-ins, for the 安全管理员 of a region."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from perfgoals.accounts import lockout, second_factor, watching
from perfgoals.accounts.models import Role, User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.audit.searching import conditions, page_of, search
from perfgoals.audit.wording import label_of, say
from perfgoals.searching import words

PER_PAGE = 50
_ROLE_ORDER = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role.values)))
_STATES = (("locked", "已锁定"), ("no_app", "没绑动态口令"), ("active", "启用"), ("disabled", "停用"))


def for_watchers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for everybody but the 安全管理员, the same for every address, so that it tells nothing about rows."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        watching.demand_watcher(request.user)
        return view(request, *args, **kwargs)

    return guarded


@for_watchers
@require_GET
def roles(request: SignedInRequest) -> HttpResponse:
    """Who has which role; read-only, but for locks and lost phones."""
    seen, asked = watching.people_of(request.user), request.GET
    locked = lockout.locked_names(at=timezone.now())
    found = _filtered(seen, asked, list(locked)).order_by(_ROLE_ORDER, "organization__code", "username")
    page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
    for person in page.object_list:
        person.locked_until = locked.get(person.username)
        person.needs_app = second_factor.is_required(person) and not person.has_app  # type: ignore[attr-defined]  # annotated
    context = {
        "nav": "roles",
        "page": page,
        "noun": "个账号",
        "roles": Role.choices,
        "states": _STATES,
        "chosen": {key: asked.get(key, "") for key in ("q", "role", "state")},
        "is_filtered": any(asked.get(key) for key in ("q", "role", "state")),
        "locked_count": seen.filter(username__in=list(locked)).count() if locked else 0,
        "counts": _counts(seen),
    }
    return render(request, "accounts/roles.html", context)


def _counts(seen: QuerySet[User]) -> list[tuple[str, str, int]]:
    """How many accounts in use each role has, in the order of the roles: key, name, number."""
    found = seen.filter(is_active=True).values("role").order_by("role").annotate(count=Count("pk"))
    counted = {row["role"]: row["count"] for row in found}
    return [(key, label, counted.get(key, 0)) for key, label in Role.choices]


def _filtered(seen: QuerySet[User], asked: Any, locked: list[str]) -> QuerySet[User]:
    for word in words(asked.get("q", "")):
        seen = seen.filter(
            Q(username__icontains=word) | Q(name__icontains=word) | Q(organization__name__icontains=word)
        )
    if asked.get("role") in Role.values:
        seen = seen.filter(role=asked["role"])
    match asked.get("state"):
        case "locked":
            seen = seen.filter(username__in=locked)
        case "no_app":
            seen = seen.filter(is_active=True).exclude(totpdevice__confirmed=True)
        case "active":
            seen = seen.filter(is_active=True)
        case "disabled":
            seen = seen.filter(is_active=False)
    return seen


@for_watchers
@require_GET
def sign_ins(request: SignedInRequest) -> HttpResponse:
    """The entrance in the last thirty days."""
    asked = conditions(request.GET)
    asked = {key: asked[key] for key in ("person", "action", "since", "until") if key in asked}
    seen = watching.entrance_records(request.user)
    page = page_of(
        search(seen, asked), before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    context = {
        "nav": "sign_ins",
        "page": page,
        "lines": say(page.entries),
        "asked": {key: asked.get(key, "") for key in ("person", "action", "since", "until")},
        "is_filtered": bool(asked),
        "actions": [(code, label_of(code)) for code in watching.ENTRANCE],
        "days": watching.DAYS,
        "counts": seen.aggregate(
            failed=Count("pk", filter=Q(action__in=("sign_in_failed", "second_factor_failed"))),
            locked=Count("pk", filter=Q(action="lockout")),
        ),
    }
    return render(request, "accounts/sign_ins.html", context)


@for_watchers
@require_POST
def unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(watching.people_of(request.user), pk=pk)
    watching.unlock(person, actor=request.user)
    messages.success(request, f"“{person.name}”现在可以再试着登录。")
    return redirect("accounts:roles")


@for_watchers
@require_POST
def take_app(request: SignedInRequest, pk: int) -> HttpResponse:
    """A lost phone, told to the 安全管理员."""
    person = get_object_or_404(watching.people_of(request.user), pk=pk)
    try:
        second_factor.reset(person, actor=request.user)
    except second_factor.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{person.name}”的动态口令已清除，下次登录重新绑定。")
    return redirect("accounts:roles")
