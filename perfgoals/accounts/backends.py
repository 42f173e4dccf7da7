"""Who may come in with the right password."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from perfgoals.accounts.models import User


class OfficeBackend(ModelBackend):
    """Django's own, except that demo accounts stay outside wherever real people work.

    Django asks again on every request, so switching an account off ends its sessions at once.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        if isinstance(user, User) and user.is_demo and not settings.LOCAL:
            return False
        return super().user_can_authenticate(user)
