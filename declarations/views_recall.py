"""Taking back what was sent, and taking off what was never sent."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from declarations import dropping
from declarations.dropping import Kept
from declarations.views import in_scope
from declarations.views_comments import PAGES
from declarations.workflow import RECALL
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.recall_pages import RecallPages


class DeclarationRecall(RecallPages):
    step = RECALL
    remarks = PAGES


_RECALL = DeclarationRecall()


@require_http_methods(["GET", "POST"])
def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST takes back what was sent; GET leads to the page where the button stands."""
    if request.method == "GET":
        return redirect("declarations:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.recall(request, pk)


@require_http_methods(["GET", "POST"])
def ask_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST asks the reviewer to return the form; GET leads to the page where the question stands."""
    if request.method == "GET":
        return redirect("declarations:tasks", pk=in_scope(request, pk).pk)
    return _RECALL.ask_back(request, pk)


@require_http_methods(["GET", "POST"])
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET says what would be lost; POST takes the form off."""
    declaration = in_scope(request, pk)
    if not may_fill(request.user, declaration):
        raise PermissionDenied("删除草稿由申报单位的填报人来做。")
    if why := dropping.why_kept(declaration):
        messages.warning(request, why)
        return redirect("declarations:tasks", pk=pk)
    if request.method == "GET":
        context = {"nav": "list", "declaration": declaration, "loss": dropping.loss_of(declaration)}
        return render(request, "declarations/drop.html", context)
    try:
        name, back = dropping.drop(declaration, actor=request.user)
    except Kept as kept:
        messages.warning(request, str(kept))
        return redirect("declarations:tasks", pk=pk)
    messages.success(
        request, f"删除了“{name}”的草稿。" if back is None else f"“{name}”不调整了，原来的目标照旧执行。"
    )
    return redirect("declarations:list") if back is None else redirect("declarations:tasks", pk=back)
