"""Everything the review page shows, brought together once: the submitted form, what is said of it, what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from declarations import permissions
from declarations.appraising.telling import appraisal_link
from declarations.checkup import check, history_of
from declarations.models import Declaration
from declarations.review import returning
from declarations.review.comparing import Comparison, compare
from declarations.review.earlier import Earlier, Submitted, submitted
from declarations.review.margin import Margin, Sources, margin_of
from declarations.review.money import money_line
from declarations.review.suggesting import shown
from declarations.speaking import document_of
from declarations.workflow import APPROVE, PASS, RETURN, TRANSITIONS
from perfgoals.accounts.models import Role, User
from perfgoals.filling.reasons import answered
from perfgoals.reviewing import history
from perfgoals.reviewing.commenting import Board
from perfgoals.reviewing.inbox import has_inbox
from perfgoals.reviewing.models import ReturnNote, ReturnRound, Suggestion
from perfgoals.reviewing.returning import last_round
from perfgoals.workflow import EDITABLE, Transition, available

NOTHING = "none"  # ``?compare=none``: the form without any comparison drawn in it
READERS = frozenset({Role.UNIT_REVIEWER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN})


def whole(forms: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """``forms`` with all that the page reads of them."""
    return forms.select_related(
        "project", "organization__parent", "campaign", "submitted_by", "adjusts"
    ).prefetch_related("indicators", "sub_projects")


def submitted_form(declaration: Declaration) -> Submitted | None:
    """What reviewers judge. A form in review without a frozen revision (brought in from elsewhere) speaks for itself."""
    found = submitted(declaration)
    if found is not None or declaration.state in EDITABLE:
        return found
    return Submitted(None, document_of(declaration), 1, ())


def compared(declaration: Declaration, form: Submitted, earlier: Earlier) -> Comparison:
    return compare(
        earlier.document,
        form.document,
        earlier.edition,
        declaration.edition,
        same_form=earlier.key in ("draft", "force"),
    )


def nav_of(user: User) -> str:
    """Which link of the main navigation these pages stand under."""
    return "inbox" if has_inbox(user) else "list"


@dataclass
class ReviewPage:
    """The page of one form for one person. ``typed`` is what a refused post said, shown instead of what is kept."""

    declaration: Declaration
    form: Submitted
    user: User
    board: Board
    wanted: str = ""  # what to compare with
    typed: Mapping[str, ReturnNote] | None = None

    @cached_property
    def is_mine(self) -> bool:
        """It is this person's turn."""
        return permissions.may_review(self.user, self.declaration)

    @cached_property
    def base(self) -> Earlier | None:
        """What is drawn inside the form: what was asked for, else the submission before, else last year's form."""
        if self.wanted == NOTHING:
            return None
        return self.form.find(self.wanted) or next(iter(self.form.earlier), None)

    @cached_property
    def comparison(self) -> Comparison | None:
        return compared(self.declaration, self.form, self.base) if self.base else None

    @cached_property
    def round(self) -> ReturnRound | None:
        """The return that this submission answers."""
        latest = last_round(self.declaration)
        return latest if latest is not None and latest.answered_at is not None else None

    @cached_property
    def notes(self) -> Mapping[str, ReturnNote]:
        kept = returning.notes_of(self.declaration, self.user) if self.is_mine else {}
        return kept | dict(self.typed or {})

    @property
    def listed(self) -> list[str]:
        return [path for path, note in self.notes.items() if note.is_listed]

    @property
    def listed_words(self) -> str:
        return returning.said(self.declaration, self.form.document, self.listed)

    @cached_property
    def margin(self) -> Margin:
        declaration, document = self.declaration, self.form.document
        history = history_of(declaration)
        findings = check(document, declaration.edition, history)
        draft = self.form.find("draft")
        waiting = Suggestion.objects.of(declaration).filter(answer="").select_related("proposed_by")
        asked = self.round.places.all() if self.round is not None else ()
        sources = Sources(
            declaration=declaration,
            document=document,
            findings=findings,
            reasons=answered(declaration, findings),
            board=self.board,
            notes=self.notes,
            suggestions=shown(declaration, list(waiting)),
            asked={place.path: place.note for place in asked},
            comparison=self.comparison,
            since=compared(declaration, self.form, draft) if draft and asked else None,
            money=money_line(document, declaration.edition, self.form.last_year, history.siblings),
            last_year=self.form.last_year,
        )
        return margin_of(sources, revision=f"第 {self.form.number} 稿")

    @property
    def steps(self) -> list[Transition]:
        """通过 or 批复, where it is this person's turn."""
        return [step for step in available(TRANSITIONS, self.declaration, self.user) if step in (PASS, APPROVE)]

    @property
    def may_return(self) -> bool:
        return RETURN in available(TRANSITIONS, self.declaration, self.user)

    @property
    def days_waiting(self) -> int:
        at = self.declaration.submitted_at
        return (timezone.localdate() - timezone.localdate(at)).days if at else 0

    @property
    def next_words(self) -> str:
        """The sentence after “下一步：”."""
        if not self.is_mine:
            return "这张表现在不轮到您办，只供查看。"
        count = len(self.margin.cards)
        verb = "批复" if self.steps and self.steps[0] is APPROVE else "通过"
        see = f"看完 {count} 处旁注，" if count else "体检没有疑问。看完正式表，"
        return f"{see}决定{verb}，或勾选要改的地方退回。单位只能改您列出的部分。"

    def context(self) -> dict[str, Any]:
        declaration = self.declaration
        return {
            "nav": nav_of(self.user),
            "declaration": declaration,
            "page": self,
            "margin": self.margin,
            "board": self.board,
            "changes": history.changes_of(declaration, sent_only=True),
            "appraisal": appraisal_link(declaration, self.user),
            "money": self.form.document.text("budget.current_year"),
            "open_remarks": len(self.board.open),
        }
