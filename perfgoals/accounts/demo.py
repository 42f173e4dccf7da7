"""Accounts of the demonstration: one password for all of them, printed on the sign-in page."""

from django.conf import settings

from perfgoals.accounts.models import User

DEMO_PASSWORD = "Yanshi-2020"


def demo_accounts() -> list[User]:
    """The demo accounts to offer on the sign-in page; none outside demo mode."""
    if not settings.DEMO:
        return []
    return list(User.objects.filter(is_demo=True, is_active=True).select_related("organization").order_by("pk"))
