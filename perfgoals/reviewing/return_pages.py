"""The return itself: reason from the list, words, clause, and the places that open again."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.posting import plain
from perfgoals.filling.words import place_words
from perfgoals.findings import Level
from perfgoals.reviewing import return_list
from perfgoals.reviewing.inbox import desk_url
from perfgoals.reviewing.page import nav_of
from perfgoals.reviewing.pages import ReviewPages, posted_notes, posted_version
from perfgoals.reviewing.reasons import reasons_for
from perfgoals.reviewing.return_list import Listed
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.reviewing.rights import may_review
from perfgoals.reviewing.submitted import submitted
from perfgoals.workflow import Incomplete, StateConflict

NO_PLACES = "没有列出要改的地方。列几处；整张表都要重写的，勾“整张表放开”。"
BOTH = "已经列了地方，又勾了“整张表放开”。只能选一样。"


class ReturnPages(ReviewPages):
    """The review pages of a kind with its page of 退回."""

    def times_used(self, request: SignedInRequest) -> dict[str, int]:
        """How often each reason was used in this person's region, by code."""
        return {}

    def give_back(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """GET: the list with its reason. POST ``do=add`` adds a place, ``do=keep`` keeps the list, ``do=return`` sends it."""
        filing = self.find(request, pk)
        if not may_review(request.user, filing):
            sends = request.method == "POST" and request.POST.get("do") == "return"
            return self.overtaken(request, filing, "return" if sends else "")
        if request.method == "GET":
            return self._page(request, filing)
        entries = posted_notes(request.POST)
        do, new = request.POST.get("do", "keep"), request.POST.get("new", "")
        if do == "add" and new:
            entries = [entry for entry in entries if entry.path != new] + [Listed(new)]
        try:
            return_list.keep_notes(filing, entries, actor=request.user)
        except ValidationError as refused:
            return self._page(request, filing, {"places": refused.messages[0]}, entries)
        if do == "add":
            return self._page(request, filing, {} if new else {"new": "选一处再添加。"})
        if do != "return":
            return redirect(self.url(request, filing))
        return self._send(request, filing)

    def _send(self, request: SignedInRequest, filing: Any) -> HttpResponse:
        post = request.POST
        notes = return_list.listed(return_list.notes_of(filing, request.user))
        is_whole = post.get("whole") == "1"
        if is_whole == bool(notes):
            return self._page(request, filing, {"places": BOTH if notes else NO_PLACES})
        reason = post.get("reason", "")
        clause = plain(post.get("clause", "")).strip()
        known = reasons_for(filing.document_kind).get(reason)
        way = self.beside_of(request, filing)
        try:
            return_list.give_back(
                self.kind.arrows.send_back,
                filing,
                actor=request.user,
                version=posted_version(request),
                comment=plain(post.get("comment", "")),
                places=[NamedPlace(note.path, note.note) for note in notes],
                reason_code=reason,
                clause=clause or (known.clause if known else ""),
            )
        except ValidationError as refused:
            wrong = refused.message_dict if hasattr(refused, "error_dict") else {"places": refused.messages}
            return self._page(request, filing, {key: said[0] for key, said in wrong.items()})
        except Incomplete as incomplete:
            return self._page(request, filing, {"comment": incomplete.findings[0].message})
        except StateConflict:
            current = self.find(request, filing.pk)
            if not may_review(request.user, current):
                return self.overtaken(request, filing, "return")
            changed = {"changed": "您打开这一页之后，表变了，没有退回。看一遍现在的表，再退回。"}
            return self._page(request, current, changed, status=HTTPStatus.CONFLICT)
        return self.onward(request, filing, "return", way)

    def _page(
        self,
        request: SignedInRequest,
        filing: Any,
        errors: dict[str, str] | None = None,
        entries: list[Listed] | None = None,
        *,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> HttpResponse:
        form = submitted(filing)
        if form is None:
            raise PermissionDenied("这张表还没有送审，没有可以退回的稿。")
        document = form.document
        kept = return_list.notes_of(filing, request.user)
        rows = entries or [Listed(note.path, note.note, note.is_listed) for note in kept.values()]
        found: dict[str, list[str]] = {}
        for finding in filing.findings(document):
            if finding.level is not Level.HINT:
                found.setdefault(finding.path, []).append(finding.message)
        used = self.times_used(request)
        context: dict[str, Any] = {
            "nav": nav_of(request.user, ""),
            "filing": filing,
            "places": [_place_row(row, place_words(filing, row.path, document), found) for row in rows],
            "listed_count": sum(row.is_listed for row in rows),
            "words": return_list.said(filing, document, [row.path for row in rows if row.is_listed]),
            "choices": return_list.choices(filing, document),
            "reasons": [(one, used.get(one.code, 0)) for one in reasons_for(filing.document_kind).values()],
            "total": sum(used.values()),
            "typed": {
                key: request.POST.get(key, "") for key in ("reason", "comment", "clause", "whole", "new")
            },
            "errors": errors or {},
            "limit": return_list.COMMENT_LIMIT,
            "version": filing.version,
            "back": self.url(request, filing),
            "desk": desk_url(filing.namespace),
        }
        if request.method == "GET":
            context["typed"]["comment"] = return_list.undone_words(filing, request.user)
        if request.method == "POST" and request.POST.get("do") == "add" and not errors:
            context["typed"]["new"] = ""
        shown = status if errors else HTTPStatus.OK
        return render(request, "reviewing/return.html", context, status=shown)


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
