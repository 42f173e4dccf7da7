"""The wizard: a page per section, and autosave, for whatever kind of filing is filled in.

Without script a page posts as a plain form and goes where the pressed button says; with script fields save one by
one. Both go through ``editing.save_fields``, and neither ever drops a typed text: what cannot be saved comes back.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions.model import Section
from perfgoals.filling.addresses import control_id, page_url, step_url
from perfgoals.filling.conflicts import Versions, versions_of
from perfgoals.filling.editing import FieldChange, SaveOutcome, save_fields
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.forms import Block, SectionForm, views_of, with_value
from perfgoals.filling.matrices import copied
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
from perfgoals.filling.reasons import Given, give_reasons, posted_reasons, waiting
from perfgoals.filling.steps import Remark, Step
from perfgoals.filling.telling import told
from perfgoals.findings import Finding
from perfgoals.workflow import StateConflict

CLOSED = "这张表已经不能改了，刚才写的没有保存。写的内容还在下面，可以抄走。要接着改：还在审核的先撤回或请审核人退回，已批复的用目标调整。"


@dataclass
class Unfinished:
    """What a posted page still has to show: texts that were not saved, and what is to be decided about them."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)  # path → what its field shows instead
    page: Page = field(default_factory=dict)  # what the page knew of these fields
    conflicts: list[Versions] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)  # refused cells: label, message, value
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """“两份合在一起再改”: both texts in one field, with the version and text they were joined from."""

    path: str
    text: str
    seen: int
    theirs: str


