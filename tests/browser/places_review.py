"""The reviewer's pages, on forms of their own: one that was returned, mended and sent again, one that lies with its unit."""

import uuid
from dataclasses import replace

from playwright.sync_api import expect

from declarations.checkup import findings_of
from declarations.models import Declaration, FindingReason, Project
from declarations.published import published_documents
from declarations.review.suggesting import suggest
from declarations.reviewing import send_back
from declarations.speaking import write_rows
from declarations.starting import start_declaration
from declarations.workflow import PASS, SUBMIT
from perfgoals.accounts.models import Organization, User
from perfgoals.campaigns.models import Campaign
from perfgoals.findings import Level
from perfgoals.reviewing.return_list import Listed, keep_notes
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, perform
from tests.browser.places import place
from tests.browser.stage import ADMIN

OFFICER, REVIEWER = "filer-fwzx", "department-jrb"
SOURCE = dict(published_documents())["xxzx-2020-1"]
WORDING = "2018年-2019年度分别对中心1号楼和3号楼进行了大修，拟对2号楼进行全面修缮。"


def _campaign(year: int) -> Campaign:
    like = Campaign.objects.filter(edition_id=SOURCE.form).first()
    found, _ = Campaign.objects.get_or_create(
        name=f"{year}年度绩效目标补报（审核）",
        defaults={"kind": like.kind, "fiscal_year": year, "region": like.region, "edition_id": like.edition_id},
    )
    return found


def _send(form: Declaration) -> Declaration:
    officer = User.objects.get(username=OFFICER)
    form = Declaration.objects.get(pk=form.pk)
    for finding in findings_of(form):
        if finding.level is Level.DOUBT:
            FindingReason.objects.update_or_create(
                declaration=form,
                code=finding.code,
                path=finding.path,
                defaults={
                    "message": finding.message,
                    "reason": "与去年验收的口径一致。",
                    "written_by": officer,
                },
            )
    perform(SUBMIT, form, actor=officer, version=form.version)
    return form


def _form(name: str) -> Declaration:
    """This year's form of a project with a form of last year; made once, then found."""
    unit = Organization.objects.get(code="201001")
    project, fresh = Project.objects.get_or_create(organization=unit, name=name)
    if not fresh:
        return Declaration.objects.get(project=project, fiscal_year=2020)
    officer, reviewer = User.objects.get(username=OFFICER), User.objects.get(username=REVIEWER)
    old = Declaration(
        project=project,
        organization=unit,
        campaign=_campaign(2019),
        fiscal_year=2019,
        edition_id=SOURCE.form,
        state=State.APPROVED,
    )
    old.save()
    rows = (replace(SOURCE.indicators[0], target="较合理"), *SOURCE.indicators[2:])
    goal = (SOURCE.overall_goal or "").replace("第三季度", "第二季度")
    write_rows(replace(SOURCE, indicators=rows, overall_goal=goal, budget={"current_year": "400000"}), old)
    form = start_declaration(campaign=_campaign(2020), project=project, key=uuid.uuid4(), actor=officer)
    write_rows(replace(SOURCE, project_name=name), form)
    form = _send(form)
    row = SOURCE.indicators[-1].row_id
    suggest(form, "necessity", WORDING, actor=reviewer)
    send_back(
        form,
        actor=reviewer,
        version=form.version,
        comment="检测单位名称前后不一；增幅请说明。",
        places=[NamedPlace("necessity", "改掉重字“对对”"), NamedPlace(f"indicators.{row}.target", "写依据")],
        reason_code="contradiction",
        clause="财预〔2015〕88号",
    )
    return form


def _again(name: str) -> Declaration:
    form = _form(name)
    if form.state == State.RETURNED:
        Declaration.objects.filter(pk=form.pk).update(necessity=WORDING)
        form = _send(form)
        reviewer = User.objects.get(username=REVIEWER)
        suggest(form, "safeguards", "采用公开招标，办公室配专人跟进进度、施工、采购。", actor=reviewer)
        keep_notes(form, [Listed("legal_basis", "写明检测报告的文号。")], actor=reviewer)
    return form


@place("review", who=REVIEWER)
def _(visit):
    visit.open("declarations:review", _again("办公楼修缮（重报）").pk)
    expect(visit.page.locator(".pg-card")).not_to_have_count(0)
    # Every panel of the margin open: what is hidden is looked at by nobody.
    visit.page.evaluate(
        "document.querySelectorAll('.pg-review details').forEach((one) => { one.open = true; })"
    )


@place("review-since-last-year", who=REVIEWER)
def _(visit):
    visit.open("declarations:review", _again("办公楼修缮（重报）").pk, more="?compare=year")
    figures = visit.page.locator("del.pg-figure, ins.pg-figure")
    expect(figures).not_to_have_count(0)
    # One line each, however narrow the column.
    assert figures.evaluate_all("(all) => all.every((one) => one.getClientRects().length === 1)")


@place("review-keys", who=REVIEWER, covered="main > :not(dialog)")
def _(visit):
    visit.open("declarations:review", _again("办公楼修缮（重报）").pk)
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog")).to_be_visible()


@place("review-compare", who=REVIEWER)
def _(visit):
    visit.open("declarations:review_compare", _again("办公楼修缮（重报）").pk, more="?with=year")
    visit.page.get_by_text("行没有变", exact=False).last.click()


@place("review-return-refused", who=REVIEWER, troubles=("status of 422",))
def _(visit):
    visit.open("declarations:review_return", _again("办公楼修缮（重报）").pk)
    visit.page.get_by_role("button", name="退回给单位").click()
    expect(visit.page.locator("main .pg-error").first).to_be_visible()


@place("review-overtaken", who=REVIEWER, troubles=("status of 409",))
def _(visit):
    form = _again("办公楼修缮（被人抢先）")
    visit.open("declarations:review_return", form.pk)
    visit.page.get_by_label("说明").fill("检测单位名称前后不一，请核对。")
    visit.page.get_by_label("退回原因").select_option("contradiction")
    perform(PASS, form, actor=User.objects.get(username=REVIEWER), version=form.version)
    visit.page.get_by_role("button", name="退回给单位").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("已经通过")


@place("step-suggestion", who=OFFICER)
def _(visit):
    visit.open("declarations:step", _form("办公楼修缮（退回）").pk, "case")
    expect(visit.page.locator(".pg-suggestion")).to_be_visible()


@place("return-reasons", who=ADMIN)
def _(visit):
    _form("办公楼修缮（退回）")
    visit.open("declarations:return_reasons")
    expect(visit.page.locator("main tbody tr")).not_to_have_count(0)
