"""Failed sign-ins and the lock after too many of them. The only module that knows django-axes.

Failures are counted by the name that was typed, whether or not such an account exists, so the answers tell nobody
which names do.
"""

import datetime
from collections import defaultdict

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import QuerySet

COOL_OFF = datetime.timedelta(hours=settings.AXES_COOLOFF_TIME)


def failures_of(username: str, *, at: datetime.datetime) -> int:
    """Failed attempts under this name that still count."""
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=at - COOL_OFF)
    return sum(attempts.values_list("failures_since_start", flat=True))


def attempts_left(username: str, *, at: datetime.datetime) -> int:
    """How often one may still try before the name is locked."""
    return max(0, settings.AXES_FAILURE_LIMIT - failures_of(username, at=at))


def locked_names(*, at: datetime.datetime) -> dict[str, datetime.datetime]:
    """Every locked name, and when it opens again. One query, over the failures of the last half hour."""
    return _locked(AccessAttempt.objects.filter(attempt_time__gt=at - COOL_OFF))


def locked_until(username: str, *, at: datetime.datetime) -> datetime.datetime | None:
    """When this name opens again; ``None`` where it is not locked."""
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=at - COOL_OFF)
    return _locked(attempts).get(username)


def unlock(username: str) -> None:
    """Forget the failures under this name."""
    reset(username=username)


def _locked(attempts: QuerySet[AccessAttempt]) -> dict[str, datetime.datetime]:
    rows = defaultdict(list)
    for name, last, count in attempts.values_list("username", "attempt_time", "failures_since_start"):
        rows[name].append((last, count))
    moments = {name: _opens_at(counted) for name, counted in rows.items()}
    return {name: moment for name, moment in moments.items() if moment is not None}


def _opens_at(counted: list[tuple[datetime.datetime, int]]) -> datetime.datetime | None:
    """When enough of the failures have grown old; ``None`` where there are too few to lock."""
    total = sum(count for _, count in counted)
    opens = None
    for last, count in sorted(counted):
        if total < settings.AXES_FAILURE_LIMIT:
            break
        total -= count
        opens = last + COOL_OFF
    return opens
