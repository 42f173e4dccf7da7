"""Password rules beyond Django's own (three of four character classes, none of the last five) and changing one."""

import datetime
import secrets

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.audit.trail import record

REMEMBERED = 5
# Read from paper and typed by hand: no 0 O 1 l I.
_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"


class CharacterClassValidator:
    """At least three of: upper case, lower case, digits, other (等保 2.0 三级 8.1.4.1 a, practice value)."""

    def validate(self, password: str, user: User | None = None) -> None:
        classes = (str.isupper, str.islower, str.isdigit, _is_other)
        if sum(any(is_class(c) for c in password) for is_class in classes) < 3:
            raise ValidationError("大写字母、小写字母、数字、符号四类里至少要有三类。")

    def get_help_text(self) -> str:
        return "大写字母、小写字母、数字、符号四类里至少有三类"


def _is_other(character: str) -> bool:
    """Signs, spaces, 汉字: whatever is neither a letter with a case nor a digit."""
    return not (character.isupper() or character.islower() or character.isdigit())


class HistoryValidator:
    """Not one of the last ``remembered`` passwords of this person, the present one included."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self.remembered = remembered

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or not user.password:
            return
        if any(check_password(password, old) for old in [user.password, *_history(user)][: self.remembered]):
            raise ValidationError(f"最近 {self.remembered} 次用过的密码不能再用。")

    def get_help_text(self) -> str:
        return f"不是最近 {self.remembered} 次用过的密码"


def _history(user: User) -> list[str]:
    """Hashes of earlier passwords, the latest first."""
    return list(user.password_history or [])


def replace_password(user: User, password: str, *, must_change: bool) -> None:
    """Write a password and remember the hash of the one before. The caller records the act."""
    if user.has_usable_password():
        user.password_history = [user.password, *_history(user)][:REMEMBERED]
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "password_history", "must_change_password", "password_changed_at"])


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """The person's own choice, already validated. Ends their other sessions, because the session hash changes."""
    replace_password(user, password, must_change=False)
    record(actor=user, action="password_change", subject=user)


def one_time_password() -> str:
    """Twelve characters in groups of four, every class in it, none that looks like another."""
    letters = [secrets.choice(_UPPER), secrets.choice(_LOWER), secrets.choice(_DIGITS)]
    letters += [secrets.choice(_UPPER + _LOWER + _DIGITS) for _ in range(9)]
    secrets.SystemRandom().shuffle(letters)
    text = "".join(letters)
    return "-".join((text[:4], text[4:8], text[8:]))


def days_until_old(user: User) -> int | None:
    """Days until the password must be changed (0: now); ``None`` where passwords do not grow old."""
    if not settings.PASSWORD_MAX_AGE_DAYS or user.is_demo:
        return None
    end = user.password_changed_at + datetime.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
    return max(0, (end - timezone.now()).days)
