"""Every page and state of the site that somebody may see, each as a function that goes there.

``PLACES`` names them; a place says who looks, and which complaints of the browser belong to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations.models import Declaration
from perfgoals.accounts.models import Organization, User
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.jobs.models import Job
from tests.browser.stage import ADMIN, COLLEAGUE, FILER, KEEPER, REVIEWER


@dataclass(frozen=True)
class Place:
    """A page in one state: who looks, how to get there, what the browser will say about it."""

    name: str
    go: Callable[["Visit"], None]
    who: str = FILER
    troubles: tuple[str, ...] = ()
    covered: str = ""  # what lies under an open menu and cannot be pressed while it is open
    is_alone: bool = False  # leaves something behind in its browser, so that no other place may follow in it


@dataclass(frozen=True)
class Visit:
    """The page that is taken to a place, in the demonstration's site."""

    page: Page
    url: str
    forms: dict[str, Declaration]
    jobs: dict[str, Job]

    def open(self, name: str, *args: object, more: str = "") -> None:
        self.page.goto(self.url + reverse(name, args=args) + more)

    def step(self, form: str, section: str, more: str = "") -> None:
        self.open("declarations:step", self.forms[form].pk, section, more=more)

    def panel(self, words: str, name: str) -> None:
        self.step("linked", "indicators")
        self.page.get_by_role("link", name=words).click()
        expect(self.page.locator(f"[data-panel-name={name}]")).to_be_visible()


PLACES: list[Place] = []


def place(
    name: str, who: str = FILER, *, troubles: tuple[str, ...] = (), covered: str = "", is_alone: bool = False
) -> Callable:
    def keep(go: Callable[[Visit], None]) -> Callable[[Visit], None]:
        PLACES.append(Place(name, go, who, troubles, covered, is_alone or not who))
        return go

    return keep


# Coming in -----------------------------------------------------------------------------------------------------------


@place("login", who="")
def _(visit):
    visit.open("accounts:login")


@place("login-refused", who="", troubles=("status of 422",))
def _(visit):
    visit.open("accounts:login")
    visit.page.fill("#id_username", "nobody")
    visit.page.fill("#id_password", "wrong")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("登录名或密码不对")


@place("locked", who="", troubles=(r"status of 4\d\d",))
def _(visit):
    for _ in range(5):
        visit.open("accounts:login")
        visit.page.fill("#id_username", "locked-out")
        visit.page.fill("#id_password", "wrong")
        with visit.page.expect_navigation():
            visit.page.keyboard.press("Enter")
    expect(visit.page.locator("h1")).to_contain_text("锁定")


@place("password")
def _(visit):
    visit.open("accounts:password")


@place("password-refused", troubles=(r"status of 422",))
def _(visit):
    visit.open("accounts:password")
    visit.page.locator("main button[type=submit]").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("password-first", who="filer-first")
def _(visit):
    visit.page.goto(visit.url)
    expect(visit.page.locator("h1")).to_contain_text("密码")


@place("help")
def _(visit):
    visit.open("help")


@place("404", troubles=(r"status of 404",))
def _(visit):
    visit.page.goto(visit.url + "/nothing/here/")


@place("405", troubles=(r"status of 405",))
def _(visit):
    visit.open("declarations:save", visit.forms["ready"].pk)


@place("403", troubles=(r"status of 403",))
def _(visit):
    visit.open("declarations:exports")


# Lists ---------------------------------------------------------------------------------------------------------------


@place("list")
def _(visit):
    visit.open("declarations:list")


@place("list-empty", who="filer-none")
def _(visit):
    visit.open("declarations:list")


@place("list-full", who="filer-jrb")
def _(visit):
    visit.open("declarations:list")
    expect(visit.page.locator("main tbody tr")).not_to_have_count(0)


@place("list-nothing-found")
def _(visit):
    visit.open("declarations:list", more="?q=没有这样的项目")


@place("list-admin", who=ADMIN)
def _(visit):
    visit.open("declarations:list", more="?year=2020")


@place("inbox", who=REVIEWER)
def _(visit):
    visit.open("declarations:inbox")
    visit.page.locator("[data-row] input").first.check()
    expect(visit.page.locator("#inbox-bar")).to_contain_text("已选 1 个")


@place("inbox-keys", who=REVIEWER, covered="main > :not(dialog)")
def _(visit):
    visit.open("declarations:inbox", more="?order=oldest")
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog")).to_be_visible()


@place("inbox-empty", who="reviewer-fwzx")
def _(visit):
    visit.open("declarations:inbox")


