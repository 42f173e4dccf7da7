"""Child process: drains one job; prints its memory half way and at the end, in MB."""

import os
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()


def rss() -> float:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def main(job: str) -> None:
    from perfgoals.jobs import queue
    from perfgoals.jobs.models import Job

    samples: list[float] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(1):
            samples.append(rss())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    queue.drain(job)
    while Job.objects.unfinished().filter(pk=job).exists():
        time.sleep(0.2)
    stop.set()
    print(f"{samples[len(samples) // 2]:.0f} → {samples[-1]:.0f}" if samples else f"{rss():.0f}")


if __name__ == "__main__":
    main(sys.argv[1])
