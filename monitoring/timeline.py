"""流转 of a monitoring report."""

from monitoring.models import MonitoringReport
from monitoring.workflow import ARROWS
from perfgoals.reviewing import timeline
from perfgoals.reviewing.timeline import Step

_OPENED = "从批复的目标建表"
_ACTS = {"monitoring_open": _OPENED, "monitoring_fetch": "重新取批复的目标"}


def timeline_of(report: MonitoringReport) -> list[Step]:
    """All steps in order. A form that was opened with its season has no record of its own to begin with."""
    steps = timeline.timeline_of(report, ARROWS, _ACTS)
    if not any(step.text.endswith(f" {_OPENED}") for step in steps):
        steps.insert(0, Step("done", "随批次建表，取批复的目标", report.targets_copied_at))
    return steps
