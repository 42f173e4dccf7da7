"""The form as files: what is in them, who gets them, what they are called, how long they are kept."""

import io
import json
from urllib.parse import unquote

import openpyxl
import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from declarations import downloads, reviewing
from declarations.models import Declaration
from declarations.official import official
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.models import Revision
from perfgoals.documents.printing import MissingGlyph, PrintingFailed
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
FILES = ("pdf", "xlsx", "json")


def url(name, declaration):
    return reverse(f"declarations:{name}", args=[declaration.pk])


def file_name(answer):
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename*=utf-8''")
    return unquote(header.split("''", 1)[1])


def send(browser, declaration):
    posted = {"version": declaration.version, "opened_at": timezone.now().isoformat()}
    assert browser.post(reverse("declarations:submit", args=[declaration.pk]), posted).status_code == 302
    declaration.refresh_from_db()
    return Revision.objects.get()


def test_a_draft_prints_with_its_watermark_and_is_kept_nowhere(at, filled):
    declaration = filled()
    browser = at("信息中心填报人")
    answers = {name: browser.get(url(name, declaration)) for name in FILES}
    assert [a.status_code for a in answers.values()] == [200, 200, 200]
    for name, answer in answers.items():
        assert answer["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer
        assert answer["X-Content-Type-Options"] == "nosniff"
        expected = f"2020 {declaration.project_name} {declaration.edition.title}（草稿）.{name}"
        assert file_name(answer) == expected
    with pikepdf.open(io.BytesIO(answers["pdf"].content)) as pdf:
        assert len(pdf.pages) >= 1
    assert openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content)).sheetnames
    assert DeclarationDocument.from_json(answers["json"].content) == declaration.document()


def test_from_sending_on_the_files_are_those_of_the_revision(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    revision = send(browser, declaration)
    Declaration.objects.filter(pk=declaration.pk).update(necessity="送审以后写进数据库的")
    answer = browser.get(url("json", declaration))
    assert answer.content.decode() == revision.document
    assert answer["ETag"] == f'"{revision.fingerprint}-json"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert "草稿" not in file_name(answer)
    assert "送审以后" not in browser.get(url("preview", declaration)).content.decode()


def test_an_unchanged_revision_is_not_made_again(at, ready, monkeypatch):
    declaration = ready()
    browser = at("信息中心填报人")
    send(browser, declaration)
    first = browser.get(url("pdf", declaration))
    assert first.status_code == 200
    monkeypatch.setattr(downloads, "render_pdf", None)  # would fail if it were called
    again = browser.get(url("pdf", declaration), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert at("业务管理员").get(url("pdf", declaration)).content == first.content  # another desk, the kept file
    assert again["ETag"] == first["ETag"]


def test_another_file_s_etag_does_not_do(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    send(browser, declaration)
    etag = browser.get(url("json", declaration))["ETag"]
    assert browser.get(url("xlsx", declaration), headers={"if-none-match": etag}).status_code == 200
    assert browser.get(url("json", declaration), headers={"if-none-match": "Unsinn"}).status_code == 200


@pytest.mark.parametrize("name", [*FILES, "preview"])
def test_files_follow_the_same_scope_as_pages(at, ready, name):
    declaration = ready()
    for who in ("服务中心填报人", "外区财政审核人", "系统管理员", "财政审核人"):
        assert at(who).get(url(name, declaration)).status_code == 404
    browser = at("信息中心填报人")
    send(browser, declaration)
    assert at("财政审核人").get(url(name, declaration)).status_code == 200
    assert at("外区财政审核人").get(url(name, declaration)).status_code == 404


def test_a_character_without_a_shape_is_named_with_its_field(at, filled):
    declaration = filled()
    Declaration.objects.filter(pk=declaration.pk).update(necessity="屋面\U0001f600渗漏")
    answer = at("信息中心填报人").get(url("pdf", declaration))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "有一个字印不出来" in page
    assert "\U0001f600" in page
    assert "U+1F600" in page
    assert "项目设立的必要性" in page
    assert "#f-necessity" in page


def test_in_a_revision_there_is_nothing_to_mend(at, ready, monkeypatch):
    declaration = ready()
    browser = at("信息中心填报人")
    send(browser, declaration)

    def refuse(*args, **options):
        raise MissingGlyph("龘", "indicators.x.name")

    monkeypatch.setattr(downloads, "render_pdf", refuse)
    answer = browser.get(url("pdf", declaration))
    assert answer.status_code == 422
    assert "告诉系统管理员" in answer.content.decode()


def test_a_printer_that_fails_says_so_and_leads_to_the_preview(at, filled, monkeypatch):
    def fail(*args, **options):
        raise PrintingFailed("打印超时，请稍后再试。")

    monkeypatch.setattr(downloads, "render_pdf", fail)
    declaration = filled()
    answer = at("信息中心填报人").get(url("pdf", declaration), follow=True)
    assert answer.redirect_chain == [(url("preview", declaration), 302)]
    assert "没有生成 PDF：打印超时，请稍后再试。" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("../../etc/passwd", ".. .. etc passwd"),
        ("一\r\nSet-Cookie: x", "一 Set-Cookie  x"),
        ("名\u202e称\u200b", "名 称"),
        ("", "未命名项目"),
        ("\u200b", "未命名项目"),
        ("长" * 300, "长" * 60),
    ],
)
def test_no_name_escapes_into_headers_or_folders(at, make_declaration, name, kept):
    declaration = make_declaration()
    Declaration.objects.filter(pk=declaration.pk).update(project_name=name)
    answer = at("信息中心填报人").get(url("json", declaration))
    assert file_name(answer) == f"2020 {kept} {declaration.edition.title}（草稿）.json"


def test_an_approved_form_without_a_revision_is_printed_as_a_draft(make_declaration):
    """Never official paper of something that nobody froze."""
    printed = official(make_declaration(state=State.APPROVED))
    assert (printed.revision, printed.watermark) == (None, "草稿")


def test_the_json_of_an_empty_form_reads_back(at, make_declaration):
    declaration = make_declaration(name="")
    text = at("信息中心填报人").get(url("json", declaration)).content
    assert DeclarationDocument.from_json(text) == declaration.document()
    assert json.loads(text)["fiscal_year"] == 2020


def test_who_returned_a_form_reads_it_as_it_was_sent_and_not_while_it_is_mended(at, ready, people):
    declaration = ready()
    revision = send(at("信息中心填报人"), declaration)
    reviewing.send_back(
        declaration, actor=people["发改委审核人"], version=declaration.version, comment="写清必要性"
    )
    save_fields(declaration, [FieldChange("necessity", "正在改，还没有送审")], actor=people["信息中心填报人"])
    reviewer, officer = at("发改委审核人"), at("信息中心填报人")
    assert reviewer.get(url("json", declaration)).content.decode() == revision.document
    assert "正在改" in officer.get(url("json", declaration)).content.decode()
    assert "正在改" not in reviewer.get(url("preview", declaration)).content.decode()
    assert "正在改" in officer.get(url("preview", declaration)).content.decode()
    assert reviewer.get(url("check", declaration)).status_code == 302
