"""What comes next for a self-evaluation, in plain words, for whoever looks at it."""

from collections.abc import Sequence

from evaluations.models import Evaluation
from perfgoals.accounts.models import User
from perfgoals.filling.addresses import page_url
from perfgoals.filling.next_step import REVIEWER_OF, NextStep, begin, next_for_filler, next_from_counts
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import SectionProgress
from perfgoals.filling.returned import Returned
from perfgoals.findings import Finding
from perfgoals.reviewing.rights import may_review
from perfgoals.workflow import State


def next_step(
    evaluation: Evaluation,
    findings: Sequence[Finding],
    user: User,
    sections: Sequence[SectionProgress] = (),
    returned: Returned | None = None,
) -> NextStep:
    """The next step as seen by ``user``. ``findings`` are those still open: answered 疑问 are not among them."""
    if not may_edit(user, evaluation):
        return _for_onlookers(evaluation, user)
    return next_for_filler(evaluation, findings, sections, returned)


def next_step_in_list(evaluation: Evaluation, user: User, places: str = "") -> NextStep:
    """The same from the stored counts: no query, no check-up. ``places`` says which sections came back."""
    if not may_edit(user, evaluation):
        return _for_onlookers(evaluation, user)
    if evaluation.version == 1 and evaluation.state == State.DRAFT:
        return begin(evaluation)
    return next_from_counts(evaluation, evaluation.open_errors, evaluation.open_doubts, places)


def _for_onlookers(evaluation: Evaluation, user: User) -> NextStep:
    state = State(evaluation.state)
    if state in REVIEWER_OF:
        if may_review(user, evaluation):
            url = page_url(evaluation, "review")
            return NextStep("这张自评表等您审核：看得分和疑问，决定通过或退回。", "去审核", url, "去审核")
        return NextStep(
            f"等{REVIEWER_OF[state]}审核。这期间不能改。", short=f"等{REVIEWER_OF[state]}审核", tone="wait"
        )
    match state:
        case State.CONFIRMED:
            return NextStep("已确认，得分和等级定下来了。", short="已确认", tone="done")
        case State.RETURNED:
            return NextStep("填报人正在照退回意见修改。", short="填报人在改", tone="wait")
        case _:
            return NextStep("填报人还在填写，送审以后才到审核。", short="填报人在填", tone="wait")
