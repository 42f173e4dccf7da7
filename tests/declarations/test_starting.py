"""Starting a form: the row from the first click, once; last year's form with all that must be looked at again."""

import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from declarations import copying, starting
from declarations.models import CopyLook, Declaration, Indicator, Origin, Project, SubProject
from declarations.speaking import set_amount, set_date
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
NEW = reverse("declarations:new")


@pytest.fixture
def next_year(region):
    return Campaign.objects.create(
        name="2021年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2021,
        region=region,
        edition_id="sh-2020-declaration",
    )


@pytest.fixture
def national(region):
    return Campaign.objects.create(
        name="2021年度（全国表式）",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2021,
        region=region,
        edition_id="national-2021-declaration",
    )


def copied(source, campaign, actor, key=None):
    return starting.copy_from(source, campaign=campaign, key=key or uuid.uuid4(), actor=actor)


# An empty form ---------------------------------------------------------------------------------------------------------


def test_the_row_exists_from_the_first_click(at, campaign):
    answer = at("信息中心填报人").post(
        NEW, {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4(), "name": " 房屋  修缮 "}
    )
    declaration = Declaration.objects.get()
    assert answer["Location"] == reverse("declarations:tasks", args=[declaration.pk])
    assert (declaration.project_name, declaration.project.name) == ("房屋 修缮", "房屋 修缮")
    assert (declaration.state, declaration.fiscal_year) == (State.DRAFT, 2020)
    assert declaration.open_errors > 0
    assert AuditRecord.objects.get().action == "start"


def test_a_name_may_come_later(at, campaign):
    answer = at("信息中心填报人").post(NEW, {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4()})
    assert answer.status_code == 302
    assert "未命名项目" in at("信息中心填报人").get(answer["Location"]).content.decode()


def test_the_same_click_twice_opens_one_form(at, campaign):
    browser, posted = (
        at("信息中心填报人"),
        {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4(), "name": "甲"},
    )
    first, second = browser.post(NEW, posted), browser.post(NEW, posted)
    assert first["Location"] == second["Location"]
    assert (Declaration.objects.count(), Project.objects.count(), AuditRecord.objects.count()) == (1, 1, 1)


def test_one_page_may_start_two_projects(at, campaign):
    """Going back in the browser shows the same key again; another choice is another form."""
    key, browser = uuid.uuid4(), at("信息中心填报人")
    for name in ("甲", "乙"):
        browser.post(NEW, {"campaign": campaign.pk, "choice": "new", "key": key, "name": name})
    assert set(Declaration.objects.values_list("project_name", flat=True)) == {"甲", "乙"}


@pytest.mark.django_db(transaction=True)
def test_four_clicks_at_the_same_moment_open_one_form(at, campaign):
    posted = {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4(), "name": "甲"}
    browsers = [at("信息中心填报人") for _ in range(4)]
    start, answers = threading.Barrier(4), []

    def click(browser):
        try:
            start.wait(20)
            answers.append(browser.post(NEW, posted))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {answer["Location"] for answer in answers} == {
        reverse("declarations:tasks", args=[Declaration.objects.get().pk])
    }
    assert (len(answers), Project.objects.count(), AuditRecord.objects.count()) == (4, 1, 1)


def test_another_s_key_does_not_lead_to_another_s_form(at, people, campaign):
    key = uuid.uuid4()
    posted = {"campaign": campaign.pk, "choice": "new", "key": key, "name": ""}
    at("信息中心填报人").post(NEW, posted)
    at("服务中心填报人").post(NEW, posted)
    assert Declaration.objects.values("organization").distinct().count() == Declaration.objects.count() == 2


