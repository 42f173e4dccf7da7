"""Forms of a campaign and of an extension."""

import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone

from perfgoals.accounts.forms import house_helper
from perfgoals.accounts.models import User
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.editions import all_editions
from perfgoals.workflow import has_forms

_MOMENT = "%Y-%m-%dT%H:%M"
_ACCEPTED = [_MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
_UNREADABLE = "写成 2026-10-18 17:00 的样子。"
# What cannot change under forms that are already being filled.
_FIXED = ("kind", "fiscal_year", "edition_id", "cutoff_month")


def moment_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=_ACCEPTED,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        error_messages={"invalid": _UNREADABLE, "required": f"写{label}，{_UNREADABLE}"},
    )


class CampaignForm(forms.ModelForm):
    """A campaign: what is filled, for which year, on which form, until when, and who reviews."""

    opens_at = moment_field("开始时间", help_text="可以空着：建好就能填。")
    closes_at = moment_field("截止时间", help_text="过了截止时间还能送审，要写逾期原因。")

    class Meta:
        model = Campaign
        fields = (
            "name",
            "kind",
            "fiscal_year",
            "edition_id",
            "cutoff_month",
            "opens_at",
            "closes_at",
            "has_unit_review",
        )
        error_messages = {
            "name": {
                "required": "写批次名称。",
                "unique": "已经有叫这个名称的批次，换一个。",
                "max_length": "批次名称最多 80 个字。",
            },
            "kind": {"required": "选种类。", "invalid_choice": "没有这个种类。"},
            "fiscal_year": {"required": "写年度。", "invalid": "年度写成 2027 的样子。"},
        }
        help_texts = {
            "name": "各单位看到的名称，比如“2027年度绩效目标申报”。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = house_helper()
        if not self.instance.pk:
            self.instance.region = actor.organization.region
        cast(forms.ChoiceField, self.fields["kind"]).choices = [("", "请选择"), *CampaignKind.choices]
        self.fields["edition_id"] = forms.ChoiceField(
            label="表式",
            choices=[("", "请选择"), *self._editions()],
            error_messages={"required": "选表式。", "invalid_choice": "没有这种表式。"},
        )
        self.fields["has_unit_review"] = forms.TypedChoiceField(
            label="要经单位审核",
            choices=[("0", "不要：送审后直接到主管部门"), ("1", "要：先由单位审核人审核")],
            coerce=lambda value: value == "1",
            error_messages={"invalid_choice": "没有这个选项。", "required": "选要不要经单位审核。"},
        )
        self.fields["cutoff_month"] = forms.TypedChoiceField(
            label="数据截至",
            required=False,
            choices=[("", "不是运行监控"), *((month, f"{month} 月底") for month in range(1, 13))],
            coerce=int,
            empty_value=None,
            help_text="只用于绩效运行监控：报 1 月到这个月的执行情况。一年可以有几个批次。",
            error_messages={"invalid_choice": "选 1 到 12 月。"},
        )
        self.initial["has_unit_review"] = "1" if self.instance.has_unit_review else "0"
        year = cast(forms.IntegerField, self.fields["fiscal_year"])
        year.widget.attrs |= {"min": 2000, "max": 2100}
        self.has_forms = bool(self.instance.pk) and has_forms(self.instance)
        if self.has_forms:
            for name in _FIXED:
                del self.fields[name]
        self.order_fields([name for name in self.Meta.fields if name in self.fields])

    def _editions(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Under the name of their kind, in the order of the kinds."""
        grouped: dict[str, list[tuple[str, str]]] = {kind.label: [] for kind in CampaignKind}
        for edition in all_editions().values():
            title = f"{edition.title}（{_years(edition.year_from, edition.year_to)}）"
            grouped[CampaignKind(edition.kind).label].append((edition.id, title))
        return [(label, editions) for label, editions in grouped.items() if editions]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].replace("\0", "").split())

    def clean_fiscal_year(self) -> int:
        year = self.cleaned_data["fiscal_year"]
        if not 2000 <= year <= 2100:
            raise forms.ValidationError("年度写成 2027 的样子。")
        return year  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        super().clean()
        opens, closes = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", "截止时间要晚于开始时间。")
        edition = all_editions().get(self.cleaned_data.get("edition_id") or "")
        kind = self.cleaned_data.get("kind")
        if edition and kind and edition.kind != kind:
            self.add_error(
                "edition_id",
                f"“{edition.title}”是{CampaignKind(edition.kind).label}的表式，不能用在{CampaignKind(kind).label}。",
            )
        self._clean_cutoff(kind)
        return self.cleaned_data

    def _clean_cutoff(self, kind: str | None) -> None:
        """Monitoring needs its month; a month chosen before the kind was changed means nothing."""
        if "cutoff_month" not in self.fields or "cutoff_month" in self.errors or not kind:
            return
        if kind != CampaignKind.MONITORING:
            self.cleaned_data["cutoff_month"] = None
        elif not self.cleaned_data.get("cutoff_month"):
            self.add_error("cutoff_month", "绩效运行监控要选数据截至哪个月。")

    def _get_validation_exclusions(self) -> set[str]:
        """The order of the dates is said above, at the field; the constraint would say it again at the top."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | ({"closes_at"} if "closes_at" in self.errors else set())


def _years(first: int, last: int | None) -> str:
    if last == first:
        return f"{first} 年"
    return f"{first} 年起" if last is None else f"{first}—{last} 年"


class ExtensionForm(forms.Form):
    """A later deadline for one unit."""

    until = moment_field("延到", required=True)
    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="单位和审核人都看得到。",
        error_messages={"required": "要写延期的原因，审核人会看到。", "max_length": "原因最多 500 个字。"},
    )

    def __init__(self, *args: Any, deadline: datetime.datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = house_helper()
        if deadline is not None:
            later = timezone.localtime(deadline) + datetime.timedelta(days=7)
            self.fields["until"].initial = later
