"""A self-evaluation's papers: the same figures on screen, in the PDF, in Excel and in the score anybody can replay."""

import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from evaluations import views_papers
from evaluations.models import EvaluationRow
from evaluations.reviewing import send_back
from evaluations.scoring import same_figures
from evaluations.scoring.arithmetic import show
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.models import Revision
from perfgoals.documents.pdf import read_attached_evaluation
from perfgoals.documents.printing import MissingGlyph, PrintingFailed
from tests.declarations.conftest import at  # noqa: F401
from tests.declarations.test_downloads import file_name
from tests.documents.ground import text_of

from .test_workflow import OFFICER, sent  # noqa: F401

pytestmark = pytest.mark.django_db
REVIEWER = "发改委审核人"


def url(name, evaluation, more=""):
    return reverse(f"evaluations:{name}", args=[evaluation.pk]) + more


def test_a_draft_is_marked_and_kept_nowhere(opened, at, monkeypatch):  # noqa: F811
    evaluation = opened()
    seen = []
    monkeypatch.setattr(
        views_papers, "render_pdf", lambda text, **options: seen.append(options["watermark"]) or b"%PDF-1.7"
    )
    for name in ("pdf", "xlsx", "json", "score_json"):
        answer = at(OFFICER).get(url(name, evaluation))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert "（草稿）" in file_name(answer)
    assert seen == ["草稿"]
    assert "草稿" in at(OFFICER).get(url("preview", evaluation)).content.decode()


def test_all_papers_of_what_was_sent_say_the_same_figures(sent, at, tmp_path):  # noqa: F811
    EvaluationRow.objects.filter(evaluation=sent).update(actual="后来")
    browser = at(REVIEWER)
    revision = Revision.objects.get()
    assert browser.get(url("json", sent)).content.decode() == revision.document
    score = json.loads(browser.get(url("score_json", sent)).content)
    assert score["fingerprint"] == revision.fingerprint
    assert same_figures({key: value for key, value in score.items() if key not in ("fingerprint", "findings")})
    pdf = browser.get(url("pdf", sent, "?details=1")).content
    assert read_attached_evaluation(pdf).to_json() == revision.document
    total = show(Decimal(score["total"]))
    assert f"总分{total}分" in text_of(pdf, tmp_path)
    assert "评分明细" not in text_of(browser.get(url("pdf", sent)).content, tmp_path)
    cells = {
        str(cell.value)
        for sheet in openpyxl.load_workbook(io.BytesIO(browser.get(url("xlsx", sent)).content))
        for line in sheet.iter_rows()
        for cell in line
    }
    assert total in cells
    assert f"<b>{total}</b>" in browser.get(url("score", sent)).content.decode()
    preview = browser.get(url("preview", sent)).content.decode()
    assert "后来" not in preview
    assert "第 1 稿" in preview


def test_the_score_is_what_the_command_prints_of_the_json(sent, at, tmp_path):  # noqa: F811
    file = tmp_path / "form.json"
    file.write_bytes(at(OFFICER).get(url("json", sent)).content)
    out = io.StringIO()
    call_command("score_form", file, stdout=out)
    assert json.loads(out.getvalue()) == json.loads(at(OFFICER).get(url("score_json", sent)).content)


def test_a_sent_form_is_printed_once_for_each_kind_of_paper(sent, at, monkeypatch):  # noqa: F811
    printed = []

    def render(text, **options):
        printed.append(len(options["annexes"]))
        return b"%PDF-1.7 " + str(printed).encode()

    monkeypatch.setattr(views_papers, "render_pdf", render)
    plain, detailed = (at(OFFICER).get(url("pdf", sent, more)) for more in ("", "?details=1"))
    assert printed == [0, 1]
    assert plain["ETag"] != detailed["ETag"]
    assert at(REVIEWER).get(url("pdf", sent)).content == plain.content
    again = at(REVIEWER).get(url("pdf", sent), headers={"if-none-match": plain["ETag"]})
    assert again.status_code == 304
    assert printed == [0, 1]


def test_who_returned_it_reads_it_as_it_was_sent(sent, at, people):  # noqa: F811
    revision = Revision.objects.get()
    send_back(sent, actor=people[REVIEWER], version=sent.version, comment="人数要核对。")
    EvaluationRow.objects.filter(evaluation=sent).update(actual="正在改的数")
    theirs, ours = (at(who).get(url("json", sent)).content.decode() for who in (REVIEWER, OFFICER))
    assert theirs == revision.document
    assert {row.actual for row in EvaluationDocument.from_json(ours).indicators} == {"正在改的数"}


def test_a_printer_that_fails_says_so_and_leads_to_the_preview(opened, at, monkeypatch):  # noqa: F811
    def fail(*args, **options):
        raise PrintingFailed("打印超时，请稍后再试。")

    monkeypatch.setattr(views_papers, "render_pdf", fail)
    evaluation = opened()
    answer = at(OFFICER).get(url("pdf", evaluation), follow=True)
    assert answer.redirect_chain == [(url("preview", evaluation), 302)]
    assert "没有生成 PDF：打印超时，请稍后再试。" in answer.content.decode()


def test_a_character_without_a_shape_is_named_with_its_place(opened, at, monkeypatch):  # noqa: F811
    evaluation = opened()
    row = evaluation.indicators.first()

    def refuse(*args, **options):
        raise MissingGlyph("龘", f"indicators.{row.row_id}.target")

    monkeypatch.setattr(views_papers, "render_pdf", refuse)
    answer = at(OFFICER).get(url("pdf", evaluation))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "第 1 行" in page
    assert "告诉系统管理员" in page  # the target was copied: nobody types it here
