"""The daily e-mail: one per person, of what is unread and was in no earlier e-mail, and of deadlines that are near.

A run of the same day sends nothing twice: each person's ``Delivery`` is claimed by a conditional UPDATE before its
e-mail leaves. What failed is tried again by the next run, three times in all.
"""

import datetime
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from perfgoals.accounts.models import User
from perfgoals.notices.models import Delivery, DeliveryState, DigestDay, Notice, NoticeKind
from perfgoals.notices.telling import tell

logger = logging.getLogger(__name__)

TRIES = 3
STALE = datetime.timedelta(hours=1)  # a sender that died in between is given up after this
AGAIN = datetime.timedelta(minutes=30)  # between two tries of a worker
_SHOWN = 30  # lines of one e-mail


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline that is near for one person. ``settings.DEADLINE_SOURCES`` names functions that list them."""

    person: User
    text: str
    url: str
    about: models.Model


Source = Callable[[datetime.datetime], Iterable[Deadline]]


@dataclass(slots=True)
class Summary:
    """What a run did."""

    sent: int = 0
    failed: int = 0
    no_address: int = 0


def send_digests(now: datetime.datetime | None = None) -> Summary:
    """Note the deadlines of the day, and send everybody who has something to hear and has had none today a digest."""
    now = now or timezone.now()
    day, summary = timezone.localdate(now), Summary()
    _note_deadlines(now)
    unread: dict[int, list[Notice]] = defaultdict(list)
    waiting = Notice.objects.filter(
        read_at__isnull=True, delivery=None, person__is_active=True, created_at__lte=max(now, timezone.now())
    )
    for notice in waiting.select_related("person").order_by("created_at", "pk"):
        unread[notice.person_id].append(notice)
    for notices in unread.values():
        _send(notices[0].person, day, notices, summary)
    _retry(day, set(unread), summary)
    return summary


def _note_deadlines(now: datetime.datetime) -> None:
    """Each deadline of the day is a notice too, once; the one of two days ago has nothing more to say."""
    for deadline in _deadlines(now):
        mine = Notice.objects.filter(person=deadline.person, kind=NoticeKind.CLOSING, url=deadline.url)
        if mine.filter(text=deadline.text).exists():
            continue
        mine.filter(read_at__isnull=True).update(read_at=timezone.now())
        tell([deadline.person], NoticeKind.CLOSING, deadline.text, deadline.url, about=deadline.about)


def _deadlines(now: datetime.datetime) -> Iterable[Deadline]:
    for path in settings.DEADLINE_SOURCES:
        source: Source = import_string(path)
        yield from source(now)


def _send(person: User, day: datetime.date, notices: list[Notice], summary: Summary) -> None:
    delivery = _claimed(person, day)
    if delivery is None:
        return
    items = len(notices)
    if not person.email:
        _finish(delivery, DeliveryState.NO_ADDRESS, items=items)
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(delivery=delivery)
        summary.no_address += 1
        return
    urgent_first = sorted(notices, key=lambda notice: notice.kind != NoticeKind.CLOSING)
    lines = [(notice.text, notice.url) for notice in urgent_first]
    message = EmailMessage(subject_of(notices), text_of(person, lines), settings.EMAIL_FROM, [person.email])
    try:
        message.send()
    except Exception as failure:  # whatever the mail server said: it is kept and shown to the administrator
        logger.warning("digest not sent", exc_info=True)
        _finish(delivery, DeliveryState.FAILED, error=_in_words(failure), items=items)
        summary.failed += 1
        return
    with transaction.atomic():
        _finish(delivery, DeliveryState.SENT, items=items)
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(delivery=delivery)
    summary.sent += 1


def _claimed(person: User, day: datetime.date) -> Delivery | None:
    """This person's delivery of the day, if it is ours to send now."""
    delivery, _ = Delivery.objects.get_or_create(person=person, day=day, channel="email")
    open_states = models.Q(state__in=(DeliveryState.WAITING, DeliveryState.FAILED), tries__lt=TRIES)
    # An e-mail whose sender died may have left or not: it is said to have failed, and tried again.
    died = models.Q(state=DeliveryState.SENDING, changed_at__lt=timezone.now() - STALE, tries__lt=TRIES)
    rows = Delivery.objects.filter(open_states | died, pk=delivery.pk)
    claim = {
        "state": DeliveryState.SENDING,
        "tries": models.F("tries") + 1,
        "address": person.email,
        "changed_at": timezone.now(),
    }
    return delivery if rows.update(**claim) else None


