"""Results are typed into the rows of a national form by keyboard; points, sentence and total follow each save."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.evaluations.conftest import approved, opened, season_2020

__all__ = ["approved", "opened", "season_2020"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(opened):
    """Three rows in their group: two counted, one to be judged."""
    made = opened()
    rows = list(made.indicators.all())
    for row, target, name in zip(
        rows, ("≥50次", "≥4次", "明显"), ("巡检次数", "演练次数", "成效"), strict=False
    ):
        row.name, row.target, row.weight_typed, row.weight = name, target, "10", 10
        row.level1, row.level2, row.is_unplaced = "产出指标", "数量指标", False
        row.save()
    for row in rows[3:]:
        row.delete()
    return made


def test_rows_are_filled_by_keyboard(at, form):
    page = at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "indicators"]))
    actuals = page.locator("tr[data-row] [data-col=actual]")
    actuals.first.focus()
    page.keyboard.type("45次")
    page.keyboard.press("Enter")  # the same column of the next row
    expect(actuals.nth(1)).to_be_focused()
    page.keyboard.type("4次")
    expect(page.locator(".pg-score-cell").first).to_contain_text("10 × 45 ÷ 50", timeout=10_000)
    expect(page.locator(".pg-score-cell").first.locator("b").first).to_have_text("9")
    expect(page.locator("[data-reading=total]")).to_contain_text("已定 19 分")
    page.keyboard.press("Tab")  # from the result to the reason, in the order of the page
    expect(page.locator("tr[data-row]").nth(1).locator("[data-col=deviation_reason]")).to_be_focused()
    band = page.locator("tr[data-row]").nth(2).locator("[data-col=band]")
    band.select_option("achieved")
    points = page.locator("tr[data-row]").nth(2).locator("[data-col=self_score]")
    points.focus()
    page.keyboard.type("9")
    expect(page.locator(".pg-score-cell").nth(2).locator("b").first).to_have_text("9", timeout=10_000)
    # The menu of a choice is worked by its own keys, and Enter leads on; the tick under 更多 by Space.
    band.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    expect(actuals.nth(1)).to_be_focused()  # the band of that row is folded away
    page.locator("tr[data-row]").nth(1).locator(".pg-more > summary").press("Enter")
    tick = page.locator("tr[data-row]").nth(1).locator("[data-col=not_applicable]")
    tick.press("Space")
    expect(page.locator(".pg-score-cell").nth(1)).to_contain_text("不计", timeout=10_000)
    tick.press("Space")
    expect(page.locator(".pg-score-cell").nth(1)).not_to_contain_text("不计", timeout=10_000)
    rows = list(form.indicators.order_by("position"))
    assert [row.actual for row in rows] == ["45次", "4次", ""]
    assert (rows[2].band, rows[2].self_score) == ("achieved", 9)


PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_a_row_asks_for_what_it_needs_and_a_column_is_pasted(at, form):
    form.indicators.filter(name="巡检次数").update(target="≥0%")
    page = at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "indicators"]))
    actuals = page.locator("tr[data-row] [data-col=actual]")
    open_band = page.locator("tr[data-row]").first.locator("[data-asks] [data-col=band]")
    expect(open_band).to_have_count(0)
    actuals.first.fill("-2%")  # no rule says what a fall below zero costs
    expect(open_band).to_be_visible(timeout=10_000)
    actuals.first.focus()
    actuals.first.evaluate(PASTE, "5%\r\n3次\r\n较好\r\n多出来的\r\n")
    expect(page.get_by_text("还有 1 个值在表外")).to_be_visible()
    expect(page.get_by_label("每格放什么").locator("tbody tr").nth(1)).to_contain_text("演练次数")
    assert actuals.nth(1).input_value() == ""  # nothing is written before it was seen
    page.keyboard.press("Enter")
    expect(page.locator("[data-reading=total]")).to_contain_text("已定 17.5 分", timeout=10_000)
    expect(open_band).to_have_count(0)
    assert [row.actual for row in form.indicators.order_by("position")] == ["5%", "3次", "较好"]
    page.get_by_role("button", name="撤销").press("Enter")
    expect(actuals.first).to_have_value("-2%")
    expect(open_band).to_be_visible(timeout=10_000)
    assert [row.actual for row in form.indicators.order_by("position")] == ["-2%", "", ""]
