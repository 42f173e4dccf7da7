"""The documents app; starting it registers its system checks."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "perfgoals.documents"
    verbose_name = "文档"

    def ready(self) -> None:
        from perfgoals.documents import checks, rendering  # noqa: F401

        rendering.register("monitoring", rendering.monitoring_files)