class StepPages:
    """The pages on which one kind of filing is filled in. A kind derives its own and says what stands on them.

    Addresses are those of ``perfgoals.filling.addresses`` in the namespace of the kind: ``step``, ``save``, ``checkup``,
    ``fix``, ``reason``, ``comments``, ``tasks`` and ``check``.
    """

    model: type[FilledFiling]
    step: type[Step] = Step
    template: str  # extends filling/step.html
    nav: str = "list"  # the link of the main navigation that these pages belong to

    def whole(self, rows: Any) -> Any:
        """The query set with everything that a step shows, read along."""
        return rows

    def blocks(self, request: SignedInRequest, at: Any) -> dict[str, Block]:
        """What draws the fields of this section that are tables or computed, by key."""
        return {}

    def context(self, request: SignedInRequest, at: Any) -> dict[str, Any]:
        """What the template of this kind shows besides."""
        return {}

    def mend(self, filing: Any, changes: Sequence[FieldChange], *, actor: User) -> SaveOutcome:
        """Write the changes of a ready fix. Raises what ``save_fields`` raises."""
        return save_fields(filing, changes, actor=actor)

    # Finding ---------------------------------------------------------------------------------------------------------

    def scope(self, request: SignedInRequest) -> Any:
        return self.model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]

    def find(self, request: SignedInRequest, pk: int) -> Any:
        """The filing with all that a step shows; 404 outside the person's scope."""
        return get_object_or_404(self.whole(self.scope(request)), pk=pk)

    def at(self, request: SignedInRequest, filing: FilledFiling, section: Section) -> Step:
        return self.step(filing, section, request.user)

    # Drawing ---------------------------------------------------------------------------------------------------------

    def draw(
        self,
        request: SignedInRequest,
        at: Step,
        *,
        unfinished: Unfinished | None = None,
        refused: tuple[Remark, ...] = (),
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        """The page of a step. ``refused`` are findings whose written reason was no reason."""
        filing, section = at.filing, at.section
        unfinished = unfinished or Unfinished()
        views = views_of(filing, section, at.marks, at.field_findings(), at.beside.is_locked)
        for path, about in unfinished.kept.items():
            if path in views:
                views[path] = with_value(filing, views[path], **about)
        context = live(at, refused=refused) | {
            "form": SectionForm(section, views, self.blocks(request, at), filing.edition.matrix_of),
            "page": dump(page_of(filing, section, at.marks) | unfinished.page),
            "unfinished": unfinished,
            "has_tables": any(field.key in filing.tables for field in section.fields),
            "has_matrix": any(field.key in filing.edition.matrix_of for field in section.fields),
            "nav": self.nav,
        }
        return render(request, self.template, context | self.context(request, at), status=status)

    # Answering -------------------------------------------------------------------------------------------------------

    def answer(self, request: SignedInRequest, pk: int, section: str) -> HttpResponse:
        """One section of the form: its page, and saving it without script."""
        filing = self.find(request, pk)
        here = section_of(filing, section)
        if not may_fill(request.user, filing):
            raise PermissionDenied
        if request.method == "POST":
            return self._save_page(request, filing, here)
        if not filing.is_editable:
            return redirect(page_url(filing, "tasks"))
        return self.draw(request, self.at(request, filing, here))

    def save(self, request: SignedInRequest, pk: int) -> JsonResponse:
        """Autosave: changed fields as JSON, what became of each as JSON. Never a redirect, never HTML."""
        filing = get_object_or_404(self.scope(request), pk=pk)
        body = json_body(request)
        changes = read_changes(body.get("changes")) if body is not None else None
        if body is None or changes is None:
            return json_problem("没有看懂要保存什么。写的内容还在页面上，刷新后再试。", HTTPStatus.BAD_REQUEST)
        if body.get("as", request.user.username) != request.user.username:
            return json_problem("现在登录的是另一个人，没有保存。", HTTPStatus.FORBIDDEN, code="other_user")
        try:
            outcome = save_fields(filing, changes, actor=request.user)
        except PermissionDenied:
            return json_problem("您不能改这张表，没有保存。", HTTPStatus.FORBIDDEN, code="forbidden")
        except StateConflict:
            return json_problem(CLOSED, HTTPStatus.CONFLICT, code="closed")
        return JsonResponse(told(filing, outcome), status=status_of(outcome))

    def _save_page(self, request: SignedInRequest, filing: FilledFiling, section: Section) -> HttpResponse:
        """Save what was changed on a posted page, then go where the button says, or show what is left to decide."""
        changes, joined = _decided(request, filing, posted_changes(request.POST))
        typed = posted_reasons(request.POST)
        changes = [*changes, *copied(filing, request.POST, changes)]
        left = self.save_posted(
            request, filing, section, changes, joined=joined, keep=lambda at: at.refused(waiting(typed))
        )
        left = left or self.keep_reasons(request, filing.pk, section, typed)
        return left or redirect(_destination(request, filing, section))

    def keep_reasons(
        self, request: SignedInRequest, pk: int, section: Section, typed: Sequence[Given]
    ) -> HttpResponse | None:
        """Keep the reasons written beside a step; the page again where one is none. What nothing asks for is moot."""
        if not typed:
            return None
        filing = self.find(request, pk)
        unkept = [one for one in give_reasons(filing, typed, actor=request.user) if not one.is_gone]
        if not unkept:
            return None
        at = self.at(request, filing, section)
        return self.draw(request, at, refused=at.refused(unkept), status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def save_posted(
        self,
        request: SignedInRequest,
        filing: FilledFiling,
        section: Section,
        changes: Sequence[FieldChange],
        *,
        joined: Sequence[Joined] = (),
        keep: Callable[[Step], tuple[Remark, ...]] = lambda at: (),
    ) -> HttpResponse | None:
        """Save what was typed on a posted page; the page again where something is left to decide, else None.

        ``keep`` gives the remarks whose half-written reason that page has to show.
        """
        try:
            outcome = save_fields(filing, changes, actor=request.user)
        except StateConflict:
            kept = {change.path: {"value": change.value} for change in changes}
            closed = Unfinished(kept=kept, closed=CLOSED)
            at = self.at(request, self.find(request, filing.pk), section)
            return self.draw(request, at, unfinished=closed, refused=keep(at), status=HTTPStatus.CONFLICT)
        if outcome.conflicts or outcome.refused or joined:
            fresh = self.find(request, filing.pk)
            unfinished = _unfinished(request, fresh, outcome, joined)
            status = status_of(outcome) if outcome.conflicts or outcome.refused else HTTPStatus.OK
            at = self.at(request, fresh, section)
            return self.draw(request, at, unfinished=unfinished, refused=keep(at), status=status)
        for saved in outcome.saved:
            if saved.note:
                messages.info(request, saved.note)
        return None


def section_of(filing: FilledFiling, key: str) -> Section:
    for section in filing.edition.sections:
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


def live(at: Step, *, refused: tuple[Remark, ...] = ()) -> dict[str, Any]:
    """Context of all that follows the saved form: 体检 column, section list, marks at fields, next step."""
    shown = {remark.key: remark for remark in refused}
    marks = [
        {"path": path, "level": finding.level.value, "message": finding.message} | _by_row(at, finding)
        for path, found in at.field_findings().items()
        for finding in found
    ]
    return {
        "filing": at.filing,
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
    if finding.path.partition(".")[0] not in at.filing.tables:
        return {}
    remark = at.remark(finding)
    return {"key": remark.key, "anchor": remark.anchor, "fixes": remark.fixes}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _decided(
    request: SignedInRequest, filing: FilledFiling, changes: Sequence[FieldChange]
) -> tuple[list[FieldChange], list[Joined]]:
    """Apply the button of a conflict, ``use`` = ``mine|theirs|both:<version>:<path>``."""
    choice, _, rest = request.POST.get("use", "").partition(":")
    version, _, path = rest.partition(":")
    place = filing.place_of(path)
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
    if place.is_cell:
        # A cell has no room on this page for a text that is not stored: store the two together, to be edited there.
        return [*others, FieldChange(path, text, int(version))], []
    return others, [Joined(path, text, int(version), theirs)]


def _unfinished(
    request: SignedInRequest, filing: FilledFiling, outcome: SaveOutcome, joined: Sequence[Joined]
) -> Unfinished:
    shown: Mapping[str, tuple[int, str]] = posted_page(request.POST)
    result = Unfinished()
    for conflict in outcome.conflicts:
        result.conflicts.append(versions_of(filing, conflict))
        result.kept[conflict.path] = {"value": conflict.yours, "is_contested": True}
        if conflict.path in filing.edition.fields:
            result.page[conflict.path] = shown.get(conflict.path, (0, ""))
    for refused in outcome.refused:
        if refused.path in filing.edition.fields:
            result.kept[refused.path] = {"value": refused.value, "refusal": refused.message}
            result.page[refused.path] = shown.get(refused.path, (0, ""))
        else:
            label = filing.words_for(refused.path)
            result.cells.append({"label": label, "message": refused.message, "value": refused.value})
    for item in joined:
        result.kept[item.path] = {"value": item.text, "seen": item.seen, "has_focus": True}
        result.page[item.path] = (item.seen, digest(item.theirs))
    if joined:
        messages.info(request, "两份已经合在一起，还没有保存。改成一份，再保存。")
    return result


def _destination(request: SignedInRequest, filing: FilledFiling, section: Section) -> str:
    """The page behind the pressed button: 上一步, 下一步, a section's name, 检查; anything else stays here."""
    keys = [item.key for item in filing.edition.sections]
    go, at = request.POST.get("go", ""), keys.index(section.key)
    if go == "previous":
        go = keys[at - 1] if at else "tasks"
    elif go == "next":
        go = keys[at + 1] if at + 1 < len(keys) else "check"
    if go in ("tasks", "check"):
        return page_url(filing, go)
    here = step_url(filing, go if go in keys else section.key)
    decided = request.POST.get("use", "").split(":", 2)
    return f"{here}#{control_id(decided[2])}" if len(decided) == 3 else here
