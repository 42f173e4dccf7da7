"""Who uses the site and where they belong: regions, organizations, people.

Every person has one role in one organization. What a role may do is said by predicates beside the things it does
them to; no permission tables in the database.
"""

import datetime

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Region(models.Model):
    """行政区划: a place with its own finance bureau."""

    code = models.CharField("区划代码", max_length=9, unique=True)
    name = models.CharField("区划名称", max_length=60)

    class Meta:
        verbose_name = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OrganizationKind(models.TextChoices):
    FINANCE = "finance", "财政部门"
    DEPARTMENT = "department", "主管部门"
    UNIT = "unit", "预算单位"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: "User") -> "OrganizationQuerySet":
        """The organizations whose business this person may see."""
        home = user.organization
        if home is None:
            return self.none()
        match user.role:
            case Role.FINANCE_REVIEWER | Role.BUSINESS_ADMIN | Role.SYSTEM_ADMIN:
                return self.filter(region=home.region_id)
            case Role.DEPARTMENT_REVIEWER:
                return self.filter(Q(pk=home.pk) | Q(parent=home.pk))
            case Role.FILER | Role.UNIT_REVIEWER:
                return self.filter(pk=home.pk)
            case _:
                return self.none()


class Organization(models.Model):
    """A public body. A unit hangs under its department; a department without superior is its own department."""

    code = models.CharField("单位代码", max_length=20, unique=True)
    name = models.CharField("单位名称", max_length=120)
    kind = models.CharField("单位性质", max_length=12, choices=OrganizationKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="行政区划")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="units", verbose_name="主管部门"
    )
    is_active = models.BooleanField("启用", default=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="organization_unit_has_department",
                condition=~Q(kind=OrganizationKind.UNIT) | Q(parent__isnull=False),
                violation_error_message="预算单位要选主管部门。",
            ),
            models.CheckConstraint(
                name="organization_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message="主管部门不能是单位自己。",
            ),
            # Two storeys and no more: a circle of superiors cannot be written down.
            models.CheckConstraint(
                name="organization_only_units_have_department",
                condition=Q(kind=OrganizationKind.UNIT) | Q(parent__isnull=True),
                violation_error_message="只有预算单位要选主管部门。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def department(self) -> "Organization":
        """The body that reviews this one: its parent, or itself."""
        return self.parent or self


class Role(models.TextChoices):
    FILER = "filer", "填报人"
    UNIT_REVIEWER = "unit_reviewer", "单位审核人"
    DEPARTMENT_REVIEWER = "department_reviewer", "主管部门审核人"
    FINANCE_REVIEWER = "finance_reviewer", "财政审核人"
    BUSINESS_ADMIN = "business_admin", "业务管理员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


# 三员分立: these three run the site and hold no business rights.
KEEPER_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        """A new person. Without a password nobody can sign in as them."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def visible_to(self, user: "User") -> models.QuerySet["User"]:
        """The accounts this person may administer: 系统管理员, own region only."""
        if user.role != Role.SYSTEM_ADMIN or user.organization is None:
            return self.none()
        return self.filter(organization__region=user.organization.region_id)


class User(AbstractBaseUser):
    """A person with one role in one organization."""

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=20, choices=Role)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="people", verbose_name="单位")
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_demo = models.BooleanField("演示账号", default=False)
    must_change_password = models.BooleanField("下次登录要改密码", default=True)
    password_history = models.JSONField("用过的密码摘要", default=list, blank=True)
    password_changed_at = models.DateTimeField("上次改密码", default=timezone.now)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    # Set by pages that show them (``lockout``, ``second_factor``); not columns.
    locked_until: datetime.datetime | None = None
    needs_app: bool = False
    # For whom this person acts in this request (``perfgoals.handover.acting``); "" for the own role.
    acting_for: str = ""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_keeper(self) -> bool:
        """One of the 三员, who see no business data."""
        return self.role in KEEPER_ROLES
