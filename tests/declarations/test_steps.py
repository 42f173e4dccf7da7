"""The wizard over HTTP: pages without script, autosave's JSON, the 体检 column, fixes and reasons."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations.models import Declaration, FieldMark, FindingReason, Indicator, SubProject
from perfgoals.editions import all_editions
from perfgoals.filling.forms import reading_of
from perfgoals.filling.posting import digest
from perfgoals.workflow import State

DECLARATIONS = sorted(key for key, edition in all_editions().items() if edition.kind == "declaration")


@pytest.fixture
def draft(make_declaration):
    return make_declaration(necessity="财政信息化工作需要。", performance_type="其他")


@pytest.fixture
def chen(client, people):
    client.force_login(people["信息中心填报人"])
    return client


@pytest.fixture
def li(people):
    from django.test import Client

    client = Client()
    client.force_login(people["信息中心同事"])
    return client


def url(draft, section):
    return reverse("declarations:step", args=[draft.pk, section])


def autosave(client, draft, *changes, **others):
    items = [dict(zip(("path", "value", "seen"), change, strict=False)) for change in changes]
    body = json.dumps({"changes": items, **others})
    return client.post(reverse("declarations:save", args=[draft.pk]), body, content_type="application/json")


def page_of(response):
    return response.context["page"]


def post(client, draft, section, page, **values):
    """A plain form: the page's knowledge, and what stands in its fields."""
    return client.post(url(draft, section), {"page": page, **values})


# Pages ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition_id", DECLARATIONS)
def test_every_section_of_every_edition_has_its_page(chen, make_declaration, campaign, edition_id):
    campaign.edition_id = edition_id
    draft = make_declaration()
    for section in draft.edition.sections:
        response = chen.get(url(draft, section.key))
        html = response.content.decode()
        assert response.status_code == 200
        for field in section.fields:
            assert f'data-field="{field.key}"' in html
            assert field.term in html


def test_an_unknown_section_is_404(chen, draft):
    assert chen.get(url(draft, "nothing")).status_code == 404


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (None, 302),
        ("信息中心填报人", 200),
        ("信息中心同事", 200),
        ("信息中心审核人", 403),
        ("业务管理员", 403),
        ("服务中心填报人", 404),
        ("财政审核人", 404),
        ("系统管理员", 404),
    ],
)
def test_who_opens_a_step(client, people, draft, who, code):
    if who:
        client.force_login(people[who])
    assert client.get(url(draft, "case")).status_code == code


def test_a_form_in_review_leads_to_its_state(chen, draft, people):
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=people["信息中心填报人"])
    assert chen.get(url(draft, "case")).url == reverse("declarations:tasks", args=[draft.pk])


def test_a_stored_value_outside_the_list_stays_a_choice(chen, draft):
    Declaration.objects.update(project_category="其他经常性专项")
    html = chen.get(url(draft, "basics")).content.decode()
    assert '<option value="其他经常性专项" selected>其他经常性专项（不在清单）</option>' in html


def test_samples_stand_open_at_the_first_empty_paragraph_only(chen, draft):
    assert chen.get(url(draft, "case")).content.decode().count('<details class="pg-help" open>') == 1
    autosave(chen, draft, ("project_overview", "一。", 0), ("legal_basis", "二。", 0))
    assert '<details class="pg-help" open>' not in chen.get(url(draft, "case")).content.decode()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("amount", "3059776", "读作 3,059,776.00 元（305.98 万元）"),
        ("amount", "－1,000.50", "读作 −1,000.50 元"),
        ("amount", "三百万", ""),
        ("date", "2018年1月1日", "读作 2018-01-01"),
        ("date", "2018-01-01", ""),
        ("date", "年底", ""),
    ],
)
def test_reading_in_words(kind, value, words):
    assert reading_of(kind, value) == words


def test_a_page_costs_the_same_with_one_row_and_with_thirty(chen, draft):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert chen.get(url(draft, "indicators")).status_code == 200
        return len(caught)

    Indicator.objects.create(declaration=draft, position=1, level1="产出目标", level2="数量", name="甲")
    chen.get(url(draft, "indicators"))
    one = queries()
    Indicator.objects.bulk_create(
        Indicator(declaration=draft, position=n, level1="产出目标", level2="数量", name=f"{n}")
        for n in range(2, 31)
    )
    chen.get(url(draft, "indicators"))
    assert queries() == one


