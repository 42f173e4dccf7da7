"""The check-up of a saved evaluation, and what is kept of it for lists: counts of findings, total, grade, rate.

The rules themselves know no database (``checkup``, ``contradictions``); this module brings what the database knows:
targets that were adjusted since, rows that the approved targets have no longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from declarations.following.outdated import about_targets
from evaluations import checkup
from evaluations.models import Evaluation, EvaluationQuerySet, KeptScore
from evaluations.review import risk
from evaluations.scoring import ScoreSheet
from evaluations.speaking import document_of
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.filling.reasons import answered, open_findings
from perfgoals.findings import Finding, Level, count_levels

WHY_COPIED = "自评对照的是批复的目标；批复调整过的，对照调整后的。"


@dataclass(frozen=True)
class Checked:
    """One evaluation looked at once: its document, findings and score."""

    document: EvaluationDocument
    findings: list[Finding]
    sheet: ScoreSheet


def check(
    evaluation: Evaluation, document: EvaluationDocument | None = None, *, is_new: bool = False
) -> Checked:
    """Findings and score of the evaluation as it stands. At most three queries.

    ``is_new``: the targets were copied just now, nothing can have happened to them.
    """
    said = document or document_of(evaluation)
    form = checkup.form_of(said, evaluation.edition)
    found = [*checkup.findings_of(form), *(() if is_new else about_targets(evaluation, WHY_COPIED))]
    return Checked(said, checkup.in_form_order(found, said, evaluation.edition), form.sheet)


def findings_of(evaluation: Evaluation, document: EvaluationDocument | None = None) -> list[Finding]:
    """Every finding of the evaluation as it stands in the database, in form order."""
    return check(evaluation, document).findings


def blocking_findings(evaluation: Evaluation) -> list[Finding]:
    """What keeps the evaluation from being sent: 错误, and 疑问 without a current reason."""
    found = open_findings(evaluation, findings_of(evaluation))
    return [finding for finding in found if finding.level is not Level.HINT]


def keep(evaluation: Evaluation, checked: Checked | None = None) -> Checked:
    """Refresh the columns that lists show. The form itself has not changed: its version stays."""
    looked = checked or check(evaluation)
    given = answered(evaluation, looked.findings)
    columns = columns_of(looked, [f for f in looked.findings if (f.code, f.path) not in given])
    for name, value in columns.items():
        setattr(evaluation, name, value)
    Evaluation.objects.filter(pk=evaluation.pk).update(**columns)
    return looked


def columns_of(checked: Checked, still_open: Iterable[Finding]) -> dict[str, Any]:
    """What is kept of a check-up, by column."""
    counts = count_levels(list(still_open))
    codes = dict.fromkeys(f"{finding.level.value}:{finding.code}" for finding in checked.findings)
    rate, total = checked.sheet.execution.rate, checked.sheet.total
    return {
        "open_findings": counts,
        "open_errors": counts["error"],
        "open_doubts": counts["doubt"],
        "finding_codes": f"|{'|'.join(codes)}|" if codes else "",
        "risk": risk.points(
            risk.Facts(
                errors=counts["error"],
                open_doubts=counts["doubt"],
                doubts=tuple(dict.fromkeys(f.code for f in checked.findings if f.level is Level.DOUBT)),
                amount=checked.sheet.execution.inputs.adjusted,
                total=total.total,
            )
        ),
        "total": total.total,
        "computed_grade": total.grade,
        "execution_rate": rate if rate is not None and rate < 10**9 else None,
    }


def keep_score(evaluation: Evaluation) -> KeptScore:
    """Keep the score sheet of the form as the database holds it now, with inputs and rules, for ``replay``."""
    current = Evaluation.objects.select_related("organization", "project").get(pk=evaluation.pk)
    document = document_of(current)
    sheet = checkup.form_of(document, current.edition).sheet
    kept, _ = KeptScore.objects.update_or_create(
        evaluation=current, fingerprint=document.fingerprint, defaults={"sheet": sheet.to_dict()}
    )
    return kept


def for_check(found: EvaluationQuerySet) -> EvaluationQuerySet:
    """With all that a check-up reads, for many at once."""
    return found.select_related("organization", "project", "campaign").prefetch_related("indicators")
