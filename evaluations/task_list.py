"""The task list of one self-evaluation: its sections, the score so far, what came back, what happened."""

from typing import Any

from evaluations.models import Evaluation
from evaluations.next_step import next_step
from evaluations.permissions import may_see_points, may_see_rows
from evaluations.scorecard import score_card
from evaluations.scoring import score
from evaluations.timeline import timeline_of
from perfgoals.accounts.models import User
from perfgoals.filling.recall_pages import taking_back
from perfgoals.filling.task_list import sections_page


def task_list(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """Everything the task list shows beside the evaluation itself."""
    document = evaluation.document()
    page = sections_page(evaluation, document, user)
    sees_rows = may_see_rows(user, evaluation)
    card = score_card(document, score(document, evaluation.edition)) if sees_rows else None
    is_judged = card is not None and card.is_reviewed and may_see_points(user, evaluation)
    return {
        "page": page,
        "next": next_step(evaluation, page.still_open, user, page.progress, page.returned),
        "steps": timeline_of(evaluation),
        "returned": page.returned,
        "unsent": page.unsent,
        "may_edit": page.may_edit,
        "card": card,
        "judged": card.reviewed_words if card and is_judged else "",
        "files": evaluation.evidence.count() if sees_rows else 0,
        "is_outdated": page.may_edit and any(one.code == "targets_outdated" for one in page.findings),
        "may_fetch": page.may_edit and not evaluation.stands_alone,
        "taking_back": taking_back(evaluation, user),
    }
