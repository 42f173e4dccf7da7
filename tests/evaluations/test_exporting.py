"""Exports of self-evaluations: zips and lists within what the owner sees, with the score that was kept."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from evaluations.models import Evaluation, EvaluationRow
from perfgoals.documents.models import Revision
from perfgoals.documents.pdf import MissingGlyph
from perfgoals.filling import exporting
from perfgoals.jobs import queue
from perfgoals.jobs.models import ItemState, Job
from perfgoals.workflow import State
from tests.declarations.conftest import at  # noqa: F401

from .test_workflow import sent  # noqa: F401

pytestmark = pytest.mark.django_db
ADMIN = "业务管理员"


@pytest.fixture
def made(people):
    """made("evaluation_pdfs", year=2020) → the drained job and what its file holds."""

    def make(kind, **params):
        job = queue.start(kind, params, owner=people[ADMIN], title="试")
        queue.drain(str(job.pk))
        job.refresh_from_db()
        with default_storage.open(job.result) as file:
            return job, file.read()

    return make


def lines(data):
    """The list as dictionaries by heading."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in rest]


@pytest.mark.parametrize(("kind", "ending"), [("evaluation_pdfs", "pdf"), ("evaluation_workbooks", "xlsx")])
def test_a_zip_holds_each_form_once(sent, opened, made, monkeypatch, kind, ending):  # noqa: F811
    draft = opened("xxzx-2020-3")
    printed = []

    def print_form(form, to):
        printed.append((form.watermark, to, len(form.annexes())))
        return form.document.to_json().encode()

    monkeypatch.setattr(exporting, "one_file", print_form)
    job, data = made(kind)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        held = {archive.read(name).decode() for name in names}
    assert sorted(names) == sorted(
        f"{one.fiscal_year}/{one.organization.name}/{one.project_name}.{ending}" for one in (sent, draft)
    )
    assert Revision.objects.get().document in held
    details = int(ending == "pdf")
    assert sorted(printed) == [("", ending, details), ("草稿", ending, details)]
    assert job.result_name.startswith("绩效自评表")


def test_a_form_that_cannot_be_printed_is_named_and_the_rest_goes_on(sent, opened, made, monkeypatch):  # noqa: F811
    draft = opened("xxzx-2020-3")

    def print_form(form, to):
        if form.watermark:
            raise MissingGlyph("龘", "project_name")
        return b"%PDF-1.7"

    monkeypatch.setattr(exporting, "one_file", print_form)
    job, data = made("evaluation_pdfs")
    failed = job.items.get(state=ItemState.FAILED)
    assert failed.key == str(draft.pk)
    assert "龘" in failed.error
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert draft.project_name in archive.read("没有做成的.txt").decode("utf-8-sig")
        assert len(archive.namelist()) == 2


def test_a_form_that_left_the_owners_sight_is_not_in_the_zip(sent, people, places):  # noqa: F811
    job = queue.start("evaluation_workbooks", {}, owner=people[ADMIN], title="试")
    Evaluation.objects.filter(pk=sent.pk).update(organization=people["外区财政审核人"].organization)
    queue.drain(str(job.pk))
    assert "查看范围" in job.items.get().error


def test_the_list_of_projects_says_total_grade_and_rate(sent, opened, made):  # noqa: F811
    opened("xxzx-2020-3")
    _, data = made("evaluation_list", state=State.DEPARTMENT_REVIEW.value)
    (line,) = lines(data)
    sent.refresh_from_db()
    assert line["项目名称"] == sent.project_name
    assert (line["总分"], line["核算等级"]) == (sent.total, sent.computed_grade)
    assert line["全年预算数（调整后，元）"] == sent.current_year
    assert line["状态"] == State.DEPARTMENT_REVIEW.label


def test_the_lists_of_rows_and_scores_leave_out_what_is_not_on_the_form(sent, made):  # noqa: F811
    gone = sent.indicators.last()
    rows = [row for row in sent.indicators.all() if row.pk != gone.pk]
    EvaluationRow.objects.filter(pk=gone.pk).update(is_vanished=True)
    _, data = made("evaluation_row_list")
    assert [line["行号"] for line in lines(data)] == [row.row_id for row in rows]


def test_the_list_of_scores_is_the_kept_score_row_by_row(sent, made, at):  # noqa: F811
    EvaluationRow.objects.filter(evaluation=sent).update(actual="后来")
    _, data = made("score_list")
    listed = lines(data)
    score = at(ADMIN).get(reverse("evaluations:score_json", args=[sent.pk])).json()
    assert [float(line["得分"]) for line in listed] == [float(row["points"]) for row in score["rows"]]
    assert [line["依据"] or "" for line in listed] == [row["clause"] for row in score["rows"]]
    assert "后来" not in {line["实际完成值"] for line in listed}


def test_the_screen_starts_a_job_and_leads_to_the_other_kind(sent, at):  # noqa: F811
    browser = at(ADMIN)
    address = reverse("evaluations:exports")
    page = browser.get(address, {"year": 2020}).content.decode()
    assert "<b>1</b> 份自评表符合条件" in page
    assert f'href="{reverse("declarations:exports")}"' in page
    answer = browser.post(address, {"year": "2020", "kind": "score_list"})
    job = Job.objects.get()
    assert answer.url == reverse("jobs:job", args=[job.pk])
    assert job.title == "得分清单 Excel：2020 年"
    assert f'href="{address}"' in browser.get(answer.url).content.decode()
    for odd in ({"kind": "declaration_pdfs"}, {"kind": "score_list", "year": "1999"}, {}):
        assert browser.post(address, odd).status_code == 422
    assert Job.objects.count() == 1
