"""What a unit promises: projects, their yearly declarations, sub-projects and indicators.

Text is kept as typed. Amounts, dates and weights stand twice: ``…_typed`` is what the officer wrote and what paper
prints, the typed column beside it is our reading, for search, sums and statistics, and empty where unreadable.
"""

import datetime
import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

# Django looks for models in this module; what belongs to the desk stands there.
from declarations.inbox.models import SavedFilter  # noqa: F401
from perfgoals.accounts.models import Organization, User
from perfgoals.documents.declaration import TEXT_KEYS
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark, WrittenReason
from perfgoals.filling.places import Place
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.findings import Finding, Level
from perfgoals.workflow import EDITABLE, IN_REVIEW, State

if TYPE_CHECKING:
    from perfgoals.documents.declaration import DeclarationDocument

TABLES = ("indicators", "sub_projects")  # fields of the form that are tables
UNRANKED = 999  # before all others: nothing is known of this form yet


def new_row_id() -> str:
    """A stable name of a table row: 8 hex digits, unique inside one declaration."""
    return secrets.token_hex(4)


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> "ProjectQuerySet":
        return self.filter(organization__in=Organization.objects.visible_to(user))


class Project(models.Model):
    """The same project across years; each year has its declaration."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="projects", verbose_name="单位")
    code = models.CharField("项目代码", max_length=40, blank=True)
    name = models.CharField("项目名称", max_length=300, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "项目"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="project_code_once", fields=["organization", "code"], condition=~Q(code="")
            )
        ]

    def __str__(self) -> str:
        return self.name or "未命名项目"


class DeclarationQuerySet(FilingQuerySet):
    def for_list(self) -> "DeclarationQuerySet":
        """All that a list row shows, in a constant number of queries."""
        return self.select_related("project", "organization", "campaign")

    def once_per_project(self) -> "DeclarationQuerySet":
        """Each project's form of a campaign once: the version in force, else the one that is being worked on.

        An adjustment that is not approved yet stands beside the version it adjusts and is not counted.
        """
        in_force = Q(adjusts__isnull=True) | Q(state=State.APPROVED)
        return self.filter(in_force).exclude(state=State.SUPERSEDED)


class Declaration(FilledFiling):
    """One project's performance targets for one year (绩效目标申报表), on one form edition."""

    document_kind = "declaration"
    namespace = "declarations"
    tables = TABLES

    project = models.ForeignKey(Project, models.PROTECT, related_name="declarations", verbose_name="项目")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    source_id = models.CharField("来源编号", max_length=60, blank=True)  # of a published form: xxzx-2020-1
    # The page that offered "建立" printed this key: its second click finds the first one's row.
    start_key = models.UUIDField("开表凭据", null=True, unique=True, editable=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name="复制自"
    )

    # 目标调整: the approved version this one is to replace, and why.
    adjusts = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="adjustments", verbose_name="调整自"
    )
    adjustment_reason = models.TextField("调整原因", blank=True)

    # The order of the reviewer's list and what it was counted from (``inbox.risk``).
    risk = models.PositiveSmallIntegerField("次序", default=UNRANKED, editable=False)
    risk_facts = models.JSONField("次序的由来", default=dict, blank=True, editable=False)

    project_name = models.CharField("项目名称", max_length=300, blank=True)
    project_category = models.CharField("项目类别", max_length=60, blank=True)
    fund_use = models.CharField("资金用途", max_length=60, blank=True)
    performance_type = models.CharField("绩效类型", max_length=60, blank=True)
    includes_government_purchase = models.BooleanField("是否含有政府购买服务", null=True, blank=True)
    start_date_typed = models.CharField("开始日期", max_length=40, blank=True)
    start_date = models.DateField("开始日期（读作）", null=True, blank=True)
    end_date_typed = models.CharField("完成日期", max_length=40, blank=True)
    end_date = models.DateField("完成日期（读作）", null=True, blank=True)

    project_overview = models.TextField("项目概况", blank=True)
    legal_basis = models.TextField("立项依据", blank=True)
    necessity = models.TextField("项目设立的必要性", blank=True)
    safeguards = models.TextField("保证项目实施的制度、措施", blank=True)
    implementation_plan = models.TextField("项目实施计划", blank=True)
    overall_goal = models.TextField("总目标", blank=True)
    annual_goal = models.TextField("年度绩效目标", blank=True)
    remarks = models.TextField("备注", blank=True)

    total_typed = models.CharField("项目总预算", max_length=40, blank=True)
    total = models.DecimalField("项目总预算（元）", max_digits=15, decimal_places=2, null=True, blank=True)
    current_year_typed = models.CharField("项目当年预算", max_length=40, blank=True)
    current_year = models.DecimalField(
        "项目当年预算（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    previous_year_budget_typed = models.CharField("同名项目上年预算额", max_length=40, blank=True)
    previous_year_budget = models.DecimalField(
        "同名项目上年预算额（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    previous_year_executed_typed = models.CharField("同名项目上年预算执行数", max_length=40, blank=True)
    previous_year_executed = models.DecimalField(
        "同名项目上年预算执行数（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    # Fields that only some editions have, as typed, by key (``budget.total_fiscal``, ``competent_department``).
    extra = models.JSONField("其他栏目", default=dict, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = "绩效目标申报"
        ordering = ["-fiscal_year", "pk"]
        indexes = [
            models.Index(fields=["organization", "-fiscal_year", "state"], name="declaration_of_unit"),
            # Walked in list order and holding all that counting a region's year needs, so that a page of the list
            # touches its own fifty rows and no others.
            models.Index(
                fields=["-fiscal_year", "state", "-changed_at", "-id", "organization"],
                name="declaration_by_year",
            ),
            # The reviewer's list in its order, with all that its counts and filters read: 6,000 waiting forms are
            # counted without touching one of them.
            models.Index(
                fields=[
                    *("state", "-risk", "changed_at", "id", "organization", "submitted_by", "campaign"),
                    *("current_year", "performance_type", "fund_use"),
                    *("open_errors", "open_doubts", "finding_codes"),
                ],
                name="declaration_in_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="declaration_in_force_once",
                fields=["project", "campaign"],
                condition=Q(state=State.APPROVED),
                violation_error_message="这个项目本年度已有批复的目标。",
            ),
            models.UniqueConstraint(
                name="declaration_open_once",
                fields=["project", "campaign"],
                condition=Q(state__in=sorted(EDITABLE | IN_REVIEW)),
                violation_error_message="这个项目在本批次已有一张没有办完的表。",
            ),
            models.CheckConstraint(
                name="declaration_adjustment_has_reason",
                condition=Q(adjusts__isnull=True) | ~Q(adjustment_reason=""),
                violation_error_message="调整目标要写原因。",
            ),
            models.UniqueConstraint(
                name="declaration_source_once", fields=["source_id"], condition=~Q(source_id="")
            ),
            models.CheckConstraint(
                name="declaration_in_review_has_submitter",
                condition=Q(state__in=sorted(EDITABLE | {State.APPROVED, State.SUPERSEDED}))
                | Q(submitted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.project_name or '未命名项目'}"

    @property
    def deadline(self) -> datetime.datetime | None:
        """As of every form; an adjustment has none."""
        return None if self.adjusts_id is not None else super().deadline

    @property
    def adjustment_under_way(self) -> "Declaration | None":
        """The new version of these targets that is being written or reviewed. One query."""
        settled = (State.APPROVED, State.SUPERSEDED)
        return self.adjustments.exclude(state__in=settled).order_by("-pk").first()

    @property
    def successor(self) -> "Declaration | None":
        """The version that took this one's place. One query."""
        return self.adjustments.filter(state__in=(State.APPROVED, State.SUPERSEDED)).order_by("-pk").first()

    def document(self) -> "DeclarationDocument":
        from declarations.speaking import document_of

        return document_of(self)

    def place_of(self, path: str) -> Place | None:
        from declarations.fields import place_of

        return place_of(self.edition, path)

    def cells_of(self, table: str, row: "Indicator | SubProject") -> dict[str, str]:
        from declarations.fields import cells_of

        return cells_of(self.edition, row)

    def findings(self, document: "DeclarationDocument | None" = None) -> list[Finding]:
        from declarations.checkup import check, history_of

        return check(document or self.document(), self.edition, history_of(self))

    def row_readings(self, row: "Indicator | SubProject") -> dict[str, str]:
        from declarations.tables import reading_html

        if not isinstance(row, Indicator):
            return {}
        html = reading_html(row.target, name=row.name, level2=row.level2)
        return {f"indicators.{row.row_id}.target": html}

    def cell_labels(self, table: str) -> dict[str, str]:
        from declarations.checkup import column_label

        column = "target" if table == "indicators" else "amount"
        return {column: column_label(self.edition, table, column)}

    def words_for(self, path: str, document: "DeclarationDocument | None" = None) -> str:
        from declarations.checkup import describe

        if path in self.edition.fields:
            return self.edition.fields[path].term
        return describe(Finding("", Level.HINT, path, ""), document or self.document(), self.edition)


class SubProject(models.Model):
    """子项目: part of this year's money."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="sub_projects")
    row_id = models.CharField(max_length=16, default=new_row_id)
    position = models.PositiveIntegerField()
    name = models.CharField("子项目名称", max_length=300, blank=True)
    amount_typed = models.CharField("预算金额", max_length=40, blank=True)
    amount = models.DecimalField("预算金额（元）", max_digits=15, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "子项目"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="sub_project_row_once", fields=["declaration", "row_id"])]

    def __str__(self) -> str:
        return self.name


class Origin(models.TextChoices):
    OWN = "own", "自拟"
    DEFAULT = "default", "共性"
    LIBRARY = "library", "指标库"
    LAST_YEAR = "last_year", "上年"
    IMPORT = "import", "导入"


class IndicatorText(models.Model):
    """What an indicator row and a library entry both say."""

    level1 = models.CharField("一级目标", max_length=60)
    level2 = models.CharField("二级目标", max_length=60, blank=True)
    name = models.CharField("三级目标", max_length=300, blank=True)
    target = models.CharField("指标目标值", max_length=1000, blank=True)
    definition = models.TextField("指标解释", blank=True)
    calculation_method = models.TextField("计算方法", blank=True)
    data_source = models.CharField("数据来源", max_length=300, blank=True)
    setting_basis = models.CharField("设定依据", max_length=300, blank=True)
    baseline = models.CharField("基期值", max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Indicator(IndicatorText):
    """A row of the indicator table: the target as typed, our reading beside it, its card and where it came from."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="indicators")
    row_id = models.CharField(max_length=16, default=new_row_id)
    position = models.PositiveIntegerField()
    weight_typed = models.CharField("分值", max_length=20, blank=True)
    weight = models.DecimalField("分值（读作）", max_digits=6, decimal_places=2, null=True, blank=True)
    origin = models.CharField("来源", max_length=12, choices=Origin, default=Origin.OWN)

    # perfgoals.targets.read_target(target), kept for search and statistics.
    reading_kind = models.CharField(max_length=16, blank=True, editable=False)
    reading_operator = models.CharField(max_length=8, blank=True, editable=False)
    reading_number = models.DecimalField(max_digits=24, decimal_places=6, null=True, editable=False)
    reading_unit = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = "绩效指标"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="indicator_row_once", fields=["declaration", "row_id"])]


class LibraryIndicator(IndicatorText):
    """指标库: an indicator to borrow. ``source`` names the published form or rule it was taken from."""

    edition_id = models.CharField("表式", max_length=60, blank=True)  # "" fits every edition with such groups
    performance_types = models.JSONField("适用绩效类型", default=list, blank=True)
    bad_target = models.CharField("不好的写法", max_length=300, blank=True)
    source = models.CharField("出处", max_length=200, blank=True)
    used = models.PositiveIntegerField("用过次数", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "指标库"
        ordering = ["level1", "level2", "name", "pk"]


class FieldMark(Mark):
    """Who last saved one field of a declaration."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="marks")

    class Meta:
        constraints = [models.UniqueConstraint(name="field_mark_once", fields=["declaration", "path"])]


class FindingReason(WrittenReason):
    """Why the unit leaves a 疑问 of a declaration as it is."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="reasons")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="finding_reason_once", fields=["declaration", "code", "path"])
        ]


class CopyLook(models.Model):
    """“看过了”: somebody has looked at one place of a form that was started from last year's.

    ``key`` names the place and what stood there (``declarations.copying``): another text is another place to look at.
    """

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="looks")
    key = models.CharField(max_length=120)
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="copy_look_once", fields=["declaration", "key"])]

    def __str__(self) -> str:
        return self.key


class TableUndo(models.Model):
    """One row operation that can be undone: the table's rows as they were before it (JSON, by row_id)."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="undos")
    table = models.CharField(max_length=20)  # indicators, sub_projects
    label = models.CharField(max_length=80)
    rows = models.JSONField()
    made_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.label


# Where each plain document key is stored. Table rows, dates and amounts have their own columns (see ``speaking``).
TEXT_COLUMNS = frozenset(TEXT_KEYS)
