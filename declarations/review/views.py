"""The review page of declarations: the common pages, and suggestions of another wording."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from declarations.inbox.waiting import Wanted
from declarations.models import Declaration
from declarations.review import page, suggesting
from declarations.review.page import READERS, ReviewPage, compared, nav_of, submitted_form
from declarations.review.statistics import times_used
from declarations.reviewing import REVIEWED
from perfgoals.accounts.models import Role
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.comment_pages import board
from perfgoals.filling.posting import plain
from perfgoals.reviewing.models import Suggestion
from perfgoals.reviewing.pages import new_note
from perfgoals.reviewing.return_pages import ReturnPages
from perfgoals.workflow import StateConflict


class DeclarationReview(ReturnPages):
    kind = REVIEWED
    model = Declaration
    wanted = Wanted
    template = "declarations/review.html"
    clash = (
        "没有批复：这个项目在本批次已经有一张批复的表。请退回这一张，要改目标的，在批复的那一张上做目标调整。"
    )

    def whole(self, forms: QuerySet[Any]) -> QuerySet[Any]:
        return page.whole(forms)

    def make_page(self, request: SignedInRequest, filing: Any, **typed: Any) -> ReviewPage | None:
        form = submitted_form(filing)
        if form is None:
            return None
        wanted = request.GET.get("compare", "")
        return ReviewPage(filing, form, request.user, board(filing, request.user), wanted, **typed)

    def place_of_act(self, request: SignedInRequest, name: str, about: str) -> tuple[str, str]:
        if name == "propose":
            return new_note(request, about)
        return about, plain(request.POST.get(f"suggest:{about}", ""))

    def act(self, request: SignedInRequest, filing: Any, name: str, path: str, text: str) -> None:
        if name in ("suggest", "propose"):
            suggesting.suggest(filing, path, text, actor=request.user)
        elif name == "withdraw":
            _withdraw(request, filing, path)

    def times_used(self, request: SignedInRequest) -> dict[str, int]:
        return times_used(request.user)


PAGES = DeclarationReview()


@never_cache
@require_GET
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.review(request, pk)


@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Also ``do=suggest:<path>``, ``propose:<band>`` or ``withdraw:<id>``."""
    return PAGES.keep(request, pk)


@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.give_back(request, pk)


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.decide(request, pk)


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    return PAGES.undo(request, pk)


def _withdraw(request: SignedInRequest, declaration: Declaration, number: str) -> None:
    key = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    suggestion = get_object_or_404(Suggestion.objects.of(declaration), pk=key)
    try:
        suggesting.withdraw(declaration, suggestion, actor=request.user)
    except StateConflict as gone:
        raise ValidationError("单位已经答复过这条建议，收不回了。") from gone


@require_GET
def comparison(request: SignedInRequest, pk: int) -> HttpResponse:
    """The submitted form against an earlier one, all of it, to be read or printed."""
    declaration = PAGES.find(request, pk)
    form = submitted_form(declaration)
    if form is None or (request.user.role not in READERS and request.user.role != Role.FILER):
        raise PermissionDenied("这张表还没有送审，没有可以比较的稿。")
    earlier = form.find(request.GET.get("with", "")) or next(iter(form.earlier), None)
    context = {
        "nav": nav_of(request.user),
        "declaration": declaration,
        "form": form,
        "earlier": earlier,
        "comparison": compared(declaration, form, earlier) if earlier else None,
        "reads_review": request.user.role in READERS,
    }
    return render(request, "declarations/review_compare.html", context)
