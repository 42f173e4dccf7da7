"""Places of spot checks, on the demonstration's own: two of the three published self-evaluations were drawn."""

from playwright.sync_api import expect

from evaluations.spot_checks.models import SpotCase, SpotCheck, Stage
from tests.browser.places import place

ADMIN, RECHECKER, UNIT = "admin-pt", "finance-pt", "filer-ptjrb"


def case(*, is_done: bool) -> SpotCase:
    """The one that was rechecked, or the one that waits."""
    found = SpotCase.objects.filter(stage=Stage.DONE) if is_done else SpotCase.objects.exclude(stage=Stage.DONE)
    return found.get()


@place("spot-checks", who=RECHECKER)
def _(visit):
    visit.open("evaluations:spot_checks")
    expect(visit.page.locator(".pg-next")).to_contain_text("1 张等您复核")


@place("spot-checks-none", who="finance")
def _(visit):
    visit.open("evaluations:spot_checks")
    expect(visit.page.locator("main")).to_contain_text("还没有抽过")


@place("spot-check-preview", who=ADMIN)
def _(visit):
    campaign = SpotCheck.objects.get().campaign_id
    asked = f"?campaign={campaign}&scope=confirmed&by=count&count=5&units=107202"
    visit.open("evaluations:spot_check_new", more=asked)
    expect(visit.page.locator("main")).to_contain_text("候选表")


@place("spot-check", who=ADMIN)
def _(visit):
    visit.open("evaluations:spot_check", SpotCheck.objects.get().pk, more="?verify=1")
    expect(visit.page.locator("#again")).to_contain_text("完全一样")


@place("spot-case-refused", who=RECHECKER, troubles=(r"status of 422",))
def _(visit):
    found = case(is_done=False)
    visit.open("evaluations:spot_case", found.check_of_id, found.pk)
    visit.page.get_by_role("button", name="完成复核").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("7 处要补")


@place("spot-case-done", who=ADMIN)
def _(visit):
    found = case(is_done=True)
    visit.open("evaluations:spot_case", found.check_of_id, found.pk)
    expect(visit.page.locator("main")).to_contain_text("重新打开")


@place("spot-check-statistics", who=ADMIN)
def _(visit):
    visit.open("evaluations:spot_check_statistics", SpotCheck.objects.get().pk)


@place("score-rechecked", who=UNIT)
def _(visit):
    visit.open("evaluations:score", case(is_done=True).evaluation_id)
    expect(visit.page.locator("main")).to_contain_text("抽查复核结果")
