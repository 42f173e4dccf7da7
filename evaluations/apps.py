"""The app of self-evaluations; it may import every other but monitoring, which comes after it."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "绩效自评"

    def ready(self) -> None:
        from declarations import built_on
        from declarations.checkup import carrying
        from evaluations.campaign_kind import KIND as SEASONS
        from evaluations.carrying import carried
        from evaluations.models import Evaluation
        from evaluations.opening import built_from
        from evaluations.rendering import KIND, find
        from perfgoals.campaigns import kinds
        from perfgoals.campaigns.models import CampaignKind
        from perfgoals.documents import rendering
        from perfgoals.reviewing import inbox

        kinds.register(CampaignKind.EVALUATION, SEASONS)
        rendering.register(KIND, find)
        carrying.register(carried)
        built_on.register(built_from)
        inbox.register(inbox.Desk("绩效自评", Evaluation))
