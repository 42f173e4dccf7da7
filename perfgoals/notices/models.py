"""消息: what a person should know, and whether the e-mail that told them arrived."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from perfgoals.accounts.models import User


class NoticeKind(models.TextChoices):
    RETURNED = "returned", "退回"
    APPROVED = "approved", "批复"
    CONFIRMED = "confirmed", "确认"
    WAITING = "waiting", "待审核"
    MENTIONED = "mentioned", "提到您"
    REPLIED = "replied", "回复"
    ANNOUNCED = "announced", "批次开始"
    REMINDED = "reminded", "催办"
    EXTENDED = "extended", "延期"
    CLOSING = "closing", "快到截止"
    SPOT_CHECK = "spot_check", "抽查复核"
    CORRECTION = "correction", "整改任务"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "等待发送"
    SENDING = "sending", "正在发送"
    SENT = "sent", "已送达邮件服务器"
    FAILED = "failed", "没有发出"
    NO_ADDRESS = "no_address", "没有登记邮箱"


class Delivery(models.Model):
    """The one e-mail of a person on a day: a digest of what was unread, and how sending it went (F73)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="deliveries", verbose_name="收件人")
    day = models.DateField("日期")
    channel = models.CharField("渠道", max_length=12, default="email")
    address = models.EmailField("邮箱", blank=True)
    state = models.CharField("状态", max_length=12, choices=DeliveryState, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    error = models.CharField("原因", max_length=300, blank=True)
    items = models.PositiveSmallIntegerField("条数", default=0)
    changed_at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = "邮件投递"
        ordering = ["-day", "pk"]
        constraints = [models.UniqueConstraint(name="delivery_once_a_day", fields=["person", "day", "channel"])]

    def __str__(self) -> str:
        return f"{self.person} {self.day}"


class Notice(models.Model):
    """One line for one person. ``url`` leads to the place on this site; ``count`` grows where lines are gathered."""

    person = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name="收件人")
    kind = models.CharField("种类", max_length=12, choices=NoticeKind)
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200)
    content_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    object_id = models.PositiveBigIntegerField(null=True)
    subject = GenericForeignKey()
    count = models.PositiveIntegerField("次数", default=1)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("看过的时间", null=True)
    delivery = models.ForeignKey(
        Delivery, models.SET_NULL, null=True, related_name="notices", verbose_name="邮件"
    )

    class Meta:
        verbose_name = "消息"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["content_type", "object_id"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return self.text


class DigestDay(models.Model):
    """A day whose digests were begun by a worker: of several workers one sends them."""

    day = models.DateField(unique=True)
    begun_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.day)
