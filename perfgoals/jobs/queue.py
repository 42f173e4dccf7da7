"""Starting, draining and recovering jobs.

``drain`` takes items one by one by a conditional UPDATE that sets a lease, does them, and marks them done only if the
lease is still its own. ``recover`` sends as many messages as live leases are missing, at most once per lease time. The
design survives ``kill -9`` of workers at any moment: an interrupted item runs again, nothing is lost, nothing doubled.
"""

import datetime
import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.jobs import engine
from perfgoals.jobs.kinds import ItemFailed, JobKind, kind_of
from perfgoals.jobs.models import ItemState, Job, JobItem, JobState, WorkerBeat, scope_of

logger = logging.getLogger(__name__)

ATTEMPTS = 3  # an item that killed its worker this often is given up


def start(kind_name: str, params: dict[str, Any], *, owner: User, title: str = "") -> Job:
    """Plan a job and send its messages once the transaction holds. Raises ``PermissionDenied``.

    The job belongs to ``owner``: items are planned within what they may see now.
    """
    kind = kind_of(kind_name)
    if not kind.permitted(owner):
        raise PermissionDenied
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind_name, title=title or kind_name, params=params, owner=owner, scope=scope_of(owner)
        )
        items = (
            JobItem(job=job, position=number, key=item.key, label=item.label[:300], units=item.units)
            for number, item in enumerate(kind.plan(owner, params), 1)
        )
        made = JobItem.objects.bulk_create(items, batch_size=1000)
        record(
            actor=owner,
            action="export" if kind.is_export else "job_start",
            changes={"job": str(job.pk), "title": job.title, "items": len(made)},
        )
        transaction.on_commit(lambda: _send(job, min(settings.JOB_PARALLEL, max(1, len(made)))))
    return job


def cancel(job: Job, *, actor: User) -> None:
    """Stop a job: items under way end, the others are not begun."""
    if job.owner_id != actor.pk:
        raise PermissionDenied
    Job.objects.filter(pk=job.pk, state=JobState.WORKING).update(
        state=JobState.CANCELLED, finished_at=timezone.now()
    )
    job.refresh_from_db()


def drain(job_id: str, *, worker: str = "") -> int:
    """Do items of a job until none is left to take, then put them together. Returns how many were done here."""
    worker = worker or worker_name()
    job = Job.objects.unfinished().filter(pk=job_id).first()
    if job is None:
        return 0
    kind = kind_of(job.kind)
    done = 0
    while (item := _take(job, worker)) is not None:
        _do(kind, item, worker)
        done += 1
        if not Job.objects.unfinished().filter(pk=job.pk).exists():
            return done
    _finish(kind, job, worker)
    return done


def recover() -> int:
    """Send messages for unfinished jobs whose workers are gone; clear what has expired. Returns messages sent.

    Safe to call from many workers at once: the conditional UPDATE on ``dispatched_at`` lets one of them act.
    """
    now = timezone.now()
    sent = 0
    for job in Job.objects.unfinished().filter(dispatched_at__lt=now - _lease()):
        live = job.items.filter(state=ItemState.OPEN, leased_until__gt=now).count()
        open_items = job.items.filter(state=ItemState.OPEN).count()
        finishing = job.finishing_until is not None and job.finishing_until > now
        wanted = min(settings.JOB_PARALLEL, open_items) if open_items else int(not finishing)
        missing = wanted - live
        if missing <= 0:
            continue
        mine = Job.objects.filter(pk=job.pk, dispatched_at=job.dispatched_at).update(dispatched_at=now)
        if mine:
            _send(job, missing)
            sent += missing
    return sent


def expire() -> int:
    """Delete result files whose time is over, and what stopped jobs left behind. Returns how many results."""
    gone = 0
    yesterday = timezone.now() - datetime.timedelta(days=1)
    leftover = JobItem.objects.exclude(output="").exclude(job__state=JobState.WORKING)
    for item in leftover.filter(job__finished_at__lt=yesterday):
        default_storage.delete(item.output)
        JobItem.objects.filter(pk=item.pk).update(output="")
    for job in Job.objects.exclude(result="").filter(expires_at__lt=timezone.now()):
        default_storage.delete(job.result)
        Job.objects.filter(pk=job.pk, result=job.result).update(result="")
        gone += 1
    return gone


