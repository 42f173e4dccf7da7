"""A row of a monitoring report that falls behind opens its reasons by itself; the focus stays where it was."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.monitoring.conftest import approved, july, opened

__all__ = ["approved", "july", "opened"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_slow_row_asks_why_by_keyboard(at, opened):
    report = opened()
    first, second, *others = report.indicators.all()
    for row in (first, second):
        row.name, row.target, row.level1, row.level2 = "培训场次", "≥24场", "产出指标", "数量指标"
        row.save()
    for row in others:
        row.delete()
    page = at("信息中心填报人", reverse("monitoring:step", args=[report.pk, "indicators"]))
    slow, fine = page.locator("tr[data-row]").all()
    why = slow.locator("[data-off-track]")
    slow.locator("[data-col=actual]").focus()
    page.keyboard.type("2场")
    page.keyboard.press("Enter")  # the same column of the next row
    page.keyboard.type("24场")
    expect(why).to_have_attribute("open", "", timeout=10_000)
    expect(fine.locator("[data-col=actual]")).to_be_focused()
    expect(fine.locator(".pg-score-cell")).to_contain_text("正常", timeout=10_000)
    expect(fine.locator("[data-off-track]")).not_to_have_attribute("open", "")
    # What is folded away by hand opens again for whoever is led there.
    why.locator("summary").click()
    expect(why).not_to_have_attribute("open", "")
    page.locator("#check a[data-focus-path$=deviation_reason]").click()
    expect(slow.locator("[data-col=deviation_reason]")).to_be_focused()
    expect(why).to_have_attribute("open", "")
