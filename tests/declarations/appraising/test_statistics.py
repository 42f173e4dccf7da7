"""审核统计: what is counted, shares, the department's weakest question, the same as Excel, constant cost."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from perfgoals.appraising import statistics
from perfgoals.appraising.models import Kind, ReviewForm
from perfgoals.appraising.statistics import share
from perfgoals.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
URL = "/declarations/panels/statistics/"


@pytest.fixture
def judged(at, sent, graded):
    """One form: 中 on 明确清晰性 and 良 on 资金匹配性."""
    typed = graded(clear="fair", money_matches="good", grade="fair", opinion="补", remarks={"clear": "补数"})
    at("发改委审核人").post(f"/declarations/{sent.pk}/appraisal/", typed)
    return ReviewForm.objects.get()


def again(form, author, **columns):
    """A copy of a form by somebody else."""
    given = list(form.answers.all())
    form = ReviewForm.objects.get(pk=form.pk)
    form.pk, form.author = None, author
    for key, value in columns.items():
        setattr(form, key, value)
    form.save(force_insert=True)
    for one in given:
        one.pk, one.form = None, form
        one.save(force_insert=True)
    return form


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, ""), (0, 3, "0.0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 8, "12.5%"), (1, 2000, "0.1%")],
)
def test_shares(part, whole, words):
    assert share(part, whole) == words


def test_counts_by_question_and_department(judged, people):
    found = statistics.statistics(statistics.forms_counted(people["业务管理员"]))
    by_label = {row.label: row.tally for row in found.questions}
    assert by_label["明确清晰性"].counts == {"fair": 1}
    assert by_label["资金匹配性"].counts == {"good": 1}
    assert by_label["规范完整性"].counts == {"excellent": 1}
    (row,) = found.departments
    assert row.department.name == "上海市发展和改革委员会", "a unit counts with its department"
    assert (row.weakest, row.tally.counts) == ("明确清晰性", {"fair": 1})


def test_drafts_and_single_members_are_not_counted(judged, people):
    ReviewForm.objects.filter(pk=judged.pk).update(submitted_at=None)
    assert statistics.forms_counted(people["业务管理员"]).count() == 0


def test_the_filter(judged, people, at):
    admin = people["业务管理员"]
    assert statistics.forms_counted(admin, year=2020).count() == 1
    assert statistics.forms_counted(admin, year=2019).count() == 0
    assert statistics.forms_counted(admin, source=Kind.PANEL).count() == 0
    assert statistics.forms_counted(people["外区财政审核人"]).count() == 0
    browser = at("业务管理员")
    for query in ("?year=x&department=%00&source=none", "?year=2019", "?department=99999999999", "?year="):
        assert browser.get(URL + query).status_code == 200


def test_the_page(judged, at):
    text = at("财政审核人").get(URL).content.decode()
    assert "明确清晰性" in text
    assert "100.0%" in text
    assert "上海市发展和改革委员会" in text


def test_an_empty_season_says_so(at, people):
    assert "还没有交过的审核表" in at("业务管理员").get(URL).content.decode()


@pytest.mark.parametrize("who", ["发改委审核人", "信息中心填报人", "审计员"])
def test_who_does_not_see_it(at, who):
    assert at(who).get(URL).status_code == 403
    assert at(who).post("/declarations/panels/statistics.xlsx").status_code == 403


def test_excel(judged, at):
    answer = at("业务管理员").post("/declarations/panels/statistics.xlsx", {"year": "2020"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert rows[0] == ("主管部门", "审核内容", "审核要点", "优", "良", "中", "差", "合计", "中和差占比")
    assert rows[2] == ("上海市发展和改革委员会", "完整性审核", "明确清晰性", 0, 0, 1, 0, 1, "100.0%")
    assert len(rows) == 9
    assert AuditRecord.objects.get(action="export").changes == {"title": "审核统计 Excel", "items": 8}


def test_the_page_costs_the_same_however_many_forms(judged, at, people, places):
    browser = at("业务管理员")
    browser.get(URL)
    with CaptureQueriesContext(connection) as one:
        browser.get(URL)
    for name, place in (("信息中心审核人", "服务中心"), ("财政审核人", "财政局"), ("金融办审核人", "信息中心")):
        again(judged, people[name], organization=places[place])
    with CaptureQueriesContext(connection) as four:
        text = browser.get(URL).content.decode()
    assert text.count("pg-name") == 3
    assert len(four) == len(one)