# Without script -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("go", "goal"),
    [
        ("next", "implementation"),
        ("previous", "basics"),
        ("stay", "case"),
        ("", "case"),
        ("budget", "budget"),
        ("x", "case"),
    ],
)
def test_every_button_saves_and_then_goes(chen, draft, go, goal):
    page = page_of(chen.get(url(draft, "case")))
    response = post(chen, draft, "case", page, project_overview="第一行\r\n第二行", go=go)
    assert response.url == url(draft, goal)
    assert Declaration.objects.get(pk=draft.pk).project_overview == "第一行\n第二行"


def test_the_ends_lead_to_the_task_list_and_to_the_check(chen, draft):
    page = page_of(chen.get(url(draft, "basics")))
    assert post(chen, draft, "basics", page, go="previous").url == reverse(
        "declarations:tasks", args=[draft.pk]
    )
    last = draft.edition.sections[-1].key
    page = page_of(chen.get(url(draft, last)))
    assert post(chen, draft, last, page, go="next").url == reverse("declarations:check", args=[draft.pk])


def test_an_empty_page_can_be_saved(chen, draft):
    page = page_of(chen.get(url(draft, "case")))
    response = post(chen, draft, "case", page, project_overview="", legal_basis="", necessity="", go="next")
    assert response.status_code == 302
    assert Declaration.objects.get(pk=draft.pk).necessity == ""


def test_an_unchanged_page_writes_nothing(chen, draft):
    page = page_of(chen.get(url(draft, "case")))
    post(
        chen,
        draft,
        "case",
        page,
        project_overview="",
        legal_basis="",
        necessity="财政信息化工作需要。",
        go="next",
    )
    assert Declaration.objects.get(pk=draft.pk).version == 1
    assert not FieldMark.objects.exists()


def test_a_stale_page_merges_what_only_one_changed(chen, li, draft):
    page = page_of(chen.get(url(draft, "case")))
    autosave(li, draft, ("legal_basis", "李航写的依据。", 0))
    response = post(
        chen,
        draft,
        "case",
        page,
        legal_basis="",
        project_overview="陈静写的概况。",
        necessity="财政信息化工作需要。",
    )
    assert response.status_code == 302
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.legal_basis, fresh.project_overview) == ("李航写的依据。", "陈静写的概况。")


@pytest.fixture
def contested(chen, li, draft):
    """Both changed 立项依据: the answer to the slower one."""
    page = page_of(chen.get(url(draft, "case")))
    autosave(li, draft, ("legal_basis", "经信委核定。《采购管理办法》", 0))
    return post(
        chen,
        draft,
        "case",
        page,
        legal_basis="经信委核定（附件2）。",
        project_overview="概况。",
        necessity="",
        go="next",
    )


def test_a_conflict_shows_both_and_keeps_the_typed(contested, draft, people):
    html = contested.content.decode()
    assert contested.status_code == 409
    assert "“立项依据”有两份，请选一份" in html
    assert "<ins>（附件2）。</ins>" in html
    assert "采购管理办法" in html
    assert people["信息中心同事"].name in html
    assert ">\n经信委核定（附件2）。</textarea>" in html
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.legal_basis, fresh.project_overview, fresh.necessity) == (
        "经信委核定。《采购管理办法》",
        "概况。",
        "",
    )


def test_a_conflict_is_not_settled_by_saving_again(contested, chen, draft):
    again = post(chen, draft, "case", page_of(contested), legal_basis="经信委核定（附件2）。", go="next")
    assert again.status_code == 409
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "经信委核定。《采购管理办法》"


@pytest.mark.parametrize(
    ("use", "kept"),
    [("mine:1:legal_basis", "经信委核定（附件2）。"), ("theirs:1:legal_basis", "经信委核定。《采购管理办法》")],
)
def test_choosing_one_version(contested, chen, draft, use, kept):
    response = post(chen, draft, "case", page_of(contested), legal_basis="经信委核定（附件2）。", use=use)
    assert response.url == f"{url(draft, 'case')}#f-legal_basis"
    assert Declaration.objects.get(pk=draft.pk).legal_basis == kept


