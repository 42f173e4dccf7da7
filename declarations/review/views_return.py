"""The return itself: reason from the list, words, clause, and the places that open again."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from declarations import permissions
from declarations.checkup import check, history_of
from declarations.models import Declaration
from declarations.review import returning
from declarations.review.page import nav_of, submitted_form
from declarations.review.returning import Listed
from declarations.review.statistics import return_statistics, times_used, years_with_forms
from declarations.review.views import (
    beside_of,
    form_for,
    onward,
    overtaken,
    posted_notes,
    posted_version,
    review_url,
)
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.posting import plain
from perfgoals.filling.words import place_words
from perfgoals.findings import Level
from perfgoals.reviewing.reasons import all_reasons
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import Incomplete, StateConflict

NO_PLACES = "没有列出要改的地方。列几处；整张表都要重写的，勾“整张表放开”。"
BOTH = "已经列了地方，又勾了“整张表放开”。只能选一样。"


@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET: the list with its reason. POST ``do=add`` adds a place, ``do=keep`` keeps the list, ``do=return`` sends it."""
    declaration = form_for(request, pk)
    if not permissions.may_review(request.user, declaration):
        sends = request.method == "POST" and request.POST.get("do") == "return"
        return overtaken(request, declaration, "return" if sends else "")
    if request.method == "GET":
        return _page(request, declaration)
    entries = posted_notes(request.POST)
    do, new = request.POST.get("do", "keep"), request.POST.get("new", "")
    if do == "add" and new:
        entries = [entry for entry in entries if entry.path != new] + [Listed(new)]
    try:
        returning.keep_notes(declaration, entries, actor=request.user)
    except ValidationError as refused:
        return _page(request, declaration, {"places": refused.messages[0]}, entries)
    if do == "add":
        return _page(request, declaration, {} if new else {"new": "选一处再添加。"})
    if do != "return":
        return redirect(review_url(request, pk))
    return _send(request, declaration)


def _send(request: SignedInRequest, declaration: Declaration) -> HttpResponse:
    post = request.POST
    notes = returning.listed(returning.notes_of(declaration, request.user))
    is_whole = post.get("whole") == "1"
    if is_whole == bool(notes):
        return _page(request, declaration, {"places": BOTH if notes else NO_PLACES})
    reason = post.get("reason", "")
    clause = plain(post.get("clause", "")).strip()
    known = all_reasons().get(reason)
    way = beside_of(request, declaration)
    try:
        returning.send_back(
            declaration,
            actor=request.user,
            version=posted_version(request),
            comment=plain(post.get("comment", "")),
            places=[NamedPlace(note.path, note.note) for note in notes],
            reason_code=reason,
            clause=clause or (known.clause if known else ""),
        )
    except ValidationError as refused:
        wrong = refused.message_dict if hasattr(refused, "error_dict") else {"places": refused.messages}
        return _page(request, declaration, {key: said[0] for key, said in wrong.items()})
    except Incomplete as incomplete:
        return _page(request, declaration, {"comment": incomplete.findings[0].message})
    except StateConflict:
        current = form_for(request, declaration.pk)
        if not permissions.may_review(request.user, current):
            return overtaken(request, declaration, "return")
        changed = {"changed": "您打开这一页之后，表变了，没有退回。看一遍现在的表，再退回。"}
        return _page(request, current, changed, status=HTTPStatus.CONFLICT)
    return onward(request, declaration, "return", way)


def _page(
    request: SignedInRequest,
    declaration: Declaration,
    errors: dict[str, str] | None = None,
    entries: list[Listed] | None = None,
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    form = submitted_form(declaration)
    if form is None:
        raise PermissionDenied("这张表还没有送审，没有可以退回的稿。")
    edition, document = declaration.edition, form.document
    kept = returning.notes_of(declaration, request.user)
    rows = entries or [Listed(note.path, note.note, note.is_listed) for note in kept.values()]
    found: dict[str, list[str]] = {}
    for finding in check(document, edition, history_of(declaration)):
        if finding.level is not Level.HINT:
            found.setdefault(finding.path, []).append(finding.message)
    used = times_used(request.user)
    context: dict[str, Any] = {
        "nav": nav_of(request.user),
        "declaration": declaration,
        "places": [_place_row(row, place_words(declaration, row.path, document), found) for row in rows],
        "listed_count": sum(row.is_listed for row in rows),
        "words": returning.said(declaration, document, [row.path for row in rows if row.is_listed]),
        "choices": returning.choices(edition, document),
        "reasons": [(reason, used.get(reason.code, 0)) for reason in all_reasons().values()],
        "total": sum(used.values()),
        "typed": {key: request.POST.get(key, "") for key in ("reason", "comment", "clause", "whole", "new")},
        "errors": errors or {},
        "limit": returning.COMMENT_LIMIT,
        "version": declaration.version,
        "back": review_url(request, declaration.pk),
    }
    if request.method == "GET":
        context["typed"]["comment"] = returning.undone_words(declaration, request.user)
    if request.method == "POST" and request.POST.get("do") == "add" and not errors:
        context["typed"]["new"] = ""
        status = HTTPStatus.OK
    return render(
        request, "declarations/review_return.html", context, status=status if errors else HTTPStatus.OK
    )


def _place_row(row: Listed, words: str, found: dict[str, list[str]]) -> dict[str, Any]:
    """A line of the list. A place without words of the reviewer starts with what the check-up says of it."""
    messages_here = found.get(row.path, [])
    return {
        "path": row.path,
        "id": row.path.replace(".", "-").replace(":", "-"),
        "words": words,
        "note": row.note or (" ".join(messages_here) if row.is_listed else ""),
        "is_listed": row.is_listed,
        "findings": messages_here,
    }


@require_GET
def reasons(request: SignedInRequest) -> HttpResponse:
    """How often each reason was used, for the business administrator."""
    if request.user.role != Role.BUSINESS_ADMIN:
        raise PermissionDenied
    years = years_with_forms(request.user)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and int(asked[:5]) in years else None
    context = {
        "nav": "returns",
        "years": years,
        "year": year,
        "statistics": return_statistics(request.user, year),
    }
    return render(request, "declarations/return_reasons.html", context)
