"""Monitoring campaigns of 2020 over published targets."""

import pytest

from monitoring.opening import open_report
from perfgoals.campaigns.models import Campaign, CampaignKind

EDITION = "national-2019-monitoring"


def campaign_of(region, month):
    return Campaign.objects.create(
        name=f"2020年1—{month}月绩效运行监控",
        kind=CampaignKind.MONITORING,
        fiscal_year=2020,
        region=region,
        edition_id=EDITION,
        cutoff_month=month,
    )


@pytest.fixture
def july(region):
    return campaign_of(region, 7)


@pytest.fixture
def october(region):
    return campaign_of(region, 10)


@pytest.fixture
def approved(make_declaration):
    """approved("xxzx-2020-5") → these published targets, approved."""
    from declarations.models import Declaration
    from declarations.published import published_documents
    from declarations.speaking import write_rows
    from perfgoals.workflow import State

    documents = dict(published_documents())

    def make(source="xxzx-2020-5", **options):
        document = documents[source]
        declaration = make_declaration(name=document.project_name, **options)
        write_rows(document, declaration)
        Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
        declaration.refresh_from_db()
        return declaration

    return make


@pytest.fixture
def opened(approved, july, people):
    """opened() → a monitoring report with copied targets."""

    def make(source="xxzx-2020-5", campaign=None):
        targets = approved(source)
        return open_report(targets.project, campaign or july, actor=people["信息中心填报人"])

    return make