def beat(worker: str) -> None:
    """Say that this worker is alive, and forget those that have been silent for a day."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"seen_at": now})
    WorkerBeat.objects.filter(seen_at__lt=now - datetime.timedelta(days=1)).delete()


def is_worker_alive() -> bool:
    return WorkerBeat.objects.filter(seen_at__gt=timezone.now() - datetime.timedelta(minutes=2)).exists()


def worker_name() -> str:
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(3)}"[:40]


def _lease() -> datetime.timedelta:
    return datetime.timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _send(job: Job, messages: int) -> None:
    for _ in range(messages):
        engine.send_drain(str(job.pk))


def _take(job: Job, worker: str) -> JobItem | None:
    """Lease the next open item, or None when there is none to take."""
    while True:
        now = timezone.now()
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        candidate = job.items.filter(free, state=ItemState.OPEN).order_by("position").first()
        if candidate is None:
            return None
        taken = JobItem.objects.filter(
            free, pk=candidate.pk, state=ItemState.OPEN, attempts=candidate.attempts
        ).update(worker=worker, leased_until=now + _lease(), attempts=F("attempts") + 1, units_done=0)
        if taken:
            candidate.refresh_from_db()
            return candidate


def _do(kind: JobKind, item: JobItem, worker: str) -> None:
    """Work on one leased item. Its output gets a name of its own, so that a second run never meets the first."""
    if item.attempts > ATTEMPTS:
        _close(item, worker, state=ItemState.FAILED, error="试了三次都没有做成，已跳过。")
        return

    def report(units_done: int) -> None:
        # Also renews the lease: an item may take longer than one.
        JobItem.objects.filter(pk=item.pk, worker=worker, state=ItemState.OPEN).update(
            units_done=units_done, leased_until=timezone.now() + _lease()
        )

    try:
        with tempfile.TemporaryFile() as out:
            label = kind.work(item, out, report)
            output = _keep(out, f"jobs/{item.job_id}/{item.position}-{secrets.token_hex(4)}")
    except ItemFailed as failure:
        _close(item, worker, state=ItemState.FAILED, error=str(failure))
    except Exception:
        logger.exception("job item failed", extra={"job": str(item.job_id), "item": item.position})
        _close(item, worker, state=ItemState.FAILED, error="系统出错了，已记入日志。可以重新导出这一份。")
    else:
        if not _close(item, worker, state=ItemState.DONE, output=output, label=label[:300]):
            default_storage.delete(output)


def _close(item: JobItem, worker: str, **columns: Any) -> bool:
    """Mark the item, if the lease is still ours."""
    return bool(
        JobItem.objects.filter(pk=item.pk, worker=worker, state=ItemState.OPEN).update(
            units_done=F("units"), leased_until=None, **columns
        )
    )


def _finish(kind: JobKind, job: Job, worker: str) -> None:
    """Put the outputs together, once, when no item is open; another worker's lease is left alone."""
    if job.items.filter(state=ItemState.OPEN).exists():
        return
    now = timezone.now()
    claimed = (
        Job.objects.unfinished()
        .filter(Q(finishing_until__isnull=True) | Q(finishing_until__lt=now), pk=job.pk)
        .update(finishing_by=worker, finishing_until=now + 5 * _lease())
    )
    if not claimed:
        return
    try:
        columns = _assembled(kind, job)
    except Exception:
        logger.exception("job could not be put together", extra={"job": str(job.pk)})
        columns = {"state": JobState.FAILED, "error": "各份已做好，但没能合成一个文件。请重新导出。"}
    finished = (
        Job.objects.unfinished()
        .filter(pk=job.pk, finishing_by=worker)
        .update(finished_at=timezone.now(), **columns)
    )
    if finished:
        _delete_outputs(job)
    elif columns.get("result"):
        default_storage.delete(columns["result"])


def _assembled(kind: JobKind, job: Job) -> dict[str, Any]:
    outputs = list(job.items.filter(state=ItemState.DONE).values_list("output", flat=True))
    if not outputs:
        return {
            "state": JobState.FAILED,
            "error": "没有一份做成，原因见下。" if job.items.exists() else "没有符合条件的申报表。",
        }
    with tempfile.TemporaryFile() as out:
        if kind.assemble is None:
            with default_storage.open(outputs[0]) as source:
                for chunk in File(source).chunks():
                    out.write(chunk)
        else:
            kind.assemble(job, out)
        size = out.tell()
        result = _keep(out, f"jobs/{job.pk}/result-{secrets.token_hex(4)}")
    return {
        "state": JobState.DONE,
        "result": result,
        "result_name": kind.file_name(job)[:200],
        "result_size": size,
        "expires_at": timezone.now() + datetime.timedelta(days=settings.JOB_FILES_DAYS),
    }


def _delete_outputs(job: Job) -> None:
    names: Iterable[str] = list(job.items.exclude(output="").values_list("output", flat=True))
    for name in names:
        default_storage.delete(name)
    job.items.exclude(output="").update(output="")


def _keep(out: IO[bytes], name: str) -> str:
    out.seek(0)
    return default_storage.save(name, File(out))
