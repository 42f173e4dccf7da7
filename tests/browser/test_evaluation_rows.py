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
    rows = list(form.indicators.order_by("position"))
    assert [row.actual for row in rows] == ["45次", "4次", ""]
    assert (rows[2].band, rows[2].self_score) == ("achieved", 9)
