"""A reviewer goes through the inbox without a mouse: open, go on, come back, pass what is quiet, take it back."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.inbox.risk import Facts, score
from declarations.models import Declaration
from perfgoals.workflow import State, freeze

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORRYING = Facts(open_doubts=1, open_codes=("below_last_year",), earlier_year=2019, rows=3)
QUIET = Facts(earlier_year=2019, rows=3)


@pytest.fixture
def three_wait(make_declaration, people):
    """One with an open question, two without, frozen as they were sent."""
    filer = people["信息中心填报人"]
    for name, facts in (("有疑问的", WORRYING), ("干净甲", QUIET), ("干净乙", QUIET)):
        form = make_declaration(name=name, current_year=100_000)
        freeze(form, actor=filer, reason="submit")
        Declaration.objects.filter(pk=form.pk).update(
            state=State.DEPARTMENT_REVIEW,
            submitted_by=filer,
            open_doubts=facts.open_doubts,
            risk=score(facts),
            risk_facts=facts.to_json(),
        )


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for all of it: a page without its styles complains."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_morning_at_the_inbox(at, people, three_wait):
    page = at("发改委审核人", reverse("home"))
    keys, bar = page.keyboard, page.locator("#inbox-bar")
    expect(page.locator("h1")).to_have_text("待审核")
    expect(bar).to_be_hidden()

    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("下一个项目")
    keys.press("j")  # means nothing while the list of keys is open
    keys.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()

    # The first by risk, then on to the second from the form itself, and back to the list.
    keys.press("j")
    expect(page.get_by_role("link", name="有疑问的")).to_be_focused()
    leave(page, "Enter")
    expect(page.locator("main")).to_contain_text("第 1 张，共 3 张")
    leave(page, "j")
    expect(page.locator("main")).to_contain_text("第 2 张，共 3 张")
    page.get_by_role("link", name="回清单").focus()
    leave(page, "Enter")
    expect(page.locator("h1")).to_have_text("待审核")

    # Letters typed into the search are letters.
    keys.press("/")
    keys.type("jxk")
    expect(page.locator("#q")).to_have_value("jxk")
    page.locator("#q").fill("")

    # A picks what has no open question; X adds the one that has.
    page.locator("h1").click()
    keys.press("a")
    expect(bar).to_contain_text("已选 2 个，合计 200,000.00 元，都没有没处理的问题")
    keys.press("j")
    keys.press("x")
    expect(bar).to_contain_text("已选 3 个")
    expect(bar).to_contain_text("其中 1 个有没处理的问题，不能一起通过")
    keys.press("Alt+s")
    leave(page, "Enter")
    expect(page.locator("h1")).to_have_text("一起通过 2 张表")
    expect(page.locator(".pg-leftout")).to_contain_text("1 处疑问没有理由")
    keys.press("Alt+s")
    leave(page, "Enter")
    expect(page.locator("h1")).to_have_text("通过了 2 张")
    assert Declaration.objects.filter(state=State.FINANCE_REVIEW).count() == 2

    page.get_by_role("button", name=re.compile("撤销这 2 张")).focus()
    leave(page, "Enter")
    expect(page.locator("h1")).to_have_text("撤销了 2 张")
    assert Declaration.objects.filter(state=State.DEPARTMENT_REVIEW).count() == 3
