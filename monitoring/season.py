"""A whole season of monitoring reports opened in one job (``declarations.following.season``)."""

from declarations.following.season import Season
from monitoring.opening import MONITORED

NAME = "open_monitoring"
SEASON = Season(MONITORED, NAME)
KINDS = (SEASON.job_kind(),)
