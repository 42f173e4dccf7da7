"""What is stored of a form's place in the reviewer's list: its facts and their points, at every check-up in review."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType

from declarations.inbox import risk
from declarations.inbox.risk import Facts
from declarations.models import Declaration
from declarations.speaking import indicator_row
from perfgoals.documents.difference import core
from perfgoals.findings import Finding, Level
from perfgoals.reviewing.models import ReturnRound
from perfgoals.workflow import IN_REVIEW, State


def columns_for(
    declaration: Declaration, findings: Iterable[Finding], answered: Mapping[tuple[str, str], Any]
) -> dict[str, Any]:
    """The columns to write beside the counts. A form that is not in review keeps its rank: nobody sorts by it."""
    listed = list(findings)
    columns: dict[str, Any] = {"finding_codes": joined(listed)}
    if declaration.state in IN_REVIEW:
        facts = facts_of(declaration, listed, answered)
        columns |= {"risk": risk.score(facts), "risk_facts": facts.to_json()}
    return columns


def joined(findings: Iterable[Finding]) -> str:
    """``|doubt:below_last_year|hint:budget_moved|``: a code is looked for with its bars, on any database."""
    once = sorted({f"{finding.level}:{finding.code}" for finding in findings})
    return f"|{'|'.join(once)}|" if once else ""


def facts_of(
    declaration: Declaration, findings: Iterable[Finding], answered: Mapping[tuple[str, str], Any]
) -> Facts:
    """Everything the rank is counted from. Five queries, whatever the size of the form."""
    listed = list(findings)
    still_open = [f for f in listed if (f.code, f.path) not in answered and f.level is not Level.HINT]
    given = [f for f in listed if (f.code, f.path) in answered]
    before = _compared_with(declaration)
    rows = [indicator_row(row) for row in declaration.indicators.all()]
    changed, added, dropped = (
        risk.compare_rows(rows, [indicator_row(row) for row in before.indicators.all()], core)
        if before is not None
        else (0, 0, 0)
    )
    content_type = ContentType.objects.get_for_model(Declaration)
    return Facts(
        errors=sum(f.level is Level.ERROR for f in still_open),
        open_doubts=sum(f.level is Level.DOUBT for f in still_open),
        answered_doubts=len(given),
        open_codes=_in_order(still_open),
        answered_codes=_in_order(given),
        amount=declaration.current_year,
        earlier_year=before.fiscal_year if before is not None else None,
        earlier_amount=before.current_year if before is not None else declaration.previous_year_budget,
        is_adjustment=declaration.adjusts_id is not None,
        rows=len(rows),
        rows_changed=changed,
        rows_added=added,
        rows_dropped=dropped,
        returns=ReturnRound.objects.filter(content_type=content_type, object_id=declaration.pk).count(),
        is_late=declaration.was_late,
    )


def _in_order(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Each code once: 错误 first, then as they stand on the form."""
    ordered = sorted(findings, key=lambda finding: finding.level.rank)
    return tuple(dict.fromkeys(finding.code for finding in ordered))


def _compared_with(declaration: Declaration) -> Declaration | None:
    """The version in force for an adjustment, else the latest approved form of an earlier year."""
    if declaration.adjusts_id is not None:
        return declaration.adjusts
    earlier = Declaration.objects.filter(
        project=declaration.project_id, fiscal_year__lt=declaration.fiscal_year, state=State.APPROVED
    )
    return earlier.order_by("-fiscal_year", "-pk").first()
