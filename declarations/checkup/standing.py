"""The check-up of a saved declaration: its history, its open findings, the reasons given for leaving some of them.

The rules themselves know no database; this module brings them what the database knows.
"""

from collections.abc import Iterable

from declarations.checkup.carrying import carried_into
from declarations.checkup.run import check
from declarations.checkup.sheet import History
from declarations.models import Declaration
from declarations.speaking import document_of
from perfgoals.filling.reasons import answered, open_findings
from perfgoals.findings import Finding, Level, count_levels
from perfgoals.workflow import State

# A unit files up to forty projects a year (design.md 1); more are compared with the first forty.
SIBLINGS = 40


def history_of(declaration: Declaration) -> History:
    """Last year's approved document of the same project, what came of it, and the unit's other forms of this campaign.

    A constant number of queries. Forms of the same project (an adjustment beside the approved one) are no siblings.
    """
    whole = Declaration.objects.select_related("organization", "project").prefetch_related(
        "indicators", "sub_projects"
    )
    previous = (
        whole.filter(
            project=declaration.project_id, fiscal_year__lt=declaration.fiscal_year, state=State.APPROVED
        )
        .order_by("-fiscal_year", "-pk")
        .first()
    )
    siblings = (
        whole.filter(organization=declaration.organization_id, campaign=declaration.campaign_id)
        .exclude(project=declaration.project_id)
        .exclude(state=State.SUPERSEDED)
        .order_by("pk")[:SIBLINGS]
    )
    return History(
        previous=document_of(previous) if previous else None,
        siblings=tuple(document_of(sibling) for sibling in siblings),
        adjusted=document_of(whole.get(pk=declaration.adjusts_id)) if declaration.adjusts_id else None,
        carried=carried_into(declaration),
    )


def findings_of(declaration: Declaration) -> list[Finding]:
    """Every finding of the declaration as it stands in the database, in form order."""
    return check(document_of(declaration), declaration.edition, history_of(declaration))


def blocking_findings(declaration: Declaration) -> list[Finding]:
    """What keeps the declaration from being handed in: 错误, and 疑问 without a current reason."""
    found = open_findings(declaration, findings_of(declaration))
    return [finding for finding in found if finding.level is not Level.HINT]


def refresh_counts(declaration: Declaration, findings: Iterable[Finding]) -> None:
    """Keep for lists what was found: counts of open findings, the codes of all, and in review the form's rank.

    The form itself has not changed: its version stays.
    """
    from declarations.inbox.ranking import columns_for

    listed = list(findings)
    given = answered(declaration, listed)
    counts = count_levels([finding for finding in listed if (finding.code, finding.path) not in given])
    columns = {
        "open_findings": counts,
        "open_errors": counts["error"],
        "open_doubts": counts["doubt"],
        **columns_for(declaration, listed, given),
    }
    for name, value in columns.items():
        setattr(declaration, name, value)
    Declaration.objects.filter(pk=declaration.pk).update(**columns)
