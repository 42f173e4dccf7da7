"""采纳 and 不采纳: the unit's answer to a suggestion, at the field where it is filled in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from declarations.models import Declaration
from declarations.review import suggesting
from declarations.views_steps import PAGES
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.addresses import place_url
from perfgoals.filling.editing import save_fields
from perfgoals.filling.permissions import may_fill
from perfgoals.filling.posting import posted_changes
from perfgoals.reviewing.models import Suggestion
from perfgoals.workflow import StateConflict


@require_POST
def answer(request: SignedInRequest, pk: int, suggestion: int) -> HttpResponse:
    """``do=accept:<version shown>`` or ``do=decline``. The button stands inside the page's form: what was typed elsewhere
    on the page is saved first, as by any other button."""
    declaration = PAGES.find(request, pk)
    if not may_fill(request.user, declaration):
        raise PermissionDenied
    about = get_object_or_404(Suggestion.objects.of(declaration), pk=suggestion)
    act, _, seen = request.POST.get("do", "").partition(":")
    try:
        _save_typed(request, declaration, about.path)
        if act == "accept":
            version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
            conflict = suggesting.accept(declaration, about, seen=version, actor=request.user)
            if conflict is not None:
                messages.warning(request, "这一处刚刚改过，没有替您采纳。看过现在的文字再决定。")
            else:
                messages.success(request, "已采纳，文字已写入。")
        elif act == "decline":
            suggesting.decline(declaration, about, actor=request.user)
            messages.success(request, "不采纳，原文没有动。审核人看得到。")
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except StateConflict:
        messages.error(request, "这条建议已经答复过，或者这张表已经送审。")
    if not declaration.is_editable:
        return redirect("declarations:tasks", pk=pk)
    return redirect(place_url(declaration, about.path))


def _save_typed(request: SignedInRequest, declaration: Declaration, path: str) -> None:
    """The other fields of the page. The place itself is decided by the suggestion, unless something was typed there."""
    changes = posted_changes(request.POST)
    if not changes or not declaration.is_editable:
        return
    with transaction.atomic():
        outcome = save_fields(declaration, changes, actor=request.user)
    lost = [*(one.yours for one in outcome.conflicts), *(one.value for one in outcome.refused)]
    if lost:
        texts = "；".join(lost)[:2000]
        messages.error(request, f"填的内容有 {len(lost)} 处没有保存：同事改过，或者写得太长。您写的是：{texts}")
    if any(saved.path == path for saved in outcome.saved):
        messages.info(request, "您在这一处写的文字已经保存。")
