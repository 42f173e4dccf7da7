"""A spot check to look at: two of the three published self-evaluations, one of them rechecked.

What the rechecker says rests on the check-up's own findings about these forms; every text says that it is made up.
"""

import uuid

from django.db import transaction

from evaluations.models import Evaluation
from evaluations.spot_checks import drawing, rechecking
from evaluations.spot_checks.drawing import Seed, Size
from evaluations.spot_checks.judging import Page, Said
from evaluations.spot_checks.models import SpotCase, SpotCheck, Stage
from evaluations.spot_checks.population import Wanted
from perfgoals.accounts.models import User
from perfgoals.findings import Level

ADMIN, RECHECKER = "admin-pt", "finance-pt"
SOURCE = "putuo-2021-"
SEED = Seed("2022-03-02", "演示用的种子，不是公开抽取的结果")
KEY = uuid.UUID("5b0c1f6e-2022-4302-9a31-6d0f5a7c3b10")
# The form says that the fair was not held, and gives itself the points of the stand: “2021年因疫情影响导致相关活动未举办”.
NOT_HELD = ("金洽会普陀展台展位面积", "年度金洽会参展商数量", "金洽会普陀展台观展人次")
WHY = "演示：单位在表上写明相关活动未举办，没有这一项的完成数，按未完成计。"


@transaction.atomic
def load() -> int:
    """Draw and recheck where that has not been done; returns how many spot checks the demonstration has."""
    if not SpotCheck.objects.filter(draw_key=KEY).exists():
        _draw()
    return SpotCheck.objects.filter(draw_key=KEY).count()


def _draw() -> None:
    admin, rechecker = (User.objects.get(username=name) for name in (ADMIN, RECHECKER))
    campaign = Evaluation.objects.filter(source_id__startswith=SOURCE).earliest("pk").campaign
    wanted, size = Wanted(), Size(count=2)
    found = drawing.preview(campaign, wanted, size)
    check = drawing.draw_sample(
        campaign, wanted, size, SEED, actor=admin, seen=found.fingerprint, number=found.number, key=KEY
    )
    rechecking.assign(check, check.cases.values_list("pk", flat=True), rechecker, actor=admin)
    cases = check.cases.select_related("evaluation", "check_of__campaign", "revision", "rechecker")
    _recheck(cases.earliest("evaluation__source_id"), rechecker)


def _recheck(case: SpotCase, rechecker: User) -> None:
    """Full points but for what the check-up finds: unexplained deductions, doubts."""
    found = case.evaluation.findings()
    doubts = [one.message for one in found if one.level is not Level.HINT][:3]
    answers = {question.key: Said(str(question.points)) for question in case.check_of.scheme.questions}
    if doubts:
        answers["problems"] = Said("12", f"演示：{''.join(doubts)}")
    rows = {
        row.row_id: Said("0", WHY)
        for row in case.evaluation.indicators.filter(name__in=NOT_HELD)
        if case.evaluation.actual_completion or case.evaluation.main_problems
    }
    opinion = "演示：对照自评表和体检结果复核，问题写在各问和各行，请单位核对后在下一年的自评里改正。"
    page = Page(answers, rows, opinion)
    rechecking.finish(case, page, actor=rechecker, version=case.version)
    assert case.stage == Stage.DONE
