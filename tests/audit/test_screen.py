"""The 审计员's page: who gets in, finding, paging, verifying, taking a copy along."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from perfgoals.audit import searching, trail, verifying
from perfgoals.audit.models import AuditRecord
from perfgoals.jobs import queue
from perfgoals.jobs.models import Job

PAGE = reverse("audit:records")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }


@pytest.fixture
def auditor(client, people):
    client.force_login(people["审计员"])
    return client


@pytest.fixture
def history(people, make_declaration):
    """A handful of acts by different people on different things."""
    form, other = make_declaration(), make_declaration(name="信息系统运维")
    filer, admin = people["信息中心填报人"], people["系统管理员"]
    trail.record(actor=filer, action="start", subject=form, to_state="draft")
    trail.record(actor=filer, action="submit", subject=form, from_state="draft", to_state="finance_review")
    trail.record(
        actor=people["财政审核人"], action="return", subject=form, comment="第 3 节写得太笼统",
        from_state="finance_review", to_state="returned",
    )  # fmt: skip
    trail.record(actor=filer, action="edit", subject=form, changes={"necessity": ["漏水", "屋面渗漏"]})
    trail.record(actor=filer, action="start", subject=other, to_state="draft")
    trail.record(actor=admin, action="account_disable", subject=people["信息中心同事"])
    trail.record(actor=None, action="sign_in_failed", changes={"username": "ad…"})
    return {"form": form, "other": other}


def numbers(answer):
    return [entry.sequence for entry in answer.context["page"].entries]


def test_only_the_auditor_gets_in(client, people):
    for name, person in people.items():
        client.force_login(person)
        expected = 200 if name == "审计员" else 403
        assert client.get(PAGE).status_code == expected, name
        assert client.post(reverse("audit:verify")).status_code == (302 if expected == 200 else 403)
        assert client.post(reverse("audit:export")).status_code == (302 if expected == 200 else 403)


def test_the_right_is_asked_again_inside_the_act(people):
    with pytest.raises(PermissionDenied):
        verifying.verify(actor=people["系统管理员"])
    for kind in ("audit_list", "verify_audit"):
        with pytest.raises(PermissionDenied):
            queue.start(kind, {}, owner=people["安全管理员"])
    assert not AuditRecord.objects.exists()


def test_an_empty_trail_has_a_page(auditor):
    answer = auditor.get(PAGE)
    assert answer.status_code == 200
    assert "还没有核对过" in answer.text


def test_lines_say_who_did_what(auditor, history):
    text = auditor.get(PAGE).text
    assert "退回“2020 办公用房修缮”" in text
    assert "（待财政审核 → 已退回）" in text
    assert "第 3 节写得太笼统" in text
    assert "<del>漏水</del>" in text
    assert "<ins>屋面渗漏</ins>" in text
    assert "没有登录的人" in text
    assert "停用了账号“信息中心同事”" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"person": "信息中心"}, [5, 4, 2, 1]),
        ({"person": "信息中心 审核人"}, []),
        ({"action": "start"}, [5, 1]),
        ({"action": "no_such"}, []),
        ({"text": "笼统"}, [3]),
        ({"text": "屋面渗漏"}, [4]),
        ({"text": "信息系统"}, [5]),
        ({"text": "修缮 笼统"}, [3]),
        ({"text": "信息中心同事"}, [6]),
        ({"text": "%"}, []),
        ({"kind": "accounts.user"}, [6]),
        ({"kind": "auth.permission"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"since": "2999-01-01"}, []),
        ({"until": "2001-01-01"}, []),
        ({"since": "2001-01-01", "until": "2999-01-01"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"since": "2026-02-30", "until": "昨天"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"before": "4"}, [3, 2, 1]),
        ({"after": "5"}, [7, 6]),
        (
            {"before": "x", "after": "9" * 30, "subject": "declarations.declaration:" + "9" * 30},
            [5, 4, 3, 2, 1],
        ),
    ],
)
def test_search(auditor, history, asked, found):
    assert numbers(auditor.get(PAGE, asked)) == found


def test_one_object(auditor, history):
    subject = f"declarations.declaration:{history['form'].pk}"
    answer = auditor.get(PAGE, {"subject": subject})
    assert numbers(answer) == [4, 3, 2, 1]
    assert "只看“2020 办公用房修缮”的留痕" in answer.text


def test_the_last_day_counts_whole(auditor, history):
    day = timezone.localdate(AuditRecord.objects.earliest("sequence").at)
    assert len(numbers(auditor.get(PAGE, {"since": str(day), "until": str(day)}))) >= 1


def test_pages_follow_the_chain(auditor, people):
    for _ in range(120):
        trail.record(actor=people["审计员"], action="sign_in")
    first = auditor.get(PAGE)
    assert numbers(first) == list(range(120, 70, -1))
    assert "更早的 50 条" in first.text
    assert "更新的 50 条" not in first.text
    second = auditor.get(PAGE, {"before": 71})
    assert numbers(second) == list(range(70, 20, -1))
    last = auditor.get(PAGE, {"before": 21})
    assert numbers(last) == list(range(20, 0, -1))
    assert "更早的 50 条" not in last.text
    assert numbers(auditor.get(PAGE, {"after": 20})) == list(range(70, 20, -1))


def test_as_many_queries_for_one_line_as_for_fifty(auditor, people, history):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            auditor.get(PAGE)
        return len(seen)

    auditor.get(PAGE)
    before = queries()
    for _ in range(40):
        trail.record(
            actor=people["系统管理员"], action="account_change", subject=people["信息中心同事"],
            changes={"organization": [people["信息中心同事"].organization_id, None]},
        )  # fmt: skip
    assert queries() - before <= 1  # the names of organizations, once


# Verifying ------------------------------------------------------------------------------------------------------------


def test_a_whole_trail_says_so(auditor, history):
    answer = auditor.post(reverse("audit:verify"), follow=True)
    assert "核对了 7 条，没有被动过。" in answer.text
    last = AuditRecord.objects.latest("sequence")
    assert (last.action, last.changes["count"], last.changes["breaks"]) == ("verify_audit", 7, 0)
    assert "没有被动过</span>" in auditor.get(PAGE).text


def test_a_touched_trail_says_where(auditor, history):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditrecord SET comment = 'x' WHERE sequence IN (3, 5)")
    answer = auditor.post(reverse("audit:verify"), follow=True)
    assert "2 处不对" in answer.text
    assert "第 3 条的内容被改过。" in answer.text
    assert "第 5 条的内容被改过。" in answer.text


def test_a_long_trail_is_verified_as_a_job(auditor, history, monkeypatch):
    monkeypatch.setattr(verifying, "AT_ONCE", 3)
    answer = auditor.post(reverse("audit:verify"))
    job = Job.objects.get(kind="verify_audit")
    assert answer.url == reverse("jobs:job", args=[job.pk])
    assert "正在核对" in auditor.get(answer.url).text
    queue.drain(str(job.pk))
    assert AuditRecord.objects.latest("sequence").action == "verify_audit"
    page = auditor.get(answer.url)
    assert 'href="/audit/"' in page.text
    text = b"".join(auditor.get(reverse("jobs:download", args=[job.pk])).streaming_content).decode("utf-8-sig")
    assert "0 处不对" in text


# Taking a copy along --------------------------------------------------------------------------------------------------


def exported(job):
    queue.drain(str(job.pk))
    job.refresh_from_db()
    with default_storage.open(job.result) as file:
        return list(load_workbook(io.BytesIO(file.read())).active.iter_rows(values_only=True))


def test_export_is_a_job_and_on_record(auditor, history):
    answer = auditor.post(reverse("audit:export"))
    job = Job.objects.get()
    assert answer.url == reverse("jobs:job", args=[job.pk])
    rows = exported(job)
    assert rows[0][:3] == ("序号", "时间", "操作人")
    # The export is a record too, and stands in its own list.
    assert [row[0] for row in rows[1:]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert rows[3][6] == "退回“2020 办公用房修缮”"
    assert rows[4][11] == "项目设立的必要性：漏水 → 屋面渗漏"
    assert rows[8][6] == "导出“操作留痕（全部）”，1 项"
    assert rows[1][13] == AuditRecord.objects.get(sequence=1).digest


def test_export_takes_the_conditions_along(auditor, history):
    auditor.post(reverse("audit:export"), {"action": "start", "page": "x"})
    assert [row[0] for row in exported(Job.objects.get())[1:]] == [1, 5]


def test_export_of_nothing_says_so(auditor, history):
    answer = auditor.post(reverse("audit:export"), {"text": "没有这样的字"}, follow=True)
    assert "没有符合条件的记录，不用导出。" in answer.text
    assert not Job.objects.exists()


def test_text_that_looks_like_a_formula_stays_text(auditor, people):
    trail.record(actor=people["审计员"], action="return", comment="=1+1")
    auditor.post(reverse("audit:export"))
    assert exported(Job.objects.get())[1][10] == "=1+1"


def test_searching_knows_a_name_column_for_every_kind_of_object():
    assert all(searching._model(name) for name in searching.SUBJECTS)
