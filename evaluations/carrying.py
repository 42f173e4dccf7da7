"""What a self-evaluation found out, for the targets of the years after it (``declarations.checkup.carrying``, F91).

The newest one that was sent counts. A draft says nothing yet, and one that came back is being put right.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from declarations.checkup import findings_of, refresh_counts
from declarations.checkup.results import NOTHING_CARRIED, Carried, PastRow, Question, Results, Source
from declarations.models import Declaration
from evaluations import checkup
from evaluations.models import Evaluation, EvaluationRow
from evaluations.narrative import says_nothing
from evaluations.scoring import Basis, RowScore
from evaluations.scoring.arithmetic import show
from evaluations.speaking import document_of
from evaluations.spot_checks.models import Stage
from perfgoals.filling.addresses import page_url
from perfgoals.reviewing.models import ReturnedPlace
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

LONGEST = 200  # characters of an opinion that are quoted
SENT = IN_REVIEW | {State.CONFIRMED}


def carried(project: int, year: int, known_at: datetime.datetime | None) -> Carried:
    """The newest self-evaluation of a year before ``year`` that had been sent by then. At most six queries."""
    sent = Evaluation.objects.filter(project=project, fiscal_year__lt=year, state__in=SENT)
    if known_at is not None:  # forms that were loaded were never sent here: they have always been known
        sent = sent.filter(Q(first_submitted_at__isnull=True) | Q(first_submitted_at__lte=known_at))
    evaluation = (
        sent.select_related("organization", "project")
        .prefetch_related("indicators")
        .order_by("-fiscal_year", "-pk")
        .first()
    )
    if evaluation is None:
        return NOTHING_CARRIED
    return Carried(results_of(evaluation), tuple(_rechecked(evaluation, known_at)))


def ask_later_targets(evaluation: Evaluation) -> None:
    """Targets of later years that are being written have other questions now: what their lists count follows."""
    later = Declaration.objects.filter(
        project=evaluation.project_id, fiscal_year__gt=evaluation.fiscal_year, state__in=EDITABLE
    )
    for declaration in later.select_related("organization", "project", "campaign"):
        refresh_counts(declaration, findings_of(declaration))


def results_of(evaluation: Evaluation) -> Results:
    """What is asked of later targets, from the form as it stands. One query beside its rows."""
    form = checkup.form_of(document_of(evaluation), evaluation.edition)
    rows = {row.row_id: row for row in evaluation.indicators.all()}
    returned = _returned(evaluation)
    # Points that a reviewer is still working on are theirs alone (``permissions.may_see_points``): the unit reads this.
    is_decided = evaluation.state == State.CONFIRMED
    column = checkup.reason_column(evaluation.edition)
    ratio = form.rules.over.ratio if form.rules.over else None
    found = []
    for scored, said in zip(form.sheet.rows, form.document.indicators, strict=True):
        row = rows[said.row_id]
        inputs = scored.settled.inputs
        found.append(
            PastRow(
                row_id=row.row_id,
                name=row.name,
                target=row.target,
                **_group(row),
                actual=row.actual or row.band,
                reached=inputs.actual,
                unit=inputs.unit,
                far_over=ratio if _is_far_over(scored) else None,
                is_missed=_is_missed(scored),
                reason=getattr(row, column),
                corrected=_corrected(row, scored) if is_decided else "",
                returned=returned.get(row.row_id, ""),
            )
        )
    document = form.document
    return Results(
        year=evaluation.fiscal_year,
        source=Source(page_url(evaluation, "score"), f"{evaluation.fiscal_year}年自评得分"),
        rows=tuple(found),
        problems=_worth_asking(document.main_problems),
        measures=_worth_asking(document.improvement_measures),
        budget=document.amount("current_year"),
        executed=document.amount("executed"),
        rate=form.rate,
    )


def _group(row: EvaluationRow) -> dict[str, str]:
    """Where the row stood in the declaration, which may have another frame than the self-evaluation."""
    level1, _, level2 = row.declared_group.partition("/")
    return {"level1": level1 or row.level1, "level2": level2 if level1 else row.level2}


def _is_far_over(scored: RowScore) -> bool:
    """Asked at the self-evaluation too (X-18)."""
    return any(flag.code == "far_over" for flag in scored.settled.flags)


def _is_missed(scored: RowScore) -> bool:
    settled = scored.settled
    if settled.basis is Basis.NOT_APPLICABLE or settled.points is None or settled.inputs.weight is None:
        return False
    return settled.points < settled.inputs.weight


def _corrected(row: EvaluationRow, scored: RowScore) -> str:
    """“自评 3 分，审核 1 分：签到表只有 12 人”, where the reviewer gave other points than the unit's."""
    points, given = scored.settled.points, row.reviewer_score
    if given is None or points is None or given == points:
        return ""
    said = row.reviewer_reason.strip().rstrip("。；")
    why = f"：{said}" if said else ""
    return f"自评 {show(points)} 分，审核 {show(Decimal(given))} 分{why}"


def _returned(evaluation: Evaluation) -> dict[str, str]:
    """What the returns of this form asked at its rows, by row id. One query."""
    places = ReturnedPlace.objects.filter(
        round__content_type=ContentType.objects.get_for_model(Evaluation),
        round__object_id=evaluation.pk,
        path__startswith="indicators.",
    ).exclude(note="")
    found: dict[str, list[str]] = {}
    for path, note in places.order_by("pk").values_list("path", "note"):
        found.setdefault(path.split(".")[1], []).append(note.strip().rstrip("。；"))
    return {row_id: f"退回时写“{'；'.join(notes)}”" for row_id, notes in found.items()}


def _rechecked(evaluation: Evaluation, known_at: datetime.datetime | None) -> Iterator[Question]:
    """What finished spot checks found: row by row where points were corrected, and the opinion. Two queries."""
    cases = evaluation.spot_cases.filter(stage=Stage.DONE)
    if known_at is not None:
        cases = cases.filter(finished_at__lte=known_at)
    rows = {row.row_id: row for row in evaluation.indicators.all()}
    year = evaluation.fiscal_year
    source = Source(page_url(evaluation, "score"), f"{year}年自评得分")
    for case in cases.order_by("pk").prefetch_related("row_scores"):
        for said in case.row_scores.all():
            row, reason = rows.get(said.row_id), said.reason.strip().rstrip("。；")
            if row is not None and said.points is not None and reason:
                yield Question(
                    f"{year}年抽查复核给“{row.name}”{show(said.points)} 分：{reason}。今年凭什么算完成，写清楚了吗？",
                    row_id=row.row_id,
                    name=row.name,
                    **_group(row),
                    source=source,
                )
        if opinion := _worth_asking(case.findings_text):
            text = f"{year}年抽查复核的意见是“{opinion[:LONGEST]}”。今年的目标怎样改了？"
            yield Question(text, source=source)


def _worth_asking(text: str | None) -> str:
    """Nothing where the text is 无 or would do for any project."""
    words = (text or "").strip()
    return "" if says_nothing(words) or checkup.is_stock(words) else words