def test_joining_both_versions(contested, chen, draft):
    both = post(
        chen, draft, "case", page_of(contested), use="both:1:legal_basis",
        legal_basis="经信委核定（附件2）。", **{"theirs-legal_basis": "经信委核定。《采购管理办法》"},
    )  # fmt: skip
    assert ">\n经信委核定（附件2）。\n经信委核定。《采购管理办法》</textarea>" in both.content.decode()
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "经信委核定。《采购管理办法》"
    response = post(
        chen, draft, "case", page_of(both), legal_basis="经信委核定，《采购管理办法》，附件2。", go="next"
    )
    assert response.status_code == 302
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "经信委核定，《采购管理办法》，附件2。"


def test_a_choice_made_on_an_old_view_is_asked_again(contested, chen, li, draft):
    autosave(li, draft, ("legal_basis", "李航又改了。", 1))
    response = post(
        chen, draft, "case", page_of(contested), legal_basis="经信委核定（附件2）。", use="mine:1:legal_basis"
    )
    assert response.status_code == 409
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "李航又改了。"


@pytest.mark.parametrize(
    "use",
    [
        "mine",
        "mine:",
        "mine:x:legal_basis",
        "mine:1:nothing",
        "theirs:99999999999:legal_basis",
        ":::",
        "both:1:",
    ],
)
def test_a_broken_choice_changes_nothing(contested, chen, draft, use):
    post(chen, draft, "case", page_of(contested), legal_basis="经信委核定（附件2）。", use=use)
    assert Declaration.objects.get(pk=draft.pk).legal_basis == "经信委核定。《采购管理办法》"


def test_a_refused_value_stays_on_screen(chen, draft):
    page = page_of(chen.get(url(draft, "basics")))
    response = post(chen, draft, "basics", page, project_name="名" * 301, go="next")
    assert response.status_code == 422
    assert "写了 301 字，最多 300 字" in response.content.decode()
    assert f'value="{"名" * 301}"' in response.content.decode()


@pytest.mark.parametrize(
    "page", ["", "{", "[]", "null", '{"necessity": 3}', '{"necessity": [-1, "x"]}', "[" * 3000]
)
def test_a_broken_page_is_never_a_500(chen, draft, page):
    assert post(chen, draft, "case", page, necessity="x").status_code == 302
    assert Declaration.objects.get(pk=draft.pk).necessity == "财政信息化工作需要。"


def test_cells_are_saved_without_script(chen, draft):
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出目标", level2="数量", name="部门")
    page = page_of(chen.get(url(draft, "indicators")))
    post(chen, draft, "indicators", page, **{f"indicators.{row.row_id}.target": "≥50家"})
    row.refresh_from_db()
    assert (row.name, row.target) == ("部门", "≥50家")


def test_a_contested_cell_can_be_chosen_without_script(chen, li, draft):
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出目标", level2="数量", name="部门")
    path = f"indicators.{row.row_id}.target"
    page = page_of(chen.get(url(draft, "indicators")))
    autosave(li, draft, (path, "≥40家", 0))
    response = post(chen, draft, "indicators", page, **{path: "≥50家"})
    assert response.status_code == 409
    assert "第 1 行 指标目标值" in response.content.decode()
    post(
        chen, draft, "indicators", page_of(response), use=f"mine:1:{path}",
        **{path: "≥40家", f"mine-{path}": "≥50家", f"theirs-{path}": "≥40家"},
    )  # fmt: skip
    row.refresh_from_db()
    assert row.target == "≥50家"


def test_text_for_a_deleted_row_is_shown_to_be_copied(chen, draft):
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出目标", level2="数量", name="部门")
    page = page_of(chen.get(url(draft, "indicators")))
    row.delete()
    response = post(chen, draft, "indicators", page, **{f"indicators.{row.row_id}.target": "写了很久的目标值"})
    assert response.status_code == 422
    assert "这一行已经删除" in response.content.decode()
    assert "写了很久的目标值" in response.content.decode()


