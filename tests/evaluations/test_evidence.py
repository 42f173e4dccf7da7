"""Evidence: what may be uploaded, where it lies, and who gets it back."""

import io
import zipfile

import pytest
from django.conf import settings as site
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from evaluations.evidence import MOST, clean_name, keep_evidence, remove_evidence
from evaluations.models import Evaluation, Evidence
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing.returning import NamedPlace, keep_round
from perfgoals.workflow import State, StateConflict

pytestmark = pytest.mark.django_db
OFFICER = "信息中心填报人"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def archive(*names, content=b"<x/>"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return out.getvalue()


def upload(content=PDF, name="签到表.pdf"):
    return ContentFile(content, name=name)


@pytest.fixture
def evaluation(opened):
    return opened()


def at(person):
    client = Client()
    client.force_login(person)
    return client


def address(evidence):
    return reverse("evaluations:evidence", args=[evidence.evaluation_id, evidence.pk])


def test_a_file_of_a_row_comes_back_as_it_was(evaluation, people):
    row = evaluation.indicators.first()
    kept = keep_evidence(evaluation, upload(), actor=people[OFFICER], row_id=row.row_id, pointer="第 3 页")
    assert (kept.name, kept.size, kept.content_type, kept.pointer) == (
        "签到表.pdf",
        len(PDF),
        "application/pdf",
        "第 3 页",
    )
    answer = at(people[OFFICER]).get(address(kept))
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "filename*=utf-8''%E7%AD%BE%E5%88%B0%E8%A1%A8.pdf" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert AuditRecord.objects.get(action="evidence_add").changes["file"] == "签到表.pdf"


def test_it_lies_outside_what_is_served_under_a_name_of_ours(evaluation, people):
    kept = keep_evidence(evaluation, upload(name="../../etc/签到表.pdf"), actor=people[OFFICER])
    path = kept.file.path
    assert path.startswith(str(site.EVIDENCE_DIR))
    assert "签到表" not in path
    assert ".." not in path
    assert kept.name == "签到表.pdf"
    for folder in (site.STATIC_ROOT, *site.STATICFILES_DIRS):
        assert not path.startswith(str(folder))
    with pytest.raises(ValueError, match="not accessible"):
        _ = kept.file.url


def test_the_same_file_again_only_moves_its_pointer(evaluation, people):
    first = keep_evidence(evaluation, upload(), actor=people[OFFICER], pointer="第 3 页")
    again = keep_evidence(evaluation, upload(name="副本.pdf"), actor=people[OFFICER], pointer="第 5 页")
    assert again.pk == first.pk
    assert Evidence.objects.get().pointer == "第 5 页"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (PDF, "脚本.html", "类型不能上传"),
        (PDF, "没有后缀", "类型不能上传"),
        (b"<script>", "假的.pdf", "内容不是 PDF"),
        (PNG, "假的.jpg", "内容不是 JPG"),
        (b"", "空的.pdf", "是空的"),
        (b"PK\x03\x04 broken", "坏的.xlsx", "已损坏"),
        (archive("word/document.xml"), "其实是.xlsx", "内容不是 XLSX"),
        (archive("xl/workbook.xml", "xl/vbaProject.bin"), "带宏.xlsx", "有宏"),
        (archive("xl/workbook.xml", content=b"\0" * 5_000_000), "炸弹.xlsx", "展开后太大"),
    ],
)
def test_what_is_refused(evaluation, people, content, name, says):
    with pytest.raises(ValidationError, match=says):
        keep_evidence(evaluation, upload(content, name), actor=people[OFFICER])
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PNG, "照片.PNG"),
        (b"\xff\xd8\xff\xe0", "照片.jpeg"),
        (archive("xl/workbook.xml"), "台账.xlsx"),
        (archive("word/document.xml"), "报告.docx"),
        (archive("OFD.xml"), "公文.ofd"),
    ],
)
def test_what_is_taken(evaluation, people, content, name):
    assert keep_evidence(evaluation, upload(content, name), actor=people[OFFICER]).name == name