@place("inbox-return-refused", who=REVIEWER, troubles=("status of 422",))
def _(visit):
    visit.open("declarations:inbox_together", more=f"?act=back&pick={_pick(visit)}")
    with visit.page.expect_navigation():
        visit.page.locator(".pg-actionbar [type=submit]").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("要写退回的原因")


@place("inbox-result", who=REVIEWER)
def _(visit):
    """Nothing is done: the version is one that the list never showed."""
    visit.open("declarations:inbox_together", more=f"?act=back&pick={_pick(visit)}")
    visit.page.locator("[name=pick]").evaluate("one => { one.value = one.value.replace(/[.].*/, '.99999'); }")
    visit.page.locator("#comment").fill("按新的口径改")
    with visit.page.expect_navigation():
        visit.page.locator(".pg-actionbar [type=submit]").click()
    expect(visit.page.locator("h1")).to_contain_text("没有办成")


def _pick(visit: Visit) -> str:
    """The form that waits, as its list shows it."""
    form = Declaration.objects.get(pk=visit.forms["sent"].pk)
    return f"{form.pk}.{form.version}"


@place("new")
def _(visit):
    visit.open("declarations:new")


@place("new-refused", troubles=(r"status of 422",))
def _(visit):
    visit.open("declarations:new")
    visit.page.fill("#name", "长三角数据共享服务平台运维")
    visit.page.get_by_role("button", name="建立申报表").click()
    visit.page.wait_for_load_state()


@place("new-none", who="filer-none")
def _(visit):
    visit.open("declarations:new")


@place("library")
def _(visit):
    visit.open("declarations:library")


@place("library-nothing-found")
def _(visit):
    visit.open("declarations:library", more="?q=没有这样的指标")


# One form ------------------------------------------------------------------------------------------------------------


def _tasks(name: str) -> None:
    place(f"tasks-{name}")(lambda visit: visit.open("declarations:tasks", visit.forms[name].pk))


for _name in ("empty", "bare", "linked", "copied", "sent", "approved"):
    _tasks(_name)


@place("drop")
def _(visit):
    visit.open("declarations:drop", visit.forms["linked"].pk)


@place("copy")
def _(visit):
    visit.open("declarations:copy", visit.forms["copied"].pk)


def _step(form: str, section: str, who: str = FILER) -> None:
    place(f"step-{form}-{section}", who)(lambda visit: visit.step(form, section))


for _section in ("basics", "case", "implementation", "goals", "budget", "indicators"):
    _step("empty", _section)
    _step("linked", _section)
_step("bare", "basics")
_step("bare", "case")
_step("bare", "indicators")
_step("copied", "indicators")
_step("sent", "basics")
_step("sent", "indicators")
_step("national", "indicators", "filer-fwzx")


@place("step-samples-open")
def _(visit):
    visit.step("empty", "case")
    closed = visit.page.locator(".pg-field details:not([open]) summary")
    while closed.count():
        closed.first.click()


@place("step-conflict", troubles=("status of 409",), is_alone=True)
def _(visit):
    visit.step("bare", "case")
    field = visit.page.locator("#f-legal_basis")
    form = Declaration.objects.get(pk=visit.forms["bare"].pk)
    seen = int(field.get_attribute("data-seen"))
    theirs = FieldChange("legal_basis", f"同事写的依据，第 {seen} 次。", seen)
    save_fields(form, [theirs], actor=User.objects.get(username=COLLEAGUE))
    field.fill("我自己写的依据，和同事的不一样。")
    expect(visit.page.locator("[data-conflict=legal_basis]")).to_be_visible()


@place("step-offline", troubles=("ERR_INTERNET_DISCONNECTED",), is_alone=True)
def _(visit):
    visit.step("bare", "goals")
    visit.page.context.set_offline(True)
    visit.page.locator("#f-overall_goal, #f-annual_goal").first.fill("断网以后接着写的目标。")
    expect(visit.page.locator("#offline")).to_be_visible()
    visit.page.wait_for_timeout(200)
    visit.page.context.set_offline(False)
    # The bar is looked at as it stood; coming back is another test's story.


@place("step-drafts", troubles=("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK"), is_alone=True)
def _(visit):
    visit.step("linked", "case")
    network = visit.page.context
    closed = network.new_page()
    closed.goto(visit.page.url)
    network.set_offline(True)
    for key in ("necessity", "legal_basis"):
        closed.locator(f"#f-{key}").fill("断网时写的，还没有存上。")
        expect(closed.locator(f"[data-save-for={key}]")).to_contain_text("已存在本机")
    closed.close()
    network.set_offline(False)
    visit.page.reload()
    expect(visit.page.locator("#drafts")).to_contain_text("本机有 2 处没有存上的内容")


