"""The score card (得分卡) of one form: money, total on its scale, contradictions, every row with its arithmetic."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from evaluations import checking, checkup
from evaluations.models import Evaluation, EvaluationRow
from evaluations.official import Scored
from evaluations.permissions import may_edit, may_see_points, may_see_rows
from evaluations.scope import in_scope, scored_for
from evaluations.scorecard import score_card
from evaluations.spot_checks.results import results_for
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.addresses import place_url
from perfgoals.filling.marks import WrittenReason
from perfgoals.filling.reasons import answered
from perfgoals.findings import Finding, Level

# Said by the page itself: an empty field is no news of the score, an open row stands as 等人判定.
_NOT_SAID = frozenset(
    {"required_missing", *(f"{name}_open" for name in ("actual", "band", "operator", "target", "weight"))}
    | {"self_score_open"}
)


@dataclass(frozen=True)
class Note:
    """A finding on the card, the unit's reason beside it, and where it is mended ("" for readers)."""

    finding: Finding
    reason: WrittenReason | None
    url: str

    @property
    def message(self) -> str:
        return self.finding.message


@dataclass(frozen=True)
class FileLink:
    """Evidence on the card: its name with where to look in it."""

    words: str
    url: str

    def __str__(self) -> str:
        return self.words


@require_safe
def score(request: SignedInRequest, pk: int) -> HttpResponse:
    """The card of what was sent, with the score kept then; of a draft, of what stands there now."""
    evaluation = in_scope(request, pk)
    found = scored_for(request, evaluation)
    notes = list(notes_of(evaluation, found, request.user))
    rows = list(evaluation.indicators.select_related("reviewed_by"))
    shows_points = may_see_points(request.user, evaluation)
    files = evidence_of(evaluation, request.user)
    document = with_reviewer(found, rows) if shows_points else found.document
    card = score_card(
        document,
        found.sheet,
        evidence=files,
        notes=by_row(notes),
        reviews={row.row_id: row for row in rows} if shows_points else {},
    )
    context = {
        "nav": "evaluations",
        "evaluation": evaluation,
        "found": found,
        "card": card,
        "previous": document.amount("previous_year_budget"),
        "notices": notices(notes),
        "files": files.get("", []),
        "may_edit": may_edit(request.user, evaluation),
        "rechecks": results_for(evaluation),
    }
    return render(request, "evaluations/score.html", context)


def with_reviewer(found: Scored, rows: Iterable[EvaluationRow]) -> Any:
    """The document with the reviewer's points as they stand now: they are given after the form was frozen."""
    given = {row.row_id: row.reviewer_score_typed or None for row in rows}
    return replace(
        found.document,
        indicators=tuple(
            replace(row, reviewer_score=given.get(row.row_id, row.reviewer_score))
            for row in found.document.indicators
        ),
    )


def notes_of(evaluation: Evaluation, found: Scored, user: User) -> Iterable[Note]:
    """What the check-up finds on the form that the card shows, in form order."""
    is_current = may_see_rows(user, evaluation)
    if found.revision is None:
        findings = checking.check(evaluation, found.document).findings
    else:
        findings = checkup.check(found.document, evaluation.edition)
    # Who sees a form as it was sent sees neither what was typed nor what was answered since.
    reasons = answered(evaluation, findings) if is_current else {}
    mends = may_edit(user, evaluation)
    for finding in findings:
        if finding.code not in _NOT_SAID and finding.level is not Level.HINT:
            reason = reasons.get((finding.code, finding.path))
            yield Note(finding, reason, _place_url(evaluation, finding.path) if mends else "")


def by_row(notes: Iterable[Note]) -> Mapping[str, list[Note]]:
    """The notes of single rows, by row id."""
    found = defaultdict(list)
    for note in notes:
        if row_id := _row_of(note.finding):
            found[row_id].append(note)
    return found


def notices(notes: Iterable[Note]) -> list[tuple[str, list[Note]]]:
    """What is said of the whole form, 错误 first: (level, notes)."""
    whole = [note for note in notes if not _row_of(note.finding)]
    groups = [(level, [n for n in whole if n.finding.level is level]) for level in (Level.ERROR, Level.DOUBT)]
    return [(level.value, found) for level, found in groups if found]


def evidence_of(evaluation: Evaluation, user: User) -> Mapping[str, list[FileLink]]:
    """The files of the form by row id, "" for those of the whole form; none for who sees only what was sent."""
    found = defaultdict(list)
    if may_see_rows(user, evaluation):
        for one in evaluation.evidence.all():
            words = f"{one.name}，{one.pointer}" if one.pointer else one.name
            url = reverse("evaluations:evidence", args=[evaluation.pk, one.pk])
            found[one.row_id].append(FileLink(words, url))
    return found


def _row_of(finding: Finding) -> str:
    table, _, rest = finding.path.partition(".")
    return rest.partition(".")[0] if table == "indicators" else ""


def _place_url(evaluation: Evaluation, path: str) -> str:
    """Where it is mended; "" for what is not typed on this form."""
    table = path.partition(".")[0]
    is_typed = table == "indicators" or evaluation.place_of(path) is not None
    try:
        return place_url(evaluation, path) if is_typed else ""
    except NoReverseMatch:
        return ""
