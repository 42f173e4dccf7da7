"""The export screen of the 业务管理员: choose, see how many, start, come back for the file."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from declarations import permissions
from declarations.exporting import FILTERS, TITLES, chosen
from declarations.models import Declaration
from perfgoals.accounts.models import Organization, OrganizationKind, User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions import all_editions
from perfgoals.jobs import queue
from perfgoals.jobs.models import Job
from perfgoals.workflow import State

SHOWN_JOBS = 20


class ExportForm(forms.Form):
    """The filter. Everything is optional; nothing chosen means everything one may see."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    department = forms.TypedChoiceField(label="主管部门", required=False, coerce=int, empty_value=None)
    unit = forms.TypedChoiceField(label="单位", required=False, coerce=int, empty_value=None)
    type = forms.ChoiceField(label="绩效类型或资金用途", required=False)
    state = forms.ChoiceField(label="状态", required=False)
    edition = forms.ChoiceField(label="表式", required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organization.objects.visible_to(user).order_by("code")
        declarations = Declaration.objects.visible_to(user).order_by()
        years = declarations.values_list("fiscal_year", flat=True).distinct().order_by("-fiscal_year")
        departments = places.filter(Q(kind=OrganizationKind.DEPARTMENT) | Q(parent__isnull=True))
        types = {
            word
            for pair in declarations.values_list("performance_type", "fund_use").distinct()
            for word in pair
            if word
        }
        choices: dict[str, list[tuple[Any, str]]] = {
            "year": [(year, f"{year} 年") for year in years],
            "department": list(departments.values_list("pk", "name")),
            "unit": list(places.values_list("pk", "name")),
            "type": [(word, word) for word in sorted(types)],
            "state": [choice for choice in State.choices if choice[0] != State.CONFIRMED],
            "edition": [
                (edition.id, f"{edition.title}（{edition.id}）")
                for edition in all_editions().values()
                if edition.kind != "evaluation"
            ],
        }
        self.words = {name: dict(pairs) for name, pairs in choices.items()}
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", "全部"), *choices[name]]
            field.widget.attrs.update({"class": "form-select form-select-sm", "id": f"id_{name}"})

    def params(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in FILTERS if self.cleaned_data.get(key)}


@require_http_methods(["GET", "POST"])
def exports(request: SignedInRequest) -> HttpResponse:
    """GET shows the filter, how many forms it finds, and one's earlier exports; POST starts one."""
    if not permissions.may_export(request.user):
        raise PermissionDenied
    form = ExportForm(request.user, request.POST if request.method == "POST" else request.GET or {})
    found = chosen(request.user, form.params()).count() if form.is_valid() else 0
    kind = request.POST.get("kind", "")
    if request.method == "POST" and form.is_valid() and found and kind in TITLES:
        job = queue.start(kind, form.params(), owner=request.user, title=_title(form, kind))
        return redirect("jobs:job", pk=job.pk)
    context = {
        "form": form,
        "found": found,
        "kinds": TITLES,
        "jobs": Job.objects.visible_to(request.user)[:SHOWN_JOBS],
        "nav": "exports",
    }
    if request.htmx and request.htmx.target == "export-found":
        return render(request, "jobs/found.html", context)
    return render(request, "jobs/exports.html", context, status=422 if request.method == "POST" else 200)


def _title(form: ExportForm, kind: str) -> str:
    """What was asked for, in words: “正式表 PDF：2020 年，上海市财政局”."""
    words = [form.words[key].get(form.cleaned_data[key], "") for key in form.params()]
    return f"{TITLES[kind]}：{'，'.join(word for word in words if word) or '全部'}"[:200]
