"""流转 of a self-evaluation."""

from evaluations.models import Evaluation
from evaluations.workflow import ARROWS
from perfgoals.reviewing import timeline
from perfgoals.reviewing.timeline import Step

_OPENED = "从批复的目标建表"
_ACTS = {
    "evaluation_open": _OPENED,
    "evaluation_start": "建表",
    "evaluation_fetch": "重新取批复的目标",
}


def timeline_of(evaluation: Evaluation) -> list[Step]:
    """All steps in order. A form that was opened with its season has no record of its own to begin with."""
    steps = timeline.timeline_of(evaluation, ARROWS, _ACTS)
    if evaluation.targets_copied_at and not any(step.text.endswith(f" {_OPENED}") for step in steps):
        steps.insert(0, Step("done", "随批次建表，取批复的目标", evaluation.targets_copied_at))
    return steps
