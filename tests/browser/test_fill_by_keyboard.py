"""One published form, from an empty one to 送审, without a mouse: 财政网络基础平台(运维) of 上海市财政局, 2020."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from declarations.models import Declaration
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.documents.models import Revision
from perfgoals.workflow import State
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SEEDS = Path(__file__).parent.parent / "seeds" / "declarations-2020-czj.json"
PRINTED = next(
    form for form in json.loads(SEEDS.read_text("utf-8"))["declarations"] if form["id"] == "czj-2020-2"
)
TEXTS = (
    "project_overview",
    "legal_basis",
    "necessity",
    "safeguards",
    "implementation_plan",
    "overall_goal",
)


class Hands:
    """Two hands on a keyboard. Nothing is reached but by pressing keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)  # as an input method puts Chinese in

    def is_at(self, target: Locator) -> bool:
        return target.evaluate("one => one === document.activeElement")

    def go_to(self, target: Locator, *, limit: int = 120) -> None:
        """Tab until the focus is there; what Tab does not reach, this person cannot use."""
        expect(target).to_be_visible()
        for _ in range(limit):
            if self.is_at(target):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def follow(self, target: Locator) -> None:
        self.go_to(target)
        self.press("Enter")

    def main_action(self) -> None:
        """Alt+S goes to the page's next step, Enter takes it."""
        self.press("Alt+s", "Enter")

    def choose(self, select: Locator, label: str) -> None:
        """Arrow down the list until the wanted option is the chosen one."""
        self.go_to(select)
        for _ in range(select.locator("option").count()):
            if select.evaluate("one => one.selectedOptions[0].label") == label:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no option {label}")

    def pick(self, name: str, value: str) -> None:
        """Tab reaches a group of radio buttons at the chosen one; arrows choose."""
        group = self.page.locator(f"input[name={name}]")
        chosen = self.page.locator(f"input[name={name}]:checked")
        self.go_to(chosen if chosen.count() else group.first)
        if not chosen.count():
            self.press("Space")
        for _ in range(group.count()):
            if chosen.input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no option {value}")

    def fill(self, field: Locator, text: str) -> None:
        self.go_to(field)
        self.press("Control+a")
        self.type(text)


@pytest.fixture
def season(region):
    return Campaign.objects.create(
        name="2020年度绩效目标",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2020,
        region=region,
        edition_id="sh-2020-target-table",
    )


@pytest.fixture
def hands(page) -> Hands:
    return Hands(page)


def sign_in(hands: Hands, url: str) -> None:
    hands.page.goto(url + "/")
    hands.go_to(hands.page.get_by_label("登录名"))
    hands.type("财政局填报人")
    hands.press("Tab")
    hands.type(PASSWORD)
    hands.press("Enter")
    expect(hands.page.locator("h1")).to_have_text("我的项目")


def start(hands: Hands) -> None:
    page = hands.page
    hands.follow(page.get_by_role("link", name="新建").first)
    hands.go_to(page.get_by_label("项目名称"))
    hands.type(PRINTED["project_name"])
    hands.press("Enter")
    expect(page.locator("h1")).to_have_text(PRINTED["project_name"])
    hands.main_action()
    expect(page.locator("h1")).to_contain_text("项目基本信息")


def next_step(hands: Hands, title: str) -> None:
    hands.main_action()
    expect(hands.page.locator("h1")).to_contain_text(title)


def fill_basics(hands: Hands) -> None:
    page = hands.page
    hands.choose(page.locator("#f-project_category"), PRINTED["project_category"])
    for key in ("start_date", "end_date"):
        hands.fill(page.locator(f"#f-{key}"), PRINTED[key]["printed"])
    hands.pick("includes_government_purchase", "是")
    hands.choose(page.locator("#f-performance_type"), PRINTED["performance_type"])


def fill_texts(hands: Hands, *keys: str) -> None:
    for key in keys:
        hands.fill(hands.page.locator(f"#f-{key}"), PRINTED[key])


def fill_budget(hands: Hands) -> None:
    for key in ("total", "current_year"):
        hands.fill(hands.page.locator(f"#f-budget-{key}"), PRINTED["budget"][key])


