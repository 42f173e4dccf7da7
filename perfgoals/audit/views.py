"""操作留痕, for the 审计员: reading, verifying, taking a copy along. Nothing here changes a record."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.audit import exporting, verifying
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.searching import KEYS, conditions, page_of, search
from perfgoals.audit.wording import SENTENCES, SUBJECTS, label_of, say
from perfgoals.jobs import queue
from perfgoals.jobs.models import Job

# Older than this a verification is due again.
VERIFY_EVERY = datetime.timedelta(days=7)
# 网络安全法 asks for six months of logs. Ours are never deleted; the page says since when they reach.
RETENTION_DAYS = 180
_JOBS_SHOWN = 5


def for_auditors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for everybody but the 审计员, whatever the address names."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verifying.demand_auditor(request.user)
        return view(request, *args, **kwargs)

    return guarded


@for_auditors
@require_GET
def records(request: SignedInRequest) -> HttpResponse:
    asked = conditions(request.GET)
    seen = AuditRecord.objects.visible_to(request.user)
    page = page_of(
        search(seen, asked), before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    lines = say(page.entries)
    context = {
        "nav": "audit",
        "page": page,
        "lines": lines,
        "asked": {key: asked.get(key, "") for key in KEYS},
        "is_filtered": bool(asked),
        "about": next((line.what for line in lines if line.subject_key == asked.get("subject")), ""),
        "actions": [(code, label_of(code)) for code in SENTENCES],
        "kinds": SUBJECTS,
        "retention": RETENTION_DAYS,
        "oldest": seen.order_by("sequence").first(),
        "jobs": Job.objects.visible_to(request.user)[:_JOBS_SHOWN],
    }
    return render(request, "audit/records.html", context | _chain())


def _chain() -> dict[str, Any]:
    """How long the chain is, and what the last verification found."""
    last = verifying.last_verification()
    return {
        "total": verifying.length(),
        "last": last,
        "broken": last.changes["breaks"] if last else 0,
        "found": last.changes["found"].splitlines() if last else [],
        "is_due": last is None or timezone.now() - last.at > VERIFY_EVERY,
    }


@for_auditors
@require_POST
def verify(request: SignedInRequest) -> HttpResponse:
    """At once where the chain is short, else as a job."""
    if verifying.length() > verifying.AT_ONCE:
        job = queue.start("verify_audit", {}, owner=request.user, title="核对留痕")
        return redirect("jobs:job", pk=job.pk)
    found = verifying.verify(actor=request.user).changes
    if found["breaks"]:
        messages.error(request, f"核对了 {found['count']} 条，{found['breaks']} 处不对。")
    else:
        messages.success(request, f"核对了 {found['count']} 条，没有被动过。")
    return redirect("audit:records")


@for_auditors
@require_POST
def export(request: SignedInRequest) -> HttpResponse:
    """What the page shows, all pages of it, as an Excel list; the export is itself on record."""
    asked = conditions(request.POST)
    if not search(AuditRecord.objects.visible_to(request.user), asked).exists():
        messages.error(request, "没有符合条件的记录，不用导出。")
        return redirect(f"{reverse('audit:records')}?{urlencode(asked)}")
    job = queue.start("audit_list", asked, owner=request.user, title=exporting.title_of(asked))
    return redirect("jobs:job", pk=job.pk)
