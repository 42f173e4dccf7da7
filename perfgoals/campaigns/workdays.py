"""Working days until a deadline: Monday to Friday, and moved holidays (调休) where ``holidays.toml`` knows the year."""

import datetime
import tomllib
from functools import cache
from pathlib import Path

from django.utils import timezone

SOURCE = Path(__file__).with_name("holidays.toml")


@cache
def _moved() -> tuple[frozenset[datetime.date], frozenset[datetime.date]]:
    """Weekdays off and weekend days worked, of all years that are known."""
    off: set[datetime.date] = set()
    worked: set[datetime.date] = set()
    for year in tomllib.loads(SOURCE.read_text("utf-8")).values():
        for first, last in year["off"]:
            off |= {first + datetime.timedelta(days=number) for number in range((last - first).days + 1)}
        worked |= set(year["worked"])
    return frozenset(day for day in off if day.weekday() < 5), frozenset(worked)


def knows_year(year: int) -> bool:
    """Whether the moved holidays of this year are known; else days are counted by the week alone."""
    return str(year) in tomllib.loads(SOURCE.read_text("utf-8"))


def is_working_day(day: datetime.date) -> bool:
    off, worked = _moved()
    return day in worked or (day.weekday() < 5 and day not in off)


def after_working_days(start: datetime.date, days: int) -> datetime.date:
    """The last of ``days`` working days that follow ``start``; the day itself does not count."""
    day = start
    while days > 0:
        day += datetime.timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days_left(until: datetime.datetime, *, today: datetime.date | None = None) -> int:
    """Working days from today to the day of ``until``, both counted; 0 once that day has passed."""
    first, last = today or timezone.localdate(), timezone.localdate(until)
    days = (last - first).days + 1
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    by_week = weeks * 5 + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))
    off, worked = _moved()
    return by_week - sum(first <= day <= last for day in off) + sum(first <= day <= last for day in worked)
