"""Opens monitoring reports from approved targets (``declarations.following``), with the planned course of last time."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from declarations.following import opening
from declarations.following.copying import copied_row, goal_of, point_to
from declarations.following.kind import Following
from declarations.following.opening import Fetched, Opened
from declarations.models import Declaration, Indicator, Project
from monitoring.models import MonitoringReport, MonitoringRow
from monitoring.speaking import document_of, set_budget
from perfgoals.accounts.models import Organization, User
from perfgoals.campaigns.models import Campaign, CampaignKind, CampaignQuerySet
from perfgoals.editions import Edition
from perfgoals.editions.monitoring import MONTHS


class Monitored(Following):
    model = MonitoringReport
    row_model = MonitoringRow
    owner = "report"
    campaign_kind = CampaignKind.MONITORING
    noun = "监控表"
    opened = "monitoring_open"
    opened_many = "monitoring_open_many"
    fetched = "monitoring_fetch"
    numbers = "reports"

    def begin(self, source: Declaration, campaign: Campaign) -> MonitoringReport:
        report = MonitoringReport(
            project=source.project,
            organization=source.organization,
            campaign=campaign,
            fiscal_year=campaign.fiscal_year,
            cutoff_month=campaign.cutoff_month or MONTHS,
            edition_id=campaign.edition_id,
            project_name=source.project_name or source.project.name,
        )
        point_to(report, source)
        fields = report.edition.fields
        if "competent_department" in fields:
            department = source.organization.parent or source.organization
            report.competent_department = department.name[:200]
        if "annual_goal" in fields:
            report.annual_goal = goal_of(source)
        set_budget(report, "initial", source.current_year_typed)
        return report

    def row(self, row: Indicator, declared: Edition, edition: Edition, position: int) -> MonitoringRow:
        """Nothing is scored here, so a group that the form's frame does not have stays as it was approved."""
        copied = copied_row(MonitoringRow, row, declared, edition, position)
        copied.is_unplaced = False
        return copied

    def carry(
        self, made: Sequence[tuple[MonitoringReport, Sequence[MonitoringRow]]], campaign: Campaign
    ) -> None:
        """What the unit decided in an earlier period of the year: courses, confirmed operators. One query."""
        known: dict[tuple[int, str], MonitoringRow] = {}
        for row in (
            MonitoringRow.objects.filter(
                report__project__in=[report.project_id for report, _ in made],
                report__fiscal_year=campaign.fiscal_year,
                report__cutoff_month__lt=campaign.cutoff_month or 0,
                report__edition_id=campaign.edition_id,
            )
            .select_related("report")
            .order_by("report__cutoff_month", "report__pk")
        ):
            known[row.report.project_id, row.row_id] = row
        for report, rows in made:
            for row in rows:
                if before := known.get((report.project_id, row.row_id)):
                    _take_over(row, before)

    def count(self, filing: MonitoringReport, rows: Sequence[MonitoringRow]) -> None:
        from monitoring.checking import check, columns_of

        checked = check(filing, document_of(filing, rows), is_new=True)
        for name, value in columns_of(checked, checked.findings).items():
            setattr(filing, name, value)

    def keep(self, filing: MonitoringReport) -> None:
        from monitoring.checking import keep

        keep(filing)


MONITORED = Monitored()


def _take_over(row: MonitoringRow, before: MonitoringRow) -> None:
    row.plan, row.plan_reason = before.plan, before.plan_reason
    if row.target == before.target:
        row.operator = before.operator


def campaigns_open_to(user: User) -> CampaignQuerySet:
    """The monitoring campaigns in which this person can open a form now."""
    return opening.campaigns_open_to(MONITORED, user)


def not_opened(campaign: Campaign) -> QuerySet[Declaration]:
    """The targets in force whose project has no report in this campaign yet."""
    return opening.not_opened(MONITORED, campaign)


def open_report(project: Project, campaign: Campaign, *, actor: User) -> MonitoringReport:
    """The report of ``project`` in ``campaign``. Raises ``PermissionDenied`` or ``NothingApproved``."""
    report: MonitoringReport = opening.open_one(MONITORED, project, campaign, actor=actor)
    return report


def open_for_unit(
    organization: Organization,
    campaign: Campaign,
    *,
    actor: User,
    report: Callable[[int], None] = lambda done: None,
) -> Opened:
    """Open what is missing of a unit's reports. Raises ``PermissionDenied``."""
    return opening.open_for_unit(MONITORED, organization, campaign, actor=actor, report=report)


def fetch_targets(report: MonitoringReport, *, actor: User) -> Fetched:
    """Copy the targets in force today again. Raises what ``declarations.following.opening.fetch_targets`` raises."""
    return opening.fetch_targets(MONITORED, report, actor=actor)


def built_from(declaration: Declaration) -> str:
    """Why the approval of these targets stands: a report was opened from them; "" where none was."""
    is_used = MonitoringReport.objects.filter(declaration=declaration).exists()
    return "已经从它建了监控表，撤不了" if is_used else ""
