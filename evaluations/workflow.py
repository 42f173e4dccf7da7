"""The arrows of an evaluation, as data: the table is the state diagram. The last step is 确认, not 批复."""

from evaluations.models import Evaluation
from perfgoals.accounts.models import User
from perfgoals.findings import Finding
from perfgoals.notices.models import NoticeKind
from perfgoals.reviewing.arrows import Last, arrows
from perfgoals.workflow import State


def _blocking(evaluation: Evaluation) -> list[Finding]:
    """错误, and 疑问 without a written reason."""
    from evaluations.checking import blocking_findings

    return blocking_findings(evaluation)


def _keep_what_is_sent(evaluation: Evaluation, actor: User) -> None:
    """Counts for lists, and the score with all it was computed from.

    Before the state changes, in the same transaction: whoever saves in between makes the version stale and the act fail.
    """
    from evaluations.checking import keep, keep_score

    keep(Evaluation.objects.get(pk=evaluation.pk))
    keep_score(evaluation)


ARROWS = arrows(
    Last(
        action="confirm",
        label="确认",
        target=State.CONFIRMED,
        notice=NoticeKind.CONFIRMED,
        says=lambda evaluation: "已确认，得分和等级定下来了。",
        prepare=_keep_what_is_sent,
    ),
    blocking=_blocking,
    before_sending=_keep_what_is_sent,
)
SUBMIT, RECALL, PASS, RETURN, CONFIRM = TRANSITIONS = tuple(ARROWS)
