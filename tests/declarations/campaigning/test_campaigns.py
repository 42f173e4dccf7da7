"""The screens of the 业务管理员: open, change, announce, archive, roll over and take that back."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from declarations.campaigning.chart import chart_of
from declarations.models import Declaration
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.models import Campaign, Participation
from perfgoals.campaigns.workdays import working_days_left

pytestmark = pytest.mark.django_db

GOOD = {
    "name": "2027年度绩效目标申报",
    "kind": "declaration",
    "fiscal_year": "2027",
    "edition_id": "sh-2020-declaration",
    "opens_at": "2026-09-01T09:00",
    "closes_at": "2026-10-18T17:00",
    "has_unit_review": "1",
}


def post(browser, view, /, *args, **posted):
    return browser.post(reverse(f"declarations:{view}", args=args), posted)


def test_a_campaign_is_opened_and_then_announced(at, people, places):
    browser = at("业务管理员")
    answer = post(browser, "campaign_new", **GOOD)
    made = Campaign.objects.get(name=GOOD["name"])
    assert answer.url == reverse("declarations:campaign", args=[made.pk])
    assert made.has_unit_review
    assert timezone.localtime(made.closes_at).hour == 17
    assert AuditRecord.objects.filter(action="campaign_open").exists()
    assert not Participation.objects.exists()
    page = browser.get(answer.url).content.decode()
    assert "通知 5 个单位" in page
    post(browser, "campaign_announce", made.pk)
    assert Participation.objects.filter(campaign=made).count() == 5
    page = post(browser, "campaign_announce", made.pk, follow="1")
    assert Participation.objects.count() == 5


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "写批次名称"),
        ("name", "2020年度绩效目标申报", "已经有叫这个名称的批次"),
        ("fiscal_year", "二〇二七", "年度写成 2027 的样子"),
        ("fiscal_year", "99999", "年度写成 2027 的样子"),
        ("edition_id", "sh-2018-disclosure", "不能用在绩效目标申报"),
        ("edition_id", "none", "没有这种表式"),
        ("closes_at", "明年", "写成 2026-10-18 17:00 的样子"),
        ("closes_at", "2026-08-01T00:00", "截止时间要晚于开始时间"),
        ("has_unit_review", "7", "没有这个选项"),
        ("kind", "monitoring", "绩效运行监控要选数据截至哪个月"),
        ("cutoff_month", "13", "选 1 到 12 月"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(at, campaign, field, value, words):
    answer = post(at("业务管理员"), "campaign_new", **GOOD | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.content.decode().count(words) == 1
    assert Campaign.objects.count() == 1


def test_year_and_edition_are_fixed_once_there_are_forms(at, campaign, make_declaration):
    make_declaration()
    posted = GOOD | {"name": "改了名", "fiscal_year": "2031", "edition_id": "sh-2018-declaration"}
    assert post(at("业务管理员"), "campaign", campaign.pk, **posted).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.name, campaign.fiscal_year, campaign.edition_id) == (
        "改了名",
        2020,
        "sh-2020-declaration",
    )
    change = AuditRecord.objects.get(action="campaign_change")
    assert set(change.changes) == {"name", "opens_at", "closes_at", "has_unit_review"}


def test_only_monitoring_keeps_its_month(at, region):
    post(at("业务管理员"), "campaign_new", **GOOD | {"cutoff_month": "7"})
    assert Campaign.objects.get().cutoff_month is None


def test_an_archived_campaign_takes_no_new_forms_and_comes_back(at, campaign):
    browser = at("业务管理员")
    post(browser, "campaign_archive", campaign.pk, archived="1")
    campaign.refresh_from_db()
    assert campaign.is_archived
    assert "没有可以填报的批次" in at("信息中心填报人").get(reverse("declarations:new")).content.decode()
    post(browser, "campaign_archive", campaign.pk, archived="0")
    campaign.refresh_from_db()
    assert not campaign.is_archived
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {
        "campaign_archive",
        "campaign_unarchive",
    }


def test_a_rollover_is_a_dry_run_until_it_is_posted_and_can_be_taken_back(at, campaign):
    browser = at("业务管理员")
    page = browser.get(reverse("declarations:rollover")).content.decode()
    assert "2021年度绩效目标申报" in page
    assert "试算" in page
    assert Campaign.objects.count() == 1
    post(browser, "rollover", year="2020")
    made = Campaign.objects.get(fiscal_year=2021)
    assert made.rolled_from == campaign
    assert "撤回转年" in browser.get(reverse("declarations:campaigns")).content.decode()
    post(browser, "rollover_undo")
    assert Campaign.objects.get() == campaign
    campaign.refresh_from_db()
    assert not campaign.is_archived


def test_taking_back_leaves_what_was_announced_or_filled(at, campaign, make_declaration):
    browser = at("业务管理员")
    post(browser, "rollover", year="2020")
    made = Campaign.objects.get(fiscal_year=2021)
    make_declaration(in_campaign=made)
    post(browser, "rollover_undo")
    assert Campaign.objects.filter(pk=made.pk).exists()
    Declaration.objects.all().delete()
    post(browser, "campaign_announce", made.pk)
    post(browser, "rollover_undo")
    assert Campaign.objects.filter(pk=made.pk).exists()


def test_a_source_that_was_archived_before_stays_archived(at, campaign):
    browser = at("业务管理员")
    post(browser, "campaign_archive", campaign.pk, archived="1")
    post(browser, "rollover", year="2020")
    post(browser, "rollover_undo")
    campaign.refresh_from_db()
    assert campaign.is_archived


def test_a_year_of_another_region_cannot_be_rolled(at, campaign):
    post(at("业务管理员"), "rollover", year="1999")
    assert Campaign.objects.count() == 1


def test_working_days_count_monday_to_friday():
    def left(today, until):
        moment = timezone.make_aware(datetime.datetime.combine(until, datetime.time(17)))
        return working_days_left(moment, today=today)

    friday = datetime.date(2026, 10, 16)
    assert left(friday, friday) == 1
    assert left(friday, datetime.date(2026, 10, 18)) == 1
    assert left(friday, datetime.date(2026, 10, 19)) == 2
    assert left(friday, datetime.date(2026, 10, 30)) == 11
    assert left(datetime.date(2026, 10, 17), datetime.date(2026, 10, 18)) == 0
    assert left(friday, datetime.date(2026, 10, 15)) == 0


def test_the_chart_adds_up_first_submissions(campaign, people, make_declaration):
    assert chart_of(campaign, [], 0) is None
    now = timezone.now()
    for days in (9, 9, 4, 0):
        Declaration.objects.filter(pk=make_declaration(name=f"{days}{timezone.now()}").pk).update(
            state="finance_review",
            submitted_by=people["信息中心填报人"],
            first_submitted_at=now - datetime.timedelta(days=days),
        )
    unit = Declaration.objects.first().organization_id
    chart = chart_of(campaign, [unit], 8)
    assert [number for _, number in chart.days] == [2, 3, 4]
    assert chart.points.startswith("0.0,125.0 ")
    assert chart.points.endswith("378.0,90.0")