@place("step-signed-out", troubles=("status of 401",), is_alone=True)
def _(visit):
    visit.step("bare", "implementation")
    visit.page.context.clear_cookies(name="sessionid")
    visit.page.locator("#f-safeguards").fill("登录过期以后写的。")
    expect(visit.page.get_by_role("dialog")).to_be_visible()


@place("grid-card")
def _(visit):
    visit.step("linked", "indicators")
    row = visit.page.locator("tr[data-row]").nth(2)
    row.locator("summary").click()
    row.get_by_text("指标卡", exact=True).click()
    expect(visit.page.locator("[data-cardline]")).to_be_visible()


@place("grid-menu", covered=".pg-menu:not([open])")
def _(visit):
    visit.step("linked", "indicators")
    visit.page.locator("tr[data-row] summary").nth(1).click()
    expect(visit.page.locator(".pg-menulist").nth(1)).to_be_visible()


@place("grid-paste")
def _(visit):
    visit.panel("从 Excel 粘贴", "paste")
    visit.page.locator("#paste-text").fill(
        "数量\t巡检次数\t≥12次\n质量\t故障处理率\t100%\n没有这样的组\t某某率\t尽量高\n满意度\t用户满意度\t》=90%"
    )
    visit.page.get_by_role("button", name="看怎样读").click()
    expect(visit.page.locator(".pg-pasted tbody tr")).to_have_count(4)


@place("grid-library")
def _(visit):
    visit.panel("从指标库选", "library")


@place("grid-defaults")
def _(visit):
    visit.panel("带入共性指标", "defaults")


@place("grid-last-year")
def _(visit):
    visit.panel("对照上年", "last_year")


@place("grid-regroup")
def _(visit):
    visit.step("linked", "indicators")
    row = visit.page.locator("tr[data-row]").nth(2)
    row.locator("summary").click()
    row.get_by_text("移到别的组").click()
    expect(visit.page.locator("[data-panel-name=regroup]")).to_be_visible()


@place("check-blocked")
def _(visit):
    visit.open("declarations:check", visit.forms["bare"].pk)


@place("check-doubts")
def _(visit):
    visit.open("declarations:check", visit.forms["linked"].pk)


@place("check-reason-refused", troubles=("status of 422",))
def _(visit):
    visit.open("declarations:check", visit.forms["linked"].pk)
    boxes = visit.page.locator(".pg-reason")
    boxes.nth(1).locator("textarea").fill("还没")
    boxes.first.locator("textarea").fill("无")
    boxes.first.get_by_role("button").click()
    expect(visit.page.locator(".pg-reason .pg-error")).to_have_count(2)  # nothing was stored
    expect(visit.page.locator(".pg-reason textarea").first).to_be_focused()


@place("check-ready")
def _(visit):
    visit.open("declarations:check", visit.forms["ready"].pk)
    expect(visit.page.locator(".pg-actionbar")).to_contain_text("可以送审")
    expect(visit.page.locator("#late")).to_contain_text("逾期原因")


@place("check-overtaken", troubles=("status of 409",))
def _(visit):
    visit.open("declarations:check", visit.forms["ready"].pk)
    form = Declaration.objects.get(pk=visit.forms["ready"].pk)
    seen = form.marks.filter(path="project_overview").first()
    theirs = FieldChange("project_overview", form.project_overview + "。", seen.version if seen else 0)
    assert save_fields(form, [theirs], actor=User.objects.get(username=COLLEAGUE)).saved
    visit.page.get_by_role("button", name="送审").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("没有送审")


@place("submitted")
def _(visit):
    visit.open("declarations:submit", visit.forms["sent"].pk)


def _preview(form: str, who: str = FILER) -> None:
    place(f"preview-{form}", who)(lambda visit: visit.open("declarations:preview", visit.forms[form].pk))


_preview("empty")
_preview("linked")
_preview("sent")


# Between the sides ----------------------------------------------------------------------------------------------------


@place("tasks-returned")
def _(visit):
    visit.open("declarations:tasks", visit.forms["returned"].pk)


_step("returned", "case")
_step("returned", "indicators")


@place("step-history")
def _(visit):
    visit.step("returned", "case")
    visit.page.locator(".pg-history summary").first.click()
    visit.page.locator("#thread-necessity .pg-compose summary").click()


@place("comments")
def _(visit):
    visit.open("declarations:comments", visit.forms["returned"].pk)
    visit.page.locator(".pg-settled summary").first.click()


