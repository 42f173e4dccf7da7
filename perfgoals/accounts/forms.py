"""Forms of signing in and of the 系统管理员's screens."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import UsernameField
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from perfgoals.accounts.models import Organization, OrganizationKind, Role, User

# What one may be where (domain: the review chain and 三员 sit in the finance bureau or the department in charge).
_FINANCE_ONLY = frozenset(
    {Role.FINANCE_REVIEWER, Role.BUSINESS_ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}
)
# Django's own findings in the words of the house.
_PASSWORD_WORDS = {
    "password_too_short": "至少要 10 个字符。",
    "password_too_similar": "和登录名或邮箱太像。",
    "password_too_common": "这个密码太常见，容易被猜到。",
    "password_entirely_numeric": "不能全是数字。",
}


def house_helper() -> FormHelper:
    """Crispy, with fields drawn in the anatomy of the house; the form tag and buttons stand in the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.field_template = "includes/field.html"
    return helper


class SignInForm(forms.Form):
    """Name and password. What is wrong with them is not said here: the answer is the same for every wrong pair."""

    username = UsernameField(
        label="登录名",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "写登录名。", "max_length": "登录名最多 60 个字符。"},
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "写密码。", "max_length": "密码最多 256 个字符。"},
    )

    def __init__(self, *args: Any, demo_password: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = house_helper()
        if demo_password:
            self.fields["password"].widget.render_value = True
            self.initial["password"] = demo_password

    def authenticate(self, request: HttpRequest) -> User | None:
        """Whoever this is, or ``None``; a failure counts towards the lock."""
        return authenticate(request, **self.cleaned_data)


class PasswordForm(forms.Form):
    """The person's own new password, twice."""

    old = forms.CharField(
        label="现在的密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "写现在的密码。"},
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "写新密码。", "max_length": "密码最多 256 个字符。"},
    )
    again = forms.CharField(
        label="新密码，再写一遍",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "把新密码再写一遍。"},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = house_helper()

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("现在的密码不对，注意大小写。")
        return self.cleaned_data["old"]

    def clean_new(self) -> str:
        new = self.cleaned_data["new"]
        try:
            password_validation.validate_password(new, self.user)
        except forms.ValidationError as refused:
            raise forms.ValidationError(
                [_PASSWORD_WORDS.get(e.code or "", e.messages[0]) for e in refused.error_list]
            ) from None
        return new

    def clean(self) -> dict[str, Any]:
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", "两遍写得不一样。")
        return self.cleaned_data


