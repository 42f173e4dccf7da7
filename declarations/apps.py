"""The app of performance targets."""

from django.apps import AppConfig


class DeclarationsConfig(AppConfig):
    name = "declarations"
    verbose_name = "绩效目标"

    def ready(self) -> None:
        from declarations.campaigning.kind import KIND
        from declarations.models import Declaration
        from declarations.starting import FILLED_BY_UNITS
        from perfgoals.campaigns import kinds
        from perfgoals.reviewing import inbox

        for kind in FILLED_BY_UNITS:
            kinds.register(kind, KIND)
        inbox.register(inbox.Desk("绩效目标", Declaration))
