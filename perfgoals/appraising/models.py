"""审核表 and 会审: what a reviewer answered about one revision of a filing, and panels of several reviewers.

All hang on a filing by content type, so that declarations and evaluations share them. A form that was handed in is
never changed: its answers are frozen in ``document``, and another revision of the filing needs another form.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from perfgoals.accounts.models import Organization, Region, Role, User
from perfgoals.appraising.questionnaire import GRADES, POINTS, Questionnaire, get_questionnaire
from perfgoals.appraising.sheet import Sheet
from perfgoals.documents.models import Revision
from perfgoals.reviewing.models import OfFiling, OfFilingQuerySet
from perfgoals.workflow import Filing, State


class Kind(models.TextChoices):
    REVIEW = "review", "审核表"
    MEMBER = "member", "会审个人审核表"
    PANEL = "panel", "会审审核表"


class ModeChoice(models.TextChoices):
    BY_GRADES = GRADES, "一般性项目（评等级）"
    BY_POINTS = POINTS, "重点项目（按缺陷扣分）"


class Panel(models.Model):
    """会审: several reviewers judge one or several forms, each alone, then the chair settles."""

    name = models.CharField("会审名称", max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="行政区划")
    questionnaire_id = models.CharField("问卷", max_length=60)
    mode = models.CharField("方式", max_length=8, choices=ModeChoice)
    meets_on = models.DateField("会审日期")  # the last day on which members fill their forms
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="组织人")
    opened_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "会审"
        ordering = ["-meets_on", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def questionnaire(self) -> Questionnaire:
        return get_questionnaire(self.questionnaire_id)

    @property
    def is_over(self) -> bool:
        """The day has passed: nobody fills any more, the chair settles what is in."""
        return self.meets_on < timezone.localdate()


class PanelMember(models.Model):
    panel = models.ForeignKey(Panel, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="成员")

    class Meta:
        verbose_name = "会审成员"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="panel_member_once", fields=["panel", "user"])]

    def __str__(self) -> str:
        return str(self.user)


class PanelCaseQuerySet(OfFilingQuerySet):
    def seated(self, user: User) -> "PanelCaseQuerySet":
        """Those on whose panel this person sits, as long as their role lets them judge."""
        if user.role not in JUDGES:
            return self.none()
        return self.filter(panel__members__user=user)


class PanelCase(OfFiling):
    """One form before a panel: the revision judged, who chairs, when filling ended and when it was settled."""

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="cases")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="稿")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="申报单位")
    chair = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="组长")
    closed_at = models.DateTimeField("收表时间", null=True)
    settled_at = models.DateTimeField("定稿时间", null=True)

    objects = PanelCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "会审项目"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="panel_case_once", fields=["panel", "revision"]),
            models.CheckConstraint(
                name="panel_case_closed_before_settled",
                condition=Q(settled_at__isnull=True) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel}：{self.filing}"

    @property
    def judged(self) -> Filing:
        """The filing before the panel."""
        filing = self.filing
        if not isinstance(filing, Filing):
            raise TypeError(f"{filing!r} is no filing")
        return filing

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class InterestStatement(models.Model):
    """利害关系声明: what a member says before reading the form. Whoever has a conflict is out of this case."""

    case = models.ForeignKey(PanelCase, models.CASCADE, related_name="statements")
    member = models.ForeignKey(PanelMember, models.CASCADE, related_name="statements")
    has_conflict = models.BooleanField("回避")
    words = models.TextField("说明", blank=True)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "利害关系声明"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="interest_stated_once", fields=["case", "member"]),
            models.CheckConstraint(
                name="interest_conflict_has_words", condition=Q(has_conflict=False) | ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return "回避" if self.has_conflict else "无利害关系"


class ReviewFormQuerySet(OfFilingQuerySet):
    def handed_in(self) -> "ReviewFormQuerySet":
        return self.filter(submitted_at__isnull=False)


class ReviewForm(OfFiling):
    """审核表: eight answers about one revision, a grade and an opinion; a draft until it is handed in."""

    kind = models.CharField("种类", max_length=8, choices=Kind, default=Kind.REVIEW)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="稿")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="申报单位")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    questionnaire_id = models.CharField("问卷", max_length=60)
    mode = models.CharField("方式", max_length=8, choices=ModeChoice, default=ModeChoice.BY_GRADES)
    step = models.CharField("审核环节", max_length=16, choices=State)
    case = models.ForeignKey(
        PanelCase, models.PROTECT, null=True, related_name="forms", verbose_name="会审项目"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审核人")
    grade = models.CharField("综合评定等级", max_length=16, blank=True)
    proposed = models.CharField("算出的等级", max_length=16, blank=True)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True)
    opinion = models.TextField("总体意见", blank=True)
    document = models.TextField("定稿", blank=True)  # the sheet as canonical JSON, once handed in
    fingerprint = models.CharField("指纹", max_length=64, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)
    submitted_at = models.DateTimeField("交表时间", null=True)

    objects = ReviewFormQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "审核表"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="review_form_of_filing"),
            models.Index(fields=["fiscal_year", "kind", "organization"], name="review_form_for_statistics"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="review_form_once", fields=["revision", "author"], condition=Q(kind=Kind.REVIEW)
            ),
            models.UniqueConstraint(
                name="review_form_of_member_once", fields=["case", "author"], condition=Q(kind=Kind.MEMBER)
            ),
            models.UniqueConstraint(
                name="review_form_of_panel_once", fields=["case"], condition=Q(kind=Kind.PANEL)
            ),
            models.CheckConstraint(
                name="review_form_case_where_panel",
                condition=Q(kind=Kind.REVIEW, case__isnull=True)
                | Q(kind__in=[Kind.MEMBER, Kind.PANEL], case__isnull=False),
            ),
            models.CheckConstraint(
                name="review_form_handed_in_is_complete",
                condition=Q(submitted_at__isnull=True) | (~Q(grade="") & ~Q(document="") & ~Q(fingerprint="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.filing}"

    @property
    def questionnaire(self) -> Questionnaire:
        return get_questionnaire(self.questionnaire_id)

    @property
    def is_handed_in(self) -> bool:
        return self.submitted_at is not None

    def sheet(self) -> Sheet:
        """What was handed in. Only for forms that were."""
        return Sheet.from_json(self.document)


class ReviewAnswer(models.Model):
    """The answer to one question, for statistics and drafts; ``defects`` maps a defect to how many (or how much)."""

    form = models.ForeignKey(ReviewForm, models.CASCADE, related_name="answers")
    question = models.CharField("问题", max_length=60)
    grade = models.CharField("等级", max_length=16, blank=True)
    points = models.DecimalField("得分", max_digits=6, decimal_places=2, null=True)
    defects: Any = models.JSONField("扣分项", null=True)
    remark = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = "审核表的一问"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="review_answer_once", fields=["form", "question"])]

    def __str__(self) -> str:
        return f"{self.question}：{self.grade}"


# Who may judge at all: the reviewers of the chain (features F64 — third parties get an account with one of these roles).
JUDGES = frozenset({Role.UNIT_REVIEWER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER})
