"""Two people, or one in two windows, in one form: both texts are kept, and a person decides."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.models import Declaration, Indicator

pytestmark = [pytest.mark.browser, pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

MINE, THEIRS = "依据市经信委《关于某某的通知》。", "依据市政府 2019 年第 12 次常务会议纪要。"


@pytest.fixture
def draft(make_declaration):
    return make_declaration()


@pytest.fixture
def case(draft):
    return reverse("declarations:step", args=[draft.pk, "case"])


@pytest.fixture(autouse=True)
def _conflicts_are_expected(troubles):
    troubles.expect("status of 409")


def write(page: Page, key: str, text: str, state: str = "已保存") -> None:
    page.locator(f"#f-{key}").fill(text)
    expect(page.locator(f"[data-save-for={key}]")).to_contain_text(state)


def legal_basis(draft) -> str:
    return Declaration.objects.get(pk=draft.pk).legal_basis


@pytest.fixture
def disputed(at, another_browser, people, draft, case) -> Page:
    """I wrote on a page that was opened before the colleague saved the same field."""
    page = at("信息中心填报人", case)
    other = at("信息中心同事", case, window=another_browser())
    write(other, "legal_basis", THEIRS)
    write(page, "legal_basis", MINE, "等待选定")
    return page


def panel(page: Page):
    return page.locator("[data-conflict=legal_basis]")


def test_both_texts_stand_side_by_side_and_nothing_is_overwritten(disputed, draft):
    expect(panel(disputed)).to_contain_text("“立项依据”有两份，请选一份")
    expect(panel(disputed)).to_contain_text("信息中心同事")
    expect(panel(disputed)).to_contain_text(MINE)
    expect(panel(disputed)).to_contain_text(THEIRS)
    expect(disputed.locator("#f-legal_basis")).to_have_value(MINE)
    assert legal_basis(draft) == THEIRS


def test_mine_is_taken(disputed, draft):
    panel(disputed).get_by_role("button", name="用我的").click()
    expect(disputed.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    expect(panel(disputed)).to_have_count(0)
    assert legal_basis(draft) == MINE


def test_theirs_is_taken(disputed, draft):
    panel(disputed).locator("[data-use=theirs]").click()
    expect(disputed.locator("#f-legal_basis")).to_have_value(THEIRS)
    expect(panel(disputed)).to_have_count(0)
    disputed.locator("#f-necessity").fill("再写一项。")
    expect(disputed.locator("[data-save-for=necessity]")).to_contain_text("已保存")
    assert legal_basis(draft) == THEIRS


def test_both_are_put_together(disputed, draft):
    panel(disputed).get_by_role("button", name="两份合在一起再改").click()
    expect(disputed.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    both = legal_basis(draft)
    assert MINE in both
    assert THEIRS in both
    expect(disputed.locator("#f-legal_basis")).to_have_value(both)


def test_leaving_without_deciding_keeps_my_text_for_later(disputed, draft, case):
    disputed.reload()
    expect(disputed.locator("#f-legal_basis")).to_have_value(THEIRS)
    offer = disputed.locator("#drafts")
    expect(offer).to_contain_text(MINE)
    offer.get_by_role("button", name="放回").click()
    expect(disputed.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    assert legal_basis(draft) == MINE


def test_different_fields_merge_without_a_word(at, another_browser, people, draft, case):
    page = at("信息中心填报人", case)
    other = at("信息中心同事", case, window=another_browser())
    write(other, "necessity", "同事写的必要性。")
    write(page, "legal_basis", MINE)
    write(other, "project_overview", "同事写的概况。")
    expect(page.locator("[data-conflict]")).to_have_count(0)
    expect(other.locator("[data-conflict]")).to_have_count(0)
    saved = Declaration.objects.get(pk=draft.pk)
    assert (saved.necessity, saved.legal_basis, saved.project_overview) == (
        "同事写的必要性。",
        MINE,
        "同事写的概况。",
    )


def test_one_person_in_two_windows(at, context, people, draft, case):
    page = at("信息中心填报人", case)
    second = at("信息中心填报人", case, window=context.new_page())
    write(second, "legal_basis", THEIRS)
    write(page, "legal_basis", MINE, "等待选定")
    expect(panel(page)).to_contain_text(THEIRS)
    panel(page).get_by_role("button", name="用我的").click()
    expect(page.locator("[data-save-for=legal_basis]")).to_contain_text("已保存")
    assert legal_basis(draft) == MINE


def test_a_cell_of_the_grid_is_decided_the_same_way(at, another_browser, people, draft):
    Indicator.objects.create(
        declaration=draft, row_id="aaaa1111", level1="产出目标", level2="数量", name="巡检次数", position=0
    )
    grid = reverse("declarations:step", args=[draft.pk, "indicators"])
    page = at("信息中心填报人", grid)
    other = at("信息中心同事", grid, window=another_browser())
    other.locator("[data-col=target]").fill("≥12次")
    expect(other.locator("[data-reading]")).to_contain_text("≥ 12 次")
    page.locator("[data-col=target]").fill("≥6次")
    conflict = page.locator("[data-conflict='indicators.aaaa1111.target']")
    expect(conflict).to_contain_text("≥12次")
    expect(conflict).to_contain_text("≥6次")
    conflict.get_by_role("button", name="用我的").click()
    expect(page.locator("[data-reading]")).to_contain_text("≥ 6 次")
    assert Indicator.objects.get().target == "≥6次"
