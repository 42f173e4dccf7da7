"""移交: who took over the open work of whom. History keeps its names; only what is still open moves."""

import datetime

from django.db import models
from django.db.models import F, Q

from perfgoals.accounts.models import User


class Handover(models.Model):
    """One act of handing over, and how much moved (by kind of work, see whoever wrote it)."""

    giver = models.ForeignKey(User, models.PROTECT, related_name="handed_over", verbose_name="移交人")
    taker = models.ForeignKey(User, models.PROTECT, related_name="taken_over", verbose_name="接手人")
    reason = models.CharField("原因", max_length=200)
    moved = models.JSONField("移交的事", default=dict)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "移交"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="handover_to_somebody_else", condition=~Q(giver=F("taker"))),
            models.CheckConstraint(name="handover_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"


def givers_of(user: User) -> dict[int, datetime.datetime]:
    """Whose open work is this person's now, through any number of hands, and until when it was the giver's own.

    What the giver begins after handing over is not covered. One query; people change a few times in a life.
    """
    holders: dict[int, tuple[int, datetime.datetime]] = {}
    for giver, taker, at in Handover.objects.order_by("pk").values_list("giver", "taker", "made_at"):
        holders[giver] = (taker, at)
        holders.pop(taker, None)  # somebody who takes over is there again
    return {
        giver: at
        for giver, (_, at) in holders.items()
        if giver != user.pk and _last_hand(giver, holders) == user.pk
    }


def _last_hand(giver: int, holders: dict[int, tuple[int, datetime.datetime]]) -> int:
    """Who holds the giver's work in the end. Handovers are in order, so no circle is left."""
    holder = giver
    for _ in range(len(holders)):
        if holder not in holders:
            break
        holder = holders[holder][0]
    return holder


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def on(self, day: datetime.date) -> "DeputyQuerySet":
        """Those that hold on this day, first and last included, between people who are still where they were."""
        return self.filter(
            first_day__lte=day,
            last_day__gte=day,
            ended_at__isnull=True,
            principal__organization=F("deputy__organization"),
            principal__is_active=True,
            deputy__is_active=True,
        )


class Deputy(models.Model):
    """代理: who may act with whose role, from one day to another. It grants a role, never a person's name."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="deputies", verbose_name="被代理人")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputizes", verbose_name="代理人")
    first_day = models.DateField("从")
    last_day = models.DateField("到")
    reason = models.CharField("原因", max_length=200)
    named_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="指定人")
    named_at = models.DateTimeField("时间", auto_now_add=True)
    ended_at = models.DateTimeField("提前结束", null=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = "代理"
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(name="deputy_is_somebody_else", condition=~Q(principal=F("deputy"))),
            models.CheckConstraint(name="deputy_days_in_order", condition=Q(first_day__lte=F("last_day"))),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.principal}"
