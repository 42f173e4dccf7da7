"""The demonstration's season under way: forms that have been sent, so that every reviewer finds work.

They say what a unit published for 2020, with the dates of the open campaign: real texts, in a season that nobody has
had yet. Each is sent through the door by its unit's demo account, once; afterwards it belongs to whoever works on it.
"""

import dataclasses
from dataclasses import dataclass

from django.db import transaction

from declarations.checkup import findings_of, refresh_counts
from declarations.demo import load_draft
from declarations.models import Declaration, FindingReason
from declarations.published import published_documents
from declarations.workflow import PASS, SUBMIT
from perfgoals.accounts.models import User
from perfgoals.documents.declaration import DateValue, DeclarationDocument
from perfgoals.findings import Level
from perfgoals.workflow import perform

YEAR, EDITION = 2027, "sh-2020-declaration"
REASON = "与上年的口径一致，业务处室已核对。"


@dataclass(frozen=True, slots=True)
class Sent:
    """A published form sent again: by whom, with how much money, and whether its department has passed it on."""

    source_id: str
    filer: str
    budget: str
    passed_by: str = ""


SEASON = (
    Sent("xxzx-2020-5", "filer-xxzx", "604000.00"),
    Sent("xxzx-2020-7", "filer-xxzx", "150000.00"),
    Sent("xxzx-2020-1", "filer-xxzx", "600000.00", passed_by="department-fgw"),
    Sent("xxzx-2020-3", "filer-xxzx-2", "1480000.00", passed_by="department-fgw"),
)


def load() -> int:
    """Send what is not sent yet; how many forms the season has. Raises ``Incomplete`` if a form cannot be sent."""
    documents = dict(published_documents())
    for one in SEASON:
        send(one, documents[one.source_id])
    return len(SEASON)


@transaction.atomic
def send(one: Sent, published: DeclarationDocument) -> None:
    """The form of this year, sent; nothing where it is there already."""
    made = load_draft(f"demo-{YEAR}-{one.source_id}", this_year(published, one.budget))
    if made is None:
        return
    filer = User.objects.get(username=one.filer)
    findings = findings_of(made)
    FindingReason.objects.bulk_create(
        [
            FindingReason(
                declaration=made,
                code=finding.code,
                path=finding.path,
                message=finding.message,
                reason=REASON,
                written_by=filer,
            )
            for finding in findings
            if finding.level is Level.DOUBT
        ]
    )
    perform(SUBMIT, made, actor=filer, version=made.version)
    if one.passed_by:
        reviewer = User.objects.get(username=one.passed_by)
        perform(PASS, made, actor=reviewer, version=made.version)
    current = Declaration.objects.get(pk=made.pk)
    refresh_counts(current, findings)


def this_year(published: DeclarationDocument, budget: str) -> DeclarationDocument:
    """The published text with this year's dates and money; last year's figures are the published ones."""
    return dataclasses.replace(
        published,
        form=EDITION,
        fiscal_year=YEAR,
        start_date=DateValue(f"{YEAR}-01-01", f"{YEAR}-01-01"),
        end_date=DateValue(f"{YEAR}-12-31", f"{YEAR}-12-31"),
        budget={
            "total": budget,
            "current_year": budget,
            "previous_year_budget": published.budget.get("current_year"),
            "previous_year_executed": published.budget.get("current_year"),
        },
    )
