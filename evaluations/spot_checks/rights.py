"""Who may draw, look, recheck and open again. One predicate per right; scope is ``SpotCheck.objects.visible_to``."""

from collections.abc import Iterable, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from evaluations.models import Evaluation
from evaluations.spot_checks.models import BUREAU, SpotCase, SpotCheck, Stage
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.models import Campaign, CampaignKind

# Acts of the trail by which somebody has answered for a form.
ANSWERED_FOR = ("submit", "pass", "confirm")


def may_look(user: User) -> bool:
    """Spot checks are the bureau's: its reviewers and who runs the campaigns."""
    return user.role in BUREAU and user.organization is not None


def may_draw(user: User, campaign: Campaign) -> bool:
    """Archived campaigns too: forms are rechecked after their season."""
    return (
        may_look(user)
        and user.organization.region_id == campaign.region_id
        and campaign.kind == CampaignKind.EVALUATION
    )


def may_assign(user: User, check: SpotCheck) -> bool:
    return may_draw(user, check.campaign)


def may_recheck(user: User, case: SpotCase) -> bool:
    """The one it was assigned to, as long as they still belong to the bureau."""
    return case.rechecker_id == user.pk and may_draw(user, case.check_of.campaign)


def may_write(user: User, case: SpotCase) -> bool:
    return case.stage != Stage.DONE and may_recheck(user, case)


def may_reopen(user: User, case: SpotCase) -> bool:
    return (
        case.stage == Stage.DONE and user.role == Role.BUSINESS_ADMIN and may_draw(user, case.check_of.campaign)
    )


def recheckers(check: SpotCheck) -> QuerySet[User]:
    """Everybody who may be asked to recheck at all; for a single form see ``refusal``."""
    return User.objects.filter(
        role__in=BUREAU, is_active=True, organization__region=check.campaign.region_id
    ).select_related("organization")


def who_answered(evaluations: Iterable[int]) -> Mapping[int, set[int]]:
    """By evaluation: the people who sent, passed or confirmed it. One query."""
    kind = ContentType.objects.get_for_model(Evaluation)
    found: dict[int, set[int]] = {}
    acts = AuditRecord.objects.filter(
        content_type=kind, object_id__in=list(evaluations), action__in=ANSWERED_FOR, actor__isnull=False
    )
    for form, person in acts.order_by().values_list("object_id", "actor"):
        if form is not None and person is not None:
            found.setdefault(form, set()).add(person)
    return found


def refusal(person: User, case: SpotCase, answered: Mapping[int, set[int]]) -> str:
    """Why this person may not recheck this form, "" where they may. ``answered`` is of ``who_answered``."""
    if not may_draw(person, case.check_of.campaign) or not person.is_active:
        return "账号已停用，或者已不是财政部门的审核人"
    if person.organization_id == case.evaluation.organization_id:
        return "是被查单位的人"
    if person.pk in answered.get(case.evaluation_id, ()):
        return "送审、审核或确认过这张表"
    return ""
