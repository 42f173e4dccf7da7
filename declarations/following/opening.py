"""Opens forms with a copy of approved targets: one, a unit's, and fetches the targets again.

Targets are copied, not referenced: an adjustment made afterwards must not move the goalposts of a year that is being
judged behind anybody's back. Fetching them again is an act; it never wipes what was typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from declarations.following import copying
from declarations.following.kind import Following
from declarations.models import Declaration, Project
from perfgoals.accounts.models import Organization, User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign, CampaignKind, CampaignQuerySet
from perfgoals.editions import get_edition
from perfgoals.filling.editing import claim
from perfgoals.filling.permissions import may_fill
from perfgoals.reviewing import history
from perfgoals.reviewing.returning import openness_of
from perfgoals.workflow import State, StateConflict

# Forms made in one transaction: few enough that a killed worker loses little, enough that statements are shared.
CHUNK = 50
logger = structlog.get_logger(__name__)


class NothingApproved(Exception):
    """The project has no approved targets of this year. The message is Chinese."""


@dataclass
class Opened:
    """What became of the forms of a unit: names of the new ones, of those that were there, and why others were not made."""

    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.made) + len(self.there) + len(self.failed)


def campaigns_open_to(kind: Following, user: User) -> CampaignQuerySet:
    """The campaigns of this kind in which this person can open a form now."""
    return Campaign.objects.visible_to(user).filter(kind=kind.campaign_kind).open_at(timezone.now())


def targets_for(campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force in this campaign's year, the newest last; a project may have filed twice in a year."""
    return Declaration.objects.filter(
        state=State.APPROVED,
        fiscal_year=campaign.fiscal_year,
        organization__region=campaign.region_id,
        campaign__kind=CampaignKind.DECLARATION,
    ).order_by("organization", "pk")


def targets_in_force(filing: Any) -> Declaration | None:
    """The approved targets of the form's project and year as they are today. One query."""
    return targets_for(filing.campaign).filter(project=filing.project_id).last()


