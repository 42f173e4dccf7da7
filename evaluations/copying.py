"""What an evaluation takes over from the approved declaration, and how it is brought up to date.

``row_id`` stays that of the declaration's row. Groups are mapped to the frame of the evaluation's edition; where that
has no such group, a person chooses one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils import timezone

from declarations.models import Declaration, Indicator, Project
from evaluations.models import Evaluation, EvaluationRow
from evaluations.speaking import document_of, set_budget, set_points
from perfgoals.campaigns.models import Campaign
from perfgoals.editions import Edition
from perfgoals.editions.mapping import map_group

_COPIED = ("level1", "level2", "name", "target", "weight_typed", "weight", "declared_group", "is_unplaced")


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
    _point_to(evaluation, source)
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


def are_points_fixed(declared: Edition, edition: Edition) -> bool:
    """Whether the approved points are those of this form too; out of another total they are only a beginning."""
    return declared.has_weights and declared.weights_total == edition.weights_total


def goal_of(source: Declaration) -> str:
    """The year's goal; forms that have no place for one have only the overall goal."""
    return source.annual_goal or source.overall_goal


def row_from(row: Indicator, declared: Edition, edition: Edition, position: int) -> EvaluationRow:
    """An unsaved row with everything that is copied; whose it is, the caller says."""
    copied = EvaluationRow(
        row_id=row.row_id,
        position=position,
        name=row.name,
        target=row.target,
        declared_group=f"{row.level1}/{row.level2}" if row.level2 else row.level1,
    )
    group = map_group(row.level1, row.level2 or None, declared, edition, name=row.name)
    copied.level1, copied.level2 = (group[0], group[1] or "") if group else (row.level1, row.level2)
    copied.is_unplaced = (copied.level1, copied.level2 or None) not in edition.groups
    if declared.has_weights:
        set_points(copied, "weight", row.weight_typed)
    return copied


def count_findings(evaluation: Evaluation, rows: Sequence[EvaluationRow]) -> None:
    """The kept columns of a form that is not saved yet, so that it is written once."""
    from evaluations.checking import check, columns_of

    checked = check(evaluation, document_of(evaluation, rows), is_new=True)
    for name, value in columns_of(checked, checked.findings).items():
        setattr(evaluation, name, value)


@dataclass
class Changes:
    """Row ids by what became of them."""

    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)  # old and new, by path


def fetch(evaluation: Evaluation, source: Declaration) -> Changes:
    """Bring the copied columns up to date with ``source``; typed ones are not touched. The caller holds the form."""
    changes = Changes()
    points_are_fixed = are_points_fixed(source.edition, evaluation.edition)
    ours = {row.row_id: row for row in EvaluationRow.objects.filter(evaluation=evaluation)}
    last = EvaluationRow.objects.filter(evaluation=evaluation).aggregate(last=Max("position"))["last"] or 0
    written, added = [], []
    for position, row in enumerate(source.indicators.all(), 1):
        copied = row_from(row, source.edition, evaluation.edition, position)
        mine = ours.pop(row.row_id, None)
        if mine is None:
            copied.evaluation = evaluation
            added.append(copied)
            changes.new.append(row.row_id)
        else:
            was = mine.target
            if _bring_up(mine, copied, evaluation.edition, are_points_fixed=points_are_fixed):
                changes.changed.append(row.row_id)
            if mine.target != was:
                changes.targets[f"indicators.{row.row_id}.target"] = (was, mine.target)
            mine.position = position
            written.append(mine)
    for number, gone in enumerate(ours.values(), 1):
        if not gone.is_vanished:
            changes.vanished.append(gone.row_id)
        gone.is_vanished, gone.position = True, last + len(added) + number
        written.append(gone)
    EvaluationRow.objects.bulk_update(
        written, [*_COPIED, "position", "former_target", "is_vanished"], batch_size=100
    )
    EvaluationRow.objects.bulk_create(added)
    _bring_up_head(evaluation, source)
    return changes


def _bring_up(mine: EvaluationRow, copied: EvaluationRow, edition: Edition, *, are_points_fixed: bool) -> bool:
    """Take over what was approved; True where it says something else than before.

    A group somebody chose stays, and points where the unit gives them.
    """
    if copied.is_unplaced and (mine.level1, mine.level2 or None) in edition.groups:
        copied.level1, copied.level2 = mine.level1, mine.level2
    if not are_points_fixed and mine.weight_typed:
        copied.weight_typed, copied.weight = mine.weight_typed, mine.weight
    before = [getattr(mine, name) for name in (*_COPIED, "is_vanished")]
    if mine.target != copied.target:
        mine.former_target = mine.target
    for name in _COPIED:
        setattr(mine, name, getattr(copied, name))
    mine.is_vanished = False
    return before != [getattr(mine, name) for name in (*_COPIED, "is_vanished")]


def _bring_up_head(evaluation: Evaluation, source: Declaration) -> None:
    """The goal too, unless somebody has rewritten it; the adjusted budget is for the unit to say."""
    before = evaluation.declaration
    columns = {"declaration", "targets_copied_at", "weights_copied"}
    if before is not None and evaluation.annual_goal == goal_of(before):
        evaluation.annual_goal = goal_of(source) if "annual_goal" in evaluation.edition.fields else ""
        columns.add("annual_goal")
    _point_to(evaluation, source)
    Evaluation.objects.filter(pk=evaluation.pk).update(**{name: getattr(evaluation, name) for name in columns})


def _point_to(evaluation: Evaluation, source: Declaration) -> None:
    evaluation.declaration = source
    evaluation.targets_copied_at = timezone.now()
    evaluation.weights_copied = are_points_fixed(source.edition, evaluation.edition)


def _is_recurring(source: Declaration) -> bool | None:
    """What the category chosen in the declaration means; None where it says nothing."""
    choices = source.edition.choices("project_category")
    return next((choice.recurring for choice in choices if choice.label == source.project_category), None)
