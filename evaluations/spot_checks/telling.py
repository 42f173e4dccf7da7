"""消息 of a spot check: to the units that were drawn, to recheckers, and what came of it. Inside the acts' transactions."""

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse

from evaluations.spot_checks.models import SpotCase, SpotCheck
from perfgoals.accounts.models import Role, User
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import settle, tell, tell_each


def tell_drawn(check: SpotCheck, *, by: User) -> None:
    """To the officers of every unit: which forms, one line for each unit. Three queries, however many units."""
    forms: dict[int, list[tuple[int, str]]] = defaultdict(list)
    drawn = check.cases.order_by("place").values_list(
        "evaluation__organization", "evaluation", "evaluation__project_name"
    )
    for unit, form, name in drawn:
        forms[unit].append((form, _cut(name or "未命名项目")))
    lines = []
    for person in User.objects.filter(organization__in=forms, role=Role.FILER, is_active=True):
        theirs = forms[person.organization_id]
        pk, name = theirs[0]
        what = f"“{name}”" if len(theirs) == 1 else f"“{name}”等 {len(theirs)} 张自评表"
        text = f"{what}被抽中复核（{check}）。请备好佐证材料，复核结果会写在得分卡上。"
        lines.append((person, text, reverse("evaluations:score", args=[pk])))
    tell_each(lines, NoticeKind.SPOT_CHECK, about=check, by=by)


def tell_assigned(check: SpotCheck, person: User, cases: Iterable[SpotCase], *, by: User) -> None:
    """To the rechecker: how many, with the way to them."""
    found = list(cases)
    text = f"请您复核 {len(found)} 张自评表：{check}。"
    url = f"{reverse('evaluations:spot_check', args=[check.pk])}?mine=1"
    tell([person], NoticeKind.SPOT_CHECK, text, url, about=check, by=by)


def tell_finished(case: SpotCase, *, by: User) -> None:
    """To the officers of the unit: what came of it stands on the score card."""
    form = case.evaluation
    changed = f"，改了 {case.corrected_rows} 行的分" if case.corrected_rows else "，得分没有改"
    text = f"“{_cut(form.project_name or '未命名项目')}”复核完了：复核表 {case.rubric_total} 分{changed}。"
    officers = User.objects.filter(organization=form.organization_id, role=Role.FILER, is_active=True)
    url = f"{reverse('evaluations:score', args=[form.pk])}#recheck"
    tell(officers, NoticeKind.SPOT_CHECK, text, url, about=case, by=by)


def tell_reopened(case: SpotCase, reason: str, *, by: User) -> None:
    """To the rechecker, and to the unit: the result that was told does not stand for now."""
    settle(case, {NoticeKind.SPOT_CHECK})
    form = case.evaluation
    name = _cut(form.project_name or "未命名项目")
    url = reverse("evaluations:spot_case", args=[case.check_of_id, case.pk])
    if case.rechecker is not None:
        text = f"“{name}”的复核重新打开了：{_cut(reason, 120)}"
        tell([case.rechecker], NoticeKind.SPOT_CHECK, text, url, about=case, by=by)
    officers = User.objects.filter(organization=form.organization_id, role=Role.FILER, is_active=True)
    text = f"“{name}”的复核结果收回重新复核，以后面的结果为准。"
    tell(officers, NoticeKind.SPOT_CHECK, text, reverse("evaluations:score", args=[form.pk]), about=case, by=by)


def _cut(text: str, length: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"
