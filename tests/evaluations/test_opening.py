"""From approved targets to a form: what is copied, what is fetched again, and that nothing typed is lost by it."""

import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from declarations.models import Declaration, Indicator
from declarations.speaking import document_of as promised_by
from declarations.speaking import write_rows
from evaluations.models import Evaluation, EvaluationRow
from evaluations.opening import (
    NothingApproved,
    fetch_targets,
    open_evaluation,
    start_alone,
    targets_in_force,
)
from perfgoals.audit.models import AuditRecord
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.editions import get_edition
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.reviewing.returning import NamedPlace, keep_round
from perfgoals.workflow import State, StateConflict, has_forms

pytestmark = pytest.mark.django_db


def typed(evaluation, person, **cells):
    """Save fields and cells by path, from a page that shows what stands there."""
    seen = dict(evaluation.marks.values_list("path", "version"))
    changes = [FieldChange(path, value, seen.get(path, 0)) for path, value in cells.items()]
    outcome = save_fields(evaluation, changes, actor=person)
    assert [*outcome.conflicts, *outcome.refused] == []
    return outcome


def adjusted(declaration, **targets):
    """Another approved version of the same targets; keywords are row ids (None: the row is gone)."""
    Declaration.objects.filter(pk=declaration.pk).update(state=State.SUPERSEDED)
    new = Declaration.objects.create(
        project=declaration.project,
        organization=declaration.organization,
        campaign=declaration.campaign,
        fiscal_year=declaration.fiscal_year,
        edition_id=declaration.edition_id,
        adjusts=declaration,
        adjustment_reason="追加任务",
    )
    write_rows(promised_by(declaration), new)
    for row_id, target in targets.items():
        rows = Indicator.objects.filter(declaration=new, row_id=row_id)
        rows.delete() if target is None else rows.update(target=target)
    Declaration.objects.filter(pk=new.pk).update(state=State.APPROVED)
    return Declaration.objects.get(pk=new.pk)


def test_a_campaign_knows_forms_of_every_kind(opened, season_2020):
    assert not has_forms(season_2020)
    opened()
    assert has_forms(season_2020)


def test_rows_are_the_promised_ones_with_their_ids(opened):
    evaluation = opened()
    promised = list(evaluation.declaration.indicators.all())
    rows = list(evaluation.indicators.all())
    assert [(row.row_id, row.name, row.target) for row in rows] == [
        (row.row_id, row.name, row.target) for row in promised
    ]
    assert evaluation.state == State.DRAFT
    assert evaluation.project_name == evaluation.declaration.project_name
    assert evaluation.competent_department == "上海市发展和改革委员会"
    assert evaluation.initial == evaluation.declaration.current_year
    assert evaluation.current_year_typed == ""  # the adjusted budget is for the unit to say


def test_groups_are_those_of_this_form_or_wait_for_a_person(opened):
    evaluation = opened()
    groups = get_edition(evaluation.edition_id).groups
    rows = list(evaluation.indicators.all())
    placed = [row for row in rows if not row.is_unplaced]
    assert placed
    assert all((row.level1, row.level2) in groups for row in placed)
    waiting = [row for row in rows if row.is_unplaced]
    assert waiting
    assert all(row.declared_group for row in waiting)
    codes = evaluation.finding_codes
    assert "|error:group_open|" in codes


def test_a_group_is_chosen_by_a_person_only_where_it_was_left_open(opened, people):
    evaluation = opened()
    waiting = evaluation.indicators.filter(is_unplaced=True).first()
    placed = evaluation.indicators.filter(is_unplaced=False).first()
    typed(
        evaluation,
        people["信息中心填报人"],
        **{
            f"indicators.{waiting.row_id}.level1": "产出指标",
            f"indicators.{waiting.row_id}.level2": "质量指标",
        },
    )
    assert evaluation.place_of(f"indicators.{placed.row_id}.level1") is None
    outcome = save_fields(
        evaluation, [FieldChange(f"indicators.{waiting.row_id}.level1", "别的")], actor=people["信息中心填报人"]
    )
    assert len(outcome.refused) == 1
    fetch_targets(evaluation, actor=people["信息中心填报人"])
    waiting.refresh_from_db()
    assert (waiting.level1, waiting.level2) == ("产出指标", "质量指标")


@pytest.mark.parametrize("column", ["name", "target", "level1", "reviewer_score", "is_vanished"])
def test_copied_columns_are_not_typed(opened, people, column):
    evaluation = opened()
    row = evaluation.indicators.filter(is_unplaced=False).first()
    outcome = save_fields(
        evaluation, [FieldChange(f"indicators.{row.row_id}.{column}", "3")], actor=people["信息中心填报人"]
    )
    assert [refused.path for refused in outcome.refused] == [f"indicators.{row.row_id}.{column}"]
    assert outcome.saved == []


