"""会审: opening a panel, stating interests, filling alone, closing. ``settling`` is what the chair does then.

A panel never changes the state of a filing: its settled form is one more review form. Members read the form before
them through ``may_read`` and nothing else; what they may see besides stays what it was (docs/decisions).
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from perfgoals.accounts.models import Role, User
from perfgoals.appraising import keeping
from perfgoals.appraising.keeping import Filled
from perfgoals.appraising.models import (
    JUDGES,
    InterestStatement,
    Kind,
    Panel,
    PanelCase,
    PanelMember,
    ReviewForm,
)
from perfgoals.appraising.questionnaire import Questionnaire
from perfgoals.appraising.sheet import About
from perfgoals.audit.trail import record
from perfgoals.documents.models import Revision
from perfgoals.workflow import IN_REVIEW, Filing, StateConflict

LEAST_MEMBERS = 2
SENT = "submit"  # the revision that reviewers judge is the one that was sent


def may_organize(user: User) -> bool:
    """财政审核人 organize panels: 会审 is the bureau's (domain 8.1)."""
    return user.role == Role.FINANCE_REVIEWER and user.organization_id is not None


def visible_panels(user: User) -> QuerySet[Panel]:
    """Panels of one's region for the bureau and the 业务管理员; for everybody else those one sits on."""
    if user.role in (Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN):
        seated = Q(members__user=user) if user.role in JUDGES else Q()
        return Panel.objects.filter(Q(region=user.organization.region_id) | seated).distinct()
    return Panel.objects.filter(members__user=user) if user.role in JUDGES else Panel.objects.none()


def visible_cases(user: User) -> QuerySet[PanelCase]:
    return PanelCase.objects.filter(panel__in=visible_panels(user))


def candidates(user: User) -> QuerySet[User]:
    """Who may be asked to sit: the active reviewers of the organizer's region."""
    found = User.objects.filter(
        role__in=JUDGES, is_active=True, organization__region=user.organization.region_id
    )
    return found.select_related("organization").order_by("organization__code", "role", "username")


def may_sit(user: User, filing: Filing) -> bool:
    """Nobody judges a form of their own unit, nor one they sent."""
    return (
        user.role in JUDGES
        and user.is_active
        and user.organization_id != filing.organization_id
        and user.pk != filing.submitted_by_id
    )


@transaction.atomic
def open_panel(
    *,
    actor: User,
    name: str,
    meets_on: datetime.date,
    questionnaire: Questionnaire,
    mode: str,
    before: Sequence[tuple[Filing, Revision]],
    members: Sequence[User],
    chair: User,
) -> Panel:
    """A new panel on the given revisions. Raises ``PermissionDenied`` or ``ValidationError`` by field, in Chinese."""
    if not may_organize(actor):
        raise PermissionDenied
    wrong = _wrong(name, meets_on, before, members, chair)
    if wrong:
        raise ValidationError(wrong)
    panel = Panel.objects.create(
        name=name.strip(),
        region=actor.organization.region,
        questionnaire_id=questionnaire.id,
        mode=mode,
        meets_on=meets_on,
        opened_by=actor,
    )
    PanelMember.objects.bulk_create(PanelMember(panel=panel, user=user) for user in members)
    for filing, revision in before:
        PanelCase.objects.create(
            panel=panel, filing=filing, revision=revision, organization=filing.organization, chair=chair
        )
    record(
        actor=actor,
        action="panel_open",
        subject=panel,
        changes={"forms": len(before), "members": len(members), "chair": chair.name},
    )
    return panel


