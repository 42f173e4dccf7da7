"""How long somebody may be away, and how to tell a script from a person who follows a link.

A session ends ``SESSION_COOKIE_AGE`` seconds after the last thing its person did. The moment is kept in the session
itself: the expiry date in the session table moves with every write, also with writes nobody asked for.
"""

import time

from django.conf import settings
from django.http import HttpRequest
from django.urls import ResolverMatch
from django_htmx.middleware import HtmxDetails

from perfgoals.accounts.models import User

# Written at most once a minute, so that reading pages does not mean writing rows. A session may end that much early.
WRITE_EVERY = 60
_SEEN = "seen"


class SignedInRequest(HttpRequest):
    """For annotations: a request in a view behind the sign-in page (``SignInMiddleware``) always has its person."""

    user: User
    htmx: HtmxDetails
    resolver_match: ResolverMatch


def touch(request: HttpRequest) -> None:
    """The person did something now."""
    now = int(time.time())
    if now - request.session.get(_SEEN, 0) >= WRITE_EVERY:
        request.session[_SEEN] = now


def seconds_left(request: HttpRequest) -> int:
    """Seconds until this session ends if its person does nothing; 0 when it has ended."""
    seen = request.session.get(_SEEN)
    if seen is None:
        return settings.SESSION_COOKIE_AGE
    return max(0, seen + settings.SESSION_COOKIE_AGE - int(time.time()))


def is_background(request: HttpRequest) -> bool:
    """Sent by a page on its own account; proves nothing about a person being there."""
    return request.headers.get("X-Background") == "1"


def wants_json(request: HttpRequest) -> bool:
    """Sent by a script, which can do nothing with the HTML of a sign-in page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        or headers.get("Accept", "").startswith("application/json")
        or request.content_type == "application/json"
        or headers.get("X-Requested-With") == "XMLHttpRequest"
        or headers.get("X-Part") == "1"  # our own scripts, where the browser sends no Sec-Fetch-Mode
        or headers.get("Sec-Fetch-Mode", "navigate") in ("cors", "same-origin")
    )
