"""What hangs on one path of a form that is filled in: who saved it last, and why a 疑问 is left as it is.

Each kind of filing has its own tables, with a foreign key to its filing and the constraint that a path stands once.
"""

from typing import Any

from django.db import models

from perfgoals.accounts.models import User


class Mark(models.Model):
    """Who last saved one field, when, and how often it changed: the base of per-field merging.

    ``path`` is the path in the document (``necessity``, ``indicators.1f00a2b3.target``). The foreign key of a kind's
    marks has ``related_name="marks"``; one mark per filing and path is a constraint of the table.
    """

    path = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.path} v{self.version}"


class WrittenReason(models.Model):
    """The unit's written reason for leaving a 疑问 as it is; it answers one finding with one wording.

    The foreign key of a kind's reasons has ``related_name="reasons"``; one reason per filing, code and path is a
    constraint of the table.
    """

    code = models.CharField(max_length=60)
    path = models.CharField(max_length=80)
    message = models.TextField()  # of the finding that was answered: another message needs another reason
    reason = models.TextField("理由")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reason


def owner_of(manager: Any) -> dict[str, Any]:
    """What a new row of a filing's marks or reasons needs to hang on it: ``{"declaration": <the filing>}``."""
    return {manager.field.name: manager.instance}
