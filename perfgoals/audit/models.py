"""操作留痕: what people did, append-only, each record chained to the one before it.

A record is written by the act that makes the change, inside its transaction (``perfgoals.audit.trail.record``), so a
change without its record cannot exist. Rows are only ever added; in production the database account may be denied
UPDATE and DELETE on the table (等保 2.0 三级 8.1.4.3 c).
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from perfgoals.accounts.models import User


class AppendOnlyQuerySet(models.QuerySet["AuditRecord"]):
    def visible_to(self, user: "User") -> "AppendOnlyQuerySet":
        """The whole trail, to the 审计员 only. Timelines of a form ask for the form's own records instead."""
        from perfgoals.accounts.models import Role

        return self if user.role == Role.AUDITOR else self.none()

    def update(self, **kwargs: Any) -> int:
        raise TypeError("Audit records are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Audit records are never deleted.")


class AuditRecord(models.Model):
    """One thing a person did to one object, kept for ever. ``actor`` is empty where nobody was signed in."""

    sequence = models.PositiveBigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    action = models.CharField("操作", max_length=40)
    content_type = models.ForeignKey(ContentType, models.PROTECT, null=True)
    object_id = models.PositiveBigIntegerField(null=True)
    subject = GenericForeignKey()
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20, blank=True)
    comment = models.TextField("意见", blank=True)
    changes = models.JSONField("变更内容", default=dict)
    address = models.CharField("来源地址", max_length=60, blank=True)
    previous = models.CharField("前一条摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64, unique=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = "操作留痕"
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="audit_subject"),
            models.Index(fields=["-at"], name="audit_at"),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
            models.Index(fields=["action", "-sequence"], name="audit_action"),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_return_has_comment",
                condition=~Q(action="return", comment=""),
                violation_error_message="退回时必须填写意见。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Audit records are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Audit records are never deleted.")


class AuditHead(models.Model):
    """The end of the chain: one row, whose update makes writers queue up behind each other."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest[:12]}"
