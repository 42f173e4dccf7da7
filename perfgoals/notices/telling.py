"""Writing, reading and withdrawing notices. Acts call ``tell`` in their own transaction, with their own words."""

from collections.abc import Collection, Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.notices.models import Notice, NoticeKind


def tell(
    people: Iterable[User],
    kind: NoticeKind,
    text: str,
    url: str,
    *,
    about: models.Model | None = None,
    by: User | None = None,
) -> int:
    """One notice for each of ``people`` but ``by``, who knows it already; returns how many. Constant queries."""
    told = {person.pk: person for person in people if person.is_active and (by is None or person.pk != by.pk)}
    now = timezone.now()
    made = Notice.objects.bulk_create(
        Notice(person=person, kind=kind, text=text[:300], url=url, created_at=now, **_about(about))
        for person in told.values()
    )
    return len(made)


def tell_each(
    lines: Iterable[tuple[User, str, str]],
    kind: NoticeKind,
    *,
    about: models.Model | None = None,
    by: User | None = None,
) -> int:
    """Like ``tell`` where everybody gets words and an address of their own: (person, text, url). Constant queries."""
    now = timezone.now()
    made = Notice.objects.bulk_create(
        Notice(person=person, kind=kind, text=text[:300], url=url, created_at=now, **_about(about))
        for person, text, url in lines
        if person.is_active and (by is None or person.pk != by.pk)
    )
    return len(made)


def gather(people: Iterable[User], kind: NoticeKind, words: str, url: str, *, by: User | None = None) -> None:
    """Like ``tell`` for what comes by the hundred: an unread notice of this kind is counted up and says the latest.

    ``words`` holds ``{count}``.
    """
    told = [person for person in people if person.is_active and (by is None or person.pk != by.pk)]
    waiting = {
        notice.person_id: notice
        for notice in Notice.objects.filter(person__in=told, kind=kind, read_at__isnull=True)
    }
    now = timezone.now()
    for notice in waiting.values():
        notice.count += 1
        notice.text, notice.url, notice.created_at = words.format(count=notice.count)[:300], url, now
        notice.delivery = None  # says more than the e-mail that told it
    Notice.objects.bulk_update(waiting.values(), ["count", "text", "url", "created_at", "delivery"])
    Notice.objects.bulk_create(
        Notice(person=person, kind=kind, text=words.format(count=1)[:300], url=url, created_at=now)
        for person in told
        if person.pk not in waiting
    )


def settle(about: models.Model, kinds: Collection[NoticeKind], people: Collection[User] | None = None) -> None:
    """What these notices asked for is done: nobody (of ``people``) has to read them, no e-mail tells them any more."""
    rows = Notice.objects.filter(**_about(about), kind__in=kinds, read_at__isnull=True)
    if people is not None:
        rows = rows.filter(person__in=people)
    rows.update(read_at=timezone.now())


def withdraw(about: models.Model, kinds: Collection[NoticeKind]) -> None:
    """The act was taken back: what nobody has read yet was never said."""
    Notice.objects.filter(**_about(about), kind__in=kinds, read_at__isnull=True, delivery=None).delete()


def told_about(about: models.Model) -> bool:
    """Whether anybody was ever told about this object."""
    return Notice.objects.filter(**_about(about)).exists()


def unread_count(person: User) -> int:
    return Notice.objects.filter(person=person, read_at__isnull=True).count()


def mark_read(person: User, pks: Collection[int] | None = None) -> int:
    """Mark some or all of one's own notices as read; returns how many were not."""
    rows = Notice.objects.filter(person=person, read_at__isnull=True)
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    return rows.update(read_at=timezone.now())


def _about(about: models.Model | None) -> dict[str, object]:
    if about is None:
        return {}
    return {"content_type": ContentType.objects.get_for_model(type(about)), "object_id": about.pk}
