"""The trail of the entrance: who came in, who left, who was refused (等保 2.0 三级 8.1.4.3 a and b)."""

from perfgoals.accounts.models import User
from perfgoals.audit.trail import record

SHOWN = 2


def came_in(user: User) -> None:
    record(actor=user, action="sign_in", subject=user)


def left(user: User, *, idle: bool = False) -> None:
    """``idle``: the session ended by itself, because its person had gone away."""
    record(actor=user, action="session_end" if idle else "sign_out", subject=user)


def was_refused(username: str, *, locked: bool) -> None:
    """A wrong pair; ``locked`` where it was the one that locked the name.

    People type their password into the name field. The trail is kept for ever, so of a name that is nobody's it keeps
    the beginning only.
    """
    user = User.objects.filter(username=username).first()
    changes = {} if user else {"username": masked(username)}
    why = "账号已停用。" if user and not user.is_active else ""
    record(actor=user, action="sign_in_failed", subject=user, comment=why, changes=changes)
    if locked:
        record(actor=user, action="lockout", subject=user, changes=changes)


def masked(username: str) -> str:
    """The first characters of what was typed, and that there were more."""
    return username[:SHOWN] + "…" * (len(username) > SHOWN)
