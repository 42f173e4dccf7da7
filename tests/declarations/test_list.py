"""My projects: who sees what, grouped by who must act, found by any text, at a constant price."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations import listing, overview
from declarations.listing import Wanted
from declarations.models import Declaration, FieldMark, Indicator, Project, SubProject
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.listing import PAGE_SIZE
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
URL = reverse("declarations:list")


def names(page):
    return re.findall(r'class="pg-name" href="[^"]+">([^<]+)<', page)


def page_for(browser, query=""):
    answer = browser.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def move(declaration, state, people, **columns):
    """Into a state without the door: these tests are about lists."""
    Declaration.objects.filter(pk=declaration.pk).update(
        state=state, submitted_by=people["信息中心填报人"], **columns
    )


def test_rows_are_grouped_by_who_must_act(at, people, make_declaration):
    for name, state in (
        ("草稿甲", State.DRAFT),
        ("退回乙", State.RETURNED),
        ("在审丙", State.FINANCE_REVIEW),
        ("批复丁", State.APPROVED),
    ):
        move(make_declaration(name=name), state, people)
    page = page_for(at("信息中心填报人"))
    groups = re.findall(r'scope="rowgroup">(\S+) <span class="pg-count">(\d+)<', page)
    assert groups == [("要您处理", "2"), ("等别人处理", "1"), ("已办完", "1")]
    assert names(page) == ["退回乙", "草稿甲", "在审丙", "批复丁"]


def test_for_a_reviewer_the_first_group_is_what_waits_for_them(at, people, make_declaration):
    for name, state in (("到财政", State.FINANCE_REVIEW), ("到部门", State.DEPARTMENT_REVIEW)):
        move(make_declaration(name=name), state, people)
    finance, department = page_for(at("财政审核人")), page_for(at("发改委审核人"))
    assert names(finance) == ["到财政", "到部门"]
    assert names(department) == ["到部门", "到财政"]
    assert "上海市经济信息中心" in finance
    assert "新建项目" not in finance


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("信息中心填报人", {"草稿", "在审"}),
        ("信息中心审核人", {"草稿", "在审"}),
        ("服务中心填报人", set()),
        ("发改委审核人", {"在审"}),
        ("金融办审核人", set()),
        ("财政审核人", {"在审"}),
        ("业务管理员", {"草稿", "在审"}),
        ("外区财政审核人", set()),
    ],
)
def test_everyone_lists_their_own_scope(at, people, make_declaration, who, seen):
    make_declaration(name="草稿")
    move(make_declaration(name="在审"), State.DEPARTMENT_REVIEW, people)
    assert set(names(page_for(at(who)))) == seen


@pytest.mark.parametrize("who", ["系统管理员", "安全管理员", "审计员"])
def test_the_keepers_have_no_business_here(at, who):
    assert at(who).get(URL).status_code == 403


@pytest.mark.parametrize(
    "text",
    ["渗漏", "XM-77", "房屋 修缮", "完工进度", "防水子项", "信息中心", "ＡＢ１", "沪发改"],
)
def test_search_finds_every_text(at, make_declaration, text):
    declaration = make_declaration(
        name="房屋修缮", necessity="屋面多处渗漏", remarks="ＡＢ１ 号楼", legal_basis="沪发改〔2019〕3号"
    )
    Project.objects.filter(pk=declaration.project_id).update(code="XM-77")
    Indicator.objects.create(declaration=declaration, position=1, level1="产出目标", name="完工进度")
    SubProject.objects.create(declaration=declaration, position=1, name="防水子项")
    make_declaration(name="别的项目")
    found = names(page_for(at("信息中心填报人"), f"?q={text}"))
    assert found == (["房屋修缮"] if text != "信息中心" else found)
    assert "房屋修缮" in found


@pytest.mark.parametrize("text", ["%", "_", "'", "\\", "\x00", "<script>", "x" * 5000, "一 " * 300])
def test_strange_searches_find_nothing_and_break_nothing(at, make_declaration, text):
    make_declaration(name="房屋修缮")
    answer = at("信息中心填报人").get(URL, {"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
    if text.replace("\x00", ""):
        assert "没有找到这样的项目" in answer.content.decode()


def test_every_word_must_stand_somewhere(make_declaration):
    make_declaration(name="房屋修缮", necessity="渗漏")
    both = Declaration.objects.all()
    assert listing.containing(both, "房屋 渗漏").count() == 1
    assert listing.containing(both, "房屋 漏电").count() == 0


def test_a_row_with_two_hits_is_listed_once(make_declaration):
    declaration = make_declaration(name="房屋修缮")
    for position in (1, 2):
        Indicator.objects.create(declaration=declaration, position=position, level1="产出目标", name="修缮")
    assert list(listing.containing(Declaration.objects.all(), "修缮")) == [declaration]


def test_filters_narrow_and_the_counts_stay_true(at, people, make_declaration):
    make_declaration(name="有错", open_errors=2)
    make_declaration(name="有疑", open_doubts=1, performance_type="其他")
    make_declaration(name="干净", fund_use="其他")
    browser = at("信息中心填报人")
    assert names(page_for(browser, "?findings=error")) == ["有错"]
    assert names(page_for(browser, "?findings=doubt")) == ["有疑"]
    assert names(page_for(browser, "?findings=none")) == ["干净"]
    assert set(names(page_for(browser, "?type=其他"))) == {"有疑", "干净"}
    page = page_for(browser, "?findings=error")
    assert "找到 1 个项目，共 3 个" in page
    assert '要您处理 <span class="pg-count">1</span>' in page


def test_unreadable_conditions_count_as_not_asked():
    wanted = Wanted.from_query(QueryDict("state=gone&findings=many&year=x"))
    assert not wanted


@pytest.fixture
def campaign_2019(region):
    return Campaign.objects.create(
        name="2019年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2019,
        region=region,
        edition_id="sh-2018-declaration",
        is_archived=True,
    )


def test_years_are_tabs_and_the_latest_with_forms_opens(at, campaign, campaign_2019, make_declaration):
    make_declaration(name="旧项目", in_campaign=campaign_2019)
    browser = at("信息中心填报人")
    assert names(page_for(browser)) == ["旧项目"]
    page = page_for(browser, "?year=2020")
    assert "2020 年度还没有项目" in page
    assert reverse("declarations:new") in page
    # Once there is a form of this year, this year opens.
    make_declaration(name="新项目")
    assert names(page_for(browser)) == ["新项目"]


@pytest.mark.parametrize("year", ["1999", "x", "", "２０２０", "-1", "9" * 400])
def test_an_unknown_year_opens_the_latest(at, make_declaration, year):
    make_declaration(name="今年")
    assert names(page_for(at("信息中心填报人"), f"?year={year}")) == ["今年"]


def test_empty_states_say_what_to_do(at, campaign):
    page = page_for(at("信息中心填报人"))
    assert "从上年复制" in page
    assert "去建表" in page
    assert "填报人送审以后，表才到审核人这里" in page_for(at("财政审核人"))
    assert "各单位建了表，就会出现在这里" in page_for(at("业务管理员"))


def test_a_region_without_campaigns_says_who_opens_them(at):
    assert "批次由财政部门开放" in page_for(at("外区填报人"))


def test_a_row_shows_who_changed_it_last(at, people, make_declaration):
    declaration = make_declaration()
    FieldMark.objects.create(declaration=declaration, path="necessity", saved_by=people["信息中心同事"])
    assert "信息中心同事 改" in page_for(at("信息中心填报人"))


def test_money_is_summed_to_the_cent(at, make_declaration):
    for amount in ("0.10", "0.20", "12345678901.03"):
        make_declaration(name=amount, current_year=amount)
    assert "12,345,678,901.33 元" in page_for(at("信息中心填报人"))


def test_names_without_letters_and_with_tags_are_shown_as_text(at, make_declaration):
    make_declaration(name="", project_category="<b>x</b>")
    page = page_for(at("信息中心填报人"))
    assert "未命名项目" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def many(count, people, places, campaign, state=State.DRAFT):
    projects = Project.objects.bulk_create(
        Project(organization=places["信息中心"], name=f"项目{number:03}") for number in range(count)
    )
    return Declaration.objects.bulk_create(
        Declaration(
            project=project,
            organization=places["信息中心"],
            campaign=campaign,
            fiscal_year=2020,
            edition_id="sh-2020-declaration",
            project_name=project.name,
            state=state,
            submitted_by=None if state == State.DRAFT else people["信息中心填报人"],
        )
        for project in projects
    )


def test_pages_of_fifty_lose_and_repeat_no_row(at, people, places, campaign):
    many(PAGE_SIZE, people, places, campaign)
    many(20, people, places, campaign, State.FINANCE_REVIEW)
    many(35, people, places, campaign, State.APPROVED)
    browser = at("信息中心填报人")
    pages = [page_for(browser, f"?page={number}") for number in (1, 2, 3)]
    keys = [key for page in pages for key in re.findall(r'class="pg-name" href="([^"]+)"', page)]
    assert [len(names(page)) for page in pages] == [50, 50, 5]
    assert len(set(keys)) == 105
    assert '已办完 <span class="pg-count">35</span>' in pages[1]
    assert '已办完 <span class="pg-count">35</span>' in pages[2]
    assert "第 51—100 个项目，共 105 个项目" in pages[1]
    assert names(page_for(browser, "?page=99")) == names(pages[2])
    assert names(page_for(browser, "?page=x")) == names(pages[0])


@pytest.mark.parametrize(
    ("who", "query"),
    [
        ("信息中心填报人", ""),
        ("信息中心填报人", "?q=项目&findings=none"),
        ("财政审核人", ""),
        ("业务管理员", ""),
    ],
)
def test_a_list_costs_the_same_with_3_rows_and_with_30(at, people, places, campaign, who, query):
    state = State.FINANCE_REVIEW if who == "财政审核人" else State.DRAFT
    browser = at(who)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page = page_for(browser, query)
        return len(captured), len(names(page))

    many(3, people, places, campaign, state)
    page_for(browser, query)  # the session and the content types are warm
    few = cost()
    many(27, people, places, campaign, state)
    more = cost()
    assert (few[1], more[1]) == (3, 30)
    assert few[0] == more[0] <= 13


def test_the_long_texts_are_not_read_for_a_list(make_declaration):
    declaration = make_declaration(necessity="很长")
    row = listing.shown_rows([declaration.pk]).get()
    assert {"necessity", "legal_basis", "extra"} <= row.get_deferred_fields()
    assert "necessity" not in str(listing.shown_rows([declaration.pk]).query)


def test_the_walk_of_a_region_s_year_uses_the_index(people, make_declaration):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by statistics, and three rows are no statistics")
    make_declaration()
    found = overview.season_for(people["业务管理员"], "2020").of_kind
    plan = found.filter(state=State.DRAFT).order_by("-changed_at", "-pk").values_list("pk")[:50].explain()
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan or "declaration_of_unit" in plan


def filled(page):
    """The places of filled buttons: the rows they are on, or the sentence over the list."""
    rows = re.findall(r'class="btn btn-sm btn-primary" href="/declarations/(\d+)/', page)
    return rows + re.findall(r'class="btn btn-primary" href="/declarations/(\d+)/', page)


def test_the_filled_button_is_on_the_form_that_the_next_step_names(at, make_declaration):
    worst, newest = make_declaration(name="错误最多的"), make_declaration(name="刚改过的")
    Declaration.objects.filter(pk=worst.pk).update(open_errors=3, version=2)
    Declaration.objects.filter(pk=newest.pk).update(open_errors=1, version=2)
    filer = at("信息中心填报人")
    page = page_for(filer)
    assert "先看“错误最多的”" in page
    assert filled(page) == [str(worst.pk)]
    elsewhere = page_for(filer, "?q=刚改过的")
    assert filled(elsewhere) == [str(worst.pk)]  # not on the page: the sentence has the button
