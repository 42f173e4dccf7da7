"""What an evaluation takes over from the approved declaration beyond its targets (``declarations.following.copying``)."""

from collections.abc import Sequence

from declarations.following.copying import copied_row, goal_of, point_to
from declarations.models import Declaration, Indicator, Project
from evaluations.models import Evaluation, EvaluationRow
from evaluations.speaking import document_of, set_budget
from perfgoals.campaigns.models import Campaign
from perfgoals.editions import Edition


def blank(project: Project, campaign: Campaign) -> Evaluation:
    """An unsaved empty form."""
    return Evaluation(
        project=project,
        organization_id=project.organization_id,
        campaign=campaign,
        fiscal_year=campaign.fiscal_year,
        edition_id=campaign.edition_id,
        project_name=project.name,
    )


def from_targets(source: Declaration, campaign: Campaign) -> Evaluation:
    """An unsaved form that says what is known already: project, department, goal, the approved money."""
    evaluation = blank(source.project, campaign)
    evaluation.organization = source.organization
    evaluation.project_name = source.project_name or source.project.name
    point_to(evaluation, source)
    fields = evaluation.edition.fields
    if "competent_department" in fields:
        department = source.organization.parent or source.organization
        evaluation.competent_department = department.name[:200]
    if "is_recurring" in fields:
        evaluation.is_recurring = _is_recurring(source)
    if "annual_goal" in fields:
        evaluation.annual_goal = goal_of(source)
    # What was approved is the initial budget; a form that asks for one budget only asks for the adjusted one, and until
    # somebody has adjusted it that is the approved one too.
    approved = "initial" if "budget.initial" in fields else "current_year"
    set_budget(evaluation, approved, source.current_year_typed)
    if "budget.previous_year_budget" in fields:
        set_budget(evaluation, "previous_year_budget", source.previous_year_budget_typed)
    return evaluation


def row_from(row: Indicator, declared: Edition, edition: Edition, position: int) -> EvaluationRow:
    """An unsaved row with everything that is copied; whose it is, the caller says."""
    return copied_row(EvaluationRow, row, declared, edition, position)


def count_findings(evaluation: Evaluation, rows: Sequence[EvaluationRow]) -> None:
    """The kept columns of a form that is not saved yet, so that it is written once."""
    from evaluations.checking import check, columns_of

    checked = check(evaluation, document_of(evaluation, rows), is_new=True)
    for name, value in columns_of(checked, checked.findings).items():
        setattr(evaluation, name, value)


def _is_recurring(source: Declaration) -> bool | None:
    """What the category chosen in the declaration means; None where it says nothing."""
    choices = source.edition.choices("project_category")
    return next((choice.recurring for choice in choices if choice.label == source.project_category), None)
