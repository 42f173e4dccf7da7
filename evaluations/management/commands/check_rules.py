"""``manage.py check_rules``: computes the test cases that ship with every rule set; exit 1 if one does not hold."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.rule_cases import failures
from perfgoals.editions import all_editions


class Command(BaseCommand):
    help = "逐个计算各套评分口径自带的用例，打印不符的，有不符时退出码为 1。"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        editions = [edition for edition in all_editions().values() if edition.scoring]
        wrong = [f"{edition.id}：{message}" for edition in editions for message in failures(edition)]
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            sys.exit(1)
        cases = sum(len(edition.scoring_cases) for edition in editions)
        self.stdout.write(f"{len(editions)} 套口径，{cases} 个用例，没有问题。")
