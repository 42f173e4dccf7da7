"""A whole season on the eighteen published declarations, in the browser, by everybody who has a part in it.

Opened by the 业务管理员, filled and sent by four units, returned with comments, mended, sent again, passed, approved,
adjusted, and verified by the 审计员. What typing every field is like is told by ``test_fill_by_keyboard``; here the
published text is put into the opened forms, and people do everything else themselves.
"""

import re
from collections import Counter

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from declarations import demo
from declarations.checkup import findings_of
from declarations.models import Declaration, FindingReason, Project
from declarations.published import published_documents
from declarations.speaking import write_rows
from perfgoals.accounts.models import User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.models import Revision
from perfgoals.findings import Level
from perfgoals.workflow import State

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

CAMPAIGNS = {  # edition: name, year
    "sh-2020-declaration": ("2020年度补报（申报表）", 2020),
    "sh-2020-target-table": ("2020年度补报（目标表）", 2020),
    "sh-2018-declaration": ("2018年度补报", 2018),
}
OFFICER_OF = {
    "上海市经济信息中心": "filer-xxzx",
    "上海市财政局": "filer-czj",
    "上海市金融服务办公室": "filer-jrb",
    "上海市金融发展服务中心": "filer-fwzx",
}
RETURNED = "xxzx-2020-5"
NEW_TARGET = "＞=2500次"


@pytest.fixture
def forms(db):
    """The published declarations by id: organization, edition and document. Their own records are only read."""
    demo.load()
    documents = dict(published_documents())
    published = Declaration.objects.filter(edition_id__in=CAMPAIGNS).exclude(source_id="")
    found = {
        one.source_id: (one.project, one.edition_id, documents[one.source_id])
        for one in published.select_related("project__organization")
        if not one.source_id.startswith("demo")
    }
    assert len(found) == 18
    return found


def test_a_season(forms, at, another_browser):
    open_campaigns(at)
    made = {key: start_and_fill(at, key, *form) for key, form in forms.items()}
    mend_the_errors(at, made)
    send_all(at, made)
    assert states() == {State.DEPARTMENT_REVIEW: 8, State.FINANCE_REVIEW: 10}

    return_one(at, made[RETURNED])
    pass_together(at, "department-fgw", 6)
    pass_together(at, "department-jrb", 1)
    assert states() == {State.RETURNED: 1, State.FINANCE_REVIEW: 17}

    mend_what_came_back(at, made[RETURNED])
    look_and_pass(at, made[RETURNED])
    approve_all(at, 18)
    assert states() == {State.APPROVED: 18}

    adjust_one(at, made[RETURNED])
    verify_the_trail(at)


def states():
    """How many of the season's forms are in each state."""
    return Counter(
        Declaration.objects.filter(campaign__name__in=[name for name, _ in CAMPAIGNS.values()]).values_list(
            "state", flat=True
        )
    )


# The 业务管理员 --------------------------------------------------------------------------------------------------------
def open_campaigns(at) -> None:
    for edition, (name, year) in CAMPAIGNS.items():
        page: Page = at("business-admin", reverse("declarations:campaign_new"))
        page.get_by_label("批次名称").fill(name)
        page.get_by_label("种类").select_option("declaration")
        page.get_by_label("年度").fill(str(year))
        page.get_by_label("表式").select_option(edition)
        page.get_by_label("截止时间").fill("2099-12-31T17:00")
        page.get_by_role("button", name="建批次").click()
        page.get_by_role("button", name=re.compile("通知 .* 个单位")).click()
        expect(page.locator(".pg-headline")).to_contain_text("已通知")


# The officers ---------------------------------------------------------------------------------------------------------
def start_and_fill(at, key: str, project: Project, edition: str, document) -> Declaration:
    """The officer opens the form; its text is the published one, with a reason for every doubt."""
    campaign = Campaign.objects.get(name=CAMPAIGNS[edition][0])
    officer = OFFICER_OF[project.organization.name]
    page = at(officer, f"{reverse('declarations:new')}?campaign={campaign.pk}")
    page.locator(f"button[value=project-{project.pk}]").click()
    expect(page).to_have_url(re.compile(r"/declarations/\d+/"))
    form = Declaration.objects.get(campaign=campaign, project=project)
    write_rows(document, form)
    return form


def mend_the_errors(at, made: dict[str, Declaration]) -> None:
    """What the check-up calls 错误 is mended by its own button; the doubts get their reasons."""
    for form in made.values():
        form.refresh_from_db()
        if any(finding.level is Level.ERROR for finding in findings_of(form)):
            page = at(OFFICER_OF[form.organization.name], reverse("declarations:check", args=[form.pk]))
            expect(page.locator("#why")).to_contain_text("还不能送审")
            errors = page.locator("section[aria-labelledby=g-error] tbody tr")
            expect(errors).to_have_count(1)
            if ready_made := errors.get_by_role("button").all():
                ready_made[0].click()
            else:
                errors.get_by_role("link").first.click()
                page.locator("#f-performance_type").select_option("其他")
                expect(page.locator("[data-save-for=performance_type]")).to_contain_text("已保存")
                page = at(OFFICER_OF[form.organization.name], reverse("declarations:check", args=[form.pk]))
            expect(page.locator("section[aria-labelledby=g-error]")).to_have_count(0)
    # Forms of one unit are compared with each other, so the reasons come when all of them are there.
    for form in made.values():
        form.refresh_from_db()
        officer = User.objects.get(username=OFFICER_OF[form.organization.name])
        for finding in findings_of(form):
            if finding.level is Level.DOUBT:
                FindingReason.objects.create(
                    declaration=form,
                    code=finding.code,
                    path=finding.path,
                    message=finding.message,
                    reason="与公开的表一致。",
                    written_by=officer,
                )