def test_approved_points_are_copied_and_closed_others_are_typed(opened, make_declaration, season, people):
    without = opened()
    assert without.weights_copied is False
    row = without.indicators.first()
    typed(without, people["信息中心填报人"], **{f"indicators.{row.row_id}.weight": "12.5"})
    row.refresh_from_db()
    assert row.weight == Decimal("12.50")

    campaign = Campaign.objects.create(
        name="试点",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2020,
        region=season.region,
        edition_id="national-2021-declaration",
    )
    declaration = make_declaration(name="有分值的项目", in_campaign=campaign)
    Indicator.objects.create(
        declaration=declaration,
        row_id="a1",
        position=1,
        level1="产出指标",
        level2="数量指标",
        name="巡检次数",
        target="=6次",
        weight_typed="50",
        weight=50,
    )
    Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
    with_points = open_evaluation(declaration.project, season, actor=people["业务管理员"])
    copied = with_points.indicators.get()
    assert (copied.level1, copied.level2, copied.weight) == ("产出指标", "数量指标", Decimal(50))
    assert with_points.place_of("indicators.a1.weight") is None


def test_points_out_of_another_total_are_only_a_beginning(make_declaration, season, people):
    """A form of 100 points for targets of 90: the unit moves them, and fetching again does not move them back."""
    pilot = Campaign.objects.create(
        name="试点",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2020,
        region=season.region,
        edition_id="national-2021-declaration",
    )
    season.edition_id = "putuo-2021-self-evaluation"
    season.save()
    declaration = make_declaration(name="有分值的项目", in_campaign=pilot)
    Indicator.objects.create(
        declaration=declaration, row_id="a1", position=1, level1="产出指标", level2="数量指标", name="巡检次数",
        target="=6次", weight_typed="40", weight=40,
    )  # fmt: skip
    Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
    officer = people["信息中心填报人"]
    evaluation = open_evaluation(declaration.project, season, actor=officer)
    assert evaluation.weights_copied is False
    assert evaluation.indicators.get().weight == Decimal(40)
    typed(evaluation, officer, **{"indicators.a1.weight": "45"})
    fetch_targets(evaluation, actor=officer)
    assert evaluation.indicators.get().weight == Decimal(45)


def test_opening_twice_gives_the_first_one(opened, season, people):
    first = opened()
    again = open_evaluation(first.project, season, actor=people["业务管理员"])
    assert again.pk == first.pk
    assert AuditRecord.objects.filter(action="evaluation_open").count() == 1


@pytest.mark.parametrize(
    "name", ["服务中心填报人", "信息中心审核人", "财政审核人", "外区填报人", "审计员", "发改委审核人"]
)
def test_others_cannot_open(approved, season, people, name):
    project = approved().project
    with pytest.raises(PermissionDenied):
        open_evaluation(project, season, actor=people[name])
    assert not Evaluation.objects.exists()


def test_not_without_approved_targets_nor_in_a_closed_season(make_declaration, approved, season, people):
    draft = make_declaration(name="没有批复的")
    with pytest.raises(NothingApproved, match="没有 2020 年批复的目标"):
        open_evaluation(draft.project, season, actor=people["信息中心填报人"])
    season.is_archived = True
    season.save()
    with pytest.raises(PermissionDenied):
        open_evaluation(approved().project, season, actor=people["信息中心填报人"])


def test_fetching_again_never_wipes_what_was_typed(opened, people):
    officer, evaluation = people["信息中心填报人"], opened()
    kept, moved, gone = list(evaluation.indicators.filter(is_unplaced=False)[:3])
    was = moved.target
    for row in (kept, moved, gone):
        typed(
            evaluation,
            officer,
            **{
                f"indicators.{row.row_id}.actual": "7次",
                f"indicators.{row.row_id}.deviation_reason": "设备到货晚了两个月",
                f"indicators.{row.row_id}.weight": "10",
            },
        )
    new = adjusted(evaluation.declaration, **{moved.row_id: "≥99次", gone.row_id: None})
    Indicator.objects.create(
        declaration=new, row_id="fresh", position=1, level1="产出目标", level2="数量", name="新增"
    )
    assert "|doubt:targets_outdated|" in "".join(f"|{f.level}:{f.code}|" for f in evaluation.findings())

    fetched = fetch_targets(evaluation, actor=officer)

    assert (fetched.changed, fetched.new, fetched.vanished) == ((moved.row_id,), ("fresh",), (gone.row_id,))
    rows = {row.row_id: row for row in EvaluationRow.objects.filter(evaluation=evaluation)}
    for row in (kept, moved, gone):
        now = rows[row.row_id]
        assert (now.actual, now.deviation_reason, now.weight) == ("7次", "设备到货晚了两个月", Decimal(10))
    assert (rows[moved.row_id].target, rows[moved.row_id].former_target) == ("≥99次", was)
    assert rows[gone.row_id].is_vanished
    said = [row.row_id for row in evaluation.document().indicators]
    assert "fresh" in said
    assert gone.row_id not in said
    evaluation.refresh_from_db()
    assert evaluation.declaration_id == new.pk == targets_in_force(evaluation).pk
    codes = {finding.code for finding in evaluation.findings()}
    assert {"target_changed", "rows_vanished"} <= codes
    assert "targets_outdated" not in codes
    assert fetch_targets(evaluation, actor=officer).is_empty


