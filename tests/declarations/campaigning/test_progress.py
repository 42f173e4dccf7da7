"""申报进度: counts by state, late and expected forms, scope, reminding, and a constant number of queries."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from declarations.campaigning import progress
from declarations.checkup.contract import RULES
from declarations.models import Declaration, Project
from perfgoals.accounts.models import Organization, OrganizationKind
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.announcing import announce, extend
from perfgoals.campaigns.models import Campaign, CampaignKind, Participation
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def season(campaign, people):
    campaign.closes_at = timezone.now() + datetime.timedelta(days=3)
    campaign.save()
    announce(campaign, actor=people["业务管理员"])
    return campaign


@pytest.fixture
def last_year(region):
    return Campaign.objects.create(
        name="2019年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2019,
        region=region,
        edition_id="sh-2020-declaration",
    )


def put(declaration, state, *, sent=None, by=None, **columns):
    columns |= {"submitted_at": sent, "first_submitted_at": sent} if sent else {}
    Declaration.objects.filter(pk=declaration.pk).update(state=state, submitted_by=by, **columns)


def line_of(found, place):
    return next(unit for unit in found.units if unit.organization.pk == place.pk)


def page_for(browser, name, *args, query=""):
    return browser.get(reverse(f"declarations:{name}", args=args) + query)


def remind(browser, campaign, **posted):
    return browser.post(reverse("declarations:campaign_remind", args=[campaign.pk]), posted)


def test_every_state_is_counted_once_with_its_money(season, people, places, make_declaration):
    filer = people["信息中心填报人"]
    for number, state in enumerate((State.DRAFT, State.RETURNED, State.FINANCE_REVIEW, State.APPROVED)):
        put(make_declaration(name=f"项目{number}"), state, by=filer, current_year=f"{10**number}.10")
    found = progress.progress_of(season, people["业务管理员"])
    counts = line_of(found, places["信息中心"]).counts
    assert (counts.draft, counts.returned, counts.review, counts.settled) == (1, 1, 1, 1)
    assert str(counts.money) == "1111.40"
    assert found.counts.total == 4
    assert [part[1:] for part in counts.bar] == [
        ("0.00%", "25.00%"),
        ("25.00%", "25.00%"),
        ("50.00%", "25.00%"),
        ("75.00%", "25.00%"),
    ]
    assert found.departments[0].department == places["发改委"]  # who still has something to send comes first
    assert line_of(found, places["服务中心"]).is_waited_for  # no form at all: has not begun


def test_an_adjustment_under_way_is_not_a_second_project(season, people, places, make_declaration):
    old = make_declaration()
    put(old, State.APPROVED, by=people["信息中心填报人"], current_year="500.00")
    Declaration.objects.create(
        project=old.project,
        organization=old.organization,
        campaign=season,
        fiscal_year=2020,
        edition_id=old.edition_id,
        adjusts=old,
        adjustment_reason="合同价下调",
        current_year="400.00",
    )
    counts = line_of(progress.progress_of(season, people["业务管理员"]), places["信息中心"]).counts
    assert (counts.total, counts.settled, counts.draft, str(counts.money)) == (1, 1, 0, "500.00")
    browser_money = Declaration.objects.filter(organization=places["信息中心"]).once_per_project()
    assert [row.pk for row in browser_money] == [old.pk]


def test_projects_of_last_year_are_expected_unless_they_ended(
    season, last_year, people, places, make_declaration
):
    filer = people["信息中心填报人"]
    for name, ends in (("常年运维", "2022-12-31"), ("一次性修缮", "2019-06-30"), ("没写完成日期", None)):
        put(make_declaration(name=name, in_campaign=last_year), State.APPROVED, by=filer, end_date=ends)
    found = progress.progress_of(season, people["业务管理员"])
    assert found.not_started.startswith("2019 年报过")
    assert line_of(found, places["信息中心"]).counts.not_started == 2
    again = Project.objects.get(name="常年运维")
    Declaration.objects.create(
        project=again,
        organization=again.organization,
        campaign=season,
        fiscal_year=2020,
        edition_id=season.edition_id,
    )
    counts = line_of(progress.progress_of(season, people["业务管理员"]), places["信息中心"]).counts
    assert (counts.not_started, counts.draft) == (1, 1)


def test_late_is_judged_by_the_unit_s_own_deadline(season, people, places, make_declaration):
    filer = people["信息中心填报人"]
    now = timezone.now()
    Campaign.objects.filter(pk=season.pk).update(closes_at=now - datetime.timedelta(days=2))
    season.refresh_from_db()
    yesterday = now - datetime.timedelta(days=1)
    put(make_declaration(name="晚送"), State.FINANCE_REVIEW, by=filer, sent=yesterday)
    put(make_declaration(name="准时"), State.APPROVED, by=filer, sent=now - datetime.timedelta(days=9))
    make_declaration(name="没送")
    put(make_declaration(name="准时，退回了"), State.RETURNED, by=filer, sent=now - datetime.timedelta(days=9))
    counts = line_of(progress.progress_of(season, people["业务管理员"]), places["信息中心"]).counts
    assert (counts.late, counts.overdue) == (1, 1)
    soon = now + datetime.timedelta(days=5)
    extend(season, places["信息中心"], until=soon, reason="机房搬迁", actor=people["业务管理员"])
    line = line_of(progress.progress_of(season, people["业务管理员"]), places["信息中心"])
    assert (line.counts.late, line.counts.overdue, line.is_extended) == (0, 0, True)
    assert line.deadline == soon


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("业务管理员", {"财政局", "金融办", "服务中心", "发改委", "信息中心"}),
        ("财政审核人", {"财政局", "金融办", "服务中心", "发改委", "信息中心"}),
        ("发改委审核人", {"发改委", "信息中心"}),
        ("信息中心填报人", {"信息中心"}),
        ("信息中心审核人", {"信息中心"}),
    ],
)
def test_everybody_sees_their_own_scope(season, people, places, who, seen):
    found = progress.progress_of(season, people[who])
    assert {unit.organization.pk for unit in found.units} == {places[name].pk for name in seen}


def test_a_draft_is_counted_for_reviewers_and_never_named(season, people, places, make_declaration, at):
    make_declaration(name="还没想好的项目")
    browser = at("发改委审核人")
    page = page_for(browser, "campaign_unit", season.pk, places["信息中心"].pk).content.decode()
    assert "1 个项目没有送审" in page
    assert "送审以前只有单位自己能看" in page
    assert "还没想好的项目" not in page
    own = page_for(at("信息中心填报人"), "campaign_unit", season.pk, places["信息中心"].pk).content.decode()
    assert "还没想好的项目" in own
    assert page_for(browser, "campaign_unit", season.pk, places["服务中心"].pk).status_code == 404
    assert (
        page_for(
            browser, "campaign_progress", season.pk, query=f"?department={places['金融办'].pk}"
        ).status_code
        == 404
    )


def test_the_filter_leaves_out_who_has_sent_everything(season, people, places, make_declaration, at):
    put(make_declaration(unit="金融办"), State.APPROVED, by=people["服务中心填报人"])
    put(make_declaration(unit="服务中心", name="另一个"), State.APPROVED, by=people["服务中心填报人"])
    make_declaration()
    browser = at("财政审核人")
    everything = page_for(browser, "campaign_progress", season.pk).content.decode()
    still_open = page_for(browser, "campaign_progress", season.pk, query="?open=1").content.decode()
    assert "金融服务办公室" in everything
    assert "全部送审" in everything
    assert "金融服务办公室" not in still_open
    assert "发展和改革委员会" in still_open


def test_reminding_reaches_who_is_waited_for_once_a_day(season, people, places, make_declaration, at):
    for unit in ("金融办", "服务中心"):
        put(make_declaration(unit=unit, name=unit), State.APPROVED, by=people["服务中心填报人"])
    make_declaration()
    answer = remind(at("业务管理员"), season, department=places["发改委"].pk)
    assert answer.status_code == 302
    told = set(Participation.objects.filter(reminded_at__isnull=False).values_list("organization", flat=True))
    assert told == {places["发改委"].pk, places["信息中心"].pk}
    assert AuditRecord.objects.get(action="remind").changes["units"] == 2
    answer = at("业务管理员").post(
        reverse("declarations:campaign_remind", args=[season.pk]), {"unit": places["信息中心"].pk}, follow=True
    )
    assert "今天都催过了" in answer.content.decode()
    remind(at("财政审核人"), season)
    told = Participation.objects.filter(reminded_at__isnull=False)
    assert set(told.values_list("organization", flat=True)) == {
        places[name].pk for name in ("发改委", "信息中心", "财政局")
    }
    Participation.objects.update(reminded_at=timezone.now() - datetime.timedelta(days=1))
    remind(at("发改委审核人"), season, unit=places["信息中心"].pk)
    assert AuditRecord.objects.filter(action="remind").count() == 3


@pytest.mark.parametrize(
    ("who", "code"), [("信息中心填报人", 403), ("信息中心审核人", 403), ("外区财政审核人", 404)]
)
def test_units_do_not_remind(season, people, at, who, code):
    assert remind(at(who), season).status_code == code
    assert not AuditRecord.objects.filter(action="remind").exists()


def test_a_department_reminds_only_its_own(season, people, places, at):
    remind(at("发改委审核人"), season)
    told = Participation.objects.filter(reminded_at__isnull=False).values_list("organization", flat=True)
    assert set(told) == {places["发改委"].pk, places["信息中心"].pk}
    assert remind(at("发改委审核人"), season, unit=places["服务中心"].pk).status_code == 302
    assert not Participation.objects.filter(organization=places["服务中心"], reminded_at__isnull=False).exists()


@pytest.mark.parametrize("bad", ["x", "9" * 40, "-1", "１", "0"])
def test_nonsense_reminds_nobody(season, people, at, bad):
    assert remind(at("业务管理员"), season, unit=bad).status_code == 302
    assert not Participation.objects.filter(reminded_at__isnull=False).exists()
    assert remind(at("业务管理员"), season, department=bad).status_code == 404


def test_an_extension_is_given_from_the_unit_s_page(season, people, places, at):
    url = reverse("declarations:campaign_unit", args=[season.pk, places["信息中心"].pk])
    until = timezone.localtime(season.closes_at + datetime.timedelta(days=4))
    posted = {"until": f"{until:%Y-%m-%dT%H:%M}", "reason": "机房搬迁"}
    assert at("财政审核人").post(url, posted).status_code == 403
    answer = at("业务管理员").post(url, posted | {"reason": " "})
    assert answer.status_code == 422
    assert "要写延期的原因" in answer.content.decode()
    answer = at("业务管理员").post(url, posted | {"until": "2001-01-01T00:00"})
    assert answer.status_code == 422
    assert "延期要晚于批次的截止时间" in answer.content.decode()
    assert "机房搬迁" in answer.content.decode()
    assert at("业务管理员").post(url, posted).status_code == 302
    page = at("信息中心填报人").get(url).content.decode()
    assert "机房搬迁" in page


def test_the_list_as_excel_says_the_same(season, people, places, make_declaration, at):
    put(make_declaration(), State.APPROVED, by=people["信息中心填报人"], current_year="300.05")
    answer = page_for(at("发改委审核人"), "campaign_list", season.pk)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[1] for row in rows[1:]] == ["上海市发展和改革委员会", "上海市经济信息中心"]
    row = dict(zip(rows[0], rows[2], strict=True))
    assert (row["项目"], row["已批复"], float(row["当年预算（元）"])) == (1, 1, 300.05)


@pytest.mark.parametrize("query", ["", "?department", "?open=1"])
def test_progress_costs_the_same_with_a_few_forms_and_with_six_thousand(
    season, last_year, people, places, region, at, query, django_assert_num_queries
):
    browser = at("财政审核人")
    where = f"?department={places['发改委'].pk}" if query == "?department" else query

    def fill(units, each):
        old = []
        for place in units:
            projects = Project.objects.bulk_create(
                [Project(organization=place, name=f"{place.code}-{n}") for n in range(each)]
            )
            for number, project in enumerate(projects):
                for camp in (last_year, season) if number % 7 else (last_year,):
                    old.append(
                        Declaration(
                            project=project,
                            organization=place,
                            campaign=camp,
                            fiscal_year=camp.fiscal_year,
                            edition_id=camp.edition_id,
                            state=State.APPROVED if number % 3 else State.DRAFT,
                            current_year="12.30",
                        )
                    )
        Declaration.objects.bulk_create(old, batch_size=500)

    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            assert page_for(browser, "campaign_progress", season.pk, query=where).status_code == 200
        return len(seen)

    fill([places["信息中心"], places["服务中心"]], 3)
    cost()
    few = cost()
    departments = Organization.objects.bulk_create(
        [
            Organization(code=f"8{n:02}", name=f"第{n}局", kind=OrganizationKind.DEPARTMENT, region=region)
            for n in range(30)
        ]
    )
    fill(departments, 100)
    assert Declaration.objects.count() > 5_500
    assert cost() == few


def test_the_most_frequent_troubles_are_counted_by_form(season, people, make_declaration):
    from declarations.campaigning.troubles import most_frequent

    codes = list(RULES)[:2]
    for number, kept in enumerate(
        (f"|error:{codes[0]}|doubt:{codes[1]}|", f"|error:{codes[0]}|", "", f"|hint:{codes[1]}|error:gone|")
    ):
        sent = make_declaration(name=f"项目{number}")
        put(sent, State.DEPARTMENT_REVIEW, by=people["信息中心填报人"], finding_codes=kept)
    for number, state in enumerate((State.DRAFT, State.RETURNED)):  # what is being written is the unit's alone
        put(make_declaration(name=f"草稿{number}"), state, finding_codes=f"|error:{codes[0]}|")
    unit = Declaration.objects.first().organization_id
    found = [(one.title, one.level, one.number, one.width) for one in most_frequent(season, [unit])]
    assert found == [
        (RULES[codes[0]].title, "error", 2, "100.0%"),
        (RULES[codes[1]].title, "doubt", 1, "50.0%"),
    ]
    assert most_frequent(season, []) == []


def test_keepers_see_no_progress(season, at):
    for name in ("系统管理员", "安全管理员", "审计员"):
        assert page_for(at(name), "campaign_progress", season.pk).status_code == 403
