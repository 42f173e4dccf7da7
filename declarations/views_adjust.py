"""目标调整: asking for it with a reason, and reading what a new version changes (F58)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from declarations import reviewing
from declarations.annexes import comparison_of
from declarations.official import official
from declarations.views import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.workflow import State, StateConflict

LONGEST_REASON = 2000


@require_http_methods(["GET", "POST"])
def adjust(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET says what will happen and asks why; POST makes the new version, or leads to the one under way."""
    declaration = in_scope(request, pk)
    if not may_fill(request.user, declaration):
        raise PermissionDenied("目标调整由申报单位的填报人来做。")
    if declaration.state != State.APPROVED:
        messages.info(request, f"这一版现在是“{declaration.get_state_display()}”，不能从这里调整。")
        return redirect("declarations:tasks", pk=pk)
    if (under_way := declaration.adjustment_under_way) is not None:
        messages.info(request, "这个项目正在调整，就是这一版。")
        return redirect("declarations:tasks", pk=under_way.pk)
    reason, error = request.POST.get("reason", "").replace("\0", ""), ""
    if request.method == "POST":
        if len(reason) > LONGEST_REASON:
            error = f"调整原因最多 {LONGEST_REASON} 个字，现在是 {len(reason)} 个字。"
        else:
            try:
                new = reviewing.adjust(declaration, actor=request.user, reason=reason)
            except ValidationError as refused:
                error = "".join(refused.messages)
            except StateConflict:
                error = "批复刚刚撤销了，现在不能调整。原因还在下面，先记下来。"
            else:
                messages.success(request, "新的一版建好了，内容和现在执行的一样。改要改的地方，再送审。")
                return redirect("declarations:tasks", pk=new.pk)
    context = {"nav": "list", "declaration": declaration, "reason": reason, "error": error}
    return render(request, "declarations/adjust.html", context, status=422 if error else 200)


@require_GET
def adjustment(request: SignedInRequest, pk: int) -> HttpResponse:
    """What this version changes against the one it adjusts; 404 for a form that adjusts nothing."""
    declaration = in_scope(request, pk)
    if declaration.adjusts is None:
        raise Http404
    context = {
        "nav": "list",
        "declaration": declaration,
        "comparison": comparison_of(official(declaration.adjusts), official(declaration), same_form=True),
        "may_edit": may_edit(request.user, declaration),
    }
    return render(request, "declarations/adjustment.html", context)
