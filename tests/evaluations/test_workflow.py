"""From draft to confirmed and back: who may, what is frozen, what a return opens, what the trail says."""

from decimal import Decimal
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from evaluations import workflow
from evaluations.models import Evaluation, EvaluationRow, KeptScore
from evaluations.reviewing import give_points, send_back
from evaluations.scoring import same_figures, score
from perfgoals.accounts.models import Role
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.wording import say
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.models import Revision
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.filling.reasons import give_reason
from perfgoals.findings import Level
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import EDITABLE, Incomplete, State, StateConflict, available, perform

pytestmark = pytest.mark.django_db
OFFICER = "信息中心填报人"


def ready(evaluation, person):
    """Everything that 错误 and 疑问 ask for: rows placed, points, results, money; two rows stay."""
    keep = list(evaluation.indicators.all()[:3])
    EvaluationRow.objects.filter(evaluation=evaluation).exclude(pk__in=[row.pk for row in keep]).delete()
    groups = (
        ("产出指标", "数量指标", 50),
        ("效益指标", "社会效益指标", 30),
        ("满意度指标", "服务对象满意度指标", 10),
    )
    for row, (level1, level2, weight) in zip(keep, groups, strict=True):
        EvaluationRow.objects.filter(pk=row.pk).update(
            level1=level1, level2=level2, target="≥10家", name=f"服务{weight}", actual="10家", is_unplaced=False,
            weight=weight, weight_typed=str(weight),
        )  # fmt: skip
    texts = {"actual_completion": "服务了30家。", "budget.current_year": "600000", "budget.executed": "600000"}
    save_fields(evaluation, [FieldChange(path, value) for path, value in texts.items()], actor=person)
    for finding in evaluation.findings():
        assert finding.level is not Level.ERROR, finding
        if finding.level is Level.DOUBT:
            give_reason(evaluation, finding.code, finding.path, "预算与批复一致，见附件第三页", actor=person)
    return keep


@pytest.fixture
def sent(opened, people):
    evaluation = opened()
    ready(evaluation, people[OFFICER])
    perform(workflow.SUBMIT, evaluation, actor=people[OFFICER], version=evaluation.version)
    return evaluation


def test_an_unfinished_form_is_not_sent(opened, people):
    evaluation = opened()
    with pytest.raises(Incomplete) as refused:
        perform(workflow.SUBMIT, evaluation, actor=people[OFFICER], version=evaluation.version)
    assert {"actual_open", "weight_open"} & {finding.code for finding in refused.value.findings}
    assert evaluation.state == State.DRAFT
    assert not Revision.objects.exists()
    assert not KeptScore.objects.exists()


def test_the_whole_way(sent, people):
    assert sent.state == State.DEPARTMENT_REVIEW
    perform(workflow.PASS, sent, actor=people["发改委审核人"], version=sent.version)
    assert sent.state == State.FINANCE_REVIEW
    perform(workflow.CONFIRM, sent, actor=people["财政审核人"], version=sent.version)
    assert sent.state == State.CONFIRMED
    assert sent.is_settled
    assert [r.reason for r in Revision.objects.order_by("number")] == ["submit", "confirm"]
    said = [one.sentence for one in say(AuditRecord.objects.order_by("sequence"))]
    assert said[-1].startswith("确认")
    assert "自评" in said[-1]
    assert next(one for one in say(AuditRecord.objects.filter(action="confirm"))).to_state == "已确认"


def test_what_was_sent_can_be_scored_again(sent):
    kept, revision = KeptScore.objects.get(), Revision.objects.get()
    assert kept.fingerprint == revision.fingerprint
    assert same_figures(kept.sheet)
    document = EvaluationDocument.from_json(revision.document)
    assert kept.sheet == score(document, sent.edition).to_dict()
    assert kept.sheet["total"] == "100.00"
    assert sent.total == Decimal(100)


def test_nobody_else_takes_a_step(sent, people):
    """Every step in every state: only who stands at that desk."""
    allowed = {
        (State.DRAFT, OFFICER): {"submit"},
        (State.DRAFT, "信息中心同事"): {"submit"},
        (State.RETURNED, OFFICER): {"submit"},
        (State.RETURNED, "信息中心同事"): {"submit"},
        (State.UNIT_REVIEW, "信息中心审核人"): {"pass", "return"},
        (State.DEPARTMENT_REVIEW, "发改委审核人"): {"pass", "return"},
        (State.FINANCE_REVIEW, "财政审核人"): {"confirm", "return"},
        **{
            (state, OFFICER): {"recall"}
            for state in (State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW)
        },
    }
    for state, (name, person) in product(State, people.items()):
        sent.state = state
        steps = {step.action for step in available(workflow.TRANSITIONS, sent, person)}
        assert steps == allowed.get((state, name), set()), (state, name)


def test_a_return_opens_only_what_it_names(sent, people):
    row = sent.indicators.first()
    path = f"indicators.{row.row_id}.actual"
    with pytest.raises(ValidationError, match="表上没有这一处"):
        send_back(
            sent,
            actor=people["发改委审核人"],
            version=sent.version,
            comment="改",
            places=[NamedPlace("necessity")],
        )
    send_back(
        sent, actor=people["发改委审核人"], version=sent.version, comment="补证明", places=[NamedPlace(path)]
    )
    assert sent.state == State.RETURNED
    changes = [FieldChange(path, "12家"), FieldChange("actual_completion", "改写")]
    outcome = save_fields(sent, changes, actor=people[OFFICER])
    assert [saved.path for saved in outcome.saved] == [path]
    assert [refused.path for refused in outcome.refused] == ["actual_completion"]
    edit = AuditRecord.objects.filter(action="edit").last()
    assert edit.changes[path] == ["10家", "12家"]


