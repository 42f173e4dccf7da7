"""Finding records: by person, act, words, days, object; page by page along the chain."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_date

from perfgoals.audit.models import AuditRecord
from perfgoals.audit.wording import SUBJECTS
from perfgoals.searching import plain, words

KEYS = ("person", "action", "text", "since", "until", "kind", "subject")
PER_PAGE = 50
# A column that holds the name of an object, whatever its model calls it.
_NAME_COLUMNS = ("project_name", "name")


def conditions(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked, cut to the keys there are; empty ones left out."""
    return {key: text for key in KEYS if (text := plain(asked.get(key, "")))}


def search(records: QuerySet[AuditRecord], asked: Mapping[str, str]) -> QuerySet[AuditRecord]:
    """The records that fit all conditions. What cannot be read as a condition (a day that is none) finds nothing away."""
    for word in words(asked.get("person", "")):
        records = records.filter(Q(actor__name__icontains=word) | Q(actor__username__icontains=word))
    if action := asked.get("action"):
        records = records.filter(action=action)
    if since := _midnight(asked.get("since", "")):
        records = records.filter(at__gte=since)
    if until := _midnight(asked.get("until", "")):
        records = records.filter(at__lt=until + datetime.timedelta(days=1))
    records = _about(records, asked.get("kind", ""), asked.get("subject", ""))
    for word in words(asked.get("text", "")):
        records = _saying(records, word)
    return records


def _midnight(text: str) -> datetime.datetime | None:
    """The beginning of that day in Beijing."""
    try:
        day = parse_date(text)
    except ValueError:  # 2026-02-30
        return None
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time())) if day else None


def _model(name: str) -> type[Model] | None:
    try:
        return apps.get_model(name) if name in SUBJECTS else None
    except LookupError:
        return None


def _about(records: QuerySet[AuditRecord], kind: str, subject: str) -> QuerySet[AuditRecord]:
    """``subject`` is ``declarations.declaration:7``; ``kind`` only the part before the colon."""
    name, _, key = subject.partition(":")
    model = _model(name or kind)
    if model is None:
        return records
    records = records.filter(content_type=ContentType.objects.get_for_model(model))
    return records.filter(object_id=int(key)) if key.isdecimal() and len(key) < 19 else records


def _saying(records: QuerySet[AuditRecord], word: str) -> QuerySet[AuditRecord]:
    """The word stands in the comment, in a changed value, or in the name of the object as it is today."""
    records = records.annotate(said=Cast("changes", TextField()))
    fits = Q(comment__icontains=word) | Q(said__icontains=word)
    # SQLite keeps JSON as Django wrote it, with 汉字 as \uXXXX.
    fits |= Q(said__icontains=json.dumps(word)[1:-1])
    for name in SUBJECTS:
        model = _model(name)
        columns = {field.name for field in model._meta.fields} if model else set()
        column = next((name for name in _NAME_COLUMNS if name in columns), None)
        if model is None or column is None:  # an object without a name of its own
            continue
        named = model._default_manager.filter(**{f"{column}__icontains": word}).values("pk")
        fits |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=named)
    return records.filter(fits)


@dataclass(frozen=True)
class Page:
    """Up to fifty records, the latest first, and where the neighbouring pages begin."""

    entries: list[AuditRecord]
    has_newer: bool
    has_older: bool

    @property
    def newest(self) -> int:
        return self.entries[0].sequence if self.entries else 0

    @property
    def oldest(self) -> int:
        return self.entries[-1].sequence if self.entries else 0


def page_of(records: QuerySet[AuditRecord], *, before: str = "", after: str = "") -> Page:
    """The records before or after a place in the chain. Nothing is counted and nothing skipped, however long it is."""
    records = records.select_related("actor__organization", "content_type").prefetch_related("subject")
    if _is_place(after):
        found = list(records.filter(sequence__gt=int(after)).order_by("sequence")[: PER_PAGE + 1])
        return Page(found[:PER_PAGE][::-1], len(found) > PER_PAGE, True)
    is_later = _is_place(before)
    if is_later:
        records = records.filter(sequence__lt=int(before))
    found = list(records.order_by("-sequence")[: PER_PAGE + 1])
    return Page(found[:PER_PAGE], is_later, len(found) > PER_PAGE)


def _is_place(text: str) -> bool:
    return text.isdecimal() and len(text) < 19
