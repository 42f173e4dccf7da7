"""The second factor of the person who is signed in: giving it, binding an app, recovery codes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perfgoals.accounts import second_factor as factor
from perfgoals.accounts.forms import CodeForm
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.accounts.views import safe_next

# From here on the page says that recovery codes are running out.
_FEW_CODES = 3


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Asks for the code; to whoever has given it, shows what is bound."""
    if factor.app_of(request.user) is None:
        return _without_app(request)
    if factor.is_verified(request):
        target = safe_next(request, default="")
        return redirect(target) if target else _bound(request)
    form = CodeForm(request.POST or None, help_text="验证器里的 6 位数字。手机不在身边，就写一个恢复码。")
    if request.method == "POST" and form.is_valid():
        answer = factor.answer(request, form.cleaned_data["code"])
        if answer.ok:
            return _let_in(request, answer.recovery_codes_left)
        form.add_error("code", answer.message)
    context = {"form": form, "next": safe_next(request, default="")}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


def _let_in(request: SignedInRequest, codes_left: int | None) -> HttpResponse:
    if codes_left is not None and codes_left <= _FEW_CODES:
        messages.warning(request, f"恢复码还剩 {codes_left} 个，换一组新的。")
    return redirect(safe_next(request))


def _without_app(request: SignedInRequest) -> HttpResponse:
    """No app, perhaps taken away a moment ago: whose role needs none may go on, unless they came to bind one."""
    factor.ask_for_it(request, request.user)
    target = safe_next(request, default="")
    if target and not factor.is_required(request.user):
        return redirect(target)
    address = reverse("accounts:second_factor_bind")
    return redirect(f"{address}?{urlencode({'next': target})}" if target else address)


def _bound(request: SignedInRequest) -> HttpResponse:
    context = {
        "app": factor.app_of(request.user),
        "codes_left": factor.recovery_codes_left(request.user),
        "few": _FEW_CODES,
        "all": factor.RECOVERY_CODES,
    }
    return render(request, "accounts/second_factor_bound.html", context)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def bind(request: SignedInRequest) -> HttpResponse:
    """Binds an app: a picture to scan or a key to type, then its first code."""
    factor.demand_may_bind(request)
    form = CodeForm(request.POST or None, help_text="绑好以后，验证器里显示的 6 位数字。")
    if request.method == "POST" and form.is_valid():
        codes = factor.bind(request, form.cleaned_data["code"])
        if codes is not None:
            return _show_codes(request, codes, is_new=True)
        form.add_error("code", "不是这个验证器现在的数字。等它换一个数再写；总是不对，就看看手机的时间准不准。")
    context = {
        "form": form,
        "key": factor.readable(factor.pending_key(request)),
        "is_required": factor.is_required(request.user),
        "has_app": factor.is_verified(request),
        "next": safe_next(request, default=""),
    }
    return render(request, "accounts/second_factor_bind.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
def image(request: SignedInRequest) -> HttpResponse:
    """The picture that an app scans. A file of its own: the pages' CSP allows no pictures inside the page."""
    factor.demand_may_bind(request)
    picture = factor.qr_code(request.user, factor.pending_key(request))
    return HttpResponse(picture, content_type="image/svg+xml")


@never_cache
@require_POST
def codes(request: SignedInRequest) -> HttpResponse:
    """A new set of recovery codes, shown this once."""
    if not factor.is_verified(request):
        return redirect("accounts:second_factor")
    return _show_codes(request, factor.renew_codes(request.user), is_new=False)


@never_cache
@require_POST
def codes_text(request: SignedInRequest) -> HttpResponse:
    """The codes that the page has just shown, as a text file: they are kept nowhere, so the page sends them along."""
    own = factor.own_codes(request.user, request.POST.getlist("code")[: factor.RECOVERY_CODES])
    if not own:
        messages.error(request, "这些恢复码已经作废。换一组新的。")
        return redirect("accounts:second_factor")
    lines = [
        f"预算绩效目标管理　{request.user.name}（{request.user.username}）的恢复码，每个用一次：",
        "",
        *own,
        "",
    ]
    answer = HttpResponse("\ufeff" + "\r\n".join(lines), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


def _show_codes(request: HttpRequest, shown: list[str], *, is_new: bool) -> HttpResponse:
    """The one page that ever shows these codes: no redirect, no cache, no copy."""
    context: dict[str, Any] = {"codes": shown, "is_new": is_new, "next": safe_next(request)}
    return render(request, "accounts/recovery_codes.html", context)
