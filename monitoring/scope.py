"""Which report a page is about: every address of one begins here."""

from django.shortcuts import get_object_or_404

from monitoring.models import MonitoringReport
from perfgoals.accounts.sessions import SignedInRequest


def in_scope(request: SignedInRequest, pk: int) -> MonitoringReport:
    """The report, if this person may see it; 404 otherwise, whether it exists or not."""
    visible = MonitoringReport.objects.visible_to(request.user).select_related(
        "project", "organization", "campaign", "submitted_by", "declaration"
    )
    report: MonitoringReport = get_object_or_404(visible, pk=pk)
    return report
