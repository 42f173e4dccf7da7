"""The second factor (等保 2.0 三级 8.1.4.1 d): one-time codes from an app, recovery codes on paper, and who needs them.

The only module that knows django-otp. Its devices slow down guessing by themselves: after each wrong code the wait
doubles (1, 2, 4 … seconds), and a code is accepted once.
"""

import base64
import io
import secrets
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp import login as otp_login
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts.models import Role, User
from perfgoals.audit.trail import record

RECOVERY_CODES = 10
_KEY = "second_factor_key"  # of an app that is being bound; in the session until the first right code
_ASKED = "second_factor_asked"
_TOLERANCE = 1  # steps of half a minute that a phone's clock may be off
# Typed by hand from paper: no 0 o 1 l i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Answer:
    """Whether a code was right; otherwise why not, in words, and how long to wait."""

    ok: bool
    message: str = ""
    recovery_codes_left: int | None = None


class Refused(Exception):
    """The act cannot be done; the reason is for people to read. Nothing was changed."""


def is_required(user: User) -> bool:
    """Whether this person's role needs a second factor (``PERFGOALS_SECOND_FACTOR_ROLES``)."""
    return user.role in settings.SECOND_FACTOR_ROLES


def app_of(user: User) -> TOTPDevice | None:
    """The app that is bound to this account."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def is_verified(request: HttpRequest) -> bool:
    """Whether this session has given its second factor; false again once the app has been taken away."""
    return getattr(request.user, "otp_device", None) is not None


def ask_for_it(request: HttpRequest, user: User) -> None:
    """At sign-in: note in the session whether this person has an app, so that no page has to look."""
    request.session[_ASKED] = app_of(user) is not None


def is_missing(request: HttpRequest) -> bool:
    """Signed in, but not allowed further: the role needs a second factor, or an app is bound, and none was given."""
    user = request.user
    if not isinstance(user, User) or not (is_required(user) or request.session.get(_ASKED)):
        return False
    return not is_verified(request)


def recovery_codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


# Binding an app -------------------------------------------------------------------------------------------------------


def demand_may_bind(request: HttpRequest) -> None:
    """Raise ``PermissionDenied`` for whoever knows the password only, while an app is bound already."""
    if app_of(cast(User, request.user)) is not None and not is_verified(request):
        raise PermissionDenied("先用已经绑定的动态口令验证，再换一部手机。")


def pending_key(request: HttpRequest) -> str:
    """The key of the app that is being bound; the same until it is, or until the session ends."""
    if _KEY not in request.session:
        request.session[_KEY] = secrets.token_hex(20)
    return request.session[_KEY]


def readable(key: str) -> str:
    """The key as one types it into an app: groups of four."""
    text = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def qr_code(user: User, key: str) -> bytes:
    """What an app reads from the screen, as an SVG picture."""
    address = TOTPDevice(user=user, key=key).config_url
    code = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=10, border=4)
    out = io.BytesIO()
    code.save(out)
    return out.getvalue()


@transaction.atomic
def bind(request: HttpRequest, typed: str) -> list[str] | None:
    """Bind the pending app if the code is its own; returns new recovery codes, to be shown once, or ``None``.

    An earlier app of this person stops working, and so do the earlier recovery codes.
    """
    user, key = cast(User, request.user), request.session.get(_KEY)
    demand_may_bind(request)
    code = plain(typed)
    if not key or not (code.isascii() and code.isdecimal()):
        return None
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if not totp.verify(int(code), _TOLERANCE):
        return None
    _forget(user)
    app = TOTPDevice.objects.create(user=user, name="动态口令", key=key, drift=totp.drift, last_t=totp.t())
    codes = _new_codes(user)
    del request.session[_KEY]
    record(actor=user, action="second_factor_enrol", subject=user)
    _let_in(request, app)
    return codes


# Giving the second factor ---------------------------------------------------------------------------------------------


def plain(typed: str) -> str:
    """A code as typed, without spaces and hyphens, in half width."""
    return "".join(unicodedata.normalize("NFKC", typed).lower().split()).replace("-", "")


def answer(request: HttpRequest, typed: str) -> Answer:
    """Check six digits against the app, anything else against the recovery codes; right ones open this session."""
    user, code = cast(User, request.user), plain(typed)
    is_app = len(code) == 6 and code.isascii() and code.isdecimal()
    device: Any = app_of(user) if is_app else StaticDevice.objects.filter(user=user).first()
    if device is None:
        return Answer(False, "没有绑定动态口令。" if is_app else "恢复码不对。")
    allowed, held = device.verify_is_allowed()
    if not allowed:
        return Answer(False, _wait(held))
    if verify_token(user, device.persistent_id, code if is_app else _kept(user, code)) is None:
        record(actor=user, action="second_factor_failed", subject=user, changes={"device": _name(is_app)})
        device.refresh_from_db()
        return Answer(False, f"{_name(is_app)}不对。{_wait(device.verify_is_allowed()[1])}")
    left = None if is_app else recovery_codes_left(user)
    if is_app:
        record(actor=user, action="second_factor_verify", subject=user)
    else:
        record(actor=user, action="recovery_code_used", subject=user, changes={"left": left})
    _let_in(request, device)
    return Answer(True, recovery_codes_left=left)


def _name(is_app: bool) -> str:
    return "动态口令" if is_app else "恢复码"


def _wait(held: dict[str, Any] | None) -> str:
    """When the next attempt counts, for somebody who has just been wrong."""
    if not held or "locked_until" not in held:
        return ""
    seconds = max(1, round((held["locked_until"] - timezone.now()).total_seconds()))
    moment = timezone.localtime(held["locked_until"])
    long = f"{seconds} 秒" if seconds < 120 else f"{-(-seconds // 60)} 分钟"
    return f"连续 {held['failure_count']} 次不对，{long}后（{moment:%H:%M:%S}）再试。"


def _let_in(request: HttpRequest, device: Any) -> None:
    otp_login(request, device)
    request.session[_ASKED] = True
    request.session.cycle_key()


# Recovery codes -------------------------------------------------------------------------------------------------------


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes, to be shown once; the old ones stop working."""
    codes = _new_codes(user)
    record(actor=user, action="second_factor_codes", subject=user)
    return codes


