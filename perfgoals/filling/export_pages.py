"""The export screen: choose a kind and a range, see how many, start, come back for the file."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from perfgoals.accounts.models import User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.exporting import Exported, screens
from perfgoals.jobs import queue
from perfgoals.jobs.models import Job

SHOWN_JOBS = 20


class ExportForm(forms.Form):
    """The filter. Everything is optional; nothing chosen means everything one may see."""

    def __init__(self, exported: Exported, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words: dict[str, dict[Any, str]] = {}
        found = exported.filings().visible_to(user)
        for one in exported.filters:
            choices = list(one.choices(user, found))
            self.words[one.key] = dict(choices)
            listed: list[tuple[Any, str]] = [("", "全部"), *choices]
            field = (
                forms.TypedChoiceField(
                    label=one.label, required=False, choices=listed, coerce=int, empty_value=None
                )
                if one.is_number
                else forms.ChoiceField(label=one.label, required=False, choices=listed)
            )
            field.widget.attrs.update({"class": "form-select form-select-sm", "id": f"id_{one.key}"})
            self.fields[one.key] = field

    def params(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in self.words if self.cleaned_data.get(key)}


def exports_page(request: SignedInRequest, exported: Exported) -> HttpResponse:
    """GET shows the filter, how many forms it finds, and one's earlier exports; POST starts one."""
    if not exported.permitted(request.user):
        raise PermissionDenied
    is_post = request.method == "POST"
    form = ExportForm(exported, request.user, request.POST if is_post else request.GET or {})
    found = exported.chosen(request.user, form.params()).count() if form.is_valid() else 0
    kind = request.POST.get("kind", "")
    if is_post and form.is_valid() and found and kind in exported.titles:
        title = _title(exported, form, kind)
        job = queue.start(kind, form.params(), owner=request.user, title=title)
        return redirect("jobs:job", pk=job.pk)
    context = {
        "form": form,
        "found": found,
        "screen": exported,
        "screens": screens(request.user),
        "kinds": exported.titles,
        "jobs": Job.objects.visible_to(request.user)[:SHOWN_JOBS],
        "nav": "exports",
    }
    if request.htmx and request.htmx.target == "export-found":
        return render(request, "jobs/found.html", context)
    return render(request, "jobs/exports.html", context, status=422 if is_post else 200)


def _title(exported: Exported, form: ExportForm, kind: str) -> str:
    """What was asked for, in words: “正式表 PDF：2020 年，上海市财政局”."""
    words = [form.words[key].get(form.cleaned_data[key], "") for key in form.params()]
    return f"{exported.titles[kind]}：{'，'.join(word for word in words if word) or '全部'}"[:200]
