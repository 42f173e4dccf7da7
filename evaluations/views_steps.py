"""The pages on which a self-evaluation is filled in: a step per section, autosave, its 体检 column, drafts, own rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import drafting, entry, rows, together
from evaluations.gaps import begun_rows, of_each_row
from evaluations.models import Evaluation
from evaluations.spreading import How
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions.model import Section
from perfgoals.filling.addresses import place_url, step_url
from perfgoals.filling.checkup_pages import CheckupPages
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.forms import Block
from perfgoals.filling.grid import fix_value
from perfgoals.filling.pages import StepPages, section_of
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.posting import posted_changes
from perfgoals.filling.steps import Step
from perfgoals.findings import Finding
from perfgoals.workflow import StateConflict

CLOSED = "这张表已经不能改了。"
# In the session: the forms that this person asked to have checked as a whole, the latest ones.
CHECKED = "evaluations_checked"


@dataclass
class EvaluationStep(Step):
    """A row that nobody has come to yet is not marked either, until somebody asks for the whole form to be checked."""

    absence = "required_missing"
    is_asked: bool = False

    @cached_property
    def _begun(self) -> frozenset[str]:
        return begun_rows(self.document)

    def is_untouched(self, finding: Finding) -> bool:
        table, _, rest = finding.path.partition(".")
        if table == "indicators" and rest and finding.code.endswith("_open"):
            return not self.is_asked and rest.partition(".")[0] not in self._begun
        return super().is_untouched(finding)

    def marked(self) -> Iterator[Finding]:
        """What many rows lack is marked at each of them."""
        return (one for finding in self.here for one in of_each_row(finding))


class EvaluationPages(StepPages):
    """One table of fixed rows, the computed execution rates, and a draft of the narrative."""

    model = Evaluation
    step = EvaluationStep
    template = "evaluations/step.html"
    nav = "evaluations"

    def at(self, request: SignedInRequest, filing: Any, section: Section) -> EvaluationStep:
        is_asked = filing.pk in request.session.get(CHECKED, ())
        return EvaluationStep(filing, section, request.user, is_asked)

    def whole(self, rows: Any) -> Any:
        return rows.select_related("project", "organization", "campaign", "declaration").prefetch_related(
            "indicators", "evidence"
        )

    def blocks(self, request: SignedInRequest, at: Any) -> dict[str, Block]:
        found: dict[str, Block] = {}
        for field in at.section.fields:
            if field.key == "indicators":
                found[field.key] = partial(self._table, request, at)
            elif field.kind == "rate":
                found[field.key] = partial(entry.rates_context, at)
        return found

    def _table(self, request: SignedInRequest, at: Any) -> dict[str, Any]:
        """The table, and above it what is done to many of its rows at once."""
        asked = request.GET.get("spread", "")
        how = How(asked) if asked in list(How) else None
        locked = at.beside.is_locked
        versions = {path: mark.version for path, mark in at.marks.items()}
        points = together.points_of(at.filing, at.document, request.GET.getlist("pick")[:200], how, locked)
        wanted = points.changes if points else {}
        return entry.table_context(at) | {
            "declared": together.unplaced(at.filing, locked),
            "points": points,
            "points_write": fix_value([[path, text, versions.get(path, 0)] for path, text in wanted.items()]),
            "points_count": len(wanted),
            "ways": list(How),
            "step_back": together.step_back(request.session, at.filing, versions),
        }

    def context(self, request: SignedInRequest, at: Any) -> dict[str, Any]:
        keys = {field.key for field in at.section.fields}
        return {
            "evaluation": at.filing,
            "is_wide": "indicators" in keys,
            "draft_terms": draft_terms(at.filing, at.section),
        }


PAGES = EvaluationPages()
CHECKUP = CheckupPages(PAGES)


def draft_terms(evaluation: Evaluation, section: Section) -> list[str]:
    """The empty texts of this section that a draft can be offered for."""
    return [
        field.term
        for field in section.fields
        if field.key in drafting.KEYS and not getattr(evaluation, field.key).strip()
    ]


def note_asked(request: SignedInRequest, evaluation: Evaluation) -> None:
    """From now on the rows of this form say for this person what they lack, begun or not."""
    asked = request.session.get(CHECKED, [])
    if evaluation.pk not in asked:
        request.session[CHECKED] = [*asked, evaluation.pk][-50:]


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form."""
    return PAGES.answer(request, pk, section)