def test_a_form_submitted_meanwhile_keeps_the_typed_text_on_screen(chen, draft, people):
    page = page_of(chen.get(url(draft, "case")))
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=people["信息中心同事"])
    response = post(chen, draft, "case", page, necessity="写了很久的必要性。", go="next")
    assert response.status_code == 409
    assert "写了很久的必要性。" in response.content.decode()
    assert "已经不能改了" in response.content.decode()
    assert Declaration.objects.get(pk=draft.pk).necessity == "财政信息化工作需要。"


# Autosave -------------------------------------------------------------------------------------------------------------------


def test_autosave_answers_who_when_and_which_version(chen, draft, people):
    response = autosave(chen, draft, ("necessity", "停运即影响支付。", 0))
    body = response.json()
    assert response.status_code == 200
    (saved,) = body["saved"]
    assert (saved["path"], saved["version"], saved["value"]) == ("necessity", 1, "停运即影响支付。")
    assert saved["by"] == people["信息中心填报人"].name
    assert body["version"] == 2


def test_autosave_answers_readings(chen, make_declaration, campaign):
    campaign.edition_id = "sh-2018-declaration"
    draft = make_declaration()
    row = Indicator.objects.create(declaration=draft, position=1, level1="产出目标", name="部门数量")
    SubProject.objects.create(declaration=draft, position=1)
    body = autosave(
        chen, draft, (f"indicators.{row.row_id}.target", "》=50家", 0), ("budget.total", "8825000", 0)
    ).json()
    assert "≥ 50 家" in body["readings"][f"indicators.{row.row_id}.target"]
    assert body["readings"]["budget.total"] == "读作 8,825,000.00 元（882.50 万元）"


def test_autosave_conflict(chen, li, draft, people):
    autosave(li, draft, ("necessity", "李航写的。", 0))
    response = autosave(chen, draft, ("necessity", "陈静写的。", 0), ("legal_basis", "依据。", 0))
    body = response.json()
    assert response.status_code == 409
    assert [saved["path"] for saved in body["saved"]] == ["legal_basis"]
    (conflict,) = body["conflicts"]
    assert (conflict["yours"], conflict["theirs"], conflict["version"]) == ("陈静写的。", "李航写的。", 1)
    assert conflict["theirs_by"] == people["信息中心同事"].name
    assert conflict["both"] == "陈静写的。\n李航写的。"
    assert "“项目设立的必要性”有两份" in conflict["html"]


def test_texts_are_escaped_in_a_conflict(chen, li, draft):
    autosave(li, draft, ("necessity", "<script>alert(1)</script>", 0))
    html = autosave(chen, draft, ("necessity", "<img src=x>", 0)).json()["conflicts"][0]["html"]
    assert "<script>" not in html
    assert "<img" not in html


def test_autosave_refused_only(chen, draft):
    response = autosave(chen, draft, ("project_name", "名" * 301, 0))
    assert response.status_code == 422
    assert "最多 300 字" in response.json()["refused"][0]["message"]


def test_autosave_without_session_is_401_json(client, draft):
    response = autosave(client, draft, ("necessity", "x", 0))
    assert response.status_code == 401
    assert response.json()["login"] == reverse("accounts:login")


@pytest.mark.parametrize(
    ("who", "code"), [("信息中心审核人", 403), ("业务管理员", 403), ("服务中心填报人", 404), ("审计员", 404)]
)
def test_autosave_of_others(client, people, draft, who, code):
    client.force_login(people[who])
    assert autosave(client, draft, ("necessity", "x", 0)).status_code == code
    assert Declaration.objects.get(pk=draft.pk).necessity == "财政信息化工作需要。"


def test_autosave_for_somebody_else_on_the_same_computer(chen, draft):
    """The page was opened by one person, and another has signed in in the same browser since."""
    response = autosave(chen, draft, ("necessity", "x", 0), **{"as": "信息中心同事"})
    assert (response.status_code, response.json()["code"]) == (403, "other_user")
    assert Declaration.objects.get(pk=draft.pk).necessity == "财政信息化工作需要。"


