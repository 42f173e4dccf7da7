"""What a finished spot check found is asked of the targets of later years."""

import datetime

import pytest

from evaluations.carrying import carried
from evaluations.models import EvaluationRow
from evaluations.spot_checks import rechecking
from evaluations.spot_checks.judging import Page, Said

from .test_judging import FULL, OPINION, WHY

pytestmark = pytest.mark.django_db


def test_corrected_rows_and_the_opinion_are_asked_once_it_is_finished(confirmed, drawn, people):
    (evaluation,) = confirmed(1)
    EvaluationRow.objects.create(
        evaluation=evaluation,
        row_id="r1",
        position=1,
        level1="产出指标",
        level2="数量指标",
        name="培训场次",
        target="≥10场",
        declared_group="产出目标/数量",
    )
    check = drawn(1)
    finance = people["财政审核人"]
    rechecking.assign(check, check.cases.values_list("pk", flat=True), finance, actor=people["业务管理员"])
    case = check.cases.select_related("evaluation", "check_of__campaign", "revision", "rechecker").get()
    assert carried(evaluation.project_id, 2022, None).questions == ()
    page = Page(FULL, {"r1": Said("38", WHY)}, OPINION)
    rechecking.finish(case, page, actor=finance, version=case.version)
    case.refresh_from_db()
    at_row, opinion = carried(evaluation.project_id, 2022, None).questions
    assert (at_row.row_id, at_row.level1, at_row.level2) == ("r1", "产出目标", "数量")
    assert at_row.text.startswith("2020年抽查复核给“培训场次”38 分：")
    assert OPINION[:10] in opinion.text
    assert opinion.row_id == ""
    before = case.finished_at - datetime.timedelta(seconds=1)
    assert carried(evaluation.project_id, 2022, before).questions == ()
