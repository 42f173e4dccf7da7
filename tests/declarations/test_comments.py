"""The page of remarks and its acts, with and without script."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from declarations.models import Declaration
from perfgoals.reviewing import commenting
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(filled, people):
    declaration = filled()
    Declaration.objects.filter(pk=declaration.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=people["信息中心填报人"]
    )
    declaration.refresh_from_db()
    return declaration


def address(declaration, *more):
    if more:
        return reverse("declarations:comment_act", args=[declaration.pk, *more])
    return reverse("declarations:comments", args=[declaration.pk])


def test_a_conversation_through_the_pages(sent, at):
    reviewer, officer = at("财政审核人"), at("信息中心填报人")
    posted = {"path": "necessity", "new:necessity": "1号楼大修花了多少？"}
    answer = reviewer.post(address(sent) + "?next=/declarations/", posted)
    assert (answer.status_code, answer["Location"]) == (302, "/declarations/#thread-necessity")
    root = Comment.objects.get()
    page = officer.get(address(sent)).text
    assert "1号楼大修花了多少？" in page
    assert "项目设立的必要性" in page
    officer.post(address(sent, root.pk, "reply"), {f"reply:{root.pk}": "在附件 3。"})
    assert "标为已解决" not in officer.get(address(sent)).text
    assert officer.post(address(sent, root.pk, "resolve")).status_code == 403
    reviewer.post(address(sent, root.pk, "resolve"))
    assert "已解决的批注 1 条" in officer.get(address(sent)).text


def test_with_htmx_only_the_place_is_drawn(sent, at):
    posted = {"path": "necessity", "new:necessity": "花了多少？"}
    answer = at("财政审核人").post(address(sent), posted, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "花了多少？" in answer.text
    assert "<main" not in answer.text
    assert 'id="thread-necessity"' in answer.text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_refused_text_stays_on_screen(headers, sent, at):
    posted = {"path": "necessity", "new:necessity": "@张三 请看这一段写得对不对"}
    answer = at("财政审核人").post(address(sent), posted, headers=headers)
    assert answer.status_code == 422
    assert "@张三 请看这一段写得对不对</textarea>" in answer.text
    assert "提不到" in answer.text


def test_an_answer_to_a_settled_question_is_not_lost(sent, at, people):
    root = commenting.write(sent, path="necessity", text="问", author=people["财政审核人"])
    commenting.resolve(root, sent, actor=people["财政审核人"])
    answer = at("信息中心填报人").post(address(sent, root.pk, "reply"), {f"reply:{root.pk}": "我的回答"})
    assert answer.status_code == 409
    assert "我的回答</textarea>" in answer.text


def test_places_that_are_not_on_the_form(sent, at):
    assert at("财政审核人").post(address(sent), {"path": "nowhere", "new:nowhere": "x"}).status_code == 404
    assert at("财政审核人").get(address(sent) + "?path=nowhere").status_code == 404
    assert at("财政审核人").get(address(sent) + "?path=section:nowhere").status_code == 404
    assert at("财政审核人").post(address(sent, 999, "reply")).status_code == 404


def test_a_remark_outlives_its_row(sent, at, people):
    row = sent.indicators.first()
    commenting.write(sent, path=f"indicators.{row.row_id}", text="这一行重复", author=people["财政审核人"])
    row.delete()
    page = at("信息中心填报人").get(address(sent)).text
    assert "已删去的一行" in page
    assert "这一行重复" in page


def test_marks_are_escaped(sent, at, people):
    commenting.write(sent, path="", text="<script>1</script> @信息中心填报人", author=people["财政审核人"])
    page = at("信息中心填报人").get(address(sent)).text
    assert "&lt;script&gt;1&lt;/script&gt; <b>@信息中心填报人</b>" in page


def test_the_page_costs_the_same_however_many_remarks(sent, at, people, django_assert_max_num_queries):
    client = at("信息中心填报人")
    reviewer = people["财政审核人"]
    commenting.write(sent, path="necessity", text="一", author=reviewer)
    with django_assert_max_num_queries(40) as few:
        client.get(address(sent))
    for number, row in enumerate(sent.indicators.all()):
        commenting.write(
            sent, path=f"indicators.{row.row_id}", text=f"@信息中心填报人 {number}", author=reviewer
        )
    with django_assert_max_num_queries(len(few) + 2):  # the rows are read once some of them are named
        client.get(address(sent))


@pytest.mark.parametrize("text", ["a\0b", "\r\n\r\n", "@", "@\0", "<b>" * 500, "长" * 2001])
def test_odd_texts_are_kept_or_refused_and_never_break(text, sent, at):
    posted = {"path": "necessity", "new:necessity": text}
    assert at("财政审核人").post(address(sent), posted).status_code in (302, 422)


@pytest.mark.parametrize(
    "path", ["\0", "necessity\0", "indicators.\0", "section:", ".", "indicators..target", "x" * 500]
)
def test_odd_places_are_not_on_the_form(path, sent, at):
    assert at("财政审核人").get(address(sent), {"path": path}).status_code == 404
    assert at("财政审核人").post(address(sent), {"path": path, f"new:{path}": "x"}).status_code == 404


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org", "javascript:1", "/ok\r\nSet-Cookie: a=b", "x"]
)
def test_the_way_back_stays_on_this_site(back, sent, at):
    posted = {"path": "necessity", "new:necessity": "问"}
    answer = at("财政审核人").post(address(sent) + "?" + urlencode({"next": back}), posted)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")
