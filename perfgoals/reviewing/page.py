"""What the review page of every kind shows, brought together once: the submitted form, what is said of it, what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone

from perfgoals.accounts.models import Role, User
from perfgoals.filling.filing import FilledFiling
from perfgoals.reviewing import history, return_list
from perfgoals.reviewing.acts import Reviewed
from perfgoals.reviewing.commenting import Board
from perfgoals.reviewing.inbox import SOURCE, has_inbox
from perfgoals.reviewing.margin import Margin
from perfgoals.reviewing.models import ReturnNote, ReturnRound
from perfgoals.reviewing.returning import last_round
from perfgoals.reviewing.rights import may_review
from perfgoals.reviewing.submitted import Submitted
from perfgoals.workflow import Transition, available

NOTHING = "none"  # ``?compare=none``: the form without any comparison drawn in it
READERS = frozenset({Role.UNIT_REVIEWER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN})


def nav_of(user: User, otherwise: str) -> str:
    """Which link of the main navigation these pages stand under."""
    return SOURCE if has_inbox(user) else otherwise


@dataclass
class ReviewPage:
    """The page of one form for one person; a kind derives its own and says at least ``margin``.

    ``typed`` is what a refused post said, shown instead of what is kept.
    """

    kind: ClassVar[Reviewed]
    nav: ClassVar[str]  # the link of those who are no reviewers
    takes_suggestions: ClassVar[bool] = False  # whether a reviewer may propose another wording

    filing: Any
    form: Submitted
    user: User
    board: Board
    wanted: str = ""  # what to compare with
    typed: Mapping[str, ReturnNote] | None = None

    @cached_property
    def is_mine(self) -> bool:
        """It is this person's turn."""
        return may_review(self.user, self.filing)

    @cached_property
    def round(self) -> ReturnRound | None:
        """The return that this submission answers."""
        latest = last_round(self.filing)
        return latest if latest is not None and latest.answered_at is not None else None

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the last return asked for, by place."""
        return {place.path: place.note for place in self.round.places.all()} if self.round is not None else {}

    @cached_property
    def notes(self) -> Mapping[str, ReturnNote]:
        kept = return_list.notes_of(self.filing, self.user) if self.is_mine else {}
        return kept | dict(self.typed or {})

    @property
    def listed(self) -> list[str]:
        return [path for path, note in self.notes.items() if note.is_listed]

    @property
    def listed_words(self) -> str:
        return return_list.said(self.filing, self.form.document, self.listed)

    @cached_property
    def margin(self) -> Margin:
        raise NotImplementedError

    @property
    def steps(self) -> list[Transition]:
        """通过, or the last step, where it is this person's turn."""
        offered = available(self.kind.arrows, self.filing, self.user)
        return [step for step in offered if step in self.kind.arrows.onward]

    @property
    def may_return(self) -> bool:
        return self.kind.arrows.send_back in available(self.kind.arrows, self.filing, self.user)

    @property
    def days_waiting(self) -> int:
        at = self.filing.submitted_at
        return (timezone.localdate() - timezone.localdate(at)).days if at else 0

    @property
    def next_words(self) -> str:
        """The sentence after “下一步：”."""
        if not self.is_mine:
            return "这张表现在不轮到您办，只供查看。"
        count = len(self.margin.cards)
        verb = self.steps[0].label if self.steps else self.kind.arrows.pass_on.label
        see = f"看完 {count} 处旁注，" if count else "体检没有疑问。看完正式表，"
        return f"{see}决定{verb}，或勾选要改的地方退回。单位只能改您列出的部分。"

    def context(self) -> dict[str, Any]:
        return {
            "nav": nav_of(self.user, self.nav),
            "filing": self.filing,
            "page": self,
            "margin": self.margin,
            "board": self.board,
            "changes": history.changes_of(self.filing, sent_only=True),
            "open_remarks": len(self.board.open),
        }


def title_of(filing: FilledFiling) -> str:
    return str(getattr(filing, "project_name", "")) or "未命名项目"
