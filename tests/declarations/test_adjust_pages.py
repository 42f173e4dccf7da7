"""目标调整 on screen: asked for with a reason, told on every page, compared, and in force only once approved."""

import pytest
from django.urls import reverse

from declarations.models import Declaration
from declarations.workflow import APPROVE, PASS, SUBMIT
from perfgoals.workflow import State, perform

pytestmark = pytest.mark.django_db

REASON = "合同价下调，巡检由六次改为四次。"


@pytest.fixture
def approved(ready, people):
    declaration = ready()
    for step, who in ((SUBMIT, "信息中心填报人"), (PASS, "发改委审核人"), (APPROVE, "财政审核人")):
        perform(step, declaration, actor=people[who], version=declaration.version)
    return declaration


def url(name, declaration):
    return reverse(f"declarations:{name}", args=[declaration.pk])


def page(browser, name, declaration):
    answer = browser.get(url(name, declaration))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def adjusted(browser, declaration):
    answer = browser.post(url("adjust", declaration), {"reason": REASON})
    assert answer.status_code == 302
    return Declaration.objects.get(adjusts=declaration)


def test_the_officer_asks_with_a_reason_and_gets_a_new_version(approved, at):
    browser = at("信息中心填报人")
    assert url("adjust", approved) in page(browser, "tasks", approved)
    asked = page(browser, "adjust", approved)
    assert "原来的目标继续执行" in asked
    refused = browser.post(url("adjust", approved), {"reason": "  "})
    assert refused.status_code == 422
    assert "要写调整的原因" in refused.content.decode()
    too_long = browser.post(url("adjust", approved), {"reason": "长" * 2001})
    assert too_long.status_code == 422
    assert "长" * 2001 in too_long.content.decode()
    new = adjusted(browser, approved)
    assert new.state == State.DRAFT
    again = browser.post(url("adjust", approved), {"reason": "第二次点"})
    assert again.url == url("tasks", new)
    assert browser.get(url("adjust", approved)).url == url("tasks", new)
    assert Declaration.objects.filter(adjusts=approved).count() == 1


def test_every_page_says_which_version_is_in_force(approved, at):
    browser = at("信息中心填报人")
    new = adjusted(browser, approved)
    for name in ("tasks", "check", "preview"):
        shown = page(browser, name, new)
        assert "批复以前，原来的目标继续执行" in shown, name
        assert REASON in shown, name
    step = browser.get(reverse("declarations:step", args=[new.pk, "basics"])).content.decode()
    assert "批复以前，原来的目标继续执行" in step
    assert "正在调整：新的一版是“草稿”" in page(browser, "tasks", approved)
    assert "正在调整" not in page(at("发改委审核人"), "tasks", approved)  # a draft is the unit's own
    assert url("adjust", approved) not in page(at("发改委审核人"), "tasks", approved)


def test_the_comparison_shows_what_changed_word_by_word(approved, at):
    browser = at("信息中心填报人")
    new = adjusted(browser, approved)
    assert "一个字也没有变" in page(browser, "adjustment", new)
    row = new.indicators.first()
    row.target = "≥77%"
    row.save()
    Declaration.objects.filter(pk=new.pk).update(necessity=new.necessity + "补一句。")
    shown = page(browser, "adjustment", new)
    assert "<ins>补一句。</ins>" in shown
    assert "改了 1 栏、1 行" in shown
    assert browser.get(url("adjustment", approved)).status_code == 404


def test_once_approved_the_new_version_takes_the_old_one_s_place(approved, people, at):
    browser = at("信息中心填报人")
    new = adjusted(browser, approved)
    new.indicators.filter(pk=new.indicators.first().pk).update(definition="按合同口径")
    from declarations.checkup import findings_of
    from declarations.models import FindingReason
    from perfgoals.findings import Level

    for finding in findings_of(new):
        assert finding.level is not Level.ERROR, finding
        if finding.level is Level.DOUBT:
            FindingReason.objects.get_or_create(
                declaration=new,
                code=finding.code,
                path=finding.path,
                defaults={
                    "message": finding.message,
                    "reason": "已核对",
                    "written_by": people["信息中心填报人"],
                },
            )
    for step, who in ((SUBMIT, "信息中心填报人"), (PASS, "发改委审核人"), (APPROVE, "财政审核人")):
        perform(step, new, actor=people[who], version=new.version)
    approved.refresh_from_db()
    assert approved.state == State.SUPERSEDED
    assert "这一版已被替代" in page(browser, "tasks", approved)
    assert "调整后的目标，现在执行" in page(browser, "tasks", new)
    assert approved.successor == new


def test_the_list_counts_a_project_s_money_once(approved, at):
    browser = at("信息中心填报人")
    Declaration.objects.filter(pk=approved.pk).update(current_year="500.00")
    new = adjusted(browser, approved)
    Declaration.objects.filter(pk=new.pk).update(current_year="400.00")
    shown = browser.get(reverse("declarations:list")).content.decode()
    assert "500.00 元" in shown
    assert "900.00" not in shown


@pytest.mark.parametrize(
    ("who", "code"),
    [("信息中心审核人", 403), ("发改委审核人", 403), ("业务管理员", 403), ("服务中心填报人", 404)],
)
def test_only_the_unit_s_officer_adjusts(approved, at, who, code):
    assert at(who).post(url("adjust", approved), {"reason": REASON}).status_code == code
    assert not Declaration.objects.filter(adjusts=approved).exists()


def test_a_draft_is_changed_not_adjusted(make_declaration, at):
    draft = make_declaration()
    assert at("信息中心填报人").post(url("adjust", draft), {"reason": REASON}).url == url("tasks", draft)
    assert Declaration.objects.count() == 1
