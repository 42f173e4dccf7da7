"""Exports of monitoring reports: papers within what the owner sees, lights and corrective tasks as lists."""

import datetime
import io
import uuid
import zipfile

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from monitoring import correcting
from monitoring.progress import progress_of
from perfgoals.documents.models import Revision
from perfgoals.filling import exporting
from perfgoals.jobs import queue
from tests.declarations.conftest import at  # noqa: F401

from .test_review import sent  # noqa: F401

pytestmark = pytest.mark.django_db
ADMIN = "业务管理员"


@pytest.fixture
def made(people):
    """made("monitoring_pdfs", month=7) → what the file of the drained job holds."""

    def make(kind, **params):
        job = queue.start(kind, params, owner=people[ADMIN], title="试")
        queue.drain(str(job.pk))
        job.refresh_from_db()
        with default_storage.open(job.result) as file:
            return file.read()

    return make


def lines(data):
    head, *rest = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in rest]


@pytest.fixture
def task(sent, people):  # noqa: F811
    return correcting.ask(
        sent,
        row_id=sent.indicators.get(is_vanished=False).row_id,
        problem="=进度滞后",
        requirement="九月底前补齐。",
        due=datetime.date.today() + datetime.timedelta(days=10),
        key=uuid.uuid4(),
        actor=people["财政审核人"],
    )


def test_a_zip_holds_what_was_sent_and_drafts_of_that_period_only(sent, opened, october, made, monkeypatch):  # noqa: F811
    opened("xxzx-2020-3", campaign=october)
    printed = []

    def print_form(form, to):
        printed.append((form.watermark, to))
        return form.document.to_json().encode()

    monkeypatch.setattr(exporting, "one_file", print_form)
    with zipfile.ZipFile(io.BytesIO(made("monitoring_pdfs", month=7))) as archive:
        (name,) = archive.namelist()
        assert archive.read(name).decode() == Revision.objects.get().document
    assert name == f"2020/{sent.organization.name}/{sent.project_name}（{sent.period}）.pdf"
    assert printed == [("", "pdf")]


def test_the_list_of_projects_counts_lights_and_open_tasks(sent, task, made):  # noqa: F811
    sent.refresh_from_db()
    (line,) = lines(made("monitoring_list"))
    assert (line["项目名称"], line["数据截至"]) == (sent.project_name, sent.period)
    assert (line["最差的灯"], line["滞后的行"]) == (sent.get_light_display(), sent.red_rows)
    assert (line["执行数（元）"], line["执行率（%）"]) == (sent.executed, sent.execution_rate)
    assert (line["未办结的整改任务"], line["主管部门"]) == (1, sent.organization.parent.name)


def test_the_lists_of_rows_and_tasks_say_what_the_pages_say(sent, task, made):  # noqa: F811
    (line,) = lines(made("monitoring_row_list"))
    (one,) = progress_of(sent.document(), sent.edition).rows
    assert (line["灯"], line["怎么算的"]) == (one.light.label, one.pace.sentence)
    assert (line["执行情况"], line["偏差原因"], line["完成目标可能性"]) == ("3场", "人员保障", "有可能")
    (asked,) = lines(made("correction_list"))
    assert (asked["指标"], asked["问题"], asked["状态"]) == (one.row.name, "=进度滞后", "待整改")
    assert asked["限期"].date() == task.due


def test_the_screen_is_one_with_a_choice_of_kind(sent, at):  # noqa: F811
    page = at(ADMIN).get(reverse("monitoring:exports"), {"month": 7, "light": "red"}).content.decode()
    assert "份监控表符合条件" in page
    for other in ("declarations", "evaluations"):
        assert f'href="{reverse(f"{other}:exports")}"' in page
