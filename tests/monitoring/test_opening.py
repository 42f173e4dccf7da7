"""Opening reports from approved targets, and what comes along from other forms."""

import pytest

from declarations.built_on import why
from declarations.models import Indicator
from evaluations.models import Evaluation
from monitoring.earlier import Earlier
from monitoring.models import MonitoringReport
from monitoring.opening import fetch_targets, open_for_unit, open_report
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


def test_targets_come_over_and_lights_are_kept(opened):
    report = opened()
    assert report.indicators.count() == report.declaration.indicators.count()
    assert {row.row_id for row in report.indicators.all()} == {
        row.row_id for row in report.declaration.indicators.all()
    }
    assert (report.cutoff_month, report.state, report.light) == (7, State.DRAFT, "none")
    assert report.initial == report.declaration.current_year
    assert report.open_errors
    assert "建了监控表" in why(report.declaration)


def test_a_unit_opens_in_few_statements_and_again_makes_nothing(approved, july, people, places):
    approved("xxzx-2020-5")
    approved("xxzx-2020-2")
    admin, unit = people["业务管理员"], places["信息中心"]
    assert len(open_for_unit(unit, july, actor=admin).made) == 2
    again = open_for_unit(unit, july, actor=admin)
    assert (again.made, len(again.there)) == ([], 2)
    assert MonitoringReport.objects.count() == 2


def test_a_later_period_knows_what_the_earlier_said(opened, october, people):
    first = opened()
    row = first.indicators.first()
    row.actual, row.expected, row.plan, row.plan_reason = "12场", "24场", "6月20%", "教材8月才到"
    row.save()
    second = open_report(first.project, october, actor=people["信息中心填报人"])
    mine = second.indicators.get(row_id=row.row_id)
    assert (mine.plan, mine.plan_reason, mine.actual) == ("6月20%", "教材8月才到", "")
    (period,) = Earlier(second).periods[row.row_id]
    assert (period.month, period.actual, period.expected) == (7, "12场", "24场")
    # Who may not see what the unit is typing sees of an unsent report nothing.
    assert Earlier(second, sent_only=True).periods == {}
    assert Earlier(first).periods == {}


def test_last_years_result_stands_beside_the_row(opened, season_2019):
    report = opened()
    row = report.indicators.first()
    evaluation = Evaluation.objects.create(
        project=report.project,
        organization=report.organization,
        campaign=season_2019,
        fiscal_year=2019,
        edition_id=season_2019.edition_id,
        state=State.CONFIRMED,
    )
    evaluation.indicators.create(position=1, row_id="other", name=row.name, actual="20场", level1="产出指标")
    assert Earlier(report).last_year_of(row) == "20场"
    Evaluation.objects.filter(pk=evaluation.pk).update(**{"state": State.DRAFT})
    assert Earlier(report).last_year_of(row) == ""


@pytest.fixture
def season_2019(region):
    from perfgoals.campaigns.models import Campaign, CampaignKind

    return Campaign.objects.create(
        name="2019年度绩效自评",
        kind=CampaignKind.EVALUATION,
        fiscal_year=2019,
        region=region,
        edition_id="national-2020-self-evaluation",
    )


def test_adjusted_targets_are_fetched_and_nothing_typed_is_lost(opened, people):
    report = opened()
    row = report.indicators.first()
    row.actual, row.plan = "12场", "6月20%"
    row.save()
    Indicator.objects.filter(declaration=report.declaration, row_id=row.row_id).update(target="≥30场")
    fetched = fetch_targets(report, actor=people["信息中心填报人"])
    row.refresh_from_db()
    assert fetched.changed == (row.row_id,)
    assert (row.target, row.actual, row.plan) == ("≥30场", "12场", "6月20%")
    assert any(one.code == "target_changed" for one in report.findings())
