"""What other pages say about the review forms of a declaration.

``appraisal_link`` is the context of ``declarations/includes/appraisal_link.html``: a page that shows a declaration calls
it and includes the template with ``appraisal=…``::

    context["appraisal"] = appraisal_link(declaration, request.user)
    {% include "declarations/includes/appraisal_link.html" %}
"""

from dataclasses import dataclass

from django.urls import reverse

from declarations.appraising.filling import forms_shown, judged_revision, own_form
from declarations.models import Declaration
from declarations.permissions import may_review
from perfgoals.accounts.models import User
from perfgoals.appraising.models import ReviewForm
from perfgoals.appraising.questionnaire import Grade
from perfgoals.workflow import IN_REVIEW


@dataclass(frozen=True, slots=True)
class AppraisalLink:
    """What the review form says so far, and where it is; ``is_empty`` where there is nothing to say or do."""

    url: str
    latest: ReviewForm | None  # handed in, about the revision that stands now
    grade: Grade | None
    may_fill: bool
    is_started: bool  # the person's own draft
    is_handed_in: bool  # the person's own form
    older: int  # forms about earlier revisions

    @property
    def is_empty(self) -> bool:
        return not (self.latest or self.may_fill or self.older)

    @property
    def latest_grade(self) -> Grade | None:
        """The grade of ``latest``, whether or not it still decides anything."""
        return self.latest.questionnaire.grade(self.latest.grade) if self.latest else None

    @property
    def blocks(self) -> bool:
        """通过 and 批复 will be refused."""
        return self.grade is not None and "pass" not in self.grade.offers


def appraisal_link(declaration: Declaration, user: User) -> AppraisalLink:
    """For a declaration that ``user`` may see. Three queries at most."""
    revision = judged_revision(declaration)
    shown = list(forms_shown(declaration, revision, user))
    about_this = [form for form in shown if revision is not None and form.revision_id == revision.pk]
    here = [form for form in about_this if form.step == declaration.state] or about_this
    latest = here[0] if here else None
    may_fill = revision is not None and may_review(user, declaration)
    mine = own_form(declaration, revision, user) if may_fill else None
    in_review = declaration.state in IN_REVIEW
    return AppraisalLink(
        url=reverse("declarations:appraisal", args=[declaration.pk]),
        latest=latest,
        grade=latest.questionnaire.grade(latest.grade)
        if latest and in_review and latest.step == declaration.state
        else None,
        may_fill=may_fill,
        is_started=mine is not None and not mine.is_handed_in,
        is_handed_in=mine is not None and mine.is_handed_in,
        older=len(shown) - len(about_this),
    )
