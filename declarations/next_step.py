"""What comes next for a form, in plain words, for whoever looks at it (design 11: a next step on every page).

One set of sentences serves all pages. ``next_step`` reads the findings, ``next_step_in_list`` only the counts that
stand in the row, so that a list costs nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from declarations import permissions
from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.filling.addresses import place_url, step_url
from perfgoals.filling.permissions import may_edit
from perfgoals.filling.progress import Filling, SectionProgress
from perfgoals.filling.returned import Named, Returned
from perfgoals.findings import Finding, Level
from perfgoals.workflow import State

REVIEWER_OF = {
    State.UNIT_REVIEW: "单位审核人",
    State.DEPARTMENT_REVIEW: "主管部门审核人",
    State.FINANCE_REVIEW: "财政审核人",
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """``text`` follows “下一步：”; ``label`` and ``url`` are its link, empty where there is nothing to press."""

    text: str
    label: str = ""
    url: str = ""
    short: str = ""  # for a row of the list: a button's label, or a quiet remark where ``url`` is empty
    tone: str = ""  # modifier of pg-next: red, wait, done
    about: int | None = None  # key of the form that a sentence over a list names

    @property
    def is_mine(self) -> bool:
        """There is something to do for the person who asked."""
        return bool(self.url)


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
    if _is_untouched_copy(declaration):
        return _begin(declaration)
    unfilled = [section for section in sections if section.filling == Filling.EMPTY]
    if sections and sections[0].filling != Filling.FILLED and len(unfilled) >= len(sections) - 1:
        return _begin(declaration)  # the name given when it was opened does not make the first section done
    if unfilled:
        return _go_on(declaration, unfilled)
    errors = [finding for finding in findings if finding.level is Level.ERROR]
    doubts = [finding for finding in findings if finding.level is Level.DOUBT]
    first = next(iter(errors or doubts), None)
    place = place_url(declaration, first.path) if first else ""
    if returned is not None and (asked := returned.next_place):
        return _answer(returned, asked, len(errors), len(doubts))
    opening = returned.words if returned is not None else ""
    return _mend(declaration, len(errors), len(doubts), place, opening)


def next_step_in_list(declaration: Declaration, user: User, places: str = "") -> NextStep:
    """The same from the stored counts: no query, no check-up. ``places`` says which sections came back."""
    if not may_edit(user, declaration):
        return _for_onlookers(declaration, user)
    if declaration.version == 1 and declaration.state == State.DRAFT:
        return _begin(declaration)
    check = reverse("declarations:check", args=[declaration.pk])
    step = _mend(declaration, declaration.open_errors, declaration.open_doubts, check)
    if places and declaration.state == State.RETURNED:
        tasks = reverse("declarations:tasks", args=[declaration.pk])
        return replace(step, text=f"退回修改：{places}。", label="去改", url=tasks, short=places)
    return step


def _is_untouched_copy(declaration: Declaration) -> bool:
    return bool(declaration.copied_from_id) and declaration.version == 1


def _begin(declaration: Declaration) -> NextStep:
    if declaration.copied_from_id:
        url = reverse("declarations:copy", args=[declaration.pk])
        return NextStep("逐条看一遍从往年复制来的内容，再往下填。", "去看", url, "看复制来的内容")
    first = declaration.edition.sections[0]
    url = step_url(declaration, first.key)
    return NextStep(f"从“{first.title}”填起，随时可以停下，写的内容会自动保存。", "开始填写", url, "开始填写")


def _go_on(declaration: Declaration, unfilled: list[SectionProgress]) -> NextStep:
    first = unfilled[0]
    text = f"还有 {len(unfilled)} 节没有填，先填第 {first.number} 节“{first.section.title}”。"
    return NextStep(text, f"去填第 {first.number} 节", step_url(declaration, first.section.key), "接着填")


def _answer(returned: Returned, asked: Named, errors: int, doubts: int) -> NextStep:
    """“退回修改：请改第 3 节。” in the reviewer's order of the form (F134)."""
    number = next(n for n, s in enumerate(returned.edition.sections, 1) if s.key == asked.section)
    found = [f"{errors} 处错误要改正"] if errors else []
    found += [f"{doubts} 处疑问要改好或写明理由"] if doubts else []
    also = f"体检另有 {'、'.join(found)}。" if found else ""
    text = f"{returned.words}{also}改好后重新送审。"
    return NextStep(text, f"去改第 {number} 节", asked.url, f"改第 {number} 节", "red" if errors else "")


def _mend(declaration: Declaration, errors: int, doubts: int, place: str, opening: str = "") -> NextStep:
    again = "重新送审" if declaration.state == State.RETURNED else "送审"
    if declaration.state == State.RETURNED and not opening:
        opening = "照退回意见改好；"
    if errors:
        also = f"；{doubts} 处疑问改好或写明理由" if doubts else ""
        text = f"{opening}改正 {errors} 处错误{also}。之后就能{again}。"
        return NextStep(text, "从第一处开始", place, f"改 {errors} 处错误", "red")
    if doubts:
        text = f"{opening}把 {doubts} 处疑问改好，或写明理由。之后就能{again}。"
        return NextStep(text, "从第一处开始", place, f"写 {doubts} 处理由后{again}")
    text = f"{opening}看一遍正式表，没有要改的就{again}。"
    return NextStep(text, f"检查与{again}", reverse("declarations:check", args=[declaration.pk]), again)


def _for_onlookers(declaration: Declaration, user: User) -> NextStep:
    state = State(declaration.state)
    if state in REVIEWER_OF:
        word = REVIEWER_OF[state]
        if permissions.may_review(user, declaration):
            url = reverse("declarations:review", args=[declaration.pk])
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
