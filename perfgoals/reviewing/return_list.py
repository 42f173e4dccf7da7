"""The return list: what a reviewer has noted place by place, until a return carries it (F60, F61).

Notes are kept as they are typed, so that a reload, another tab or a lost session costs nothing. Only the reviewer whose
turn it is writes them, and each sees their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from perfgoals.accounts.models import User
from perfgoals.audit.models import AuditRecord
from perfgoals.filling.editing import clean
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.words import in_form_order, is_on_form, place_words
from perfgoals.reviewing import acts
from perfgoals.reviewing.models import ReturnNote
from perfgoals.reviewing.reasons import reasons_for
from perfgoals.reviewing.returning import NamedPlace, last_round
from perfgoals.reviewing.rights import may_review
from perfgoals.workflow import Transition

NOTE_LIMIT = 2000
COMMENT_LIMIT = 4000
CLAUSE_LIMIT = 200
PLACES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page says of one place: whether it is to be returned, and the reviewer's words."""

    path: str
    note: str = ""
    is_listed: bool = True


def notes_of(filing: FilledFiling, user: User) -> dict[str, ReturnNote]:
    """The reviewer's own notes that no return has carried yet, by path, in the order of the form."""
    kept = {note.path: note for note in ReturnNote.objects.of(filing).filter(author=user, used_in__isnull=True)}
    return {path: kept[path] for path in in_form_order(filing.edition, kept)}


def listed(notes: Mapping[str, ReturnNote]) -> list[ReturnNote]:
    return [note for note in notes.values() if note.is_listed]


@transaction.atomic
def keep_notes(filing: FilledFiling, entries: Sequence[Listed], *, actor: User) -> None:
    """Write down what the page says; places that it does not name stay as they are.

    A place that is neither listed nor commented on leaves no trace. Raises ``PermissionDenied``, or ``ValidationError``
    (Chinese) for a place that is not on the form and for a text that is too long.
    """
    if not may_review(actor, filing):
        raise PermissionDenied("现在不轮到您审核这张表。")
    if len(entries) > PLACES_LIMIT:
        raise ValidationError(f"一次最多列 {PLACES_LIMIT} 处。地方太多的，退回整节。")
    kept = notes_of(filing, actor)
    content_type = ContentType.objects.get_for_model(type(filing))
    for entry in {entry.path: entry for entry in entries}.values():
        text = clean(entry.note, single_line=False).strip()
        if len(text) > NOTE_LIMIT:
            raise ValidationError(f"一处意见最多 {NOTE_LIMIT} 字，现在是 {len(text)} 字。")
        note = kept.get(entry.path)
        if not entry.is_listed and not text:
            if note is not None:
                note.delete()
            continue
        if note is not None and (note.note, note.is_listed) == (text, entry.is_listed):
            continue
        if note is None and not is_on_form(filing, entry.path):
            raise ValidationError(f"表上没有这一处：{entry.path[:80]}。")
        ReturnNote.objects.update_or_create(
            content_type=content_type,
            object_id=filing.pk,
            path=entry.path,
            author=actor,
            used_in=None,
            defaults={"note": text, "is_listed": entry.is_listed},
        )


@transaction.atomic
def give_back(
    step: Transition,
    filing: FilledFiling,
    *,
    actor: User,
    version: int,
    comment: str,
    places: Sequence[NamedPlace],
    reason_code: str,
    clause: str,
) -> None:
    """退回 with a reason from the list. The notes that it carries are no longer open.

    Raises what ``acts.send_back`` raises, and ``ValidationError`` keyed by ``reason``, ``comment``, ``clause``.
    """
    wrong: dict[str, str] = {}
    if reason_code not in reasons_for(filing.document_kind):
        wrong["reason"] = "从清单里选一个退回原因。"
    if not comment.strip():
        wrong["comment"] = "写一句要单位改什么、为什么。"
    elif len(comment) > COMMENT_LIMIT:
        wrong["comment"] = f"写了 {len(comment)} 字，最多 {COMMENT_LIMIT} 字。"
    if len(clause) > CLAUSE_LIMIT:
        wrong["clause"] = f"写了 {len(clause)} 字，最多 {CLAUSE_LIMIT} 字。"
    if wrong:
        raise ValidationError(wrong)
    acts.send_back(
        step,
        filing,
        actor=actor,
        version=version,
        comment=comment.strip(),
        places=places,
        reason_code=reason_code,
        clause=clause.strip(),
    )
    kept = ReturnNote.objects.of(filing).filter(author=actor, used_in__isnull=True)
    kept.filter(path__in=[place.path for place in places]).update(used_in=last_round(filing))


def undone_words(filing: FilledFiling, user: User) -> str:
    """What this person wrote in a return that they have just taken back, to begin the next one with."""
    acts = AuditRecord.objects.filter(
        content_type=ContentType.objects.get_for_model(type(filing)), object_id=filing.pk
    )
    latest = list(acts.exclude(to_state="").order_by("-sequence").values_list("action", "actor", "comment")[:2])
    if [action for action, *_ in latest] != ["undo", "return"] or latest[1][1] != user.pk:
        return ""
    return latest[1][2]


def said(filing: FilledFiling, document: Any, paths: Iterable[str]) -> str:
    """The places in one breath: “立项依据、预算资金、绩效指标第 9、10、13 行”."""
    rows = {
        table: {row.row_id: number for number, row in enumerate(getattr(document, table), 1)}
        for table in filing.tables
    }
    edition = filing.edition
    parts: list[str] = []
    numbers: dict[str, list[int]] = {}
    for path in in_form_order(edition, paths):
        table, _, rest = path.partition(".")
        number = rows.get(table, {}).get(rest.split(".")[0], 0) if rest else 0
        if not number:
            parts.append(place_words(filing, path, document))
            continue
        if table not in numbers:
            numbers[table] = []
            parts.append(f"\0{table}")
        if number not in numbers[table]:
            numbers[table].append(number)
    for table, found in numbers.items():
        term = edition.fields[table].term if table in edition.fields else table
        words = f"{term}第 {'、'.join(str(number) for number in sorted(found))} 行"
        parts[parts.index(f"\0{table}")] = words
    return "、".join(parts)


def choices(filing: FilledFiling, document: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place that a return can name, by section: the section itself, what is typed in it, its rows and some cells."""
    groups = []
    for number, section in enumerate(filing.edition.sections, 1):
        places = [(f"section:{section.key}", f"整节：{section.title}")]
        for field in filing.typed_fields(section):
            if len(section.fields) > 1 or field.key in filing.tables:
                places.append((field.key, field.term))
            if field.key in filing.tables:
                places += _row_choices(filing, document, field.key)
        groups.append((f"{number}　{section.title}", places))
    return groups


def _row_choices(filing: FilledFiling, document: Any, table: str) -> list[tuple[str, str]]:
    labels = filing.cell_labels(table)
    found = []
    for number, row in enumerate(getattr(document, table), 1):
        name = row.name if len(row.name) <= 24 else f"{row.name[:24]}……"
        found.append((f"{table}.{row.row_id}", f"第 {number} 行　{name}"))
        found += [
            (f"{table}.{row.row_id}.{column}", f"第 {number} 行　{name}：{label}")
            for column, label in labels.items()
        ]
    return found
