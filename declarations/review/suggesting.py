"""修改建议: a reviewer's other wording for one field or cell, which the unit accepts or not (X-2).

The reviewer never touches the form. Suggesting, accepting and declining are each on record; accepting writes through
the same door as typing, so locks and conflicts hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from declarations import permissions
from declarations.fields import place_of
from declarations.models import Declaration, FieldMark
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.documents.difference import Piece, words
from perfgoals.filling.editing import Conflict, FieldChange, clean, save_fields
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.filling.places import Place
from perfgoals.filling.words import words_of
from perfgoals.reviewing.models import Suggestion
from perfgoals.reviewing.return_list import Listed, keep_notes, notes_of
from perfgoals.workflow import StateConflict


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as a page shows it: how the text of now would change, and the version of the field it shows."""

    suggestion: Suggestion
    place: str
    pieces: tuple[Piece, ...]
    seen: int
    is_same: bool  # the text says so already

    @property
    def path(self) -> str:
        return self.suggestion.path

    @property
    def is_cell(self) -> bool:
        return self.path.startswith(("indicators.", "sub_projects."))


def text_at(declaration: Declaration, path: str) -> tuple[Place, str] | None:
    """The place of ``path`` and what stands there; None where the form has no such field or no such row any more."""
    place = place_of(declaration.edition, path)
    if place is None or not place.is_cell:
        return (place, place.read(declaration)) if place is not None else None
    # All rows, so that a page that has them already asks no more.
    row = next((one for one in getattr(declaration, place.table).all() if one.row_id == place.row_id), None)
    return (place, place.read(row)) if row is not None else None


@transaction.atomic
def suggest(declaration: Declaration, path: str, text: str, *, actor: User) -> Suggestion:
    """Propose ``text`` for ``path``; a second proposal of the same reviewer replaces the first.

    The place joins the return list: a unit cannot accept what stays locked. Raises ``PermissionDenied``, or
    ``ValidationError`` (Chinese).
    """
    if not permissions.may_review(actor, declaration):
        raise PermissionDenied("现在不轮到您审核这张表。")
    found = text_at(declaration, path)
    if found is None:
        raise ValidationError("这一处不能写建议：只有一个栏目或一个单元格可以。")
    place, before = found
    text = clean(text, single_line=place.single_line).strip()
    if text == before.strip():
        raise ValidationError("建议和原文一样。写上您建议的文字。")
    if problem := place.problem(text):
        raise ValidationError(problem)
    suggestion, _ = Suggestion.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Declaration),
        object_id=declaration.pk,
        path=path,
        proposed_by=actor,
        answer=Suggestion.Answer.OPEN,
        defaults={"before": before, "text": text},
    )
    note = notes_of(declaration, actor).get(path)
    keep_notes(declaration, [Listed(path, note.note if note else "见修改建议。")], actor=actor)
    _record("suggest", declaration, suggestion, actor)
    return suggestion


@transaction.atomic
def withdraw(declaration: Declaration, suggestion: Suggestion, *, actor: User) -> None:
    """The reviewer takes back an open suggestion of their own while it is their turn."""
    if suggestion.proposed_by_id != actor.pk or not permissions.may_review(actor, declaration):
        raise PermissionDenied
    if suggestion.answer:
        raise StateConflict
    _record("suggestion_withdraw", declaration, suggestion, actor)
    suggestion.delete()


@transaction.atomic
def accept(declaration: Declaration, suggestion: Suggestion, *, seen: int, actor: User) -> Conflict | None:
    """采纳: the suggested text is saved as if typed; a conflict where the field has changed since the page showed it.

    Raises ``PermissionDenied``, ``StateConflict`` (form or suggestion no longer open), ``ValidationError`` (Chinese) for a
    place that is locked or gone.
    """
    _open(declaration, suggestion, actor)
    outcome = save_fields(declaration, [FieldChange(suggestion.path, suggestion.text, seen)], actor=actor)
    if outcome.refused:
        raise ValidationError(outcome.refused[0].message)
    if outcome.conflicts:
        return outcome.conflicts[0]
    _answer(declaration, suggestion, Suggestion.Answer.ACCEPTED, actor, "suggestion_accept")
    return None


@transaction.atomic
def decline(declaration: Declaration, suggestion: Suggestion, *, actor: User) -> None:
    """不采纳: the form stays as it is. Raises ``PermissionDenied`` or ``StateConflict``."""
    _open(declaration, suggestion, actor)
    _answer(declaration, suggestion, Suggestion.Answer.DECLINED, actor, "suggestion_decline")


def _open(declaration: Declaration, suggestion: Suggestion, actor: User) -> None:
    if not may_fill(actor, declaration):
        raise PermissionDenied
    if not declaration.is_editable or suggestion.answer:
        raise StateConflict


def _answer(
    declaration: Declaration, suggestion: Suggestion, answer: Suggestion.Answer, actor: User, action: str
) -> None:
    moved = Suggestion.objects.filter(pk=suggestion.pk, answer="").update(
        answer=answer, answered_by=actor, answered_at=timezone.now()
    )
    if not moved:
        raise StateConflict
    _record(action, declaration, suggestion, actor)


def _record(action: str, declaration: Declaration, suggestion: Suggestion, actor: User) -> None:
    changes = {suggestion.path: [suggestion.before, suggestion.text]}
    record(actor=actor, action=action, subject=declaration, changes=changes)


def open_for_officer(declaration: Declaration, user: User) -> list[Shown]:
    """What the officer is to answer, with the text of now; nothing while reviewers have the form. Two queries."""
    if not may_edit(user, declaration):
        return []
    waiting = list(Suggestion.objects.of(declaration).filter(answer="").select_related("proposed_by"))
    return shown(declaration, waiting) if waiting else []


def shown(declaration: Declaration, suggestions: Sequence[Suggestion]) -> list[Shown]:
    """Suggestions beside the text that stands there now; those whose row is gone are left out."""
    marks = FieldMark.objects.filter(declaration=declaration, path__in=[one.path for one in suggestions])
    versions = dict(marks.values_list("path", "version"))
    labels = words_of(declaration, [one.path for one in suggestions])
    found = []
    for one in suggestions:
        here = text_at(declaration, one.path)
        if here is not None:
            pieces = tuple(words(here[1], one.text))
            place = labels[one.path]
            found.append(Shown(one, place, pieces, versions.get(one.path, 0), here[1].strip() == one.text))
    return found
