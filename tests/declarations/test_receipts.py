"""The receipt of a 送审: what it says, its PDF, and that tampering shows."""

import dataclasses

import pytest
from django.db import connection
from django.urls import reverse

from declarations import workflow
from perfgoals.documents import pdf
from perfgoals.documents.receipts import verify
from perfgoals.reviewing import receipt_pages
from perfgoals.reviewing import receipts as on_paper
from perfgoals.reviewing.receipts import receipts_of
from perfgoals.workflow import perform
from tests.documents.ground import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(ready, people):
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    declaration = ready()
    perform(free, declaration, actor=people["信息中心填报人"], version=declaration.version)
    return declaration


@pytest.fixture
def receipt(sent):
    return receipts_of(sent)[0]


def check(client, code):
    return client.get(reverse("declarations:receipts"), {"code": code})


def change(receipt, **columns):
    """What somebody with the database in their hands could do."""
    for column, value in columns.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE documents_revision SET {column} = %s WHERE id = %s", [value, receipt.revision.pk]
            )


def test_the_page_says_who_sent_what_when_and_with_which_fingerprint(sent, receipt, at):
    page = at("信息中心填报人").get(reverse("declarations:submit", args=[sent.pk])).text
    assert receipt.code in page
    assert receipt.fingerprint in page
    assert receipt.fingerprint.replace(" ", "") == sent.document().fingerprint
    assert "信息中心填报人（上海市经济信息中心）" in page


def test_a_code_is_checked_as_people_type_it(receipt, at):
    client = at("审计员")
    for typed in (receipt.code, receipt.code.lower(), receipt.code.replace("-", " "), f" {receipt.code} "):
        page = check(client, typed)
        assert "核对上了" in page.text
        assert receipt.fingerprint in page.text
    assert verify(receipt.code).is_right


@pytest.mark.parametrize(
    "change_code", [lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: f"9{c}", str.swapcase]
)
def test_a_changed_code_is_none(change_code, receipt, at):
    code = change_code(receipt.code)
    is_same = code.upper() == receipt.code
    assert ("核对上了" in check(at("审计员"), code).text) is is_same


@pytest.mark.parametrize("code", ["", "x", "1", "1-AAAA", "９９-ABCD", "1" * 79, "1-" + "A" * 20, "<b>", "\0"])
def test_nonsense_is_answered_in_words(code, at):
    answer = check(at("信息中心填报人"), code)
    assert answer.status_code == 200
    assert "核对上了" not in answer.text


def test_a_document_changed_in_the_database_shows(receipt, at):
    change(receipt, document=receipt.revision.document.replace("系统", "糸统", 1))
    verdict = verify(receipt.code)
    assert not verdict.is_right
    assert "内容被改过" in check(at("审计员"), receipt.code).text


@pytest.mark.parametrize(
    "columns", [{"fingerprint": "0" * 64}, {"made_at": "2020-01-01 00:00:00"}, {"number": 7}], ids=str
)
def test_what_the_receipt_says_cannot_be_changed_either(columns, receipt):
    change(receipt, **columns)
    assert verify(receipt.code).receipt is None


def test_another_key_signs_other_codes(receipt, settings):
    settings.RECEIPT_KEY = "another key of the site, forty characters long"
    assert verify(receipt.code).receipt is None


def test_the_pdf_carries_the_receipt_and_what_was_sent(sent, receipt, at, monkeypatch, tmp_path, settings):
    settings.PAPER_DIR = tmp_path
    monkeypatch.setattr(on_paper, "print_with", lambda act, *args: act(*args))
    answer = at("信息中心填报人").get(reverse("declarations:receipt", args=[sent.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert pdf.read_attached(answer.content).fingerprint == sent.document().fingerprint
    text = text_of(answer.content, tmp_path)
    assert receipt.code in text
    assert "送审回执" in text
    missing = reverse("declarations:receipt", args=[sent.pk]) + "?number=9"
    assert at("信息中心填报人").get(missing).status_code == 404


def test_a_receipt_that_cannot_be_printed_says_so(sent, at, monkeypatch):
    def fail(*args):
        raise receipt_pages.PrintingFailed("打印超时，请稍后再试。")

    monkeypatch.setattr(receipt_pages, "receipt_pdf", fail)
    answer = at("信息中心填报人").get(reverse("declarations:receipt", args=[sent.pk]))
    assert answer.status_code == 422
    assert "打印超时" in answer.text
