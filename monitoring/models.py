"""How a promise is coming along: a project's report up to one month, its rows with copied targets and planned course.

Text is kept as typed. Amounts are kept in ``budget`` as written, by key; those that lists show stand in a column too, as
our reading, empty where unreadable.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declarations.following.rows import CopiedRow
from declarations.models import Declaration, Project
from evaluations.pace import Light
from perfgoals.accounts.models import User
from perfgoals.campaigns.models import period_words
from perfgoals.editions import Edition, get_edition
from perfgoals.editions.model import Field
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark, WrittenReason
from perfgoals.filling.places import Place
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.findings import Finding
from perfgoals.workflow import EDITABLE, State

if TYPE_CHECKING:
    from perfgoals.documents.monitoring import MonitoringDocument


class MonitoringQuerySet(FilingQuerySet):
    def for_list(self) -> "MonitoringQuerySet":
        """All that a list row shows, in a constant number of queries."""
        return self.select_related("project", "organization", "campaign")


class MonitoringReport(FilledFiling):
    """One project's report on January to ``cutoff_month`` of a year (绩效运行监控表), on one form edition.

    ``declaration`` is the approved version whose targets were copied; there is no report without one.
    """

    document_kind = "monitoring"
    namespace = "monitoring"
    tables = ("indicators",)

    project = models.ForeignKey(Project, models.PROTECT, related_name="monitoring_reports", verbose_name="项目")
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="monitoring_reports", verbose_name="取自的绩效目标"
    )
    targets_copied_at = models.DateTimeField("取目标的时间", editable=False)
    weights_copied = models.BooleanField("分值取自批复", default=False, editable=False)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    # That of the campaign, here so that earlier and later reports of a project are found without it.
    cutoff_month = models.PositiveSmallIntegerField("数据截至")

    # The worst light of its rows and its money, and how many rows are red and yellow.
    light = models.CharField(
        "灯",
        max_length=8,
        choices=[(one.value, one.label) for one in Light],
        default=Light.NONE,
        editable=False,
    )
    red_rows = models.PositiveSmallIntegerField("滞后的行", default=0, editable=False)
    yellow_rows = models.PositiveSmallIntegerField("偏慢的行", default=0, editable=False)
    execution_rate = models.DecimalField(
        "预算执行率", max_digits=12, decimal_places=2, null=True, editable=False
    )

    project_name = models.CharField("项目名称", max_length=300, blank=True)
    competent_department = models.CharField("主管部门", max_length=200, blank=True)
    annual_goal = models.TextField("年度总体目标", blank=True)
    # What was written about money, by key: initial, executed, expected, each also by source.
    budget = models.JSONField("资金", default=dict, blank=True)
    initial = models.DecimalField("年初预算数（元）", max_digits=15, decimal_places=2, null=True, blank=True)
    executed = models.DecimalField("执行数（元）", max_digits=15, decimal_places=2, null=True, blank=True)
    expected = models.DecimalField(
        "全年预计执行数（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    # Fields that only some editions have, as typed.
    extra = models.JSONField("其他栏目", default=dict, blank=True)

    objects = MonitoringQuerySet.as_manager()

    class Meta:
        verbose_name = "绩效运行监控"
        ordering = ["-fiscal_year", "-cutoff_month", "pk"]
        indexes = [
            models.Index(
                fields=["-fiscal_year", "-cutoff_month", "state", "-changed_at", "-id", "organization"],
                name="monitoring_by_period",
            ),
            models.Index(
                fields=["state", "changed_at", "id", "organization", "submitted_by", "campaign", "light"],
                name="monitoring_in_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="monitoring_once",
                fields=["project", "campaign"],
                violation_error_message="这个项目在本批次已有监控表。",
            ),
            models.CheckConstraint(
                name="monitoring_cutoff_is_a_month", condition=Q(cutoff_month__range=(1, 12))
            ),
            models.CheckConstraint(
                name="monitoring_in_review_has_submitter",
                condition=Q(state__in=sorted(EDITABLE)) | Q(submitted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.project_name or '未命名项目'} {self.period}监控"

    @property
    def period(self) -> str:
        """“1—7 月”."""
        return period_words(self.cutoff_month)

    @property
    def edition(self) -> Edition:
        """The form with the month of this report in its labels."""
        return get_edition(self.edition_id).at(self.cutoff_month)

    @property
    def is_settled(self) -> bool:
        return self.state == State.CONFIRMED

    @property
    def called(self) -> str:
        return f"{super().called}{self.period}的监控表"

    def document(self) -> "MonitoringDocument":
        from monitoring.speaking import document_of

        return document_of(self)

    def place_of(self, path: str) -> Place | None:
        from monitoring.fields import place_of

        return place_of(self, path)

    def cells_of(self, table: str, row: "MonitoringRow") -> dict[str, str]:
        from monitoring.fields import cells_of

        return cells_of(row)

    def is_filled(self, field: Field, document: "MonitoringDocument") -> bool:
        """Rows of copied targets say nothing of the unit: the table is filled once a result stands in it."""
        if field.key != "indicators":
            return super().is_filled(field, document)
        return any(row.actual or row.expected or row.attainment for row in document.indicators)

    def findings(self, document: "MonitoringDocument | None" = None) -> list[Finding]:
        from monitoring.checking import findings_of

        return findings_of(self, document)

    def after_saving(self) -> None:
        """The lights and the counts that lists show follow every save."""
        from monitoring.checking import keep

        getattr(self, "_prefetched_objects_cache", {}).pop("indicators", None)  # read before the save
        self._looked = keep(self)

    def form_readings(self) -> dict[str, str]:
        """The light of every row and of the money follows every save."""
        from monitoring.checking import Checked, check
        from monitoring.entry import form_readings

        looked: Checked = self.__dict__.get("_looked") or check(self)
        return form_readings(self, looked)

    def words_for(self, path: str, document: "MonitoringDocument | None" = None) -> str:
        from monitoring.fields import words_for

        return words_for(self, path, document)


class MonitoringRow(CopiedRow):
    """One indicator: what was promised (copied), how far it is, what is expected of the year, and why."""

    report = models.ForeignKey(MonitoringReport, models.CASCADE, related_name="indicators")

    # Typed.
    actual = models.CharField("执行情况", max_length=1000, blank=True)
    expected = models.CharField("全年预计完成情况", max_length=1000, blank=True)
    operator = models.CharField("确认的运算符", max_length=8, blank=True)
    attainment = models.CharField("达成情况", max_length=10, blank=True)
    deviation_funds = models.BooleanField("经费保障", default=False)
    deviation_rules = models.BooleanField("制度保障", default=False)
    deviation_staff = models.BooleanField("人员保障", default=False)
    deviation_conditions = models.BooleanField("硬件（条件）保障", default=False)
    deviation_other = models.BooleanField("其他", default=False)
    deviation_reason = models.TextField("原因说明", blank=True)
    likelihood = models.CharField("完成目标可能性", max_length=10, blank=True)
    remark = models.TextField("备注", blank=True)
    plan = models.CharField("计划进度", max_length=300, blank=True)  # “6月20%，9月60%”
    plan_reason = models.TextField("这样安排的原因", blank=True)

    class Meta:
        verbose_name = "监控指标"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="monitoring_row_once", fields=["report", "row_id"])]


class MonitoringMark(Mark):
    """Who last saved one field of a report."""

    report = models.ForeignKey(MonitoringReport, models.CASCADE, related_name="marks")

    class Meta:
        constraints = [models.UniqueConstraint(name="monitoring_mark_once", fields=["report", "path"])]


class MonitoringReason(WrittenReason):
    """Why the unit leaves a 疑问 of a report as it is."""

    report = models.ForeignKey(MonitoringReport, models.CASCADE, related_name="reasons")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="monitoring_reason_once", fields=["report", "code", "path"])
        ]


class Stage(models.TextChoices):
    """Whose turn a corrective task is."""

    OPEN = "open", "待整改"
    ANSWERED = "answered", "待核实"
    CLOSED = "closed", "已办结"


class Decision(models.TextChoices):
    """What the unit decided to do about the project's money and targets."""

    CONTINUE = "continue", "继续实施"
    REALLOCATE = "reallocate", "调整预算或目标"
    CANCEL = "cancel", "取消，收回资金"