def test_size_number_and_place_are_limited(evaluation, people, settings):
    settings.EVIDENCE_MEGABYTES = 1
    with pytest.raises(ValidationError, match="超过 1 MB"):
        keep_evidence(evaluation, upload(PDF + b"\0" * 2**20), actor=people[OFFICER])
    with pytest.raises(ValidationError, match="没有这一行"):
        keep_evidence(evaluation, upload(), actor=people[OFFICER], row_id="nowhere")
    with pytest.raises(ValidationError, match="最多 200 字"):
        keep_evidence(evaluation, upload(), actor=people[OFFICER], pointer="页" * 201)
    Evidence.objects.bulk_create(
        Evidence(
            evaluation=evaluation, name="x.pdf", size=1, sha256=str(number), content_type="application/pdf",
            uploaded_by=people[OFFICER],
        )
        for number in range(MOST)
    )  # fmt: skip
    with pytest.raises(ValidationError, match=f"最多 {MOST} 个"):
        keep_evidence(evaluation, upload(), actor=people[OFFICER])


def test_only_whoever_fills_the_form_brings_and_takes_files(evaluation, people):
    kept = keep_evidence(evaluation, upload(), actor=people[OFFICER])
    for name in ("服务中心填报人", "信息中心审核人", "发改委审核人", "业务管理员"):
        with pytest.raises(PermissionDenied):
            keep_evidence(evaluation, upload(PNG, "a.png"), actor=people[name])
        with pytest.raises(PermissionDenied):
            remove_evidence(kept, actor=people[name])
    Evaluation.objects.filter(pk=evaluation.pk).update(
        state=State.DEPARTMENT_REVIEW, submitted_by=people[OFFICER]
    )
    evaluation.refresh_from_db()
    with pytest.raises(StateConflict):
        keep_evidence(evaluation, upload(PNG, "a.png"), actor=people[OFFICER])


def test_a_return_opens_the_files_of_the_rows_it_names(evaluation, people, monkeypatch):
    monkeypatch.setattr(Evaluation, "findings", lambda *args: [])  # an 错误 would open its row as well
    named, other = evaluation.indicators.all()[:2]
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.RETURNED)
    evaluation.refresh_from_db()
    keep_round(
        evaluation, actor=people["财政审核人"], comment="补", places=[NamedPlace(f"indicators.{named.row_id}")]
    )
    keep_evidence(evaluation, upload(), actor=people[OFFICER], row_id=named.row_id)
    with pytest.raises(ValidationError, match="已锁定"):
        keep_evidence(evaluation, upload(), actor=people[OFFICER], row_id=other.row_id)


def test_a_removed_file_is_gone_from_the_disk(evaluation, people, django_capture_on_commit_callbacks):
    kept = keep_evidence(evaluation, upload(), actor=people[OFFICER])
    with django_capture_on_commit_callbacks(execute=True):
        remove_evidence(kept, actor=people[OFFICER])
    assert not kept.file.storage.exists(kept.file.name)
    assert at(people[OFFICER]).get(address(kept)).status_code == 404
    assert AuditRecord.objects.filter(action="evidence_remove").count() == 1


def test_a_file_lost_from_the_disk_is_not_found(evaluation, people):
    kept = keep_evidence(evaluation, upload(), actor=people[OFFICER])
    kept.file.storage.delete(kept.file.name)
    assert at(people[OFFICER]).get(address(kept)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a/b\\c.pdf", "c.pdf"),
        ('x"<y>?.pdf', "x__y__.pdf"),
        ("...", "佐证材料"),
        ("长" * 300 + ".pdf", "长" * 187 + ".pdf"),
        ("a\r\nSet-Cookie: b.pdf", "a Set-Cookie_ b.pdf"),
    ],
)
def test_names_are_plain(typed, kept):
    assert clean_name(typed) == kept