def test_recall_gives_it_back_as_if_never_sent(sent, people):
    perform(workflow.RECALL, sent, actor=people[OFFICER], version=sent.version)
    assert (sent.state, sent.first_submitted_at) == (State.DRAFT, None)


def test_the_submitter_never_confirms(sent, people):
    Evaluation.objects.filter(pk=sent.pk).update(state=State.FINANCE_REVIEW, submitted_by=people["财政审核人"])
    sent.refresh_from_db()
    with pytest.raises(PermissionDenied):
        perform(workflow.CONFIRM, sent, actor=people["财政审核人"], version=sent.version)


def test_who_sees_it(sent, people):
    """As with declarations: the unit always, outside it from the department's desk on, keepers never."""

    def seers():
        return {name for name, person in people.items() if Evaluation.objects.visible_to(person).exists()}

    home = {name for name in people if name.startswith("信息中心")} | {"业务管理员"}
    outside = {"发改委审核人", "财政审核人"}
    assert seers() == home | outside
    for state in (State.DRAFT, State.UNIT_REVIEW):
        Evaluation.objects.filter(pk=sent.pk).update(state=state)
        assert seers() == home
    Evaluation.objects.filter(pk=sent.pk).update(state=State.CONFIRMED)
    assert seers() == home | outside


def test_seen_again_by_who_returned_it(sent, people):
    send_back(sent, actor=people["发改委审核人"], version=sent.version, comment="补")
    assert Evaluation.objects.visible_to(people["发改委审核人"]).exists()
    assert not Evaluation.objects.visible_to(people["财政审核人"]).exists()


# The reviewer's points --------------------------------------------------------------------------------------------------


@pytest.fixture
def reviewer(people):
    return people["发改委审核人"]


def test_points_beside_the_units(sent, reviewer):
    row = sent.indicators.first()
    before = sent.version
    judged = give_points(sent, row.row_id, "45", "现场只见到九家的签到表", actor=reviewer, version=before)
    assert (judged.points, judged.version) == (Decimal(45), before + 1)
    row.refresh_from_db()
    assert (row.reviewer_score, row.reviewer_reason, row.reviewed_by) == (
        Decimal(45),
        "现场只见到九家的签到表",
        reviewer,
    )
    assert sent.document().indicators[0].reviewer_score == "45"
    with pytest.raises(StateConflict):
        give_points(sent, row.row_id, "44", "又看了一次现场", actor=reviewer, version=before)
    give_points(
        sent, row.row_id, "50", "", actor=reviewer, version=sent.version
    )  # as computed: nothing to explain
    give_points(sent, row.row_id, "45", "现场只见到九家的签到表", actor=reviewer, version=sent.version)
    give_points(sent, row.row_id, "", "", actor=reviewer, version=sent.version)
    row.refresh_from_db()
    assert (row.reviewer_score, row.reviewed_by) == (None, None)
    records = AuditRecord.objects.filter(action="evaluation_points").order_by("sequence")
    assert [record.changes for record in (records.first(), records.last())] == [
        {
            f"indicators.{row.row_id}.reviewer_score": ["", "45"],
            f"indicators.{row.row_id}.reviewer_reason": ["", "现场只见到九家的签到表"],
        },
        {
            f"indicators.{row.row_id}.reviewer_score": ["45", ""],
            f"indicators.{row.row_id}.reviewer_reason": ["现场只见到九家的签到表", ""],
        },
    ]


@pytest.mark.parametrize(
    ("typed", "reason", "says"),
    [
        ("五分", "看过现场了", "不是分数"),
        ("50.01", "看过现场了", "要在 0 和分值 50 之间"),
        ("-1", "看过现场了", "要在 0 和分值 50 之间"),
        ("3.005", "看过现场了", "最多两位小数"),
        ("45", "", "写明为什么不同"),
        ("45", "管理有待加强", "写明为什么不同"),
    ],
)
def test_points_that_cannot_be_kept(sent, reviewer, typed, reason, says):
    row = sent.indicators.first()
    with pytest.raises(ValidationError, match=says):
        give_points(sent, row.row_id, typed, reason, actor=reviewer, version=sent.version)
    row.refresh_from_db()
    assert row.reviewer_score_typed == ""


@pytest.mark.parametrize("row_id", ["nowhere", "", "\0", "x" * 99])
def test_points_for_no_row(sent, reviewer, row_id):
    with pytest.raises(ValidationError, match="没有这一行"):
        give_points(sent, row_id, "3", "看过现场了", actor=reviewer, version=sent.version)


def test_points_are_the_reviewers_whose_turn_it_is(sent, people):
    row = sent.indicators.first()
    for name, person in people.items():
        if name != "发改委审核人":
            assert person.role != Role.DEPARTMENT_REVIEWER or name == "金融办审核人"
            with pytest.raises(PermissionDenied):
                give_points(sent, row.row_id, "3", "看过现场了", actor=person, version=sent.version)


def test_states_of_the_chain_are_all_known():
    sources = frozenset().union(*(step.sources for step in workflow.TRANSITIONS))
    assert sources == EDITABLE | {State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW}
