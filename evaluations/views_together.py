"""Buttons over the table of results that write many rows at once. What was typed on the page is saved first."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from evaluations import together
from evaluations.models import Evaluation
from evaluations.spreading import How
from evaluations.views_steps import CLOSED, PAGES, save_typed
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.addresses import step_url
from perfgoals.filling.editing import FieldChange, SaveOutcome
from perfgoals.filling.posting import posted_page, read_changes
from perfgoals.workflow import StateConflict

NOT_READ = "没有看懂要改什么，什么都没有改。"


@require_POST
def act(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """``place`` rows in a group, show how points would be spread, ``write`` them, or take the last step ``back``."""
    evaluation = PAGES.find(request, pk)
    if act not in _ACTS:
        raise Http404
    here = evaluation.edition.section_for_path("indicators")
    if left := save_typed(request, evaluation, here):
        return left
    fresh = PAGES.find(request, pk)
    try:
        where = _ACTS[act](request, fresh)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        where = "#together"
    except StateConflict:
        messages.error(request, CLOSED)
        return redirect("evaluations:tasks", pk=pk)
    return redirect(f"{step_url(fresh, here.key)}{where}")


def _place(request: SignedInRequest, evaluation: Evaluation) -> str:
    post = request.POST
    whole = set(post.getlist("whole"))
    picked = set(post.getlist("place-row"))
    for declared in together.unplaced(evaluation):
        if str(declared.number) in whole:
            picked |= {row.row_id for row in declared.rows}
    asked = post.get("place-group", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else -1
    outcome, back = together.place(evaluation, picked, number, posted_page(post), actor=request.user)
    rows = len({path.split(".")[1] for path, _, _ in back})
    words = together.words_of(*evaluation.edition.groups[number])
    _tell(request, evaluation, outcome, f"把 {rows} 行归到了“{words}”", back)
    return "#together"


def _spread(request: SignedInRequest, evaluation: Evaluation) -> str:
    """The preview has an address of its own: it is computed from what is saved, as often as one likes."""
    query = QueryDict(mutable=True)
    query["spread"] = how_of(request.POST.get("how", "")) or How.EVEN
    query.setlist("pick", [one for one in request.POST.getlist("spread-row") if len(one) <= 16][:200])
    if not query.getlist("pick"):
        raise ValidationError("先勾要分摊的行。")
    return f"?{query.urlencode()}#spread"


def _write(request: SignedInRequest, evaluation: Evaluation) -> str:
    changes = _read(request.POST.get("write", ""))
    if not changes or any(not one.path.endswith(".weight") for one in changes):
        raise ValidationError(NOT_READ)
    outcome, back = together.write(evaluation, changes, actor=request.user)
    _tell(request, evaluation, outcome, f"分摊了 {len(back)} 行的分值", back)
    return "#together"


def _back(request: SignedInRequest, evaluation: Evaluation) -> str:
    versions = dict(evaluation.marks.values_list("path", "version"))
    step = together.step_back(request.session, evaluation, versions)
    if step is None:
        raise ValidationError("没有可以撤销的步骤：后来又改过，或者已经撤销了。")
    changes = [FieldChange(path, text, version) for path, text, version in step["changes"]]
    outcome, _ = together.write(evaluation, changes, actor=request.user)
    together.remember(request.session, evaluation, "", [])
    _tell(request, evaluation, outcome, f"已撤销：{step['label']}", [])
    return "#together"


_ACTS = {"place": _place, "spread": _spread, "write": _write, "back": _back}


def how_of(asked: str) -> How | None:
    return How(asked) if asked in list(How) else None


def _read(text: str) -> list[FieldChange]:
    try:
        items = json.loads(text)
        named = [{"path": path, "value": value, "seen": seen} for path, value, seen in items]
    except (ValueError, TypeError, RecursionError):
        return []
    return read_changes(named) or []


def _tell(
    request: SignedInRequest, evaluation: Evaluation, outcome: SaveOutcome, words: str, back: list[list[Any]]
) -> None:
    if back:
        together.remember(request.session, evaluation, words, back)
    rows = {one.path.split(".")[1] for one in outcome.conflicts}
    if rows:
        messages.warning(request, f"有 {len(rows)} 行刚被改过，没有动。看过下面现在的内容再决定。")
    for message in dict.fromkeys(one.message for one in outcome.refused):
        messages.error(request, message)
    if outcome.saved:
        messages.success(request, f"{words}。")
