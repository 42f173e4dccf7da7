"""The arrows of a declaration, as data: the table is the state diagram (README.md draws it)."""

from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.findings import Finding
from perfgoals.notices.models import NoticeKind
from perfgoals.reviewing.arrows import Last, arrows
from perfgoals.workflow import State, Transition, perform


def _blocking(declaration: Declaration) -> list[Finding]:
    """错误, and 疑问 without a written reason."""
    from declarations.checkup import blocking_findings

    return blocking_findings(declaration)


def _count(declaration: Declaration) -> None:
    """The reviewer's list shows the form from this moment, with its open findings and in its place."""
    from declarations.checkup import findings_of, refresh_counts

    refresh_counts(declaration, findings_of(declaration))


def _appraised_below(declaration: Declaration) -> list[Finding]:
    """A review form (审核表) that says 中 or 差."""
    from declarations.appraising.filling import blocking

    return blocking(declaration)


def _supersede(declaration: Declaration, actor: User) -> None:
    """The version in force gives way to the adjustment that is being approved, in the same transaction."""
    if declaration.adjusts_id is not None:
        old = Declaration.objects.get(pk=declaration.adjusts_id)
        perform(SUPERSEDE, old, actor=actor, version=old.version)


ARROWS = arrows(
    Last(
        action="approve",
        label="批复",
        target=State.APPROVED,
        notice=NoticeKind.APPROVED,
        says=lambda declaration: "已批复，随预算执行。",
        prepare=_supersede,
    ),
    blocking=_blocking,
    judged=_appraised_below,
    sent=_count,
)
SUBMIT, RECALL, PASS, RETURN, APPROVE = TRANSITIONS = tuple(ARROWS)
# Walked only inside APPROVE of the version that replaces it; no button leads here.
SUPERSEDE = Transition(
    action="supersede",
    label="被替代",
    sources=frozenset({State.APPROVED}),
    target=State.SUPERSEDED,
    permitted=lambda user, declaration: declaration.adjustments.filter(state=State.FINANCE_REVIEW).exists(),
)
