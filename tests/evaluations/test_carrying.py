"""The self-evaluation of 2021 asked of the targets of 2022: from saved rows to questions on the page, and their answers."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from declarations.checkup import blocking_findings, findings_of
from declarations.checkup.results import NOTHING_CARRIED
from declarations.models import Declaration, Indicator
from evaluations.carrying import ask_later_targets, carried
from evaluations.models import Evaluation, EvaluationRow
from evaluations.reviewing import undo
from evaluations.workflow import CONFIRM, PASS, SUBMIT
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.reviewing.models import ReturnRound
from perfgoals.workflow import State, perform
from tests.evaluations.test_workflow import ready

pytestmark = pytest.mark.django_db

ROWS = (
    # name, target, actual, level 2
    ("年审机构数量", "≥20家", "45家", "数量指标"),
    ("培训场次", "≥10场", "6场", "数量指标"),
    ("报告按时率", "≥95%", "96%", "质量指标"),
)


@pytest.fixture
def evaluated(region, places, make_declaration):
    """A self-evaluation of 2021: one row beaten by far, one missed, one met; 62.16 % spent; on the finance desk."""
    declared = make_declaration(name="金融业务费用")
    season = Campaign.objects.create(
        name="2021年度绩效自评",
        kind=CampaignKind.EVALUATION,
        fiscal_year=2021,
        region=region,
        edition_id="national-2020-self-evaluation",
    )
    form = Evaluation.objects.create(
        project=declared.project,
        organization=declared.organization,
        campaign=season,
        fiscal_year=2021,
        edition_id=season.edition_id,
        project_name="金融业务费用",
        current_year_typed="414400",
        current_year=Decimal(414400),
        executed_typed="257602",
        executed=Decimal(257602),
    )
    for number, (name, target, actual, level2) in enumerate(ROWS, 1):
        EvaluationRow.objects.create(
            evaluation=form,
            row_id=f"r{number}",
            position=number,
            level1="产出指标",
            level2=level2,
            name=name,
            target=target,
            actual=actual,
            weight_typed="10",
            weight=Decimal(10),
            declared_group="产出目标/数量" if level2 == "数量指标" else "产出目标/质量",
            deviation_reason="四场培训因疫情取消。" if actual == "6场" else "",
        )
    return form


@pytest.fixture
def sent(evaluated, people):
    Evaluation.objects.filter(pk=evaluated.pk).update(
        state=State.FINANCE_REVIEW,
        submitted_by=people["信息中心填报人"],
        submitted_at=timezone.now(),
        first_submitted_at=timezone.now(),
    )
    evaluated.refresh_from_db()
    return evaluated


@pytest.fixture
def next_year(region, evaluated):
    """The targets of 2022 of the same project, copied: the rows keep their ids."""
    campaign = Campaign.objects.create(
        name="2022年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2022,
        region=region,
        edition_id="sh-2020-declaration",
    )
    form = Declaration.objects.create(
        project=evaluated.project,
        organization=evaluated.organization,
        campaign=campaign,
        fiscal_year=2022,
        edition_id=campaign.edition_id,
        project_name="金融业务费用",
        current_year_typed="414400",
        current_year=Decimal(414400),
    )
    for number, (name, target, _, level2) in enumerate(ROWS, 1):
        Indicator.objects.create(
            declaration=form,
            row_id=f"r{number}",
            position=number,
            level1="产出目标",
            level2=level2[:2],
            name=name,
            target=target,
        )
    return form


def asked(declaration):
    """The questions of the year before: code → path."""
    found = findings_of(Declaration.objects.get(pk=declaration.pk))
    return {finding.code: finding for finding in found if finding.code.startswith("last_year_")}


def test_the_next_year_is_asked_and_answers(sent, next_year, people, at):
    questions = asked(next_year)
    assert {code: finding.path for code, finding in questions.items()} == {
        "last_year_far_over": "indicators.r1.target",
        "last_year_missed": "indicators.r2.target",
        "last_year_unspent": "budget.current_year",
    }
    assert "2021年目标“≥20家”，完成“45家”：今年目标“≥20家”是否偏低？" in questions["last_year_far_over"].message
    assert "四场培训因疫情取消" in questions["last_year_missed"].message
    officer = at("信息中心填报人")
    check = reverse("declarations:check", args=[next_year.pk])
    page = officer.get(check).content.decode()
    source = reverse("evaluations:score", args=[sent.pk])
    assert f'href="{source}"' in page
    assert "看2021年自评得分" in page
    assert (
        source in officer.get(reverse("declarations:step", args=[next_year.pk, "indicators"])).content.decode()
    )
    # The target is raised: the question is answered. The other one is answered in writing.
    Indicator.objects.filter(declaration=next_year, row_id="r1").update(target="≥45家")
    missed = questions["last_year_missed"]
    next_year.reasons.create(
        code=missed.code,
        path=missed.path,
        message=missed.message,
        reason="今年改为线上培训，已与讲师签约。",
        written_by=people["信息中心填报人"],
    )
    assert set(asked(next_year)) == {"last_year_missed", "last_year_unspent"}
    open_now = {finding.code for finding in blocking_findings(Declaration.objects.get(pk=next_year.pk))}
    assert "last_year_missed" not in open_now
    assert "last_year_unspent" in open_now


def test_reviewers_see_question_reason_and_source_in_the_margin(sent, next_year, people, at):
    officer = people["信息中心填报人"]
    Declaration.objects.filter(pk=next_year.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=officer, submitted_at=timezone.now()
    )
    page = at("财政审核人").get(reverse("declarations:review", args=[next_year.pk])).content.decode()
    assert "是否偏低？" in page
    assert reverse("evaluations:score", args=[sent.pk]) in page


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
def test_what_was_not_sent_is_not_asked(sent, next_year, state):
    Evaluation.objects.filter(pk=sent.pk).update(state=state)
    assert asked(next_year) == {}


def test_only_earlier_years_of_the_same_project(sent, next_year, make_declaration):
    assert carried(sent.project_id, 2021, None) == NOTHING_CARRIED
    assert carried(make_declaration(name="另一个").project_id, 2022, None) == NOTHING_CARRIED
    assert carried(sent.project_id, 2025, None).results.year == 2021


def test_a_form_that_was_sent_is_not_asked_afterwards(sent, next_year, people):
    Declaration.objects.filter(pk=next_year.pk).update(
        state=State.FINANCE_REVIEW,
        submitted_by=people["信息中心填报人"],
        submitted_at=sent.first_submitted_at - timezone.timedelta(days=1),
    )
    assert asked(next_year) == {}


def test_reviewers_points_and_returns_are_carried(sent, next_year, people):
    judge = people["财政审核人"]
    EvaluationRow.objects.filter(evaluation=sent, row_id="r3").update(
        reviewer_score_typed="4",
        reviewer_score=Decimal(4),
        reviewer_reason="台账缺两个月。",
        reviewed_by=judge,
    )
    # On the desk they are the reviewers' own: the unit reads these questions.
    assert "审核 4 分" not in str(carried(sent.project_id, 2022, None))
    Evaluation.objects.filter(pk=sent.pk).update(state=State.CONFIRMED)
    round_ = ReturnRound.objects.create(filing=sent, comment="补台账", returned_by=judge)
    round_.places.create(path="indicators.r3.actual", note="缺台账")
    said = asked(next_year)["last_year_corrected"]
    assert said.path == "indicators.r3.target"
    assert "自评 10 分，审核 4 分：台账缺两个月；退回时写“缺台账”" in said.message


@pytest.mark.parametrize(
    ("measures", "is_asked"),
    [
        ("进一步加强管理。", False),
        ("无", False),
        ("", False),
        ("三月底前与会展公司签合同，取消的场次转到线上。", True),
    ],
)
def test_promises_that_say_something_are_asked(sent, next_year, measures, is_asked):
    """On the form of 普陀, which asks for problems and measures."""
    Evaluation.objects.filter(pk=sent.pk).update(
        edition_id="putuo-2021-self-evaluation", improvement_measures=measures
    )
    assert ("last_year_promised" in asked(next_year)) is is_asked


def test_lists_count_the_questions_from_the_moment_the_form_was_sent(evaluated, next_year, people):
    """Sending refreshes what is kept of the later targets that are being written."""
    Evaluation.objects.filter(pk=evaluated.pk).update(state=State.CONFIRMED)
    evaluated.refresh_from_db()
    ask_later_targets(evaluated)
    next_year.refresh_from_db()
    assert "|doubt:last_year_missed|" in next_year.finding_codes
    assert next_year.open_doubts >= 3


def test_later_targets_are_asked_in_the_new_state_of_every_arrow_that_tells_something(
    opened, monkeypatch, people
):
    states = []
    monkeypatch.setattr("evaluations.carrying.ask_later_targets", lambda form: states.append(form.state))
    evaluation = opened()
    ready(evaluation, people["信息中心填报人"])
    for step, name in ((SUBMIT, "信息中心填报人"), (PASS, "发改委审核人"), (CONFIRM, "财政审核人")):
        perform(step, evaluation, actor=people[name], version=evaluation.version)
    undo(evaluation, actor=people["财政审核人"])
    assert states == [State.DEPARTMENT_REVIEW, State.CONFIRMED, State.FINANCE_REVIEW]
