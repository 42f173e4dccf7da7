"""流转 of a declaration."""

from declarations.models import Declaration
from declarations.workflow import ARROWS
from perfgoals.reviewing import timeline
from perfgoals.reviewing.timeline import Step

_ACTS = {
    "start": "建立草稿",
    "copy": "建立草稿",
    "adjust": "建立草稿（目标调整）",
    "supersede": "批复新的一版，这一版不再有效",
    "restore": "撤销新的一版，这一版恢复有效",
}


def timeline_of(declaration: Declaration) -> list[Step]:
    """All steps in order."""
    return timeline.timeline_of(declaration, ARROWS, _ACTS)
