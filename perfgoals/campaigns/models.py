"""批次: in a year, one kind of filing on one form edition, with dates and a review chain."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from perfgoals.accounts.models import Organization, Region, User


class CampaignKind(models.TextChoices):
    DECLARATION = "declaration", "绩效目标申报"
    DISCLOSURE = "disclosure", "绩效目标公开"
    EVALUATION = "evaluation", "绩效自评"
    MONITORING = "monitoring", "绩效运行监控"


def period_words(month: int) -> str:
    """“1—7 月”; January alone is “1 月”."""
    return f"1—{month} 月" if month > 1 else "1 月"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        """Campaigns of the person's own region; keepers (三员) see none."""
        if user.organization is None or user.is_keeper:
            return self.none()
        return self.filter(region=user.organization.region_id)

    def open_at(self, moment: datetime.datetime) -> "CampaignQuerySet":
        """Campaigns in which one can start a form now. Closing is a deadline, not a lock: late forms are marked late."""
        return self.filter(Q(opens_at__isnull=True) | Q(opens_at__lte=moment), is_archived=False)


class Campaign(models.Model):
    """One season: every unit of the region fills this edition for this year."""

    name = models.CharField("批次名称", max_length=80, unique=True)
    kind = models.CharField("种类", max_length=12, choices=CampaignKind)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="行政区划")
    edition_id = models.CharField("表式", max_length=60)
    opens_at = models.DateTimeField("开始时间", null=True, blank=True)
    closes_at = models.DateTimeField("截止时间", null=True, blank=True)
    # Of monitoring: the reports say what was done from January to the end of this month. Several a year.
    cutoff_month = models.PositiveSmallIntegerField("数据截至", null=True, blank=True)
    announced_at = models.DateTimeField("通知各单位的时间", null=True, blank=True, editable=False)
    has_unit_review = models.BooleanField("要经单位审核", default=False)
    is_archived = models.BooleanField("已归档", default=False)
    # Set by a year rollover, for its way back: the source, and whether the rollover was what archived it.
    rolled_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="rolled_to"
    )
    archived_source = models.BooleanField(default=False, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "批次"
        ordering = ["-fiscal_year", "name"]
        constraints = [
            models.CheckConstraint(
                name="campaign_opens_before_it_closes",
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                violation_error_message="截止时间要晚于开始时间。",
            ),
            models.CheckConstraint(
                name="campaign_cutoff_is_a_month",
                condition=Q(cutoff_month__isnull=True) | Q(cutoff_month__range=(1, 12), kind="monitoring"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def period(self) -> str:
        """“1—7 月”, what a monitoring campaign reports on; "" for every other kind."""
        return period_words(self.cutoff_month) if self.cutoff_month else ""

    @property
    def is_past_deadline(self) -> bool:
        return self.closes_at is not None and self.closes_at < timezone.now()

    def deadline_for(self, organization: Organization) -> datetime.datetime | None:
        """When this unit has to be ready: its own extension if that is later, else the campaign's closing. One query."""
        until = self.extensions.filter(organization=organization).values_list("closes_at", flat=True).first()
        return self.later_of(until)

    def later_of(self, extended_to: datetime.datetime | None) -> datetime.datetime | None:
        """The deadline of a unit whose extension runs until then; a campaign moved past an extension wins."""
        if extended_to is None or self.closes_at is None:
            return self.closes_at
        return max(extended_to, self.closes_at)


class Extension(models.Model):
    """A later deadline for one unit, with its reason (F69)."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="extensions")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位")
    closes_at = models.DateTimeField("延到")
    reason = models.TextField("原因")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="批准人")
    granted_at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = "延期"
        constraints = [
            models.UniqueConstraint(name="extension_once", fields=["campaign", "organization"]),
            models.CheckConstraint(name="extension_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.organization} 延到 {self.closes_at:%Y-%m-%d %H:%M}"


class Participation(models.Model):
    """The to-do that a campaign puts before a unit when it is announced."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="participations")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位")
    announced_at = models.DateTimeField("通知时间", auto_now_add=True)
    reminded_at = models.DateTimeField("催报时间", null=True, blank=True)

    class Meta:
        verbose_name = "填报单位"
        constraints = [models.UniqueConstraint(name="participation_once", fields=["campaign", "organization"])]

    def __str__(self) -> str:
        return f"{self.campaign} {self.organization}"
