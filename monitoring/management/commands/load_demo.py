"""``manage.py load_demo``: published forms, demo accounts, drafts and seasons under way; again and again with the same result."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from declarations import demo, demo_season
from evaluations import demo as demo_evaluations
from evaluations import demo_season as demo_evaluation_season
from monitoring import demo as demo_monitoring
from monitoring import demo_tasks


class Command(BaseCommand):
    help = "载入公开的表、演示账号、草稿、已送审的表、自评表和监控表（只在演示或调试环境里）。可以重复运行，结果一样。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG or settings.TESTING):
            raise CommandError("只在演示或调试环境里载入演示数据（PERFGOALS_DEMO=1）。演示账号的密码是公开的。")
        counts = demo.load()
        counts["送审的表"] = demo_season.load()
        counts |= demo_evaluations.load()
        counts["送审的自评表"] = demo_evaluation_season.load()
        counts |= demo_monitoring.load()
        counts["整改任务"] = demo_tasks.load()
        self.stdout.write("演示数据已就绪：" + "，".join(f"{what} {number}" for what, number in counts.items()))
