"""The only module that knows how messages travel: django-tasks, on the site's own database by default.

A message says “drain job N” and nothing else; losing one costs time, never work (``queue.recover``). With
``settings.TASKS`` pointing at a Celery backend the same messages travel through a broker.
"""

import datetime
import logging
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

if TYPE_CHECKING:
    from django_tasks_db.management.commands.db_worker import Worker

logger = logging.getLogger(__name__)


@task()
def drain_job(job_id: str) -> int:
    """Message: there may be items of this job to do."""
    from perfgoals.jobs import queue

    return queue.drain(job_id)


def send_drain(job_id: str) -> None:
    """Send one message. Called after commit, so a worker never meets a job that is not there yet."""
    drain_job.enqueue(job_id)


def work_forever(*, once: bool = False, interval: float = 0.5) -> None:
    """Take messages until told to stop; a side thread recovers what dead workers left.

    A database that is away for a while is waited for, not a reason to end.
    """
    from perfgoals.jobs import queue

    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    name = queue.worker_name()
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_up, args=(name, stop), daemon=True)
    if not once:
        keeper.start()
    worker = _taker(name, once=once, interval=interval)

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()
        worker.shutdown(signum, frame)

    if threading.current_thread() is threading.main_thread() and not once:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    while not stop.is_set():
        try:
            worker.run()
        except OperationalError:
            connection.close()
            time.sleep(3)
        else:
            return


def _taker(name: str, *, once: bool, interval: float) -> "Worker":
    from django_tasks_db.management.commands.db_worker import Worker

    return Worker(
        queue_names=["default"],
        interval=interval,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )


def _keep_up(name: str, stop: threading.Event) -> None:
    """Heartbeat, recovery, clearing up and the chores of the day, a few times per lease."""
    from django_tasks_db.models import DBTaskResult

    from perfgoals.jobs import queue

    while not stop.is_set():
        try:
            close_old_connections()
            queue.beat(name)
            queue.recover()
            queue.expire()
            for path in settings.CHORES:
                import_string(path)()
            DBTaskResult.objects.finished().filter(
                finished_at__lt=timezone.now() - datetime.timedelta(days=1)
            ).delete()
        except Exception:
            # Whatever went wrong (a database that is away, a full disk): the next round tries again.
            logger.exception("worker upkeep failed")
            connection.close()
        stop.wait(min(10.0, settings.JOB_LEASE_SECONDS / 4))
