"""Revisions: a filing's document as it stood at one moment, frozen.

Reviewers judge a revision and official paper is printed from one. A revision never changes.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from perfgoals.documents.declaration import DeclarationDocument


def fingerprint(canonical_json: str) -> str:
    """SHA-256 of a canonical document, 64 hex digits; paper carries the first 12."""
    return hashlib.sha256(canonical_json.encode("utf-8", "surrogatepass")).hexdigest()


class FrozenQuerySet(models.QuerySet["Revision"]):
    def update(self, **kwargs: Any) -> int:
        raise TypeError("Revisions are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Revisions are never deleted.")


class Revision(models.Model):
    """The canonical JSON of a filing, with its number, fingerprint, author and reason."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    filing = GenericForeignKey()
    number = models.PositiveIntegerField("稿次")
    kind = models.CharField("种类", max_length=12)
    document = models.TextField("文档")
    fingerprint = models.CharField("指纹", max_length=64, db_index=True)
    reason = models.CharField("原因", max_length=40)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="操作人")
    made_at = models.DateTimeField("时间", auto_now_add=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name = "定稿"
        ordering = ["content_type", "object_id", "number"]
        constraints = [
            models.UniqueConstraint(name="revision_number_once", fields=["content_type", "object_id", "number"])
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 稿 {self.fingerprint[:12]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Revisions are never changed.")
        super().save(*args, **kwargs)

    def declaration(self) -> DeclarationDocument:
        return DeclarationDocument.from_json(self.document)


def latest_revision(filing: models.Model, *, reason: str = "") -> Revision | None:
    """The last frozen revision, or the last one frozen for ``reason`` (an arrow's action). One query."""
    content_type = ContentType.objects.get_for_model(type(filing))
    kept = Revision.objects.filter(content_type=content_type, object_id=filing.pk)
    if reason:
        kept = kept.filter(reason=reason)
    return kept.order_by("-number").first()
