"""The score page: the kept score of what was sent, the reviewer's points beside, findings where they belong."""

import html
import re
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from evaluations.checking import keep
from evaluations.evidence import keep_evidence
from evaluations.models import Evaluation, EvaluationRow, KeptScore
from evaluations.reviewing import give_points, send_back
from evaluations.scoring import replay
from perfgoals.workflow import State
from tests.declarations.conftest import at  # noqa: F401

from .test_workflow import OFFICER, sent  # noqa: F401

pytestmark = pytest.mark.django_db
REVIEWER = "发改委审核人"


def words(answer):
    """The text of the page, as somebody reads it."""
    assert answer.status_code == 200
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", main)))


def card(browser, evaluation):
    return words(browser.get(reverse("evaluations:score", args=[evaluation.pk])))


def test_a_draft_is_scored_as_it_stands_and_says_so(opened, at):  # noqa: F811
    evaluation = opened()
    page = card(at(OFFICER), evaluation)
    assert "现在写的内容的得分" in page
    assert "未定" in page
    assert "等人判定" in page


def test_what_was_sent_keeps_the_score_of_then(sent, at):  # noqa: F811
    EvaluationRow.objects.filter(evaluation=sent).update(actual="0次", name="后来改的")
    kept = KeptScore.objects.get()
    sheet = dict(kept.sheet)
    sheet["rules"] = {**sheet["rules"], "grades_clause": "当时的等级口径。"}
    sheet["rules"]["formulas"]["at_least"]["clause"] = "当时的口径。"
    KeptScore.objects.filter(pk=kept.pk).update(sheet=replay(sheet).to_dict())
    page = card(at(REVIEWER), sent)
    assert "第 1 稿的得分" in page
    assert "当时的口径。" in page
    assert "后来改的" not in page


def test_the_reviewers_points_stand_beside_with_their_reason(sent, at, people):  # noqa: F811
    row = next(one for one in sent.indicators.all() if one.weight and one.weight > 1)
    give_points(
        sent,
        row.row_id,
        str(row.weight - 1),
        "签到表只有十二人，少八人。",
        actor=people[REVIEWER],
        version=sent.version,
    )
    page = card(at(REVIEWER), sent)
    assert "审核得分" in page
    assert "签到表只有十二人，少八人。" in page
    assert people[REVIEWER].name in page
    assert "−1" in page
    # At work the points are the reviewer's own; decided they are the unit's to read.
    assert "审核得分" not in card(at(OFFICER), sent)
    sent.refresh_from_db()
    send_back(sent, actor=people[REVIEWER], version=sent.version, comment="人数要核对。")
    assert "签到表只有十二人，少八人。" in card(at(OFFICER), sent)


def test_who_returned_it_sees_what_was_sent_and_not_what_is_typed(sent, at, people):  # noqa: F811
    kept_file = keep_evidence_of(sent, people)
    send_back(sent, actor=people[REVIEWER], version=sent.version, comment="人数要核对。")
    row = sent.indicators.first()
    EvaluationRow.objects.filter(pk=row.pk).update(actual="正在改的数")
    theirs, ours = card(at(REVIEWER), sent), card(at(OFFICER), sent)
    assert "正在改的数" not in theirs
    assert kept_file.name not in theirs
    assert "正在改的数" in ours
    assert kept_file.name in ours


def keep_evidence_of(evaluation, people):
    """Evidence at the first row, as if it had been there before sending."""
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.DRAFT)
    evaluation.refresh_from_db()
    row = evaluation.indicators.first()
    kept = keep_evidence(
        evaluation, ContentFile(b"%PDF-1.7", name="签到表.pdf"), row_id=row.row_id, actor=people[OFFICER]
    )
    Evaluation.objects.filter(pk=evaluation.pk).update(state=State.DEPARTMENT_REVIEW)
    evaluation.refresh_from_db()
    return kept


def test_evidence_is_linked_at_its_row(sent, at, people):  # noqa: F811
    kept = keep_evidence_of(sent, people)
    page = at(REVIEWER).get(reverse("evaluations:score", args=[sent.pk])).content.decode()
    link = reverse("evaluations:evidence", args=[sent.pk, kept.pk])
    assert f'<a href="{link}">{kept.name}</a>' in page


def test_contradictions_of_the_form_stand_above_those_of_a_row_below_it(opened, at):  # noqa: F811
    evaluation = opened()
    EvaluationRow.objects.filter(evaluation=evaluation).update(
        weight_typed="1", weight=Decimal(1), self_score_typed="2", self_score=Decimal(2)
    )
    evaluation.current_year = evaluation.initial = Decimal(100)
    evaluation.current_year_typed = evaluation.initial_typed = "100"
    evaluation.executed, evaluation.executed_typed = Decimal(50), "50"
    evaluation.save()
    keep(evaluation)
    page = at(OFFICER).get(reverse("evaluations:score", args=[evaluation.pk])).content.decode()
    above, below = page.split("<table", 1)
    assert "预算只执行了 50%" in html.unescape(above)
    assert "不能超过分值" not in above
    assert "不能超过分值" in below
    spans = [int(span) for span in re.findall(r'rowspan="(\d+)"', below)]
    body = below.split("<tbody>")[1].split("</tbody>")[0]
    rows = body.count("<tr")
    assert sum(spans) == rows - ("预算执行率</th>" in body)


def test_an_empty_form_has_a_page(at, season, people, make_declaration):  # noqa: F811
    import uuid

    from evaluations.opening import start_alone

    project = make_declaration().project
    evaluation = start_alone(campaign=season, project=project, key=uuid.uuid4(), actor=people[OFFICER])
    assert "还没有指标" in card(at(OFFICER), evaluation)


def test_queries_do_not_grow_with_the_form(opened, at, django_assert_max_num_queries):  # noqa: F811
    evaluation = opened()
    browser = at(OFFICER)
    with django_assert_max_num_queries(20):
        browser.get(reverse("evaluations:score", args=[evaluation.pk]))
