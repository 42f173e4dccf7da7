"""``manage.py verify_audit``: is the trail whole?"""

from typing import Any

from django.core.management.base import BaseCommand

from perfgoals.audit import trail
from perfgoals.audit.models import AuditHead


class Command(BaseCommand):
    help = "检查操作留痕有没有被改动、删除、插入或换序；有则逐条说明，退出码 1。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for place in trail.breaks():
            found += 1
            self.stdout.write(place.message)
        head = AuditHead.objects.filter(pk=1).first() or AuditHead()
        if found:
            self.stdout.write(f"共 {found} 处不对。")
            raise SystemExit(1)
        self.stdout.write(f"{head.sequence} 条记录，没有被动过。末条摘要：{head.digest or '（空）'}")
        self.stdout.write("把末条摘要抄存到别处，以后能证明末尾没有被整段换掉。")
