"""A filing that people fill in: what saving, posting and drawing its form must know of it."""

import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from perfgoals.editions import Edition, get_edition
from perfgoals.editions.model import Field, Section
from perfgoals.filling.places import Place
from perfgoals.findings import Finding
from perfgoals.workflow import Filing


class FilledFiling(Filing):
    """A filing whose fields and table cells are typed on a form edition, each saved by itself.

    A kind says where its paths live in the rows (``place_of``, ``cells_of``) and where its pages are (``namespace``). Its
    marks and written reasons hang on it under those names (``perfgoals.filling.marks``), and each table field of the
    form is the related manager of its rows, whose ``row_id`` is unique in the filing.
    """

    # Of its addresses: "step", "save", "tasks", "check" … (``perfgoals.filling.addresses``).
    namespace: ClassVar[str]
    # The fields of the form that are tables: ``indicators``, ``sub_projects``.
    tables: ClassVar[tuple[str, ...]] = ()
    marks: Any
    reasons: Any

    edition_id = models.CharField("表式", max_length=60)
    # When it was sent for the first time (a recall takes that back): what makes it late, however often it is mended.
    first_submitted_at = models.DateTimeField("首次送审时间", null=True, editable=False)

    # Kept for lists, refreshed by every check-up of the saved form: {"error": 1, "doubt": 2, "hint": 0}.
    open_findings = models.JSONField("体检结果", default=dict, blank=True, editable=False)
    open_errors = models.PositiveIntegerField("错误数", default=0, editable=False)
    open_doubts = models.PositiveIntegerField("疑问数", default=0, editable=False)
    # The codes of all findings, answered ones too, as "|doubt:code|hint:code|": text that every database can look into.
    finding_codes = models.TextField("问题种类", default="", blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def called(self) -> str:
        """The form in a sentence: “办公用房修缮” in its quotation marks, and of which kind it is where that is not plain."""
        name = " ".join(str(getattr(self, "project_name", "")).split()) or "未命名项目"
        return f"“{name if len(name) <= 60 else f'{name[:59]}…'}”"

    @property
    def deadline(self) -> datetime.datetime | None:
        """When this form has to be sent: the unit's extension, else the campaign's closing.

        One query, none where the row was read ``with_deadline()``.
        """
        if "extended_to" in self.__dict__:
            return self.campaign.later_of(self.__dict__["extended_to"])
        return self.campaign.deadline_for(self.organization)

    @property
    def is_overdue(self) -> bool:
        """Never sent although the deadline has passed: sending it needs a reason (X-6)."""
        if not self.is_editable or self.first_submitted_at is not None:
            return False
        deadline = self.deadline
        return deadline is not None and deadline < timezone.now()

    @property
    def was_late(self) -> bool:
        """First sent after the deadline; an extension given later makes it good."""
        sent, deadline = self.first_submitted_at, self.deadline
        return sent is not None and deadline is not None and deadline < sent

    @property
    def edition(self) -> Edition:
        return get_edition(self.edition_id)

    def document(self) -> Any:
        """What the rows say now, as the document of this kind."""
        raise NotImplementedError

    def canonical_json(self) -> str:
        return self.document().to_json()

    def place_of(self, path: str) -> Place | None:
        """Where ``path`` is typed, or None where the form has no such field or nobody types it."""
        raise NotImplementedError

    def cells_of(self, table: str, row: Any) -> dict[str, str]:
        """The cells of a table's row that are typed, as typed, by path."""
        raise NotImplementedError

    def rows_of(self, table: str) -> Any:
        """The rows of a table, in form order: a manager."""
        return getattr(self, table)

    def has_row(self, table: str, row_id: str) -> bool:
        """Whether this row stands on the form. One query."""
        return bool(self.rows_of(table).filter(row_id=row_id).exists())

    def typed_fields(self, section: Section) -> list[Field]:
        """The fields of a section that somebody fills in: tables, and whatever has a place."""
        return [field for field in section.fields if field.key in self.tables or self.place_of(field.key)]

    def is_filled(self, field: Field, document: Any) -> bool:
        """Whether somebody has filled in this field; a table, whether it has rows."""
        if field.key in self.tables:
            return bool(getattr(document, field.key))
        return bool(document.text(field.key).strip())

    def findings(self, document: Any = None) -> list[Finding]:
        """Everything that 体检 says of the form as it stands, in form order. ``document`` saves reading the rows again."""
        raise NotImplementedError

    def after_saving(self) -> None:
        """Called in the transaction of every save that wrote something; what a kind keeps for its lists goes here."""

    def row_readings(self, row: Any) -> dict[str, str]:
        """The 读作 of a row that was just saved, as HTML by path; for pages that show it beside the cell."""
        return {}

    def form_readings(self) -> dict[str, str]:
        """What else stands beside the fields and moves with any save, as HTML by the name its place has on the page."""
        return {}

    def cell_labels(self, table: str) -> dict[str, str]:
        """The columns of a table whose cells a return may name one by one, with what the form prints over them."""
        return {}

    def words_for(self, path: str, document: Any = None) -> str:
        """A path in the words of the form: “项目概况”, “第 9 行 指标目标值”. ``document`` saves reading the rows again."""
        raise NotImplementedError