def not_opened(kind: Following, campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force whose project has no form in this campaign yet."""
    there = kind.model._default_manager.filter(campaign=campaign, project=OuterRef("project"))
    return targets_for(campaign).filter(~Exists(there))


def open_one(kind: Following, project: Project, campaign: Campaign, *, actor: User) -> Any:
    """The form of ``project`` in ``campaign``, made with a copy of its approved targets.

    Opening twice, or two at once, gives the first one. Raises ``PermissionDenied`` or ``NothingApproved``.
    """
    if not kind.may_open(actor, project, campaign):
        raise PermissionDenied
    source = with_rows(targets_for(campaign).filter(project=project)).last()
    there = kind.model._default_manager.filter(project=project, campaign=campaign).first()
    if there is not None:
        return there
    if source is None:
        raise NothingApproved(f"“{project}”没有 {campaign.fiscal_year} 年批复的目标，不能从目标建{kind.noun}。")
    try:
        with transaction.atomic():
            hold([source])
            filing = _make(kind, [source], campaign)[0]
            record(
                actor=actor,
                action=kind.opened,
                subject=filing,
                to_state=State.DRAFT,
                changes={"targets": source.pk},
            )
            return filing
    except IntegrityError:
        # Somebody opened it in between: the unique column decided, not what was read before.
        return kind.model._default_manager.get(project=project, campaign=campaign)


def open_for_unit(
    kind: Following,
    organization: Organization,
    campaign: Campaign,
    *,
    actor: User,
    report: Callable[[int], None] = lambda done: None,
) -> Opened:
    """Open what is missing of a unit's forms; ``report`` gets how many are settled.

    Doing it again does the rest: every chunk is a transaction, forms that are there stay untouched. One form that
    cannot be made does not keep the others from it. Raises ``PermissionDenied``.
    """
    if not kind.may_open_season(actor, campaign):
        raise PermissionDenied
    opened = Opened()
    sources = {source.project_id: source for source in targets_for(campaign).filter(organization=organization)}
    there = set(
        kind.model._default_manager.filter(campaign=campaign, project__in=sources).values_list(
            "project", flat=True
        )
    )
    opened.there = [source.project_name for pk, source in sources.items() if pk in there]
    missing = [source.pk for pk, source in sources.items() if pk not in there]
    for start in range(0, len(missing), CHUNK):
        chunk = list(
            with_rows(Declaration.objects.filter(pk__in=missing[start : start + CHUNK])).order_by("pk")
        )
        _open_chunk(kind, chunk, campaign, organization, actor, opened)
        report(opened.done)
    return opened


def _open_chunk(
    kind: Following,
    chunk: Sequence[Declaration],
    campaign: Campaign,
    organization: Organization,
    actor: User,
    opened: Opened,
) -> None:
    """All in one transaction; where that fails, one by one, so that only the bad one is left out."""
    try:
        with transaction.atomic():
            _open_together(kind, chunk, campaign, organization, actor)
    except Exception:
        if len(chunk) > 1:
            for source in chunk:
                _open_chunk(kind, [source], campaign, organization, actor, opened)
        elif kind.model._default_manager.filter(project=chunk[0].project_id, campaign=campaign).exists():
            opened.there.append(chunk[0].project_name)
        elif not Declaration.objects.filter(pk=chunk[0].pk, state=State.APPROVED).exists():
            opened.failed.append((chunk[0].project_name, "批复刚刚撤销。"))
        else:
            logger.exception("form not opened", kind=kind.model.__name__, declaration=chunk[0].pk)
            opened.failed.append((chunk[0].project_name, "系统出错了，已记入日志。"))
    else:
        opened.made += [source.project_name for source in chunk]


def _open_together(
    kind: Following,
    chunk: Sequence[Declaration],
    campaign: Campaign,
    organization: Organization,
    actor: User,
) -> None:
    hold(chunk)
    made = _make(kind, chunk, campaign)
    changes: dict[str, Any] = {
        "organization": organization.name,
        "forms": len(made),
        kind.numbers: [filing.pk for filing in made],
    }
    record(actor=actor, action=kind.opened_many, subject=campaign, changes=changes)


def hold(sources: Sequence[Declaration]) -> None:
    """Keep these targets approved until the transaction ends: whoever takes the 批复 back waits, and then finds the form.

    Raises ``NothingApproved`` where one was taken back a moment ago.
    """
    still = Declaration.objects.filter(pk__in=[source.pk for source in sources], state=State.APPROVED)
    if still.update(version=F("version")) < len(sources):
        raise NothingApproved("目标的批复刚刚撤销，没有建表。")


def _make(kind: Following, sources: Sequence[Declaration], campaign: Campaign) -> list[Any]:
    """The forms with their rows and kept counts, in a number of statements that does not grow with each form."""
    edition = get_edition(campaign.edition_id)
    made: list[tuple[Any, list[Any]]] = []
    for source in sources:
        filing = kind.begin(source, campaign)
        found = enumerate(source.indicators.all(), 1)
        made.append((filing, [kind.row(row, source.edition, edition, number) for number, row in found]))
    kind.carry(made, campaign)
    for filing, rows in made:
        kind.count(filing, rows)
    filings = kind.model._default_manager.bulk_create(filing for filing, _ in made)
    for filing, rows in made:
        for row in rows:
            setattr(row, kind.owner, filing)
    kind.row_model._default_manager.bulk_create(row for _, rows in made for row in rows)
    return list(filings)


def with_rows(found: QuerySet[Declaration]) -> QuerySet[Declaration]:
    return found.select_related("project", "organization__parent").prefetch_related("indicators")


@dataclass(frozen=True)
class Fetched:
    """What fetching the targets again has changed, by row id."""

    changed: tuple[str, ...]
    new: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.changed or self.new or self.vanished)


def fetch_targets(kind: Following, filing: Any, *, actor: User) -> Fetched:
    """Copy the targets in force today into the form again, row by row of the same id.

    Only copied columns change: what was typed stays. New rows come in at their place, rows that are gone are kept and
    marked. Raises ``PermissionDenied``, ``NothingApproved``, or ``StateConflict`` when the form is not being filled in
    or a return leaves only some of its places open.
    """
    if not may_fill(actor, filing) or filing.declaration_id is None:
        raise PermissionDenied
    if not openness_of(filing).is_whole:
        raise StateConflict
    source = targets_in_force(filing)
    if source is None:
        raise NothingApproved("批复的目标已不在，没有可以取的。")
    with transaction.atomic():
        claim(filing)
        fetched = copying.fetch(kind, filing, source)
        history.keep(filing, fetched.targets, actor=actor)
        kind.keep(filing)
        record(
            actor=actor,
            action=kind.fetched,
            subject=filing,
            from_state=filing.state,
            to_state=filing.state,
            changes={
                "targets": source.pk,
                "changed": len(fetched.changed),
                "new": len(fetched.new),
                "vanished": len(fetched.vanished),
            },
        )
    return Fetched(*map(tuple, (fetched.changed, fetched.new, fetched.vanished)))


def told(filing: Any, fetched: Fetched) -> str:
    """“取来了批复的目标：1 行改了（…），…。写过的内容都在。”"""
    if fetched.is_empty:
        return "取来了批复的目标，和表上的一样，没有变化。"
    names = dict(filing.indicators.values_list("row_id", "name"))
    parts = []
    for row_ids, word in (
        (fetched.changed, "改了"),
        (fetched.new, "是新的"),
        (fetched.vanished, "批复里已没有"),
    ):
        if row_ids:
            listed = "、".join(f"“{names.get(row_id, '')}”" for row_id in row_ids[:5])
            more = " 等" if len(row_ids) > 5 else ""
            parts.append(f"{len(row_ids)} 行{word}（{listed}{more}）")
    return f"取来了批复的目标：{'，'.join(parts)}。写过的内容都在。"
