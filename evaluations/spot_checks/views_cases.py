"""One drawn form on screen: rechecking it, opening it again; and giving forms to recheckers."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.models import Evaluation
from evaluations.spot_checks import case_page, rechecking
from evaluations.spot_checks.changes import since_drawn
from evaluations.spot_checks.judging import Page
from evaluations.spot_checks.models import SpotCase, Stage
from evaluations.spot_checks.rechecking import NotFinished
from evaluations.spot_checks.results import told
from evaluations.spot_checks.rights import may_reopen, may_write, recheckers
from evaluations.spot_checks.views import check_in_scope, show_check
from evaluations.views_score import FileLink, evidence_of
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.accounts.typed import typed_texts
from perfgoals.workflow import StateConflict


def case_in_scope(request: SignedInRequest, check: int, pk: int) -> SpotCase:
    """The drawn form of this check; 404 for any other."""
    cases = check_in_scope(request, check).cases.select_related(
        *("check_of__campaign__region", "evaluation__organization", "evaluation__campaign"),
        *("revision", "rechecker", "evaluation__project"),
    )
    found: SpotCase = get_object_or_404(cases.defer("check_of__population"), pk=pk)
    return found


@require_http_methods(["GET", "POST"])
def case(request: SignedInRequest, check: int, pk: int) -> HttpResponse:
    """The form as it was drawn with the review form beside; saved or finished by who rechecks it."""
    found = case_in_scope(request, check, pk)
    if request.method == "POST":
        return _act(request, found)
    return show(request, found, rechecking.page_of(found))


def _act(request: SignedInRequest, found: SpotCase) -> HttpResponse:
    scored = rechecking.at_draw(found)
    page = case_page.read_page(request.POST, found.check_of.scheme, scored)
    finishes = request.POST.get("do") == "finish"
    act = rechecking.finish if finishes else rechecking.save
    try:
        act(found, page, actor=request.user, version=_number(request.POST.get("version", "")))
    except NotFinished as missing:
        unsaved = missing.judged.unkeepable
        words = (
            "没有存：有的内容太长。"
            if unsaved
            else f"写的都存了，还不能完成：{len(missing.judged.errors)} 处要补。"
        )
        found.refresh_from_db()
        errors = unsaved or missing.judged.errors
        return show(request, found, page, errors=errors, notice=words, status=422)
    except (StateConflict, PermissionDenied) as refused:
        return _too_late(request, found.pk, check=found.check_of_id, page=page, refused=refused)
    if not finishes:
        messages.success(request, "存了，还没有完成。")
        return redirect("evaluations:spot_case", check=found.check_of_id, pk=found.pk)
    messages.success(request, f"“{found.evaluation.project_name}”复核完成，结果已经告诉单位。")
    following = found.check_of.cases.filter(rechecker=request.user).exclude(stage=Stage.DONE)
    another = following.order_by("place").first()
    if another is not None:
        return redirect("evaluations:spot_case", check=found.check_of_id, pk=another.pk)
    return redirect("evaluations:spot_check", pk=found.check_of_id)


def _too_late(request: SignedInRequest, pk: int, *, check: int, page: Page, refused: Exception) -> HttpResponse:
    """Somebody was faster. Who may still write keeps what was typed in the fields; others get it back to copy."""
    found = case_in_scope(request, check, pk)
    if found.is_done and found.rechecker_id == request.user.pk and request.POST.get("do") == "finish":
        messages.info(request, "这张表已经完成了复核。")
        return redirect("evaluations:spot_case", check=check, pk=pk)
    if may_write(request.user, found):
        words = (
            "没有存：这张复核表在您打开以后又存过一次（可能是另一个页面，或交给您以前的复核人）。"
            "您写的还在这一页，再按一次就以这一页为准。"
        )
        return show(request, found, page, notice=words, status=409)
    if (
        isinstance(refused, PermissionDenied)
        and found.rechecker_id != request.user.pk
        and not found.assigned_at
    ):
        raise PermissionDenied("先由业务管理员或财政审核人指派复核人，再复核。")
    words = (
        "没有存：这张表已经完成了复核。"
        if found.is_done
        else f"没有存：这张表由{found.rechecker.name if found.rechecker else '别人'}复核。"
    )
    texts = typed_texts(request)
    if not texts and isinstance(refused, PermissionDenied):
        raise PermissionDenied(words)
    return show(request, found, rechecking.page_of(found), notice=words, kept=texts, status=409)


def show(
    request: SignedInRequest,
    found: SpotCase,
    page: Page,
    *,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    kept: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    scored = rechecking.at_draw(found)
    scheme = found.check_of.scheme
    judged = rechecking.judged_page(found, page, scored)
    writes = may_write(request.user, found)
    context: dict[str, Any] = case_page.context(
        found, scored, scheme, page, judged, errors=errors or {}, evidence=_evidence(request, found)
    )
    context |= {
        "nav": "evaluations",
        "case": found,
        "check": found.check_of,
        "form": found.evaluation,
        "found": scored,
        "scheme": scheme,
        "writes": writes,
        "may_reopen": may_reopen(request.user, found),
        "told": told(found) if found.is_done else None,
        "moved": since_drawn([found]).get(found.pk, ""),
        "may_see_form": _sees(request, found),
        "notice": notice,
        "texts_kept": kept or [],
    }
    return render(request, "evaluations/spot_checks/case.html", context, status=status)


def _sees(request: SignedInRequest, found: SpotCase) -> bool:
    """A form that its unit has taken back is out of the bureau's sight; what was drawn is not."""
    visible: bool = Evaluation.objects.visible_to(request.user).filter(pk=found.evaluation_id).exists()
    return visible


def _evidence(request: SignedInRequest, found: SpotCase) -> Mapping[str, list[FileLink]]:
    return evidence_of(found.evaluation, request.user) if _sees(request, found) else {}


@require_POST
def reopen(request: SignedInRequest, check: int, pk: int) -> HttpResponse:
    """已完成 → 复核中, with a reason."""
    found = case_in_scope(request, check, pk)
    if request.user.role != Role.BUSINESS_ADMIN:
        raise PermissionDenied("重新打开由业务管理员来办。")
    try:
        rechecking.reopen(
            found,
            request.POST.get("reason", "").replace("\0", ""),
            actor=request.user,
            version=_number(request.POST.get("version", "")),
        )
    except ValidationError as refused:
        errors = {"reason": refused.messages[0]}
        return show(request, found, rechecking.page_of(found), errors=errors, status=422)
    except StateConflict:
        messages.info(request, "没有重新打开：这张表现在不是“已完成”，或者别人刚办过。")
    else:
        messages.success(request, "重新打开了，复核人和单位都收到了消息。")
    return redirect("evaluations:spot_case", check=check, pk=pk)


@require_POST
def assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the ticked forms to one person."""
    check = check_in_scope(request, pk)
    ticked = request.POST.getlist("case")
    person = recheckers(check).filter(pk=_number(request.POST.get("rechecker", ""))).first()
    try:
        changed = rechecking.assign(check, [_number(one) for one in ticked], person, actor=request.user)
    except ValidationError as refused:
        return show_check(request, check, error=refused.messages[0], chosen=set(ticked), status=422)
    if changed and person is not None:
        messages.success(request, f"{changed} 张指派给{person.name}，消息已经发出。")
    else:
        messages.info(request, "没有改派：勾上的表已经是这个人的，或者已经完成。")
    return redirect("evaluations:spot_check", pk=check.pk)


def _number(text: str) -> int:
    """0, which nothing has, for anything that is not a number of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
