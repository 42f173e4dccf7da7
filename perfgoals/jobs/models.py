"""Long work as rows: a job and its items are the truth, whatever engine carries the messages.

An item is leased to one worker at a time; a lease that has run out may be taken by another. Work on an item is
idempotent: it writes to a name of its own and only then says done.
"""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


def scope_of(user: "User") -> str:
    """What decides which data a person sees: role, unit and region. A job is made within it."""
    region = user.organization.region_id if user.organization is not None else ""
    return f"{user.role}/{user.organization_id or ''}/{region}"


class JobState(models.TextChoices):
    WORKING = "working", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "没有做成"
    CANCELLED = "cancelled", "已停止"


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "User") -> "JobQuerySet":
        """One's own jobs of kinds that still exist, made in the role and place one has now.

        What was made for an office that one has left is no longer one's own; the right is asked again besides.
        """
        from perfgoals.jobs import kinds

        return self.filter(owner=user, scope=scope_of(user), kind__in=kinds.names())

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state=JobState.WORKING)


class Job(models.Model):
    """One piece of long work: what to do, for whom, how far it is, and the file it made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("内容", max_length=200)
    params = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="操作人"
    )
    scope = models.CharField(max_length=60, editable=False)  # ``scope_of`` its owner at the start
    state = models.CharField("状态", max_length=12, choices=JobState, default=JobState.WORKING)
    error = models.TextField("原因", blank=True)
    created_at = models.DateTimeField("开始时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    expires_at = models.DateTimeField("保留到", null=True)
    result = models.CharField(max_length=200, blank=True)  # name in the default storage
    result_name = models.CharField("文件名", max_length=200, blank=True)
    result_size = models.PositiveBigIntegerField("大小", default=0)
    # When messages were last sent for it: recovery sends new ones at most once per lease.
    dispatched_at = models.DateTimeField(default=timezone.now)
    # Who puts the items together at the end, and until when that claim holds.
    finishing_by = models.CharField(max_length=40, blank=True)
    finishing_until = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_of_owner"),
            models.Index(fields=["state"], name="job_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_working(self) -> bool:
        return self.state == JobState.WORKING

    @property
    def is_downloadable(self) -> bool:
        return bool(self.result) and self.expires_at is not None and self.expires_at > timezone.now()

    def progress(self) -> "Progress":
        """How far it is, counted from the items: one query."""
        sums = self.items.aggregate(
            total=Sum("units"),
            done=Sum("units_done"),
            failed=models.Count("pk", filter=Q(state=ItemState.FAILED)),
        )
        return Progress(sums["done"] or 0, sums["total"] or 0, sums["failed"] or 0)


class Progress:
    """Units done of units in all; an item counts one unit, a long list its rows."""

    def __init__(self, done: int, total: int, failed: int) -> None:
        self.done, self.total, self.failed = done, total, failed

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when everything is done."""
        return 100 if self.done >= self.total else self.done * 100 // self.total


class ItemState(models.TextChoices):
    OPEN = "open", "等待"
    DONE = "done", "完成"
    FAILED = "failed", "失败"


class JobItem(models.Model):
    """One piece of a job, done by one worker at a time."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    label = models.CharField("项目", max_length=300)
    state = models.CharField("状态", max_length=8, choices=ItemState, default=ItemState.OPEN)
    units = models.PositiveIntegerField(default=1)
    units_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True)
    output = models.CharField(max_length=200, blank=True)
    error = models.TextField("原因", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="job_item_once", fields=["job", "position"])]
        indexes = [models.Index(fields=["job", "state", "position"], name="job_item_open")]

    def __str__(self) -> str:
        return self.label


class WorkerBeat(models.Model):
    """A worker process that is alive; the readiness page and the export screen look here."""

    worker = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
