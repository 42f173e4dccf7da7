"""The wizard: a page per section, and autosave.

Without script a page posts as a plain form and goes where the pressed button says; with script fields save one by
one. Both go through ``editing.save_fields``, and neither ever drops a typed text: what cannot be saved comes back.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from declarations.fields import place_of
from declarations.forms import SectionForm, views_of, with_value
from declarations.models import Declaration
from declarations.review.suggesting import open_for_officer
from declarations.steps import Remark, Step, Versions, versions_of
from declarations.tables import TABLES
from declarations.telling import place_in_words, told
from declarations.views_tables import table_context
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions.model import Section
from perfgoals.filling.addresses import control_id, step_url
from perfgoals.filling.editing import FieldChange, SaveOutcome, save_fields
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.posting import (
    Page,
    digest,
    dump,
    page_of,
    plain,
    posted_changes,
    posted_page,
    read_changes,
    together,
)
from perfgoals.findings import Finding
from perfgoals.workflow import StateConflict

CLOSED = "这张表已经送审，刚才写的没有保存。写的内容还在下面，可以抄走；要接着改，先撤回。"


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form: its page, and saving it without script."""
    declaration = declaration_of(request, pk)
    here = section_of(declaration, section)
    if not may_fill(request.user, declaration):
        raise PermissionDenied
    if request.method == "POST":
        return _save_page(request, declaration, here)
    if not declaration.is_editable:
        return redirect("declarations:tasks", pk)
    return draw(request, Step(declaration, here, request.user))


@require_POST
def save(request: SignedInRequest, pk: int) -> JsonResponse:
    """Autosave: changed fields as JSON, what became of each as JSON. Never a redirect, never HTML."""
    declaration = get_object_or_404(Declaration.objects.visible_to(request.user), pk=pk)
    body = json_body(request)
    changes = read_changes(body.get("changes")) if body is not None else None
    if body is None or changes is None:
        return json_problem("没有看懂要保存什么。写的内容还在页面上，刷新后再试。", HTTPStatus.BAD_REQUEST)
    if body.get("as", request.user.username) != request.user.username:
        return json_problem("现在登录的是另一个人，没有保存。", HTTPStatus.FORBIDDEN, code="other_user")
    try:
        outcome = save_fields(declaration, changes, actor=request.user)
    except PermissionDenied:
        return json_problem("您不能改这张表，没有保存。", HTTPStatus.FORBIDDEN, code="forbidden")
    except StateConflict:
        return json_problem(CLOSED, HTTPStatus.CONFLICT, code="closed")
    return JsonResponse(told(declaration, outcome), status=status_of(outcome))


def declaration_of(request: SignedInRequest, pk: int) -> Declaration:
    """The declaration with all that a step shows; 404 outside the person's scope."""
    visible = Declaration.objects.visible_to(request.user).select_related("project", "organization", "campaign")
    return get_object_or_404(visible.prefetch_related("indicators", "sub_projects"), pk=pk)


def section_of(declaration: Declaration, key: str) -> Section:
    for section in declaration.edition.sections:
        if section.key == key:
            return section
    raise Http404


def json_body(request: SignedInRequest) -> dict[str, Any] | None:
    """The JSON object of a script's request, or None."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError, RequestDataTooBig):
        return None
    return body if isinstance(body, dict) else None


def json_problem(message: str, status: int, code: str = "") -> JsonResponse:
    return JsonResponse({"message": message, "code": code}, status=status)


def status_of(outcome: SaveOutcome) -> int:
    """409 with conflicts, 422 if all was refused, else 200."""
    if outcome.conflicts:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY if outcome.refused and not outcome.saved else HTTPStatus.OK


@dataclass
class Unfinished:
    """What a posted page still has to show: texts that were not saved, and what is to be decided about them."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)  # path → what its field shows instead
    page: Page = field(default_factory=dict)  # what the page knew of these fields
    conflicts: list[Versions] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)  # refused cells: label, message, value
    closed: str = ""


