"""Rechecking: who may be asked, what is saved and finished, who comes second, what the unit is told."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from evaluations.models import Evaluation, EvaluationRow
from evaluations.spot_checks import rechecking
from evaluations.spot_checks.changes import since_drawn
from evaluations.spot_checks.judging import Page, Said
from evaluations.spot_checks.models import SpotAnswer, SpotCase, SpotRowScore, Stage
from evaluations.spot_checks.rechecking import NotFinished
from evaluations.spot_checks.results import results_for
from evaluations.spot_checks.statistics import excel_rows, statistics
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import record
from perfgoals.audit.wording import say
from perfgoals.notices.models import Notice
from perfgoals.workflow import State, StateConflict

from .conftest import freeze_all
from .test_judging import FULL, OPINION, WHY

pytestmark = pytest.mark.django_db
WHOLE = Page(FULL, {}, OPINION)
LOWERED = Page(FULL | {"advice": Said("15", WHY)}, {"r1": Said("38", WHY)}, OPINION)


@pytest.fixture
def finance(people):
    return people["财政审核人"]


@pytest.fixture
def admin(people):
    return people["业务管理员"]


@pytest.fixture
def assigned(confirmed, drawn, finance, admin):
    """assigned(2) → the cases of a fresh draw, given to 财政审核人."""

    def make(count=1):
        confirmed(count)
        check = drawn(count)
        rechecking.assign(check, check.cases.values_list("pk", flat=True), finance, actor=admin)
        return list(cases_of(check))

    return make


def cases_of(check):
    return check.cases.select_related("evaluation", "check_of__campaign", "revision", "rechecker")


def fresh(case):
    return cases_of(case.check_of).get(pk=case.pk)


def finished(case, page=WHOLE):
    rechecking.finish(case, page, actor=case.rechecker, version=case.version)
    return fresh(case)


def test_the_whole_way(assigned, finance, people, admin):
    case = assigned()[0]
    assert (case.stage, case.rechecker) == (Stage.WAITING, finance)
    judged = rechecking.save(case, Page({"upload": Said("19.5", "")}), actor=finance, version=case.version)
    assert (judged.answered, judged.result) == (1, None)
    assert fresh(case).stage == Stage.WORKING
    case = finished(fresh(case), LOWERED)
    assert (case.stage, case.rubric_total, case.corrected_rows) == (Stage.DONE, 95, 1)
    assert (case.total_before, case.total_after, case.difference) == (100, 88, -12)
    unit = Notice.objects.filter(person=people["信息中心填报人"]).first()
    assert "复核表 95" in unit.text
    assert "改了 1 行的分" in unit.text
    told = results_for(case.evaluation)[0]
    assert [(one.points, one.reason) for one in told.rows] == [(38, WHY)]
    assert {one.question.key: one.lost for one in told.answers if one.lost} == {"advice": 5}
    assert not EvaluationRow.objects.filter(reviewer_score__isnull=False).exists()  # beside, never over
    sentences = [one.sentence for one in say(AuditRecord.objects.filter(action__startswith="spot_"))]
    assert len(sentences) == 5
    assert not [one for one in sentences if "—" in one or "spot_" in one]


def test_what_is_missing_is_said_and_everything_typed_is_kept(assigned, finance):
    case = assigned()[0]
    page = Page(FULL | {"upload": Said("二十分", "看了三份")}, {"r1": Said("", "再看")}, "短")
    with pytest.raises(NotFinished) as missing:
        rechecking.finish(case, page, actor=finance, version=case.version)
    assert set(missing.value.judged.errors) == {"answer-upload-points", "row-r1-points", "opinion"}
    kept = rechecking.page_of(fresh(case))
    assert (kept.answers, kept.rows, kept.opinion) == (page.answers, page.rows, page.opinion)
    assert SpotAnswer.objects.get(case=case, question="upload").points is None
    assert fresh(case).stage == Stage.WORKING


def test_two_tabs_the_second_is_told_and_a_double_click_is_not(assigned, finance):
    case = assigned()[0]
    version = case.version
    rechecking.save(case, LOWERED, actor=finance, version=version)
    rechecking.save(fresh(case), LOWERED, actor=finance, version=version)  # the same click again
    assert AuditRecord.objects.filter(action="spot_case_save").count() == 1
    with pytest.raises(StateConflict):
        rechecking.save(fresh(case), WHOLE, actor=finance, version=version)
    assert rechecking.page_of(fresh(case)).rows == LOWERED.rows
    case = finished(fresh(case), LOWERED)
    with pytest.raises(StateConflict):
        rechecking.finish(case, LOWERED, actor=finance, version=case.version)
    assert Notice.objects.filter(text__contains="复核完了").count() == 2  # two officers, once each


@pytest.fixture
def colleague(people):
    home = people["财政审核人"].organization
    return User.objects.create(username="同事", name="同事", role=Role.FINANCE_REVIEWER, organization=home)


def test_a_rechecker_who_leaves_is_replaced_and_what_they_wrote_stays(assigned, finance, admin, colleague):
    case = assigned()[0]
    rechecking.save(case, LOWERED, actor=finance, version=case.version)
    User.objects.filter(pk=finance.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="选一个复核人"):
        rechecking.assign(case.check_of, [case.pk], User.objects.get(pk=finance.pk), actor=admin)
    assert rechecking.assign(case.check_of, [case.pk], colleague, actor=admin) == 1
    with pytest.raises(PermissionDenied):
        rechecking.save(fresh(case), WHOLE, actor=finance, version=fresh(case).version)
    case = fresh(case)
    assert (case.stage, rechecking.page_of(case).rows) == (Stage.WORKING, LOWERED.rows)
    assert finished(case, LOWERED).rechecker == colleague


def test_who_may_not_be_asked(confirmed, drawn, people, finance, admin, places):
    forms = [*confirmed(1), *confirmed(1, unit="财政局")]
    check = drawn(2)
    record(actor=finance, action="confirm", subject=forms[0])
    everything = list(check.cases.values_list("pk", flat=True))
    places_of = {case.evaluation_id: case.place for case in check.cases.all()}
    with pytest.raises(ValidationError) as refused:
        rechecking.assign(check, everything, finance, actor=admin)
    assert f"送审、审核或确认过这张表（第 {places_of[forms[0].pk]} 张）" in refused.value.messages[0]
    assert f"是被查单位的人（第 {places_of[forms[1].pk]} 张）" in refused.value.messages[0]
    assert not SpotCase.objects.filter(rechecker__isnull=False).exists()
    for name in ("发改委审核人", "外区财政审核人", "信息中心填报人"):
        with pytest.raises(ValidationError, match="选一个复核人"):
            rechecking.assign(check, everything, people[name], actor=admin)
    with pytest.raises(ValidationError, match="勾上"):
        rechecking.assign(check, [], admin, actor=admin)
    with pytest.raises(PermissionDenied):
        rechecking.assign(check, everything, admin, actor=people["发改委审核人"])
    own = check.cases.get(evaluation=forms[0])
    assert rechecking.assign(check, [own.pk], admin, actor=finance) == 1
    assert rechecking.assign(check, [own.pk], admin, actor=finance) == 0  # already theirs


def test_opening_again_takes_the_result_back(assigned, finance, admin, people):
    case = finished(assigned()[0], LOWERED)
    with pytest.raises(PermissionDenied):
        rechecking.reopen(case, "合同金额看错了。", actor=finance, version=case.version)
    with pytest.raises(ValidationError):
        rechecking.reopen(case, "  ", actor=admin, version=case.version)
    version = case.version
    rechecking.reopen(case, "合同金额看错了。", actor=admin, version=version)
    with pytest.raises(StateConflict):
        rechecking.reopen(fresh(case), "合同金额看错了。", actor=admin, version=version)
    case = fresh(case)
    assert (case.stage, case.total_after, case.corrected_rows, case.finished_at) == (
        Stage.WORKING,
        None,
        0,
        None,
    )
    assert results_for(case.evaluation) == []
    assert SpotRowScore.objects.get().points == 38  # to be mended, not typed again
    officer = Notice.objects.filter(person=people["信息中心填报人"], read_at__isnull=True)
    assert [one.text for one in officer if "收回" in one.text]
    assert not [one.text for one in officer if "复核完了" in one.text]


def test_what_became_of_drawn_forms_is_said(assigned, finance, people):
    cases = {case.pk: case for case in assigned(5)}
    same, returned, recalled, revised, moved = cases.values()
    forms = Evaluation.objects
    forms.filter(pk=returned.evaluation_id).update(state=State.RETURNED)
    forms.filter(pk=recalled.evaluation_id).update(state=State.DRAFT)
    freeze_all([revised.evaluation], finance, number=2)
    SpotCase.objects.filter(pk=moved.pk).update(state_then=State.FINANCE_REVIEW)
    found = since_drawn(cases_of(same.check_of))
    assert same.pk not in found
    assert "退回了单位修改" in found[returned.pk]
    assert "单位撤回了" in found[recalled.pk]
    assert "又定了第 2 稿，复核的仍是抽中时的第 1 稿" in found[revised.pk]
    assert found[moved.pk] == "抽中时待财政审核，现在已确认，内容没有变。"
    assert finished(fresh(recalled)).is_done  # what was drawn is rechecked all the same


def test_statistics_count_what_is_finished(confirmed, drawn, finance, admin):
    confirmed(3)
    confirmed(1, unit="服务中心")
    check = drawn(4)
    rechecking.assign(check, check.cases.values_list("pk", flat=True), finance, actor=admin)
    assert statistics(check).whole.mean is None
    by_unit = list(cases_of(check).order_by("evaluation__organization__code", "place"))
    other, first, second, _ = by_unit
    finished(other)
    finished(first, LOWERED)
    finished(second)
    found = statistics(check)
    assert [line.unit for line in found.units] == ["上海市金融发展服务中心", "上海市经济信息中心"]
    centre = found.units[1].tally
    assert (centre.forms, centre.done, str(centre.mean)) == (3, 2, "97.50")
    assert (centre.corrected, centre.rows, centre.raised, centre.lowered) == (1, 1, 0, 1)
    assert (centre.mean_size, centre.largest, centre.regraded) == (12, -12, 1)
    assert (found.whole.done, str(found.whole.mean)) == (3, "98.33")
    means = {line.question.key: line.mean for line in found.questions}
    assert str(means["advice"]) == "18.33"
    assert [row[0] for row in excel_rows(found)] == [*(line.unit for line in found.units), "合计"]
