"""From the approved promise to the printed score, in the browser: monitoring in July, self-evaluation in winter, a return,
confirmation, paper. One row is missed, one exceeded, one judged in words, one has a target of zero.

What the officer reads on the screen, what is printed, what the Excel form says and what ``score_form`` computes from the
downloaded paper are the same figures; they are worked out by hand here.
"""

import io
import json
import re
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from declarations.models import Declaration
from evaluations.models import Evaluation
from monitoring.models import MonitoringReport
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.addresses import page_url
from perfgoals.workflow import State, freeze
from tests.documents.ground import text_of

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

YEAR = 2026
# group, category, name, target, points, result, points won
ROWS = (
    ("产出指标", "数量指标", "设备巡检次数", "≥50次", "20", "44次", "17.6"),  # missed: 20 × 44 ÷ 50
    ("产出指标", "数量指标", "培训人数", "≥100人", "20", "160人", "20"),  # exceeded
    ("产出指标", "质量指标", "安全事故数", "=0起", "10", "0起", "10"),  # a target of zero, kept
    ("效益指标", "社会效益指标", "业务系统可用程度改善", "明显改善", "30", "", "27"),  # in words: judged
    ("满意度指标", "服务对象满意度指标", "使用人员满意度", "≥90%", "10", "92%", "10"),
)
JULY = (  # by July, of the whole year, 完成目标可能性
    ("26次", "45次", "possible"),
    ("90人", "160人", "certain"),
    ("0起", "0起", "certain"),
    ("partly", "", "certain"),
    ("91%", "92%", "certain"),
)
BUDGET, EXECUTED = "1,000,000.00", "970,000.00"
EXECUTION_POINTS = "9.7"  # 10 × 970,000 ÷ 1,000,000
TOTAL, GRADE = "94.3", "优"  # 17.6 + 20 + 10 + 27 + 10 + 9.7
FIRST_SAID, FIRST_POINTS, FIRST_TOTAL = "45次", "18", "94.7"  # what the officer wrote before the return


@pytest.fixture
def promise(make_declaration, region, people):
    """The approved declaration on the national form of 2021, whose points are those of the self-evaluation too."""
    season = campaign_of(region, CampaignKind.DECLARATION, "national-2021-declaration")
    declaration = make_declaration(
        name="业务系统运行维护",
        in_campaign=season,
        current_year=BUDGET.replace(",", ""),
        current_year_typed=BUDGET,
        annual_goal="全年巡检五十次以上，培训一百人以上，不发生安全事故，业务系统可用程度明显改善。",
    )
    for number, (level1, level2, name, target, points, *_) in enumerate(ROWS, 1):
        declaration.indicators.create(
            position=number,
            level1=level1,
            level2=level2,
            name=name,
            target=target,
            weight_typed=points,
            weight=points,
        )
    Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
    declaration.refresh_from_db()
    freeze(declaration, actor=people["财政审核人"], reason="approve")
    return declaration


def campaign_of(region, kind, edition, **more):
    return Campaign.objects.create(
        name=f"{YEAR}年度{kind.label}", kind=kind, fiscal_year=YEAR, region=region, edition_id=edition, **more
    )


@pytest.fixture
def winter(region):
    return campaign_of(region, CampaignKind.EVALUATION, "national-2020-self-evaluation")


@pytest.fixture
def july(region):
    return campaign_of(region, CampaignKind.MONITORING, "national-2019-monitoring", cutoff_month=7)


def test_from_promise_to_score(at, promise, july, winter, tmp_path):
    report = open_report(at, promise, july)
    fill_report(at, report)
    send(at, report)
    judge(at, "发改委审核人", report, "pass", State.FINANCE_REVIEW, "26 ÷ 50")
    judge(at, "财政审核人", report, "confirm", State.CONFIRMED, "26 ÷ 50")
    form = open_evaluation(at, promise, winter)
    fill(at, form)
    send(at, form)
    give_back(at, form)
    judge(at, "发改委审核人", form, "pass", State.FINANCE_REVIEW, TOTAL)
    judge(at, "财政审核人", form, "confirm", State.CONFIRMED, TOTAL)
    same_figures_everywhere(at, form, tmp_path)


# The officer's July -----------------------------------------------------------------------------------------------------
def open_report(at, promise, july) -> MonitoringReport:
    page = at("信息中心填报人", f"{reverse('monitoring:new')}?campaign={july.pk}")
    page.locator("main").get_by_role("button", name=re.compile("建")).first.click()
    expect(page).to_have_url(re.compile(r"/monitoring/\d+/"))
    return MonitoringReport.objects.get(project=promise.project, campaign=july)


