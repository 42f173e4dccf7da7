"""The network goes away while somebody writes: they go on, and not a word is lost."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from declarations.models import Declaration
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, SECOND = "断网之前没有来得及保存的依据。", "断网以后接着写的必要性，写了\n两行。"


@pytest.fixture
def draft(make_declaration):
    return make_declaration()


@pytest.fixture
def case(draft):
    return reverse("declarations:step", args=[draft.pk, "case"])


@pytest.fixture(autouse=True)
def _no_network_is_expected(troubles):
    troubles.expect("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")


def stored(draft, key):
    return getattr(Declaration.objects.get(pk=draft.pk), key)


def test_writing_goes_on_and_everything_is_saved_afterwards(at, people, draft, case):
    page = at("信息中心填报人", case)
    state = page.locator("[data-save-for=legal_basis]")
    page.context.set_offline(True)
    page.locator("#f-legal_basis").fill(FIRST)
    bar = page.locator("#offline")
    expect(bar).to_contain_text("网络断了。您还可以接着写")
    expect(state).to_contain_text("未保存，已存在本机")
    expect(page.locator("#page-save")).to_contain_text("保存失败，本机已留底")
    page.locator("#f-necessity").fill(SECOND)
    expect(page.locator("[data-save-for=necessity]")).to_contain_text("未保存，已存在本机")
    assert stored(draft, "legal_basis") == ""

    page.context.set_offline(False)
    expect(bar).to_be_hidden()
    expect(state).to_contain_text("已保存")
    expect(page.locator("[data-save-for=necessity]")).to_contain_text("已保存")
    expect(page.locator("#page-save")).to_contain_text("已保存")
    assert (stored(draft, "legal_basis"), stored(draft, "necessity")) == (FIRST, SECOND)
    page.reload()
    expect(page.locator("#f-necessity")).to_have_value(SECOND)
    expect(page.locator("#drafts")).to_be_empty()


def test_a_closed_tab_offers_its_text_after_signing_in_again(at, context, live_server, people, draft, case):
    page = at("信息中心填报人", case)
    context.set_offline(True)
    page.locator("#f-legal_basis").fill(FIRST)
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已存在本机")
    page.close()
    context.set_offline(False)
    context.clear_cookies()

    page = context.new_page()
    page.goto(live_server.url + case)
    page.get_by_label("登录名").fill("信息中心填报人")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("立项情况")
    offer = page.locator("#drafts")
    expect(offer).to_contain_text("本机有 1 处没有存上的内容")
    expect(offer).to_contain_text(FIRST)
    expect(page.locator("#f-legal_basis")).to_have_value("")
    offer.get_by_role("button", name="放回").click()
    expect(page.locator("#f-legal_basis")).to_have_value(FIRST)
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    assert stored(draft, "legal_basis") == FIRST
    page.reload()
    expect(page.locator("#f-legal_basis")).to_have_value(FIRST)
    expect(page.locator("#drafts")).to_be_empty()


def test_a_kept_text_can_be_thrown_away(at, context, people, draft, case):
    page = at("信息中心填报人", case)
    context.set_offline(True)
    page.locator("#f-legal_basis").fill(FIRST)
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已存在本机")
    page.close()
    context.set_offline(False)
    page = at("信息中心填报人", case, window=context.new_page())
    page.locator("#drafts").get_by_role("button", name="丢掉本机的").click()
    expect(page.locator("#drafts")).to_be_empty()
    page.reload()
    expect(page.locator("#f-legal_basis")).to_have_value("")
    expect(page.locator("#drafts")).to_be_empty()
    assert stored(draft, "legal_basis") == ""


def test_the_next_person_at_this_computer_sees_nothing_of_it(at, context, people, draft, case):
    page = at("信息中心填报人", case)
    context.set_offline(True)
    page.locator("#f-legal_basis").fill(FIRST)
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已存在本机")
    page.close()
    context.set_offline(False)
    page = at("信息中心同事", case, window=context.new_page())
    expect(page.locator("#page-save")).to_be_visible()
    page.locator("#f-necessity").fill("同事写的。")
    expect(page.locator("[data-save-for=necessity]")).to_contain_text("已保存")
    expect(page.locator("#drafts")).to_be_empty()
    assert stored(draft, "legal_basis") == ""


def test_cells_of_the_grid_wait_as_well(at, people, draft):
    from declarations.models import Indicator

    Indicator.objects.create(
        declaration=draft, row_id="aaaa1111", level1="产出目标", level2="数量", name="巡检次数", position=0
    )
    page = at("信息中心填报人", reverse("declarations:step", args=[draft.pk, "indicators"]))
    page.context.set_offline(True)
    cell = page.locator("tr[data-row] [data-col=target]")
    cell.fill("≥12次")
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("[data-reading]")).to_contain_text("≥ 12 次")
    assert Indicator.objects.get().target == "≥12次"


def test_what_was_written_before_the_script_arrived_is_saved(at, people, draft, case):
    """A slow network: the page stands there and is written in while its scripts are still on their way."""
    page = at("信息中心填报人", case)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/js/autosave.js", hold)
    page.goto(page.url, wait_until="commit")
    page.locator("#f-legal_basis").fill(FIRST)
    assert stored(draft, "legal_basis") == ""
    assert held
    held[0].continue_()
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    assert stored(draft, "legal_basis") == FIRST
