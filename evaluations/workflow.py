"""The arrows of an evaluation, as data: the table is the state diagram. The last step is 确认, not 批复."""

from evaluations.models import Evaluation
from evaluations.outcome import outcome_of
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


def _keep_what_is_decided(evaluation: Evaluation, actor: User) -> None:
    """Beside what is kept of every submission: total and grade by the reviewers' points."""
    _keep_what_is_sent(evaluation, actor)
    _, judged = outcome_of(evaluation)
    Evaluation.objects.filter(pk=evaluation.pk).update(
        reviewed_total=judged.total if judged else None, reviewed_grade=judged.grade if judged else ""
    )


def _says(evaluation: Evaluation) -> str:
    """Words of the notice: with both totals where the reviewers gave points."""
    theirs, judged = outcome_of(evaluation)
    if judged is None:
        return "已确认，得分和等级定下来了。"
    return f"已确认：自评 {theirs.in_words}，审核 {judged.in_words}。哪几行不同、为什么，写在得分卡上。"


def _ask_later_targets(evaluation: Evaluation) -> None:
    from evaluations.carrying import ask_later_targets

    ask_later_targets(evaluation)


ARROWS = arrows(
    Last(
        action="confirm",
        label="确认",
        target=State.CONFIRMED,
        notice=NoticeKind.CONFIRMED,
        says=_says,
        prepare=_keep_what_is_decided,
        settled=_ask_later_targets,  # the reviewers' points are asked about from now on
    ),
    blocking=_blocking,
    before_sending=_keep_what_is_sent,
    sent=_ask_later_targets,
)
SUBMIT, RECALL, PASS, RETURN, CONFIRM = TRANSITIONS = tuple(ARROWS)
