"""Campaigns: announced once, extended with a reason, rolled over with a dry run and back."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.utils import timezone

from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns import rollover
from perfgoals.campaigns.announcing import announce, extend
from perfgoals.campaigns.models import Campaign, Extension, Participation

pytestmark = pytest.mark.django_db


@pytest.fixture
def season(campaign):
    campaign.closes_at = timezone.now() + datetime.timedelta(days=3)
    campaign.save()
    return campaign


def test_announcing_reaches_every_active_unit_of_the_region_once(season, people, places):
    places["服务中心"].is_active = False
    places["服务中心"].save()
    assert announce(season, actor=people["业务管理员"]) == 4
    assert announce(season, actor=people["业务管理员"]) == 0
    told = set(Participation.objects.values_list("organization__name", flat=True))
    assert told == {"上海市财政局", "上海市金融服务办公室", "上海市发展和改革委员会", "上海市经济信息中心"}
    assert AuditRecord.objects.filter(action="announce").count() == 1
    places["服务中心"].is_active = True
    places["服务中心"].save()
    assert announce(season, actor=people["业务管理员"]) == 1


@pytest.mark.parametrize("who", ["信息中心填报人", "财政审核人", "系统管理员", "外区财政审核人"])
def test_only_the_business_admin_runs_campaigns(season, people, places, who):
    with pytest.raises(PermissionDenied):
        announce(season, actor=people[who])
    with pytest.raises(PermissionDenied):
        extend(season, places["信息中心"], until=timezone.now(), reason="x", actor=people[who])


def test_an_extension_moves_one_unit_s_deadline_and_needs_a_reason(season, people, places):
    until = season.closes_at + datetime.timedelta(days=5)
    extend(season, places["信息中心"], until=until, reason="机房搬迁", actor=people["业务管理员"])
    assert season.deadline_for(places["信息中心"]) == until
    assert season.deadline_for(places["服务中心"]) == season.closes_at
    later = until + datetime.timedelta(days=1)
    extend(season, places["信息中心"], until=later, reason="再延", actor=people["业务管理员"])
    assert Extension.objects.get().closes_at == later
    assert AuditRecord.objects.filter(action="extend").count() == 2


@pytest.mark.parametrize(
    ("reason", "days", "unit", "field"),
    [
        (" ", 5, "信息中心", "reason"),
        ("x", -5, "信息中心", "until"),
        ("x", 0, "信息中心", "until"),
        ("x", 5, "外区", "organization"),
    ],
)
def test_an_extension_is_refused_where_it_makes_no_sense(season, people, places, reason, days, unit, field):
    until = season.closes_at + datetime.timedelta(days=days)
    with pytest.raises(ValidationError) as refusal:
        extend(season, places[unit], until=until, reason=reason, actor=people["业务管理员"])
    assert list(refusal.value.message_dict) == [field]
    assert not Extension.objects.exists()


def test_a_rollover_is_shown_first_done_once_and_taken_back(season, people):
    admin = people["业务管理员"]
    planned = rollover.plan(2020, actor=admin)
    assert [item.name for item in planned] == ["2021年度绩效目标申报"]
    assert Campaign.objects.count() == 1
    made = rollover.roll_over(2020, actor=admin)
    assert [c.fiscal_year for c in made] == [2021]
    assert made[0].closes_at.year == season.closes_at.year + 1
    season.refresh_from_db()
    assert season.is_archived
    assert rollover.roll_over(2020, actor=admin) == []
    rollover.undo(made, actor=admin)
    season.refresh_from_db()
    assert not season.is_archived
    assert Campaign.objects.count() == 1


def test_a_rollover_with_forms_cannot_be_taken_back(season, people, make_declaration):
    made = rollover.roll_over(2020, actor=people["业务管理员"])
    make_declaration(in_campaign=made[0])
    with pytest.raises(ProtectedError):
        rollover.undo(made, actor=people["业务管理员"])
    assert Campaign.objects.filter(pk=made[0].pk).exists()


def test_the_29th_of_february_has_a_next_year():
    day = datetime.datetime(2024, 2, 29, 17, tzinfo=datetime.UTC)
    assert rollover._next_year(day) == datetime.datetime(2025, 2, 28, 17, tzinfo=datetime.UTC)