def fill_report(at, report) -> None:
    """What was done by July and what is expected of the year: one target will be missed, and why is said now."""
    page = at("信息中心填报人", reverse("monitoring:step", args=[report.pk, "budget"]))
    expect(page.locator('[data-path="budget.initial"]')).to_have_value(BUDGET)  # as approved
    type_into(page, "budget.initial_fiscal", BUDGET)
    type_into(page, "budget.initial_other", "0")
    for key, amount in (("executed", "560,000.00"), ("expected", EXECUTED)):
        for path in (f"budget.{key}", f"budget.{key}_fiscal"):
            type_into(page, path, amount)
        type_into(page, f"budget.{key}_other", "0")
    expect(page.locator('[data-reading="budget.execution_rate"]')).to_contain_text("560,000 ÷ 1,000,000 ＝ 56%")
    at("信息中心填报人", reverse("monitoring:step", args=[report.pk, "indicators"]))
    lines = page.locator("tr[data-row]")
    for number, (done, expected, likelihood) in enumerate(JULY):
        line = lines.nth(number)
        if expected:
            line.locator("[data-col=actual]").fill(done)
            line.locator("[data-col=expected]").fill(expected)
        else:
            line.locator("[data-col=attainment]").select_option(done)
        line.locator("[data-col=likelihood]").select_option(likelihood)
    lines.nth(0).locator("[data-col=deviation_conditions]").check()
    lines.nth(0).locator("[data-col=deviation_reason]").fill("九月机房搬迁，五次巡检排不进去。")
    page.keyboard.press("Tab")
    expect(lines.nth(0).locator(".pg-score-cell")).to_contain_text(
        "26 ÷ 50 ＝ 52%，计划 58.33%，慢 6.33 个百分点"
    )
    expect(lines.nth(1).locator(".pg-score-cell")).to_contain_text("90 ÷ 100 ＝ 90%")


# The officer's winter --------------------------------------------------------------------------------------------------
def open_evaluation(at, promise, winter) -> Evaluation:
    page = at("信息中心填报人", f"{reverse('evaluations:new')}?campaign={winter.pk}")
    page.locator("main").get_by_role("button", name=re.compile("建")).first.click()
    expect(page).to_have_url(re.compile(r"/evaluations/\d+/"))
    form = Evaluation.objects.get(project=promise.project, campaign=winter)
    assert [row.target for row in form.indicators.all()] == [row[3] for row in ROWS]
    assert form.weights_copied
    return form


def fill(at, form) -> None:
    page = at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "budget"]))
    for key, amount in (("current_year", BUDGET), ("executed", EXECUTED)):
        for path in (f"budget.{key}", f"budget.{key}_fiscal"):
            type_into(page, path, amount)
        for source in ("carried_over", "other"):
            type_into(page, f"budget.{key}_{source}", "0")
    at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "goals"]))
    type_into(
        page,
        "actual_completion",
        "全年巡检四十五次，培训一百六十人，没有发生安全事故，业务系统可用程度明显改善。",
    )
    at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "indicators"]))
    lines = page.locator("tr[data-row]")
    expect(lines.nth(0)).to_contain_text(JULY[0][0])  # what monitoring said last
    for number, (*_, result, _) in enumerate(ROWS):
        line = lines.nth(number)
        if result:
            line.locator("[data-col=actual]").fill(result if number else FIRST_SAID)
        else:
            line.locator("[data-col=band]").select_option("achieved")
            line.locator("[data-col=self_score]").fill(ROWS[number][-1])
        line.locator("[data-col=deviation_reason]").focus()
    lines.nth(0).locator("[data-col=deviation_reason]").fill("九月机房搬迁停了五次巡检，明年改在十月前补齐。")
    lines.nth(3).locator("[data-col=deviation_reason]").fill("两个老系统十二月才切换完，三月底前全部切换。")
    page.keyboard.press("Tab")
    for number, (*_, points) in enumerate(ROWS):
        shown = lines.nth(number).locator(".pg-score-cell b").first
        expect(shown).to_have_text(points if number else FIRST_POINTS)
    expect(page.locator("[data-reading=total]")).to_contain_text(FIRST_TOTAL)


def type_into(page, path: str, text: str) -> None:
    field = page.locator(f'[data-path="{path}"]')
    field.fill(text)
    field.press("Tab")
    expect(page.locator(".pg-head .pg-save")).to_contain_text("已保存")


