"""The guards at the entrance.

Nobody who has gone away, nobody unknown, nobody without the second factor their role needs, nobody with a password that
others have given.
"""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_structlog.middlewares import RequestMiddleware

from perfgoals.accounts import entrance, second_factor, typed
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import is_background, seconds_left, touch, wants_json

# What a person may reach whose second factor is still missing.
WITHOUT_SECOND_FACTOR = (
    "accounts:second_factor",
    "accounts:second_factor_bind",
    "accounts:second_factor_image",
    "accounts:logout",
)


class OddCookieMiddleware:
    """A session key that none of ours can be is no session. A quoted cookie may carry a NUL, which PostgreSQL refuses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if key and not (key.isascii() and key.isalnum()):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)


class IdleMiddleware:
    """Ends sessions whose person has been away too long (等保 8.1.4.1 b); background requests do not count as presence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if not seconds_left(request):
                RequestMiddleware.bind_ip(request)  # its own turn comes later; the record names the address
                entrance.left(cast(User, request.user), idle=True)
                auth.logout(request)
            elif not is_background(request):
                touch(request)
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Everything is behind the sign-in page. A script gets 401 and the address of that page instead of its HTML; who
    posted a text gets it back."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if wants_json(request):
            message = "登录已过期。您写的内容还在本机。"
            return JsonResponse({"login": reverse("accounts:login"), "message": message}, status=401)
        back = typed.given_back(request, why="登录已过期。", then="重新登录", address=reverse("accounts:login"))
        return back or super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """Nobody whose role needs a second factor reaches any page without it; nor does who has bound an app of their own.

    Costs no query for anybody else: whether an app is bound is asked at sign-in and kept in the session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not second_factor.is_missing(request):
            return None  # the former: help, health, session state, open to everybody
        if request.path in (reverse(name) for name in WITHOUT_SECOND_FACTOR):
            return None
        address = reverse("accounts:second_factor")
        if wants_json(request):
            message = "还要做第二步验证，再接着写。您写的内容还在本机。"
            return JsonResponse({"second_factor": address, "message": message}, status=403)
        if back := typed.given_back(request, why="还要做第二步验证。", then="去验证", address=address):
            return back
        wanted = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{address}?{wanted}" if wanted else address)


class PasswordChangeMiddleware:
    """Sends a person whose password must be changed to that page, whatever they asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not (user.is_authenticated and user.must_change_password):
            return None
        if not getattr(view, "login_required", True):
            return None  # help, health, session state: open to everybody
        address = reverse("accounts:password")
        if request.path in (address, *(reverse(name) for name in WITHOUT_SECOND_FACTOR)):
            return None  # the second factor comes first
        if wants_json(request):
            return JsonResponse({"password": address, "message": "先把密码改掉，再接着写。"}, status=403)
        back = typed.given_back(request, why="要先改密码。", then="去改密码", address=address)
        return back or redirect(address)