def fill_indicators(hands: Hands) -> None:
    """Group by group: Enter on its “加一行”, Tab to the target, Ctrl+Enter for the next row of the same group.

    The focus stays in its column, so a row begun from a target begins at the target.
    """
    page = hands.page
    rows = page.locator("tr[data-row]")
    group = None
    for number, row in enumerate(PRINTED["indicators"]):
        here = (row["level1"], row["level2"])
        if here == group:
            hands.press("Control+Enter")
            expect(rows).to_have_count(number + 1)
            expect(rows.nth(number).locator("[data-col=target]")).to_be_focused()
            hands.press("Shift+Tab")
        else:
            hands.follow(page.get_by_role("button", name=f"在“{here[0]} › {here[1]}”下加一行"))
            expect(rows).to_have_count(number + 1)
        group = here
        expect(rows.nth(number).locator("[data-col=name]")).to_be_focused()
        hands.type(row["name"])
        hands.press("Tab")
        expect(rows.nth(number).locator("[data-col=target]")).to_be_focused()
        hands.type(row["target_as_printed"])


def walk_the_column(hands: Hands) -> None:
    """Enter and Shift+Enter go down and up one column, and the last row says that it is the last."""
    rows = hands.page.locator("tr[data-row]")
    last = rows.count() - 1
    hands.press("Shift+Enter")
    expect(rows.nth(last - 1).locator("[data-col=target]")).to_be_focused()
    hands.press("Enter")
    expect(rows.nth(last).locator("[data-col=target]")).to_be_focused()


def answer_doubts(hands: Hands) -> int:
    """On the check page: a reason for every 疑问. Returns how many there were."""
    page = hands.page
    boxes = page.locator(".pg-reason")
    number = boxes.count()
    for place in range(number):
        hands.go_to(boxes.nth(place).locator("textarea"))
        hands.type(f"与采购合同一致，第 {place + 1} 条理由。")
        hands.press("Tab")
        with page.expect_navigation():
            hands.press("Enter")
        expect(boxes.nth(place)).to_contain_text("改理由")
    return number


def test_from_empty_to_sent(hands, live_server, people, season):
    page = hands.page
    sign_in(hands, live_server.url)
    start(hands)
    fill_basics(hands)
    next_step(hands, "立项情况")
    fill_texts(hands, "project_overview", "legal_basis", "necessity")
    next_step(hands, "实施与保障")
    fill_texts(hands, "safeguards", "implementation_plan")
    next_step(hands, "目标")
    fill_texts(hands, "overall_goal")
    next_step(hands, "预算资金")
    fill_budget(hands)
    next_step(hands, "绩效指标")
    fill_indicators(hands)
    walk_the_column(hands)
    next_step(hands, "检查")
    expect(page.locator(".pg-actionbar")).to_contain_text("还不能送审")
    reasons = answer_doubts(hands)
    assert reasons
    expect(page.locator(".pg-actionbar")).to_contain_text("可以送审")
    hands.main_action()
    expect(page.locator("h1")).to_have_text("已送审")

    declaration = Declaration.objects.get()
    assert declaration.state == State.FINANCE_REVIEW  # 财政局 is its own department
    assert declaration.reasons.count() == reasons
    compare_with_print(json.loads(Revision.objects.get().document))

    with page.expect_download(timeout=120_000) as download:
        hands.follow(page.get_by_role("link", name="下载 PDF").first)
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def compare_with_print(document: dict) -> None:
    """Value by value, against what was published."""
    assert document["declaring_unit"] == PRINTED["declaring_unit"]
    for key in ("project_name", "project_category", "performance_type", "includes_government_purchase", *TEXTS):
        assert document[key] == PRINTED[key], key
    for key in ("start_date", "end_date"):
        assert document[key] == PRINTED[key], key
    for key in ("total", "current_year", "previous_year_budget", "previous_year_executed"):
        assert document["budget"].get(key) == PRINTED["budget"][key], key
    typed = [(row["level1"], row["level2"], row["name"], row["target"]) for row in document["indicators"]]
    printed = [
        (row["level1"], row["level2"], row["name"], row["target_as_printed"]) for row in PRINTED["indicators"]
    ]
    assert typed == printed
