"""Starting a form: an empty one, or one that begins with what last year's said.

The row exists from the first click. Every page that offers to start a form prints a key; the key, together with what
was chosen, names the new row, so a double click finds the row of the first one, on any database.
"""

import re
import uuid
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from declarations import permissions
from declarations.checkup import findings_of, refresh_counts
from declarations.models import Declaration, Indicator, Origin, Project, SubProject
from declarations.speaking import set_amount, set_date
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign, CampaignKind, CampaignQuerySet
from perfgoals.documents.declaration import TEXT_KEYS, read_date
from perfgoals.editions.mapping import map_group
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

FILLED_BY_UNITS = (CampaignKind.DECLARATION, CampaignKind.DISCLOSURE)
_COPIED_INDICATOR = (
    "row_id",
    "position",
    "name",
    "target",
    "definition",
    "calculation_method",
    "data_source",
    "setting_basis",
    "baseline",
    "reading_kind",
    "reading_operator",
    "reading_number",
    "reading_unit",
)


class AlreadyOpen(Exception):
    """The project has a form in this campaign that is not finished; it is carried in ``declaration``."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(f"declaration {declaration.pk} is open")
        self.declaration = declaration


class AlreadyApproved(Exception):
    """The project's targets of this campaign are approved (``declaration``): they are adjusted, not written again."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(f"declaration {declaration.pk} is in force")
        self.declaration = declaration


def campaigns_open_to(user: User) -> CampaignQuerySet:
    """The campaigns in which this person can start a form now. A passed deadline marks forms late, it does not lock."""
    fitting = Campaign.objects.filter(region=user.organization.region_id, kind__in=FILLED_BY_UNITS)
    return fitting.open_at(timezone.now())


def start_declaration(
    *, campaign: Campaign, project: Project | None = None, name: str = "", key: uuid.UUID, actor: User
) -> Declaration:
    """Open an empty form for ``project``, or for a new project called ``name`` (which may still be empty).

    The same click twice gives the same form. Raises ``PermissionDenied``, ``AlreadyOpen`` where the project has a form
    of this campaign that is still being filled or reviewed, or ``AlreadyApproved``.
    """
    _require_right(actor, campaign, project)
    row_key = start_key(key, actor, campaign, f"{project.pk if project else ''}/{name}")

    def create() -> Declaration:
        own = project or Project.objects.create(organization=actor.organization, name=name)
        declaration = _blank(own, campaign, row_key)
        declaration.project_name = own.name
        declaration.save()
        _record("start", declaration, actor)
        return declaration

    return _once(create, row_key, project, campaign, actor)


def start_key(key: uuid.UUID, actor: User, campaign: Campaign, choice: str) -> uuid.UUID:
    """The key of the row: what the page printed, whose it is, and what was chosen there.

    So one page can start two projects, and a key seen elsewhere leads to nobody else's row.
    """
    return uuid.uuid5(key, f"{actor.organization_id}/{campaign.pk}/{choice}")


def copy_from(source: Declaration, *, campaign: Campaign, key: uuid.UUID, actor: User) -> Declaration:
    """Open a form that says what ``source`` said: texts, indicators, names of sub-projects, dates moved to the year.

    Amounts are asked anew; only last year's budget is carried over, as 上年预算. Years inside texts stay as they are,
    because only a person can say which of them move on; ``declarations.copying`` lists them. The same click twice
    gives the same form. Raises ``PermissionDenied``, ``AlreadyOpen`` or ``AlreadyApproved``.
    """
    _require_right(actor, campaign, source.project)
    if source.fiscal_year >= campaign.fiscal_year:
        raise PermissionDenied
    row_key = start_key(key, actor, campaign, f"copy of {source.pk}")

    def create() -> Declaration:
        declaration = _blank(source.project, campaign, row_key)
        _take_over(declaration, source)
        declaration.save()
        _copy_tables(declaration, source)
        _record("copy", declaration, actor, {"source": source.pk, "year": source.fiscal_year})
        return declaration

    return _once(create, row_key, source.project, campaign, actor)


def _require_right(actor: User, campaign: Campaign, project: Project | None) -> None:
    if not permissions.may_start(actor) or not campaigns_open_to(actor).filter(pk=campaign.pk).exists():
        raise PermissionDenied
    if project is not None and project.organization_id != actor.organization_id:
        raise PermissionDenied


