"""What official paper of an evaluation is printed from: the rows of a draft, the revision and its score from 送审 on."""

import io

import pytest
from django.core.management import call_command

from evaluations.models import EvaluationRow, KeptScore
from evaluations.official import official
from evaluations.scoring import replay
from evaluations.speaking import document_of
from perfgoals.documents.models import Revision
from perfgoals.documents.pdf import read_attached_evaluation
from tests.documents.ground import text_of

from .test_workflow import sent  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_draft_is_what_the_rows_say_and_says_so(opened, django_assert_max_num_queries):
    evaluation = opened()
    with django_assert_max_num_queries(3):
        paper = official(evaluation, with_details=True)
    assert paper.document == document_of(evaluation)
    assert paper.watermark == "草稿"
    assert [sheet.title for sheet in paper.annexes()] == ["评分明细"]
    assert official(evaluation).annexes() == ()


def test_from_submitting_on_it_is_the_revision_with_the_score_of_then(sent):  # noqa: F811
    before = official(sent, with_details=True)
    revision = Revision.objects.get()
    assert before.document.to_json() == revision.document
    assert (before.watermark, before.points.total) == ("", "100")
    EvaluationRow.objects.filter(evaluation=sent).update(actual="1家", name="改过")
    kept = KeptScore.objects.get()
    clause = kept.sheet["rules"]["formulas"]["at_least"]["clause"]
    kept.sheet["rules"]["formulas"]["at_least"]["clause"] = "当时的口径。"
    KeptScore.objects.filter(pk=kept.pk).update(sheet=replay(kept.sheet).to_dict())
    after = official(sent, with_details=True)
    assert (after.document, after.points) == (before.document, before.points)
    assert any(one.startswith("当时的口径。") for one in after.annexes()[0].clauses)
    assert not any(one.startswith(clause) for one in after.annexes()[0].clauses)


def test_the_command_prints_it_by_its_number(sent, opened, tmp_path):  # noqa: F811
    draft = opened("xxzx-2020-3")
    out = io.StringIO()
    numbers = (str(draft.pk), str(sent.pk))
    call_command("render_forms", *numbers, kind="evaluation", details=True, out=tmp_path, stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == [f"{one}.pdf" for one in numbers]
    data = (tmp_path / f"{sent.pk}.pdf").read_bytes()
    assert read_attached_evaluation(data).to_json() == Revision.objects.get().document
    text = text_of(data, tmp_path)
    assert "评分明细" in text
    assert "总分100分（满分100分）" in text
    assert "草稿" not in text
    assert "草稿" in text_of((tmp_path / f"{draft.pk}.pdf").read_bytes(), tmp_path)
