"""One's own jobs: how far they are, what failed, the file they made."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.audit.trail import record
from perfgoals.jobs import queue
from perfgoals.jobs.kinds import kind_of
from perfgoals.jobs.models import ItemState, Job

SHOWN_FAILURES = 100


@require_GET
def job(request: SignedInRequest, pk: str) -> HttpResponse:
    """A job's page; asked by htmx it answers with the part that changes."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    failures = found.items.filter(state=ItemState.FAILED)
    context = {
        "job": found,
        "progress": found.progress(),
        "failures": failures[:SHOWN_FAILURES],
        "is_worker_alive": not found.is_working or queue.is_worker_alive(),
        **_home(found),
    }
    return render(request, "jobs/progress.html" if request.htmx else "jobs/job.html", context)


@require_POST
def cancel(request: SignedInRequest, pk: str) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    queue.cancel(found, actor=request.user)
    if found.is_downloadable:
        messages.info(request, "这个任务刚刚已经完成。")
    return redirect("jobs:job", pk=pk)


@require_GET
def download(request: SignedInRequest, pk: str) -> HttpResponseBase:
    """The file, to its owner, as long as it is kept and the owner may still make such an export in the same place."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not kind_of(found.kind).permitted(request.user):
        raise PermissionDenied
    try:
        file = default_storage.open(found.result) if found.is_downloadable else None
    except FileNotFoundError:  # cleared away this very moment
        file = None
    if file is None:
        return render(request, "jobs/gone.html", {"job": found, **_home(found)}, status=410)
    record(actor=request.user, action="download", changes={"job": str(found.pk)})
    response = FileResponse(file, as_attachment=True, filename=found.result_name)
    response["Cache-Control"] = "private, no-store"
    return response


def _home(job: Job) -> dict[str, object]:
    """What such jobs do and where they are started, for the page's words and its way back."""
    kind = kind_of(job.kind)
    address, label, nav = kind.home
    return {
        "home": reverse(address),
        "home_label": label,
        "nav": nav,
        "verb": kind.verb,
        "is_export": kind.is_export,
    }
