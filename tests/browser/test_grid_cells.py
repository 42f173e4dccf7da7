"""Cells of the grid show all of their text, hold one line of it, and are mended from the line under their row."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.models import Indicator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "与社会信用体系建设联席会议成员单位一起协同推进信用信息共享的会议次数和成果"
# Cells whose text does not fit into what is shown of them.
CUT = """() => [...document.querySelectorAll("[data-rows] .pg-cell")]
  .filter((cell) => cell.scrollHeight > cell.clientHeight || cell.scrollWidth > cell.clientWidth).map((cell) => cell.value)"""


@pytest.fixture
def draft(make_declaration, campaign):
    campaign.edition_id = "sh-2020-target-table"
    campaign.save()
    made = make_declaration()
    rows = [("巡检次数", "≥12次"), (LONG, "》=50家"), ("机房数量", "3个")]
    for position, (name, target) in enumerate(rows):
        group = {"level1": "产出目标", "level2": "数量"}
        row = {"row_id": f"aaaa{position:04}", "position": position, "name": name, "target": target}
        Indicator.objects.create(declaration=made, **group, **row)
    return made


@pytest.fixture
def address(draft) -> str:
    return reverse("declarations:step", args=[draft.pk, "indicators"])


@pytest.fixture
def grid(at, people, address) -> Page:
    return at("信息中心填报人", address)


def cell(page: Page, row: int, column: str):
    return page.locator(f"tr[data-row] [data-col={column}]").nth(row)


def comes_true(page: Page, question: Callable[[], bool]) -> bool:
    """What autosave has to do first may take its time on a busy machine."""
    for _ in range(200):
        if question():
            return True
        page.wait_for_timeout(100)
    return False


def test_all_text_shows_and_stays_one_line_of_text(grid, draft):
    for width in (1440, 390):
        grid.set_viewport_size({"width": width, "height": 900})
        assert grid.evaluate(CUT) == []
    grid.set_viewport_size({"width": 1440, "height": 900})
    name = cell(grid, 0, "name")
    low = name.bounding_box()["height"]
    name.focus()
    grid.keyboard.press("End")
    grid.keyboard.type(LONG)
    assert name.bounding_box()["height"] > low
    assert grid.evaluate(CUT) == []
    grid.keyboard.insert_text("，\n另一行")
    whole = f"巡检次数{LONG}，另一行"
    expect(name).to_have_value(whole)

    grid.keyboard.press("ArrowUp")
    expect(name).to_be_focused()  # the caret had a line to go to
    grid.keyboard.press("Enter")
    expect(cell(grid, 1, "name")).to_be_focused()
    grid.keyboard.press("ArrowDown")  # all of the text is picked, the caret is at its end
    expect(cell(grid, 2, "name")).to_be_focused()
    grid.keyboard.press("Shift+Enter")
    expect(cell(grid, 1, "name")).to_be_focused()
    assert comes_true(grid, lambda: draft.indicators.get(position=0).name == whole)
    expect(name).to_have_value(whole)


def test_a_row_begun_from_a_column_begins_in_that_column(grid):
    for column in ("target", "name"):
        cell(grid, 0, column).focus()
        grid.keyboard.press("Control+Enter")
        expect(cell(grid, 1, column)).to_be_focused()
        expect(cell(grid, 1, column)).to_have_value("")


def test_what_is_typed_while_a_row_is_on_its_way_goes_into_it(grid, draft):
    """On a slow network people type on; nothing of it may land in the row above."""

    def late(route):
        grid.keyboard.type("二号机房")  # the answer is still out
        route.continue_()

    grid.route("**/rows/indicators/add/", late)
    cell(grid, 0, "name").focus()
    grid.keyboard.press("Control+Enter")
    expect(cell(grid, 1, "name")).to_be_focused()
    expect(cell(grid, 1, "name")).to_have_value("二号机房")
    expect(cell(grid, 0, "name")).to_have_value("巡检次数")
    expect(grid.locator(".pg-waiting")).to_have_count(0)
    assert comes_true(grid, lambda: draft.indicators.filter(name="二号机房").exists())


def test_a_cell_of_a_row_that_is_gone_says_so_and_keeps_its_words(grid, draft, troubles):
    troubles.expect("status of 422")
    draft.indicators.get(position=2).delete()
    cell(grid, 2, "name").fill("写在删去的行里")
    notice = grid.locator("[data-lost]")
    expect(notice).to_contain_text("第 3 行，三级目标没有保存")
    expect(notice).to_contain_text("您写的是：写在删去的行里")
    expect(grid.locator("#page-save")).to_contain_text("没有保存，已存在本机")


def test_a_finding_under_its_row_is_mended_there(grid, draft):
    line = grid.locator("tr[data-say=aaaa0001]")
    fix = line.locator("button[data-fix]").first
    expect(fix).to_be_visible()
    words = fix.evaluate("button => button.firstChild.textContent.trim()")
    cell(grid, 2, "name").fill("机房数量（写到一半）")
    fix.click()
    target = cell(grid, 1, "target")
    expect(target).to_have_value("≥50家")
    expect(target).to_be_focused()
    expect(grid.locator("#announce")).to_contain_text(f"已{words}")
    expect(grid.locator("#announce")).to_contain_text("第 2 行，指标目标值")
    stored = draft.indicators.values_list("name", "target")
    assert list(stored)[1:] == [(LONG, "≥50家"), ("机房数量（写到一半）", "3个")]


def test_a_fix_is_not_written_over_newer_words(grid, draft):
    fix = grid.locator("tr[data-say=aaaa0001] button[data-fix]").first
    target = cell(grid, 1, "target")
    target.fill("≥60家")
    fix.dispatch_event("click")  # as fast as nobody is: before the check-up has looked again
    expect(grid.locator("#announce")).to_contain_text("没有再替您改")
    expect(target).to_have_value("≥60家")
    assert draft.indicators.get(position=1).target == "≥60家"


def test_without_script_a_fix_saves_what_was_typed(
    another_browser, people, at, address, draft, page, live_server
):
    at("信息中心填报人", address)
    plain = another_browser(java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(live_server.url + address)
    assert plain.locator(".pg-cell").first.get_attribute("rows") == "1"
    cell(plain, 2, "name").fill("机房数量（没有脚本）")
    with plain.expect_navigation():  # until all of the new page is there: nothing moves under the next click
        plain.locator("tr[data-say=aaaa0001] button[data-fix]").first.click()
    expect(cell(plain, 1, "target")).to_have_value("≥50家")
    expect(cell(plain, 2, "name")).to_have_value("机房数量（没有脚本）")

    cell(plain, 0, "name").fill("巡检次数（没有脚本）")
    remark = plain.locator("#check [data-remark]").filter(has_text="写明理由").first
    remark.locator("summary").filter(has_text="写明理由").press("Enter")
    remark.locator("textarea").fill("与采购合同的口径一致，合同另附。")
    remark.locator("button[data-reason]").click()
    expect(cell(plain, 0, "name")).to_have_value("巡检次数（没有脚本）")
    assert draft.reasons.get().reason == "与采购合同的口径一致，合同另附。"
    assert draft.indicators.get(position=0).name == "巡检次数（没有脚本）"
