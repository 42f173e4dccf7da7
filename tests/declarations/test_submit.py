"""送审 from the page: once, complete, by the right person, and only what was seen."""

import re
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from declarations import checking
from declarations.models import Declaration, FieldMark
from perfgoals.audit.models import AuditRecord
from perfgoals.documents.models import Revision
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


def submit_url(declaration):
    return reverse("declarations:submit", args=[declaration.pk])


def check_url(declaration):
    return reverse("declarations:check", args=[declaration.pk])


def now_posted(declaration, **changes):
    return {"version": declaration.version, "opened_at": timezone.now().isoformat()} | changes


def test_a_complete_form_is_sent_and_the_receipt_shows_what_paper_shows(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    answer = browser.post(submit_url(declaration), now_posted(declaration), follow=True)
    assert answer.redirect_chain == [(submit_url(declaration), 302)]
    page = answer.content.decode()
    declaration.refresh_from_db()
    revision = Revision.objects.get()
    assert declaration.state == State.DEPARTMENT_REVIEW
    assert "第 1 稿" in page
    printed = revision.fingerprint[:12]
    assert f"{printed[:4]} {printed[4:8]} {printed[8:]}" in page
    assert "等主管部门审核，再到财政审核" in page
    assert reverse("declarations:pdf", args=[declaration.pk]) in page
    assert AuditRecord.objects.get().action == "submit"


def test_the_page_posts_the_version_it_shows(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    page = browser.get(check_url(declaration)).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    opened_at = re.search(r'name="opened_at" value="([^"]+)"', page).group(1)
    assert (
        browser.post(submit_url(declaration), {"version": version, "opened_at": opened_at}).status_code == 302
    )


def test_a_second_click_finds_the_work_done_and_says_so(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    posted = now_posted(declaration)
    browser.post(submit_url(declaration), posted)
    again = browser.post(submit_url(declaration), posted, follow=True)
    assert again.status_code == 200
    assert "这张表已经送审，不用再送一次。" in again.content.decode()
    assert (Revision.objects.count(), AuditRecord.objects.count()) == (1, 1)


def test_a_colleague_s_late_click_is_a_conflict_that_names_the_first(at, ready):
    declaration = ready()
    posted = now_posted(declaration)
    at("信息中心填报人").post(submit_url(declaration), posted)
    answer = at("信息中心同事").post(submit_url(declaration), posted)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "信息中心填报人" in page
    assert "把这张表变成了“待主管部门审核”" in page
    assert Revision.objects.count() == 1


def test_what_changed_meanwhile_is_named_and_nothing_is_sent(at, ready, people):
    declaration = ready()
    posted = now_posted(declaration)
    Declaration.objects.filter(pk=declaration.pk).update(
        version=declaration.version + 1, necessity="同事刚写的"
    )
    FieldMark.objects.create(declaration=declaration, path="necessity", saved_by=people["信息中心同事"])
    answer = at("信息中心填报人").post(submit_url(declaration), posted)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "没有送审：您打开这一页之后，表变了" in page
    assert "信息中心同事" in page
    assert "改了“项目设立的必要性”" in page
    assert "同事刚写的" in page
    declaration.refresh_from_db()
    assert declaration.state == State.DRAFT
    # The page shows the new version: pressing again now is deliberate.
    assert f'name="version" value="{declaration.version}"' in page


def test_changes_before_the_page_was_opened_are_not_news(ready, people):
    declaration = ready()
    FieldMark.objects.create(declaration=declaration, path="necessity", saved_by=people["信息中心同事"])
    assert checking.changes_since(declaration, timezone.now()) == []


@pytest.mark.parametrize("version", ["", "0", "-1", "abc", "９", "99999999999999999999"])
def test_an_unreadable_version_is_never_current(at, ready, version):
    declaration = ready()
    answer = at("信息中心填报人").post(submit_url(declaration), {"version": version, "opened_at": "gestern"})
    assert answer.status_code == 409
    assert Revision.objects.count() == 0


def test_an_empty_form_is_refused_with_every_reason(at, make_declaration):
    declaration = make_declaration()
    browser = at("信息中心填报人")
    page = browser.get(check_url(declaration)).content.decode()
    assert 'aria-disabled="true"' in page
    assert re.search(r"还不能送审：</b>\d+ 处错误没有改", page)
    answer = browser.post(submit_url(declaration), now_posted(declaration))
    assert answer.status_code == 422
    assert re.search(r"没有送审：\d+ 处错误没有改", answer.content.decode())
    declaration.refresh_from_db()
    assert declaration.state == State.DRAFT
    assert declaration.open_errors > 0
    assert (Revision.objects.count(), AuditRecord.objects.count()) == (0, 0)


def test_an_unanswered_doubt_blocks_until_it_has_a_reason(at, filled, ready):
    declaration = filled()
    answer = at("信息中心填报人").post(submit_url(declaration), now_posted(declaration))
    assert answer.status_code == 422
    assert re.search(r"没有送审：\d+ 处疑问没有写理由", answer.content.decode())
    assert Revision.objects.count() == 0


def test_a_reason_answers_only_the_wording_it_was_written_for(at, ready):
    declaration = ready()
    declaration.reasons.update(message="另一句话")
    assert at("信息中心填报人").post(submit_url(declaration), now_posted(declaration)).status_code == 422


def test_a_sendable_form_says_so_and_its_button_works(at, ready):
    page = at("信息中心填报人").get(check_url(ready())).content.decode()
    assert "可以送审：" in page
    assert "aria-disabled" not in page
    assert "处疑问写了理由" in page


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("信息中心审核人", 403),
        ("发改委审核人", 404),  # a draft is the unit's own
        ("业务管理员", 403),
        ("服务中心填报人", 404),
        ("外区填报人", 404),
        ("财政审核人", 404),
        ("系统管理员", 404),
    ],
)
def test_nobody_else_sends_a_draft(at, ready, who, code):
    declaration = ready()
    assert at(who).post(submit_url(declaration), now_posted(declaration)).status_code == code
    assert Revision.objects.count() == 0


def test_a_reviewer_may_look_at_what_was_sent_but_not_send_it(at, ready):
    declaration = ready()
    at("信息中心填报人").post(submit_url(declaration), now_posted(declaration))
    declaration.refresh_from_db()
    reviewer = at("发改委审核人")
    page = reviewer.get(check_url(declaration)).content.decode()
    assert "与去年验收的口径一致" in page
    assert "<textarea" not in page
    assert "pg-actionbar" not in page
    assert reviewer.post(submit_url(declaration), now_posted(declaration)).status_code == 403


def test_the_receipt_of_a_draft_is_the_check_page(at, make_declaration):
    declaration = make_declaration()
    answer = at("信息中心填报人").get(submit_url(declaration))
    assert answer.status_code == 302
    assert answer["Location"] == check_url(declaration)


def test_a_returned_form_is_sent_again_as_the_next_revision(at, ready):
    declaration = ready()
    browser = at("信息中心填报人")
    browser.post(submit_url(declaration), now_posted(declaration))
    Declaration.objects.filter(pk=declaration.pk).update(state=State.RETURNED, version=7)
    declaration.refresh_from_db()
    page = browser.post(submit_url(declaration), now_posted(declaration), follow=True).content.decode()
    assert "第 2 稿" in page
    assert [r.number for r in Revision.objects.order_by("number")] == [1, 2]


def test_looking_writes_nothing(at, ready):
    """GET reads: check, preview, receipt and task list leave the database as it is."""
    from django.db import connection as database

    declaration = ready()
    browser = at("信息中心填报人")
    for name in ("tasks", "check", "preview", "submit", "copy"):

        def refuse(execute, sql, params, many, context):
            word = sql.split(None, 1)[0].upper()
            # The session's clock is the shell's business.
            assert word not in ("INSERT", "UPDATE", "DELETE") or "session" in sql, sql
            return execute(sql, params, many, context)

        with database.execute_wrapper(refuse):
            browser.get(reverse(f"declarations:{name}", args=[declaration.pk]))


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_leave_one_revision_and_one_record(at, ready):
    """The same person twice, in real threads: one wins, the other is told that the work is done."""
    declaration = ready()
    posted, url = now_posted(declaration), submit_url(declaration)
    browsers = [at("信息中心填报人") for _ in range(4)]
    start, answers = threading.Barrier(len(browsers)), []

    def click(browser):
        try:
            start.wait(20)
            answers.append(browser.post(url, posted))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [302] * len(browsers)
    assert {answer["Location"] for answer in answers} == {url}
    assert (Revision.objects.count(), AuditRecord.objects.count()) == (1, 1)