def send_all(at, made: dict[str, Declaration]) -> None:
    for form in made.values():
        page = at(OFFICER_OF[form.organization.name], reverse("declarations:check", args=[form.pk]))
        page.get_by_role("button", name="送审", exact=True).click()
        expect(page).to_have_url(re.compile("/submit/$"))


def mend_what_came_back(at, form: Declaration) -> None:
    """The officer reads why, mends the one row that is open, answers the comment, and sends again."""
    form.refresh_from_db()
    page = at("filer-xxzx", reverse("declarations:tasks", args=[form.pk]))
    expect(page.locator("main")).to_contain_text("热线量写清统计口径")
    at("filer-xxzx", reverse("declarations:step", args=[form.pk, "case"]))
    expect(page.locator("#f-necessity")).not_to_be_editable()
    at("filer-xxzx", reverse("declarations:step", args=[form.pk, "indicators"]))
    target = page.get_by_label("第 10 行，指标目标值")
    target.fill(NEW_TARGET)
    target.press("Tab")
    expect(page.locator(".pg-head .pg-save")).to_contain_text("已保存")
    at("filer-xxzx", reverse("declarations:check", args=[form.pk]))
    expect(page.locator("main")).to_contain_text("已修改，尚未重新送审")
    for reason in page.locator(".pg-reason textarea").all():
        if not reason.input_value():
            reason.fill("与公开的表一致。")
            reason.locator("xpath=ancestor::*[contains(@class, 'pg-reason')]").get_by_role("button").click()
    page.get_by_role("button", name="送审", exact=True).click()
    expect(page).to_have_url(re.compile("/submit/$"))


# The reviewers --------------------------------------------------------------------------------------------------------
def return_one(at, form: Declaration) -> None:
    """The department's reviewer reads the paper, writes at one row, and returns just that row."""
    page = at("department-fgw", reverse("declarations:inbox"))
    page.get_by_role("link", name=form.project_name).first.click()
    row = form.indicators.order_by("position")[9]
    page.goto(page.url.split("?")[0] + "return/")
    page.locator("#new").select_option(f"indicators.{row.row_id}")
    page.get_by_role("button", name="添加").click()
    page.get_by_label(re.compile("^意见：")).fill("热线量写清统计口径")
    page.locator("#reason").select_option(index=1)
    page.locator("#comment").fill("请把热线接听量的口径写清，其余不用改。")
    page.get_by_role("button", name="退回给单位").click()
    expect(page.locator("main")).not_to_contain_text("没有退回")
    form.refresh_from_db()
    assert form.state == State.RETURNED


def pass_together(at, reviewer: str, count: int) -> None:
    page = at(reviewer, reverse("declarations:inbox"))
    boxes = page.locator("tr[data-row] input[name=pick]")
    expect(boxes).to_have_count(count)
    for box in boxes.all():
        box.check()
    page.locator("#inbox-bar button[value=onward]").click()
    page.get_by_role("button", name=re.compile("勾选的$")).click()
    expect(page.locator("main")).to_contain_text(f"{count} 张")


def look_and_pass(at, form: Declaration) -> None:
    """The mended row is marked on the paper; the rest has not changed."""
    page = at("department-fgw", reverse("declarations:review", args=[form.pk]))
    expect(page.locator(".pg-review")).to_contain_text(NEW_TARGET)
    expect(page.locator(".pg-review ins").first).to_be_visible()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator("main")).to_contain_text("撤销")
    form.refresh_from_db()
    assert form.state == State.FINANCE_REVIEW


def approve_all(at, count: int) -> None:
    pass_together(at, "finance", count)


# Afterwards -----------------------------------------------------------------------------------------------------------
def adjust_one(at, form: Declaration) -> None:
    """目标调整: the old version stays in force until the new one is approved."""
    page = at("filer-xxzx", reverse("declarations:tasks", args=[form.pk]))
    page.get_by_role("link", name="目标调整").or_(page.get_by_role("button", name="目标调整")).first.click()
    page.get_by_label("原因").fill("年中追加运维任务。")
    page.locator("main form button[type=submit]").last.click()
    new = form.adjustments.get()
    form.refresh_from_db()
    assert (form.state, new.state) == (State.APPROVED, State.DRAFT)
    section = new.edition.section_for_path("necessity")
    page = at("filer-xxzx", reverse("declarations:step", args=[new.pk, section.key]))
    page.locator("#f-necessity").fill(f"{new.necessity}年中追加运维任务。")
    page.get_by_role("button", name="下一步").first.click()
    page.wait_for_url(lambda url: section.key not in url)
    officer = User.objects.get(username="filer-xxzx")
    for finding in findings_of(new):
        if finding.level is Level.DOUBT:
            FindingReason.objects.update_or_create(
                declaration=new,
                code=finding.code,
                path=finding.path,
                defaults={"message": finding.message, "reason": "与公开的表一致。", "written_by": officer},
            )
    send_all(at, {"new": new})
    pass_together(at, "department-fgw", 1)
    pass_together(at, "finance", 1)
    form.refresh_from_db()
    new.refresh_from_db()
    assert (form.state, new.state) == (State.SUPERSEDED, State.APPROVED)
    assert Revision.objects.filter(object_id=new.pk, reason="approve").count() == 1


def verify_the_trail(at) -> None:
    page = at("auditor", reverse("audit:records"))
    page.get_by_role("button", name="核对留痕").click()
    expect(page.locator("main")).to_contain_text("操作留痕没有被动过")
