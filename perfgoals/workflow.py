"""The door: every change of a filing's state goes through ``perform`` and nothing else.

Arrows are data (a tuple of ``Transition`` per kind of filing). ``available`` draws the buttons from the same table
that ``perform`` walks, so a page can neither offer what is refused nor hide what is allowed. Two simultaneous clicks
are settled by one conditional UPDATE on state and version, on any database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Max
from django.utils import timezone

from perfgoals.accounts.models import Organization, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.models import Revision, fingerprint
from perfgoals.findings import Finding, Level


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    UNIT_REVIEW = "unit_review", "待单位审核"
    DEPARTMENT_REVIEW = "dept_review", "待主管部门审核"
    FINANCE_REVIEW = "finance_review", "待财政审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已批复"
    CONFIRMED = "confirmed", "已确认"  # of evaluations: nothing follows from it but publication
    SUPERSEDED = "superseded", "已被替代"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
SETTLED = frozenset({State.APPROVED, State.CONFIRMED, State.SUPERSEDED})
IN_REVIEW = frozenset({State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW})


class StateConflict(Exception):
    """The filing is no longer as the actor saw it. Nothing was changed."""


class Incomplete(Exception):
    """Findings block the arrow; they are carried in ``findings``. Nothing was changed."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} findings block")
        self.findings = findings