def _new_codes(user: User) -> list[str]:
    device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "恢复码"})
    device.token_set.all().delete()
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=_kept(user, code)) for code in codes])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _kept(user: User, code: str) -> str:
    """What the database keeps of a code: who reads the table cannot come in with it."""
    digest = salted_hmac("perfgoals.recovery", f"{user.pk}:{code}", algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:16]


def own_codes(user: User, shown: Iterable[str]) -> list[str]:
    """Of these codes those that are this person's unused ones, for handing back as a text file."""
    kept = set(StaticToken.objects.filter(device__user=user).values_list("token", flat=True))
    return [code for code in shown if _kept(user, plain(code)) in kept]


# Taking it away -------------------------------------------------------------------------------------------------------


def may_reset(actor: User) -> bool:
    return actor.role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


@transaction.atomic
def reset(user: User, *, actor: User) -> None:
    """A lost phone: app and recovery codes stop working; whose role needs them binds a new app after signing in.

    Sessions opened with them lose their second factor at once. Raises ``PermissionDenied`` or ``Refused``.
    """
    if not may_reset(actor) or user.organization.region_id != actor.organization.region_id:
        raise PermissionDenied("只有本区划的系统管理员和安全管理员能清除动态口令。")
    if user.pk == actor.pk:
        raise Refused("自己的动态口令不能自己清除。请另一位管理员来做。")
    if _forget(user):
        record(actor=actor, action="second_factor_reset", subject=user)


def _forget(user: User) -> bool:
    gone, _ = TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return bool(gone)