def test_autosave_of_a_submitted_form(chen, draft, people):
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=people["信息中心填报人"])
    response = autosave(chen, draft, ("necessity", "x", 0))
    assert (response.status_code, response.json()["code"]) == (409, "closed")


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "[]", "3", '"x"', "{}", '{"changes": {}}', '{"changes": [3]}', '{"changes": [{}]}',
        '{"changes": [{"path": 1, "value": "x"}]}', '{"changes": [{"path": "necessity", "value": null}]}',
        '{"changes": [{"path": "necessity", "value": "x", "seen": "1"}]}',
        '{"changes": [{"path": "necessity", "value": "x", "seen": -1}]}',
        '{"changes": [{"path": "necessity", "value": "x", "seen": true}]}',
        '{"changes": [{"path": "necessity", "value": "x", "seen": 1e999}]}',
        '{"changes": [{"path": "necessity", "value": ["x"]}]}', "[" * 100000, b"\xff\xfe", b"\x00",
    ],
)  # fmt: skip
def test_autosave_of_nonsense_is_refused_politely(chen, draft, body):
    response = chen.post(reverse("declarations:save", args=[draft.pk]), body, content_type="application/json")
    assert response.status_code == 400
    assert "没有看懂" in response.json()["message"]
    assert Declaration.objects.get(pk=draft.pk).version == 1


def test_autosave_of_a_body_too_large(chen, draft):
    assert autosave(chen, draft, ("necessity", "长" * 3_000_000, 0)).status_code == 400


def test_autosave_of_strange_characters(chen, draft):
    body = '{"changes": [{"path": "necessity", "value": "停\\u0000运\\ud83d即", "seen": 0}, {"path": "x\\ud800", "value": "y"}]}'
    response = chen.post(reverse("declarations:save", args=[draft.pk]), body, content_type="application/json")
    assert response.json()["saved"][0]["value"] == "停运即"
    assert response.json()["refused"][0]["message"] == "这张表上没有这一栏，没有保存。"


