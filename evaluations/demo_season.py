"""The demonstration's season of self-evaluations under way: sent, returned, confirmed, so that every desk has work.

Results are constructed from the published targets, most of them just reached, and every text says so. Each form is typed
and sent through the same doors as by hand, once; afterwards it belongs to whoever works on it.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from evaluations.models import Evaluation, EvaluationReason, EvaluationRow
from evaluations.reviewing import give_points, send_back
from evaluations.scoring.arithmetic import ZERO, show
from evaluations.spreading import How, groups_of, spread
from evaluations.workflow import CONFIRM, PASS, SUBMIT
from perfgoals.accounts.models import User
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.findings import Level
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.targets import Kind, read_target
from perfgoals.workflow import State, Transition, perform

CAMPAIGN = "2020年度绩效自评"
NOTE = "演示：完成值按公开的目标构造，不是这个项目的真实结果。"
REASON = "演示用的理由：结余资金年底已按规定交回，项目任务没有少做。"
# Groups of the declaration that the national form does not have: which one fits is a choice, made here once.
ELSEWHERE = {
    "投入与管理": ("产出指标", "质量指标"),
    "影响力目标": ("效益指标", "可持续影响指标"),
}
DAY = "11月20日"
MENDED = {"no_operator", "no_unit"}  # doubts of a target that a confirmed operator or the result itself settles
FINANCE, DEPARTMENT = "finance", "department-fgw"


@dataclass(frozen=True, slots=True)
class Points:
    """A reviewer's points of the row called ``name``, as a share of its weight, with the reason."""

    name: str
    share: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of the season: the targets it answers, who sent it, the share of the budget spent, and what became of it.

    ``returned``: the rows that came back, with the reviewer's words.
    """

    targets: str
    filer: str
    spent: str = "0.97"
    passed_by: str = ""
    confirmed: bool = False
    points: tuple[Points, ...] = ()
    returned: dict[str, str] = field(default_factory=dict)


SEASON = (
    Sent(
        "czj-2020-6",
        "filer-czj",
        confirmed=True,
        points=(
            Points("全年培训计划完成率", "0.9", "演示：培训签到材料只有九成场次，按九成计分。"),
            Points("政策知晓率", "0.8", "演示：问卷样本不足，按八成计分。"),
        ),
    ),
    Sent("czj-2020-1", "filer-czj"),
    Sent(
        "czj-2020-4",
        "filer-czj",
        spent="0.88",
    ),
    Sent("xxzx-2020-6", "filer-xxzx"),
    Sent("xxzx-2020-3", "filer-xxzx-2", passed_by=DEPARTMENT),
    Sent(
        "xxzx-2020-5",
        "filer-xxzx",
        spent="0.92",
        returned={
            "技术支持热线全年接听量": "演示：附上热线系统的全年统计，写清口径。",
            "项目审批周期": "演示：“缩短”缩短了几天，对比的是哪一年？",
        },
    ),
)


def load() -> int:
    """Send what is not sent yet; how many forms the season has. Raises ``Incomplete`` if a form cannot be sent."""
    for one in SEASON:
        form = Evaluation.objects.get(campaign__name=CAMPAIGN, declaration__source_id=one.targets)
        if form.state == State.DRAFT and not form.marks.exists():
            _send(one, form)
    return len(SEASON)


@transaction.atomic
def _send(one: Sent, form: Evaluation) -> None:
    filer = User.objects.get(username=one.filer)
    _fill(form, one, filer)
    _act(SUBMIT, form, one.filer)
    if one.passed_by:
        _act(PASS, form, one.passed_by)
    if one.returned:
        rows = dict(form.indicators.values_list("name", "row_id"))
        places = [NamedPlace(f"indicators.{rows[name]}", note) for name, note in one.returned.items()]
        current = _now(form)
        send_back(
            current,
            actor=User.objects.get(username=DEPARTMENT),
            version=current.version,
            comment="演示：两行的完成值看不出依据，请补材料后重新送审。",
            places=places,
        )
    for said in one.points:
        _judge(form, said)
    if one.confirmed:
        _act(CONFIRM, form, FINANCE)


def _now(form: Evaluation) -> Evaluation:
    return Evaluation.objects.get(pk=form.pk)


def _act(step: Transition, form: Evaluation, username: str) -> None:
    current = _now(form)
    perform(step, current, actor=User.objects.get(username=username), version=current.version)


def _judge(form: Evaluation, said: Points) -> None:
    row = form.indicators.get(name=said.name)
    points = str(((row.weight or ZERO) * Decimal(said.share)).quantize(Decimal("0.01")))
    current = _now(form)
    give_points(
        current,
        row.row_id,
        points,
        said.reason,
        actor=User.objects.get(username=FINANCE),
        version=current.version,
    )


# What the unit types ---------------------------------------------------------------------------------------------------


def _fill(form: Evaluation, one: Sent, filer: User) -> None:
    """Groups first, then points: what a group has to give depends on the rows in it."""
    rows = list(form.indicators.all())
    _save(form, filer, _placed(rows))
    _save(form, filer, _weighed(_now(form)))
    told = {"actual_completion": NOTE, **_money(form, one)}
    _save(form, filer, told | {path: text for row in rows for path, text in _result(form, row).items()})
    current = _now(form)
    EvaluationReason.objects.bulk_create(
        EvaluationReason(
            evaluation=current,
            code=doubt.code,
            path=doubt.path,
            message=doubt.message,
            reason=REASON,
            written_by=filer,
        )
        for doubt in current.findings()
        if doubt.level is Level.DOUBT
    )


def _save(form: Evaluation, filer: User, texts: dict[str, str]) -> None:
    save_fields(_now(form), [FieldChange(*one) for one in texts.items()], actor=filer)


def _placed(rows: list[EvaluationRow]) -> dict[str, str]:
    """A group of this form for every row that was declared in another frame."""
    texts: dict[str, str] = {}
    for row in rows:
        if row.is_unplaced:
            level1, level2 = ELSEWHERE[row.declared_group.partition("/")[0]]
            texts |= {f"indicators.{row.row_id}.level1": level1, f"indicators.{row.row_id}.level2": level2}
    return texts


def _weighed(form: Evaluation) -> dict[str, str]:
    """The points of every group, evenly over its rows."""
    texts: dict[str, str] = {}
    for group in groups_of(form.document(), form.edition):
        even = spread(group, {row.row_id for row in group.rows}, How.EVEN)
        texts |= {f"indicators.{row_id}.weight": show(points) for row_id, points in even.points.items()}
    return texts


def _money(form: Evaluation, one: Sent) -> dict[str, str]:
    budget = form.initial or ZERO
    spent = (budget * Decimal(one.spent)).quantize(Decimal("0.01"))
    texts: dict[str, str] = {}
    for suffix in ("", "_fiscal"):
        texts |= {
            f"budget.initial{suffix}": str(budget),
            f"budget.current_year{suffix}": str(budget),
            f"budget.executed{suffix}": str(spent),
        }
    return texts


def _result(form: Evaluation, row: EvaluationRow) -> dict[str, str]:
    """The target, just reached: its number, a day in time, or in words with the best band."""
    reading = read_target(row.target, name=row.name, level2=row.level2)
    at = f"indicators.{row.row_id}"
    if reading.kind is Kind.QUANTITATIVE and len(reading.numbers) == 1 and MENDED.issuperset(reading.doubts):
        reached = reading.numbers[0] + (1 if reading.operator == ">" else 0)
        chosen = {} if reading.operator_explicit else {f"{at}.operator": ">="}
        return {f"{at}.actual": f"{reached}{reading.unit}"} | chosen
    if reading.kind is Kind.DEADLINE:
        return {f"{at}.actual": f"{form.fiscal_year}年{DAY}"}
    points = show(form.indicators.values_list("weight", flat=True).get(pk=row.pk) or ZERO)
    best = form.edition.scoring.bands[0].key if form.edition.scoring else ""
    return {f"{at}.actual": f"演示：{row.target}，已做到", f"{at}.band": best, f"{at}.self_score": points}
