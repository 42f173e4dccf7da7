"""Twenty rows copied in Excel go into the grid: shown first, put in on request, taken back with one key."""

import json
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.models import Indicator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEEDS = Path(__file__).parent.parent / "seeds" / "declarations-2020-czj.json"
FORM = next(form for form in json.loads(SEEDS.read_text("utf-8"))["declarations"] if form["id"] == "czj-2020-2")
ROWS = [(row["level1"], row["level2"], row["name"], row["target_as_printed"]) for row in FORM["indicators"][3:]]


@pytest.fixture
def draft(make_declaration, campaign):
    campaign.edition_id = "sh-2020-target-table"
    campaign.save()
    return make_declaration()


@pytest.fixture
def grid(at, people, draft) -> Page:
    page = at("信息中心填报人", reverse("declarations:step", args=[draft.pk, "indicators"]))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def copy(page: Page, rows) -> None:
    """What Excel leaves in the clipboard: columns by tabs, lines by CRLF, one at the end too."""
    text = "".join("\t".join(row) + "\r\n" for row in rows)
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def one_row(draft, **texts) -> None:
    group = {"level1": "产出目标", "level2": "数量", "name": "巡检次数"}
    Indicator.objects.create(declaration=draft, row_id="aaaa1111", position=0, **group, **texts)


def stored(draft) -> list[tuple[str, str, str, str]]:
    return list(draft.indicators.values_list("level1", "level2", "name", "target"))


def test_twenty_rows_are_shown_put_in_and_taken_back(grid, draft):
    assert len(ROWS) == 20
    copy(grid, ROWS)
    grid.locator(".pg-addline").first.focus()
    grid.keyboard.press("Control+v")
    panel = grid.locator("[data-panel-name=paste]")
    expect(panel.locator("h2")).to_have_text("粘贴了 20 行，都可以放入")
    expect(panel.locator("tbody tr")).to_have_count(20)
    assert stored(draft) == []

    put = panel.get_by_role("button", name="放入 20 行")
    expect(put).to_be_focused()
    grid.keyboard.press("Enter")
    expect(grid.locator("tr[data-row]")).to_have_count(20)
    expect(panel).to_have_count(0)
    assert stored(draft) == ROWS
    expect(grid.locator("tr[data-row] [data-col=target]").nth(10)).to_have_value(ROWS[10][3])

    grid.locator("tr[data-row] [data-col=name]").first.focus()
    grid.keyboard.press("Control+z")
    expect(grid.locator("tr[data-row]")).to_have_count(0)
    assert stored(draft) == []


def test_two_columns_go_into_the_group_of_the_row_one_stands_in(grid, draft):
    one_row(draft, target="=6次")
    grid.reload()
    copy(grid, [("机房数量", "3个"), ("服务器台数", "≥40台")])
    grid.locator("[data-col=name]").focus()
    grid.keyboard.press("Control+v")
    panel = grid.locator("[data-panel-name=paste]")
    expect(panel.locator("tbody tr")).to_have_count(2)
    panel.get_by_role("button", name="放入").first.click()
    expect(grid.locator("tr[data-row]")).to_have_count(3)
    assert stored(draft) == [
        ("产出目标", "数量", "巡检次数", "=6次"),
        ("产出目标", "数量", "机房数量", "3个"),
        ("产出目标", "数量", "服务器台数", "≥40台"),
    ]


def test_one_value_goes_into_the_cell(grid, draft):
    one_row(draft)
    grid.reload()
    copy(grid, [("≥12次",)])
    grid.locator("[data-col=target]").focus()
    grid.keyboard.press("Control+v")
    expect(grid.locator("[data-reading]")).to_contain_text("≥ 12 次")
    expect(grid.locator("[data-panel-name]")).to_have_count(0)
    assert stored(draft)[0][3] == "≥12次"


def test_giving_up_changes_nothing_and_goes_back(grid, draft):
    one_row(draft, target="=6次")
    grid.reload()
    copy(grid, ROWS)
    cell = grid.locator("[data-col=name]")
    cell.focus()
    grid.keyboard.press("Control+v")
    expect(grid.locator("[data-panel-name=paste] tbody tr")).to_have_count(20)
    grid.keyboard.press("Escape")
    expect(grid.locator("[data-panel-name]")).to_have_count(0)
    expect(cell).to_be_focused()
    assert len(stored(draft)) == 1
