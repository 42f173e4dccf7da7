"""A whole season of self-evaluations opened in one job (``declarations.following.season``)."""

from declarations.following.season import COLUMNS, Season
from evaluations.opening import SELF_EVALUATION

__all__ = ["COLUMNS", "KINDS", "NAME", "start"]

NAME = "open_evaluations"
_SEASON = Season(SELF_EVALUATION, NAME)
start = _SEASON.start
KINDS = (_SEASON.job_kind(),)
