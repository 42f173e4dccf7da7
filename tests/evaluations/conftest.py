"""A season of self-evaluations over the published targets of 2020."""

import pytest
from django.test import Client

from declarations.models import Declaration
from declarations.published import published_documents
from declarations.speaking import write_rows
from evaluations.opening import open_evaluation
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.workflow import State

PUBLISHED = dict(published_documents())


@pytest.fixture
def season_2020(region):
    """An open evaluation campaign for 2020 on the national form."""
    return Campaign.objects.create(
        name="2020年度绩效自评",
        kind=CampaignKind.EVALUATION,
        fiscal_year=2020,
        region=region,
        edition_id="national-2020-self-evaluation",
    )


@pytest.fixture
def season(season_2020):
    return season_2020


@pytest.fixture
def approved(make_declaration):
    """approved("xxzx-2020-5") → these published targets, approved."""

    def make(source="xxzx-2020-5", **options):
        document = PUBLISHED[source]
        declaration = make_declaration(name=document.project_name, **options)
        write_rows(document, declaration)
        Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
        declaration.refresh_from_db()
        return declaration

    return make


@pytest.fixture
def opened(approved, season_2020, people):
    """opened() → a self-evaluation with copied targets."""

    def make(source="xxzx-2020-5", campaign=None):
        targets = approved(source)
        return open_evaluation(targets.project, campaign or season_2020, actor=people["信息中心填报人"])

    return make


@pytest.fixture
def at(people):
    """at("信息中心填报人") → a browser in which this person has signed in."""

    def sign_in(name):
        client = Client()
        client.force_login(people[name])
        return client

    return sign_in
