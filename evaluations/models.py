"""What came of a promise: a project's self-evaluation, its rows with copied targets, the evidence for them.

Text is kept as typed. Amounts, dates and points stand twice: ``…_typed`` is what the officer wrote and what paper prints,
the typed column beside it is our reading, for search, sums and statistics, and empty where unreadable.
"""

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.db.models import Q

from declarations.following.rows import CopiedRow
from declarations.models import UNRANKED, Declaration, Project
from perfgoals.accounts.models import User
from perfgoals.documents.evaluation import TEXT_KEYS
from perfgoals.editions.model import Field
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark, WrittenReason
from perfgoals.filling.places import Place
from perfgoals.filling.scope import FilingQuerySet
from perfgoals.findings import Finding
from perfgoals.workflow import EDITABLE, State

if TYPE_CHECKING:
    from perfgoals.documents.evaluation import EvaluationDocument


class EvaluationQuerySet(FilingQuerySet):
    def for_list(self) -> "EvaluationQuerySet":
        """All that a list row shows, in a constant number of queries."""
        return self.select_related("project", "organization", "campaign")


class Evaluation(FilledFiling):
    """One project's self-evaluation of one year (绩效自评表), on one form edition.

    ``declaration`` is the approved version whose targets were copied. It is empty on forms from elsewhere, which stand
    alone and whose targets are typed.
    """

    document_kind = "evaluation"
    namespace = "evaluations"
    tables = ("indicators",)

    project = models.ForeignKey(Project, models.PROTECT, related_name="evaluations", verbose_name="项目")
    declaration = models.ForeignKey(
        Declaration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluations",
        verbose_name="取自的绩效目标",
    )
    targets_copied_at = models.DateTimeField("取目标的时间", null=True, editable=False)
    # The approved targets came with points out of the same total: these are copied too and not typed.
    weights_copied = models.BooleanField("分值取自批复", default=False, editable=False)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    source_id = models.CharField("来源编号", max_length=60, blank=True)  # of a published form: putuo-2021-1
    # The page that offered "建立" printed this key: its second click finds the first one's row.
    start_key = models.UUIDField("开表凭据", null=True, unique=True, editable=False)

    # The score as computed; no total while a row is open (docs/decisions/0019).
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True, editable=False)
    computed_grade = models.CharField("核算等级", max_length=20, blank=True, editable=False)
    # By the points of its reviewers, kept with 确认; empty where they gave none (docs/decisions/0026).
    reviewed_total = models.DecimalField("审核总分", max_digits=6, decimal_places=2, null=True, editable=False)
    reviewed_grade = models.CharField("审核等级", max_length=20, blank=True, default="", editable=False)
    # The order of the reviewers' list (``review.risk``).
    risk = models.PositiveSmallIntegerField("次序", default=UNRANKED, editable=False)
    execution_rate = models.DecimalField(
        "预算执行率", max_digits=12, decimal_places=2, null=True, editable=False
    )

    project_name = models.CharField("项目名称", max_length=300, blank=True)
    competent_department = models.CharField("主管部门", max_length=200, blank=True)
    implementing_department = models.CharField("具体实施处（科室）", max_length=200, blank=True)
    is_recurring = models.BooleanField("是否为经常性项目", null=True, blank=True)
    is_finished = models.BooleanField("项目是否已经完成", null=True, blank=True)
    evaluation_date_typed = models.CharField("自评时间", max_length=40, blank=True)
    evaluation_date = models.DateField("自评时间（读作）", null=True, blank=True)
    grade = models.CharField("绩效等级", max_length=20, blank=True)
    target_column = models.CharField("目标值一栏的表头", max_length=60, blank=True)  # of a published form
    annual_goal = models.TextField("年度总目标", blank=True)
    actual_completion = models.TextField("实际完成情况", blank=True)
    main_results = models.TextField("主要绩效", blank=True)
    main_problems = models.TextField("主要问题", blank=True)
    improvement_measures = models.TextField("改进措施", blank=True)

    initial_typed = models.CharField("年初预算数", max_length=40, blank=True)
    initial = models.DecimalField("年初预算数（元）", max_digits=15, decimal_places=2, null=True, blank=True)
    current_year_typed = models.CharField("全年预算数", max_length=40, blank=True)
    current_year = models.DecimalField(
        "全年预算数（调整后，元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    executed_typed = models.CharField("全年执行数", max_length=40, blank=True)
    executed = models.DecimalField("全年执行数（元）", max_digits=15, decimal_places=2, null=True, blank=True)
    previous_year_budget_typed = models.CharField("上年预算金额", max_length=40, blank=True)
    previous_year_budget = models.DecimalField(
        "上年预算金额（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    # Fields that only some editions have, as typed, by key: amounts by source (``budget.executed_fiscal``), the printed
    # rate (``budget.execution_rate``).
    extra = models.JSONField("其他栏目", default=dict, blank=True)
    # Points of groups and sums as a published form prints them; empty on forms of our own, where they are computed.
    printed_groups = models.JSONField("印出的各级分值", default=list, blank=True, editable=False)
    printed_totals = models.JSONField("印出的合计", default=dict, blank=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "绩效自评"
        ordering = ["-fiscal_year", "pk"]
        indexes = [
            models.Index(fields=["organization", "-fiscal_year", "state"], name="evaluation_of_unit"),
            # Walked in list order and holding all that counting a region's year needs (as of declarations).
            models.Index(
                fields=["-fiscal_year", "state", "-changed_at", "-id", "organization"],
                name="evaluation_by_year",
            ),
            # The reviewer's list in its order, with all that its counts and filters read.
            models.Index(
                fields=[
                    *("state", "-risk", "changed_at", "id", "organization", "submitted_by", "campaign"),
                    *("total", "computed_grade", "open_errors", "open_doubts", "finding_codes"),
                ],
                name="evaluation_in_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="evaluation_once",
                fields=["project", "campaign"],
                violation_error_message="这个项目在本批次已有自评表。",
            ),
            models.UniqueConstraint(
                name="evaluation_source_once", fields=["source_id"], condition=~Q(source_id="")
            ),
            models.CheckConstraint(
                name="evaluation_in_review_has_submitter",
                condition=Q(state__in=sorted(EDITABLE | {State.CONFIRMED})) | Q(submitted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="evaluation_copies_say_when",
                condition=Q(declaration__isnull=True) | Q(targets_copied_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.project_name or '未命名项目'}自评"

    @property
    def stands_alone(self) -> bool:
        """From elsewhere: no approved targets stand behind it, so they are typed here."""
        return self.declaration_id is None

    @property
    def called(self) -> str:
        return f"{super().called}的自评表"

    def has_row(self, table: str, row_id: str) -> bool:
        """A row that the approved targets have no longer stands on no form."""
        return bool(self.indicators.filter(row_id=row_id, is_vanished=False).exists())

    def document(self) -> "EvaluationDocument":
        from evaluations.speaking import document_of

        return document_of(self)

    def place_of(self, path: str) -> Place | None:
        from evaluations.fields import place_of

        return place_of(self, path)

    def cells_of(self, table: str, row: "EvaluationRow") -> dict[str, str]:
        from evaluations.fields import cells_of

        return cells_of(self, row)

    def is_filled(self, field: Field, document: "EvaluationDocument") -> bool:
        """Rows of copied targets say nothing of the unit: the table is filled once a result stands in it."""
        if field.key != "indicators":
            return super().is_filled(field, document)
        return any(
            row.actual or row.band or row.self_score or row.not_applicable for row in document.indicators
        )

    def findings(self, document: "EvaluationDocument | None" = None) -> list[Finding]:
        from evaluations.checking import findings_of

        return findings_of(self, document)

    def after_saving(self) -> None:
        """The total, the grade and the counts that lists show follow every save."""
        from evaluations.checking import keep

        getattr(self, "_prefetched_objects_cache", {}).pop("indicators", None)  # read before the save
        self._looked = keep(self)

    def form_readings(self) -> dict[str, str]:
        """Points of every row, the total and both execution rates follow every save."""
        from evaluations.checking import check
        from evaluations.entry import form_readings

        looked = self.__dict__.get("_looked") or check(self)
        return form_readings(self, looked.document, looked.sheet)

    def cell_labels(self, table: str) -> dict[str, str]:
        from evaluations.fields import label_of

        return {column: label_of(self, column) for column in ("actual", "self_score", "deviation_reason")}

    def words_for(self, path: str, document: "EvaluationDocument | None" = None) -> str:
        from evaluations.fields import words_for

        return words_for(self, path, document)


class EvaluationRow(CopiedRow):
    """One indicator: what was promised (copied), what came of it, and the points."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="indicators")
    is_key = models.BooleanField("核心指标", default=False)

    # Typed.
    rule = models.TextField("评分规则", blank=True)
    actual = models.CharField("实际完成值", max_length=1000, blank=True)
    operator = models.CharField("确认的运算符", max_length=8, blank=True)
    band = models.CharField("完成档次", max_length=30, blank=True)
    self_score_typed = models.CharField("自评分", max_length=20, blank=True)
    self_score = models.DecimalField("自评分（读作）", max_digits=6, decimal_places=2, null=True, blank=True)
    deviation_reason = models.TextField("偏差原因分析及改进措施", blank=True)
    evidence_note = models.TextField("佐证材料", blank=True)
    remark = models.TextField("备注", blank=True)
    not_applicable = models.BooleanField("不适用", default=False)

    # The reviewer's.
    reviewer_score_typed = models.CharField("审核分", max_length=20, blank=True)
    reviewer_score = models.DecimalField(
        "审核分（读作）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    reviewer_reason = models.TextField("审核意见", blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )

    class Meta:
        verbose_name = "自评指标"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="evaluation_row_once", fields=["evaluation", "row_id"])]


class EvidenceStorage(FileSystemStorage):
    """Its own folder, outside everything that is served: files leave it only through a view that asks for the right."""

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return str(settings.EVIDENCE_DIR)

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.abspath(self.base_location)

    @property
    def base_url(self) -> None:  # type: ignore[override]
        return None


def evidence_storage() -> Storage:
    return EvidenceStorage()


class Evidence(models.Model):
    """佐证材料: a file for one row, or for the whole form where ``row_id`` is empty, with where to look in it."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="evidence")
    row_id = models.CharField(max_length=16, blank=True)
    file = models.FileField(storage=evidence_storage, max_length=200)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    pointer = models.CharField("在文件中的位置", max_length=200, blank=True)  # 第 3 页, Sheet1!B4
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "佐证材料"
        ordering = ["pk"]
        constraints = [
            # The same file twice at one row says nothing new: a double click uploads once.
            models.UniqueConstraint(name="evidence_once", fields=["evaluation", "row_id", "sha256"])
        ]

    def __str__(self) -> str:
        return self.name


class EvaluationMark(Mark):
    """Who last saved one field of an evaluation."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="marks")

    class Meta:
        constraints = [models.UniqueConstraint(name="evaluation_mark_once", fields=["evaluation", "path"])]


class EvaluationReason(WrittenReason):
    """Why the unit leaves a 疑问 of an evaluation as it is."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="reasons")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="evaluation_reason_once", fields=["evaluation", "code", "path"])
        ]


class KeptScore(models.Model):
    """The score sheet of a form as it was sent or confirmed, with its inputs and rules: ``scoring.replay`` does it again."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="scores")
    fingerprint = models.CharField(max_length=64)  # of the document that was scored
    sheet = models.JSONField("得分表")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "得分表"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="kept_score_once", fields=["evaluation", "fingerprint"])]

    def __str__(self) -> str:
        return self.fingerprint[:12]


TEXT_COLUMNS = frozenset(TEXT_KEYS)

# Django looks for models in this module; those of spot checks stand in a file of their own.
from evaluations.spot_checks.models import SpotAnswer, SpotCase, SpotCheck, SpotRowScore  # noqa: E402, F401
