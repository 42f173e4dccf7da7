"""What a reviewer is told whose page is older than somebody's act: who did what and when, and what they wrote is kept."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest, wants_json
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.posting import plain
from perfgoals.filling.words import is_on_form, place_words
from perfgoals.reviewing.inbox import SOURCE, STEP_OF, Beside, desk_url, has_inbox
from perfgoals.reviewing.latest_act import acts_on, told
from perfgoals.reviewing.rights import may_review

_TEXTS = {"comment": "说明", "clause": "依据"}
_BY_PLACE = {"note": "意见", "suggest": "修改建议", "new-note": "意见", "points": "审核分", "why": "审核意见"}
_MOST = 100


def overtaken(request: SignedInRequest, filing: FilledFiling, *, way: Beside | None, page: str) -> HttpResponse:
    """The answer to an act on a form that is no longer as the page showed it. Nothing was done.

    ``way`` leads to the other forms that wait, ``page`` is the address of this one. Raises ``PermissionDenied`` for whom
    it was never the turn.
    """
    current = type(filing)._default_manager.get(pk=filing.pk)
    if may_review(request.user, current):
        messages.warning(request, "您打开这一页之后，表变了，没有办。下面是现在的内容。")
        return redirect(page)
    act = left_desk(request, current)
    if act is None:
        raise PermissionDenied(f"这张表现在是“{current.get_state_display()}”，不轮到您办。")
    words = told(act, request.user)
    if wants_json(request):
        return JsonResponse({"message": f"{words}，没有记下。"}, status=HTTPStatus.CONFLICT)
    context = {
        "nav": SOURCE,
        "filing": current,
        "words": words,
        "texts": _typed(request, current),
        "next_url": way.next_url if way else "",
        "list_url": way.list_url if way else desk_url(filing.namespace),
        "page": page,
    }
    return render(request, "reviewing/overtaken.html", context, status=HTTPStatus.CONFLICT)


def left_desk(request: SignedInRequest, filing: FilledFiling) -> AuditRecord | None:
    """The act that last took the form from this reviewer's desk; None where it has never been there."""
    if not has_inbox(request.user):
        return None
    return acts_on(type(filing), [filing.pk]).filter(from_state=STEP_OF[Role(request.user.role)]).last()


def _typed(request: SignedInRequest, filing: FilledFiling) -> list[tuple[str, str]]:
    """What stood in the refused page, with the place it was about."""
    document, texts = filing.document(), []
    for key, value in list(request.POST.items())[: _MOST * 4]:
        kind, _, path = key.partition(":")
        text = plain(str(value)).strip()
        if not text or (kind not in _BY_PLACE and key not in _TEXTS):
            continue
        label = _TEXTS.get(key) or _BY_PLACE[kind]
        if path and is_on_form(filing, path):
            label += f"：{place_words(filing, path, document)}"
        texts.append((label, text))
    return texts[:_MOST]