def test_autosave_needs_post(chen, draft):
    assert chen.get(reverse("declarations:save", args=[draft.pk])).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_an_autosave_costs_few_queries(chen, draft):
    """design.md 13: p95 of an autosave within five empty views that read session and user (two queries)."""
    autosave(chen, draft, ("necessity", "一。", 0))
    with CaptureQueriesContext(connection) as caught:
        autosave(chen, draft, ("necessity", "二。", 1))
    queries = [query["sql"] for query in caught if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len(queries) <= 8, queries


# 体检 -------------------------------------------------------------------------------------------------------------------------


def checkup(client, draft, section):
    return client.get(reverse("declarations:checkup", args=[draft.pk]), {"section": section})


def test_the_column_shows_this_section_and_counts_the_others(chen, draft):
    autosave(chen, draft, ("end_date", "2020年12月底", 0))
    html = checkup(chen, draft, "basics").content.decode()
    assert "读不出是哪一天" in html
    assert "其他各节还有：错误" in html
    assert "“立项依据”没有填" not in html


def test_the_column_brings_the_marks_of_the_fields(chen, draft):
    autosave(chen, draft, ("end_date", "2020年12月底", 0))
    step = checkup(chen, draft, "basics").context
    marks = json.loads(step["field_marks_json"])
    assert [mark["path"] for mark in marks if mark["level"] == "error"] == ["end_date"]


def test_a_required_field_nobody_has_touched_is_listed_but_not_marked(chen, draft):
    response = checkup(chen, draft, "case")
    assert "项必填还没有填" in response.content.decode()
    assert "legal_basis" not in response.context["field_marks_json"]
    autosave(chen, draft, ("legal_basis", "甲", 0))
    autosave(chen, draft, ("legal_basis", "", 1))
    assert "legal_basis" in checkup(chen, draft, "case").context["field_marks_json"]


def test_the_column_refreshes_the_counts_of_the_list(chen, draft):
    checkup(chen, draft, "case")
    fresh = Declaration.objects.get(pk=draft.pk)
    assert fresh.open_errors > 0
    assert fresh.version == 1


@pytest.mark.parametrize(("who", "code"), [("信息中心审核人", 403), ("服务中心填报人", 404)])
def test_the_column_of_others(client, people, draft, who, code):
    client.force_login(people[who])
    assert checkup(client, draft, "case").status_code == code


def test_presence_is_said_for_two_minutes(chen, li, draft, people):
    autosave(li, draft, ("legal_basis", "甲", 0))
    name = people["信息中心同事"].name
    assert f"{name}也在填" in chen.get(url(draft, "case")).content.decode()
    assert json.loads(checkup(chen, draft, "case").context["others_json"]) == [name]
    from django.utils import timezone

    FieldMark.objects.update(saved_at=timezone.now() - timezone.timedelta(minutes=3))
    assert f"{name}也在填" not in chen.get(url(draft, "case")).content.decode()


def test_an_untouched_form_does_not_call_itself_saved(chen, draft):
    assert "还没有改动" in chen.get(url(draft, "case")).text
    autosave(chen, draft, ("legal_basis", "依据。", 0))
    page = chen.get(url(draft, "case")).text
    assert "还没有改动" not in page
    assert " 已保存</span>" in page


def fix_of(response, path):
    remarks = response.context["remarks"]
    return next(
        json.loads(remark.fixes[0][1]) for remark in remarks if remark.finding.path == path and remark.fixes
    )


def fix_json(client, draft, changes):
    body = json.dumps({"changes": changes})
    return client.post(reverse("declarations:fix", args=[draft.pk]), body, content_type="application/json")


def test_a_fix_writes_its_values(chen, draft):
    autosave(chen, draft, ("end_date", "2020年12月底", 0))
    changes = fix_of(checkup(chen, draft, "basics"), "end_date")
    response = fix_json(chen, draft, changes)
    assert response.json()["saved"][0]["value"] == "2020-12-31"
    fresh = Declaration.objects.get(pk=draft.pk)
    assert (fresh.end_date_typed, str(fresh.end_date)) == ("2020-12-31", "2020-12-31")


def test_a_fix_does_not_overwrite_what_came_since(chen, li, draft):
    autosave(chen, draft, ("end_date", "2020年12月底", 0))
    changes = fix_of(checkup(chen, draft, "basics"), "end_date")
    autosave(li, draft, ("end_date", "2020-11-30", 1))
    assert fix_json(chen, draft, changes).status_code == 409
    assert Declaration.objects.get(pk=draft.pk).end_date_typed == "2020-11-30"


def test_a_fix_without_script(chen, draft):
    autosave(chen, draft, ("end_date", "2020年12月底", 0))
    response = chen.post(
        reverse("declarations:fix", args=[draft.pk]), {"path": "end_date", "value": "2020-12-31", "seen": "1"}
    )
    assert response.url == f"{url(draft, 'basics')}#f-end_date"
    assert Declaration.objects.get(pk=draft.pk).end_date_typed == "2020-12-31"


def test_a_fix_leads_back_to_the_page_that_asked_on_this_site_only(chen, draft):
    fix = reverse("declarations:fix", args=[draft.pk])
    check = reverse("declarations:check", args=[draft.pk])
    posted = {"path": "end_date", "value": "2020-12-31"}
    assert chen.post(fix, posted | {"next": check}).url == check
    assert chen.post(fix, posted | {"next": "https://example.org/"}).url == f"{url(draft, 'basics')}#f-end_date"


@pytest.mark.parametrize(
    "changes", [None, [], 3, [3], [["a"]], [["necessity", 3]], [[3, "x"]], [["a", "b", "c"]], [[[], "x"]]]
)
def test_a_broken_fix_is_refused(chen, draft, changes):
    assert fix_json(chen, draft, changes).status_code == 400
    assert Declaration.objects.get(pk=draft.pk).version == 1


@pytest.mark.parametrize(
    "posted", [{}, {"path": "necessity"}, {"path": "necessity", "value": "x", "seen": "9" * 6000}]
)
def test_a_broken_fix_form_is_refused(chen, draft, posted):
    assert chen.post(reverse("declarations:fix", args=[draft.pk]), posted).status_code == 302
    assert Declaration.objects.get(pk=draft.pk).version == 1


# Reasons ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def doubt(chen, draft):
    """A 疑问 of the draft: a recurring project without last year's money."""
    money = {"total_typed": "600000", "current_year_typed": "600000"}
    Declaration.objects.update(project_category="经常性专项业务费", **money)
    remarks = checkup(chen, draft, "budget").context["remarks"]
    return next(remark.finding for remark in remarks if remark.is_doubt)


def give(client, draft, doubt, text, **headers):
    posted = {"code": doubt.code, "path": doubt.path, "reason": text}
    return client.post(reverse("declarations:reason", args=[draft.pk]), posted, headers=headers)


def test_a_reason_answers_its_doubt(chen, draft, doubt, people):
    response = give(chen, draft, doubt, "今年新立的项目，上年没有同名项目。", **{"X-Part": "1"})
    assert response.status_code == 200
    kept = FindingReason.objects.get()
    assert (kept.reason, kept.message) == ("今年新立的项目，上年没有同名项目。", doubt.message)
    assert response.context["step"].progress.doubts == 0
    assert Declaration.objects.get(pk=draft.pk).open_doubts == 0


def test_a_reason_can_be_rewritten(chen, draft, doubt):
    give(chen, draft, doubt, "今年新立的项目，上年没有同名项目。")
    response = give(chen, draft, doubt, "上年项目名称不同，已并入本项目。")
    assert response.status_code == 302
    assert FindingReason.objects.get().reason == "上年项目名称不同，已并入本项目。"


@pytest.mark.parametrize(
    "text", ["", "  ", "无", "无。", "已核实", "没有问题", "情况属实。", "啊啊啊啊啊啊啊", "字" * 1001]
)
def test_an_empty_phrase_is_no_reason_and_stays_on_screen(chen, draft, doubt, text):
    response = give(chen, draft, doubt, text, **{"X-Part": "1"})
    assert response.status_code == 422
    assert not FindingReason.objects.exists()
    remark = next(remark for remark in response.context["remarks"] if remark.refusal)
    assert remark.typed_reason == text
    without_script = give(chen, draft, doubt, text)
    assert without_script.status_code == 422
    assert without_script.context["page"]


@pytest.mark.parametrize(("text", "code"), [("今年新立的项目，上年没有同名项目。", 302), ("无", 422)])
def test_without_script_no_button_of_a_step_drops_a_typed_reason(chen, draft, doubt, text, code):
    section = draft.edition.section_for_path(doubt.path)
    key = f"{doubt.code}|{doubt.path}"
    posted = {"page": "{}", f"reason:{key}": text, f"shown:{key}": digest(""), "go": "next"}
    response = chen.post(url(draft, section.key), posted)
    assert response.status_code == code
    if code == 302:
        assert FindingReason.objects.get().reason == text
        return
    assert [remark.typed_reason for remark in response.context["remarks"] if remark.refusal] == [text]
    fix = json.dumps([["necessity", "渗漏"]])
    mended = chen.post(
        reverse("declarations:fix", args=[draft.pk]),
        {"fix": fix, "section": section.key, f"reason:{key}": text, f"shown:{key}": digest("")},
    )
    assert [remark.typed_reason for remark in mended.context["remarks"] if remark.refusal] == [text]
    assert Declaration.objects.get(pk=draft.pk).necessity == "渗漏"


def test_a_reason_for_what_is_gone(chen, draft, doubt):
    autosave(chen, draft, ("project_category", "其他一次性项目", 0))
    assert give(chen, draft, doubt, "今年新立的项目，上年没有同名项目。", **{"X-Part": "1"}).status_code == 409
    assert not FindingReason.objects.exists()


def test_an_error_is_not_argued_away(chen, draft):
    from perfgoals.findings import Finding, Level

    error = Finding("required_field", Level.ERROR, "legal_basis", "")
    give(chen, draft, error, "这一栏今年不适用于本项目。")
    assert not FindingReason.objects.exists()


@pytest.mark.parametrize(("who", "code"), [("信息中心审核人", 403), ("服务中心填报人", 404)])
def test_nobody_else_gives_reasons(client, people, chen, draft, doubt, who, code):
    client.force_login(people[who])
    assert give(client, draft, doubt, "今年新立的项目，上年没有同名项目。").status_code == code


def test_a_submitted_form_takes_no_reason(chen, draft, doubt, people):
    Declaration.objects.update(state=State.UNIT_REVIEW, submitted_by=people["信息中心填报人"])
    assert give(chen, draft, doubt, "今年新立的项目，上年没有同名项目。").status_code == 302
    assert not FindingReason.objects.exists()