def test_a_row_that_comes_back_brings_what_was_typed(opened, people):
    officer, evaluation = people["信息中心填报人"], opened()
    row = evaluation.indicators.filter(is_unplaced=False).first()
    typed(evaluation, officer, **{f"indicators.{row.row_id}.actual": "7次"})
    first = evaluation.declaration
    without = adjusted(first, **{row.row_id: None})
    fetch_targets(evaluation, actor=officer)
    Declaration.objects.filter(pk=without.pk).update(state=State.SUPERSEDED)
    Declaration.objects.filter(pk=first.pk).update(state=State.APPROVED)
    fetched = fetch_targets(evaluation, actor=officer)
    row.refresh_from_db()
    assert (row.is_vanished, row.actual) == (False, "7次")
    assert fetched.changed == (row.row_id,)


def test_a_goal_that_was_rewritten_stays(opened, people):
    officer, evaluation = people["信息中心填报人"], opened()
    assert evaluation.annual_goal == evaluation.declaration.overall_goal != ""
    new = adjusted(evaluation.declaration)
    Declaration.objects.filter(pk=new.pk).update(overall_goal="调整后的目标")
    fetch_targets(evaluation, actor=officer)
    assert evaluation.annual_goal == "调整后的目标"
    typed(evaluation, officer, annual_goal="自己写的目标")
    newer = adjusted(Declaration.objects.get(pk=new.pk))
    Declaration.objects.filter(pk=newer.pk).update(overall_goal="再调整")
    fetch_targets(evaluation, actor=officer)
    assert Evaluation.objects.get(pk=evaluation.pk).annual_goal == "自己写的目标"


def test_fetching_is_for_open_forms_and_their_officers(opened, people):
    officer, evaluation = people["信息中心填报人"], opened()
    with pytest.raises(PermissionDenied):
        fetch_targets(evaluation, actor=people["服务中心填报人"])
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.RETURNED)
    evaluation.refresh_from_db()
    keep_round(evaluation, actor=people["财政审核人"], comment="改", places=[NamedPlace("actual_completion")])
    with pytest.raises(StateConflict):
        fetch_targets(evaluation, actor=officer)
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.FINANCE_REVIEW, submitted_by=officer)
    evaluation.refresh_from_db()
    with pytest.raises(StateConflict):
        fetch_targets(evaluation, actor=officer)


def test_standing_alone_types_its_targets(season, people):
    officer, key = people["信息中心填报人"], uuid.uuid4()
    evaluation = start_alone(campaign=season, name="外来的项目", key=key, actor=officer)
    again = start_alone(campaign=season, name="外来的项目", key=key, actor=officer)
    assert again.pk == evaluation.pk
    assert evaluation.stands_alone
    row = EvaluationRow.objects.create(evaluation=evaluation, row_id="a1", position=1, level1="产出指标")
    typed(
        evaluation,
        officer,
        **{
            "indicators.a1.name": "巡检次数",
            "indicators.a1.target": "=6次",
            "indicators.a1.level2": "数量指标",
            "indicators.a1.weight": "90",
            "indicators.a1.is_key": "是",
            "budget.executed_fiscal": "80",
        },
    )
    row.refresh_from_db()
    assert (row.name, row.target, row.level2, row.weight, row.is_key) == (
        "巡检次数",
        "=6次",
        "数量指标",
        90,
        True,
    )
    with pytest.raises(PermissionDenied):
        fetch_targets(evaluation, actor=officer)
    with pytest.raises(PermissionDenied):
        start_alone(campaign=season, name="别人的", key=key, actor=people["外区填报人"])


def test_every_save_keeps_total_and_grade(season, people):
    officer = people["信息中心填报人"]
    evaluation = start_alone(campaign=season, name="外来的项目", key=uuid.uuid4(), actor=officer)
    for number, (level1, level2, points) in enumerate(
        [
            ("产出指标", "数量指标", "50"),
            ("效益指标", "社会效益指标", "30"),
            ("满意度指标", "服务对象满意度指标", "10"),
        ]
    ):
        EvaluationRow.objects.create(
            evaluation=evaluation, row_id=f"a{number}", position=number, level1=level1, level2=level2,
            name=f"指标{number}", target="≥10家", weight_typed=points, weight=points,
        )  # fmt: skip
    typed(evaluation, officer, **{f"indicators.a{number}.actual": "10家" for number in range(3)})
    evaluation.refresh_from_db()
    assert (evaluation.total, evaluation.computed_grade) == (None, "")  # no execution yet
    typed(evaluation, officer, **{"budget.current_year": "100", "budget.executed": "50"})
    evaluation.refresh_from_db()
    assert (evaluation.total, evaluation.computed_grade) == (Decimal("95.00"), "优")
    assert evaluation.execution_rate == Decimal("50.00")
    typed(evaluation, officer, **{"indicators.a0.actual": "5家"})
    evaluation.refresh_from_db()
    assert (evaluation.total, evaluation.computed_grade) == (Decimal("70.00"), "中")
    assert "|error:reason_missing|" in evaluation.finding_codes
    assert evaluation.open_errors >= 1
