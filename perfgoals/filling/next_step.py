"""What comes next for the person who fills in a form, in plain words (design 11: a next step on every page).

One set of sentences serves all kinds and all pages. ``next_for_filler`` reads the findings, ``next_from_counts`` only
what stands in the row, so that a list costs nothing more. What onlookers are told is a matter of the kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfgoals.filling.addresses import page_url, place_url, step_url
from perfgoals.filling.filing import FilledFiling
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


def next_for_filler(
    filing: FilledFiling,
    findings: Sequence[Finding],
    sections: Sequence[SectionProgress] = (),
    returned: Returned | None = None,
    *,
    start: NextStep | None = None,
) -> NextStep:
    """For somebody who may edit the form. ``findings`` are those still open: answered 疑问 are not among them.

    ``start`` is said of a form that nobody has begun, where the kind has something better to begin with.
    """
    unfilled = [section for section in sections if section.filling == Filling.EMPTY]
    if sections and sections[0].filling != Filling.FILLED and len(unfilled) >= len(sections) - 1:
        return start or begin(filing)  # the name given when it was opened does not make the first section done
    if unfilled:
        return _go_on(filing, unfilled)
    errors = [finding for finding in findings if finding.level is Level.ERROR]
    doubts = [finding for finding in findings if finding.level is Level.DOUBT]
    first = next(iter(errors or doubts), None)
    place = place_url(filing, first.path) if first else ""
    if returned is not None and (asked := returned.next_place):
        return _answer(returned, asked, len(errors), len(doubts))
    opening = returned.words if returned is not None else ""
    return _mend(filing, len(errors), len(doubts), place, opening)


def next_from_counts(filing: FilledFiling, errors: int, doubts: int, places: str = "") -> NextStep:
    """The same from stored counts: no query, no check-up. ``places`` says which sections came back."""
    step = _mend(filing, errors, doubts, page_url(filing, "check"))
    if places and filing.state == State.RETURNED:
        return replace(
            step, text=f"退回修改：{places}。", label="去改", url=page_url(filing, "tasks"), short=places
        )
    return step


def begin(filing: FilledFiling) -> NextStep:
    """Nothing has been filled in yet."""
    first = filing.edition.sections[0]
    url = step_url(filing, first.key)
    return NextStep(f"从“{first.title}”填起，随时可以停下，写的内容会自动保存。", "开始填写", url, "开始填写")


def _go_on(filing: FilledFiling, unfilled: list[SectionProgress]) -> NextStep:
    first = unfilled[0]
    text = f"还有 {len(unfilled)} 节没有填，先填第 {first.number} 节“{first.section.title}”。"
    return NextStep(text, f"去填第 {first.number} 节", step_url(filing, first.section.key), "接着填")


def _answer(returned: Returned, asked: Named, errors: int, doubts: int) -> NextStep:
    """“退回修改：请改第 3 节。” in the reviewer's order of the form (F134)."""
    number = next(n for n, s in enumerate(returned.edition.sections, 1) if s.key == asked.section)
    found = [f"{errors} 处错误要改正"] if errors else []
    found += [f"{doubts} 处疑问要改好或写明理由"] if doubts else []
    also = f"体检另有 {'、'.join(found)}。" if found else ""
    text = f"{returned.words}{also}改好后重新送审。"
    return NextStep(text, f"去改第 {number} 节", asked.url, f"改第 {number} 节", "red" if errors else "")


def _mend(filing: FilledFiling, errors: int, doubts: int, place: str, opening: str = "") -> NextStep:
    again = "重新送审" if filing.state == State.RETURNED else "送审"
    if filing.state == State.RETURNED and not opening:
        opening = "照退回意见改好；"
    if errors:
        also = f"；{doubts} 处疑问改好或写明理由" if doubts else ""
        text = f"{opening}改正 {errors} 处错误{also}。之后就能{again}。"
        return NextStep(text, "从第一处开始", place, f"改 {errors} 处错误", "red")
    if doubts:
        text = f"{opening}把 {doubts} 处疑问改好，或写明理由。之后就能{again}。"
        return NextStep(text, "从第一处开始", place, f"写 {doubts} 处理由后{again}")
    text = f"{opening}看一遍正式表，没有要改的就{again}。"
    return NextStep(text, f"检查与{again}", page_url(filing, "check"), again)
