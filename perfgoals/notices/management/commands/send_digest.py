"""``manage.py send_digest``: the daily e-mails, by hand or from cron. A second run of the same day sends nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from perfgoals.notices.digest import send_digests


class Command(BaseCommand):
    help = "发当天的邮件摘要。同一天再运行一次，不会重发。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", default="", help="当作这个时刻来发，如 2026-10-16T08:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["now"]:
            try:
                moment = parse_datetime(options["now"])
            except ValueError:
                moment = None
            if moment is None:
                raise CommandError(f"读不懂时刻“{options['now']}”。请写成 2026-10-16T08:00+08:00 的样子。")
            now = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        summary = send_digests(now)
        self.stdout.write(
            f"发出 {summary.sent} 封，没有发出 {summary.failed} 封，没有登记邮箱 {summary.no_address} 人。"
        )