def test_a_name_that_the_unit_has_already_is_asked_back(at, campaign, make_declaration):
    make_declaration(name="房屋修缮")
    answer = at("信息中心填报人").post(
        NEW, {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4(), "name": "房屋修缮"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "本单位已经有叫“房屋修缮”的项目" in page
    assert 'value="房屋修缮"' in page
    assert Declaration.objects.count() == 1


def test_a_name_too_long_is_said_with_both_numbers_and_kept(at, campaign):
    answer = at("信息中心填报人").post(
        NEW, {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4(), "name": "长" * 301}
    )
    assert answer.status_code == 422
    assert "最多 300 个字，现在是 301 个字" in answer.content.decode()
    assert "长" * 301 in answer.content.decode()


@pytest.mark.parametrize(
    "choice", ["project-", "project-x", "copy-999999", "copy-９", "project-9999999999999999999"]
)
def test_a_choice_that_is_not_there_is_404(at, campaign, choice):
    answer = at("信息中心填报人").post(NEW, {"campaign": campaign.pk, "choice": choice, "key": uuid.uuid4()})
    assert answer.status_code == 404


def test_another_unit_s_project_is_404(at, campaign, make_declaration):
    theirs = make_declaration(unit="服务中心")
    for choice in (f"project-{theirs.project_id}", f"copy-{theirs.pk}"):
        answer = at("信息中心填报人").post(
            NEW, {"campaign": campaign.pk, "choice": choice, "key": uuid.uuid4()}
        )
        assert answer.status_code == 404
    assert Declaration.objects.count() == 1


def test_an_open_form_of_the_project_is_opened_instead_of_a_twin(at, campaign, make_declaration):
    there = make_declaration(name="房屋修缮")
    answer = at("信息中心同事").post(
        NEW,
        {"campaign": campaign.pk, "choice": f"project-{there.project_id}", "key": uuid.uuid4()},
        follow=True,
    )
    assert answer.redirect_chain == [(reverse("declarations:tasks", args=[there.pk]), 302)]
    assert "已经有一张表，就是这一张" in answer.content.decode()
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize("choice", ["project", "copy"])
def test_approved_targets_are_adjusted_not_written_again(at, campaign, next_year, make_declaration, choice):
    """A page from before the approval still offers the project: the second form could never be approved."""
    there = make_declaration(name="房屋修缮", state=State.APPROVED, in_campaign=next_year)
    source = Declaration.objects.create(
        project=there.project,
        organization=there.organization,
        campaign=campaign,
        fiscal_year=2020,
        edition_id=campaign.edition_id,
        project_name="房屋修缮",
    )
    number = source.pk if choice == "copy" else there.project_id
    answer = at("信息中心填报人").post(
        NEW,
        {"campaign": next_year.pk, "choice": f"{choice}-{number}", "key": uuid.uuid4()},
        follow=True,
    )
    assert answer.redirect_chain == [(reverse("declarations:tasks", args=[there.pk]), 302)]
    page = answer.content.decode()
    assert "已经批复，就是这一张。要改目标，在这里做目标调整" in page
    assert reverse("declarations:adjust", args=[there.pk]) in page
    assert set(Declaration.objects.all()) == {there, source}
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    "change", [{"is_archived": True}, {"opens_at": "2100-01-01T00:00Z"}, {"kind": "evaluation"}]
)
def test_a_campaign_that_is_not_open_is_not_offered_and_refused(at, people, campaign, change):
    Campaign.objects.filter(pk=campaign.pk).update(**change)
    browser = at("信息中心填报人")
    assert "现在没有可以填报的批次" in browser.get(NEW).content.decode()
    answer = browser.post(NEW, {"campaign": campaign.pk, "choice": "new", "key": uuid.uuid4()})
    assert answer.status_code == 422
    with pytest.raises(PermissionDenied):
        starting.start_declaration(campaign=campaign, key=uuid.uuid4(), actor=people["信息中心填报人"])


def test_after_the_deadline_one_can_still_start(people, campaign):
    campaign.closes_at = timezone.now() - timezone.timedelta(days=1)
    campaign.save()
    made = starting.start_declaration(campaign=campaign, key=uuid.uuid4(), actor=people["信息中心填报人"])
    assert made.is_overdue


def test_another_region_s_campaign_is_closed_to_us(people, campaign):
    with pytest.raises(PermissionDenied):
        starting.start_declaration(campaign=campaign, key=uuid.uuid4(), actor=people["外区填报人"])


@pytest.mark.parametrize("who", ["信息中心审核人", "发改委审核人", "财政审核人", "业务管理员", "系统管理员"])
def test_only_officers_start(at, people, campaign, who):
    assert at(who).get(NEW).status_code == 403
    assert at(who).post(NEW, {"campaign": campaign.pk, "choice": "new"}).status_code == 403
    with pytest.raises(PermissionDenied):
        starting.start_declaration(campaign=campaign, key=uuid.uuid4(), actor=people[who])


# From last year --------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(make_declaration):
    declaration = make_declaration(
        name="房屋修缮",
        project_category="经常性专项业务费",
        necessity="2019年完成1号楼，2020年修缮2号楼。",
        legal_basis="按沪发改〔2018〕12号执行。",
        includes_government_purchase=False,
    )
    for key, typed in (("start_date", "2020年1月1日"), ("end_date", "2020年底")):
        set_date(declaration, key, typed)
    for key, typed in (
        ("total", "900000"),
        ("current_year", "600,000.00"),
        ("previous_year_budget", "5"),
        ("previous_year_executed", "4"),
    ):
        set_amount(declaration, key, typed)
    declaration.save()
    Indicator.objects.create(
        declaration=declaration,
        row_id="aaaa0001",
        position=1,
        level1="产出目标",
        level2="数量",
        name="修缮面积",
        target=">=1344平方米",
        baseline="2019年 1200 平方米",
    )
    Indicator.objects.create(
        declaration=declaration, row_id="aaaa0002", position=2, level1="旧目标", level2="旧组", name="旧指标"
    )
    SubProject.objects.create(
        declaration=declaration, position=1, name="防水", amount_typed="1000", amount=1000
    )
    return declaration


def test_texts_and_rows_come_over_amounts_do_not(source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    assert made.project == source.project
    assert made.copied_from == source
    assert made.necessity == source.necessity  # years inside texts are not rewritten
    assert made.includes_government_purchase is False
    assert (made.total_typed, made.current_year_typed, made.previous_year_executed_typed) == ("", "", "")
    assert (made.total, made.current_year, made.previous_year_executed) == (None, None, None)
    assert (made.previous_year_budget_typed, made.previous_year_budget) == ("600,000.00", 600000)
    assert [(r.row_id, r.name, r.target, r.origin) for r in made.indicators.all()] == [
        ("aaaa0001", "修缮面积", ">=1344平方米", Origin.LAST_YEAR),
        ("aaaa0002", "旧指标", "", Origin.LAST_YEAR),
    ]
    assert [(r.name, r.amount_typed, r.amount) for r in made.sub_projects.all()] == []  # no such table in 2020
    assert made.open_errors > 0
    record = AuditRecord.objects.get()
    assert (record.action, record.changes) == ("copy", {"source": source.pk, "year": 2020})


def test_sub_projects_keep_their_names_where_the_form_has_them(source, next_year, people):
    next_year.edition_id = "sh-2018-declaration"
    next_year.save()
    made = copied(source, next_year, people["信息中心填报人"])
    assert [(r.name, r.amount_typed, r.amount) for r in made.sub_projects.all()] == [("防水", "", None)]


def test_dates_move_and_unreadable_ones_stay(source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    assert made.start_date_typed == "2021年1月1日"
    assert made.start_date.isoformat() == "2021-01-01"
    assert (made.end_date_typed, made.end_date) == ("2020年底", None)


@pytest.mark.parametrize(
    ("typed", "years", "moved"),
    [
        ("2020-01-01", 1, "2021-01-01"),
        ("2020/2/29", 1, "2021-02-28"),
        ("2020年2月29日", 4, "2024年2月29日"),
        ("20201231", 1, "20211231"),
        ("２０２０-１-１", 1, "2021-１-１"),
        ("2020年12月底", 1, "2020年12月底"),
        ("", 1, ""),
    ],
)
def test_a_date_keeps_its_way_of_writing(typed, years, moved):
    assert starting.shifted(typed, years) == moved


def test_in_another_edition_rows_find_their_group_or_keep_the_old_one(source, national, people):
    made = copied(source, national, people["信息中心填报人"])
    area, old = made.indicators.all()
    assert (area.level1, area.level2) in made.edition.groups
    assert area.level1 != "产出目标"
    assert (old.level1, old.level2) == ("旧目标", "旧组")
    groups = {group.kind: group for group in copying.look_groups(made)}
    assert [listed.look.path for listed in groups["groups"].looks] == ["indicators.aaaa0002"]


def test_copying_twice_is_copying_once(source, next_year, people):
    key = uuid.uuid4()
    first = copied(source, next_year, people["信息中心填报人"], key)
    assert copied(source, next_year, people["信息中心填报人"], key) == first
    with pytest.raises(starting.AlreadyOpen) as there_is:
        copied(source, next_year, people["信息中心同事"])
    assert there_is.value.declaration == first
    assert first.indicators.count() == 2


def test_a_form_is_not_copied_into_its_own_year_or_by_strangers(source, campaign, next_year, people):
    with pytest.raises(PermissionDenied):
        copied(source, campaign, people["信息中心填报人"])
    for who in ("服务中心填报人", "信息中心审核人", "业务管理员"):
        with pytest.raises(PermissionDenied):
            copied(source, next_year, people[who])


def test_the_new_page_shows_last_year_s_money_and_copies(at, source, next_year):
    browser = at("信息中心填报人")
    page = browser.get(NEW, {"campaign": next_year.pk}).content.decode()
    assert "600,000.00" in page
    assert f'value="copy-{source.pk}"' in page
    posted = {"campaign": next_year.pk, "choice": f"copy-{source.pk}", "key": uuid.uuid4()}
    browser.post(NEW, posted)
    assert Declaration.objects.get(campaign=next_year).copied_from == source
    assert "打开" in browser.get(NEW, {"campaign": next_year.pk}).content.decode()


# What must be looked at again ------------------------------------------------------------------------------------------


def looks(declaration):
    return {group.kind: [listed.look for listed in group.looks] for group in copying.look_groups(declaration)}


def test_everything_doubtful_is_listed_with_its_place(source, next_year, people):
    found = looks(copied(source, next_year, people["信息中心填报人"]))
    assert [(look.path, look.mark) for look in found["dates"]] == [
        ("start_date", "2021年1月1日"),
        ("end_date", "2020年底"),
    ]
    assert "没有推算" in found["dates"][1].note
    amounts = {look.path: (look.mark, look.note) for look in found["amounts"]}
    assert amounts["budget.current_year"] == ("还没有填", "2020 年是 600,000.00。")
    assert amounts["budget.previous_year_budget"] == ("600,000.00", "取自 2020 年的当年预算。")
    years = [(look.path, look.mark, look.note) for look in found["years"]]
    assert years == [
        ("legal_basis", "2018", "文号里的年份，一般不改；看看文件是否还有效。"),
        ("necessity", "2019", "往年。"),
        ("necessity", "2020", "往年。"),
    ]
    assert [(look.path, look.place) for look in found["rows"]] == [
        ("indicators.aaaa0001.baseline", "第 1 行 基期值")
    ]
    assert [look.path for look in found["groups"]] == ["indicators.aaaa0002"]


def test_last_year_s_findings_come_along_only_with_their_text(source, next_year, people):
    source.project_overview = "房屋修缮。"
    source.save()
    made = copied(source, next_year, people["信息中心填报人"])
    paths = {look.path for look in looks(made).get("findings", [])}
    assert "project_overview" in paths
    made.project_overview = "中心 2 号楼建于上世纪八十年代，屋面渗漏，白蚁蛀蚀，需要全面修缮。"
    assert "project_overview" not in {look.path for look in looks(made).get("findings", [])}


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2019年至2021年", ["2019", "2021"]),
        ("截止到2020-12-31，即2020.12.31", ["2020", "2020"]),
        ("2018、2019，2020年", ["2018", "2019", "2020"]),
        ("２０２０年", ["２０２０"]),
        ("沪财预〔2018〕5号", ["2018"]),
        ("共12020人，金额2020000元", []),
        ("2,020.50元、1.2020", []),
        ("编号20201231", []),
        (">=2000次，2000 个", []),
        ("", []),
    ],
)
def test_which_numbers_are_years(text, years):
    assert [year for _, year, _, _ in copying.years_in(text)] == years


def test_a_tick_is_kept_until_the_text_changes(at, source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    url, browser = reverse("declarations:copy", args=[made.pk]), at("信息中心填报人")
    key = looks(made)["years"][0].key
    answer = browser.post(url, {"seen": [key, key], "back": "l-years-1"})
    assert answer["Location"] == f"{url}#l-years-1"
    assert "信息中心填报人 看过了" in browser.get(url).content.decode()
    assert CopyLook.objects.count() == 1
    Declaration.objects.filter(pk=made.pk).update(legal_basis="另按沪发改〔2018〕12号执行。")
    years = next(g for g in copying.look_groups(Declaration.objects.get(pk=made.pk)) if g.kind == "years")
    assert years.looks[0].tick is None
    browser.post(url, {"unseen": [key]})
    assert CopyLook.objects.count() == 0


def test_ticking_what_is_no_longer_there_is_said(at, source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    url = reverse("declarations:copy", args=[made.pk])
    answer = at("信息中心填报人").post(url, {"seen": ["years:necessity:000000000000"]}, follow=True)
    assert "改过了，请看现在的内容再勾" in answer.content.decode()
    assert CopyLook.objects.count() == 0


def test_only_the_unit_s_officers_tick(at, source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    url = reverse("declarations:copy", args=[made.pk])
    assert at("信息中心审核人").get(url).status_code == 200
    assert at("信息中心审核人").post(url, {"seen": []}).status_code == 403
    assert at("服务中心填报人").get(url).status_code == 404


def test_a_form_from_scratch_has_nothing_to_look_at(at, make_declaration):
    url = reverse("declarations:copy", args=[make_declaration().pk])
    assert "这张表是从空白开始填的" in at("信息中心填报人").get(url).content.decode()


def test_the_task_list_leads_to_what_was_copied(at, source, next_year, people):
    made = copied(source, next_year, people["信息中心填报人"])
    page = at("信息中心填报人").get(reverse("declarations:tasks", args=[made.pk])).content.decode()
    assert "从 2020 年的表复制来的" in page
    assert "逐条看一遍从往年复制来的内容" in page
    assert "信息中心填报人 建立草稿" in page
    assert "600,000.00 元" in page  # last year's money beside this year's form