class CorrectiveTask(models.Model):
    """整改任务: what a reviewer wants put right, by when, and what came of it. It lives on after the report was sent.

    ``row_id`` is empty where the task is about the money or the form as a whole. ``version`` grows with every act.
    """

    report = models.ForeignKey(MonitoringReport, models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField("序号")
    row_id = models.CharField(max_length=16, blank=True)
    problem = models.TextField("问题")
    requirement = models.TextField("整改要求和建议")
    due = models.DateField("限期")
    stage = models.CharField("状态", max_length=10, choices=Stage, default=Stage.OPEN)
    version = models.PositiveIntegerField(default=1)
    ask_key = models.UUIDField(
        unique=True, editable=False
    )  # printed on the page: a second click makes no second task
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间", auto_now_add=True)

    decision = models.CharField("处理", max_length=12, choices=Decision, blank=True)
    result = models.TextField("整改结果", blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True)

    conclusion = models.TextField("结论", blank=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="核实人")
    judged_at = models.DateTimeField("核实时间", null=True)

    class Meta:
        verbose_name = "整改任务"
        ordering = ["report", "number"]
        indexes = [models.Index(fields=["stage", "due"], name="corrective_task_open")]
        constraints = [
            models.UniqueConstraint(name="corrective_task_number", fields=["report", "number"]),
            models.CheckConstraint(
                name="corrective_task_closed_with_conclusion",
                condition=~Q(stage="closed") | (Q(judged_by__isnull=False) & ~Q(conclusion="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} 整改 {self.number}"

    @property
    def is_overdue(self) -> bool:
        """Not answered although the day has passed."""
        return self.stage == Stage.OPEN and self.due < timezone.localdate()

    @property
    def days_over(self) -> int:
        return max((timezone.localdate() - self.due).days, 0)

    @property
    def words(self) -> str:
        """“待整改，逾期 3 天”."""
        late = f"，逾期 {self.days_over} 天" if self.is_overdue else ""
        return f"{self.get_stage_display()}{late}"