@require_POST
def save(request: SignedInRequest, pk: int) -> JsonResponse:
    """Autosave."""
    return PAGES.save(request, pk)


@never_cache
@require_GET
def checkup(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 体检 column and the section list of ``?section=``, as they are now."""
    return CHECKUP.column(request, pk)


@require_POST
def fix(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the ready fix of a finding."""
    return CHECKUP.fix(request, pk)


@require_POST
def reason(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a 疑问 with a written reason, in place."""
    return CHECKUP.reason(request, pk)


@require_POST
def draft(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    """Put the drafted sentences into the empty texts of a section. What somebody wrote is never touched."""
    evaluation = PAGES.find(request, pk)
    here = section_of(evaluation, section)
    if left := save_typed(request, evaluation, here):
        return left
    fresh = PAGES.find(request, pk)
    drafts = drafting.draft(fresh.document(), fresh.edition)
    keys = {field.key for field in here.fields}
    wanted = [one for one in (drafts.results, drafts.problems, drafts.measures) if one.key in keys]
    changes = _changes_of(fresh, wanted)
    try:
        outcome = save_fields(fresh, changes, actor=request.user)
    except StateConflict:
        messages.error(request, CLOSED)
        return redirect("evaluations:tasks", pk=pk)
    filled = [f"“{fresh.words_for(saved.path)}”" for saved in outcome.saved]
    if filled:
        messages.success(request, f"拟了{'、'.join(filled)}的初稿，都取自表上的数。请逐句核对、改成自己的话。")
    else:
        messages.info(request, "没有可以拟的：栏里已经有字，或者表上还没有数。写过的没有动。")
    return redirect(step_url(fresh, section))


def _changes_of(evaluation: Evaluation, drafts: list[drafting.Draft]) -> list[FieldChange]:
    versions = dict(evaluation.marks.values_list("path", "version"))
    return [
        FieldChange(one.key, one.text, versions.get(one.key, 0))
        for one in drafts
        if one.text and not getattr(evaluation, one.key).strip()
    ]


@require_POST
def row(request: SignedInRequest, pk: int, operation: str) -> HttpResponse:
    """Add or delete a row of a form that stands alone; what was typed on the page is saved first."""
    evaluation = PAGES.find(request, pk)
    if operation not in ("add", "delete"):
        raise Http404
    here = evaluation.edition.section_for_path("indicators")
    if not evaluation.stands_alone and may_fill(request.user, evaluation):
        raise PermissionDenied("这张表的指标取自批复的目标，不增不减。")
    if left := save_typed(request, evaluation, here):
        return left
    fresh = PAGES.find(request, pk)
    try:
        where = _operate(request, fresh, operation, request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        where = step_url(fresh, here.key)
    except StateConflict:
        messages.error(request, CLOSED)
        return redirect("evaluations:tasks", pk=pk)
    return redirect(where)


def _operate(request: SignedInRequest, evaluation: Evaluation, operation: str, user: User) -> str:
    section = evaluation.edition.section_for_path("indicators").key
    if operation == "delete":
        rows.delete_row(evaluation, request.POST.get("row", ""), actor=user)
        return step_url(evaluation, section)
    groups = evaluation.edition.groups
    asked = request.POST.get("group", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else len(groups)
    level1, level2 = groups[number] if number < len(groups) else ("", None)
    added = rows.add_row(evaluation, level1, level2 or "", actor=user)
    return place_url(evaluation, f"indicators.{added.row_id}.name")


def save_typed(request: SignedInRequest, evaluation: Evaluation, section: Section) -> HttpResponse | None:
    """What stood on the page is saved first; the page again where something of it is left to decide."""
    if not may_fill(request.user, evaluation):
        raise PermissionDenied
    return PAGES.save_posted(request, evaluation, section, posted_changes(request.POST))
