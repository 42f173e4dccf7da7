"""The review page of a kind and what is done from it: notes, 通过 and the last step, 撤销. Returning has ``return_pages``.

A kind derives ``ReviewPages`` and has in its namespace the addresses ``review``, ``review_keep``, ``review_return``,
``review_decide``, ``review_undo``, and its desk (``inbox``). Its views call the methods in one line each.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from perfgoals.accounts.sessions import SignedInRequest, wants_json
from perfgoals.filling.addresses import page_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.posting import plain
from perfgoals.filling.words import is_on_form
from perfgoals.reviewing import acts, inbox, return_list
from perfgoals.reviewing.acts import NotUndone, Reviewed
from perfgoals.reviewing.inbox import SOURCE, Beside
from perfgoals.reviewing.models import ReturnNote
from perfgoals.reviewing.overtaken import overtaken
from perfgoals.reviewing.page import READERS, ReviewPage, title_of
from perfgoals.reviewing.return_list import Listed
from perfgoals.reviewing.rights import may_review
from perfgoals.workflow import Incomplete, StateConflict, mark_opened, perform

_LABELS = {"pass": "已通过", "approve": "已批复", "confirm": "已确认", "return": "已退回"}
_SOME = "有 {} 处没有记下，原因写在那里。您写的都还在。"


class ReviewPages:
    """The pages of one kind."""

    kind: Reviewed
    model: type[FilledFiling]
    wanted: type[inbox.Wanted]
    template: str
    clash = ""  # what is said where the last step runs into a constraint of the kind

    # What a kind says ----------------------------------------------------------------------------------------------------

    def whole(self, forms: QuerySet[Any]) -> QuerySet[Any]:
        """``forms`` with all that the page reads of them."""
        return forms.select_related("project", "organization__parent", "campaign", "submitted_by")

    def make_page(self, request: SignedInRequest, filing: Any, **typed: Any) -> ReviewPage | None:
        """The page of this form; None where nothing was handed in yet. ``typed`` is what a refused post said."""
        raise NotImplementedError

    def act(self, request: SignedInRequest, filing: Any, name: str, path: str, text: str) -> None:
        """What else the buttons of the page do, in one transaction with keeping the notes. Raises ``ValidationError``."""

    def also_keep(self, request: SignedInRequest, filing: Any) -> dict[str, str]:
        """What the page holds besides notes: kept whichever button is pressed. What was refused, by place, with why.

        ``filing`` has its new version afterwards, where this gives it one.
        """
        return {}

    def told(self, request: SignedInRequest, filing: Any, wrong: Mapping[str, str]) -> dict[str, Any]:
        """What a script learns besides the state of the list."""
        return {}

    def place_of_act(self, request: SignedInRequest, name: str, about: str) -> tuple[str, str]:
        """The place and the words that such a button is about."""
        return about, ""

    # Finding ---------------------------------------------------------------------------------------------------------------

    def find(self, request: SignedInRequest, pk: int) -> Any:
        """The form with all that the page shows; 404 outside the person's scope."""
        forms: Any = self.model._default_manager
        return get_object_or_404(self.whole(forms.visible_to(request.user)), pk=pk)

    def page_for(self, request: SignedInRequest, filing: Any, **typed: Any) -> ReviewPage:
        """The page, for reviewers and administrators, once the form was handed in; 403 otherwise."""
        if request.user.role not in READERS:
            raise PermissionDenied("审核页给审核人看。您的表在任务清单里看退回意见。")
        page = self.make_page(request, filing, **typed)
        if page is None:
            raise PermissionDenied("这张表还没有送审，没有可以审的稿。")
        return page

    def beside_of(self, request: SignedInRequest, filing: FilledFiling) -> Beside | None:
        """The neighbours in the list that the address names, else in the reviewer's whole list."""
        query = request.GET if request.GET.get("from") == SOURCE else QueryDict(f"from={SOURCE}")
        return inbox.beside(request.user, self.wanted, query, filing.pk)

    def url(
        self, request: SignedInRequest, filing: FilledFiling, name: str = "review", anchor: str = ""
    ) -> str:
        """A page of this form, keeping the list and the comparison that the address names."""
        query = request.GET.urlencode()
        return f"{page_url(filing, name)}{'?' if query else ''}{query}{anchor}"

    # The page --------------------------------------------------------------------------------------------------------------

    def review(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """The form with its margin. That the reviewer has opened it is noted: from then on it is not recalled."""
        filing = self.find(request, pk)
        page = self.page_for(request, filing)
        if page.is_mine:
            mark_opened(filing, reviewer=request.user)
        return self.show(request, filing, page)

    def show(
        self,
        request: SignedInRequest,
        filing: Any,
        page: ReviewPage,
        *,
        status: int = HTTPStatus.OK,
        **more: Any,
    ) -> HttpResponse:
        beside = self.beside_of(request, filing) if page.is_mine else None
        return render(request, self.template, page.context() | {"beside": beside} | more, status=status)

    def keep(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """What stands in the margin: ticks and notes are kept, then what the pressed button says is done.

        ``do``: ``stay``, ``return``, ``list:<band>``, or an act of the kind. A script gets the state of the list as JSON.
        """
        filing = self.find(request, pk)
        if not may_review(request.user, filing):
            return self.overtaken(request, filing)
        name, _, about = request.POST.get("do", "stay").partition(":")
        entries = posted_notes(request.POST)
        path, text = self.place_of_act(request, name, about)
        if name == "list":
            path, text = new_note(request, about)
            entries.append(Listed(path, text))
        try:
            with transaction.atomic():
                return_list.keep_notes(filing, entries, actor=request.user)
                self.act(request, filing, name, path, text)
        except ValidationError as refused:
            return self.refuse(request, filing, entries, refused.messages[0], {path: text})
        except StateConflict:
            return self.overtaken(request, filing)
        seen, wrong = self._keep_the_rest(request, filing)
        if wants_json(request):
            return self._told(request, filing, wrong, seen)
        if wrong:
            return self.refuse(request, filing, entries, _SOME.format(len(wrong)), {}, wrong=wrong)
        if name == "return":
            return redirect(self.url(request, filing, "review_return"))
        anchor = f"#card-{path.replace('.', '-').replace(':', '-')}" if path else ""
        return redirect(self.url(request, filing, anchor=anchor))

    def _keep_the_rest(self, request: SignedInRequest, filing: Any) -> tuple[int, dict[str, str]]:
        """What the page holds besides notes, and the version that it shows by then: its own keeping makes it no older."""
        seen, before = posted_version(request), filing.version
        wrong = self.also_keep(request, filing)
        return (filing.version if seen == before else seen), wrong

    def refuse(
        self,
        request: SignedInRequest,
        filing: Any,
        entries: Sequence[Listed],
        why: str,
        drafts: Mapping[str, str],
        **more: Any,
    ) -> HttpResponse:
        """The page again with everything as it was typed, and what is wrong."""
        if wants_json(request):
            return JsonResponse({"message": why}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        known = [entry for entry in entries if is_on_form(filing, entry.path)]
        typed = {e.path: ReturnNote(path=e.path, note=e.note, is_listed=e.is_listed) for e in known}
        shown = {path: note for path, note in typed.items() if note.note or note.is_listed}
        page = self.page_for(request, filing, typed=shown, **more)
        for card in page.margin.cards:
            if card.path in drafts and card.may_suggest:
                card.draft, card.error = drafts[card.path], why
        lost = "" if any(card.error for card in page.margin.cards) else "".join(drafts.values())
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return self.show(request, filing, page, status=status, refusal=why, lost=lost)

    def _told(
        self, request: SignedInRequest, filing: FilledFiling, wrong: Mapping[str, str], seen: int
    ) -> JsonResponse:
        paths = [note.path for note in return_list.listed(return_list.notes_of(filing, request.user))]
        words = return_list.said(filing, filing.document(), paths)
        saved_at = f"{timezone.localtime():%H:%M:%S}"
        told = {"count": len(paths), "words": words, "listed": paths, "saved_at": saved_at, "version": seen}
        return JsonResponse(told | self.told(request, filing, wrong))

    # Deciding --------------------------------------------------------------------------------------------------------------

    def decide(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """通过 or the last step, of the form that the page showed. A form with places on the return list is not passed."""
        filing = self.find(request, pk)
        action = request.POST.get("decision", "")
        if not may_review(request.user, filing):
            return self.overtaken(request, filing, action)
        step = next((one for one in self.kind.arrows.onward if one.action == action), None)
        if step is None:
            raise Http404
        entries = posted_notes(request.POST)
        try:
            return_list.keep_notes(filing, entries, actor=request.user)
        except ValidationError as refused:
            return self.refuse(request, filing, entries, refused.messages[0], {})
        seen, wrong = self._keep_the_rest(request, filing)
        if wrong:
            return self.refuse(request, filing, entries, _SOME.format(len(wrong)), {}, wrong=wrong)
        if count := len(return_list.listed(return_list.notes_of(filing, request.user))):
            messages.warning(request, f"退回清单上有 {count} 处，没有{step.label}。先移出清单，或退回。")
            return redirect(self.url(request, filing))
        way = self.beside_of(request, filing)
        try:
            perform(step, filing, actor=request.user, version=seen)
        except StateConflict:
            return self.overtaken(request, filing, step.action)
        except Incomplete as incomplete:
            messages.error(request, incomplete.findings[0].message)
            return redirect(self.url(request, filing))
        except IntegrityError:
            if not self.clash:
                raise
            messages.error(request, self.clash)
            return redirect(self.url(request, filing))
        return self.onward(request, filing, step.action, way)

    def overtaken(self, request: SignedInRequest, filing: FilledFiling, action: str = "") -> HttpResponse:
        """The form is no longer as the page showed it: the same person's first click, or somebody was faster."""
        way = self.beside_of(request, filing)
        last = acts.last_act(self.kind, filing)
        if last is not None and last.actor_id == request.user.pk and last.action == action:
            return self.onward(request, filing, action, way)
        return overtaken(request, filing, way=way, page=self.url(request, filing))

    def onward(
        self, request: SignedInRequest, filing: FilledFiling, action: str, way: Beside | None
    ) -> HttpResponse:
        """Say what was done, offer to take it back, and go to the next form that waits, else to the list.

        ``way`` was asked for before the act: afterwards the form has left the list.
        """
        undo = page_url(filing, "review_undo")
        messages.success(request, f"{_LABELS[action]}“{title_of(filing)}”。", extra_tags=undo)
        return redirect((way.next_url or way.list_url) if way else inbox.desk_url(filing.namespace))

    def undo(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """撤销 of one's own last act within a minute."""
        filing = self.find(request, pk)
        name = title_of(filing)
        try:
            acts.undo(self.kind, filing, actor=request.user)
        except NotUndone as refused:
            messages.error(request, f"“{name}”没有撤销：{refused}。要改，请与对方联系。")
            return redirect(inbox.desk_url(filing.namespace))
        messages.success(request, f"已撤销。“{name}”回到“{filing.get_state_display()}”，等您办。")
        return redirect(page_url(filing, "review"))


def posted_notes(post: Mapping[str, Any]) -> list[Listed]:
    """What a page says of the places that it showed (``shown``): ``listed`` ones, and ``note:<path>``."""
    ticked = set(post.getlist("listed"))  # type: ignore[attr-defined]
    paths = dict.fromkeys(post.getlist("shown"))  # type: ignore[attr-defined]
    return [Listed(path, plain(post.get(f"note:{path}", "")), path in ticked) for path in paths]


def new_note(request: SignedInRequest, band: str) -> tuple[str, str]:
    """Place and words of “另写一条” beside a band."""
    return request.POST.get(f"new-path:{band}", ""), plain(request.POST.get(f"new-note:{band}", ""))


def posted_version(request: SignedInRequest) -> int:
    """The version printed on the posted page, or 0, which is never current."""
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
