"""Signing in and out, one's own password, and what the page asks about its session."""

from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perfgoals.accounts import entrance, lockout, second_factor
from perfgoals.accounts.demo import DEMO_PASSWORD, demo_accounts
from perfgoals.accounts.forms import PasswordForm, SignInForm
from perfgoals.accounts.models import User
from perfgoals.accounts.passwords import change_password, days_until_old
from perfgoals.accounts.sessions import SignedInRequest, seconds_left, touch, wants_json

# From here on the page says how many attempts are left; earlier it would only help somebody who guesses.
_WARN_AT = 2
# From here on signing in says that the password will have to be changed.
_OLD_SOON = 7


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A script that signs in again inside a page gets JSON (``_signed_in_json``)."""
    target = safe_next(request)
    if request.method == "POST":
        form = SignInForm(request.POST)
        user = _known(request, form) if form.is_valid() else None
        if user is not None:
            _sign_in(request, user)
            return _session_json(request) if wants_json(request) else redirect(target)
        return _refused(request, form)
    if request.user.is_authenticated:
        return redirect(target)
    accounts = demo_accounts()
    chosen = next((a for a in accounts if a.username == request.GET.get("as")), None)
    form = SignInForm(
        initial={"username": chosen.username} if chosen else None, demo_password=DEMO_PASSWORD if chosen else ""
    )
    return render(request, "accounts/login.html", _door(request, form) | {"demo_accounts": accounts})


def _known(request: HttpRequest, form: SignInForm) -> User | None:
    """Whoever this is; a refusal is recorded, but not the knocking on a door that is locked already."""
    username = form.cleaned_data["username"]
    was_locked = lockout.locked_until(username, at=timezone.now()) is not None
    user = form.authenticate(request)
    if user is None and not was_locked:
        entrance.was_refused(username, locked=lockout.locked_until(username, at=timezone.now()) is not None)
    return user


def _refused(request: HttpRequest, form: SignInForm) -> HttpResponse:
    """The same words for an unknown name and for a wrong password."""
    problem = ""
    if form.is_valid():
        left = lockout.attempts_left(form.cleaned_data["username"], at=timezone.now())
        minutes = int(lockout.COOL_OFF.total_seconds() // 60)
        problem = "还可以再试，注意大小写。"
        if left <= _WARN_AT:
            problem = f"还可以再试 {left} 次，之后锁定 {minutes} 分钟。"
    if wants_json(request):
        return JsonResponse({"message": f"登录名或密码不对。{problem}"}, status=422)
    context = _door(request, form) | {"problem": problem, "demo_accounts": demo_accounts()}
    return render(request, "accounts/login.html", context, status=422)


def _door(request: HttpRequest, form: SignInForm) -> dict[str, Any]:
    return {"form": form, "next": safe_next(request, default="")}


def safe_next(request: HttpRequest, *, default: str = "/") -> str:
    """Where to go after signing in: only addresses of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word without a slash would be taken for the name of an address.
    return wanted if safe and wanted.startswith("/") else (default and resolve_url(settings.LOGIN_REDIRECT_URL))


def _sign_in(request: HttpRequest, user: User) -> None:
    auth.login(request, user)
    touch(request)
    entrance.came_in(user)
    second_factor.ask_for_it(request, user)
    left = days_until_old(user)
    if left is None:
        return
    if left == 0:
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
    elif left <= _OLD_SOON:
        messages.info(request, f"密码 {left} 天后到期，可以现在就改。")


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The answer to every attempt on a locked name, with the right password too: when one can try again."""
    now = timezone.now()
    username = (credentials or {}).get("username", "")
    until = lockout.locked_until(username, at=now) or now + lockout.COOL_OFF
    minutes = max(1, -int((now - until).total_seconds() // 60))
    if wants_json(request):
        message = f"连续 {settings.AXES_FAILURE_LIMIT} 次不对，登录已锁定，{minutes} 分钟后再试。"
        return JsonResponse({"message": message}, status=429)
    context = {"until": until, "minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT, "username": username}
    return render(request, "accounts/locked.html", context, status=429)


@require_POST
def logout(request: SignedInRequest) -> HttpResponse:
    entrance.left(request.user)
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    """One's own password; the first page of everybody whose password somebody else has set."""
    forced = request.user.must_change_password
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(request.user, form.cleaned_data["new"])
        auth.update_session_auth_hash(request, request.user)
        messages.success(request, "密码已改。别处打开的页面要用新密码重新登录。")
        return redirect("home")
    context = {
        "form": form,
        "forced": forced,
        "is_old": days_until_old(request.user) == 0,
        "max_age": settings.PASSWORD_MAX_AGE_DAYS,
    }
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_GET
def session_state(request: HttpRequest) -> JsonResponse:
    """Whether somebody is signed in, how long still, and a fresh CSRF token.

    Asked with ``X-Background: 1`` it only looks; without, it counts as presence.
    """
    return _session_json(request)


def _session_json(request: HttpRequest) -> JsonResponse:
    user = request.user
    return JsonResponse(
        {
            "authenticated": user.is_authenticated,
            "username": user.get_username(),
            "second_factor": reverse("accounts:second_factor") if second_factor.is_missing(request) else "",
            "must_change_password": user.is_authenticated and user.must_change_password,
            "seconds_left": seconds_left(request) if user.is_authenticated else 0,
            "csrf": get_token(request),
        }
    )
