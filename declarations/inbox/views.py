"""The inbox, the summary before a bulk act, the act, what came of it, taking it back, saved filters."""

import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.inbox import bulk, desk, saving
from declarations.inbox.bulk import MOST, Act, Outcome, Pick
from declarations.inbox.models import SavedFilter
from declarations.inbox.waiting import (
    AMOUNTS,
    FINDINGS,
    ORDERS,
    RANKS,
    Wanted,
    narrowed,
    ordered,
    waiting_for,
)
from declarations.models import Declaration
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.reviewing.acts import UNDO_SECONDS
from perfgoals.reviewing.inbox import has_inbox, tabs
from perfgoals.reviewing.reasons import reasons_for

LONGEST_COMMENT = 2000
LONGEST_LIST = 600
_RESULT = "inbox_result"


def _reviewers_only(request: SignedInRequest) -> None:
    if not has_inbox(request.user):
        raise PermissionDenied("待审核的清单只有审核人有。")


@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """The forms whose turn it is for this person, by risk or oldest first."""
    _reviewers_only(request)
    return _inbox_page(request, Wanted.from_query(request.GET))


def _inbox_page(request: SignedInRequest, wanted: Wanted, *, status: int = 200, **more: object) -> HttpResponse:
    everything = desk.Desk(request.user)
    known = None if wanted else everything.total
    page, rows = desk.page_of(request.user, wanted, request.GET.get("page"), known)
    saved = list(request.user.saved_filters.all())
    desks = tabs(request.user, Declaration, everything.total)
    context = {
        "nav": "inbox",
        "desks": desks,
        "counted": sum(
            tab.count for tab in desks
        ),  # beside the navigation's link too: not to be counted again for it
        "desk": everything,
        "units": everything.units(wanted.department),
        "wanted": wanted,
        "page": page,
        "rows": [(row, wanted.form_url(row.form.pk)) for row in rows],
        "tabs": _tabs(everything, wanted),
        "saved": [
            (kept, saving.wanted_by(kept).list_url(), saving.wanted_by(kept) == wanted) for kept in saved
        ],
        "label": bulk.step_of(Act.ONWARD, request.user).label,
        "orders": ORDERS,
        "findings": FINDINGS,
        "amounts": AMOUNTS,
        "most": MOST,
        "undo_seconds": UNDO_SECONDS,
    }
    return render(request, "declarations/inbox.html", context | more, status=status)


def _tabs(everything: desk.Desk, wanted: Wanted) -> list[tuple[str, int, str, bool]]:
    """(words, count, address, is here): the whole list and its obvious parts, in the order that is chosen."""
    order = wanted.order
    parts = [("全部", everything.total, Wanted(order=order))]
    parts += [(word, everything.ranks[key], Wanted(order=order, rank=key)) for key, word in RANKS.items()]
    parts.append(("没有错误和疑问", everything.ranks["clean"], Wanted(order=order, finding="none")))
    parts.append(("改好重报", everything.again, Wanted(order=order, again="1")))
    return [
        (words, count, part.list_url(), part == wanted) for words, count, part in parts if count or not part
    ]


@require_http_methods(["GET", "POST"])
def together(request: SignedInRequest) -> HttpResponse:
    """GET: what would be done to the picked forms; POST does it, form by form."""
    _reviewers_only(request)
    asked = request.GET if request.method == "GET" else request.POST
    wanted = _list_of(asked)
    act = asked.get("act", "")
    picks = bulk.read_picks(asked.getlist("pick"))
    in_list = 0
    if request.method == "GET" and asked.get("all") == "1":
        picks, in_list = _first_of_list(request, wanted)
    if act not in [one.value for one in Act] or not picks:
        messages.warning(request, "没有选中任何一张表。先在清单上勾选，再一起办。")
        return redirect(wanted.list_url())
    if request.method == "GET":
        return _summary_page(request, Act(act), picks, wanted, in_list=in_list)
    return _carry_out(request, Act(act), picks, wanted)


def _list_of(asked: QueryDict) -> Wanted:
    """The list the person came from."""
    return Wanted.from_query(QueryDict(asked.get("list", "")[:LONGEST_LIST]))


def _first_of_list(request: SignedInRequest, wanted: Wanted) -> tuple[list[Pick], int]:
    """The whole list as it stands now, as far as one act goes, and how long it is."""
    found = ordered(narrowed(waiting_for(request.user), wanted), wanted.order)
    return [Pick(*row) for row in found.values_list("pk", "version")[:MOST]], found.count()


