"""Places of self-evaluations: the published ones, drafts over approved targets, one that is being reviewed."""

from decimal import Decimal

from playwright.sync_api import expect

from evaluations.checking import keep, keep_score
from evaluations.models import Evaluation
from perfgoals.accounts.models import User
from perfgoals.campaigns.announcing import announce
from perfgoals.campaigns.models import Campaign
from perfgoals.workflow import State, freeze
from tests.browser.places import Visit, place
from tests.browser.stage import ADMIN, FILER, REVIEWER

PUBLISHED = "filer-ptjrb"
REVIEWED = "推进长三角地区经济社会一体化发展工作经费"


def published(number: int) -> Evaluation:
    """One of the three published forms."""
    return Evaluation.objects.get(source_id=f"putuo-2021-{number}")


def draft(name: str = "办公用房修缮") -> Evaluation:
    """A draft of the open season, as it was opened, of 经济信息中心."""
    return Evaluation.objects.get(project_name=name, organization__name="上海市经济信息中心")


def reviewed() -> Evaluation:
    """On the department's desk, with the reviewer's points at two rows."""
    form = draft(REVIEWED)
    if form.is_editable:
        _fill(form)
        officer = User.objects.get(username=FILER)
        freeze(form, actor=officer, reason="submit")
        keep(form)
        keep_score(form)
        first, second, *_ = form.indicators.all()
        points = {"reviewer_score_typed": "0.5", "reviewer_score": Decimal("0.5")}
        judge = User.objects.get(username=REVIEWER)
        words = "签到表只有 12 人，不是 20 人。"
        form.indicators.filter(pk=first.pk).update(**points, reviewer_reason=words, reviewed_by=judge)
        form.indicators.filter(pk=second.pk).update(**points, reviewed_by=judge)
        Evaluation.objects.filter(pk=form.pk).update(state=State.DEPARTMENT_REVIEW, submitted_by=officer)
    return form


def _fill(form: Evaluation) -> None:
    """Every kind of row: met, missed, in words, without a result."""
    rows = list(form.indicators.all())
    for number, row in enumerate(rows):
        row.weight_typed, row.weight = "2", Decimal(2)
        row.actual = ("", "1次", row.target.lstrip("≥≤><=《》"))[number % 3]
        row.self_score_typed, row.self_score = "1.5", Decimal("1.5")
        row.save()
    for column, amount in (("initial", 650_000), ("current_year", 600_000), ("executed", 400_000)):
        setattr(form, column, amount)
        setattr(form, f"{column}_typed", str(amount))
    form.save()


def open_cards(visit: Visit) -> None:
    """Two cards unfolded: the page is looked at with what stands in them."""
    for summary in visit.page.locator(".pg-why summary").all()[:2]:
        summary.click()
    expect(visit.page.locator(".pg-why[open]")).to_have_count(2)


@place("score-published", who=PUBLISHED)
def _(visit):
    visit.open("evaluations:score", published(1).pk)
    expect(visit.page.locator("#score-line")).to_contain_text("95")
    open_cards(visit)


@place("score-draft")
def _(visit):
    visit.open("evaluations:score", draft().pk)
    expect(visit.page.locator("#score-line")).to_contain_text("未定")


@place("score-reviewed", who=REVIEWER)
def _(visit):
    visit.open("evaluations:score", reviewed().pk)
    expect(visit.page.locator("table.pg-score thead")).to_contain_text("审核得分")
    open_cards(visit)


@place("evaluation-preview", who=PUBLISHED)
def _(visit):
    visit.open("evaluations:preview", published(1).pk)


@place("evaluation-preview-draft", who=ADMIN)
def _(visit):
    visit.open("evaluations:preview", draft().pk)
    expect(visit.page.locator("main")).to_contain_text("这张表还没有送审")


@place("exports-monitoring", who=ADMIN)
def _(visit):
    visit.open("monitoring:exports")
    expect(visit.page.locator("main")).to_contain_text("数据截至")


@place("exports-evaluations", who=ADMIN)
def _(visit):
    visit.open("evaluations:exports")
    expect(visit.page.locator("#export-found")).to_contain_text("份自评表符合条件")


@place("campaign-season", who=ADMIN)
def _(visit):
    """Targets of 2018 are approved and nothing was opened: the button stands in the band, and in the margin why."""
    season, _ = Campaign.objects.get_or_create(
        name="2018年度绩效自评",
        kind="evaluation",
        fiscal_year=2018,
        region=User.objects.get(username=ADMIN).organization.region,
        edition_id="national-2020-self-evaluation",
    )
    announce(season, actor=User.objects.get(username=ADMIN))
    visit.open("declarations:campaign", season.pk)
    expect(visit.page.get_by_role("button", name="张自评表")).to_be_visible()


@place("progress-season", who=ADMIN)
def _(visit):
    visit.open("declarations:campaign_progress", draft().campaign_id)
    expect(visit.page.locator("h1")).to_have_text("自评进度")


@place("evaluations-inbox", who=REVIEWER)
def _(visit):
    reviewed()
    visit.open("evaluations:inbox")
    expect(visit.page.locator("main tbody tr")).not_to_have_count(0)


@place("evaluation-review", who=REVIEWER)
def _(visit):
    """Points of two rows, one without words: its box is open, and what is pressed says why it is not kept."""
    visit.open("evaluations:review", reviewed().pk)
    expect(visit.page.locator(".pg-judgement")).not_to_have_count(0)
    visit.page.evaluate("document.querySelectorAll('.pg-judge details').forEach((one) => { one.open = true; })")


@place("evaluation-review-refused", who=REVIEWER, troubles=(r"status of 422",))
def _(visit):
    visit.open("evaluations:review", reviewed().pk)
    box = visit.page.get_by_label("审核分：第 3 行", exact=False)
    box.fill("99")
    box.press("Tab")
    expect(visit.page.locator("[data-points-error]:visible")).to_contain_text("要在 0 和分值")
    visit.page.get_by_role("button", name="退回", exact=False).last.click()
    expect(visit.page.get_by_role("alert")).to_contain_text("没有全部记下")


@place("carried-questions")
def _(visit):
    """This year's targets, asked what the year before found: a row beaten by far, one missed, money left over."""
    form = visit.forms["copied"]
    evaluation = Evaluation.objects.get(project=form.project_id)
    hotline = evaluation.indicators.get(name="技术支持热线全年接听量")
    satisfied = evaluation.indicators.get(name__contains="满意度")
    for row, actual in ((hotline, "5000次"), (satisfied, "70%")):
        row.actual, row.weight_typed, row.weight = actual, "20", Decimal(20)
        row.save()
    money = {"current_year": 604_000, "executed": 375_000}
    money |= {f"{column}_typed": str(amount) for column, amount in money.items()}
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.CONFIRMED, **money)
    visit.open("declarations:check", form.pk)
    expect(visit.page.locator("main")).to_contain_text("是否偏低？")
    expect(visit.page.get_by_role("link", name="看2020年自评得分").first).to_be_visible()