@place("comments-refused", troubles=("status of 422",))
def _(visit):
    visit.open("declarations:comments", visit.forms["returned"].pk, more="?path=necessity")
    visit.page.locator(".pg-threads .pg-compose summary").click()
    visit.page.fill("#thread-necessity-new", "@张三 看一下")
    visit.page.get_by_role("button", name="发出批注").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("notices")
def _(visit):
    visit.open("notices:notices")


@place("notices-none", who="filer-none")
def _(visit):
    visit.open("notices:notices")


@place("deliveries", who=KEEPER)
def _(visit):
    visit.open("notices:deliveries")


@place("receipt-right")
def _(visit):
    visit.open("declarations:submit", visit.forms["sent"].pk)
    visit.page.get_by_role("link", name="核对").click()
    expect(visit.page.get_by_role("heading", name="核对上了")).to_be_visible()


@place("receipt-wrong")
def _(visit):
    visit.open("declarations:receipts", more="?code=1-AAAA")


_preview("approved")
_preview("money", ADMIN)
_preview("national", "filer-fwzx")


# Administration ------------------------------------------------------------------------------------------------------


@place("adjust-refused", troubles=("status of 422",))
def _(visit):
    visit.open("declarations:adjust", visit.forms["approved"].pk)
    visit.page.get_by_role("button", name="建新的一版").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("adjusted")
def _(visit):
    visit.open("declarations:tasks", visit.forms["adjusted"].pk)


@place("adjustment")
def _(visit):
    visit.open("declarations:adjustment", visit.forms["adjusted"].pk)


@place("handovers", who=KEEPER)
def _(visit):
    visit.open("declarations:handovers")


@place("handover-refused", who=ADMIN, troubles=("status of 422",))
def _(visit):
    visit.open("declarations:handover", User.objects.get(username=FILER).pk)
    visit.page.get_by_role("button", name="移交").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("deputies-refused", troubles=("status of 422",))
def _(visit):
    visit.open("declarations:deputies")
    visit.page.get_by_role("button", name="指定代理人").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("campaigns", who=ADMIN)
def _(visit):
    visit.open("declarations:campaigns")


@place("campaign", who=ADMIN)
def _(visit):
    visit.open("declarations:campaign", visit.forms["bare"].campaign_id)


@place("campaign-refused", who=ADMIN, troubles=("status of 422",))
def _(visit):
    visit.open("declarations:campaign_new")
    visit.page.get_by_role("button", name="建批次").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("rollover", who=ADMIN)
def _(visit):
    visit.open("declarations:rollover")


@place("progress", who=ADMIN)
def _(visit):
    visit.open("declarations:campaign_progress", visit.forms["bare"].campaign_id)


@place("progress-unit", who=ADMIN)
def _(visit):
    form = visit.forms["bare"]
    visit.open("declarations:campaign_unit", form.campaign_id, form.organization_id)


@place("exports", who=ADMIN)
def _(visit):
    visit.open("declarations:exports")


@place("exports-none-found", who=ADMIN)
def _(visit):
    visit.open("declarations:exports", more="?year=2018&state=draft")


def _job(state: str) -> None:
    place(f"job-{state}", ADMIN)(lambda visit: visit.open("jobs:job", visit.jobs[state].pk))


for _name in ("working", "done", "failed", "cancelled", "expired"):
    _job(_name)


@place("job-gone", who=ADMIN, troubles=(r"status of 410",))
def _(visit):
    visit.open("jobs:download", visit.jobs["expired"].pk)


@place("people", who=KEEPER)
def _(visit):
    visit.open("accounts:people")


@place("people-nothing-found", who=KEEPER)
def _(visit):
    visit.open("accounts:people", more="?q=没有这个人")


@place("person", who=KEEPER)
def _(visit):
    visit.open("accounts:person", User.objects.get(username=FILER).pk)


@place("person-refused", who=KEEPER, troubles=(r"status of 422",))
def _(visit):
    visit.open("accounts:person_new")
    visit.page.get_by_role("button", name="建账号").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("one-time-password", who=KEEPER)
def _(visit):
    visit.open("accounts:person", User.objects.get(username="filer-none").pk)
    visit.page.get_by_role("button", name="重置密码").click()
    expect(visit.page.locator("h1")).to_contain_text("一次性密码")


@place("organizations", who=KEEPER)
def _(visit):
    visit.open("accounts:organizations")


@place("organization", who=KEEPER)
def _(visit):
    visit.open("accounts:organization", Organization.objects.get(code="301").pk)


@place("organization-new", who=KEEPER)
def _(visit):
    visit.open("accounts:organization_new")