def draw(
    request: SignedInRequest,
    at: Step,
    *,
    unfinished: Unfinished | None = None,
    refused: tuple[Remark, ...] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page of a step. ``refused`` are findings whose written reason was no reason."""
    declaration, section = at.declaration, at.section
    unfinished = unfinished or Unfinished()
    views = views_of(declaration, section, at.marks, at.field_findings(), at.beside.is_locked)
    for path, about in unfinished.kept.items():
        if path in views:
            views[path] = with_value(declaration, views[path], **about)
    fields = {field.kind for field in section.fields}
    tables: dict[str, partial[dict[str, Any]]] = {
        kind: partial(table_context, request, declaration, TABLES[kind], at.marks, at.open, at.beside)
        for kind in TABLES
        if kind in fields
    }
    context = live(at, refused=refused) | {
        "form": SectionForm(section, views, tables),
        "page": dump(page_of(declaration, section, at.marks) | unfinished.page),
        "unfinished": unfinished,
        "is_wide": "indicators" in fields,
        "has_tables": bool(tables),
        "suggestions": [
            one
            for one in open_for_officer(declaration, request.user)
            if declaration.edition.section_for_path(one.path).key == section.key
        ],
        "nav": "list",
    }
    return render(request, "declarations/step.html", context, status=status)


def live(at: Step, *, refused: tuple[Remark, ...] = ()) -> dict[str, Any]:
    """Context of all that follows the saved form: 体检 column, section list, marks at fields, next step."""
    shown = {remark.key: remark for remark in refused}
    marks = [
        {"path": path, "level": finding.level.value, "message": finding.message} | _by_row(at, finding)
        for path, found in at.field_findings().items()
        for finding in found
    ]
    return {
        "declaration": at.declaration,
        "step": at,
        "remarks": [shown.get(remark.key, remark) for remark in at.remarks],
        "field_marks_json": _json(marks),
        "others_json": _json(at.others_present),
        "checked_at": timezone.now(),
        "beside": at.beside,
        "unsent": at.unsent,
    }


def _by_row(at: Step, finding: Finding) -> dict[str, Any]:
    """What the line under a row of a table shows beyond the sentence."""
    if finding.path.partition(".")[0] not in TABLES:
        return {}
    remark = at.remark(finding)
    return {"key": remark.key, "anchor": remark.anchor, "fixes": remark.fixes}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _save_page(request: SignedInRequest, declaration: Declaration, section: Section) -> HttpResponse:
    """Save what was changed on a posted page, then go where the button says, or show what is left to decide."""
    changes, joined = _decided(request, declaration, posted_changes(request.POST))
    left = save_posted(request, declaration, section, changes, joined=joined)
    return left or redirect(_destination(request, declaration, section))


@dataclass(frozen=True, slots=True)
class _Joined:
    """“两份合在一起再改”: both texts in one field, with the version and text they were joined from."""

    path: str
    text: str
    seen: int
    theirs: str


def save_posted(
    request: SignedInRequest,
    declaration: Declaration,
    section: Section,
    changes: Sequence[FieldChange],
    *,
    joined: Sequence[_Joined] = (),
    keep: Callable[[Step], tuple[Remark, ...]] = lambda at: (),
) -> HttpResponse | None:
    """Save what was typed on a posted page; the page again where something is left to decide, else None.

    ``keep`` gives the remarks whose half-written reason that page has to show.
    """
    try:
        outcome = save_fields(declaration, changes, actor=request.user)
    except StateConflict:
        kept = {change.path: {"value": change.value} for change in changes}
        closed = Unfinished(kept=kept, closed=CLOSED)
        at = Step(declaration_of(request, declaration.pk), section, request.user)
        return draw(request, at, unfinished=closed, refused=keep(at), status=HTTPStatus.CONFLICT)
    if outcome.conflicts or outcome.refused or joined:
        fresh = declaration_of(request, declaration.pk)
        unfinished = _unfinished(request, fresh, outcome, joined)
        status = status_of(outcome) if outcome.conflicts or outcome.refused else HTTPStatus.OK
        at = Step(fresh, section, request.user)
        return draw(request, at, unfinished=unfinished, refused=keep(at), status=status)
    for saved in outcome.saved:
        if saved.note:
            messages.info(request, saved.note)
    return None


def _decided(
    request: SignedInRequest, declaration: Declaration, changes: Sequence[FieldChange]
) -> tuple[list[FieldChange], list[_Joined]]:
    """Apply the button of a conflict, ``use`` = ``mine|theirs|both:<version>:<path>``."""
    choice, _, rest = request.POST.get("use", "").partition(":")
    version, _, path = rest.partition(":")
    place = place_of(declaration.edition, path)
    is_known = choice in ("mine", "theirs", "both") and version.isascii() and version.isdigit()
    if place is None or not is_known or len(version) > 9:
        return list(changes), []
    others = [change for change in changes if change.path != path]
    mine = plain(request.POST.get(f"mine-{path}", request.POST.get(path, "")))
    if choice == "theirs":
        return others, []
    if choice == "mine":
        return [*others, FieldChange(path, mine, int(version))], []
    theirs = plain(request.POST.get(f"theirs-{path}", ""))
    text = together((mine, theirs), single_line=place.single_line)
    if "." in path and path not in declaration.edition.fields:
        # A cell has no room on this page for a text that is not stored: store the two together, to be edited there.
        return [*others, FieldChange(path, text, int(version))], []
    return others, [_Joined(path, text, int(version), theirs)]


def _unfinished(
    request: SignedInRequest, declaration: Declaration, outcome: SaveOutcome, joined: Sequence[_Joined]
) -> Unfinished:
    shown: Mapping[str, tuple[int, str]] = posted_page(request.POST)
    result = Unfinished()
    for conflict in outcome.conflicts:
        label = place_in_words(declaration, conflict.path)
        result.conflicts.append(versions_of(conflict, label))
        result.kept[conflict.path] = {"value": conflict.yours, "is_contested": True}
        if conflict.path in declaration.edition.fields:
            result.page[conflict.path] = shown.get(conflict.path, (0, ""))
    for refused in outcome.refused:
        if refused.path in declaration.edition.fields:
            result.kept[refused.path] = {"value": refused.value, "refusal": refused.message}
            result.page[refused.path] = shown.get(refused.path, (0, ""))
        else:
            label = place_in_words(declaration, refused.path)
            result.cells.append({"label": label, "message": refused.message, "value": refused.value})
    for item in joined:
        result.kept[item.path] = {"value": item.text, "seen": item.seen, "has_focus": True}
        result.page[item.path] = (item.seen, digest(item.theirs))
    if joined:
        messages.info(request, "两份已经合在一起，还没有保存。改成一份，再保存。")
    return result


def _destination(request: SignedInRequest, declaration: Declaration, section: Section) -> str:
    """The page behind the pressed button: 上一步, 下一步, a section's name, 检查; anything else stays here."""
    keys = [item.key for item in declaration.edition.sections]
    go, at = request.POST.get("go", ""), keys.index(section.key)
    if go == "previous":
        go = keys[at - 1] if at else "tasks"
    elif go == "next":
        go = keys[at + 1] if at + 1 < len(keys) else "check"
    if go in ("tasks", "check"):
        return reverse(f"declarations:{go}", args=[declaration.pk])
    here = step_url(declaration, go if go in keys else section.key)
    decided = request.POST.get("use", "").split(":", 2)
    return f"{here}#{control_id(decided[2])}" if len(decided) == 3 else here
