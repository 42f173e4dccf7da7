"""The acts of a report's reviewers (docs/decisions/0025)."""

from functools import partial

from monitoring.workflow import ARROWS
from perfgoals.reviewing import acts
from perfgoals.reviewing.acts import Reviewed

REVIEWED = Reviewed(ARROWS)
send_back = partial(acts.send_back, ARROWS.send_back)
undo = partial(acts.undo, REVIEWED)
