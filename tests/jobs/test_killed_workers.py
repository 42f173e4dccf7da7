"""Two of three real worker processes are killed in the middle: nothing is lost, nothing done twice but what was cut off."""

import signal
import subprocess
import time

import pytest
from django.core.files.storage import default_storage

from perfgoals.jobs import queue
from perfgoals.jobs.models import JobState, WorkerBeat
from tests.processes import PYTHON, ROOT, environment

ITEMS = 40


def _until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("did not happen in time")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_of_three_workers_killed_in_the_middle_lose_nothing(people, tmp_path, settings):
    settings.JOB_PARALLEL = 3
    log = tmp_path / "log"
    more = {"PERFGOALS_JOB_KINDS": "tests.jobs.slow_kind.KINDS", "PERFGOALS_JOB_LEASE_SECONDS": "6"}
    command = [PYTHON, "manage.py", "work"]
    workers = [subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path, **more)) for _ in range(3)]
    try:
        # All three are up before the work begins, however slow the machine: otherwise the first would do it alone.
        _until(lambda: WorkerBeat.objects.count() == 3, 90)
        job = queue.start(
            "slow",
            {"items": ITEMS, "seconds": 0.3, "log": str(log)},
            owner=people["业务管理员"],
            title="试",
        )
        _until(
            lambda: log.exists() and len({line.split()[1] for line in log.read_text().splitlines()}) == 3, 60
        )
        _until(lambda: len(log.read_text().splitlines()) >= 9, 60)
        for worker in workers[:2]:
            worker.send_signal(signal.SIGKILL)
            worker.wait()

        def finished():
            job.refresh_from_db()
            return job.state != JobState.WORKING

        _until(finished, 120)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert job.state == JobState.DONE
    with default_storage.open(job.result) as file:
        assert file.read().decode().split() == [str(number) for number in range(ITEMS)]
    started = [line.split()[0] for line in log.read_text().splitlines()]
    assert set(started) == {str(number) for number in range(ITEMS)}
    assert len(started) <= ITEMS + 2  # only the items that were cut off ran again
