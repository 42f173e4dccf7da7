"""Jobs: items are done once each, whatever happens to the workers."""

import datetime
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from perfgoals.accounts.models import Organization, Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.jobs import queue
from perfgoals.jobs.models import ItemState, Job, JobItem, JobState

pytestmark = pytest.mark.django_db


def _start(people, **params):
    return queue.start("slow", {"items": 5} | params, owner=people["业务管理员"], title="试")


def test_a_drained_job_has_its_file_and_no_leftovers(people):
    job = _start(people)
    assert job.progress().percent == 0
    assert queue.drain(str(job.pk)) == 5
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert job.progress().percent == 100
    with default_storage.open(job.result) as file:
        assert file.read() == b"0\n1\n2\n3\n4\n"
    assert job.result_name == "结果.txt"
    assert job.result_size == 10
    assert list(job.items.exclude(output="")) == []
    _, files = default_storage.listdir(f"jobs/{job.pk}")
    assert len(files) == 1


def test_only_those_who_may_start_it_and_the_start_is_recorded(people):
    with pytest.raises(PermissionDenied):
        queue.start("slow", {"items": 1}, owner=people["信息中心填报人"])
    job = _start(people)
    record = AuditRecord.objects.get(action="export")
    assert record.actor == people["业务管理员"]
    assert record.changes["job"] == str(job.pk)


def test_an_item_that_cannot_be_done_says_why_and_the_rest_goes_on(people):
    job = _start(people, refuse=["1"], **{"break": ["3"]})
    queue.drain(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE
    failed = dict(job.items.filter(state=ItemState.FAILED).values_list("key", "error"))
    assert failed["1"] == "这一份做不了。"
    assert "系统出错" in failed["3"]
    assert "bug" not in failed["3"]
    with default_storage.open(job.result) as file:
        assert file.read() == b"0\n2\n4\n"


def test_nothing_done_is_a_failed_job(people):
    job = _start(people, items=2, refuse=["0", "1"])
    queue.drain(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error
    assert not job.is_downloadable


def test_an_empty_job_ends(people):
    job = _start(people, items=0)
    queue.drain(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_a_live_lease_is_left_alone_and_a_dead_one_taken(people):
    job = _start(people, items=2)
    first = queue._take(job, "worker-a")
    assert queue._take(job, "worker-b").key == "1"
    assert queue._take(job, "worker-b") is None
    JobItem.objects.filter(pk=first.pk).update(leased_until=timezone.now() - datetime.timedelta(seconds=1))
    again = queue._take(job, "worker-b")
    assert again.key == first.key
    assert again.attempts == 2


def test_a_worker_that_lost_its_lease_changes_nothing(people):
    """The slow worker wakes up after its lease was taken over: its result is thrown away."""
    job = _start(people, items=1)
    late = queue._take(job, "worker-a")
    JobItem.objects.update(leased_until=timezone.now() - datetime.timedelta(seconds=1))
    queue._take(job, "worker-b")
    queue._do(queue.kind_of("slow"), late, "worker-a")
    item = job.items.get()
    assert item.state == ItemState.OPEN
    assert item.worker == "worker-b"
    assert not default_storage.exists(f"jobs/{job.pk}") or default_storage.listdir(f"jobs/{job.pk}")[1] == []


def test_an_item_that_kills_its_worker_is_given_up(people):
    job = _start(people, items=1)
    for _ in range(queue.ATTEMPTS):
        queue._take(job, "doomed")
        JobItem.objects.update(leased_until=timezone.now() - datetime.timedelta(seconds=1))
    queue.drain(str(job.pk))
    item = job.items.get()
    assert item.state == ItemState.FAILED
    assert "三次" in item.error


def test_recovery_sends_what_is_missing_once(people, settings, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(queue.engine, "send_drain", sent.append)
    settings.JOB_PARALLEL = 2
    with django_capture_on_commit_callbacks(execute=True):
        job = _start(people)
    assert len(sent) == 2
    assert queue.recover() == 0  # the first messages are still young
    old = timezone.now() - datetime.timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    Job.objects.update(dispatched_at=old)
    queue._take(job, "alive")
    assert queue.recover() == 1
    assert queue.recover() == 0
    assert len(sent) == 3


def test_recovery_finishes_a_job_whose_last_worker_died_before_the_end(people, settings, monkeypatch):
    job = _start(people, items=1)
    item = queue._take(job, "w")
    queue._do(queue.kind_of("slow"), item, "w")
    Job.objects.update(dispatched_at=timezone.now() - datetime.timedelta(hours=1))
    sent = []
    monkeypatch.setattr(queue.engine, "send_drain", sent.append)
    assert queue.recover() == 1
    queue.drain(sent[0])
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_expired_files_are_deleted(people):
    job = _start(people)
    queue.drain(str(job.pk))
    Job.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    name = Job.objects.get().result
    assert queue.expire() == 1
    assert not default_storage.exists(name)
    assert not Job.objects.get().is_downloadable


def test_a_stopped_job_does_no_more(people):
    job = _start(people)
    queue.cancel(job, actor=people["业务管理员"])
    assert queue.drain(str(job.pk)) == 0
    assert Job.objects.get().state == JobState.CANCELLED
    with pytest.raises(PermissionDenied):
        queue.cancel(job, actor=people["信息中心填报人"])


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_every_item_exactly_once(people, tmp_path):
    log = tmp_path / "log"
    job = _start(people, items=40, log=str(log), seconds=0.01)

    def drain(name):
        try:
            queue.drain(str(job.pk), worker=name)
        finally:
            connection.close()

    threads = [threading.Thread(target=drain, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [line.split()[0] for line in log.read_text().splitlines()]
    assert sorted(keys, key=int) == [str(number) for number in range(40)]
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_job_of_a_kind_that_is_gone_cannot_be_opened(people, client):
    job = _start(people)
    client.force_login(people["业务管理员"])
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    Job.objects.update(kind="dropped")
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/jobs/{job.pk}/download/").status_code == 404


@pytest.mark.parametrize("change", ["region", "unit", "role"])
def test_what_was_made_in_another_place_or_role_is_no_longer_one_s_own(people, places, client, change):
    """An admin who moves to another region keeps nothing of the old one's forms, though the new post may export too."""
    admin = people["业务管理员"]
    job = _start(people)
    queue.drain(str(job.pk))
    client.force_login(admin)
    address = f"/jobs/{job.pk}/download/"
    assert b"".join(client.get(address).streaming_content)
    if change == "region":
        Organization.objects.filter(pk=admin.organization_id).update(region=places["外区"].region)
    else:
        new = {"organization": places["外区"]} if change == "unit" else {"role": Role.FINANCE_REVIEWER}
        User.objects.filter(pk=admin.pk).update(**new)
    assert client.get(address).status_code == 404
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert not Job.objects.visible_to(User.objects.get(pk=admin.pk)).exists()


def test_every_download_of_an_export_is_on_record(people, client):
    job = _start(people)
    queue.drain(str(job.pk))
    client.force_login(people["业务管理员"])
    for _ in range(2):
        assert b"".join(client.get(f"/jobs/{job.pk}/download/").streaming_content)
    records = AuditRecord.objects.filter(action="download")
    assert [(one.actor, one.changes) for one in records] == [(people["业务管理员"], {"job": str(job.pk)})] * 2
