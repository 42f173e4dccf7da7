"""The demonstration of monitoring: a season over the targets of 2020, with reports in several states.

``load()`` comes after the other demonstrations and may run again and again with the same result. Shipped reports follow
their fixture; drafts, once made, belong to whoever types in them and are left alone.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from declarations import demo
from declarations.models import Declaration
from declarations.published import FOLDER
from monitoring.checking import keep
from monitoring.models import MonitoringReport
from monitoring.opening import not_opened, open_for_unit
from monitoring.speaking import write_rows
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.workflow import State, freeze

FIXTURE = "monitoring"
JULY, OCTOBER = "2020年1—7月绩效运行监控", "2020年1—10月绩效运行监控"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A constructed report (``fixtures/monitoring``): over which targets, in which campaign, and how far it is."""

    name: str
    targets: str
    campaign: str
    state: State


SHIPPED = (
    Shipped("czj-2020-2-july", "czj-2020-2", JULY, State.CONFIRMED),
    Shipped("czj-2020-7-october", "czj-2020-7", OCTOBER, State.FINANCE_REVIEW),
)


@transaction.atomic
def load() -> dict[str, int]:
    """Load everything; returns how many of each kind the demonstration has."""
    demo.load_campaigns(FIXTURE)
    publisher = User.objects.get(username=demo.PUBLISHER)
    for one in SHIPPED:
        load_shipped(one)
    july = Campaign.objects.get(name=JULY)
    units = Organization.objects.filter(pk__in=not_opened(july).order_by().values("organization"))
    for unit in units.order_by("code"):
        open_for_unit(unit, july, actor=publisher)
    return {"监控表": MonitoringReport.objects.filter(campaign__name__in=(JULY, OCTOBER)).count()}


def load_shipped(one: Shipped) -> None:
    """The report as a fixture says it, sent by its unit; nothing where it is there already."""
    campaign = Campaign.objects.get(name=one.campaign)
    source = Declaration.objects.get(source_id=one.targets, campaign__fiscal_year=campaign.fiscal_year)
    if MonitoringReport.objects.filter(project=source.project_id, campaign=campaign).exists():
        return
    document = MonitoringDocument.from_json((FOLDER / FIXTURE / f"{one.name}.json").read_text("utf-8"))
    officers = User.objects.filter(organization=source.organization_id, role=Role.FILER)
    officer = officers.order_by("pk")[0]
    report = MonitoringReport(
        project=source.project,
        organization=source.organization,
        campaign=campaign,
        declaration=source,
        targets_copied_at=timezone.now(),
        fiscal_year=document.fiscal_year,
        cutoff_month=document.cutoff_month,
        edition_id=document.form,
        state=one.state,
        submitted_by=officer,
        submitted_at=timezone.now(),
    )
    write_rows(document, report)
    freeze(report, actor=officer, reason="submit")
    keep(report)
