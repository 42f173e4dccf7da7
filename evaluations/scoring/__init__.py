"""Turns results into points (得分): a document and its edition's rule set in, a score sheet out.

Pure: no Django, no database, no clock. ``score`` never raises on a document, however odd: what cannot be computed is an
open row with its reason, and the total then says that it is incomplete.
"""

from evaluations.scoring.inputs import ExecutionInputs, Inputs
from evaluations.scoring.measuring import measure
from evaluations.scoring.rows import Basis, Flag, Settled, settle
from evaluations.scoring.sheet import RowScore, ScoreSheet, Total, make_sheet, replay, same_figures, with_points
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import Edition

__all__ = [
    "Basis",
    "ExecutionInputs",
    "Flag",
    "Inputs",
    "NoRules",
    "RowScore",
    "ScoreSheet",
    "Settled",
    "Total",
    "execution_of",
    "make_sheet",
    "measure",
    "replay",
    "same_figures",
    "score",
    "settle",
    "with_points",
]


class NoRules(ValueError):
    """The form's edition has no rule set: it is not a self-evaluation. The message is Chinese."""


def score(document: EvaluationDocument, edition: Edition) -> ScoreSheet:
    """The score sheet of a form by the rule set of its edition. Raises ``NoRules``."""
    if edition.scoring is None:
        raise NoRules(f"“{edition.title}”不是绩效自评的表式，没有评分口径。")
    satisfaction = _satisfaction(edition)
    rows = (
        (
            (row.row_id, row.level1, row.level2, row.name, row.target, row.actual),
            measure(
                row,
                document.fiscal_year,
                is_satisfaction=(row.level1, None) in satisfaction or (row.level1, row.level2) in satisfaction,
            ),
        )
        for row in document.indicators
    )
    return make_sheet(document.form, edition.scoring, rows, execution_of(document))


def execution_of(document: EvaluationDocument) -> ExecutionInputs:
    """The execution's inputs; an amount that cannot be read counts as missing."""
    return ExecutionInputs(
        executed=document.amount("executed"),
        adjusted=document.amount("current_year"),
        initial=document.amount("initial"),
        is_finished=document.is_finished,
    )


def _satisfaction(edition: Edition) -> frozenset[tuple[str, str | None]]:
    """The groups of the frame that measure satisfaction: whole level-1 groups, or parts of others."""
    whole = {(dimension.name, None) for dimension in edition.frame if dimension.nature == "satisfaction"}
    parts = {
        (dimension.name, category.name)
        for dimension in edition.frame
        for category in dimension.categories
        if category.nature == "satisfaction"
    }
    return frozenset(whole | parts)
