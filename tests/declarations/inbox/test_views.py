"""The inbox in a browser without script: list, summary, act, result, undo, saved filters."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations.inbox.models import SavedFilter
from declarations.inbox.risk import Facts
from declarations.inbox.waiting import Wanted
from declarations.models import Declaration
from perfgoals.reviewing.inbox import PAGE_SIZE, beside
from perfgoals.workflow import State
from tests.test_bad_input import ODD

pytestmark = pytest.mark.django_db
URL, TOGETHER = reverse("declarations:inbox"), reverse("declarations:inbox_together")
RESULT, UNDO = reverse("declarations:inbox_result"), reverse("declarations:inbox_undo")
FILTERS = reverse("declarations:inbox_filters")
WORRYING = Facts(open_doubts=2, open_codes=("below_last_year",))


def names(page):
    return re.findall(r'class="pg-name" href="[^"]+">([^<]+)<', page)


def page_for(browser, query="", url=URL):
    answer = browser.get(url + query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def picks(*forms):
    return [f"{form.pk}.{Declaration.objects.get(pk=form.pk).version}" for form in forms]


def test_a_row_says_why_it_stands_there(at, wait):
    wait("要紧的", facts=WORRYING, open_doubts=2, days=2)
    wait("平常的", days=1)
    page = page_for(at("发改委审核人"))
    assert names(page) == ["要紧的", "平常的"]
    assert "2 处疑问没有理由（目标比上年低）" in page
    assert "没有需要人看的地方" in page
    assert "先看 1 个“先看”的项目；1 个没有错误和疑问的可以一起通过" in page
    assert '待审核<span class="pg-count pg-count--blue">2</span>' in page
    assert "2 天" in page


def test_a_reviewer_begins_in_the_inbox_and_an_officer_does_not(at):
    assert at("发改委审核人").get(reverse("home")).headers["Location"] == URL
    assert at("信息中心填报人").get(reverse("home")).headers["Location"] == reverse("declarations:list")


def test_the_badge_counts_what_waits_and_vanishes_with_it(at, people, places, wait):
    badge = 'class="pg-count pg-count--blue"'
    assert badge not in page_for(at("发改委审核人"))
    wait("甲")
    wait("乙", submitted_by="信息中心同事")
    assert f"{badge}>2</span>" in page_for(at("发改委审核人"), url=reverse("declarations:list"))
    turncoat = people["信息中心填报人"]
    turncoat.role, turncoat.organization = "department_reviewer", places["发改委"]
    turncoat.save()
    assert f"{badge}>1</span>" in page_for(at("信息中心填报人"))


def test_an_empty_inbox_says_so(at):
    page = page_for(at("财政审核人"))
    assert "没有等您审核的表" in page
    assert "您自己送审的表由别人审核" in page


def test_filters_stand_in_the_address_and_can_be_left(at, wait):
    wait("大额", current_year=6_000_000, finding_codes="|hint:budget_moved|")
    wait("小额")
    browser = at("发改委审核人")
    page = page_for(browser, "?amount=5000000")
    assert names(page) == ["大额"]
    assert "找到 1 个项目，等您审核的共 2 个" in page
    assert "没有找到这样的项目" in page_for(browser, "?q=没有这样的")
    assert '<option value="budget_moved">预算比上年变动较大（1）</option>' in page
    assert names(page_for(browser, "?finding=budget_moved")) == ["大额"]


def test_names_with_tags_are_shown_as_text(at, wait):
    wait("<script>x</script>", project_name="<script>x</script>")
    page = page_for(at("发改委审核人"))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_the_summary_then_the_act_then_the_way_back(at, wait):
    forms = [wait("甲", current_year=100), wait("乙", current_year=200)]
    worrying = wait("有疑问", open_doubts=1)
    browser = at("发改委审核人")
    summary = browser.get(TOGETHER, {"act": "onward", "pick": picks(*forms, worrying), "list": "order=oldest"})
    page = summary.content.decode()
    assert "一起通过 2 张表" in page
    assert "300.00" in page
    assert "1 处疑问没有理由" in page
    assert Declaration.objects.filter(state=State.FINANCE_REVIEW).count() == 0  # reading changes nothing

    answer = browser.post(TOGETHER, {"act": "onward", "pick": picks(*forms), "list": "order=oldest"})
    assert (answer.status_code, answer.headers["Location"]) == (302, RESULT)
    done = page_for(browser, url=RESULT)
    assert "通过了 2 张" in done
    assert f"{URL}?order=oldest" in done
    assert "撤销这 2 张" in done
    assert Declaration.objects.filter(state=State.FINANCE_REVIEW).count() == 2

    keys = re.findall(r'name="pk" value="(\d+)"', done)
    assert browser.post(UNDO, {"pk": keys}).headers["Location"] == RESULT
    undone = page_for(browser, url=RESULT)
    assert "撤销了 2 张" in undone
    assert "撤销这" not in undone
    assert Declaration.objects.filter(state=State.DEPARTMENT_REVIEW).count() == 3


def test_a_second_click_finds_the_work_done(at, wait):
    form = wait("甲")
    browser, body = at("发改委审核人"), {"act": "onward", "pick": picks(form)}
    browser.post(TOGETHER, body)
    browser.post(TOGETHER, body)
    page = page_for(browser, url=RESULT)
    assert "1 张都没有办成" in page
    assert "已经通过" in page


def test_the_whole_list_can_go_together_without_picking(at, wait):
    wait("干净")
    wait("有疑问", facts=WORRYING, open_doubts=2)
    page = page_for(at("发改委审核人"), "?all=1&act=onward&list=finding%3Dnone", TOGETHER)
    assert "一起通过 1 张表" in page
    assert names(page) == ["干净"]


def test_a_return_needs_one_reason_and_loses_no_pick(at, wait):
    forms = [wait("甲"), wait("乙")]
    browser = at("发改委审核人")
    body = {"act": "back", "pick": picks(*forms), "reason": "", "comment": "  "}
    refused = browser.post(TOGETHER, body)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "要写退回的原因" in page
    assert all(f'value="{one}" checked' in page for one in body["pick"])
    too_long = browser.post(TOGETHER, body | {"comment": "长" * 2001})
    assert too_long.status_code == 422
    assert "长" * 2001 in too_long.content.decode()
    browser.post(TOGETHER, body | {"comment": "按新的口径改"})
    assert {form.state for form in Declaration.objects.all()} == {State.RETURNED}
    # What one returned can still be opened from the result.
    [first, _] = forms
    assert browser.get(reverse("declarations:tasks", args=[first.pk])).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"act": "onward"}, {"act": "eat", "pick": "1.1"}, {"act": "onward", "pick": "x"}]
)
def test_nothing_picked_leads_back_to_the_list(at, body):
    for answer in (at("发改委审核人").post(TOGETHER, body), at("发改委审核人").get(TOGETHER, body)):
        assert answer.headers["Location"] == URL


def test_somebody_else_s_forms_are_never_touched(at, wait):
    form = wait("甲")
    browser = at("金融办审核人")
    browser.post(TOGETHER, {"act": "onward", "pick": picks(form)})
    assert Declaration.objects.get(pk=form.pk).state == State.DEPARTMENT_REVIEW
    assert "甲" not in page_for(browser, "?act=onward&pick=" + picks(form)[0], TOGETHER)
    assert browser.post(UNDO, {"pk": form.pk}).headers["Location"] == URL


def test_filters_are_saved_replaced_and_deleted(at, people, wait):
    wait("甲")
    browser = at("发改委审核人")
    saved = browser.post(FILTERS, {"name": " 大额 新项目 ", "list": "amount=1000000&order=money"})
    assert saved.headers["Location"] == f"{URL}?amount=1000000&order=money"
    page = page_for(browser, "?amount=1000000&order=money")
    assert re.search(
        r'href="[^"]+amount=1000000&amp;order=money" aria-current="page"><span[^>]+>存下的筛选：</span>大额 新项目<',
        page,
    )
    browser.post(FILTERS, {"name": "大额 新项目", "list": "rank=3"})
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.query) == (people["发改委审核人"], "rank=3")
    assert "大额" not in page_for(at("金融办审核人"))
    delete = reverse("declarations:inbox_filter_delete", args=[kept.pk])
    assert at("金融办审核人").post(delete).status_code == 404
    assert browser.post(delete).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "", "list": "rank=3"}, "起个名字"),
        ({"name": "长" * 21, "list": "rank=3"}, "最多 20 个字，现在是 21 个字"),
        ({"name": "空的", "list": ""}, "还没有选任何条件"),
        ({"name": "空的", "list": "nonsense=1"}, "还没有选任何条件"),
    ],
)
def test_a_filter_that_cannot_be_saved_says_why_and_keeps_its_name(at, wait, body, words):
    wait("甲")
    answer = at("发改委审核人").post(FILTERS, body)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    if body["list"] == "rank=3":
        assert f'value="{body["name"]}"' in page


def test_no_more_than_twelve_filters(at, people, wait):
    wait("甲")
    for number in range(12):
        SavedFilter.objects.create(user=people["发改委审核人"], name=str(number), query="rank=3")
    browser = at("发改委审核人")
    assert browser.post(FILTERS, {"name": "再一个", "list": "rank=1"}).status_code == 422
    assert browser.post(FILTERS, {"name": "3", "list": "rank=1"}).status_code == 302


def test_pages_of_fifty_lose_and_repeat_no_row(at, wait):
    for number in range(PAGE_SIZE + 5):
        wait(f"第{number:02}")
    browser = at("发改委审核人")
    pages = [page_for(browser, f"?page={number}") for number in (1, 2)]
    assert [len(names(page)) for page in pages] == [PAGE_SIZE, 5]
    assert len({name for page in pages for name in names(page)}) == PAGE_SIZE + 5
    assert f'待审核<span class="pg-count pg-count--blue">{PAGE_SIZE + 5}</span>' in pages[1]


@pytest.mark.parametrize("query", ["", "?order=oldest&finding=none", "?q=第&amount=1000000", "?again=1"])
def test_a_list_costs_the_same_with_3_rows_and_with_30(at, people, wait, query):
    browser = at("发改委审核人")

    def add(count):
        for number in range(count):
            wait(
                f"第{number}",
                current_year=2_000_000,
                performance_type=f"类型{number}",
                finding_codes=f"|hint:c{number}|",
            )

    def cost():
        with CaptureQueriesContext(connection) as captured:
            page_for(browser, query)
        return len(captured)

    add(3)
    page_for(browser, query)  # content types are read once per process
    few = cost()
    add(27)
    assert cost() == few


def test_a_form_opened_from_the_list_knows_its_neighbours(rf, people, wait):
    forms = [wait(f"第{number}", days=9 - number) for number in range(3)]
    request = rf.get("/", {"from": "inbox", "order": "oldest", "q": "第"})
    found = beside(people["发改委审核人"], Wanted, request.GET, forms[1].pk)
    assert (found.position, found.total) == (2, 3)
    query = "from=inbox&q=%E7%AC%AC&order=oldest"
    assert found.previous_url.endswith(f"/{forms[0].pk}/review/?{query}")
    assert found.next_url.endswith(f"/{forms[2].pk}/review/?{query}")
    assert found.list_url == f"{URL}?q=%E7%AC%AC&order=oldest"
    assert beside(people["发改委审核人"], Wanted, rf.get("/").GET, forms[1].pk) is None
    assert beside(people["信息中心填报人"], Wanted, request.GET, forms[1].pk) is None
    assert beside(people["发改委审核人"], Wanted, request.GET, 10**9).position == 0
    assert Wanted.from_query(request.GET).order == "oldest"


KEYS = [
    "q",
    "department",
    "unit",
    "campaign",
    "kind",
    "finding",
    "rank",
    "amount",
    "again",
    "order",
    "page",
    "list",
    "act",
    "pick",
    "all",
    "comment",
    "reason",
    "name",
    "pk",
    "from",
]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_is_sent_the_answer_is_one_of_ours(at, wait, odd):
    form = wait("甲")
    browser, wrong = at("发改委审核人"), []
    browser.raise_request_exception = False
    # Long ones one at a time: together they are more than we take, which is another answer.
    alone = ("q", "list", "pick") if len(ODD[odd]) > 4_000 else ()
    bodies = [{key: ODD[odd]} for key in alone] or [dict.fromkeys(KEYS, ODD[odd])]
    bodies += [{"act": "back", "pick": picks(form), key: ODD[odd]} for key in ("comment", "list")]
    for url in (URL, TOGETHER, RESULT, UNDO, FILTERS):
        for body in bodies:
            for method in ("get", "post"):
                if (code := getattr(browser, method)(url, body).status_code) >= 500:
                    wrong.append((method, url, body.keys(), code))
    assert wrong == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "从清单的第一个看起"),
        ("?order=oldest", "从等得最久的看起"),
        ("?order=money", "从金额最大的看起"),
        ("?q=修缮", "从找到的第一个看起"),
    ],
)
def test_the_next_step_names_the_form_that_its_button_opens(at, wait, query, words):
    """None is urgent: the list is by risk all the same, and its first is not who has waited longest."""
    wait("等得久的修缮", days=9, current_year=1)
    wait("要紧些的修缮", facts=Facts(earlier_year=2019, rows=3, answered_doubts=1), current_year=9)
    answer = at("发改委审核人").get(reverse("declarations:inbox") + query)
    assert f"<b>下一步：</b>{words}" in answer.content.decode()
