"""What comes next for a declaration, in plain words, for whoever looks at it."""

from collections.abc import Sequence

from declarations import permissions
from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.filling.addresses import page_url
from perfgoals.filling.next_step import REVIEWER_OF, NextStep, begin, next_for_filler, next_from_counts
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import SectionProgress
from perfgoals.filling.returned import Returned
from perfgoals.findings import Finding
from perfgoals.workflow import State


def next_step(
    declaration: Declaration,
    findings: Sequence[Finding],
    user: User,
    sections: Sequence[SectionProgress] = (),
    returned: Returned | None = None,
) -> NextStep:
    """The next step as seen by ``user``. ``findings`` are those still open: answered 疑问 are not among them."""
    if not may_edit(user, declaration):
        return _for_onlookers(declaration, user)
    if declaration.copied_from_id and declaration.version == 1:
        return _begin(declaration)
    return next_for_filler(declaration, findings, sections, returned, start=_begin(declaration))


def next_step_in_list(declaration: Declaration, user: User, places: str = "") -> NextStep:
    """The same from the stored counts: no query, no check-up. ``places`` says which sections came back."""
    if not may_edit(user, declaration):
        return _for_onlookers(declaration, user)
    if declaration.version == 1 and declaration.state == State.DRAFT:
        return _begin(declaration)
    return next_from_counts(declaration, declaration.open_errors, declaration.open_doubts, places)


def _begin(declaration: Declaration) -> NextStep:
    if not declaration.copied_from_id:
        return begin(declaration)
    url = page_url(declaration, "copy")
    return NextStep("逐条看一遍从往年复制来的内容，再往下填。", "去看", url, "看复制来的内容")


def _for_onlookers(declaration: Declaration, user: User) -> NextStep:
    state = State(declaration.state)
    if state in REVIEWER_OF:
        word = REVIEWER_OF[state]
        if permissions.may_review(user, declaration):
            url = page_url(declaration, "review")
            return NextStep("这张表等您审核：看旁注，决定通过或退回。", "去审核", url, "去审核")
        return NextStep(f"等{word}审核。这期间不能改。", short=f"等{word}审核", tone="wait")
    match state:
        case State.APPROVED:
            return NextStep("已批复，随预算执行。", short="随预算执行", tone="done")
        case State.SUPERSEDED:
            return NextStep("目标调整后已有新的一版，这一版只供查看。", short="已有新的一版", tone="done")
        case State.RETURNED:
            return NextStep("填报人正在照退回意见修改。", short="填报人在改", tone="wait")
        case _:
            return NextStep("填报人还在填写，送审以后才到审核。", short="填报人在填", tone="wait")