def _once(
    create: Callable[[], Declaration],
    row_key: uuid.UUID,
    project: Project | None,
    campaign: Campaign,
    actor: User,
) -> Declaration:
    """Create, or find what the first click created. The unique columns decide, not what was read before."""
    try:
        with transaction.atomic():
            made = create()
            # Asked after the insertion: an approval of this moment has either kept it waiting or is seen now.
            approved = Declaration.objects.filter(state=State.APPROVED, campaign=campaign, project=made.project)
            if (in_force := approved.first()) is not None:
                raise AlreadyApproved(in_force)
            return made
    except IntegrityError:
        own = Declaration.objects.filter(organization=actor.organization_id)
        first = own.filter(start_key=row_key).first()
        if first is not None:
            return first
        open_one = own.filter(project=project, campaign=campaign, state__in=EDITABLE | IN_REVIEW).first()
        if project is None or open_one is None:
            raise
        raise AlreadyOpen(open_one) from None


def _blank(project: Project, campaign: Campaign, row_key: uuid.UUID) -> Declaration:
    return Declaration(
        project=project,
        organization=project.organization,
        campaign=campaign,
        fiscal_year=campaign.fiscal_year,
        edition_id=campaign.edition_id,
        start_key=row_key,
    )


def _record(action: str, declaration: Declaration, actor: User, changes: dict | None = None) -> None:
    """The first counts for the list, and the record of the act: last, for all writers of records queue up there."""
    refresh_counts(declaration, findings_of(declaration))
    record(actor=actor, action=action, subject=declaration, to_state=State.DRAFT, changes=changes or {})


def _take_over(declaration: Declaration, source: Declaration) -> None:
    """Texts as they are, dates moved, last year's budget in its new place. What the new form does not ask stays out."""
    fields = declaration.edition.fields
    declaration.copied_from = source
    for key in TEXT_KEYS:
        if key in fields:
            setattr(declaration, key, getattr(source, key))
    if "includes_government_purchase" in fields:
        declaration.includes_government_purchase = source.includes_government_purchase
    for key in ("start_date", "end_date"):
        if key in fields:
            years = declaration.fiscal_year - source.fiscal_year
            set_date(declaration, key, shifted(getattr(source, f"{key}_typed"), years))
    declaration.extra = {
        key: value
        for key, value in source.extra.items()
        if key in fields and fields[key].kind not in ("amount", "date")
    }
    if "budget.previous_year_budget" in fields:
        set_amount(declaration, "previous_year_budget", source.current_year_typed)


def _copy_tables(declaration: Declaration, source: Declaration) -> None:
    """Rows keep their ids, so that a row can be followed through the years."""
    fields = declaration.edition.fields
    if "indicators" in fields:
        Indicator.objects.bulk_create(_copied_row(declaration, source, row) for row in source.indicators.all())
    if "sub_projects" in fields:
        SubProject.objects.bulk_create(
            SubProject(declaration=declaration, row_id=row.row_id, position=row.position, name=row.name)
            for row in source.sub_projects.all()
        )


def _copied_row(declaration: Declaration, source: Declaration, row: Indicator) -> Indicator:
    """``row`` in the group of the new form that holds what its group held; in its old group where there is none."""
    copied = Indicator(
        declaration=declaration,
        origin=Origin.LAST_YEAR,
        level1=row.level1,
        level2=row.level2,
        **{name: getattr(row, name) for name in _COPIED_INDICATOR},
    )
    if declaration.edition_id != source.edition_id:
        old = (row.level1, row.level2 or None)
        group = map_group(*old, source.edition, declaration.edition, name=row.name) or old
        copied.level1, copied.level2 = group[0], group[1] or ""
    if declaration.edition.has_weights:
        copied.weight_typed, copied.weight = row.weight_typed, row.weight
    return copied


def shifted(typed: str, years: int) -> str:
    """A date as typed, moved by whole years in the way it was written; as it is where it cannot be read.

    2月29日 becomes 2月28日 in a year that has none.
    """
    day = read_date(typed)
    if day is None:
        return typed
    try:
        moved = day.replace(year=day.year + years)
    except ValueError:
        moved = day.replace(year=day.year + years, day=28)
    rewritten = re.sub(r"\d{4}", f"{moved.year:04}", typed, count=1)
    return rewritten if read_date(rewritten) == moved else moved.isoformat()


def sources_for(user: User, campaign: Campaign) -> list[Declaration]:
    """The latest earlier form of each project of the person's unit, newest first: what can be copied."""
    earlier = (
        Declaration.objects.visible_to(user)
        .filter(organization=user.organization, fiscal_year__lt=campaign.fiscal_year)
        .exclude(state=State.SUPERSEDED)
        .select_related("project")
        .only("project", "fiscal_year", "project_name", "state", "current_year", "current_year_typed")
        .order_by("-fiscal_year", "-pk")
    )
    latest: dict[int, Declaration] = {}
    for declaration in earlier:
        latest.setdefault(declaration.project_id, declaration)
    return list(latest.values())
