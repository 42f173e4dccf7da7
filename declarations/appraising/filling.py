"""Filling the review form of a declaration: whose turn it is, on the revision that is being judged.

One form per reviewer and revision. It never changes the workflow state; what its grade leaves open is said beside the
arrows, and 通过 and 批复 refuse a form that the present reviewer has found 中 or 差 (``blocking``).
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet

from declarations.models import Declaration
from declarations.permissions import may_review
from declarations.workflow import SUBMIT
from perfgoals.accounts.models import Role, User
from perfgoals.appraising import keeping
from perfgoals.appraising.keeping import Filled
from perfgoals.appraising.models import Kind, ReviewAnswer, ReviewForm
from perfgoals.appraising.questionnaire import Questionnaire, questionnaire_for
from perfgoals.appraising.sheet import About, Sheet
from perfgoals.documents.models import Revision, latest_revision
from perfgoals.findings import Finding, Level
from perfgoals.workflow import StateConflict, mark_opened

INSIDE_UNIT = (Role.FILER, Role.UNIT_REVIEWER)


def questionnaire_of(declaration: Declaration) -> Questionnaire:
    """The questionnaire in force for this form's place and year."""
    region = declaration.organization.region.code
    return questionnaire_for(region=region, year=declaration.fiscal_year)


def own_form(declaration: Declaration, revision: Revision | None, user: User) -> ReviewForm | None:
    """What this person has written about this revision so far."""
    if revision is None:
        return None
    mine = ReviewForm.objects.of(declaration).filter(kind=Kind.REVIEW, revision=revision, author=user)
    return mine.first()


def new_form(declaration: Declaration, revision: Revision, user: User) -> ReviewForm:
    """An empty one, not yet kept."""
    return ReviewForm(
        filing=declaration,
        revision=revision,
        organization=declaration.organization,
        fiscal_year=declaration.fiscal_year,
        questionnaire_id=questionnaire_of(declaration).id,
        step=declaration.state,
        author=user,
    )


@transaction.atomic
def save(declaration: Declaration, filled: Filled, *, actor: User, version: int, revision: int) -> None:
    """Keep a draft. Raises ``PermissionDenied``, ``StateConflict`` (also where another revision has come)."""
    form = _mine(declaration, actor, revision)
    keeping.save_draft(form, filled, actor=actor, version=version)
    mark_opened(declaration, reviewer=actor)


@transaction.atomic
def hand_in(declaration: Declaration, filled: Filled, *, actor: User, version: int, revision: int) -> Sheet:
    """Hand it in; besides what ``save`` raises, ``Incomplete``."""
    form = _mine(declaration, actor, revision)
    about = about_of(declaration, form.revision)
    sheet = keeping.hand_in(form, filled, actor=actor, version=version, about=about)
    mark_opened(declaration, reviewer=actor)
    return sheet


def _mine(declaration: Declaration, actor: User, number: int) -> ReviewForm:
    if not may_review(actor, declaration):
        raise PermissionDenied
    revision = judged_revision(declaration)
    if revision is None or revision.number != number:
        raise StateConflict
    form = own_form(declaration, revision, actor)
    if form is None:
        return new_form(declaration, revision, actor)
    return form


def about_of(declaration: Declaration, revision: Revision) -> About:
    return About(
        project=revision.declaration().project_name or "未命名项目",
        unit=declaration.organization.name,
        department=declaration.organization.department.name,
        fiscal_year=declaration.fiscal_year,
        revision=revision.number,
        revision_mark=" ".join(revision.fingerprint[at : at + 4] for at in (0, 4, 8)),
    )


def forms_shown(declaration: Declaration, revision: Revision | None, user: User) -> QuerySet[ReviewForm]:
    """The forms that were handed in about this declaration and may be read by ``user``, who may see the declaration.

    The unit reads what was said about it once the step is done: while a reviewer can still decide either way, a grade
    on paper would be taken for the decision. Forms of single panel members are nobody's but the panel's.
    """
    found = ReviewForm.objects.of(declaration).handed_in().exclude(kind=Kind.MEMBER)
    if user.role in INSIDE_UNIT:
        under_way = Q(revision=revision, step=declaration.state) & ~Q(author=user)
        found = found.exclude(under_way)
    return found.select_related("author__organization", "revision").order_by("-submitted_at")


def earlier_answers(declaration: Declaration, revision: Revision, user: User) -> dict[str, ReviewAnswer]:
    """What the same person said about the revision before, by question."""
    before = (
        ReviewForm.objects.of(declaration)
        .handed_in()
        .filter(kind=Kind.REVIEW, author=user, revision__number__lt=revision.number)
        .order_by("-revision__number")
        .first()
    )
    return {one.question: one for one in before.answers.all()} if before else {}


def judged_revision(declaration: Declaration) -> Revision | None:
    """The revision that reviewers judge: the last one that was sent. None before the first 送审."""
    return latest_revision(declaration, reason=SUBMIT.action)


def governing_form(declaration: Declaration) -> ReviewForm | None:
    """The last word about the revision that is being judged: a reviewer's or a panel's. Two queries.

    It is the word of the present step where that step has spoken, and else one that let the form pass an earlier step.
    """
    revision = judged_revision(declaration)
    if revision is None:
        return None
    found = ReviewForm.objects.of(declaration).handed_in().exclude(kind=Kind.MEMBER)
    return found.filter(revision=revision).order_by("-submitted_at", "-pk").first()


def blocking(declaration: Declaration) -> list[Finding]:
    """What keeps a declaration from being passed or approved: a review form that says 中 or 差.

    财预〔2015〕88号 lets 优 and 良 go on to budget arrangement and nothing else.
    """
    form = governing_form(declaration)
    if form is None:
        return []
    grade = form.questionnaire.grade(form.grade)
    if "pass" in grade.offers:
        return []
    message = f"{form.get_kind_display()}评为“{grade.label}”：{grade.effect}不能通过，可以退回。"
    return [Finding("appraised_below", Level.ERROR, "appraisal", message, why=grade.clause)]