class Filing(models.Model):
    """What declarations, evaluations and monitoring reports share: a state, a version, a campaign, a unit.

    ``version`` grows with every change of content or state; a page that shows an older one may not act.
    """

    document_kind: ClassVar[str]

    state = models.CharField("状态", max_length=16, choices=State, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="批次")
    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name="申报单位")
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="送审人"
    )
    submitted_at = models.DateTimeField("送审时间", null=True, editable=False)
    # Since when the present reviewer has seen it: from then on the unit cannot simply recall it. Cleared by every step.
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="打开的审核人"
    )
    opened_at = models.DateTimeField("审核人打开的时间", null=True, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_settled(self) -> bool:
        """Reviewers are done with it: approved, confirmed, or superseded since."""
        return self.state in SETTLED

    def canonical_json(self) -> str:
        """The document of this filing as canonical JSON (``perfgoals.documents``)."""
        raise TypeError(f"{type(self).__name__} has no document")


def has_forms(campaign: Campaign) -> bool:
    """Whether anything has been opened in it, of whatever kind."""
    models_ = (
        one.related_model for one in Campaign._meta.related_objects if not isinstance(one.related_model, str)
    )
    kinds = [model for model in models_ if issubclass(model, Filing)]
    return any(model._default_manager.filter(campaign=campaign).exists() for model in kinds)


class Target(Protocol):
    """Where an arrow leads; the next step of a review chain depends on campaign and unit."""

    def __call__(self, filing: Any, /) -> State: ...


@dataclass(frozen=True)
class Transition:
    """One arrow of the state diagram."""

    action: str
    label: str
    sources: frozenset[State]
    target: State | Target
    permitted: Callable[[User, Any], bool]
    blocking: Callable[[Any], list[Finding]] = lambda filing: []
    needs_comment: Callable[[Any], bool] = lambda filing: False
    # Only while the reviewer whose turn it is has not opened it; decided by the UPDATE itself, not by an earlier look.
    unopened_only: bool = False
    freezes: bool = False  # the document is kept as a Revision
    stamps: Callable[[User], dict[str, Any]] = lambda actor: {}  # columns written together with the state
    # What else changes in the same transaction, before the state does (the version that is replaced gives way).
    prepare: Callable[[Any, User], None] = lambda filing, actor: None
    # What lists keep of the filing in its new state, written once nothing blocks the arrow.
    settle: Callable[[Any], None] = lambda filing: None

    def target_for(self, filing: Any) -> State:
        return self.target(filing) if callable(self.target) else self.target


def first_review_step(filing: Filing) -> State:
    """The first step of the review chain that applies (design: a unit that is its own department skips one)."""
    if filing.campaign.has_unit_review:
        return State.UNIT_REVIEW
    if filing.organization.parent_id is not None:
        return State.DEPARTMENT_REVIEW
    return State.FINANCE_REVIEW


def next_review_step(filing: Filing) -> State:
    """Where 通过 leads from the present step of the chain."""
    if filing.state == State.UNIT_REVIEW and filing.organization.parent_id is not None:
        return State.DEPARTMENT_REVIEW
    return State.FINANCE_REVIEW


def mark_opened(filing: Filing, *, reviewer: User) -> bool:
    """Note that the reviewer whose turn it is has seen the form. True the first time; never fails."""
    if filing.state not in IN_REVIEW or filing.opened_at is not None:
        return False
    now = timezone.now()
    rows = type(filing)._default_manager.filter(pk=filing.pk, state=filing.state, opened_at__isnull=True)
    first = bool(rows.update(opened_by=reviewer, opened_at=now))
    filing.refresh_from_db(fields=["opened_by", "opened_at"])
    return first


def available(transitions: Iterable[Transition], filing: Filing, actor: User) -> list[Transition]:
    """The arrows this actor may take from here: the buttons to show."""
    return [t for t in transitions if filing.state in t.sources and t.permitted(actor, filing)]


@transaction.atomic
def perform(
    step: Transition, filing: Filing, *, actor: User, version: int, comment: str = ""
) -> Revision | None:
    """Move ``filing`` along ``step``, or raise and leave everything as it was.

    ``version`` is the one shown on the page the actor clicked: nobody passes what they have not seen. State, frozen
    revision and audit record are written in one transaction. Raises ``StateConflict``, ``PermissionDenied`` or
    ``Incomplete``; returns the new revision where the arrow freezes one.
    """
    if filing.state not in step.sources:
        raise StateConflict
    if not step.permitted(actor, filing):
        raise PermissionDenied
    source, target = State(filing.state), step.target_for(filing)
    step.prepare(filing, actor)
    rows = type(filing)._default_manager.filter(pk=filing.pk)
    # An UPDATE passes auto_now by, and lists are in the order of the last change.
    stamps = {"opened_by": None, "opened_at": None, "changed_at": timezone.now()} | step.stamps(actor)
    mine = rows.filter(state=source, version=version)
    if step.unopened_only:
        mine = mine.filter(opened_at__isnull=True)
    moved = mine.update(state=target, version=F("version") + 1, **stamps)
    if not moved:
        raise StateConflict
    # Only now is the row ours. What is judged and frozen is what the database holds, not the caller's copy, and the
    # caller's copy changes only when everything has succeeded.
    current = rows.get()
    _judge(step, current, comment)
    step.settle(current)
    revision = freeze(current, actor=actor, reason=step.action) if step.freezes else None
    record(
        actor=actor,
        action=step.action,
        subject=current,
        from_state=source,
        to_state=target,
        comment=comment,
        changes={"fingerprint": revision.fingerprint} if revision else {},
    )
    filing.refresh_from_db()
    return revision


def _judge(step: Transition, filing: Filing, comment: str) -> None:
    """Raise ``Incomplete`` with everything that keeps ``filing`` from taking ``step``."""
    blocking = step.blocking(filing)
    if step.needs_comment(filing) and not comment.strip():
        blocking = [*blocking, Finding("comment_missing", Level.ERROR, "comment", "要写意见。")]
    if blocking:
        raise Incomplete(blocking)


def freeze(filing: Filing, *, actor: User, reason: str) -> Revision:
    """Keep the filing's document as its next revision."""
    text = filing.canonical_json()
    content_type = ContentType.objects.get_for_model(type(filing))
    kept = Revision.objects.filter(content_type=content_type, object_id=filing.pk)
    number = (kept.aggregate(last=Max("number"))["last"] or 0) + 1
    return Revision.objects.create(
        content_type=content_type,
        object_id=filing.pk,
        number=number,
        kind=filing.document_kind,
        document=text,
        fingerprint=fingerprint(text),
        reason=reason,
        made_by=actor,
    )
