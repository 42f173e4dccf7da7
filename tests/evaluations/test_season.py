"""A season opened in one job: how much there is to do, what goes wrong and is said, what a second run does."""

import datetime
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from declarations.following import opening as following
from declarations.models import Declaration
from evaluations import copying, opening, season
from evaluations.models import Evaluation, EvaluationRow
from perfgoals.audit.models import AuditRecord
from perfgoals.jobs import queue
from perfgoals.jobs.models import ItemState, JobState
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }


@pytest.fixture
def three(approved):
    """Three approved forms of two units, and a draft that is not to be evaluated."""
    made = [
        approved("xxzx-2020-5"),
        approved("xxzx-2020-3"),
        approved("xxzx-2020-1", unit="服务中心"),
    ]
    draft = approved("xxzx-2020-7")
    Declaration.objects.filter(pk=draft.pk).update(state=State.DRAFT)
    return made


@pytest.fixture
def start(people):
    def begin(campaign):
        job = season.start(campaign, owner=people["业务管理员"])
        return job, list(job.items.order_by("position"))

    return begin


def listed(job):
    job.refresh_from_db()
    with default_storage.open(job.result) as file:
        sheet = load_workbook(io.BytesIO(file.read())).active
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


def test_one_item_per_unit_counted_in_forms(three, season_2020, start):
    job, items = start(season_2020)
    assert [(item.label, item.units) for item in items] == [
        ("上海市金融发展服务中心", 1),
        ("上海市经济信息中心", 2),
    ]
    progress = job.progress()
    assert (progress.done, progress.total) == (0, 3)
    queue.drain(str(job.pk))
    progress = job.progress()
    assert (progress.done, progress.total, progress.failed) == (3, 3, 0)
    assert set(Evaluation.objects.values_list("declaration", flat=True)) == {one.pk for one in three}
    for evaluation in Evaluation.objects.all():
        assert evaluation.indicators.count() == evaluation.declaration.indicators.count()
        assert evaluation.open_errors == sum(finding.level == "error" for finding in evaluation.findings())
    assert len(listed(job)) == 3
    assert {row[2] for row in listed(job)} == {"新建"}


def test_progress_moves_within_a_unit(three, season_2020, people, places, monkeypatch):
    monkeypatch.setattr(following, "CHUNK", 1)
    seen = []
    opening.open_for_unit(places["信息中心"], season_2020, actor=people["业务管理员"], report=seen.append)
    assert seen == [1, 2]


def test_a_form_that_cannot_be_made_is_named_and_the_others_are_made(three, season_2020, start, monkeypatch):
    bad, real = three[1], copying.from_targets

    def broken(source, campaign):
        if source.pk == bad.pk:
            raise ValueError("broken")
        return real(source, campaign)

    monkeypatch.setattr(copying, "from_targets", broken)
    job, _ = start(season_2020)
    queue.drain(str(job.pk))
    job.refresh_from_db()
    failed = job.items.get(state=ItemState.FAILED)
    assert bad.project_name in failed.error
    assert "其余 1 张已建" in failed.error
    assert job.state == JobState.DONE
    assert Evaluation.objects.count() == 2
    assert (failed.label, "没有建成") in {(row[0], row[2]) for row in listed(job)}

    monkeypatch.setattr(copying, "from_targets", real)
    again, items = start(season_2020)
    assert [(item.label, item.units) for item in items] == [(failed.label, 1)]
    queue.drain(str(again.pk))
    assert Evaluation.objects.count() == 3


def test_an_item_done_twice_makes_nothing_twice(three, season_2020, people, places):
    """A worker was killed after its chunk was committed and before its item was closed."""
    admin = people["业务管理员"]
    first = opening.open_for_unit(places["信息中心"], season_2020, actor=admin)
    rows = EvaluationRow.objects.count()
    again = opening.open_for_unit(places["信息中心"], season_2020, actor=admin)
    assert (len(first.made), len(again.made), len(again.there)) == (2, 0, 2)
    assert EvaluationRow.objects.count() == rows
    records = AuditRecord.objects.filter(action="evaluations_open")
    assert [record.changes["forms"] for record in records] == [2]


def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(three, season_2020, start, monkeypatch):
    """Its first form is committed, its second is not; the next worker takes the item over when the lease is up."""
    monkeypatch.setattr(following, "CHUNK", 1)
    real, calls = copying.from_targets, []

    def dying(source, campaign):
        calls.append(source.pk)
        if len(calls) == 3:
            raise SystemExit
        return real(source, campaign)

    monkeypatch.setattr(copying, "from_targets", dying)
    job, _ = start(season_2020)
    with pytest.raises(SystemExit):
        queue.drain(str(job.pk), worker="doomed")
    assert Evaluation.objects.count() == 2
    job.items.filter(worker="doomed").update(leased_until=timezone.now() - datetime.timedelta(seconds=1))
    queue.drain(str(job.pk), worker="next")
    job.refresh_from_db()
    assert (job.state, job.progress().done, job.progress().failed) == (JobState.DONE, 3, 0)
    assert Evaluation.objects.count() == 3
    assert sorted(row[2] for row in listed(job)) == ["原来就有", "新建", "新建"]


def test_its_page_says_what_is_being_done(three, season_2020, start, people, client):
    job, _ = start(season_2020)
    client.force_login(people["业务管理员"])
    page = client.get(reverse("jobs:job", args=[job.pk]))
    assert page.status_code == 200
    assert "建表" in page.content.decode()
    assert season_2020.name in page.content.decode()


def test_statements_do_not_grow_with_each_form(
    approved, season_2020, people, places, django_assert_max_num_queries
):
    """Rows go in by the hundred: eight forms of one row cost what one costs."""
    for _ in range(8):
        declaration = approved("xxzx-2020-5")
        declaration.indicators.filter(position__gt=1).delete()
    with django_assert_max_num_queries(20):
        opened = opening.open_for_unit(places["信息中心"], season_2020, actor=people["业务管理员"])
    assert len(opened.made) == 8


def test_only_who_runs_the_campaign_starts_it(three, season_2020, people, places):
    for name, person in people.items():
        if name == "业务管理员":
            continue
        with pytest.raises(PermissionDenied):
            season.start(season_2020, owner=person)
        with pytest.raises(PermissionDenied):
            opening.open_for_unit(places["信息中心"], season_2020, actor=person)
    assert not Evaluation.objects.exists()


def test_a_campaign_that_was_closed_meanwhile_opens_nothing(three, season_2020, start):
    job, _ = start(season_2020)
    season_2020.is_archived = True
    season_2020.save()
    queue.drain(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Evaluation.objects.exists()
    assert all("批次已关闭" in item.error for item in job.items.all())


def test_starting_is_on_record(three, season_2020, start):
    start(season_2020)
    assert AuditRecord.objects.filter(action="job_start").count() == 1