def _finish(delivery: Delivery, state: DeliveryState, *, error: str = "", items: int) -> None:
    outcome = {"state": state, "error": error[:300], "items": items, "changed_at": timezone.now()}
    Delivery.objects.filter(pk=delivery.pk).update(**outcome)


def _retry(day: datetime.date, known: set[int], summary: Summary) -> None:
    """Failed deliveries whose notices were all read meanwhile have nothing left to say."""
    gone = Delivery.objects.filter(day=day, state=DeliveryState.FAILED, tries__lt=TRIES).exclude(
        person__in=known
    )
    gone.update(error="没有再发：收件人已经在网站上看过。")


def subject_of(notices: list[Notice]) -> str:
    is_urgent = any(notice.kind == NoticeKind.CLOSING for notice in notices)
    return f"预算绩效目标：{'快到截止时间' if is_urgent else '有新消息'}，{len(notices)} 条"


def text_of(person: User, lines: list[tuple[str, str]]) -> str:
    """The e-mail as plain text: every line with its address on this site."""
    shown = [
        f"{number}. {text}\n   {settings.BASE_URL}{url}" for number, (text, url) in enumerate(lines[:_SHOWN], 1)
    ]
    more = len(lines) - len(shown)
    rest = [f"另有 {more} 条，登录后在“消息”里看。"] if more else []
    foot = "这封邮件每天最多一封。看过的消息和已经送审的表不再提醒。请不要回复这个邮箱。"
    return "\n\n".join([f"{person.name}，您好：", *shown, *rest, f"—— 预算绩效目标\n{foot}\n"])


def _in_words(failure: Exception) -> str:
    """What the administrator reads: what kind of failure, and what the mail server said."""
    kinds = {
        "SMTPRecipientsRefused": "邮件服务器不收这个地址",
        "SMTPAuthenticationError": "邮件服务器不认账号和密码",
        "SMTPServerDisconnected": "邮件服务器断开了连接",
        "ConnectionRefusedError": "连不上邮件服务器",
        "TimeoutError": "邮件服务器没有应答",
        "gaierror": "找不到邮件服务器",
    }
    return f"{kinds.get(type(failure).__name__, '没有发出')}：{failure}"


def _has_failed(day: datetime.date, *, before: datetime.datetime) -> bool:
    failed = Delivery.objects.filter(day=day, state=DeliveryState.FAILED, tries__lt=TRIES)
    return failed.filter(changed_at__lt=before).exists()


def send_due(now: datetime.datetime | None = None) -> bool:
    """Called by the workers every few seconds: the first one after ``DIGEST_HOUR`` sends the day's digests.

    What failed is tried again half an hour later. Returns whether anything was to be done.
    """
    now = now or timezone.now()
    local = timezone.localtime(now)
    if settings.DIGEST_HOUR is None or local.hour < settings.DIGEST_HOUR:
        return False
    if DigestDay.objects.filter(day=local.date()).exists():
        if not _has_failed(local.date(), before=now - AGAIN):
            return False
    else:
        try:
            with transaction.atomic():
                DigestDay.objects.create(day=local.date())
        except IntegrityError:  # another worker was faster
            return False
    summary = send_digests(now)
    logger.info("digests sent", extra={"sent": summary.sent, "failed": summary.failed})
    return True
