"""The app of self-evaluations; last in the list, it may import every other."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "绩效自评"

    def ready(self) -> None:
        from evaluations.rendering import KIND, find
        from perfgoals.documents import rendering

        rendering.register(KIND, find)
