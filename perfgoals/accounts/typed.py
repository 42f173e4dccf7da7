"""What somebody typed into a form that cannot be taken now: given back at once, in the answer to that very request.

Nothing of it is kept on the server, put into an address or written to a log: the next person at this computer or in this
session cannot come upon it, and no cache may store the page.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

_SECRET = frozenset(("password", "old", "new", "again", "code", "csrfmiddlewaretoken"))
# What pages know and nobody types.
_HIDDEN = frozenset(
    (
        "page",
        "version",
        "opened_at",
        "next",
        "section",
        "go",
        "do",
        "use",
        "answer",
        "fix",
        "path",
        "seen",
        "key",
    )
)
_MOST = 100


def typed_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """The names and texts of the posted form, without secrets, switches and what only the page knows."""
    unasked = _SECRET | _HIDDEN
    texts = [
        (name, text)
        for name, values in request.POST.lists()
        if name not in unasked and "password" not in name and not name.startswith("shown:")
        for text in values
    ]
    return [(name, text) for name, text in texts if len(text.strip()) > 1][:_MOST]


def origin_of(request: HttpRequest) -> str:
    """The page the form stood on, if it is one of ours."""
    origin = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        origin, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return origin if ours else ""


def given_back(request: HttpRequest, *, why: str, then: str, address: str) -> HttpResponse | None:
    """403 with what was typed, and a link ``then`` to ``address`` that leads back to the form; None if nothing was.

    ``address`` gets the path of the form's page as ``next``, never its query.
    """
    texts = typed_texts(request) if request.method == "POST" else []
    if not texts:
        return None
    back = urlencode({"next": urlsplit(origin_of(request)).path or "/"})
    context = {"why": why, "then": then, "address": f"{address}?{back}", "texts": texts}
    answer = render(request, "accounts/given_back.html", context, status=403)
    add_never_cache_headers(answer)
    return answer
