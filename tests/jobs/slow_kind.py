"""A kind of job whose every start leaves a line in a file, for the tests that kill workers."""

import os
import time

from perfgoals.jobs.kinds import ItemFailed, JobKind, Planned


def _plan(user, params):
    return [Planned(str(number), f"第 {number} 份") for number in range(params["items"])]


def _work(item, out, report):
    log = item.job.params.get("log")
    if log:
        with open(log, "a", encoding="utf-8") as lines:
            lines.write(f"{item.key} {os.getpid()}\n")
    time.sleep(item.job.params.get("seconds", 0))
    if item.key in item.job.params.get("refuse", []):
        raise ItemFailed("这一份做不了。")
    if item.key in item.job.params.get("break", []):
        raise RuntimeError("bug")
    out.write(f"{item.key}\n".encode())
    return item.label


def _assemble(job, out):
    from django.core.files.storage import default_storage

    from perfgoals.jobs.models import ItemState

    for item in job.items.filter(state=ItemState.DONE):
        with default_storage.open(item.output) as source:
            out.write(source.read())


KINDS = (
    JobKind(
        "slow", lambda user: user.role == "business_admin", _plan, _work, _assemble, lambda job: "结果.txt"
    ),
)
