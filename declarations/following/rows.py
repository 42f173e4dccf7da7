"""The copied part of a row: what was promised, under the ``row_id`` of the declaration's row."""

from django.db import models

from declarations.models import new_row_id


class CopiedRow(models.Model):
    """One indicator of a form that follows a declaration. A kind adds its foreign key and what is typed.

    ``row_id`` is that of the declaration's row, so that a row is followed from promise to result and fetching the
    targets again finds what was typed.
    """

    row_id = models.CharField(max_length=16, default=new_row_id)
    position = models.PositiveIntegerField()

    level1 = models.CharField("一级指标", max_length=60)
    level2 = models.CharField("二级指标", max_length=60, blank=True)
    name = models.CharField("指标名称", max_length=300, blank=True)
    target = models.CharField("目标值", max_length=1000, blank=True)
    weight_typed = models.CharField("分值", max_length=20, blank=True)
    weight = models.DecimalField("分值（读作）", max_digits=6, decimal_places=2, null=True, blank=True)
    # Where the targets stood in the declaration's own frame, "一级/二级".
    declared_group = models.CharField("申报时的分组", max_length=130, blank=True)
    # This form's frame has no such group, or leaves level 2 open: a person chooses.
    is_unplaced = models.BooleanField("分组待定", default=False)
    # The target before the last adjustment, where it was changed by one.
    former_target = models.CharField("调整前的目标值", max_length=1000, blank=True)
    # The approved targets have this row no longer. What was typed is kept; it is neither printed nor scored.
    is_vanished = models.BooleanField("批复中已没有", default=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