class CodeForm(forms.Form):
    """Six digits from an app, or a recovery code; whether it is right is said by ``second_factor``."""

    code = forms.CharField(
        label="动态口令",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "写动态口令。", "max_length": "动态口令是 6 位数字。"},
    )

    def __init__(self, *args: Any, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = house_helper()
        self.fields["code"].help_text = help_text


class PersonForm(forms.ModelForm):
    """An account: who, where, in which role. The login name is chosen once and stays."""

    class Meta:
        model = User
        fields = ("username", "name", "organization", "role", "email")
        error_messages = {
            "username": {
                "required": "写登录名。",
                "unique": "这个登录名已有人用，换一个。",
                "max_length": "登录名最多 60 个字符。",
            },
            "name": {"required": "写姓名。", "max_length": "姓名最多 60 个字。"},
            "organization": {"required": "选单位。", "invalid_choice": "这个单位不在您的区划里，或已停用。"},
            "role": {"required": "选角色。", "invalid_choice": "没有这个角色。"},
            "email": {"invalid": "邮箱写成 name@example.cn 的样子，或者空着。"},
        }
        help_texts = {
            "username": "字母、数字和 . _ -，至少 3 个字符。建好以后不能改。",
            "email": "可以不写。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.helper = house_helper()
        places = cast(forms.ModelChoiceField, self.fields["organization"])
        places.queryset = organizations_to_choose(actor, keep=self.instance.organization_id)
        places.empty_label = "请选择"
        cast(forms.ChoiceField, self.fields["role"]).choices = [("", "请选择"), *Role.choices]
        self.fields["email"].required = False
        if self.instance.pk:
            del self.fields["username"]

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if len(username) < 3 or not all(c.isalnum() or c in "._-" for c in username):
            raise forms.ValidationError("登录名用字母、数字和 . _ -，至少 3 个字符。")
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("这个登录名已有人用，换一个。")
        return username

    def clean(self) -> dict[str, Any]:
        super().clean()
        organization, role = self.cleaned_data.get("organization"), self.cleaned_data.get("role")
        if organization and role:
            self._check_place(Role(role), organization)
        if self.instance.pk == self.actor.pk and role and role != self.actor.role:
            self.add_error("role", "不能改自己的角色。请另一位系统管理员来改。")
        return self.cleaned_data

    def _check_place(self, role: Role, organization: Organization) -> None:
        if role in _FINANCE_ONLY and organization.kind != OrganizationKind.FINANCE:
            self.add_error(
                "role", f"{role.label}要在财政部门。“{organization}”是{organization.get_kind_display()}。"
            )
        if role == Role.DEPARTMENT_REVIEWER and organization.kind == OrganizationKind.UNIT:
            self.add_error(
                "role", f"主管部门审核人要在主管部门。“{organization}”是预算单位，可以选单位审核人。"
            )


class OrganizationForm(forms.ModelForm):
    """A public body and where it hangs. The tree has two storeys: departments and their units."""

    class Meta:
        model = Organization
        fields = ("code", "name", "kind", "parent")
        error_messages = {
            "code": {
                "required": "写单位代码。",
                "unique": "这个代码已有单位用。",
                "max_length": "单位代码最多 20 个字符。",
            },
            "name": {"required": "写单位名称。", "max_length": "单位名称最多 120 个字。"},
            "kind": {"required": "选单位性质。", "invalid_choice": "没有这种单位性质。"},
            "parent": {"invalid_choice": "这个单位不能当主管部门。"},
        }
        help_texts = {
            "code": "预算单位代码，和部门预算里的一样。",
            "name": "全称，照公章写。正式表上印的就是这个名称。",
            "parent": "预算单位要选；财政部门和主管部门空着。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = house_helper()
        self.instance.region = self.instance.region if self.instance.pk else actor.organization.region
        choices = organizations_to_choose(actor, keep=self.instance.parent_id)
        departments = cast(forms.ModelChoiceField, self.fields["parent"])
        departments.queryset = choices.exclude(kind=OrganizationKind.UNIT).exclude(pk=self.instance.pk)
        departments.empty_label = "没有（本单位就是主管部门或财政部门）"
        cast(forms.ChoiceField, self.fields["kind"]).choices = [("", "请选择"), *OrganizationKind.choices]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if not all(c.isascii() and (c.isalnum() or c in "-._") for c in code):
            raise forms.ValidationError(f"“{code}”里有字母、数字以外的字符。单位代码写成 201001 的样子。")
        return code

    def clean(self) -> dict[str, Any]:
        super().clean()
        kind, parent = self.cleaned_data.get("kind"), self.cleaned_data.get("parent")
        if kind == OrganizationKind.UNIT and parent is None and "parent" not in self.errors:
            self.add_error("parent", "预算单位要选主管部门。")
        if kind and kind != OrganizationKind.UNIT and parent is not None:
            self.add_error("parent", f"{OrganizationKind(kind).label}上面没有主管部门，这一项空着。")
        if kind == OrganizationKind.UNIT and self.instance.pk and (count := self.instance.units.count()):
            self.add_error("kind", f"下面还有 {count} 个预算单位，不能改成预算单位。先给它们换主管部门。")
        return self.cleaned_data


def organizations_to_choose(actor: User, *, keep: int | None = None) -> QuerySet[Organization]:
    """The organizations in use of the actor's region; ``keep`` stays choosable even if switched off."""
    seen = Organization.objects.visible_to(actor)
    return seen.filter(Q(is_active=True) | Q(pk=keep)) if keep else seen.filter(is_active=True)
