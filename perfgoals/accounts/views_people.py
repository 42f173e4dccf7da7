"""Accounts, for the 系统管理员 of a region."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perfgoals.accounts import administering, lockout, second_factor
from perfgoals.accounts.forms import PersonForm
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.searching import words

PER_PAGE = 50
_NOUN = "个账号"
# What one can filter by beside words; "locked" is answered by the lock, not by a column.
_STATES = (("active", "启用"), ("disabled", "停用"), ("new", "还没登录过"), ("locked", "已锁定"))


def for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for everybody but the 系统管理员, the same for every address, so that it tells nothing about rows."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        administering.demand_administrator(request.user)
        return view(request, *args, **kwargs)

    return guarded


@for_administrators
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    seen = User.objects.visible_to(request.user)
    locked = lockout.locked_names(at=timezone.now())
    found = _filtered(seen, request.GET, locked)
    page = Paginator(found.select_related("organization"), PER_PAGE).get_page(request.GET.get("page"))
    for person in page.object_list:
        person.locked_until = locked.get(person.username)
    context = {
        "nav": "people",
        "page": page,
        "noun": _NOUN,
        "locked_count": seen.filter(username__in=list(locked)).count() if locked else 0,
        "is_filtered": any(request.GET.get(key) for key in ("q", "organization", "role", "state")),
        "organizations": Organization.objects.visible_to(request.user),
        "roles": Role.choices,
        "states": _STATES,
        "chosen": {key: request.GET.get(key, "") for key in ("q", "organization", "role", "state")},
        "total": seen.count(),
    }
    return render(request, "accounts/people.html", context)


def _filtered(seen: QuerySet[User], asked: Any, locked: dict[str, Any]) -> QuerySet[User]:
    for word in words(asked.get("q", "")):
        seen = seen.filter(
            Q(username__icontains=word) | Q(name__icontains=word) | Q(organization__name__icontains=word)
        )
    number = asked.get("organization", "")
    if number.isdecimal() and len(number) < 19:
        seen = seen.filter(organization=int(number))
    if asked.get("role") in Role.values:
        seen = seen.filter(role=asked["role"])
    match asked.get("state"):
        case "active":
            seen = seen.filter(is_active=True)
        case "disabled":
            seen = seen.filter(is_active=False)
        case "new":
            seen = seen.filter(is_active=True, last_login=None)
        case "locked":
            seen = seen.filter(username__in=list(locked))
    return seen


@for_administrators
@never_cache
@require_http_methods(["GET", "POST"])
def person_new(request: SignedInRequest) -> HttpResponse:
    initial = {"organization": request.GET.get("organization")}
    form = PersonForm(request.POST or None, actor=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        word = administering.open_account(user, actor=request.user)
        return _show_password(request, user, word, opened=True)
    context = {"nav": "people", "form": form}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@for_administrators
@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    user = _person(request, pk)
    form = PersonForm(request.POST or None, instance=user, actor=request.user)
    if request.method == "POST" and form.is_valid():
        administering.change_account(user, form.changed_data, actor=request.user)
        messages.success(request, f"“{user.name}”的账号已保存。")
        return redirect("accounts:people")
    kept = _person(request, pk)  # the form has written what was typed into its own instance
    kept.locked_until = lockout.locked_until(kept.username, at=timezone.now())
    context = {
        "nav": "people",
        "form": form,
        "person": kept,
        "is_self": kept.pk == request.user.pk,
        "app": second_factor.app_of(kept),
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@for_administrators
@never_cache
@require_POST
def person_password(request: SignedInRequest, pk: int) -> HttpResponse:
    user = _person(request, pk)
    try:
        word = administering.reset_password(user, actor=request.user)
    except administering.Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:person", pk=pk)
    return _show_password(request, user, word, opened=False)


@for_administrators
@require_POST
def person_unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    user = _person(request, pk)
    administering.unlock_account(user, actor=request.user)
    messages.success(request, f"“{user.name}”现在可以再试着登录。")
    return redirect("accounts:person", pk=pk)


@for_administrators
@require_POST
def person_second_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """A lost phone: the app and the recovery codes of this person stop working."""
    user = _person(request, pk)
    try:
        second_factor.reset(user, actor=request.user)
    except second_factor.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{user.name}”的动态口令已清除，下次登录重新绑定。")
    return redirect("accounts:person", pk=pk)


@for_administrators
@require_POST
def person_switch(request: SignedInRequest, pk: int) -> HttpResponse:
    user = _person(request, pk)
    active = request.POST.get("active") == "1"
    try:
        administering.switch_account(user, active=active, actor=request.user)
    except administering.Refused as refused:
        messages.error(request, str(refused))
    else:
        word = "已启用" if active else "已停用，正在用的页面随即退出"
        messages.success(request, f"“{user.name}”的账号{word}。")
    return redirect("accounts:person", pk=pk)


def _person(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user).select_related("organization"), pk=pk)


def _show_password(request: SignedInRequest, user: User, word: str, *, opened: bool) -> HttpResponse:
    """The one page that ever shows this password: no redirect, no cache, no copy."""
    context = {"nav": "people", "person": user, "word": word, "opened": opened}
    return render(request, "accounts/one_time_password.html", context)
