"""The app of monitoring reports; last in the list, it may import every other."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "绩效运行监控"

    def ready(self) -> None:
        from declarations import built_on
        from declarations.checkup import carrying
        from evaluations import known
        from monitoring.campaign_kind import KIND as SEASONS
        from monitoring.carrying import carried
        from monitoring.models import MonitoringReport
        from monitoring.opening import built_from
        from monitoring.rendering import KIND, find
        from monitoring.telling import known_from_monitoring
        from perfgoals.campaigns import kinds
        from perfgoals.campaigns.models import CampaignKind
        from perfgoals.documents import rendering
        from perfgoals.reviewing import inbox

        kinds.register(CampaignKind.MONITORING, SEASONS)
        rendering.register(KIND, find)
        built_on.register(built_from)
        carrying.register(carried)
        known.register(known_from_monitoring)
        inbox.register(inbox.Desk("运行监控", MonitoringReport))
