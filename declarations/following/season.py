"""A whole season of forms opened in one job: one item per unit, counted in forms (``settings.JOB_KINDS``).

Items may run twice (a killed worker): what is there is left alone. The job's file lists what became of every form.
"""

import json
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db.models import Count
from django.utils import timezone

from declarations.following.kind import Following
from declarations.following.opening import not_opened, open_for_unit
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns.announcing import tell_opened
from perfgoals.campaigns.models import Campaign
from perfgoals.excel import write_list
from perfgoals.jobs import queue
from perfgoals.jobs.kinds import ItemFailed, JobKind, Planned
from perfgoals.jobs.models import ItemState, Job, JobItem

COLUMNS = (("单位", "unit", 30), ("项目", "project", 44), ("结果", "result", 14), ("原因", "why", 50))


class Season:
    """The job that opens a season of one kind; ``name`` is that of the job kind."""

    def __init__(self, kind: Following, name: str) -> None:
        self.kind, self.name = kind, name

    def start(self, campaign: Campaign, *, owner: User) -> Job:
        """Open what is missing of this campaign's forms, in the background. Raises ``PermissionDenied``."""
        title = f"从批复的目标建{self.kind.noun}：{campaign.name}"
        return queue.start(self.name, {"campaign": campaign.pk}, owner=owner, title=title)

    def job_kind(self) -> JobKind:
        return JobKind(
            self.name,
            lambda user: user.role == Role.BUSINESS_ADMIN,
            self._plan,
            self._work,
            self._assemble,
            lambda job: f"建{self.kind.noun} {timezone.localtime(job.created_at):%Y%m%d-%H%M}.xlsx",
            home=("declarations:campaigns", "批次", "campaigns"),
            verb="建表",
            is_export=False,
        )

    def _campaign(self, user: User, params: dict[str, Any]) -> Campaign | None:
        found = Campaign.objects.visible_to(user).filter(pk=params["campaign"], kind=self.kind.campaign_kind)
        campaign = found.first()
        return campaign if campaign is not None and self.kind.may_open_season(user, campaign) else None

    def _plan(self, user: User, params: dict[str, Any]) -> Iterator[Planned]:
        campaign = self._campaign(user, params)
        if campaign is None:
            return
        missing = not_opened(self.kind, campaign).order_by("organization__code")
        units = missing.values_list("organization", "organization__name").annotate(
            forms=Count("project", distinct=True)
        )
        for pk, name, forms in units:
            yield Planned(str(pk), name, units=forms)

    def _work(self, item: JobItem, out: IO[bytes], report: Callable[[int], None]) -> str:
        owner = item.job.owner
        campaign = self._campaign(owner, item.job.params)
        organization = Organization.objects.visible_to(owner).filter(pk=item.key).first()
        if campaign is None or organization is None:
            raise ItemFailed("批次已关闭，或这个单位已不在您的范围内，没有建。")
        opened = open_for_unit(self.kind, organization, campaign, actor=owner, report=report)
        tell_opened(campaign, organization, len(opened.made), self.kind.noun, by=owner)
        if opened.failed:
            names = "；".join(f"“{name}”{why}" for name, why in opened.failed)
            raise ItemFailed(
                f"没有建成 {len(opened.failed)} 张：{names} 其余 {len(opened.made)} 张已建。"[:2000]
            )
        lines = [(organization.name, name, "新建", "") for name in opened.made]
        lines += [(organization.name, name, "原来就有", "") for name in opened.there]
        out.write(json.dumps(lines, ensure_ascii=False).encode())
        return item.label

    def _assemble(self, job: Job, out: IO[bytes]) -> None:
        write_list(out, f"建{self.kind.noun}", COLUMNS, _lines(job))


def _lines(job: Job) -> Iterator[tuple[str, ...]]:
    """Units that failed first: somebody has to look at them."""
    for item in job.items.filter(state=ItemState.FAILED).iterator(500):
        yield (item.label, "", "没有建成", item.error)
    for output in job.items.filter(state=ItemState.DONE).values_list("output", flat=True).iterator(500):
        with default_storage.open(output) as source:
            yield from (tuple(line) for line in json.loads(source.read()))
