"""The accounts app; starting it registers its system checks."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "perfgoals.accounts"
    verbose_name = "账号和单位"

    def ready(self) -> None:
        from perfgoals.accounts import checks  # noqa: F401
