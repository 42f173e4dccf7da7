"""What the review page of a declaration shows besides the common: comparisons, suggestions, money beside targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from declarations.appraising.telling import appraisal_link
from declarations.checkup import check, history_of
from declarations.models import Declaration
from declarations.review.comparing import Comparison, compare
from declarations.review.earlier import other_forms
from declarations.review.money import money_line
from declarations.review.suggesting import shown
from declarations.reviewing import REVIEWED
from perfgoals.documents import paper
from perfgoals.documents.bands import Beside, with_beside
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.matching import match_rows
from perfgoals.documents.parts import Paper
from perfgoals.filling.reasons import answered
from perfgoals.reviewing import page
from perfgoals.reviewing.margin import Margin, Sources, margin_of
from perfgoals.reviewing.models import Suggestion
from perfgoals.reviewing.page import NOTHING, READERS
from perfgoals.reviewing.submitted import Earlier, Submitted, submitted

__all__ = ["READERS", "ReviewPage", "compared", "nav_of", "submitted_form", "whole"]

MONEY = "budget.current_year"


def whole(forms: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """``forms`` with all that the page reads of them."""
    return forms.select_related(
        "project", "organization__parent", "campaign", "submitted_by", "adjusts"
    ).prefetch_related("indicators", "sub_projects")


def submitted_form(declaration: Declaration) -> Submitted | None:
    """What reviewers judge."""
    return submitted(declaration, other_forms(declaration))


def compared(declaration: Declaration, form: Submitted, earlier: Earlier) -> Comparison:
    return compare(
        earlier.document,
        form.document,
        earlier.edition,
        declaration.edition,
        same_form=earlier.key in ("draft", "force"),
    )


def nav_of(user: Any) -> str:
    """Which link of the main navigation these pages stand under."""
    return page.nav_of(user, "list")


@dataclass
class ReviewPage(page.ReviewPage):
    """The page of one declaration for one person."""

    kind = REVIEWED
    nav = "list"
    takes_suggestions = True

    @cached_property
    def base(self) -> Earlier | None:
        """What is drawn inside the form: what was asked for, else the submission before, else last year's form."""
        if self.wanted == NOTHING:
            return None
        return self.form.find(self.wanted) or next(iter(self.form.earlier), None)

    @cached_property
    def comparison(self) -> Comparison | None:
        return compared(self.filing, self.form, self.base) if self.base else None

    @cached_property
    def margin(self) -> Margin:
        declaration, document = self.filing, self.form.document
        history = history_of(declaration)
        findings = check(document, declaration.edition, history)
        draft = self.form.find("draft")
        waiting = Suggestion.objects.of(declaration).filter(answer="").select_related("proposed_by")
        money = money_line(document, declaration.edition, self.form.last_year, history.siblings)
        sources = Sources(
            filing=declaration,
            document=document,
            lay_out=self._lay_out,
            findings=findings,
            reasons=answered(declaration, findings),
            board=self.board,
            notes=self.notes,
            suggestions=shown(declaration, list(waiting)),
            takes_suggestions=self.takes_suggestions,
            asked=self.asked,
            comparison=self.comparison,
            since=compared(declaration, self.form, draft) if draft and self.asked else None,
            money=(MONEY, money) if money is not None else None,
        )
        return margin_of(sources, revision=f"第 {self.form.number} 稿")

    def _lay_out(self, tints: Mapping[str, str]) -> Paper:
        """The form on paper, last year's targets beside this year's."""
        sheet = paper.lay_out(self.form.document, self.filing.edition, marks=tints)
        last_year = self.form.last_year
        return with_beside(sheet, _beside(last_year, self.form.document)) if last_year else sheet

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "declaration": self.filing,
            "appraisal": appraisal_link(self.filing, self.user),
            "money": self.form.document.text(MONEY),
        }


def _beside(last_year: Earlier, document: DeclarationDocument) -> Beside:
    """Last year's target of each row."""
    matched = match_rows(last_year.document.indicators, document.indicators)
    texts = {row.row_id: _target(matched.get(row.row_id)) for row in document.indicators}
    return Beside(f"{last_year.short}目标值（不印）", texts)


def _target(row: object) -> str:
    return "上年没有" if row is None else getattr(row, "target", "") or "（空）"
