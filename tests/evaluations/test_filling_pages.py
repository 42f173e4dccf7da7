"""Opening, filling in and sending a self-evaluation, the way an officer meets it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations.models import Indicator, Project
from evaluations.checking import blocking_findings
from evaluations.models import Evaluation
from perfgoals.filling.posting import digest
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n"


@pytest.fixture
def li(client, people):
    client.force_login(people["信息中心填报人"])
    return client


def url(form, name, *more):
    return reverse(f"evaluations:{name}", args=[form.pk, *more])


def autosave(client, form, changes):
    body = {"changes": [{"path": path, "value": value, "seen": 0} for path, value in changes.items()]}
    return client.post(url(form, "save"), json.dumps(body), content_type="application/json")


def counted_row(form):
    """A row whose target is a number with its sign, with points to win."""
    row = form.indicators.first()
    row.name, row.target, row.weight_typed, row.weight = "巡检次数", "≥50次", "10", 10
    row.level1, row.level2, row.is_unplaced = "产出指标", "数量指标", False
    row.save()
    return row


# Opening -------------------------------------------------------------------------------------------------------------


def test_the_empty_list_says_what_to_do(li, season_2020):
    page = li.get(reverse("evaluations:list")).content.decode()
    assert "2020 年度还没有自评表" in page
    assert reverse("evaluations:new") in page


def test_approved_targets_are_offered_and_opened_by_one_click(li, approved, season_2020):
    targets = approved()
    assert li.get(reverse("evaluations:list")).context["season"].to_open == 1
    page = li.get(reverse("evaluations:new"))
    assert [one.pk for one in page.context["choices"]] == [targets.pk]
    post = {"campaign": season_2020.pk, "choice": f"targets-{targets.pk}"}
    first = li.post(reverse("evaluations:new"), post)
    form = Evaluation.objects.get()
    assert first.url == url(form, "tasks")
    assert form.indicators.count() == targets.indicators.count()
    assert li.post(reverse("evaluations:new"), post).url == first.url
    # The declaration's own page leads to the form that is there.
    assert li.get(f"{reverse('evaluations:new')}?declaration={targets.pk}").url == first.url


def test_the_declaration_leads_to_its_self_evaluation(li, approved, season_2020):
    targets = approved()
    page = li.get(reverse("declarations:tasks", args=[targets.pk])).content.decode()
    assert f"{reverse('evaluations:new')}?campaign={season_2020.pk}&amp;declaration={targets.pk}" in page


def test_a_form_from_elsewhere_needs_a_name(li, season_2020):
    post = {"campaign": season_2020.pk, "choice": "alone", "name": "  "}
    refused = li.post(reverse("evaluations:new"), post)
    assert refused.status_code == 422
    assert "写上项目名称" in refused.content.decode()
    assert li.post(reverse("evaluations:new"), post | {"name": "办公楼修缮"}).status_code == 302
    assert Evaluation.objects.get().stands_alone


def test_the_list_is_searched_in_what_was_typed(li, opened):
    form = opened()
    form.indicators.filter(pk=form.indicators.first().pk).update(deviation_reason="供应商晚到")
    assert [row.pk for row in li.get(reverse("evaluations:list"), {"q": "供应商"}).context["page"]] == [form.pk]
    nothing = li.get(reverse("evaluations:list"), {"q": "没有这样的字"})
    assert "没有找到这样的自评表" in nothing.content.decode()


def test_the_list_asks_no_more_for_more_rows(li, opened, django_assert_num_queries):
    opened("xxzx-2020-5")
    address = reverse("evaluations:list")
    li.get(address)
    with CaptureQueriesContext(connection) as few:
        li.get(address)
    first = Evaluation.objects.get()
    for number in range(12):
        project = Project.objects.create(
            organization=first.organization, code=f"more-{number}", name=f"项目{number}"
        )
        copy = Evaluation.objects.get(pk=first.pk)
        copy.pk, copy.project, copy._state.adding = None, project, True
        copy.save()
    with django_assert_num_queries(len(few)):
        assert len(li.get(address).context["page"]) == 13


# Filling in ----------------------------------------------------------------------------------------------------------


def test_targets_are_read_only_and_results_are_typed(li, opened):
    form = opened()
    row = counted_row(form)
    page = li.get(url(form, "step", "indicators")).content.decode()
    assert "≥50次" in page
    assert f'name="indicators.{row.row_id}.actual"' in page
    assert f'name="indicators.{row.row_id}.target"' not in page
    # The sign is written, so nobody is asked to confirm it in the open.
    assert page.index(f'name="indicators.{row.row_id}.operator"') > page.index('<details class="pg-more"')


def test_a_save_answers_with_points_sentence_and_total(li, opened):
    form = opened()
    row = counted_row(form)
    told = autosave(li, form, {f"indicators.{row.row_id}.actual": "45次"}).json()["readings"]
    assert "<b>9</b>" in told[f"indicators.{row.row_id}"]
    assert "10 × 45 ÷ 50" in told[f"indicators.{row.row_id}"]
    assert "9" in told["total"]
    # The same points stand on the page when it is opened again.
    assert "10 × 45 ÷ 50" in li.get(url(form, "step", "indicators")).content.decode()


def test_both_rates_follow_the_money(li, opened):
    form = opened()
    changes = {"budget.initial": "200000", "budget.current_year": "100000", "budget.executed": "90000"}
    rates = autosave(li, form, changes).json()["readings"]["budget.execution_rate"]
    assert "90%" in rates
    assert "45%" in rates


def test_a_tick_off_is_posted_without_script(li, opened):
    form = opened()
    row = counted_row(form)
    here, path = url(form, "step", "indicators"), f"indicators.{row.row_id}.not_applicable"
    shown = li.get(here).context["page"]
    li.post(here, {"page": shown, path: ["否", "是"], "go": "stay"})
    row.refresh_from_db()
    assert row.not_applicable
    shown = li.get(here).context["page"]
    li.post(here, {"page": shown, path: "否", "go": "stay"})
    row.refresh_from_db()
    assert not row.not_applicable


def test_nobody_is_scolded_for_rows_they_have_not_come_to(li, opened):
    form = opened()
    row = counted_row(form)
    here = url(form, "step", "indicators")
    assert "data-say=" not in li.get(here).content.decode()
    autosave(li, form, {f"indicators.{row.row_id}.actual": "做了一些"})
    assert f'data-say="{row.row_id}"' in li.get(here).content.decode()


def test_a_draft_fills_what_is_empty_and_nothing_else(li, opened):
    form = opened()
    row = counted_row(form)
    autosave(li, form, {f"indicators.{row.row_id}.actual": "53次"})
    section = form.edition.section_for_path("actual_completion").key
    li.post(url(form, "draft", section))
    form.refresh_from_db()
    assert "53次" in form.actual_completion
    Evaluation.objects.filter(pk=form.pk).update(actual_completion="自己写的。")
    li.post(url(form, "draft", section))
    form.refresh_from_db()
    assert form.actual_completion == "自己写的。"


def test_rows_come_and_go_only_where_nothing_was_approved(li, season_2020, opened):
    li.post(reverse("evaluations:new"), {"campaign": season_2020.pk, "choice": "alone", "name": "修缮"})
    alone = Evaluation.objects.get()
    here = url(alone, "step", "indicators")
    li.post(url(alone, "row", "add"), {"page": li.get(here).context["page"], "group": "0"})
    row = alone.indicators.get()
    path = f"indicators.{row.row_id}.name"
    shown = li.get(here).context["page"]
    # What was typed is saved before the second row comes.
    li.post(url(alone, "row", "add"), {"page": shown, path: "修缮面积", "group": "9999"})
    row.refresh_from_db()
    assert row.name == "修缮面积"
    assert alone.indicators.count() == 1  # there is no such group
    li.post(url(alone, "row", "delete"), {"page": "{}", "row": row.row_id})
    assert not alone.indicators.exists()
    assert li.post(url(opened(), "row", "add"), {"group": "0"}).status_code == 403


# Evidence ------------------------------------------------------------------------------------------------------------


def test_a_file_is_uploaded_listed_at_its_row_and_deleted(li, opened):
    form = opened()
    row = form.indicators.first()
    here = url(form, "evidence_list")
    post = {"row": row.row_id, "pointer": "第 3 页", "file": SimpleUploadedFile("验收单.pdf", PDF)}
    assert li.post(here, post).status_code == 302
    kept = form.evidence.get()
    assert (kept.row_id, kept.pointer) == (row.row_id, "第 3 页")
    for page in (here, url(form, "step", "indicators")):
        assert "验收单.pdf" in li.get(page).content.decode()
    li.post(url(form, "evidence_delete", kept.pk))
    assert not form.evidence.exists()


def test_several_files_come_at_once_and_only_the_bad_one_stays_out(li, opened):
    form = opened()
    row = form.indicators.first()
    files = [
        SimpleUploadedFile("台账.pdf", PDF),
        SimpleUploadedFile("坏.exe", b"MZ"),
        SimpleUploadedFile("照片.pdf", PDF + b"2"),
    ]
    page = li.post(url(form, "evidence_list"), {"row": row.row_id, "pointer": "第 3 页", "file": files})
    assert page.status_code == 422
    assert "“台账.pdf”、“照片.pdf”已上传" in page.text
    assert "坏.exe" in page.text.split('id="upload-error"')[1]
    assert form.evidence.count() == 2
    assert "第 3 页" in li.get(url(form, "step", "indicators")).text
    done = li.post(
        url(form, "evidence_list"), {"row": row.row_id, "file": SimpleUploadedFile("三.pdf", PDF + b"3")}
    )
    assert f"row={row.row_id}" in done.url
    assert f"#f-indicators-{row.row_id}-actual" in li.get(done.url).text  # the way back to the row


def test_a_refused_file_keeps_what_was_typed(li, opened):
    form = opened()
    upload = SimpleUploadedFile("说明.exe", b"MZ")
    page = li.post(url(form, "evidence_list"), {"pointer": "第 9 页", "file": upload})
    assert page.status_code == 422
    assert "不能上传" in page.content.decode()
    assert "第 9 页" in page.content.decode()


# Sending -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(li, opened, monkeypatch):
    """A form that nothing keeps from being sent."""
    form = opened()
    monkeypatch.setattr("evaluations.checking.blocking_findings", lambda evaluation: [])
    return form


def test_what_is_open_keeps_the_form_from_being_sent(li, opened):
    form = opened()
    page = li.post(url(form, "submit"), {"version": form.version})
    assert page.status_code == 422
    assert blocking_findings(form)
    assert "没有送审" in page.content.decode()


def test_reasons_are_written_on_the_check_page_and_none_is_lost(li, opened):
    """The pressed one and the others; what is no reason comes back with its box, and keeps the form from being sent."""
    form = opened()
    Evaluation.objects.filter(pk=form.pk).update(
        current_year_typed="100",
        current_year=100,
        executed_typed="10",
        executed=10,
        initial_typed="90",
        initial=90,
    )
    page = url(form, "check")
    low, changed = "reason:low_execution|budget.executed", "reason:budget_changed|budget.current_year"
    shown = {f"shown:{box.partition(':')[2]}": digest("") for box in (low, changed)}
    typed = {low: "九月才开工，尾款次年付。", changed: "财政九月追加。"}
    answer = li.post(f"{page}?at=r-low_execution", shown | typed)
    assert answer.url == f"{page}#r-low_execution"
    assert set(form.reasons.values_list("reason", flat=True)) == {"九月才开工，尾款次年付。", "财政九月追加。"}
    refused = li.post(url(form, "submit"), shown | {"version": form.version, low: "无"})
    assert refused.status_code == 422
    assert "没有送审：有 1 条理由没有记下" in refused.content.decode()
    assert form.reasons.get(code="low_execution").reason == "九月才开工，尾款次年付。"


def test_sent_receipt_recall(li, ready):
    assert li.post(url(ready, "submit"), {"version": ready.version}).url == url(ready, "submit")
    page = li.get(url(ready, "submit")).content.decode()
    assert "送审回执" in page
    ready.refresh_from_db()
    assert ready.state == State.DEPARTMENT_REVIEW
    assert "可以撤回" in li.get(url(ready, "tasks")).content.decode()
    li.post(url(ready, "recall"))
    ready.refresh_from_db()
    assert ready.state == State.DRAFT


def test_a_stale_page_sends_nothing(li, ready):
    old = ready.version
    autosave(li, ready, {"actual_completion": "都做完了。"})
    page = li.post(url(ready, "submit"), {"version": old})
    assert page.status_code == 409
    assert "没有送审" in page.content.decode()


# Targets -------------------------------------------------------------------------------------------------------------


def test_fetching_again_says_what_changed_and_keeps_what_was_typed(li, opened):
    form = opened()
    row = form.indicators.first()
    path = f"indicators.{row.row_id}.actual"
    autosave(li, form, {path: "写过的"})
    Indicator.objects.filter(row_id=row.row_id).update(target="≥99次")
    page = li.post(url(form, "fetch"), follow=True).content.decode()
    assert "1 行改了" in page
    row.refresh_from_db()
    assert (row.target, row.actual) == ("≥99次", "写过的")
