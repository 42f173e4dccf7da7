"""What the desk keeps for a reviewer."""

from django.db import models

from perfgoals.accounts.models import User


class SavedFilter(models.Model):
    """存下的筛选: what a reviewer looks for again and again, as the query of the inbox's address."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    name = models.CharField("名称", max_length=20)
    query = models.CharField(max_length=600)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "存下的筛选"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="saved_filter_name_once", fields=["user", "name"])]

    def __str__(self) -> str:
        return self.name
