"""Places in which a self-evaluation is opened, filled in, checked and sent."""

from playwright.sync_api import expect

from tests.browser.places import place
from tests.browser.places_evaluations import draft


def step(visit, section, more=""):
    visit.open("evaluations:step", draft().pk, section, more=more)


@place("evaluations")
def _(visit):
    visit.open("evaluations:list")


@place("evaluations-not-found")
def _(visit):
    visit.open("evaluations:list", more="?year=2020&q=没有这样的字")


@place("evaluations-empty", who="filer-none")
def _(visit):
    visit.open("evaluations:list")


@place("evaluation-new")
def _(visit):
    visit.open("evaluations:new")


@place("evaluation-tasks")
def _(visit):
    visit.open("evaluations:tasks", draft().pk)


@place("evaluation-money")
def _(visit):
    step(visit, "budget")


@place("evaluation-goals")
def _(visit):
    step(visit, "goals")


@place("evaluation-rows")
def _(visit):
    step(visit, "indicators")
    visit.page.locator(".pg-more > summary").first.click()
    expect(visit.page.locator(".pg-more input:visible").first).to_be_visible()


@place("evaluation-rows-together")
def _(visit):
    rows = list(draft().indicators.filter(level1="产出指标").values_list("row_id", flat=True))
    step(visit, "indicators", f"?spread=even&pick={'&pick='.join(rows)}")
    visit.page.locator("#place [name=whole]").first.check()
    expect(visit.page.get_by_role("button", name="放入")).to_be_visible()


@place("evaluation-check")
def _(visit):
    visit.open("evaluations:check", draft().pk)


@place("evaluation-evidence")
def _(visit):
    visit.open("evaluations:evidence_list", draft().pk)


@place("evaluation-evidence-refused", troubles=(r"status of 422",))
def _(visit):
    visit.open("evaluations:evidence_list", draft().pk)
    visit.page.get_by_role("button", name="上传").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("没有上传")


@place("evaluation-comments")
def _(visit):
    visit.open("evaluations:comments", draft().pk)
