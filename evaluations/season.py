"""A whole season of self-evaluations opened in one job (``declarations.following.season``)."""

from declarations.following.season import COLUMNS, Season
from evaluations.opening import SELF_EVALUATION

__all__ = ["COLUMNS", "KINDS", "NAME", "SEASON", "start"]

NAME = "open_evaluations"
SEASON = Season(SELF_EVALUATION, NAME)
start = SEASON.start
KINDS = (SEASON.job_kind(),)
