"""What reviewing leaves behind: returns with their places, comments at a field, notes and suggestions.

All hang on a filing by content type, so that declarations, evaluations and monitoring reports share them. A ``path`` is
the path of the document (``necessity``, ``indicators.1f00a2b3.target``), so a remark survives resubmission.
"""

from typing import Any, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from perfgoals.accounts.models import User


class OfFilingQuerySet(models.QuerySet[Any]):
    def of(self, filing: models.Model) -> Self:
        """Those of one filing."""
        content_type = ContentType.objects.get_for_model(type(filing))
        return self.filter(content_type=content_type, object_id=filing.pk)


class OfFiling(models.Model):
    """What hangs on a filing of any kind."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    filing = GenericForeignKey()

    objects = OfFilingQuerySet.as_manager()

    class Meta:
        abstract = True


class ReturnRound(OfFiling):
    """One 退回: why, by whom, and (``places``) which sections, fields or rows are to be mended.

    Without places the whole form is open again; with places only these are (F61).
    """

    comment = models.TextField("意见")
    reason_code = models.CharField("原因", max_length=40, blank=True)
    clause = models.CharField("依据", max_length=200, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="退回人")
    returned_at = models.DateTimeField("时间", auto_now_add=True)
    answered_at = models.DateTimeField("重新送审时间", null=True)

    class Meta:
        verbose_name = "退回"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="return_of_filing")]
        constraints = [models.CheckConstraint(name="return_has_comment", condition=~Q(comment=""))]

    def __str__(self) -> str:
        return self.comment[:40]


class ReturnedPlace(models.Model):
    """One place named in a return: a section (``section:case``), a field, a row or a cell; with its own note."""

    round = models.ForeignKey(ReturnRound, models.CASCADE, related_name="places")
    path = models.CharField(max_length=80)
    note = models.TextField("意见", blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="returned_place_once", fields=["round", "path"])]

    def __str__(self) -> str:
        return self.path


class Comment(OfFiling):
    """A remark at a field, a row or the whole form (empty path); threaded one level, can be resolved (F62)."""

    path = models.CharField(max_length=80, blank=True)
    answers = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    text = models.TextField("意见")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="作者")
    written_at = models.DateTimeField("时间", auto_now_add=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="解决人")
    resolved_at = models.DateTimeField("解决时间", null=True)
    mentions = models.ManyToManyField(User, related_name="+", blank=True, verbose_name="提到")

    class Meta:
        verbose_name = "批注"
        ordering = ["pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "path"], name="comment_of_filing")]
        constraints = [models.CheckConstraint(name="comment_not_empty", condition=~Q(text=""))]

    def __str__(self) -> str:
        return self.text[:40]


class ReturnNote(OfFiling):
    """A reviewer's own note at a place, until a return carries it: what “列入退回” collects.

    One per reviewer and place. ``used_in`` is the return that took it over; undoing that return gives it back.
    """

    path = models.CharField(max_length=80)
    note = models.TextField("意见", blank=True)
    is_listed = models.BooleanField("列入退回", default=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审核人")
    changed_at = models.DateTimeField("时间", auto_now=True)
    used_in = models.ForeignKey(ReturnRound, models.SET_NULL, null=True, related_name="notes")

    class Meta:
        verbose_name = "退回清单"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="return_note_once",
                fields=["content_type", "object_id", "path", "author"],
                condition=Q(used_in__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.path


class Suggestion(OfFiling):
    """A reviewer's other wording for one field or cell (X-2). The form itself changes only when its unit accepts it."""

    class Answer(models.TextChoices):
        OPEN = "", "没有答复"
        ACCEPTED = "accepted", "采纳"
        DECLINED = "declined", "不采纳"

    path = models.CharField(max_length=80)
    before = models.TextField("原文")  # what stood there when it was suggested
    text = models.TextField("建议", blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提建议的人")
    proposed_at = models.DateTimeField("时间", auto_now=True)
    answer = models.CharField("答复", max_length=10, choices=Answer, default=Answer.OPEN, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "修改建议"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="suggestion_open_once",
                fields=["content_type", "object_id", "path", "proposed_by"],
                condition=Q(answer=""),
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class ValueChange(OfFiling):
    """One value that was changed after the filing had been sent for the first time: old, new, who, when (F119).

    Only ever added to. ``path`` of a row (``indicators.1f00a2b3``) stands for a row that came (``old`` is empty) or went.
    """

    path = models.CharField(max_length=80)
    old = models.TextField("原来")
    new = models.TextField("改为")
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="修改人")
    changed_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "修改记录"
        ordering = ["pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "path"], name="change_of_filing")]

    def __str__(self) -> str:
        return self.path
