"""抽查复核 as rows: what was drawn from what, and what the recheckers found. Imported by ``evaluations.models``."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from evaluations.sampling import Candidate, Reason
from evaluations.spot_checks.scheme import Scheme, load
from perfgoals.accounts.models import Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.models import Revision

LOT_DIGITS = 60
BUREAU = (Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN)


class Population(models.TextChoices):
    CONFIRMED = "confirmed", "已确认的"
    SENT = "sent", "已送审和已确认的"


class SeedOrigin(models.TextChoices):
    GENERATED = "generated", "系统产生"
    TYPED = "typed", "公开产生，照录"


class Stage(models.TextChoices):
    WAITING = "waiting", "待复核"
    WORKING = "working", "复核中"
    DONE = "done", "已完成"


class SpotCheckQuerySet(models.QuerySet["SpotCheck"]):
    def visible_to(self, user: User) -> "SpotCheckQuerySet":
        """Spot checks of the region, for the bureau's people; units learn of theirs on the score card."""
        if user.role not in BUREAU or user.organization is None:
            return self.none()
        return self.filter(campaign__region=user.organization.region_id)

    def update(self, **changes: Any) -> int:
        raise TypeError("A draw is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("A draw is never deleted.")


class SpotCheck(models.Model):
    """One draw. Seed, scheme and population are kept as they were, so that anybody draws the same sample again.

    ``population`` lists ``[key, weight, [codes of reasons]]`` by key; its ``fingerprint`` is ``drawing.fingerprint``.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="spot_checks", verbose_name="批次", editable=False
    )
    number = models.PositiveSmallIntegerField("第几次", editable=False)
    scope = models.CharField("抽取范围", max_length=12, choices=Population, editable=False)
    # The names of the departments and units it was limited to; empty for the whole campaign.
    chosen = models.JSONField("限定的部门和单位", default=list, editable=False)
    share = models.DecimalField("抽取比例（%）", max_digits=5, decimal_places=2, null=True, editable=False)
    size = models.PositiveIntegerField("应抽张数", editable=False)
    seed = models.CharField("种子", max_length=100, editable=False)
    seed_origin = models.CharField("种子来源", max_length=12, choices=SeedOrigin, editable=False)
    seed_note = models.CharField("种子出处", max_length=200, blank=True, editable=False)
    scheme_data = models.JSONField("抽查办法", editable=False)
    population = models.JSONField("候选名单", editable=False)
    population_size = models.PositiveIntegerField("候选张数", editable=False)
    fingerprint = models.CharField("候选名单指纹", max_length=64, editable=False)
    # The page that offered "抽取" printed this key: its second click finds the first one's draw.
    draw_key = models.UUIDField("抽取凭据", unique=True, editable=False)
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="抽取人", editable=False)
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)

    objects = SpotCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "抽查"
        ordering = ["-drawn_at", "-pk"]
        constraints = [
            # Of two who draw at once the second is told.
            models.UniqueConstraint(name="spot_check_once", fields=["campaign", "number"]),
            models.CheckConstraint(name="spot_check_has_seed", condition=~Q(seed="")),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} 第 {self.number} 次抽查"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A draw is never changed.")
        super().save(*args, **kwargs)

    @property
    def scheme(self) -> Scheme:
        """The scheme as it was when the sample was drawn."""
        return load(self.scheme_data)

    def candidates(self) -> list[Candidate]:
        """The population as the draw saw it: reasons carry code and weight, their words stand with the cases."""
        scheme = self.scheme
        weights = {risk.code: risk.weight for risk in scheme.risks}
        return [
            Candidate(key, tuple(Reason(weights[code], "", code) for code in codes), scheme.base)
            for key, _, codes in self.population
        ]


class SpotCase(models.Model):
    """A form of the sample, as it stood at the draw (``revision``), with what its rechecker found.

    ``version`` grows with every act; a page that shows an older one may not act.
    """

    check_of = models.ForeignKey(
        SpotCheck, models.PROTECT, related_name="cases", verbose_name="抽查", editable=False
    )
    evaluation = models.ForeignKey(
        "evaluations.Evaluation",
        models.PROTECT,
        related_name="spot_cases",
        verbose_name="自评表",
        editable=False,
    )
    revision = models.ForeignKey(
        Revision, models.PROTECT, related_name="+", verbose_name="抽中时的定稿", editable=False
    )
    place = models.PositiveIntegerField("抽中次序", editable=False)
    lot = models.CharField("签号", max_length=LOT_DIGITS, editable=False)
    weight = models.PositiveIntegerField("权数", editable=False)
    reasons = models.JSONField("风险因素", default=list, editable=False)  # [code, weight, words]
    state_then = models.CharField("抽中时的状态", max_length=16, editable=False)

    stage = models.CharField("进度", max_length=12, choices=Stage, default=Stage.WAITING, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    rechecker = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="spot_cases", verbose_name="复核人", editable=False
    )
    assigned_at = models.DateTimeField("指派时间", null=True, editable=False)
    changed_at = models.DateTimeField("修改时间", auto_now=True)
    findings_text = models.TextField("复核意见", blank=True)

    # Kept when it is finished, for lists and statistics; emptied when it is opened again.
    finished_at = models.DateTimeField("完成时间", null=True, editable=False)
    rubric_total = models.DecimalField("复核表得分", max_digits=5, decimal_places=2, null=True, editable=False)
    total_before = models.DecimalField("复核前得分", max_digits=6, decimal_places=2, null=True, editable=False)
    total_after = models.DecimalField("复核得分", max_digits=6, decimal_places=2, null=True, editable=False)
    grade_before = models.CharField("复核前等级", max_length=20, blank=True, editable=False)
    grade_after = models.CharField("复核等级", max_length=20, blank=True, editable=False)
    corrected_rows = models.PositiveIntegerField("改分的指标", default=0, editable=False)

    class Meta:
        verbose_name = "抽查的自评表"
        ordering = ["check_of", "place"]
        constraints = [
            models.UniqueConstraint(name="spot_case_once", fields=["check_of", "evaluation"]),
            models.UniqueConstraint(name="spot_case_place_once", fields=["check_of", "place"]),
            models.CheckConstraint(
                name="spot_case_done_says_when",
                condition=~Q(stage=Stage.DONE) | Q(finished_at__isnull=False, rechecker__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["rechecker", "stage"], name="spot_case_of_rechecker")]

    def __str__(self) -> str:
        return f"{self.evaluation}（{self.check_of}）"

    @property
    def is_done(self) -> bool:
        return self.stage == Stage.DONE

    @property
    def difference(self) -> Decimal | None:
        """What rechecking added to the score or, below zero, took off."""
        if self.total_before is None or self.total_after is None:
            return None
        return self.total_after - self.total_before


class SpotAnswer(models.Model):
    """The points of one question of the review form, as typed, and why points are lost."""

    case = models.ForeignKey(SpotCase, models.CASCADE, related_name="answers")
    question = models.CharField("问题", max_length=40)
    points_typed = models.CharField("得分", max_length=20, blank=True)
    points = models.DecimalField("得分（读作）", max_digits=5, decimal_places=2, null=True)
    reason = models.TextField("扣分理由", blank=True)

    class Meta:
        verbose_name = "复核表的一问"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="spot_answer_once", fields=["case", "question"])]

    def __str__(self) -> str:
        return self.question


class SpotRowScore(models.Model):
    """The rechecker's points of one row beside those of unit and reviewer, which stay as they are."""

    case = models.ForeignKey(SpotCase, models.CASCADE, related_name="row_scores")
    row_id = models.CharField("行", max_length=16)
    points_typed = models.CharField("复核分", max_length=20, blank=True)
    points = models.DecimalField("复核分（读作）", max_digits=6, decimal_places=2, null=True)
    reason = models.TextField("理由", blank=True)

    class Meta:
        verbose_name = "一行的复核分"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="spot_row_score_once", fields=["case", "row_id"])]

    def __str__(self) -> str:
        return self.row_id