def send(at, form) -> None:
    """What the check-up asks, a target far exceeded above all (X-18), is answered in writing."""
    page = at("信息中心填报人", page_url(form, "check"))
    for reason in page.locator(".pg-reason textarea").all():
        if not reason.input_value():
            reason.fill("两个新系统上线，培训多开了三期，目标按旧系统定。")
    if page.get_by_role("button", name="记下理由").count():
        page.get_by_role("button", name="记下理由").first.click()
    expect(page.locator("#why")).to_contain_text("可以送审")
    page.get_by_role("button", name="送审", exact=True).click()
    expect(page).to_have_url(re.compile("/submit/$"))


# The reviewers --------------------------------------------------------------------------------------------------------
def give_back(at, form) -> None:
    """The department returns one row; the officer mends it, and nothing else can be touched."""
    row = form.indicators.order_by("position").first()
    page = at("发改委审核人", reverse("evaluations:review", args=[form.pk]))
    expect(page.locator("main")).to_contain_text(FIRST_TOTAL)
    page.goto(page.url.split("?")[0] + "return/")
    page.locator("#new").select_option(f"indicators.{row.row_id}")
    page.get_by_role("button", name="添加").click()
    page.get_by_label(re.compile("^意见：")).fill("巡检记录只有 44 次")
    page.locator("#reason").select_option(index=1)
    page.locator("#comment").fill("巡检次数与记录不符，其余不用改。")
    page.get_by_role("button", name="退回给单位").click()
    expect(page.locator("main")).not_to_contain_text("没有退回")
    form.refresh_from_db()
    assert form.state == State.RETURNED

    page = at("信息中心填报人", page_url(form, "tasks"))
    expect(page.locator("main")).to_contain_text("巡检次数与记录不符")
    at("信息中心填报人", reverse("evaluations:step", args=[form.pk, "indicators"]))
    expect(page.locator(f'[data-path="indicators.{row.row_id}.actual"]')).to_be_editable()
    expect(page.locator("tr[data-row] [data-col=actual]").nth(1)).not_to_be_editable()
    type_into(page, f"indicators.{row.row_id}.actual", ROWS[0][5])
    expect(page.locator("[data-reading=total]")).to_contain_text(TOTAL)
    send(at, form)


def judge(at, who: str, form, decision: str, becomes: State, sees: str) -> None:
    page = at(who, page_url(form, "review"))
    expect(page.locator("main")).to_contain_text(sees)
    page.locator(f"button[name=decision][value={decision}]").click()
    expect(page.locator("main")).to_contain_text("撤销")
    form.refresh_from_db()
    assert form.state == becomes


# Paper ------------------------------------------------------------------------------------------------------------------
def download(page, form, name: str) -> bytes:
    """What this person gets behind a link of the form."""
    answer = page.request.get(
        f"{page.url.split('/evaluations/')[0]}{reverse(f'evaluations:{name}', args=[form.pk])}"
    )
    assert answer.ok, answer.status
    return answer.body()


def same_figures_everywhere(at, form, tmp_path) -> None:
    page = at("信息中心填报人", reverse("evaluations:score", args=[form.pk]))
    expect(page.locator("#score-line")).to_contain_text(TOTAL)
    expect(page.locator("#score-line")).to_contain_text(GRADE)
    shown = [
        cells.locator("td.pg-num").nth(1).inner_text()
        for cells in page.locator("table.pg-score tr[id^=row-]").all()
    ]

    pdf = tmp_path / "form.pdf"
    pdf.write_bytes(download(page, form, "pdf"))
    paper = re.sub(r"\s", "", text_of(pdf.read_bytes(), tmp_path))

    book = openpyxl.load_workbook(io.BytesIO(download(page, form, "xlsx")))
    cells = [
        [str(cell.value) for cell in row if cell.value is not None] for row in book.worksheets[0].iter_rows()
    ]

    out = StringIO()
    call_command("score_form", str(pdf), stdout=out)
    computed = json.loads(out.getvalue())
    assert plain(computed["total"]) == TOTAL
    assert computed["grade"] == GRADE

    for number, (_, _, name, target, weight, result, points) in enumerate(ROWS):
        assert shown[number] == points
        assert plain(computed["rows"][number]["points"]) == points
        assert f"{name}{target}{result or '达成年度指标'}{weight}{points}" in paper
        line = next(line for line in cells if name in line)
        assert line[line.index(name) + 3 : line.index(name) + 5] == [weight, points]
    assert f"总分100{TOTAL}" in paper
    assert any(line[-3:] == ["总分", "100", TOTAL] for line in cells)
    assert plain(computed["execution"]["points"]) == EXECUTION_POINTS
    assert f"10{'97.00%'}{EXECUTION_POINTS}" in paper


def plain(number: str) -> str:
    """97.00 as people write it."""
    return number.rstrip("0").rstrip(".") if "." in number else number