def _summary_page(
    request: SignedInRequest,
    act: Act,
    picks: list[Pick],
    wanted: Wanted,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    summary = bulk.summary_of(request.user, act, picks)
    rows = desk.rows_of(summary.included)
    context = {
        "nav": "inbox",
        "act": act.value,
        "is_return": act is Act.BACK,
        "label": bulk.step_of(act, request.user).label,
        "summary": summary,
        "rows": [(row, wanted.form_url(row.form.pk)) for row in rows],
        "bands": _count_bands(rows),
        "answered": sum(row.facts.answered_doubts for row in rows if row.facts),
        "answered_forms": sum(bool(row.facts and row.facts.answered_doubts) for row in rows),
        "list": wanted.query(),
        "list_url": wanted.list_url(),
        "reasons": reasons_for(Declaration.document_kind).values(),
        "most": MOST,
        "undo_seconds": UNDO_SECONDS,
        "comment": "",
        "reason": "",
    }
    return render(request, "declarations/inbox_together.html", context | more, status=status)


def _count_bands(rows: list[desk.Row]) -> list[tuple[int, str, int]]:
    """(band, words, count), first to read first; empty bands are left out."""
    counted = [(int(key), words, sum(row.band == int(key) for row in rows)) for key, words in RANKS.items()]
    return [band for band in counted if band[2]]


def _carry_out(request: SignedInRequest, act: Act, picks: list[Pick], wanted: Wanted) -> HttpResponse:
    comment = request.POST.get("comment", "").replace("\0", "").strip()
    reason = reasons_for(Declaration.document_kind).get(request.POST.get("reason", ""))
    if act is Act.BACK and (error := _comment_trouble(comment)):
        typed = {
            "comment": comment or (reason.wording if reason else ""),
            "reason": reason.code if reason else "",
        }
        return _summary_page(request, act, picks, wanted, status=422, error=error, **typed)
    outcomes = bulk.carry_out(
        request.user,
        act,
        picks,
        comment=comment if act is Act.BACK else "",
        reason_code=reason.code if reason and act is Act.BACK else "",
        clause=reason.clause if reason and act is Act.BACK else "",
    )
    _keep_result(request, bulk.step_of(act, request.user).label, outcomes, wanted)
    return redirect("declarations:inbox_result")


def _comment_trouble(comment: str) -> str:
    if not comment:
        return "要写退回的原因。填报人照它来改，选中的每一张都写这一条。"
    if len(comment) > LONGEST_COMMENT:
        return f"原因最多 {LONGEST_COMMENT} 个字，现在是 {len(comment)} 个字。"
    return ""


def _keep_result(
    request: SignedInRequest, label: str, outcomes: list[Outcome], wanted: Wanted, *, undone: bool = False
) -> None:
    """What the next page shows; the session holds it, since reloading that page must do nothing again."""
    request.session[_RESULT] = {
        "label": label,
        "done": [[one.pk, one.name, one.unit] for one in outcomes if one.done],
        "left": [[one.pk, one.name, one.unit, one.words] for one in outcomes if not one.done],
        "list": wanted.query(),
        "at": time.time(),
        "undone": undone,
    }


@require_GET
def result(request: SignedInRequest) -> HttpResponse:
    """What came of the last bulk act, and for a minute the way back."""
    _reviewers_only(request)
    kept: dict[str, Any] | None = request.session.get(_RESULT)
    if kept is None:
        return redirect("declarations:inbox")
    wanted = Wanted.from_query(QueryDict(kept["list"]))
    left = 0 if kept["undone"] else max(0, UNDO_SECONDS - int(time.time() - kept["at"]))
    context = kept | {
        "nav": "inbox",
        "seconds": left if kept["done"] else 0,
        "list_url": wanted.list_url(),
        "waiting": waiting_for(request.user).count(),
    }
    return render(request, "declarations/inbox_result.html", context)


@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Take back one's own act on the posted forms, each as far as it still can be."""
    _reviewers_only(request)
    keys = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdecimal() and len(pk) < 16]
    outcomes = bulk.take_back(request.user, keys)
    wanted = _list_of(request.POST)
    if not outcomes:
        messages.warning(request, "没有可以撤销的表。")
        return redirect(wanted.list_url())
    _keep_result(request, "撤销", outcomes, wanted, undone=True)
    return redirect("declarations:inbox_result")


@require_POST
def save_filter(request: SignedInRequest) -> HttpResponse:
    """Keep the filter that the page shows, under a name."""
    _reviewers_only(request)
    wanted = _list_of(request.POST)
    name = request.POST.get("name", "")
    try:
        kept = saving.save(request.user, name, wanted)
    except ValidationError as error:
        return _inbox_page(request, wanted, status=422, name=name, name_error="；".join(error.messages))
    messages.success(request, f"存下了筛选“{kept.name}”。")
    return redirect(wanted.list_url())


@require_POST
def forget_filter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a filter of one's own."""
    _reviewers_only(request)
    kept = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    kept.delete()
    messages.success(request, f"删掉了筛选“{kept.name}”。")
    return redirect(_list_of(request.POST).list_url())