def _wrong(
    name: str,
    meets_on: datetime.date,
    before: Sequence[tuple[Filing, Revision]],
    members: Sequence[User],
    chair: User,
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = "给这次会审起个名字，成员看得懂是审什么。"
    if meets_on < timezone.localdate():
        wrong["meets_on"] = "会审日期已经过了。成员要在这一天以前填完。"
    if not before:
        wrong["forms"] = "至少选一张待财政审核的表。"
    elif any(filing.state not in IN_REVIEW for filing, _ in before):
        wrong["forms"] = "选的表里有不在审核中的，请重新选。"
    if len(members) < LEAST_MEMBERS:
        wrong["members"] = f"会审至少要 {LEAST_MEMBERS} 个成员。"
    elif chair not in members:
        wrong["chair"] = "组长要在成员里选。"
    own = [
        f"{user.name}（{filing.organization.name}的表）"
        for filing, _ in before
        for user in members
        if not may_sit(user, filing)
    ]
    if own:
        wrong["members"] = f"不能审自己单位的表，也不能审自己送审的表：{'、'.join(own)}。"
    return wrong


@dataclass(frozen=True, slots=True)
class Seat:
    """One member before one case: what they stated, and their own form."""

    member: PanelMember
    statement: InterestStatement | None
    form: ReviewForm | None

    @property
    def is_out(self) -> bool:
        return self.statement is not None and self.statement.has_conflict

    @property
    def is_in(self) -> bool:
        """The form was handed in."""
        return self.form is not None and self.form.is_handed_in

    @property
    def is_pending(self) -> bool:
        return not self.is_out and not self.is_in


def seats(case: PanelCase) -> list[Seat]:
    """Everybody on the panel, in three queries."""
    statements = {one.member_id: one for one in case.statements.all()}
    forms = {one.author_id: one for one in case.forms.filter(kind=Kind.MEMBER)}
    members = case.panel.members.select_related("user__organization")
    return [Seat(one, statements.get(one.pk), forms.get(one.user_id)) for one in members]


def seat_of(case: PanelCase, user: User) -> Seat | None:
    """Where this person sits; None for others, and for one who has moved to the unit whose form it is."""
    if user.role not in JUDGES:
        return None
    return next((seat for seat in seats(case) if seat.member.user_id == user.pk), None)


def may_read(case: PanelCase, user: User) -> bool:
    """The narrow right of a member: to read the form of this case, once they have said that nothing ties them to it.

    It ends when the case is settled. It is asked here only; ``visible_to`` of the filing knows nothing of panels.
    """
    seat = seat_of(case, user)
    return (
        seat is not None
        and seat.statement is not None
        and not seat.is_out
        and case.settled_at is None
        and may_sit(user, case.judged)
    )


def may_fill(case: PanelCase, user: User) -> bool:
    return may_read(case, user) and not case.is_closed and not case.panel.is_over and is_current(case)


def may_close(case: PanelCase, user: User) -> bool:
    return may_read(case, user) and case.chair_id == user.pk and not case.is_closed


def may_settle(case: PanelCase, user: User) -> bool:
    """The chair, after filling has ended, while the form is still before the reviewers."""
    return may_read(case, user) and case.chair_id == user.pk and case.is_closed and is_current(case)


def is_current(case: PanelCase) -> bool:
    """The revision before the panel is still the one that is judged: not returned, not recalled, not sent anew."""
    newer = Revision.objects.filter(
        content_type=case.content_type_id,
        object_id=case.object_id,
        number__gt=case.revision.number,
        reason=SENT,
    )
    return case.judged.state in IN_REVIEW and not newer.exists()


@transaction.atomic
def state_interest(case: PanelCase, *, actor: User, has_conflict: bool, words: str) -> None:
    """Say whether anything ties one to this form. Once; whoever has a conflict is out of this case.

    Raises ``PermissionDenied``, ``StateConflict`` (stated before, or filling has ended), ``ValidationError``.
    """
    seat = seat_of(case, actor)
    if seat is None or not may_sit(actor, case.judged):
        raise PermissionDenied
    if seat.statement is not None or case.is_closed:
        raise StateConflict
    if has_conflict and not words.strip():
        raise ValidationError({"words": "写一句为什么要回避，例如“两年内在该单位任职”。"})
    try:
        with transaction.atomic():
            InterestStatement.objects.create(
                case=case, member=seat.member, has_conflict=has_conflict, words=words.strip()
            )
    except IntegrityError as error:
        raise StateConflict from error
    record(
        actor=actor,
        action="panel_statement",
        subject=case,
        comment=words.strip(),
        changes={"statement": "回避" if has_conflict else "无利害关系"},
    )
    _close_when_all_in(case)


def member_form(case: PanelCase, user: User) -> ReviewForm:
    """The member's own form, kept or new."""
    kept = case.forms.filter(kind=Kind.MEMBER, author=user).first()
    return kept or new_form(case, user, Kind.MEMBER)


def new_form(case: PanelCase, user: User, kind: Kind) -> ReviewForm:
    """An empty form of this case, not yet kept."""
    return ReviewForm(
        kind=kind,
        filing=case.judged,
        revision=case.revision,
        organization=case.organization,
        fiscal_year=case.judged.campaign.fiscal_year,
        questionnaire_id=case.panel.questionnaire_id,
        mode=case.panel.mode,
        step=case.judged.state,
        case=case,
        author=user,
    )


@transaction.atomic
def answer(case: PanelCase, filled: Filled, *, actor: User, version: int, about: About, hand_in: bool) -> None:
    """Keep or hand in one's own form. Raises ``PermissionDenied``, ``StateConflict`` (filling has ended), ``Incomplete``."""
    case = current_case(case)
    if not may_read(case, actor):
        raise PermissionDenied
    if not may_fill(case, actor):
        raise StateConflict
    form = member_form(case, actor)
    if not hand_in:
        keeping.save_draft(form, filled, actor=actor, version=version)
        return
    keeping.hand_in(form, filled, actor=actor, version=version, about=about)
    _close_when_all_in(case)


@transaction.atomic
def close(case: PanelCase, *, actor: User) -> None:
    """The chair ends the filling; at least one form must be in. Closing twice does no harm."""
    case = current_case(case)
    if case.is_closed and case.chair_id == actor.pk:
        return
    if not may_close(case, actor):
        raise PermissionDenied
    handed_in = sum(seat.is_in for seat in seats(case))
    if not handed_in:
        raise ValidationError("还没有一张个人审核表，不能收表。")
    _close(case)
    record(actor=actor, action="panel_close", subject=case, changes={"forms": handed_in})


@transaction.atomic
def change_chair(case: PanelCase, *, actor: User, chair: User) -> None:
    """Another member takes the chair, for instance because the first has a conflict."""
    if not (may_organize(actor) and actor.organization.region_id == case.panel.region_id):
        raise PermissionDenied
    case = current_case(case)
    if case.settled_at is not None:
        raise StateConflict
    seat = seat_of(case, chair)
    if seat is None or seat.is_out:
        raise ValidationError({"chair": "组长要是没有回避的成员。"})
    if (
        case.is_closed and seat.statement is None
    ):  # too late to state anything, and without it nothing may be read
        raise ValidationError({"chair": "已经收表，组长要是声明过没有利害关系的成员。"})
    PanelCase.objects.filter(pk=case.pk).update(chair=chair)
    record(actor=actor, action="panel_chair", subject=case, changes={"chair": chair.name})


@transaction.atomic
def reschedule(panel: Panel, *, actor: User, meets_on: datetime.date) -> None:
    """Another day; members fill until its end."""
    if not (may_organize(actor) and actor.organization.region_id == panel.region_id):
        raise PermissionDenied
    if meets_on < timezone.localdate():
        raise ValidationError({"meets_on": "会审日期已经过了。成员要在这一天以前填完。"})
    Panel.objects.filter(pk=panel.pk).update(meets_on=meets_on)
    record(actor=actor, action="panel_reschedule", subject=panel, changes={"day": meets_on.isoformat()})


def current_case(case: PanelCase) -> PanelCase:
    """The case as it is now, in this transaction."""
    return PanelCase.objects.select_related("panel", "revision", "organization").get(pk=case.pk)


def _close_when_all_in(case: PanelCase) -> None:
    """Nobody is waited for and at least one form is in: the chair's turn."""
    everybody = seats(case)
    if not any(seat.is_pending for seat in everybody) and any(seat.is_in for seat in everybody):
        _close(case)


def _close(case: PanelCase) -> None:
    PanelCase.objects.filter(pk=case.pk, closed_at__isnull=True).update(closed_at=timezone.now())
