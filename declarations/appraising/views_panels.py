"""会审 on screen: the list, opening a panel, one panel and its forms."""

import datetime
from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.appraising.filling import judged_revision, questionnaire_of
from declarations.appraising.typed import words
from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.appraising import panels
from perfgoals.appraising.models import JUDGES, ModeChoice, Panel, PanelCase
from perfgoals.documents.models import Revision
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import tell
from perfgoals.workflow import State

PAGE = 50
MOST_FORMS = 200
# What a person has to do with a form of a panel, and how the page asks for it.
NEXT_WORDS = {"先作声明": "作声明", "填表": "填", "收表": "收表", "定稿": "定稿"}


def may_look(user: User) -> bool:
    """Who has anything to do with panels at all."""
    return user.role in JUDGES or user.role == "business_admin"


@require_GET
def panel_list(request: SignedInRequest) -> HttpResponse:
    """The panels this person organizes, keeps or sits on, the next meeting first."""
    if not may_look(request.user):
        raise PermissionDenied
    found = panels.visible_panels(request.user).prefetch_related(
        "cases", "members__user__organization", "members__statements"
    )
    page = Paginator(found.order_by("-meets_on", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "panels",
        "page": page,
        "rows": [_row(panel, request.user) for panel in page],
        "may_open": panels.may_organize(request.user),
        "sees_statistics": sees_statistics(request.user),
    }
    return render(request, "declarations/panels.html", context)


def sees_statistics(user: User) -> bool:
    """审核统计 is for the bureau and its admin."""
    return user.role in ("finance_reviewer", "business_admin")


def _row(panel: Panel, user: User) -> dict:
    cases = list(panel.cases.all())
    seat = next((one for one in panel.members.all() if one.user_id == user.pk), None)
    stated = {one.case_id for one in seat.statements.all()} if seat else set()
    return {
        "panel": panel,
        "forms": len(cases),
        "settled": sum(case.settled_at is not None for case in cases),
        "members": len(panel.members.all()),
        "to_state": sum(not case.is_closed and case.pk not in stated for case in cases) if seat else 0,
        "to_settle": sum(
            case.is_closed and case.settled_at is None and case.chair_id == user.pk for case in cases
        ),
    }


@require_http_methods(["GET", "POST"])
def panel_new(request: SignedInRequest) -> HttpResponse:
    """Choose forms, members, a chair, a day."""
    if not panels.may_organize(request.user):
        raise PermissionDenied("会审由财政审核人组织。")
    if request.method == "GET":
        return _new_page(request, {"forms": request.GET.getlist("form")}, {})
    raw = {
        "name": words(request.POST.get("name", ""))[:80],
        "meets_on": request.POST.get("meets_on", ""),
        "mode": request.POST.get("mode", ""),
        "chair": request.POST.get("chair", ""),
        "forms": request.POST.getlist("form"),
        "members": request.POST.getlist("member"),
    }
    try:
        panel = _open(request.user, raw)
    except ValidationError as refused:
        return _new_page(request, raw, {key: found[0] for key, found in refused.message_dict.items()}, 422)
    messages.success(request, f"会审“{panel.name}”建好了。成员登录以后，先声明有没有利害关系，再填表。")
    return redirect("declarations:panel", panel=panel.pk)


def _open(user: User, raw: dict) -> Panel:
    declarations = list(_waiting(user).filter(pk__in=_numbers(raw["forms"])))
    before: list[tuple[Declaration, Revision]] = []
    for declaration in declarations:
        revision = judged_revision(declaration)
        if revision is not None:
            before.append((declaration, revision))
    members = list(panels.candidates(user).filter(pk__in=_numbers(raw["members"])))
    chair = next((one for one in members if str(one.pk) == raw["chair"]), None)
    day = day_of(raw["meets_on"])
    if day is None:
        raise ValidationError({"meets_on": "会审日期读不出是哪一天。请写成 2026-10-18 的样子。"})
    if chair is None:
        raise ValidationError({"chair": "组长要在成员里选。"})
    if len({questionnaire_of(one).id for one, _ in before}) > 1:
        raise ValidationError({"forms": "选的表用的审核问卷不同，请分开会审。"})
    if not before:
        raise ValidationError({"forms": "至少选一张待财政审核的表。"})
    mode = raw["mode"] if raw["mode"] in ModeChoice.values else ModeChoice.BY_GRADES
    with transaction.atomic():
        panel = panels.open_panel(
            actor=user,
            name=raw["name"],
            meets_on=day,
            questionnaire=questionnaire_of(before[0][0]),
            mode=str(mode),
            before=before,
            members=members,
            chair=chair,
        )
        text = f"请您参加会审“{panel.name}”：先声明有没有利害关系，{day.isoformat()} 以前填完审核表。"
        address = reverse("declarations:panel", args=[panel.pk])
        tell(members, NoticeKind.WAITING, text, address, about=panel, by=user)
    return panel


def _waiting(user: User):  # type: ignore[no-untyped-def]
    """The forms a panel may be opened on: those on the bureau's desk."""
    found = Declaration.objects.visible_to(user).filter(state=State.FINANCE_REVIEW)
    return found.select_related("organization__parent", "organization__region", "campaign", "submitted_by")


def _new_page(request: SignedInRequest, raw: dict, errors: dict[str, str], status: int = 200) -> HttpResponse:
    waiting = list(_waiting(request.user).order_by("organization__code", "pk")[:MOST_FORMS])
    context = {
        "nav": "panels",
        "raw": raw,
        "errors": errors,
        "modes": ModeChoice.choices,
        "waiting": [(one, str(one.pk) in raw.get("forms", ())) for one in waiting],
        "people": [
            (one, str(one.pk) in raw.get("members", ()), str(one.pk) == raw.get("chair"))
            for one in panels.candidates(request.user)
        ],
    }
    return render(request, "declarations/panel_new.html", context, status=status)


def panel_in_scope(request: SignedInRequest, pk: int) -> Panel:
    """The panel, if this person has to do with it; 404 otherwise."""
    found = panels.visible_panels(request.user).select_related("opened_by", "region")
    return get_object_or_404(found, pk=pk)


@require_GET
def panel_page(request: SignedInRequest, panel: int) -> HttpResponse:
    """One panel: its forms, its members, how far each form is."""
    return show_panel(request, panel_in_scope(request, panel), {})


def show_panel(
    request: SignedInRequest, panel: Panel, errors: dict[str, str], status: int = 200
) -> HttpResponse:
    cases = list(
        panel.cases.select_related("chair", "organization", "revision")
        .prefetch_related("filing", "statements", "forms")
        .order_by("pk")
    )
    members = list(panel.members.select_related("user__organization"))
    rows = [_case_row(case, members, request.user) for case in cases]
    steps = Counter(row["step"] for row in rows)
    context = {
        "nav": "panels",
        "panel": panel,
        "errors": errors,
        "members": members,
        "cases": rows,
        "todo": [(words, steps[step]) for step, words in NEXT_WORDS.items() if steps[step]],
        "may_organize": panels.may_organize(request.user)
        and request.user.organization.region_id == panel.region_id,
        "unsettled": sum(case.settled_at is None for case in cases),
    }
    return render(request, "declarations/panel.html", context, status=status)


def _case_row(case: PanelCase, members: Sequence, user: User) -> dict:
    """From what was read along; no query."""
    statements = {one.member_id: one for one in case.statements.all()}
    handed_in = {one.author_id for one in case.forms.all() if one.kind == "member" and one.is_handed_in}
    out = {one.member_id for one in case.statements.all() if one.has_conflict}
    mine = next((one for one in members if one.user_id == user.pk), None)
    settled = next((one for one in case.forms.all() if one.kind == "panel" and one.is_handed_in), None)
    return {
        "case": case,
        "name": getattr(case.filing, "project_name", "") or "未命名项目",
        "in": len(handed_in),
        "out": len(out),
        "asked": len(members) - len(out),
        "grade": settled.questionnaire.grade(settled.grade) if settled else None,
        "step": _step(case, mine, statements, handed_in, user),
    }


def _step(case: PanelCase, mine, statements: dict, handed_in: set, user: User) -> str:  # type: ignore[no-untyped-def]
    """What this person has to do with this form now, in two or three words."""
    if mine is None:
        return "看进度"
    statement = statements.get(mine.pk)
    if statement is not None and statement.has_conflict:
        return "已回避"
    if case.settled_at is not None:
        return "看结果" if statement else "已定稿"
    if case.is_closed:
        return "定稿" if case.chair_id == user.pk else "等组长定稿"
    if statement is None:
        return "先作声明"
    if user.pk in handed_in:
        return "已交表"
    if case.panel.is_over:
        return "收表" if case.chair_id == user.pk else "等组长收表"
    return "填表"


@require_POST
def panel_date(request: SignedInRequest, panel: int) -> HttpResponse:
    """Another day for the whole panel."""
    found = panel_in_scope(request, panel)
    if not panels.may_organize(request.user):
        raise PermissionDenied("会审日期由财政审核人来改。")
    day = day_of(request.POST.get("meets_on", ""))
    try:
        if day is None:
            raise ValidationError({"meets_on": "会审日期读不出是哪一天。请写成 2026-10-18 的样子。"})
        panels.reschedule(found, actor=request.user, meets_on=day)
    except ValidationError as refused:
        return show_panel(request, found, {"meets_on": refused.message_dict["meets_on"][0]}, 422)
    messages.success(request, f"会审日期改为 {day.isoformat()}。")
    return redirect("declarations:panel", panel=found.pk)


def day_of(text: str) -> datetime.date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]
